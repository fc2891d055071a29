"""What a picture costs in a notebook's kernel, beside the server's own port: `python -m bench.notebook`.

A real kernel publishes to one viewer that acknowledges nothing: by the port to another process, and by a comm to IOPub,
as for a page. In turn (A B A B), medians of the processor's time of the whole kernel for a picture.
"""

import nbclient
import nbformat

PROGRAM = """
import statistics, subprocess, sys, time
import numpy as np, ws_stream

rng = np.random.default_rng(1)
pictures = [rng.integers(0, 4, (480, 800, 4), np.uint8) for _ in range(2)]
pictures[1][:400] = pictures[0][:400]  # a sixth of the rows changes
view = ws_stream.show(fps=1000)
server = ws_stream.Server(port=0)

def cost(publish, count=150):
    time.sleep(0.3)
    begun = time.process_time()
    for number in range(count):
        publish(pictures[number % 2])
        time.sleep(0.01)
    return 1e3 * (time.process_time() - begun) / count

with server:
    camera = server.stream("camera", fps=1000)
    address = f"ws://127.0.0.1:{server.port}/stream/camera?acknowledge=false"
    client = f"import ws_stream\\nfor _ in ws_stream.connect({address!r}): pass"
    figures = {"nobody": [], "port": [], "comm": []}
    words = {"act": "open", "viewer": "bench", "query": "acknowledge=false"}
    view._kernel._ear.end()  # as if it heard all
    for _ in range(5):
        figures["nobody"].append(cost(camera.publish))
        with subprocess.Popen([sys.executable, "-c", client]) as process:
            while not camera.watched:
                time.sleep(0.05)
            figures["port"].append(cost(camera.publish))
            process.kill()
        view._hear(words)
        figures["comm"].append(cost(view.publish))
        view._hear({**words, "act": "close"})
found = {name: statistics.median(each) for name, each in figures.items()}
nobody = found.pop("nobody")
for name, milliseconds in found.items():
    print(f"{name}: {milliseconds - nobody:.2f} ms a picture")
print(f"comm / port: {(found['comm'] - nobody) / (found['port'] - nobody):.2f}")
"""


def main() -> None:
    """Print the figures."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PROGRAM)])
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute()
    for output in book.cells[0].outputs:
        print(output.get("text", ""), end="")


if __name__ == "__main__":
    main()

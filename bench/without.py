"""ws-stream as it is where something is not installed: `python -m bench.without MODULE,... serve ...`."""

import sys

if __name__ == "__main__":
    for name in sys.argv[1].split(","):
        sys.modules[name] = None  # type: ignore[assignment]  # what makes an import fail
    from ws_stream.commands.cli import main

    main(sys.argv[2:])

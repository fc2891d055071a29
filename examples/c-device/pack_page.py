"""Write the viewer's page as a C file, each of its files packed: `pack_page.py WEB_FOLDER > page.c`.

The board sends them as they stand in flash. Files and headers are those of ws_stream/server/files.py; needs nothing but
Python, as it runs where the board's program is compiled.
"""

import gzip
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
LINE = 24


def lines(web: Path) -> Iterator[str]:
    """The lines of the C file."""
    yield '#include "page.h"\n'
    rows = []
    files = sorted(path for path in web.rglob("*") if path.suffix in CONTENT_TYPES)
    for index, path in enumerate(files):
        plain = path.read_bytes()
        packed = gzip.compress(plain, mtime=0)
        body = packed if len(packed) < len(plain) else plain
        tag = hashlib.sha256(body).hexdigest()[:32]
        name = path.relative_to(web).as_posix()
        yield f"static const uint8_t FILE_{index}[] = {{"
        for at in range(0, len(body), LINE):
            yield "".join(f"{byte}," for byte in body[at : at + LINE])
        yield "};"
        for url in ([""] if name == "index.html" else []) + [name]:
            rows.append(
                f'    {{"/{url}", "{CONTENT_TYPES[path.suffix]}", "\\"{tag}\\"", '
                f"FILE_{index}, sizeof FILE_{index}, {int(body is packed)}}},"
            )
    yield "const wd_page_file wd_page_files[] = {"
    yield from rows
    yield "};"
    yield "const size_t wd_page_count = sizeof wd_page_files / sizeof *wd_page_files;"


if __name__ == "__main__":
    for line in lines(Path(sys.argv[1])):
        print(line)

"""`python -m ws_stream` is `ws-stream`."""

from .commands.cli import main

if __name__ == "__main__":
    main()

"""How the options about NATS are read. Knows nothing of what they do."""

import os
from typing import Any

from .tls_arguments import add_trusting

VARIABLE = "NATS_URL"
"""Of the environment, as other programs have it: the server's address, where a command line should not show it."""


def add_nats_commands(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """The commands publish and nodes."""
    publish = commands.add_parser("publish", help="publish a stream to any number of nodes by NATS")
    publish.description = (
        "Publish a stream's messages to a subject of a NATS server, while a node there has viewers. A node is "
        "`ws-stream serve nats://HOST:PORT/SUBJECT`. Takes pip install 'ws-stream[nats]'."
    )
    publish.add_argument(
        "url", metavar="STREAM", help="ws://HOST:PORT/stream/NAME or the page's http://"
    )
    _add_server(publish)
    publish.add_argument(
        "--subject",
        metavar="SUBJECT",
        help="where to (default ws-stream.NAME, as the stream is called)",
    )
    nodes = commands.add_parser("nodes", help="show who publishes and who serves streams by NATS")
    nodes.description = (
        "Show the publishers and nodes at a NATS server that answer within a second."
    )
    _add_server(nodes)
    nodes.add_argument("--json", action="store_true", help="as JSON")


def _add_server(parser: Any) -> None:  # noqa: ANN401 - as above
    parser.add_argument(
        "--nats",
        metavar="URL",
        default=os.environ.get(VARIABLE, "nats://127.0.0.1:4222"),
        help="the server: nats://USER:PASSWORD@HOST:PORT, nats://TOKEN@HOST:PORT, nats://HOST:PORT?creds=FILE, "
        f"or tls:// (default: ${VARIABLE}, else this machine's)",
    )
    add_trusting(parser)

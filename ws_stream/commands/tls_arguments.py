"""How the options about TLS are read. Knows nothing of what they do."""

import argparse
from typing import Any

from .certificate import DAYS, LONGEST
from .values import FILE, whole


def add_certificate_command(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """The command certificate."""
    parser = commands.add_parser("certificate", help="make a certificate for https, and its key")
    parser.description = (
        "Make a certificate that vouches for itself, and its key, for serve --tls-cert FILE --tls-key FILE. "
        "It is for this machine's name and addresses, and those given. Browsers ask once whether to trust it: "
        "compare the fingerprint."
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="also for this name or address")
    add(
        "--cert",
        default="cert.pem",
        metavar="FILE",
        help="must not be there yet (default cert.pem)",
    )
    add("--key", default="key.pem", metavar="FILE", help="must not be there yet (default key.pem)")
    add(
        "--days",
        type=whole(1, LONGEST),
        default=DAYS,
        metavar="N",
        help=f"valid so long (default {DAYS}: Apple's browsers take none that is valid for longer)",
    )


def add_serving(parser: argparse.ArgumentParser) -> None:
    """How a server speaks https."""
    parser.add_argument(
        "--tls-cert",
        type=FILE,
        metavar="FILE",
        help="speak https and wss, with this certificate in PEM",
    )
    parser.add_argument(
        "--tls-key",
        type=FILE,
        metavar="FILE",
        help="its key in PEM; both are read anew when they change, and at SIGHUP",
    )


def add_trusting(parser: argparse.ArgumentParser) -> None:
    """Which servers a client believes."""
    parser.add_argument(
        "--tls-ca",
        type=FILE,
        metavar="FILE",
        help="believe the certificates in this file, and no others, of https://, wss:// and tls://",
    )

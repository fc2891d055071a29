"""Certificates for tests, made as `ws-stream certificate` makes them."""

from pathlib import Path

from ws_stream.commands.certificate import make_certificate


def made_pair(folder: Path, name: str = "device", days: int = 30) -> tuple[str, str]:
    """The files of a certificate for this machine, and of its key."""
    cert, key = str(folder / f"{name}-cert.pem"), str(folder / f"{name}-key.pem")
    list(make_certificate([f"{name}.example"], cert, key, days))
    return cert, key


def move(file: str, to: str) -> None:
    """Replace a file, as one does that is served."""
    Path(file).replace(to)


def write(file: str, content: str | bytes) -> None:
    """A file that only its owner may read."""
    Path(file).write_bytes(content.encode() if isinstance(content, str) else content)
    Path(file).chmod(0o600)

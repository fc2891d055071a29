"""What `ws-stream certificate` does: makes a certificate that vouches for itself, and its key.

Knows nothing of terminals. Takes the package `cryptography`, of the extra `tls`.
"""

import os
import re
import socket
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from ..arguments import PATH, shown, whole, why
from ..errors import UsageError
from ..server.addresses import own_addresses

DAYS = 825
"""Apple's browsers take no certificate that is valid for longer, whoever made it. (398 days is for those of public
authorities.)"""
LONGEST = 36500

_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
)
_DAY = timedelta(days=1)
_LONGEST_COMMON_NAME = 64


def make_certificate(names: Iterable[str], cert: str, key: str, days: int) -> Iterator[str]:
    """Write both files, and say in lines what was made. Raises UsageError, and then neither is there."""
    cert, key = PATH.take("cert", cert), PATH.take("key", key)
    days = whole(1, LONGEST).take("days", days)
    hosts = list(dict.fromkeys([*map(_host, names), *_own()]))
    end = datetime.now(UTC) + days * _DAY
    cert_pem, key_pem, fingerprint = _made(hosts, end)
    _write(key, key_pem, 0o600)
    try:
        _write(cert, cert_pem, 0o644)
    except UsageError:
        Path(key).unlink()
        raise
    yield f"for {', '.join(map(str, hosts))}, until {end:%Y-%m-%d}"
    yield f"SHA-256 fingerprint {fingerprint}"
    yield f"saved {cert} and {key}; right is now: ws-stream serve --tls-cert {cert} --tls-key {key}"


Host = str | IPv4Address | IPv6Address


def _host(name: str) -> Host:
    """A name or an address as it stands in a certificate. Raises UsageError."""
    try:
        return ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        lower = name.lower().removesuffix(".")
    if not _NAME.fullmatch(lower):
        raise UsageError(
            f"{shown(name)} is no host; right would be a name like kiosk.example or an address like 192.168.1.7"
        )
    return lower


def _own() -> Iterator[Host]:
    """This machine's name and addresses."""
    name = socket.gethostname().lower()
    if _NAME.fullmatch(name):
        yield name
        if "." not in name:
            yield f"{name}.local"
    yield "localhost"
    for family in (socket.AF_INET, socket.AF_INET6):
        yield from map(ip_address, own_addresses(family))


def _made(hosts: list[Host], end: datetime) -> tuple[bytes, bytes, str]:
    """Certificate and key in PEM, and the certificate's fingerprint. Raises UsageError."""
    try:
        from cryptography import x509  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "to make certificates takes the package cryptography; right would be: pip install 'ws-stream[tls]'"
        ) from None
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, str(hosts[0])[:_LONGEST_COMMON_NAME])]
    )
    alternatives: list[Any] = [
        x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host) for host in hosts
    ]
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    usage = dict.fromkeys(_USAGES, False) | {"digital_signature": True}
    certificate = (
        x509.CertificateBuilder(subject, subject, public, x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _DAY)  # viewers' clocks may be late
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return certificate.public_bytes(pem), private, fingerprint


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
"""What a key may be for; signing a handshake is all that this one does."""


def _write(path: str, content: bytes, mode: int) -> None:
    """A file that was not there. Raises UsageError, and then it is not."""
    right = "right would be a file that is not there yet"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 - of its mode from its first byte on
            right = "right would be room for a few kilobytes"
            try:
                file.write(content)
                file.flush()
            except BaseException:
                Path(path).unlink()
                raise
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot write {shown(path)}: {why(error)}; {right}") from None

"""Which addresses are those of other servers' streams, by their schemes, and how one may be shown.

Pure: whoever has no stream over NATS need not import more to know that.
"""

NATS = ("nats", "tls")
"""Schemes of addresses of NATS servers, and of streams there."""
ELSEWHERE = ("ws", "wss", "http", "https", *NATS)
"""Schemes of addresses behind which another server has the pictures."""


def is_nats(address: object) -> bool:
    """Whether it is an address of NATS, right or wrong."""
    return isinstance(address, str) and _scheme(address) in NATS


def is_elsewhere(address: object) -> bool:
    """Whether it is the address of a stream of another server."""
    return isinstance(address, str) and _scheme(address) in ELSEWHERE


def without_secrets(address: str) -> str:
    """An address as it may be shown: without what stands before the host."""
    scheme, mark, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()

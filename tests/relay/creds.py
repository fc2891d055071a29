"""An operator, an account and a user, as `nsc` makes them: a server's options, and the user's .creds file."""

import base64
import json
import os
from pathlib import Path
from typing import Any, Protocol

import nkeys


class _Pair(Protocol):
    public_key: bytes
    seed: bytes

    def sign(self, text: bytes) -> bytes: ...


def _pair(kind: int) -> _Pair:
    pair: _Pair = nkeys.from_seed(nkeys.encode_seed(os.urandom(32), kind))
    return pair


def _signed(claims: dict[str, Any], by: _Pair) -> str:
    """A JSON Web Token, as NATS has it."""
    said = {"jti": os.urandom(8).hex(), "iat": 1760000000, "iss": by.public_key.decode(), **claims}
    head = {"typ": "JWT", "alg": "ed25519-nkey"}
    text = ".".join(
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode()
        for each in (head, said)
    )
    return f"{text}.{base64.urlsafe_b64encode(by.sign(text.encode())).rstrip(b'=').decode()}"


def account_of(folder: Path) -> tuple[dict[str, Any], Path]:
    """The options, and the file."""
    operator, account, user = map(
        _pair, (nkeys.PREFIX_BYTE_OPERATOR, nkeys.PREFIX_BYTE_ACCOUNT, nkeys.PREFIX_BYTE_USER)
    )
    public = {each: each.public_key.decode() for each in (operator, account, user)}
    limits = {"subs": -1, "data": -1, "payload": -1}
    its = {
        operator: _signed(
            {"name": "o", "sub": public[operator], "nats": {"type": "operator", "version": 2}},
            operator,
        ),
        account: _signed(
            {
                "name": "a",
                "sub": public[account],
                "nats": {
                    "type": "account",
                    "version": 2,
                    "limits": {
                        **limits,
                        "conn": -1,
                        "leaf": -1,
                        "imports": -1,
                        "exports": -1,
                        "wildcards": True,
                    },
                },
            },
            operator,
        ),
        user: _signed(
            {
                "name": "u",
                "sub": public[user],
                "nats": {"type": "user", "version": 2, **limits, "pub": {}, "sub": {}},
            },
            account,
        ),
    }
    creds = folder / "user.creds"
    creds.write_text(
        f"-----BEGIN NATS USER JWT-----\n{its[user]}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )
    options = {
        "operator": its[operator],
        "resolver": "MEMORY",
        "resolver_preload": {public[account]: its[account]},
    }
    return options, creds

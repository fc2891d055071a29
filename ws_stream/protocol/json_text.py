"""JSON as RFC 8259 has it: Python's own decoder takes more."""

import json
from typing import Any, NoReturn


def decode_json(text: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What the text says. Raises ValueError for what is no JSON, or too deep."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except RecursionError:
        raise ValueError("too deep") from None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)

"""The vectors of texts and of renditions, as commands. Pure."""

import json
from collections.abc import Iterator, Sequence

from .claims import Claims
from .turn import Case, Judge, Turn, exactly, holding, read_json, said
from .vectors import Vector, expanded, vectors

_RENDITION = ("source", "format", "default", "query")


def cases(claims: Claims) -> Iterator[Case]:
    """All of them."""
    for vector in vectors("control"):
        if _is_taken(vector, claims):
            yield Case.of(vector, list(_control(vector)))
    for vector in vectors("queries"):
        yield Case.of(vector, [Turn(f"query {said(vector['query'].encode())}", _request(vector))])
    for vector in vectors("renditions"):
        job = json.dumps({name: vector[name] for name in _RENDITION})
        if "made" in vector:
            made = exactly(f"ok {said(expanded(vector['made']))}")
            source = said(expanded(vector["pixels"]))
            yield Case.of(vector, [Turn(f"pixels {said(job.encode())} {source}", made)])
        else:
            granted = vector["granted"]
            right = exactly("none") if granted is None else holding(granted)
            yield Case.of(vector, [Turn(f"rendition {said(job.encode())}", right)])


def _is_taken(vector: Vector, claims: Claims) -> bool:
    """Whether what this announces, if it does, is within the program's limits."""
    if vector["answer"] != "ok" or not vector["name"].startswith("server/stream"):
        return True
    told = json.loads(vector["text"])
    return claims.takes(told["format"], told["width"], told["height"])


def _control(vector: Vector) -> Iterator[Turn]:
    text = vector["text"].encode() if "text" in vector else expanded(vector["hex"])
    if vector["from"] == "server":
        yield Turn("begin", exactly("ok"))
        yield Turn("connect", exactly("ok"))
    yield Turn(f"{vector['from']} {said(text)}", exactly(vector["answer"]))


def _request(vector: Vector) -> Judge:
    """What is not requested is left out, null, or as if all were offered."""
    if vector["request"] is None:
        return exactly("refused")
    nothing = dict.fromkeys(("step", "crop", "average", "tolerance", "depth", "fit", "fps"))
    first = holding(vector["request"])

    def judge(words: Sequence[str]) -> str | None:
        found = read_json(words[1]) if len(words) > 1 else None
        more = found.items() if isinstance(found, dict) else ()
        others = [name for name, value in more if name in nothing and value is not None]
        is_right = first(words) is None and set(others) <= set(vector["request"])
        return None if is_right else f"ok and {json.dumps(vector['request'])}"

    return judge

"""Whatever a file of tokens holds, its lines give their rights and nothing else does; or a sentence shows no token."""

import re

from tests.fuzz.laws.memory_file import memory_file
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import UsageError
from ws_stream.server.tokens import Right, known

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,}")
_RIGHTS = {"view": Right.VIEW, "control": Right.CONTROL}


def check(data: bytes) -> None:
    text = data.decode(errors="replace")
    with memory_file(data, 0o600) as path:
        try:
            tokens = known(None, path)
        except UsageError as error:
            check_sentence(error)
            assert not [token for token in _TOKEN.findall(text) if token in str(error)]
            return
    assert tokens
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.split(":") for line in lines if line and not line.startswith("#")]
    for _, token in pairs:
        right = max(_RIGHTS[word] for word, same in pairs if same == token)
        assert tokens.right([token]) is right
        for other in (token[:-1], f"{token}-", token.swapcase(), ""):
            if [other] not in [pair[1:] for pair in pairs]:
                assert tokens.right([other]) is Right.NOTHING

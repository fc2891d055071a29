"""What holds of every refusal, whatever the input was: one sentence that may be printed."""

MOST = 600
"""Letters: ours, and twice as much of the input as is ever shown."""


def check_sentence(error: Exception) -> None:
    text = str(error)
    assert text
    assert len(text) <= MOST
    assert text.isprintable()

"""What gives a stream its pictures, where that is not a program that publishes them."""

from typing import Protocol, TypeVar

Stream = TypeVar("Stream", contravariant=True)  # noqa: PLC0105 - `hub.stream`, which is further down


class Producer(Protocol[Stream]):
    """Has pictures for a stream while it is watched. Called on the event loop; only `close` may wait."""

    def demand(self, stream: Stream) -> None:
        """Viewers came, left, or want another rate: `stream.wanted` pictures a second, 0 for none."""

    def check(self, stream: Stream) -> None:
        """See whether all is well. About once a second while the stream is watched."""

    def overdue(self, stream: Stream, now: float) -> float | None:
        """By how many seconds it was to look at its source before; None while nobody wants that it does."""

    def close(self, stream: Stream) -> None:
        """End for good. May wait for a thread that is sure to end."""

"""A device's screen in a test: wait until it shows what it should, or fail with pictures of what it shows instead.

Knows nothing of pytest, nor of how pictures come.
"""

from pathlib import Path

from ..errors import WaitTimeoutError
from ..pixels.frame import Frame
from ..plain import PlainConnection
from ..waiting import PREDICATE, Predicate
from .check import Check, Comparison
from .golden import Golden

TIMEOUT = 5.0
"""Seconds to wait unless a test says otherwise: a program that draws may have to start first."""


class DeviceScreen:
    """The fixture `device_screen`. Each call looks anew: what the screen showed before does not count."""

    def __init__(
        self, connection: PlainConnection, *, goldens: Path, results: Path, update: bool = False
    ) -> None:
        self._connection = connection
        self._goldens = goldens
        self._results = results
        self._update = update
        self.updated: list[Path] = []
        """Golden pictures that were written."""

    def frame(self, timeout: float = TIMEOUT) -> Frame:
        """What the screen shows now. Raises WaitTimeoutError and ConnectError."""
        return self._connection.wait_for(lambda _: True, timeout)

    def wait_until(self, condition: Golden | Predicate, timeout: float = TIMEOUT) -> Frame:
        """The first picture from now on that is `similar_to(...)`, or for which a function of the frame holds.

        Raises AssertionError when there is none within `timeout` seconds: it names the files with the last picture and
        with what differs. Raises UsageError and ConnectError.
        """
        __tracebackhide__ = True  # of pytest's report, which then ends at the line of the test
        check = self._check(condition)
        try:
            return self._connection.wait_for(check, timeout)
        except WaitTimeoutError as error:
            last, sentence = check.last, str(error)
        if last is None:
            raise AssertionError(sentence)
        if self._update and isinstance(check, Comparison):
            self.updated.append(check.update(last))
            return last
        raise AssertionError(f"{sentence}; {check.report(last, self._results)}")

    def _check(self, condition: Golden | Predicate) -> Check:
        if not isinstance(condition, Golden):
            return Check(PREDICATE.take("condition", condition))
        path = self._goldens / condition.path
        return Comparison(condition._replace(path=path), new=self._update)

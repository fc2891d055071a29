"""When to poll a source, so that each picture is read soon after its writer completed it.

Its twin is core/phase_lock.c. Pure: it is told what each poll found and says how long to wait. Its states:

    state      a poll finds a picture           a poll in vain
    ---------  -------------------------------  -----------------------------------------------------
    searching  wait an interval; probing after  wait an interval; searching, from the first picture
               the 3rd and the 4th in a row
    probing    searching; locked if polls in    wait a sixteenth of an interval; after sixteen of them
               vain came before                 searching
    locked     wait a little less than an       wait 1, 1, 2, then 4 ms; then an interval: searching
               interval
"""

PROBES = 16
"""Polls in one interval by which the moment is found at which the writer completes its pictures."""
PROBED = (3, 4)
"""Pictures in a row after which it is probed; twice, as the first probe may meet the very moment."""
EARLIER = 1 / 1024
"""Share of the interval by which each poll comes earlier than the one before while locked, until one comes too early.
So polls follow the writer's clock, and a picture is read when it is a millisecond old, not half an interval."""
TOO_EARLY = (0.001, 0.001, 0.002, 0.004)
"""Seconds to wait, one after the other, when a poll came too early."""


class PhaseLock:
    """Finds the moment within an interval at which pictures are completed, and follows it."""

    def __init__(self) -> None:
        self.vain = 0
        """Polls in vain since the last picture, of those that look for the moment."""
        self._locked = False
        self._found = 0

    def found(self, interval: float) -> float:
        """A poll found a picture: seconds until the next one."""
        self._locked |= self.vain > 0
        self._found += 1
        self.vain = 0
        if self._locked:
            return interval * (1 - EARLIER)
        return interval / PROBES if self._is_probing else interval

    def in_vain(self, interval: float) -> float:
        """A poll found none: seconds until the next one."""
        if self._locked and self.vain < len(TOO_EARLY):
            self.vain += 1
            return TOO_EARLY[self.vain - 1]
        if self._is_probing and self.vain < PROBES:
            self.vain += 1
            return interval / PROBES
        self._locked, self._found, self.vain = False, 0, 0
        return interval

    @property
    def _is_probing(self) -> bool:
        return not self._locked and self._found in PROBED

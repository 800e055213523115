"""Slowing down whoever guesses passwords."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 900.0
PER_NAME_AND_ADDRESS, PER_NAME, PER_ADDRESS = 5, 50, 50
KEPT = 10_000


class Throttle:
    """Counts failed sign-ins by name and address; too many within a quarter of an hour shut the door.

    Few are allowed for one name from one address; more for a name from everywhere, so that
    a stranger cannot easily lock somebody out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[tuple[str, str], deque[float]] = {}

    def wait(self, name: str, address: str) -> int:
        """Seconds until this name may be tried again from this address; 0 means now."""
        now = self._clock()
        waits = [0.0]
        for key, limit in self._keys(name, address):
            times = self._recent(key, now)
            if len(times) >= limit:
                waits.append(times[-limit] + WINDOW - now)
        return int(max(waits) + 0.999)

    def failed(self, name: str, address: str) -> None:
        """Count a failed try."""
        now = self._clock()
        if len(self._failures) > KEPT:
            self._failures = {key: times for key, times in self._failures.items() if times[-1] > now - WINDOW}
        for key, _ in self._keys(name, address):
            self._failures.setdefault(key, deque(maxlen=PER_NAME)).append(now)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name at this address."""
        self._failures.pop((name.casefold(), address), None)

    def _recent(self, key: tuple[str, str], now: float) -> deque[float]:
        times = self._failures.get(key, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if not times:
            self._failures.pop(key, None)
        return times

    def _keys(self, name: str, address: str) -> list[tuple[tuple[str, str], int]]:
        folded = name.casefold()
        return [
            ((folded, address), PER_NAME_AND_ADDRESS),
            ((folded, "*"), PER_NAME),
            (("*", address), PER_ADDRESS),
        ]

"""Limits the messages and bytes per second that a page or an address may send; beyond its limit it is read more
slowly."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Rate:
    """`messages`, `bytes`: per second in the long run; `burst`: seconds' worth of either that may come at once."""

    messages: float
    bytes: float
    burst: float


WATCHING = Rate(20, 16 * 1024, 2.0)
"""For a page that may only watch: it reports what it has painted, sends pings, and offers words."""
ACTING = Rate(400, 256 * 1024, 2.0)
"""For a page that may change the show: more than any foot, hand or sequencer sends through a page."""
ASKING = Rate(200, 1 << 20, 6.0)
"""For one address's requests over HTTP: a whole room behind one router opens its pages with a few thousand."""
LONGEST = 10.0
"""Seconds that anybody waits at most, so that it is over soon after a flood's end."""


LONGEST = 10.0
"""Seconds that anybody waits at most, so that a flood is over soon after its end."""


class Budget:
    """Tracks one sender's use of its rate. While the sender is not read, what it sends stays in its own
    buffers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._spent = 0.0  # use of the rate, in seconds

    def spend(self, size: int, rate: Rate, count: float = 1.0) -> float:
        """Counts a message of `size` bytes that costs as much as `count` others; returns the seconds for which it is to
        wait."""
        now = self._clock()
        spent = max(self._spent - (now - self._at), 0.0) + max(count / rate.messages, size / rate.bytes)
        self._spent, self._at = min(spent, rate.burst + LONGEST), now
        return max(self._spent - rate.burst, 0.0)


def share(address: str) -> str:
    """The address to which a client's places are counted: its own; with IPv6 its /64 network, since one phone has as
    many addresses there as it likes."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)

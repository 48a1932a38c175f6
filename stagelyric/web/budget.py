"""What one page may cost: so many messages and bytes a second, and then it is read no faster than that."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Rate:
    """`messages`, `bytes`: a second, in the long run; `burst`: seconds of either that may come at once."""

    messages: float
    bytes: float
    burst: float


WATCHING = Rate(20, 16 * 1024, 2.0)
"""Of a page that may only watch: it says what it has painted, pings, and offers a word."""
ACTING = Rate(400, 256 * 1024, 2.0)
"""Of one that may change the show: faster than any foot, hand or sequencer by way of a page."""


class Budget:
    """`spend` gives the seconds for which a page is not to be read any further: what it sends waits on its own side."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._spent = 0.0  # seconds' worth

    def spend(self, size: int, rate: Rate) -> float:
        """For a message of `size` bytes."""
        now = self._clock()
        self._spent = max(self._spent - (now - self._at), 0.0) + max(1 / rate.messages, size / rate.bytes)
        self._at = now
        return max(self._spent - rate.burst, 0.0)


def share(address: str) -> str:
    """Whose places an address takes: its own, or with IPv6 those of its network, of which one phone has as many
    addresses as it likes."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)

"""Counts what OSC rejected, and reports it: to the log at most once a second, to the stage at most once a minute."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["malformed", "unknown", "refused"]
EVERY = 1.0  # seconds between two lines in the log
# Seconds within which people on stage are not told of the same kind again, since a surface that sends unwanted messages
# does so all night.
NOTICE_EVERY = 60.0


@dataclass(slots=True)
class Counts:
    """Counts since the start: datagrams `received`; `malformed`; `unknown`: for addresses that nobody wants; `refused`:
    from senders that are not allowed, or subscribers beyond the limit; `unsent`: could not be sent."""

    received: int = 0
    malformed: int = 0
    unknown: int = 0
    refused: int = 0
    unsent: int = 0


class Faults:
    """`note` counts a fault, and calls `say(text, to_stage)` at once if the last report is at least a second old.

    Otherwise `waiting` becomes true, and whoever has a timer calls `tell` later.
    """

    def __init__(self, say: Callable[[str, bool], None], clock: Callable[[], float]) -> None:
        self.counts = Counts()
        self._say = say
        self._clock = clock
        self._told_at = float("-inf")
        self._untold = dict.fromkeys(("malformed", "unknown", "refused"), 0)
        self._noticed = dict.fromkeys(self._untold, float("-inf"))
        self._last = ""

    @property
    def waiting(self) -> bool:
        return any(self._untold.values())

    def note(self, kind: Kind, what: str) -> None:
        setattr(self.counts, kind, getattr(self.counts, kind) + 1)
        self._untold[kind] += 1
        self._last = what
        self.tell()

    def tell(self) -> None:
        now = self._clock()
        if not self.waiting or now - self._told_at < EVERY:
            return
        kinds = [kind for kind, count in self._untold.items() if count]
        counted = ", ".join(f"{self._untold[kind]} {kind}" for kind in kinds)
        to_stage = any(now - self._noticed[kind] >= NOTICE_EVERY for kind in kinds)
        if to_stage:
            self._noticed.update(dict.fromkeys(kinds, now))
        self._told_at = now
        self._untold = dict.fromkeys(self._untold, 0)
        self._say(f"OSC turned away: {counted}; the last {self._last}", to_stage)

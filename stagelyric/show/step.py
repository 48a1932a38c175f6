"""Two machines in step: who leads, whether they differ, and when the one that follows takes the leader's place.

Both hear the same presses, each over its own way, and each tells the other what a press changed. The one that has been
up longer leads. A press that one machine has heard and the other not yet is no difference; what is one of them is that
the same number has another line, or that they are apart for longer than a press is on its way. Pure: time is handed in.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from stagelyric.types import standing
from stagelyric.types.standing import Record, Standing

SETTLED = 0.25  # seconds for which a press may be on its way to one machine and not to the other
REMEMBERED = 64  # own changes that a late leader's word is compared with
ALIKE = 0.25  # seconds of age within which the name decides who leads: more than a message is ever on its way


@dataclass(frozen=True, slots=True)
class Mark:
    """What can be compared of where a show is, and since when it was there (monotonic seconds)."""

    number: int
    song: str
    section: str
    text: str
    held: bool
    cleared: bool
    at: float

    def same(self, other: "Mark") -> bool:
        return self._values() == other._values()

    def _values(self) -> tuple[object, ...]:
        return self.number, self.song, self.section, self.text, self.held, self.cleared


def mark(record: Record, at: float) -> Mark:
    up = record.get("up")
    return Mark(
        int(record.get("number", 0)),
        str(record.get("song", "")),
        str(record.get("section", "")),
        str(up[0]) if up else "",
        bool(record.get("held")),
        bool(record.get("cleared")),
        at,
    )


@dataclass(slots=True)
class Machine:
    """Another machine. `name`: its address; `started`: when it was, by our clock; `differed`: when it last took
    another's place, in unix seconds."""

    name: str
    up: bool = False
    id: str = ""
    started: float = 0.0
    leads: bool = False
    title: str = ""
    seed: int | None = None
    differed: float | None = None
    record: Record = field(default_factory=dict)
    mark: Mark | None = None

    def told(self) -> dict[str, Any]:
        """For the desk."""
        return {"name": self.name, "up": self.up, "leads": self.leads, "differed": self.differed}


class Step:
    """This machine and the others that it names. `id` is another at every start."""

    def __init__(self, id: str, title: str, started: float, names: Sequence[str]) -> None:
        self.id, self.title, self.started = id, title, started
        self.machines = [Machine(name) for name in names]
        self.differed: float | None = None
        self._marks: deque[Mark] = deque(maxlen=REMEMBERED)

    def own(self, record: Record, now: float) -> None:
        """Where this show is now."""
        self._marks.append(mark(record, now))

    def hear(self, machine: Machine, message: Record, now: float) -> None:
        """What another machine says: all of it (`whole`), or what has changed. Raises ValueError for nonsense."""
        record, name, age = message.get("record"), message.get("id"), message.get("age")
        if not isinstance(record, dict) or not isinstance(name, str) or not isinstance(age, int | float):
            raise ValueError("wanted where a show is, found none")
        machine.up, machine.id, machine.started = name != self.id, name[:40], now - age
        if not machine.up:
            self.machines.remove(machine)  # it is this one
            raise ValueError("wanted another machine, found this one")
        machine.leads = message.get("leads") is True
        machine.title = str(message.get("title"))[:200]
        seed, differed = message.get("seed"), message.get("differed")
        machine.seed = seed if isinstance(seed, int) else None
        machine.differed = float(differed) if isinstance(differed, int | float) else None
        standing.read({"song": "", "section": ""} | record)
        if message.get("whole"):
            machine.record = {}
        standing.add(machine.record, record)
        found = mark(machine.record, now)
        if machine.mark is None or not machine.mark.same(found):
            machine.mark = found

    def lost(self, machine: Machine) -> None:
        machine.up, machine.leads, machine.mark, machine.record = False, False, None, {}

    @property
    def leader(self) -> Machine | None:
        """The machine that leads; None: this one."""
        leader: Machine | None = None
        for machine in self.machines:
            if machine.up and machine.title == self.title and self._before(machine, leader):
                leader = machine
        return leader

    def _before(self, machine: Machine, other: Machine | None) -> bool:
        started, name = (self.started, self.id) if other is None else (other.started, other.id)
        if abs(machine.started - started) < ALIKE:
            return machine.id < name
        return machine.started < started

    def check(self, now: float) -> Standing | float | None:
        """Where to go on instead, or the seconds after which to look again, or (in step, or leading) None."""
        leader = self.leader
        if leader is None or leader.mark is None or not self._marks:
            return None
        theirs, mine = leader.mark, self._marks[-1]
        if mine.same(theirs):
            return None
        wait = self._on_its_way(mine, theirs) + SETTLED - now
        if wait > 0:
            return wait
        return standing.read(leader.record)

    def _on_its_way(self, mine: Mark, theirs: Mark) -> float:
        """Since when the two may be apart by no more than a press that is on its way; -inf: they differ."""
        if mine.number < theirs.number:
            return theirs.at
        if mine.number == theirs.number:
            return max(mine.at, theirs.at) if mine.text == theirs.text else float("-inf")
        # This machine is ahead. It may have been where the leader still is.
        for earlier, later in pairwise(self._marks):
            if earlier.number == theirs.number and later.number > theirs.number:
                return later.at if earlier.text == theirs.text else float("-inf")
        return max(mine.at, theirs.at)

    def message(self, record: Record, seed: int, now: float, *, whole: bool) -> dict[str, Any]:
        """What this machine says of itself."""
        return {
            "type": "step",
            "id": self.id,
            "age": round(now - self.started, 3),
            "leads": self.leader is None,
            "title": self.title,
            "seed": seed,
            "differed": self.differed,
            "whole": whole,
            "record": record,
        }

    def told(self) -> dict[str, Any]:
        """For the desk: who leads, and the others."""
        leader = self.leader
        return {
            "leads": leader is None,
            "differed": self.differed,
            "machines": [machine.told() | {"leads": machine is leader} for machine in self.machines],
        }

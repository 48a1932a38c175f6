"""Keeps two machines in step: decides which one leads, whether they differ, and when the follower takes over the
leader's place in the show.

Both machines receive the same presses, each by its own route, and tell each other what each press changed. The one that
has been up longer leads. A press that has reached only one of them so far is no difference. They differ if they have
different lines for the same cue number, or if they stay apart for longer than a press can take. Pure: time is passed
in.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from stagelyric.types import standing
from stagelyric.types.json import JsonObject
from stagelyric.types.standing import Record, Standing

SETTLED = 0.25  # seconds that a press may take to reach the other machine
REMEMBERED = 64  # own changes that are kept, to compare with what a lagging leader says
ALIKE = 0.25  # seconds; machines whose ages differ by less are ordered by name. It exceeds any message's delay.


@dataclass(frozen=True, slots=True)
class Mark:
    """The comparable part of a show's state, and since when it has held (monotonic seconds)."""

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
    """Another machine. `name`: its address; `started`: when it started, by our clock; `differed`: when it last took
    over another machine's state, in unix seconds."""

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

    def told(self) -> JsonObject:
        """The machine's state for the operator's page."""
        return {"name": self.name, "up": self.up, "leads": self.leads, "differed": self.differed}


class Step:
    """This machine and the others that it names. `id` is new at every start."""

    def __init__(self, id: str, title: str, started: float, names: Sequence[str]) -> None:
        self.id, self.title, self.started = id, title, started
        self.machines = [Machine(name) for name in names]
        self.differed: float | None = None
        self._marks: deque[Mark] = deque(maxlen=REMEMBERED)

    def own(self, record: Record, now: float) -> None:
        """Records this show's present state."""
        self._marks.append(mark(record, now))

    def hear(self, machine: Machine, message: Record, now: float) -> None:
        """Takes another machine's message: its complete state (`whole`) or what has changed. Raises ValueError if it is
        invalid or comes from this machine itself."""
        record, name, age = message.get("record"), message.get("id"), message.get("age")
        if not isinstance(record, dict) or not isinstance(name, str) or not isinstance(age, int | float):
            raise ValueError("wanted where a show is, found none")
        machine.up, machine.id, machine.started = name != self.id, name[:40], now - age
        if not machine.up:
            self.machines.remove(machine)  # the address leads to this machine itself
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
        """The machine that leads; None if it is this one."""
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
        """Returns the state to take over, or the seconds after which to check again, or None (in step, or leading)."""
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
        """Since when the two have been apart in a way that a press on its way explains; -inf if they really differ."""
        if mine.number < theirs.number:
            return theirs.at
        if mine.number == theirs.number:
            return max(mine.at, theirs.at) if mine.text == theirs.text else float("-inf")
        # This machine is ahead. It may have been in the state in which the leader still is.
        for earlier, later in pairwise(self._marks):
            if earlier.number == theirs.number and later.number > theirs.number:
                return later.at if earlier.text == theirs.text else float("-inf")
        return max(mine.at, theirs.at)

    def message(self, record: Record, seed: int, now: float, *, whole: bool) -> JsonObject:
        """This machine's message to the others."""
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

    def told(self) -> JsonObject:
        """For the operator's page: which machine leads, and the others' state."""
        leader = self.leader
        return {
            "leads": leader is None,
            "differed": self.differed,
            "machines": [machine.told() | {"leads": machine is leader} for machine in self.machines],
        }

"""Shelves of ready lines, one for each Ask. Taking one never waits and never fails; it may find nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from stagelyric.types.lines import Ask, Line, normal

CHUNK = 16  # lines are asked for, and written, in chunks of this many
STANZA = 4  # lines of one frame, or of two
FIRST = STANZA  # lines that are asked for where a shelf has none: a stanza of frames is there at once


@dataclass(slots=True)
class Shelf:
    """The lines of one Ask in their order. `position`: the first that has not been taken or passed over.

    `family`: the shelves for the same place at any wildness, itself among them; `passed`: the stanza in which a frame
    was passed over, since it had been sung from another shelf.
    """

    ask: Ask
    family: "list[Shelf]" = field(repr=False)
    lines: list[Line] = field(default_factory=list)
    position: int = 0
    passed: dict[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        return len(self.lines) - self.position


class Pool:
    """The n-th line of a shelf depends on its Ask and the model alone, never on when it was written.

    `target`: how many lines a shelf should have ready; enough to outlast a restart of the generator.
    """

    def __init__(self, target: int = 192) -> None:
        self.target = target
        self._shelves: dict[Ask, Shelf] = {}
        self._families: dict[Ask, list[Shelf]] = {}
        self._sung: dict[str, Ask] = {}  # the shelf that a frame was sung from first

    def shelf(self, ask: Ask) -> Shelf:
        shelf = self._shelves.get(ask)
        if shelf is None:
            family = self._families.setdefault(replace(ask, wildness=0.0), [])
            shelf = self._shelves[ask] = Shelf(ask, family)
            family.append(shelf)
        return shelf

    def put(self, ask: Ask, start: int, lines: Sequence[Line]) -> int:
        """Appends the lines from index `start` on; what is there already or would leave a gap is left out.

        Returns how many were new.
        """
        shelf = self.shelf(ask)
        fresh = list(lines[max(len(shelf.lines) - start, 0) :]) if start <= len(shelf.lines) else []
        for line in fresh:
            shelf.lines.append(replace(line, index=len(shelf.lines)))
        return len(fresh)

    def peek(self, ask: Ask, used: Collection[str]) -> Line | None:
        """The line that `take` would give: the first whose normal form is not in `used`."""
        shelf = self.shelf(ask)
        while shelf.position < len(shelf.lines):
            line = shelf.lines[shelf.position]
            if normal(line.text) not in used and not self._passes_over(shelf, line):
                return line
            shelf.position += 1
        return self._lent(shelf, used) if len(shelf.family) > 1 else None

    def take(self, ask: Ask, used: Collection[str]) -> Line | None:
        line = self.peek(ask, used)
        shelf = self.shelf(ask)
        if shelf.position < len(shelf.lines):  # else it is lent, and its own shelf will pass it over
            shelf.position += 1
        return line

    def sung(self, ask: Ask, line: Line) -> None:
        """A line has been up: other shelves pass its frame over."""
        if line.frame:
            self._sung.setdefault(line.frame, ask)

    def _passes_over(self, shelf: Shelf, line: Line) -> bool:
        """Whether a line's frame was sung from another shelf. Once on each shelf: what comes again is all there is."""
        if not line.frame or self._sung.get(line.frame, shelf.ask) == shelf.ask:
            return False
        stanza = line.index // STANZA
        return shelf.passed.setdefault(line.frame, stanza) == stanza

    def ready(self, ask: Ask) -> int:
        return self.shelf(ask).ready

    def _lent(self, empty: Shelf, used: Collection[str]) -> Line | None:
        """A line for the same place at the nearest wildness: better than none while the shelf is filled."""
        for shelf in sorted(empty.family, key=lambda shelf: abs(shelf.ask.wildness - empty.ask.wildness)):
            for line in shelf.lines[shelf.position :]:
                if normal(line.text) not in used:
                    return line
        return None

    def hungry(self, asks: Iterable[Ask], target: int | None = None) -> tuple[Ask, int, int] | None:
        """The first of `asks` whose shelf wants lines, as (ask, start, count); none: all are full.

        All get their first lines, then all reach a quarter of the target before any goes on: the section after next
        matters more than the two hundredth line of this one.
        """
        goal = target or self.target
        shelves = [self.shelf(ask) for ask in asks]
        for level in (1, goal // 4, goal):
            for shelf in shelves:
                if shelf.ready < level:
                    begun = len(shelf.lines)
                    return shelf.ask, begun, CHUNK - begun % CHUNK if begun else FIRST
        return None

    def shelves(self) -> list[Shelf]:
        return list(self._shelves.values())

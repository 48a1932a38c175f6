"""Shelves of ready lines, one for each Ask. Taking one never waits and never fails; it may find nothing."""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from stagelyric.types.lines import Ask, Line, normal
from stagelyric.types.standing import Standing

CHUNK = 16  # lines are asked for, and written, in chunks of this many
STANZA = 4  # lines of one frame, or of two
FIRST = STANZA  # lines that are asked for where a shelf has none: a stanza of frames is there at once


@dataclass(slots=True)
class Shelf:
    """The lines of one Ask in their order. `position`: the first that has not been taken or passed over.

    A press is counted, whether its line was there or not: the n-th press takes the n-th line, and where the writer was
    late the n-th is passed over. So two machines stay in step though only one of them had to wait, and `position` may
    lie beyond the lines. `family`: the shelves for the same place at any wildness, itself among them; `passed`: the
    stanza in which a frame was passed over, since it had been sung from another shelf.
    """

    ask: Ask
    family: "list[Shelf]" = field(repr=False)
    lines: list[Line] = field(default_factory=list)
    position: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    digest: str = ""

    @property
    def ready(self) -> int:
        return max(len(self.lines) - self.position, 0)


class Pool:
    """The n-th line of a shelf depends on its Ask and the model alone, never on when it was written.

    `target`: how many lines a shelf should have ready; enough to outlast a restart of the generator; `sung_from`: the
    shelf that a frame was sung from first, by its digest.
    """

    def __init__(self, target: int = 192) -> None:
        self.target = target
        self._shelves: dict[Ask, Shelf] = {}
        self._families: dict[Ask, list[Shelf]] = {}
        self.sung_from: dict[str, str] = {}
        self.puts = 0
        """How often lines were put on some shelf."""
        self.passed_on: Callable[[Shelf], None] = lambda shelf: None
        """Is told when a look at a shelf has moved its place: who looks, and when, is part of what comes up."""
        self._lately: deque[tuple[int, Shelf, int]] = deque(maxlen=16)
        self._places: dict[str, int] = {}  # of shelves that are not there yet
        self._passed: dict[str, dict[str, int]] = {}

    def shelf(self, ask: Ask) -> Shelf:
        shelf = self._shelves.get(ask)
        if shelf is None:
            family = self._families.setdefault(replace(ask, wildness=0.0), [])
            digest = ask.digest
            place, passed = self._places.pop(digest, 0), self._passed.pop(digest, {})
            shelf = self._shelves[ask] = Shelf(ask, family, position=place, passed=passed, digest=digest)
            family.append(shelf)
        return shelf

    def places(self) -> dict[str, int]:
        """The presses that were counted, by the shelf's digest."""
        return self._places | {shelf.digest: shelf.position for shelf in self._shelves.values() if shelf.position}

    def passed(self) -> dict[str, dict[str, int]]:
        """The frames that were passed over, by the shelf's digest."""
        return self._passed | {shelf.digest: dict(shelf.passed) for shelf in self._shelves.values() if shelf.passed}

    def place(self, standing: Standing) -> None:
        """Goes on where another show was: every shelf at its place, those that are yet to come too."""
        self._places, self.sung_from = dict(standing.places), dict(standing.frames)
        self._passed = {digest: dict(passed) for digest, passed in standing.passed.items()}
        for shelf in self._shelves.values():
            shelf.position = self._places.pop(shelf.digest, 0)
            shelf.passed = self._passed.pop(shelf.digest, {})

    def put(self, ask: Ask, start: int, lines: Sequence[Line]) -> int:
        """Appends the lines from index `start` on; what is there already or would leave a gap is left out.

        Returns how many were new.
        """
        shelf = self.shelf(ask)
        fresh = list(lines[max(len(shelf.lines) - start, 0) :]) if start <= len(shelf.lines) else []
        self.puts += 1
        self._lately.append((self.puts, shelf, len(shelf.lines)))
        for line in fresh:
            shelf.lines.append(replace(line, index=len(shelf.lines)))
        return len(fresh)

    def held(self, shelf: Shelf, puts: int) -> int:
        """How many lines a shelf had when `self.puts` was `puts`, a moment ago."""
        return next((before for put, which, before in self._lately if put > puts and which is shelf), len(shelf.lines))

    def lay(self, ask: Ask, lines: Sequence[Line]) -> None:
        """A shelf with just these lines, each at the place of its stanza that it was written for."""
        self.shelf(ask).lines[:] = lines

    def peek(self, ask: Ask, used: Collection[str]) -> Line | None:
        """The line that `take` would give: the first whose normal form is not in `used`."""
        shelf = self.shelf(ask)
        begun = shelf.position
        while shelf.position < len(shelf.lines):
            line = shelf.lines[shelf.position]
            if normal(line.text) not in used and not self._passes_over(shelf, line):
                if shelf.position != begun:
                    self.passed_on(shelf)
                return line
            shelf.position += 1
        if shelf.position != begun:
            self.passed_on(shelf)
        return self._lent(shelf, used) if len(shelf.family) > 1 else None

    def take(self, ask: Ask, used: Collection[str]) -> Line | None:
        line = self.peek(ask, used)
        self.count(ask)
        return line

    def count(self, ask: Ask) -> None:
        """A press: what `peek` gave goes up. On its own shelf a line that was lent will be passed over, being used."""
        self.shelf(ask).position += 1

    def sung(self, ask: Ask, line: Line) -> None:
        """A line has been up: other shelves pass its frame over."""
        if line.frame:
            self.sung_from.setdefault(line.frame, self.shelf(ask).digest)

    def _passes_over(self, shelf: Shelf, line: Line) -> bool:
        """Whether a line's frame was sung from another shelf. Once on each shelf: what comes again is all there is."""
        if not line.frame or self.sung_from.get(line.frame, shelf.digest) == shelf.digest:
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

    def hungry(self, near: Sequence[Ask], every: Sequence[Ask] = ()) -> tuple[Ask, int, int] | None:
        """The shelf that wants lines most, as (ask, start, count); None: all have enough.

        `near`: what can come next, nearest first, `every`: the whole set. Every section gets its first lines, this one
        and the next before the others; then all get a whole chunk, then a quarter of the target, and only those that
        can come next are filled: the section after next matters more than the two hundredth line of this one.
        """
        for level, asks in (
            (1, [*near[:2], *every]),
            (CHUNK, [*near, *every]),
            (self.target // 4, [*near, *every]),
            (self.target, near),
        ):
            for ask in asks:
                shelf = self.shelf(ask)
                if shelf.ready < min(level, self.target):
                    return ask, len(shelf.lines), self.portion(ask)
        return None

    def portion(self, ask: Ask) -> int:
        """How many lines a shelf is best written at once: a few at first, then to the end of a chunk."""
        begun = len(self.shelf(ask).lines)
        return CHUNK - begun % CHUNK if begun else FIRST

    def shelves(self) -> list[Shelf]:
        return list(self._shelves.values())

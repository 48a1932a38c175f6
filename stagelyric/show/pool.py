"""Shelves of ready lines, one per Ask. Taking a line never waits and never fails, but may find none."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from stagelyric.types.lines import Ask, Line, normal
from stagelyric.types.standing import Standing

CHUNK = 16  # lines are requested and written in chunks of this size
STANZA = 4  # lines of a stanza, which come from one frame or from two
FIRST = STANZA  # lines requested for an empty shelf: a stanza made from frames is available at once


@dataclass(slots=True)
class Shelf:
    """The lines of one Ask, in order. `position`: index of the first line that has not been taken or passed over.

    Each press advances `position` by one, whether or not its line was ready: the n-th press takes the n-th line, and if
    the writer was late the n-th line is skipped. This keeps two machines in step even if only one of them had no line
    ready; `position` may therefore lie beyond the end of `lines`. `family`: the shelves for the same place at all
    wildnesses, including this one; `passed`: for each frame that was skipped because another shelf had used it, the
    stanza in which that happened; `reached`: index of the last line that was looked at for another shelf or section.
    """

    ask: Ask
    family: "list[Shelf]" = field(repr=False)
    lines: list[Line] = field(default_factory=list)
    position: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    reached: int = 0
    _spent: int = 0  # all lines from `position` to this one were used when they were last looked at

    @property
    def ready(self) -> int:
        return max(len(self.lines) - self.position, 0)

    def lent(self, used: Collection[str]) -> Iterator[Line]:
        """The lines ready here that are not in `used`, for another shelf or section that has none. `used`: empty, for
        all lines, or what was shown and vetoed, which only grows (see `renewed`), so that the lines at the beginning
        which are in it are looked at once only."""
        place = max(self.position, self._spent) if used else self.position
        unbroken = True
        while place < len(self.lines):
            line = self.lines[place]
            if normal(line.text) not in used:
                unbroken = False
                self.reached = max(place, self.reached)
                yield line
            elif unbroken:
                self._spent = place + 1
            place += 1

    def renewed(self) -> None:
        """To be called where lines are replaced, or where fewer lines count as used than before."""
        self._spent = 0


class Pool:
    """All shelves. The n-th line of a shelf depends only on its Ask and the model, never on when it was written.

    `target`: how many lines a shelf should have ready; enough to outlast a restart of the generator; `sung_from`: for
    each frame, the digest of the shelf from which it was first shown.
    """

    def __init__(self, target: int = 192) -> None:
        self.target = target
        self._shelves: dict[Ask, Shelf] = {}
        self._families: dict[Ask, list[Shelf]] = {}
        self.sung_from: dict[str, str] = {}
        self.puts = 0
        """How many times lines were added to any shelf."""
        self.passed_on: Callable[[Shelf], None] = lambda shelf: None
        """Called when a look at a shelf has advanced its position: when that happened must be recorded, since it
        affects which lines come up."""
        self.looked: dict[str, Shelf] = {}
        """The shelves that were advanced so since the show's last record, by their digest."""
        self.newly_sung: dict[str, str] = {}
        """What was added to `sung_from` since the show's last record: one press may show several lines."""
        self._lately: deque[tuple[int, Shelf, int]] = deque(maxlen=16)
        self._places: dict[str, int] = {}  # positions for shelves that do not exist yet
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
        """The shelves' positions (presses counted), by the shelf's digest."""
        return self._places | {shelf.digest: shelf.position for shelf in self._shelves.values() if shelf.position}

    def passed(self) -> dict[str, dict[str, int]]:
        """The frames that were skipped, by the shelf's digest."""
        return self._passed | {shelf.digest: dict(shelf.passed) for shelf in self._shelves.values() if shelf.passed}

    def place(self, standing: Standing) -> None:
        """Continues where another show was: sets the position of every shelf, including those that are created
        later."""
        self._places, self.sung_from = dict(standing.places), dict(standing.frames)
        self._passed = {digest: dict(passed) for digest, passed in standing.passed.items()}
        for shelf in self._shelves.values():
            shelf.position = self._places.pop(shelf.digest, 0)
            shelf.passed = self._passed.pop(shelf.digest, {})
            shelf.renewed()
        self.looked, self.newly_sung = {}, {}  # these belonged to the previous place

    def put(self, ask: Ask, start: int, lines: Sequence[Line]) -> int:
        """Appends lines; `start` is the index of the first. Skips those that are there already, and all of them if they
        would leave a gap.

        Returns how many were added.
        """
        shelf = self.shelf(ask)
        fresh = list(lines[max(len(shelf.lines) - start, 0) :]) if start <= len(shelf.lines) else []
        self.puts += 1
        self._lately.append((self.puts, shelf, len(shelf.lines)))
        for line in fresh:
            shelf.lines.append(replace(line, index=len(shelf.lines)))
        return len(fresh)

    def held(self, shelf: Shelf, puts: int) -> int:
        """How many lines a shelf had when `self.puts` had the value `puts`. Only the last 16 additions are
        remembered."""
        return next((before for put, which, before in self._lately if put > puts and which is shelf), len(shelf.lines))

    def lay(self, ask: Ask, lines: Sequence[Line]) -> None:
        """Replaces a shelf's lines. Each line keeps its index, which gives its place in its stanza."""
        shelf = self.shelf(ask)
        shelf.lines[:] = lines
        shelf.renewed()

    def peek(self, ask: Ask, used: Collection[str]) -> Line | None:
        """The line that `take` would give: the first whose normal form is not in `used`."""
        shelf = self.shelf(ask)
        begun = shelf.position
        while shelf.position < len(shelf.lines):
            line = shelf.lines[shelf.position]
            if normal(line.text) not in used and not self._passes_over(shelf, line):
                self._has_looked(shelf, begun)
                return line
            shelf.position += 1
        self._has_looked(shelf, begun)
        return self._lent(shelf, used) if len(shelf.family) > 1 else None

    def _has_looked(self, shelf: Shelf, begun: int) -> None:
        if shelf.position != begun:
            self.looked[shelf.digest] = shelf
            self.passed_on(shelf)

    def take(self, ask: Ask, used: Collection[str]) -> Line | None:
        line = self.peek(ask, used)
        self.count(ask)
        return line

    def count(self, ask: Ask) -> None:
        """Counts a press. A line lent by another shelf is skipped there later, since it is in `used` by then."""
        self.shelf(ask).position += 1

    def sung(self, ask: Ask, line: Line) -> None:
        """Records that a line was shown: other shelves then skip its frame."""
        if line.frame and line.frame not in self.sung_from:
            self.sung_from[line.frame] = self.newly_sung[line.frame] = self.shelf(ask).digest

    def _passes_over(self, shelf: Shelf, line: Line) -> bool:
        """Whether to skip a line because its frame was shown from another shelf. A frame is skipped only once per
        shelf: if it comes again, there is nothing else left."""
        if not line.frame or self.sung_from.get(line.frame, shelf.digest) == shelf.digest:
            return False
        stanza = line.index // STANZA
        return shelf.passed.setdefault(line.frame, stanza) == stanza

    def ready(self, ask: Ask) -> int:
        return self.shelf(ask).ready

    def _lent(self, empty: Shelf, used: Collection[str]) -> Line | None:
        """A line for the same place at the nearest wildness, used while the shelf itself is empty."""
        for shelf in sorted(empty.family, key=lambda shelf: abs(shelf.ask.wildness - empty.ask.wildness)):
            for line in shelf.lent(used):
                return line
        return None

    def hungry(self, near: Sequence[Ask], every: Sequence[Ask] = ()) -> tuple[Ask, int, int] | None:
        """The shelf that needs lines most, as (ask, start, count); None if all have enough.

        `near`: what can come next, nearest first; `every`: the whole set. First every section gets its first few lines,
        beginning with this one and the next; then each gets a whole chunk, then a quarter of the target. Only the
        sections that can come next are filled to the target, since the section after next matters more than this one's
        two hundredth line.
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
        """How many lines to write for a shelf in one go: a few at first, then up to the end of a chunk."""
        begun = len(self.shelf(ask).lines)
        return CHUNK - begun % CHUNK if begun else FIRST

    def shelves(self) -> list[Shelf]:
        return list(self._shelves.values())

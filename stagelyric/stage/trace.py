"""Writes to the journal what a replay of the night needs: how it began, what came in, which lines were ready then.

No press is delayed: the stage calls everything here in the loop's next round, when the press's line is on its way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from zlib import crc32

from stagelyric.gear.journal.journal import Journal
from stagelyric.show.answers import Answering
from stagelyric.show.effects import Unjudged, Wanted
from stagelyric.show.pool import Shelf
from stagelyric.show.show import Show
from stagelyric.types.events import Event
from stagelyric.types.lines import Ask, Line, as_list
from stagelyric.types.standing import as_record
from stagelyric.types.time import MACHINE, Time

FORMAT = 1
"""Version of the format of the "begin" record."""

AHEAD = 96  # lines of a shelf after its position that a press might look at
BEHIND = 8  # lines before a shelf's position, since a press that looked there first may have advanced it
MOST_INPUTS = 200_000  # maximum number of recorded events that did nothing in a night; a knob sends many

Told = dict[str, object]


class Trace:
    """`begin`: returns what the show is made of, called once when it opens; without it the night can't be replayed."""

    def __init__(self, journal: Journal, show: Show, time: Time = MACHINE) -> None:
        self.begin: Callable[[], Told] | None = None
        self._journal, self._show, self._time = journal, show, time
        self._ends: dict[str, int] = {}  # the index up to which each shelf has been written down
        self._near: list[Ask] = []
        self._inputs = 0

    def open(self, tempo: float) -> None:
        """Records the start; the show must be in its initial state."""
        if self.begin is None:
            return
        loop, pool = asyncio.get_running_loop(), self._show.pool

        def looked(shelf: Shelf) -> None:
            told: Told = {"shelf": shelf.digest}
            loop.call_soon(self.note, "look", told, self._time.wall(), pool.puts)

        pool.passed_on = looked
        standing, begin = as_record(self._show.standing(tempo)), self.begin
        kept = [[*place, list(texts)] for place, texts in self._show.ladder.kept.items()]
        meanwhile = [[*place, list(map(as_list, lines))] for place, lines in self._show.ladder.meanwhile.items()]
        seed, speech = self._show.seed, self._show.speech
        told = {"standing": standing, "kept": kept, "meanwhile": meanwhile, "seed": seed, "speech": speech}
        self._journal.note("begin", self._time.wall(), lambda: {**begin(), **told})
        self._lines(pool.puts)

    def event(self, event: Event, acted: bool, wall: float, puts: int) -> None:
        """Records an event that was performed; `acted`: it did something. `puts`: see `Pool.held`."""
        if self.begin is not None:
            self._lines(puts)
        if acted:
            self._journal.fired(event, wall)
        elif self.begin is not None and self._inputs < MOST_INPUTS:
            self._inputs += 1
            self._journal.note("input", wall, lambda: repr(event))

    def note(self, kind: str, told: Told, wall: float, puts: int) -> None:
        """Records what came of an event later: a cue on its beat, a line that was written, another place in the set."""
        if self.begin is None:
            return
        self._lines(puts)
        self._journal.note(kind, wall, lambda: told)

    def _lines(self, puts: int) -> None:
        """Records the lines that a press could have looked at and that are not written down yet."""
        near = self._show.asks()
        for ask in dict.fromkeys([*self._near, *near]):
            for shelf in self._show.pool.shelf(ask).family:
                # Lines that were lent to others stand before the next one that a press might look at.
                reached = max(shelf.position, shelf.reached)
                self._shelf(shelf, min(self._show.pool.held(shelf, puts), reached + AHEAD), reached)
        self._near = near

    def _shelf(self, shelf: Shelf, end: int, reached: int) -> None:
        start = self._ends.get(shelf.digest)
        if start is None:
            start = max(shelf.position - BEHIND, 0)
        # Written in larger pieces, so that a shelf that is used line by line costs a record only now and then.
        if end <= start or (start > reached + AHEAD // 2 and end == reached + AHEAD):
            return
        self._ends[shelf.digest] = end
        ask, lines = shelf.ask, shelf.lines[start:end]
        self._journal.note("lines", self._time.wall(), lambda: _told(ask, start, lines))


def _told(ask: Ask, start: int, lines: Sequence[Line]) -> Told:
    return {"ask": asdict(ask), "start": start, "lines": [as_list(line) for line in lines]}


class Names:
    """Names for pending requests, the same on the night and in its replay, which hand them over in the same order."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def give(self, request: Wanted | Answering | Unjudged) -> str:
        """A name that no request had before: the same text may come twice at one moment, as in an OSC bundle."""
        name = name_of(request)
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name} {self._given[name]}"


def name_of(request: Wanted | Answering | Unjudged) -> str:
    """The first name of a request."""
    match request:
        case Wanted():
            return f"word {request.ask.digest}"
        case Answering():
            return f"heard {request.times}"
    text = crc32(str(request.do.value).encode("utf-8", "surrogatepass"))
    return f"text {request.at!r} {request.do.action} {text:08x}"


def made_of(
    setlist: str, lyrics: Mapping[str, str], never_quote: str, frames: str, vetoed: Iterable[str],
    words: Mapping[tuple[str, str], Mapping[str, Line]] | None,
) -> Told:  # fmt: skip
    """The value that `Trace.begin` returns. `setlist`: the text of its file; the rest as for a `Show`."""
    reserve = None
    if words is not None:
        reserve = [
            [*place, {word: as_list(line) for word, line in of.items()}] for place, of in words.items()
        ]  # fmt: skip
    return {
        "format": FORMAT, "setlist": setlist, "lyrics": dict(lyrics), "never_quote": never_quote, "frames": frames,
        "vetoed": sorted(vetoed), "words": reserve,
    }  # fmt: skip

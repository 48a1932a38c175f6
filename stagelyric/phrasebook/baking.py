"""Precomputes the ear: a pretrained language model scores each alternative of each frame in its place.

`python -m stagelyric.phrasebook.baking FOLDER --editor MODEL.gguf` writes FOLDER/ear.npz (see `ears`). Frames that the
file already has are skipped, so that a stopped run can continue and only changed frames are scored again.

A few forms of each frame are drawn. In each form every slot is set to each of its alternatives while all else stays the
same; the model scores the lines that change and the line after each. The mark of an alternative is how much better
these lines score than with the other alternatives of its slot, averaged over the forms. Interactions between two
alternatives are not seen, nor whether a line is true.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from stagelyric.editor.editor import Editor
from stagelyric.editor.faults import EditorError
from stagelyric.editor.usual import lexicon
from stagelyric.phrasebook import book, casting, draw, ears
from stagelyric.phrasebook.book import Book, BookError
from stagelyric.phrasebook.casting import Cast, Filling
from stagelyric.phrasebook.compiled import Body, Choice, Piece
from stagelyric.phrasebook.ears import Marks
from stagelyric.phrasebook.forms import Drawing, Form, Wanted
from stagelyric.words.npz import ModelError

Hear = Callable[[Sequence[str], Sequence[Sequence[str]]], list[float]]
"""Scores lines for sense, each after the lines before it: `Editor.score`."""

FORMS = 2
"""Forms of a frame in which every slot is varied."""
GAIN = 4.0
"""Nats of a mark for one nat of sense a word: an alternative .25 better than another is drawn e times as often."""
_MOST = 5.0  # limit of a mark, nats
_NEXT = 0.5  # weight of the line after a changed one
# a frame's own mark is _WHOLE * (its sense - _USUAL), within limits
_USUAL, _WHOLE, _LEAST_WHOLE, _MOST_WHOLE = 1.6, 0.8, -1.2, 0.6
_AT_ONCE = 12  # frames scored together, since their lines share beginnings
_SAVED = 20  # batches between two saves


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot whose alternatives are tried: the first slot with its label."""

    number: int
    first: int
    count: int


@dataclass(slots=True)
class _Turned:
    """A form with one alternative changed. `asked`: the lines to score, by number."""

    base: int
    slot: _Slot
    position: int
    asked: list[int] = field(default_factory=list)
    lines: tuple[str, ...] = ()


class _Listening:
    """One frame being scored."""

    def __init__(self, found: Book, number: int, cast: Cast):
        self.entry = found.entries[number]
        body = found.body(number)
        self._slots, self._home = _slots(body)
        self._alternatives = body.alternatives
        rng = draw.seeded("ear", self.entry.digest)
        self.bases: list[Form] = []
        self.turned: list[_Turned] = []
        # Forms whose rhyme breaks are scored too: the alternative may rhyme in combination with others.
        free = Drawing(replace(body, refused={}), rng)
        for _ in range(FORMS):
            filling = Filling(cast, rng)
            drawn = Drawing(body, rng).forms(_always(filling), Wanted((1, 40)), 1)
            if drawn:
                self.bases.append(drawn[0])
                self.turned += self._turn(len(self.bases) - 1, free, filling)

    def _turn(self, base: int, drawing: Drawing, filling: Filling) -> Iterator[_Turned]:
        form = self.bases[base]
        routes = {self._home[taken][0]: self._home[taken][1] for taken in form.taken}
        for slot in self._slots:
            if slot.number not in routes:
                continue  # the slot is inside an alternative that this form has not taken
            for position in range(slot.count):
                if position == routes[slot.number]:
                    continue
                how = Wanted((1, 40), routes={**routes, slot.number: position})
                kept = replace(filling, members=dict(filling.members))
                made = drawing.forms(_always(kept), how, 1)
                if made:
                    changed = [i for i, line in enumerate(made[0].lines) if line != form.lines[i]]
                    after = [i + 1 for i in changed if i + 1 < len(form.lines) and i + 1 not in changed]
                    yield _Turned(base, slot, position, sorted({*changed, *after}), made[0].lines)

    def questions(self) -> Iterator[tuple[str, Sequence[str]]]:
        """The lines to score, each with the lines before it, in the order in which `marks` reads the scores."""
        for form in self.bases:
            yield from ((line, form.lines[:i]) for i, line in enumerate(form.lines))
        for one in self.turned:
            yield from ((one.lines[i], one.lines[:i]) for i in one.asked)

    def marks(self, answers: Iterator[float]) -> Marks:
        """The marks of this frame's alternatives, from the scores of `questions`."""
        own = [[next(answers) for _ in form.lines] for form in self.bases]
        gained: dict[tuple[int, int], list[float]] = {}
        for one in self.turned:
            changed = {i for i in one.asked if one.lines[i] != self.bases[one.base].lines[i]}
            gain = sum((next(answers) - own[one.base][i]) * (1.0 if i in changed else _NEXT) for i in one.asked)
            gained.setdefault((one.base, one.slot.number), [0.0] * one.slot.count)[one.position] = gain
        total = [0.0] * self._alternatives
        for slot in self._slots:
            rows = [row for (_, number), row in gained.items() if number == slot.number]
            for position in range(slot.count if rows else 0):
                mean = sum(row[position] - sum(row) / len(row) for row in rows) / len(rows)
                total[slot.first + position] = max(-_MOST, min(_MOST, GAIN * mean))
        heard = [sense for row in own for sense in row]
        sense = sum(heard) / len(heard) if heard else _USUAL
        return Marks(tuple(total), {}, max(_LEAST_WHOLE, min(_MOST_WHOLE, _WHOLE * (sense - _USUAL))))


def _always(filling: Filling) -> Callable[[], Filling]:
    return lambda: filling


def _slots(body: Body) -> tuple[list[_Slot], dict[int, tuple[int, int]]]:
    """The slots whose alternatives are tried, and for each alternative its slot's number and position there."""
    found: list[_Slot] = []
    homes: dict[int, tuple[int, int]] = {}
    labels: set[str] = set()

    def walk(line: Sequence[Piece]) -> None:
        for piece in line:
            if not isinstance(piece, Choice):
                continue
            for position, choice in enumerate(piece.choices):
                homes[piece.first + position] = piece.number, position
                walk(choice)
            if piece.label not in labels:
                found.append(_Slot(piece.number, piece.first, len(piece.choices)))
            labels.update({piece.label} - {""})

    for line in body.lines:
        walk(line)
    return sorted(found, key=lambda slot: slot.number), homes


def bake(found: Book, hear: Hear, known: dict[str, Marks]) -> Iterator[int]:
    """Adds to `known` the marks of every frame that it lacks; yields the number of known frames after each batch."""
    cast = casting.cast(found.classes, (), (), 0)
    left = [entry.number for entry in found.entries if entry.digest not in known]
    for start in range(0, len(left), _AT_ONCE):
        frames = [_Listening(found, number, cast) for number in left[start : start + _AT_ONCE]]
        questions = [question for frame in frames for question in frame.questions()]
        answers = iter(hear([line for line, _ in questions], [before for _, before in questions]))
        for frame in frames:
            known[frame.entry.digest] = frame.marks(answers)
        yield len(known)


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m stagelyric.phrasebook.baking", description="Hears every frame in FOLDER and writes its ear.npz."
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--editor", type=Path, required=True, metavar="GGUF")
    arguments.add_argument("--nice", type=int, default=15, help="the niceness it runs with (%(default)s)")
    given = arguments.parse_args()
    os.nice(given.nice)
    file = given.folder / ears.FILE
    try:
        editor = Editor.open(given.editor, lexicon(), say=lambda text: print(text, file=sys.stderr))
        found = book.open_book(given.folder)
        there = {entry.digest for entry in found.entries}
        known = {name: marks for name, marks in found.ear.marks.items() if name in there}
        began, before = time.monotonic(), len(known)
        for turn, done in enumerate(bake(found, editor.score, known), 1):
            if turn % _SAVED == 0:
                ears.save(file, known)
                speed = (done - before) / (time.monotonic() - began)
                print(f"{done:,} of {len(there):,} frames, {speed:.2f} a second", file=sys.stderr, flush=True)
        ears.save(file, known)
    except (EditorError, BookError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

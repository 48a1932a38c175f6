"""Draws forms of compiled frames that meet given constraints; thousands a second."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from stagelyric.phrasebook import draw
from stagelyric.phrasebook.casting import Filling, syllables
from stagelyric.phrasebook.compiled import Body, Choice, Piece
from stagelyric.phrasebook.ends import bare, kind, two
from stagelyric.phrasebook.frame import PRONOUNS, SEXES, WHERE, Open
from stagelyric.phrasebook.unfolding import begins_with_vowel, capital

Taken = dict[int, int]
"""For each slot's number, the alternative taken (by its index in the frame)."""
_TRIES, _LOST = 5, 60  # draws for each form wanted; draws without success after which to give up
_ROUTES = 64
_REFERRING = frozenset(
    f"{word}{ending}"
    for word in ("he", "she", "it", "him", "her", "his", "hers", "its", "they", "them", "their", "theirs")
    for ending in ("", "'s", "'d", "'ll", "'re", "'ve")
)


@dataclass(frozen=True, slots=True)
class Form:
    """One filling of a frame. `taken`: indexes of its alternatives; by line: `signs` (`beats`), `ends`."""

    lines: tuple[str, ...]
    taken: tuple[int, ...]
    signs: tuple[str, ...]
    ends: tuple[str, ...]
    open: frozenset[str] = frozenset()

    @property
    def syllables(self) -> tuple[int, ...]:
        """The number of syllables of each line."""
        return tuple(map(len, self.signs))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form must be like. `syllables`: (fewest, most) of each line; `ends`: for some lines, the allowed last
    words; `routes`: slots whose position is given; `loose`: syllables by which a line may be outside the range."""

    syllables: tuple[int, int] = (1, 24)
    ends: Mapping[int, frozenset[str]] = field(default_factory=dict)
    routes: Mapping[int, int] = field(default_factory=dict)
    loose: int = 0


Weigh = Callable[[int, int], Sequence[float]]
"""The weights of a slot's alternatives, given the index of the first and their number."""


def even(first: int, count: int) -> Sequence[float]:
    """Equal weights for all alternatives."""
    return (1.0,) * count


class _Line:
    """One line being built."""

    __slots__ = ("kinds", "opened", "signs", "words")

    def __init__(self) -> None:
        self.opened = False  # whether what it ends on, so far, is an open slot
        self.words: list[str] = []
        self.signs = ""
        self.kinds: list[str] = []


class Drawing:
    """Draws forms of one frame."""

    def __init__(self, body: Body, rng: random.Random, weigh: Weigh = even):
        self.body, self.rng, self.weigh = body, rng, weigh
        self._cumulated: dict[int, list[float]] = {}

    @cached_property
    def labels(self) -> dict[int, str]:
        """The label of each linked slot."""
        return dict(_labels(piece for line in self.body.lines for piece in line))

    def agree(self, one: Mapping[int, int], other: Mapping[int, int]) -> bool:
        """Whether one form can have both positions of slots, given that linked slots have the same."""
        places = {self.labels.get(slot, slot): at for slot, at in one.items()}
        return all(places.get(self.labels.get(slot, slot), at) == at for slot, at in other.items())

    def forms(self, filling: Callable[[], Filling], wanted: Wanted, count: int) -> list[Form]:
        """Up to `count` different forms that meet the constraints; fewer, or none, if these are rare."""
        found: dict[tuple[str, ...], Form] = {}
        for attempt in range(max(_LOST + 1, count * _TRIES)):
            form = self._form(filling(), wanted)
            if form is not None:
                found.setdefault(form.lines, form)
                if len(found) >= count:
                    break
            elif not found and attempt >= _LOST:
                break
        return list(found.values())

    def _form(self, filling: Filling, wanted: Wanted) -> Form | None:
        # Linked slots have one position, which may be wanted of a later one; the first decides where it is of several.
        later_first = sorted(wanted.routes.items(), reverse=True)
        labels = {self.labels[slot]: at for slot, at in later_first if slot in self.labels}
        taken: Taken = {}
        lines: list[_Line] = []
        low, high = wanted.syllables[0] - wanted.loose, wanted.syllables[1] + wanted.loose
        for number, pieces in enumerate(self.body.lines):
            line = _Line()
            self._walk(pieces, line, labels, taken, filling, wanted.routes)
            end = bare(line.words[-1]) if line.words else ""
            if not low <= len(line.signs) <= high or not end:
                return None
            if number in wanted.ends and end not in wanted.ends[number]:
                return None
            lines.append(line)
        ends = tuple(bare(line.words[-1]) for line in lines)
        if not all(_rhyme(lines[a], lines[b], bad) for (a, b), bad in self.body.refused.items()):
            return None
        return Form(
            tuple(map(_finished, (line.words for line in lines))),
            tuple(taken.values()),
            tuple(line.signs for line in lines),
            ends,
            frozenset(kind for line in lines for kind in line.kinds),
        )

    def _walk(
        self, pieces: Sequence[Piece], line: _Line, labels: dict[str, int], taken: Taken, filling: Filling,
        routes: Mapping[int, int],
    ) -> None:  # fmt: skip
        for piece in pieces:
            if type(piece) is tuple:
                line.words += piece[0].split(" ")
                line.opened = False
                line.signs += piece[1]
            elif type(piece) is Choice:
                position = labels.get(piece.label, -1) if piece.label else routes.get(piece.number, -1)
                if position < 0:
                    position = self._position(piece)
                if piece.label:
                    labels[piece.label] = position
                taken[piece.number] = piece.first + position
                self._walk(piece.choices[position], line, labels, taken, filling, routes)
            else:
                assert isinstance(piece, Open)
                self._say(piece, line, filling)

    def _say(self, piece: Open, line: _Line, filling: Filling) -> None:
        text, preposition = filling.said(piece)
        line.signs += syllables(text)
        if preposition and line.words and line.words[-1].lower() in WHERE:
            line.words[-1] = preposition
        line.words += f"{piece.before}{text}{piece.after}".split(" ")
        line.kinds.append(piece.kind)
        line.opened = True

    def _position(self, piece: Choice) -> int:
        if piece.number not in self._cumulated:
            total, row = 0.0, []
            for weight in self.weigh(piece.first, len(piece.choices)):
                total += weight
                row.append(total)
            self._cumulated[piece.number] = row
        row = self._cumulated[piece.number]
        at = self.rng.random() * row[-1]
        for position, edge in enumerate(row):
            if at < edge:
                return position
        return len(row) - 1


def _labels(pieces: Iterable[Piece]) -> Iterator[tuple[int, str]]:
    """The number and label of each linked slot, those within alternatives included."""
    for piece in pieces:
        if type(piece) is Choice:
            if piece.label:
                yield piece.number, piece.label
            yield from _labels(inner for choice in piece.choices for inner in choice)


def _rhyme(one: _Line, other: _Line, refused: frozenset[tuple[str, str]]) -> bool:
    """Whether the ends of two lines that must rhyme do so."""
    # rhymes with open slots can't be checked when compiling, as it is unknown who fills them
    if one.opened or other.opened:
        return kind(one.words, other.words) == "perfect"
    last = bare(one.words[-1]), bare(other.words[-1])
    return last not in refused and (two(one.words), two(other.words)) not in refused


def _finished(words: Sequence[str]) -> str:
    said = list(words)
    for at, word in enumerate(said[:-1]):
        if word in ("a", "an", "A", "An"):
            said[at] = word[0] + ("n" if begins_with_vowel(said[at + 1]) else "")
    return capital(" ".join(said))


def routes_to_word(line: Sequence[Piece], word: str) -> list[dict[int, int]]:
    """The ways for a line to have a word: for each, positions to take in slots. [{}]: it always has the word."""
    found: list[dict[int, int]] = []
    for piece in line:
        if type(piece) is tuple:
            if word in map(bare, piece[0].split(" ")):
                return [{}]
        elif type(piece) is Choice:
            for position, choice in enumerate(piece.choices):
                found += [{piece.number: position, **route} for route in routes_to_word(choice, word)]
    return [{}] if {} in found else found[:_ROUTES]


def routes_to_open(line: Sequence[Piece], kind: str, *, plural: bool) -> list[dict[int, int]]:
    """The ways for a line to reach its first open slot `*kind`, in singular or plural; as for `routes_to_word`."""
    found: list[dict[int, int]] = []
    for piece in line:
        if isinstance(piece, Open):
            if piece.kind == kind and piece.number == 1 and piece.plural == plural:
                return [{}]
        elif type(piece) is Choice:
            for position, choice in enumerate(piece.choices):
                found += [{piece.number: position, **route} for route in routes_to_open(choice, kind, plural=plural)]
    return found[:_ROUTES]


def ends_of(line: Sequence[Piece]) -> list[tuple[str, dict[int, int]]]:
    """The last words that a line can have, each with the positions to take for it; open slots are left out."""
    return list(_ends(line))


def _ends(line: Sequence[Piece]) -> Iterator[tuple[str, dict[int, int]]]:
    if not line:
        return
    last = line[-1]
    if type(last) is tuple:
        yield bare(last[0].rpartition(" ")[2]), {}
    elif type(last) is Choice:
        for position, choice in enumerate(last.choices):
            inner = _ends(choice) if choice else _ends(line[:-1])
            for word, route in inner:
                yield word, {last.number: position, **route}


def introduces(line: Sequence[Piece]) -> bool:
    """Whether no form of a line has a pronoun of the third person, unless a person is named before it."""
    for piece in line:
        if type(piece) is tuple:
            if not _REFERRING.isdisjoint(map(bare, piece[0].split(" "))):
                return False
        elif type(piece) is Choice:
            if not all(map(introduces, piece.choices)):
                return False
        elif isinstance(piece, Open):
            if piece.kind in (*PRONOUNS, *SEXES):  # without such a person in the song, it says "she" or "he"
                return False
            if piece.kind == "person":
                return True
    return True


def is_as_written(body: Body, form: Form) -> bool:
    """Whether a form has the first alternative in every slot, and no open slots."""
    firsts: set[int] = set()

    def walk(line: Sequence[Piece]) -> None:
        for piece in line:
            if isinstance(piece, Choice):
                firsts.add(piece.first)
                for choice in piece.choices:
                    walk(choice)

    for line in body.lines:
        walk(line)
    return not form.open and firsts.issuperset(form.taken)


def pick(rng: random.Random, scores: Sequence[float], heat: float) -> int:
    """Draws an index of `scores` (sorted, best first), better ones more often; heat 0 takes the best."""
    if heat <= 0 or len(scores) < 2:
        return 0
    best = scores[0]
    return draw.weighted(rng, [2.718281828 ** ((score - best) / heat) for score in scores])

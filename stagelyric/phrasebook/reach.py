"""Properties of all forms of a line, without listing them: ends, beginnings, lengths, and their number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from stagelyric.phrasebook.frame import OPEN, SEXES, Frame, Line, Open, Piece, Slot, Text, pieces
from stagelyric.phrasebook.sounds import count as word_syllables

Choice = frozenset[tuple[str, int]]
"""The position taken by each of some labels."""

OPEN_SYLLABLES = 2
OPEN_CHARACTERS = 7
OPEN_FORMS = 8
"""How many fillings an open slot is counted as, for the number of forms."""
SHE_SYLLABLES, SHE_CHARACTERS = 1, 4
"""Size assumed for `*woman` and `*man`, which become she or he in most songs, Kate or Joe in others."""
_MOST = 4000


@dataclass(frozen=True, slots=True)
class Reached:
    """Words at one end of a line, and the label positions that lead to them."""

    labels: Choice
    words: tuple[str, ...]


def joined(a: Choice, b: Choice) -> Choice | None:
    """Both choices together; None if they contradict each other."""
    if not a or not b:
        return a or b
    merged = dict(a)
    for label, position in b:
        if merged.setdefault(label, position) != position:
            return None
    return frozenset(merged.items())


def last_words(line: Line, count: int) -> list[Reached]:
    """Every sequence of `count` words (fewer if the line is shorter) that a form of the line can end on."""
    return _distinct(_from_end(line, count, last=True))


def first_words(line: Line, count: int) -> list[Reached]:
    """Every sequence of `count` words that a form of the line can begin with."""
    return _distinct(_from_end(line, count, last=False))


def _distinct(found: Iterable[Reached]) -> list[Reached]:
    return list(dict.fromkeys(found))


def _from_end(line: Line, count: int, *, last: bool) -> Iterator[Reached]:
    if count <= 0 or not line:
        yield Reached(frozenset(), ())
        return
    piece, rest = (line[-1], line[:-1]) if last else (line[0], line[1:])
    for labels, words in _of_piece(piece, count, last):
        if len(words) >= count:
            yield Reached(labels, words)
            continue
        for more in _from_end(rest, count - len(words), last=last):
            both = joined(labels, more.labels)
            if both is not None:
                yield Reached(both, more.words + words if last else words + more.words)


def _of_piece(piece: Piece, count: int, last: bool) -> Iterator[tuple[Choice, tuple[str, ...]]]:
    if isinstance(piece, Text):
        yield frozenset(), piece.words[-count:] if last else piece.words[:count]
    elif isinstance(piece, Open):
        yield frozenset(), (piece.marker,)
    else:
        for position, choice in enumerate(piece.choices):
            own: Choice = frozenset({(piece.label, position)}) if piece.label else frozenset()
            for found in _distinct(_from_end(choice, count, last=last)):
                both = joined(own, found.labels)
                if both is not None:
                    yield both, found.words


def seams(line: Line) -> Iterator[tuple[str, str]]:
    """Every pair of words that can be adjacent, in plain text or where two pieces meet."""
    for at, piece in enumerate(line):
        if isinstance(piece, Text):
            yield from zip(piece.words, piece.words[1:], strict=False)
        elif isinstance(piece, Slot):
            for choice in piece.choices:
                yield from seams(choice)
        if at:
            after = first_words(line[at:], 1)  # beyond the next piece where that can be no words at all
            for before in last_words(line[:at], 1):
                for following in after:
                    if before.words and following.words and joined(before.labels, following.labels) is not None:
                        yield before.words[0], following.words[0]


def syllable_span(line: Line) -> tuple[int, int]:
    """The fewest and most syllables of a form of the line; an open slot counts as OPEN_SYLLABLES."""
    return _span(line, _syllables_of)


def character_span(line: Line) -> tuple[int, int]:
    """The fewest and most characters of a form of the line."""
    low, high = _span(line, _characters_of)
    return max(0, low - 1), max(0, high - 1)


def _syllables_of(piece: Text | Open) -> int:
    if isinstance(piece, Open):
        if piece.kind in SEXES:
            return SHE_SYLLABLES
        return OPEN_SYLLABLES if piece.kind in (*OPEN, "himself") else 1
    return sum(map(word_syllables, piece.words))


def _characters_of(piece: Text | Open) -> int:
    if isinstance(piece, Open):
        return (SHE_CHARACTERS if piece.kind in SEXES else OPEN_CHARACTERS) + len(piece.before) + len(piece.after) + 1
    return len(piece.text) + 1


def _span(line: Line, measure: object) -> tuple[int, int]:
    assert callable(measure)
    repeated = _repeated(line)
    spans = [_fixed_span(line, measure, dict(zip(repeated, taken, strict=True))) for taken in _assignments(repeated)]
    return min(low for low, _ in spans), max(high for _, high in spans)


def _repeated(line: Line) -> dict[str, int]:
    """Labels that occur more than once in a line, with their sizes: only these make its slots depend on one another."""
    seen: dict[str, int] = {}
    found: dict[str, int] = {}
    for piece in pieces(line):
        if isinstance(piece, Slot) and piece.label:
            if piece.label in seen:
                found[piece.label] = len(piece.choices)
            seen[piece.label] = len(piece.choices)
    return found


def _assignments(sizes: Mapping[str, int]) -> Iterable[tuple[int, ...]]:
    if math.prod(sizes.values()) > _MOST:
        return [(0,) * len(sizes)]
    return product(*(range(size) for size in sizes.values()))


def _fixed_span(line: Line, measure: object, taken: Mapping[str, int]) -> tuple[int, int]:
    assert callable(measure)
    low = high = 0
    for piece in line:
        if isinstance(piece, Slot):
            choices = piece.choices
            if piece.label in taken:
                choices = (choices[taken[piece.label]],)
            spans = [_fixed_span(choice, measure, taken) for choice in choices]
            low, high = low + min(a for a, _ in spans), high + max(b for _, b in spans)
        else:
            size = int(measure(piece))
            low, high = low + size, high + size
    return low, high


def forms(frame: Frame) -> int:
    """Approximate number of a frame's forms: each label counts once, every other slot by itself."""
    count = math.prod(frame.labels().values())
    return count * math.prod(round(_forms(line)) for line in frame.lines)


def _forms(line: Line) -> float:
    count = 1.0
    for piece in line:
        if isinstance(piece, Open) and piece.number == 1 and piece.kind in OPEN:
            count *= OPEN_FORMS
        elif isinstance(piece, Slot):
            inside = [_forms(choice) for choice in piece.choices]
            count *= sum(inside) / len(inside) if piece.label else sum(inside)
    return count

"""A frame in memory. A line is a list of pieces, which are joined with single spaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stagelyric.phrasebook.tags import Tags

NOUNS = (
    "animal", "food", "drink", "tool", "thing", "plant", "garment", "vehicle", "instrument", "room", "trade", "day",
    "month", "colour", "number",
)  # fmt: skip
"""The open classes that hold single nouns."""
PRONOUNS = ("he", "him", "his", "hers", "himself")
WHERE = frozenset({"in", "at", "on"})
SAID = {
    "m": {"he": "he", "him": "him", "his": "his", "hers": "his", "himself": "himself"},
    "f": {"he": "she", "him": "her", "his": "her", "hers": "hers", "himself": "herself"},
}
"""For each pronoun of a person, its masculine and feminine form."""
SEXES = {"woman": "f", "man": "m"}
"""Open slots for people of one sex. If the song has no such person, they are filled with "she" or "he"."""
OPEN = ("person", *SEXES, "place", *NOUNS)
PLURALS = frozenset(NOUNS) - {"number", "month", "colour"}
"""The classes that can be made plural with `.s`."""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words, separated by single spaces."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split(" "))


@dataclass(frozen=True, slots=True)
class Open:
    """A slot that is filled at show time, and the signs attached on either side ("'s", ",").

    `kind` is one of OPEN or PRONOUNS; `number` tells several of one kind apart.
    """

    kind: str
    number: int = 1
    plural: bool = False
    before: str = ""
    after: str = ""

    @property
    def marker(self) -> str:
        """The slot as it is written in a frame."""
        number = self.number if self.number > 1 else ""
        return f"{self.before}*{self.kind}{number}{'.s' if self.plural else ''}{self.after}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot with alternatives. Slots with the same `label` always take the same position."""

    choices: tuple[Line, ...]
    label: str = ""
    column: int = 0


Piece = Text | Open | Slot
Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Two or four lines, and their tags.

    `widths`: for each line, the number of alternatives in each of its slots, as written; `row`: where the frame begins
    in its file, from 1; `rows`: the row of each line.
    """

    lines: tuple[Line, ...]
    tags: Tags
    file: str = ""
    row: int = 1
    rows: tuple[int, ...] = ()
    widths: tuple[tuple[int, ...], ...] = ()
    source: tuple[str, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """All pieces, including those inside slots."""
        for line in self.lines:
            yield from pieces(line)

    def labels(self) -> dict[str, int]:
        """The number of positions of each label."""
        return {p.label: len(p.choices) for p in self.pieces() if isinstance(p, Slot) and p.label}

    @property
    def groups(self) -> list[list[int]]:
        """Groups of two or more lines that rhyme with one another."""
        scheme = self.tags.scheme
        if scheme == "free":
            return []
        by_letter: dict[str, list[int]] = {}
        for number, letter in enumerate(scheme[: len(self.lines)]):
            by_letter.setdefault(letter, []).append(number)
        return [group for group in by_letter.values() if len(group) > 1]


def pieces(line: Line) -> Iterator[Piece]:
    """All pieces of a line, including those inside slots."""
    for piece in line:
        yield piece
        if isinstance(piece, Slot):
            for choice in piece.choices:
                yield from pieces(choice)

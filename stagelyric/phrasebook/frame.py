"""A frame in memory: lines made of pieces. A line is pieces with one space between any two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stagelyric.phrasebook.tags import Tags

NOUNS = (
    "animal", "food", "drink", "tool", "thing", "plant", "garment", "vehicle", "instrument", "room", "trade", "day",
    "month", "colour", "number",
)  # fmt: skip
"""The open classes of one noun each."""
PRONOUNS = ("he", "him", "his", "hers", "himself")
WHERE = frozenset({"in", "at", "on"})
SAID = {
    "m": {"he": "he", "him": "him", "his": "his", "hers": "his", "himself": "himself"},
    "f": {"he": "she", "him": "her", "his": "her", "hers": "hers", "himself": "herself"},
}
"""What is said of a man and of a woman, by pronoun."""
SEXES = {"woman": "f", "man": "m"}
"""People of one sex: a frame says she or he of them itself, and that alone in a song that has no such person."""
OPEN = ("person", *SEXES, "place", *NOUNS)
PLURALS = frozenset(NOUNS) - {"number", "month", "colour"}
"""Classes that `.s` makes plural."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are, one space between any two."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split(" "))


@dataclass(frozen=True, slots=True)
class Open:
    """A slot that is filled at show time, with what is written against it on both sides ("'s", ",").

    `kind` is one of OPEN or PRONOUNS; `number` tells a second person from the first.
    """

    kind: str
    number: int = 1
    plural: bool = False
    before: str = ""
    after: str = ""

    @property
    def marker(self) -> str:
        """How it is written in a frame."""
        number = self.number if self.number > 1 else ""
        return f"{self.before}*{self.kind}{number}{'.s' if self.plural else ''}{self.after}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One of several; slots with the same `label` take the same position."""

    choices: tuple[Line, ...]
    label: str = ""
    column: int = 0


Piece = Text | Open | Slot
Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Two or four lines, and their tags.

    `widths`: for each line, how many alternatives each of its slots has as it was written; `row`: where it begins in
    its file, from 1; `rows`: where each of its lines stands.
    """

    lines: tuple[Line, ...]
    tags: Tags
    file: str = ""
    row: int = 1
    rows: tuple[int, ...] = ()
    widths: tuple[tuple[int, ...], ...] = ()
    source: tuple[str, ...] = ()

    def pieces(self) -> Iterator[Piece]:
        """Every piece, those inside of slots too."""
        for line in self.lines:
            yield from pieces(line)

    def labels(self) -> dict[str, int]:
        """How many positions each label has."""
        return {p.label: len(p.choices) for p in self.pieces() if isinstance(p, Slot) and p.label}

    @property
    def groups(self) -> list[list[int]]:
        """The lines that rhyme with one another, two or more in each group."""
        scheme = self.tags.scheme
        if scheme == "free":
            return []
        by_letter: dict[str, list[int]] = {}
        for number, letter in enumerate(scheme[: len(self.lines)]):
            by_letter.setdefault(letter, []).append(number)
        return [group for group in by_letter.values() if len(group) > 1]


def pieces(line: Line) -> Iterator[Piece]:
    """Every piece of a line, those inside of slots too."""
    for piece in line:
        yield piece
        if isinstance(piece, Slot):
            for choice in piece.choices:
                yield from pieces(choice)

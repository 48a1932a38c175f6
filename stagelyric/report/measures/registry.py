"""The registry of measures. One declared with `@measure` appears in every report, table and picture automatically.

To add one: a file in this folder with a function under `@measure`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from stagelyric.report.lyrics import Song, Stanza, all_lines
from stagelyric.report.measures.wording import Wording

Of = Literal["lines", "songs", "mean", "sets", "heard"]
Value = float | int | str | dict[str, float] | None
"""A number (NaN: nothing to measure), several by name with their "mean", a text; None if something required is
missing."""


@dataclass(frozen=True, slots=True)
class Band:
    """The usual values, `low` to `high`; on what they were counted; the measure's name, and what it says in a
    musician's words. `rate`: it is shown as a percentage."""

    low: float
    usual: float
    high: float
    of: Of
    name: str
    words: str
    rate: bool = True

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Given:
    """Songs, and their lines as words; `quotes`: whether a line occurs in somebody else's text, if known."""

    songs: Sequence[Song]
    words: Wording
    quotes: Callable[[str], bool] | None = None

    @cached_property
    def lines(self) -> list[str]:
        return list(all_lines(self.songs))

    @cached_property
    def stanzas(self) -> list[Stanza]:
        return [stanza for song in self.songs for stanza in song.stanzas]


@dataclass(frozen=True, slots=True)
class Measure:
    """`of`: computes its value; `band`: the values of people's lines, if counted; `extra`: it needs the extra `report`;
    `always`: every report has its key, measured or not."""

    key: str
    of: Callable[[Given], Value]
    band: Band | None = None
    extra: bool = False
    always: bool = True


MEASURES: dict[str, Measure] = {}
"""All measures by key, in the order in which they are shown."""


def measure(
    key: str, band: Band | None = None, *, extra: bool = False, always: bool = True
) -> Callable[[Callable[[Given], Value]], Callable[[Given], Value]]:
    """Declares the decorated function as a measure: see `Measure`. Raises ValueError if the key is already used."""

    def declared(of: Callable[[Given], Value]) -> Callable[[Given], Value]:
        if key in MEASURES:
            raise ValueError(f'there is a measure "{key}" already')
        MEASURES[key] = Measure(key, of, band, extra, always)
        return of

    return declared

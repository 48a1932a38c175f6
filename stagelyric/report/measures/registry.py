"""What a measure is. One that is declared with `@measure` is in every report, table and picture; nothing else names it.

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
"""A number (NaN: nothing to be measured on), several by name with their "mean", a line; None where something lacks."""


@dataclass(frozen=True, slots=True)
class Band:
    """`low` to `high`, the usual value, what was counted; its name, and what it says in a musician's words. `rate`:
    whether it reads well as a percentage."""

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
    """Songs, and their lines as words; `quotes`: whether a line stands in somebody else's text, if that is known."""

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
    """`of`: its value; `band`: where people's lie, if that was counted; `extra`: whether it needs the extra `report`;
    `always`: whether every report has its key, measured or not."""

    key: str
    of: Callable[[Given], Value]
    band: Band | None = None
    extra: bool = False
    always: bool = True


MEASURES: dict[str, Measure] = {}
"""By key, in the order in which they are shown."""


def measure(
    key: str, band: Band | None = None, *, extra: bool = False, always: bool = True
) -> Callable[[Callable[[Given], Value]], Callable[[Given], Value]]:
    """Declares the function below as a measure: see `Measure`. Raises ValueError for a key that is taken."""

    def declared(of: Callable[[Given], Value]) -> Callable[[Given], Value]:
        if key in MEASURES:
            raise ValueError(f'there is a measure "{key}" already')
        MEASURES[key] = Measure(key, of, band, extra, always)
        return of

    return declared

"""All measures of a set of songs as one report: flat keys, plain numbers, None for what could not be measured."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from stagelyric.report import language
from stagelyric.report import measures as folder
from stagelyric.report.lyrics import Song, all_lines
from stagelyric.report.measures import declared
from stagelyric.report.measures.registry import MEASURES, Band, Given
from stagelyric.report.measures.wording import Wording

Quotes = Callable[[str], bool]
mean = declared.mean

for _found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda found: found.name):
    if _found.name not in ("whole", "declared"):
        importlib.import_module(f"{folder.__name__}.{_found.name}")  # a measure in a file of its own declares itself

KEYS = tuple(key for key, one in MEASURES.items() if one.always)
"""What every report has."""

BANDS: Mapping[str, Band] = {key: one.band for key, one in MEASURES.items() if one.band is not None}
"""Where lines by people lie, by the measure's key.

A measure inside its band is as it is among people; more of it is not better. "lines": the middle half of 64,652 lines
of 19 plain-English public-domain songbooks. "songs": the middle half of the means of 757 public-domain songs in plain
English (24,815 lines), measured by this program. "heard": the middle half of 800 lines of such songs, heard by the
editor (SmolLM2). "mean": a rate over the lines of the songbooks, a tenth either way.
"""

HUMAN_BANDS = {
    key: {name: getattr(band, name) for name in ("low", "usual", "high", "of", "name", "words")}
    for key, band in BANDS.items()
}
"""The bands as a report has them."""


def read(songs: Sequence[Song]) -> Wording:
    """All lines as words; with their parts of speech where the extra `report` is there."""
    return Wording.of(all_lines(songs), tagged=language.has_report())


def measure(
    songs: Sequence[Song],
    wording_of: Wording | None = None,
    *,
    quotes: Quotes | None = None,
    keys: Collection[str] | None = None,
) -> dict[str, Any]:
    """The report on songs: all measures, or those of `keys`. `quotes`: whether a line stands in somebody else's text.

    `wording_of` is what `read` gives, for whoever has it already.

    Rates are 0 … 1. What needs the extra `report` is None without it, `sense` without the editor, and so is what has
    nothing to be measured on: bits per character and the classifier are for `evaluate` to fill in.
    """
    given, extra = Given(songs, wording_of or read(songs), quotes), language.has_report()
    report: dict[str, Any] = rounded(
        {
            key: one.of(given) if extra or not one.extra else None
            for key, one in MEASURES.items()
            if keys is None or key in keys
        }
    )
    return report


def rounded(value: object) -> Any:
    """Numbers to four places, NaN as None, so that a report is JSON as it stands."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value

"""All measures of a set of songs as one report: flat keys, plain numbers, None for what couldn't be measured."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Collection, Mapping, Sequence

from stagelyric.report import language
from stagelyric.report import measures as folder
from stagelyric.report.lyrics import Song, all_lines
from stagelyric.report.measures import declared
from stagelyric.report.measures.registry import MEASURES, Band, Given
from stagelyric.report.measures.wording import Wording
from stagelyric.types.json import Json

Quotes = Callable[[str], bool]
mean = declared.mean

for _found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda found: found.name):
    if _found.name not in ("whole", "declared"):
        importlib.import_module(f"{folder.__name__}.{_found.name}")  # importing a file registers its measures

KEYS = tuple(key for key, one in MEASURES.items() if one.always)
"""The keys of every report."""

BANDS: Mapping[str, Band] = {key: one.band for key, one in MEASURES.items() if one.band is not None}
"""The usual values of lines by people, by the measure's key.

A measure inside its band is usual; more of it is not better. "lines": the middle half of 64,652 lines of 19
plain-English public-domain songbooks. "songs": the middle half of the means of 757 public-domain songs in plain English
(24,815 lines), measured by this program. "heard": the middle half of 800 lines of such songs, scored by the editor
(SmolLM2). "mean": a rate over the lines of the songbooks, ± 10 %.
"""

HUMAN_BANDS = {
    key: {name: getattr(band, name) for name in ("low", "usual", "high", "of", "name", "words")}
    for key, band in BANDS.items()
}
"""The bands as data for a report."""


def read(songs: Sequence[Song]) -> Wording:
    """All lines as words, with their parts of speech if the extra `report` is installed."""
    return Wording.of(all_lines(songs), tagged=language.has_report())


def measure(
    songs: Sequence[Song],
    wording_of: Wording | None = None,
    *,
    quotes: Quotes | None = None,
    keys: Collection[str] | None = None,
) -> dict[str, object]:
    """The report on songs: all measures, or those of `keys`. `quotes`: says whether a line occurs in somebody else's
    text.

    `wording_of`: the result of `read`, if available already.

    Rates are 0 … 1. A measure that needs the extra `report` or the editor is None without it, and so is one with
    nothing to measure; bits per character and the classifier are filled in by `evaluate`.
    """
    given, extra = Given(songs, wording_of or read(songs), quotes), language.has_report()
    report: dict[str, object] = rounded(
        {
            key: one.of(given) if extra or not one.extra else None
            for key, one in MEASURES.items()
            if keys is None or key in keys
        }
    )
    return report


def rounded(value: object) -> Json:
    """Numbers rounded to four decimals, NaN as None, ready for JSON."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value

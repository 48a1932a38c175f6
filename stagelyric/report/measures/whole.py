"""All measures of a set of songs as one report: flat keys, plain numbers, None for what could not be measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stagelyric.report import language
from stagelyric.report.lyrics import Song, all_lines
from stagelyric.report.measures import average, form, habits, repetition, wording
from stagelyric.report.measures.sense import sense
from stagelyric.report.measures.wording import Wording

Quotes = Callable[[str], bool]

KEYS = (
    "bits_per_character", "lines", "real_word_rate", "content_zipf", "nidf", "pronoun_rate", "you_i_line_rate",
    "name_line_rate", "hook_rate", "noun_rate", "syllables", "syllable_match_rate", "end_rhyme_rate", "sense",
    "distinct_1", "distinct_2", "self_bleu", "compression", "cliche_rate", "copied_rate", "repeated_rate",
    "classifier_auc", "average_line",
)  # fmt: skip
"""What every report has."""


def read(songs: Sequence[Song]) -> Wording:
    """All lines as words; with their parts of speech where the extra `report` is there."""
    return Wording.of(all_lines(songs), tagged=language.has_report())


def measure(
    songs: Sequence[Song], wording_of: Wording | None = None, *, quotes: Quotes | None = None
) -> dict[str, Any]:
    """The report on songs, all of `KEYS`; `quotes` says whether a line stands in somebody else's text.

    `wording_of` is what `read` gives, for whoever has it already.

    Rates are 0 … 1. What needs the extra `report` is None without it, `sense` without the editor, and so is what has
    nothing to be measured on: bits per character and the classifier are for `evaluate` to fill in.
    """
    lines = all_lines(songs)
    stanzas = [stanza for song in songs for stanza in song.stanzas]
    found = average.find(songs)
    report: dict[str, Any] = dict.fromkeys(KEYS)
    report |= {
        "lines": len(lines),
        **words_of(wording_of or read(songs)),
        "syllables": syllables(lines),
        "syllable_match_rate": form.syllable_match_rate(stanzas),
        "end_rhyme_rate": form.end_rhyme_rate(stanzas),
        "sense": sense(songs),
        "distinct_1": repetition.distinct(lines, 1),
        "distinct_2": repetition.distinct(lines, 2),
        "self_bleu": repetition.self_bleu(lines),
        "compression": repetition.compression(lines),
        "cliche_rate": habits.cliche_rate(lines),
        "copied_rate": None if quotes is None or not lines else sum(map(quotes, lines)) / len(lines),
        "repeated_rate": repetition.repeated_rate(lines),
        "average_line": found.text if found else None,
    }
    made: dict[str, Any] = rounded(report)
    return made


def words_of(read: Wording) -> dict[str, Any]:
    """The measures of single lines by their words; None for those that need a missing package."""
    extra = language.has_report()
    return {
        "real_word_rate": wording.real_word_rate(read) if extra else None,
        "content_zipf": mean(wording.content_zipf(read)) if extra else None,
        "nidf": mean(wording.nidf(read)),
        "nidf_median": median(wording.nidf(read)),
        "archaic_word_rate": wording.archaic_word_rate(read),
        "grammar": mean(wording.grammar(read)) if extra else None,
        "alliteration_line_rate": mean(wording.alliterates(read)),
        "doubled_word_line_rate": mean(wording.stammers(read)),
        "pronoun_rate": mean(wording.pronoun_share(read)),
        "you_i_line_rate": mean(wording.you_and_i(read)),
        "name_line_rate": mean(wording.named(read)) if extra else None,
        "hook_rate": mean(wording.hooked(read)) if extra else None,
        "noun_rate": mean(wording.noun_share(read)) if extra else None,
    }


def syllables(lines: Sequence[str]) -> dict[str, float]:
    """Syllables a line: mean, and the tenth, the fiftieth and the ninetieth of a hundred."""
    counts = [form.syllables(line) for line in lines] or [0]
    p10, p50, p90 = np.percentile(counts, [10, 50, 90])
    return {"mean": float(np.mean(counts)), "p10": float(p10), "p50": float(p50), "p90": float(p90)}


def mean(values: wording.Values) -> float:
    """The mean over lines that have a value."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def median(values: wording.Values) -> float:
    """The middle of the lines that have a value."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def rounded(value: Any) -> Any:
    """Numbers to four places, NaN as None, so that a report is JSON as it stands."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value

"""Where lines by people lie: one table, beside which every measure is put.

A measure inside its band is as it is among people; more of it is not better. "lines": the middle half of 64,652 lines
of 19 plain-English public-domain songbooks. "songs": the middle half of the means of 757 public-domain songs in plain
English (24,815 lines), measured by this program. "heard": the middle half of 800 lines of such songs, heard by the
editor (SmolLM2). "mean": a rate over the lines of the songbooks, a tenth either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Of = Literal["lines", "songs", "mean", "sets", "heard"]


@dataclass(frozen=True, slots=True)
class Band:
    """`low` to `high`, the usual value, what was counted; its name, and what it says in a musician's words."""

    low: float
    usual: float
    high: float
    of: Of
    name: str
    words: str

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


BANDS: dict[str, Band] = {
    "real_word_rate": Band(0.985, 0.988, 1.00, "mean", "real words", "words that are words"),
    "content_zipf": Band(
        4.02, 4.52, 4.97, "lines", "common words (Zipf)", "how common its words are (6.3: you know that I'm the one)"
    ),
    "nidf": Band(0.36, 0.42, 0.48, "lines", "rare in songs (NIDF)", "how rare its words are among songs"),
    "pronoun_rate": Band(0.072, 0.104, 0.142, "songs", "pronouns", "pronouns among its words"),
    "you_i_line_rate": Band(0.048, 0.203, 0.417, "songs", "lines with you or I", "lines with you or I"),
    "name_line_rate": Band(0.15, 0.16, 0.35, "mean", "lines with a name", "lines with somebody or some place by name"),
    "hook_rate": Band(0.42, 0.64, 0.67, "songs", "lines with a thing", "lines with a thing one could point at"),
    "noun_rate": Band(0.22, 0.305, 0.38, "songs", "nouns", "nouns among its words"),
    "syllables": Band(6.0, 8.0, 10.0, "lines", "syllables a line", "syllables a line"),
    "syllable_match_rate": Band(
        0.71, 0.82, 0.98, "songs", "lines of like length", "lines as long as one of the two before"
    ),
    "end_rhyme_rate": Band(
        0.23, 0.36, 0.42, "songs", "lines that rhyme", "lines that rhyme with one of the three before"
    ),
    "sense": Band(
        1.5, 2.0, 2.5, "heard", "sense", "how much sense a line makes after those before it (the editor's nats)"
    ),
    "distinct_1": Band(0.28, 0.31, 0.34, "mean", "different words", "different words, of all in 1,000 lines"),
    "distinct_2": Band(0.85, 0.854, 0.94, "mean", "different pairs", "different pairs of words, of all in 1,000 lines"),
    "self_bleu": Band(0.18, 0.21, 0.24, "mean", "self-BLEU", "how well its lines foretell one another"),
    "compression": Band(0.43, 0.472, 0.52, "mean", "packs to", "how far 500 lines can be packed (lower repeats more)"),
    "cliche_rate": Band(0.0, 0.009, 0.018, "mean", "worn phrases", "lines with four words that many songs have"),
    "copied_rate": Band(0.0, 0.015, 0.025, "mean", "copied", "lines with five words, or 24 letters, of somebody else"),
    "classifier_auc": Band(
        0.5, 0.57, 0.60, "sets", "told from people's", "how well a machine tells them from people's (0.5: not at all)"
    ),
}
"""By the measure's key in the report."""

AS_A_RATE = frozenset(BANDS) - {
    "content_zipf",
    "nidf",
    "syllables",
    "self_bleu",
    "compression",
    "classifier_auc",
    "sense",
}
"""Measures that read well as percentages."""

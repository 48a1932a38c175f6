"""The definitions of most measures, in the order in which they are shown."""

from __future__ import annotations

import numpy as np

from stagelyric.report.measures import average, form, habits, repetition, wording
from stagelyric.report.measures.registry import Band, Given, Value, measure
from stagelyric.report.measures.sense import sense


@measure("bits_per_character")
def _bits(given: Given) -> Value:
    """Needs a model: `evaluate` fills it in."""
    return None


@measure("lines")
def _lines(given: Given) -> Value:
    return len(given.lines)


@measure("real_word_rate", Band(0.985, 0.988, 1.00, "mean", "real words", "words that are words"), extra=True)
def _real_words(given: Given) -> Value:
    return wording.real_word_rate(given.words)


@measure(
    "content_zipf",
    Band(
        4.02, 4.52, 4.97, "lines", "common words (Zipf)", "how common its words are (6.3: you know that I'm the one)",
        rate=False,
    ),
    extra=True,
)  # fmt: skip
def _common_words(given: Given) -> Value:
    return mean(wording.content_zipf(given.words))


@measure(
    "nidf", Band(0.36, 0.42, 0.48, "lines", "rare in songs (NIDF)", "how rare its words are among songs", rate=False)
)
def _rare_words(given: Given) -> Value:
    return mean(wording.nidf(given.words))


@measure("nidf_median", always=False)
def _rare_words_median(given: Given) -> Value:
    values = wording.nidf(given.words)
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


@measure("archaic_word_rate", always=False)
def _archaic(given: Given) -> Value:
    return wording.archaic_word_rate(given.words)


@measure("grammar", extra=True, always=False)
def _grammar(given: Given) -> Value:
    return mean(wording.grammar(given.words))


@measure("alliteration_line_rate", always=False)
def _alliteration(given: Given) -> Value:
    return mean(wording.alliterates(given.words))


@measure("doubled_word_line_rate", always=False)
def _stammers(given: Given) -> Value:
    return mean(wording.stammers(given.words))


@measure("pronoun_rate", Band(0.072, 0.104, 0.142, "songs", "pronouns", "pronouns among its words"))
def _pronouns(given: Given) -> Value:
    return mean(wording.pronoun_share(given.words))


@measure("you_i_line_rate", Band(0.048, 0.203, 0.417, "songs", "lines with you or I", "lines with you or I"))
def _you_and_i(given: Given) -> Value:
    return mean(wording.you_and_i(given.words))


@measure(
    "name_line_rate",
    Band(0.15, 0.16, 0.35, "mean", "lines with a name", "lines with somebody or some place by name"),
    extra=True,
)
def _names(given: Given) -> Value:
    return mean(wording.named(given.words))


@measure(
    "hook_rate",
    Band(0.42, 0.64, 0.67, "songs", "lines with a thing", "lines with a thing one could point at"),
    extra=True,
)
def _hooks(given: Given) -> Value:
    return mean(wording.hooked(given.words))


@measure("noun_rate", Band(0.22, 0.305, 0.38, "songs", "nouns", "nouns among its words"), extra=True)
def _nouns(given: Given) -> Value:
    return mean(wording.noun_share(given.words))


@measure("syllables", Band(6.0, 8.0, 10.0, "lines", "syllables a line", "syllables a line", rate=False))
def _syllables(given: Given) -> Value:
    """The mean, and the 10th, 50th and 90th percentile."""
    counts = [form.syllables(line) for line in given.lines] or [0]
    p10, p50, p90 = np.percentile(counts, [10, 50, 90])
    return {"mean": float(np.mean(counts)), "p10": float(p10), "p50": float(p50), "p90": float(p90)}


@measure(
    "syllable_match_rate",
    Band(0.71, 0.82, 0.98, "songs", "lines of like length", "lines as long as one of the two before"),
)
def _like_length(given: Given) -> Value:
    return form.syllable_match_rate(given.stanzas)


@measure(
    "end_rhyme_rate",
    Band(0.23, 0.36, 0.42, "songs", "lines that rhyme", "lines that rhyme with one of the three before"),
)
def _end_rhymes(given: Given) -> Value:
    return form.end_rhyme_rate(given.stanzas)


@measure(
    "sense",
    Band(
        1.5, 2.0, 2.5, "heard", "sense", "how much sense a line makes after those before it (the editor's nats)",
        rate=False,
    ),
)  # fmt: skip
def _sense(given: Given) -> Value:
    return sense(given.songs)


@measure("distinct_1", Band(0.28, 0.31, 0.34, "mean", "different words", "different words, of all in 1,000 lines"))
def _different_words(given: Given) -> Value:
    return repetition.distinct(given.lines, 1)


@measure(
    "distinct_2",
    Band(0.85, 0.854, 0.94, "mean", "different pairs", "different pairs of words, of all in 1,000 lines"),
)
def _different_pairs(given: Given) -> Value:
    return repetition.distinct(given.lines, 2)


@measure(
    "self_bleu", Band(0.18, 0.21, 0.24, "mean", "self-BLEU", "how well its lines foretell one another", rate=False)
)
def _self_bleu(given: Given) -> Value:
    return repetition.self_bleu(given.lines)


@measure(
    "compression",
    Band(0.43, 0.472, 0.52, "mean", "packs to", "how far 500 lines can be packed (lower repeats more)", rate=False),
)
def _compression(given: Given) -> Value:
    return repetition.compression(given.lines)


@measure("cliche_rate", Band(0.0, 0.009, 0.018, "mean", "worn phrases", "lines with four words that many songs have"))
def _cliches(given: Given) -> Value:
    return habits.cliche_rate(given.lines)


@measure(
    "copied_rate", Band(0.0, 0.015, 0.025, "mean", "copied", "lines with five words, or 24 letters, of somebody else")
)
def _copied(given: Given) -> Value:
    if given.quotes is None or not given.lines:
        return None
    return sum(map(given.quotes, given.lines)) / len(given.lines)


@measure("repeated_rate")
def _repeated(given: Given) -> Value:
    return repetition.repeated_rate(given.lines)


@measure(
    "classifier_auc",
    Band(
        0.5, 0.57, 0.60, "sets", "told from people's", "how well a machine tells them from people's (0.5: not at all)",
        rate=False,
    ),
)  # fmt: skip
def _classifier(given: Given) -> Value:
    """Needs two sets of lines: `evaluate` fills it in."""
    return None


@measure("average_line")
def _average(given: Given) -> Value:
    found = average.find(given.songs)
    return found.text if found else None


def mean(values: wording.Values) -> float:
    """The mean over the lines that have a value."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")

"""Measures of single lines by their words: how rare, how concrete, about whom.

Each takes lines and returns one value for each (or a rate over them); `Wording.of` reads and tags the lines once.
Definitions from the literature name their source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stagelyric.report import language, reference
from stagelyric.report.lyrics import spelled
from stagelyric.words.lists import ARCHAIC, PRONOUNS, STOP
from stagelyric.words.phonetics import look_up

YOU_AND_I = frozenset({"i", "me", "my", "you", "your"})
HOOK_ZIPF = 4.5
"""A noun below this frequency is a concrete thing: "harbour" (4.0), not "day" (6.0)."""
REAL_ZIPF = 1.5
_OFTEN = 3  # a word seen this often in lower case isn't a name, even if capitalised

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line: as written; in lower case without an apostrophe and what follows; its part of speech."""

    text: str
    lower: str
    stem: str
    tag: str  # "" without a tagger


@dataclass(frozen=True, slots=True)
class Wording:
    """Lines as words, and the names among them."""

    lines: tuple[tuple[Word, ...], ...]
    names: frozenset[str]
    """Words, in lower case, that are names in these lines: see `find_names`."""

    @classmethod
    def of(cls, lines: Sequence[str], *, tagged: bool = True) -> Wording:
        """Reads lines, with `tagged` also their parts of speech. Raises MissingExtraError if the tagger is missing."""
        made = []
        for line in lines:
            texts = spelled(line)
            found = language.tags(texts) if tagged and texts else [""] * len(texts)
            made.append(tuple(_word(text, tag) for text, tag in zip(texts, found, strict=True)))
        return cls(tuple(made), find_names(made) if tagged else frozenset())


def _word(text: str, tag: str) -> Word:
    lower = text.lower()
    return Word(text, lower, lower.partition("'")[0], tag)


def find_names(lines: Sequence[Sequence[Word]]) -> frozenset[str]:
    """The words that are names: tagged PROPN and capitalised inside a line, here or in the reference.

    A word seen in lower case at least three times, here or there, isn't a name even if capitalised ("Winter").
    """
    known = reference.load()
    inside, small, tagged = Counter[str](), Counter[str](), set[str]()
    for line in lines:
        for place, word in enumerate(line):
            capital = word.text[0].isupper()
            small[word.stem] += not capital
            inside[word.stem] += capital and place > 0
            if capital and word.tag == "PROPN":
                tagged.add(word.stem)
    return frozenset(
        stem
        for stem in tagged
        if (inside[stem] or stem in known.upper)
        and small[stem] < _OFTEN
        and stem not in known.lower
        and stem not in STOP
        and len(stem) > 1
    )


def is_name(word: Word, names: frozenset[str]) -> bool:
    """Whether this occurrence of a word is a name: a capitalised PROPN that `find_names` found."""
    return word.tag == "PROPN" and word.text[0].isupper() and word.stem in names


def content_zipf(wording: Wording) -> Values:
    """Per line: mean Zipf frequency (wordfreq) of the words that are neither pronouns nor stop words; NaN for none.

    Contractions are cut at the apostrophe. High values are bland: "You know that I'm the one" has 6.3, people's lines
    4.5.
    """
    return np.array([_mean([language.zipf(word.stem) for word in line if is_content(word)]) for line in wording.lines])


def is_content(word: Word) -> bool:
    """Whether a word has a meaning of its own."""
    return word.lower not in STOP and word.stem not in STOP


def nidf(wording: Wording) -> Values:
    """Per line: mean over words of min(1, ln((N+1)/(df+1)) / ln((N+1)/2)), df over stanzas of the reference.

    Normalised inverse document frequency (See et al. 2019): 0 for a line of "the", 1 for a line of unknown words.
    """
    rarity = reference.load().rarity
    return np.array([_mean([rarity(word.lower) for word in line]) for line in wording.lines])


def pronoun_share(wording: Wording) -> Values:
    """Per line: the share of words whose form before an apostrophe is a pronoun."""
    return np.array([_mean([float(word.stem in PRONOUNS) for word in line]) for line in wording.lines])


def you_and_i(wording: Wording) -> Values:
    """Per line: 1 where it has any of i, me, my, you, your (also in I'm, you'll)."""
    return np.array([float(any(word.stem in YOU_AND_I for word in line)) for line in wording.lines])


def named(wording: Wording) -> Values:
    """Per line: 1 where it has a name of somebody or some place (`find_names`)."""
    return np.array([float(any(is_name(w, wording.names) for w in line)) for line in wording.lines])


def hooked(wording: Wording) -> Values:
    """Per line: 1 where it has a concrete hook, a noun or name with a Zipf frequency below 4.5."""
    return np.array([float(any(_is_hook(word) for word in line)) for line in wording.lines])


def _is_hook(word: Word) -> bool:
    return word.tag in ("NOUN", "PROPN") and word.stem not in STOP and language.zipf(word.stem) < HOOK_ZIPF


def noun_share(wording: Wording) -> Values:
    """Per line: the share of words that are nouns or proper nouns."""
    return np.array([_mean([float(word.tag in ("NOUN", "PROPN")) for word in line]) for line in wording.lines])


def grammar(wording: Wording) -> Values:
    """Per line: mean ln p of its parts of speech in a row, under a 4-gram of people's lines; NaN for no words."""
    likelihood = reference.load().grammar.likelihood
    return np.array([likelihood([w.tag for w in line]) if line else float("nan") for line in wording.lines])


def real_word_rate(wording: Wording) -> float:
    """The share of all words that are in the pronouncing dictionary, have a Zipf frequency ≥ 1.5, or are names."""
    checked: dict[str, bool] = {}
    real = total = 0
    for line in wording.lines:
        for word in line:
            if word.lower not in checked:
                checked[word.lower] = _is_real(word) or word.stem in wording.names
            real += checked[word.lower]
            total += 1
    return real / total if total else float("nan")


def real_share(wording: Wording) -> Values:
    """Per line: the share of its words that are real, as `real_word_rate` has it; 1 for no words."""
    shares = [[float(word.stem in wording.names or _is_real(word)) for word in line] for line in wording.lines]
    return np.array([_mean(share) if share else 1.0 for share in shares])


def _is_real(word: Word) -> bool:
    return look_up(word.lower) is not None or language.zipf(word.lower) >= REAL_ZIPF


def unreal_words(wording: Wording) -> Counter[str]:
    """The words that are not real, and how often each stands."""
    found = Counter(word.lower for line in wording.lines for word in line if word.stem not in wording.names)
    return Counter({w: n for w, n in found.items() if not _is_real(_word(w, ""))})


def archaic_word_rate(wording: Wording) -> float:
    """The share of words that only old verse has (thee, o'er, hath …; the list is `words.lists.ARCHAIC`)."""
    return _mean([float(word.lower in ARCHAIC) for line in wording.lines for word in line])


def alliterates(wording: Wording) -> Values:
    """Per line: 1 where two different content words begin with one letter."""
    starts = [[w[0] for w in {word.lower for word in line if is_content(word)}] for line in wording.lines]
    return np.array([float(len(s) != len(set(s))) for s in starts])


def stammers(wording: Wording) -> Values:
    """Per line: 1 where a word stands twice in a row."""
    return np.array([float(any(a.lower == b.lower for a, b in pairwise(w))) for w in wording.lines])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")

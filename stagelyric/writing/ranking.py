"""Scores drafts: each gets a few named marks, which are weighted and added up.

Most marks have a band of good values, measured on lines by people (a quarter of them lie above and a quarter below). A
line gains nothing beyond the band, so that no mark can be exploited (Goodhart's law).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from stagelyric.gates.cliches import stock_phrases
from stagelyric.words import beats
from stagelyric.words.lists import MODERN, OLD_FASHIONED, OPENERS, PRONOUNS, STOP
from stagelyric.words.phonetics import plain
from stagelyric.writing.rules import Rules

WEIGHTS = {
    "flow": 3.0,  # how likely each letter is after the ones before, by the model: nats a letter, up to a limit
    "phrasing": 0.6,  # how likely each word is after the others, by the word model: nats a word, up to a limit
    "grammar": 1.2,  # how likely each word class is after the ones before: nats a word, up to a limit
    "scans": 4.5,  # how steadily the stressed syllables keep a beat, up to a limit
    "landing": 0.9,  # how likely the last word is
    "rounded off": 0.7,  # how likely the line's last word class is at a line's end: nats, up to a limit
    "setting": 0.4,  # how likely what had to be said (a name, a wanted word) is where it stands
    "plain or rare": -0.5,  # distance from the rarity that was planned for the line
    "you and me": -0.8,  # more pronouns than people use
    "something to see": 0.7,  # words for things that can be seen or touched
    "of today": 0.25,
    "old-fashioned": -0.5,
    "a name or theme": 2.0,  # has a name or theme, where one was due
    "near the theme": 0.9,
    "hangs together": 1.5,  # how similar its words are in meaning
    "of": -0.4,  # more than one "of": a noun of a noun of a noun
    "goes on from the last": 0.5,  # similar in meaning to the line before
    "said before": -1.3,  # words that the last eight lines had
    "worn": -0.3,  # words that the shelf has had twice or more
    "same beginning": -0.7,  # the first word of one of the last four lines
    "stammer": -1.5,  # a word twice in the line
    "stock phrase": -1.2,
    "weak opening": -0.3,
    "alliteration": 0.15,
    "sense": 1.5,  # the editor's mark, if there is an editor: nats outside its band
    "rhyme": 1.0,  # 1 perfect, .5 slant, 0 where it had to be loosened further
    "metre": -0.8,  # syllables outside the range
}
"""The weights of the marks. A score is the sum of mark times weight; higher is better."""

FLOW = (-2.5, -1.45)
"""Nats a character. Below the band lines stop making sense; above it they are too predictable to gain more."""
PHRASING = (-7.0, -5.0)
"""Nats a word; band as for flow."""
GRAMMAR = (-5.0, -3.7)
"""Nats a word; band as for flow."""
SCANS = (0.88, 0.94)
"""Of `beats.steady`: the mark grows from 0 between these values, and falls by as much as LIMPS below. The mean of songs
by people is .91, of their lines with the words in disorder .87."""
LIMPS = 0.25
CLOSE = -2.2
"""Nats; the median of lines by people."""
LANDING = -1.0
"""Nats a character of the last word; a more predictable one gains nothing more."""
RARITY_WIDTH = 0.04
"""How far a line's rarity may be from the planned one without losing anything."""
PRONOUN_SHARE = (0.0, 0.25)

_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")


@dataclass(frozen=True)
class Draft:
    """A finished draft: its text, and its scores by the model (nats)."""

    text: str
    flow: float  # mean ln p of the characters that the model chose itself
    landing: float  # the same of its last word alone
    setting: float = 0.0  # ln p of what had to be said, where it stands; 0 for nothing
    says: bool = False  # says what was due
    named: bool = False  # what was due is a name
    rhymes: float = 1.0  # 1 as asked, 0.5 slant, 0 only assonance
    syllables: int = 0
    off: int = 0  # syllables outside the range asked for
    phrasing: float = 0.0  # mean ln p of a word, by the word model that drafted it; 0 for none

    @cached_property
    def words(self) -> list[str]:
        """The draft's words in lower case."""
        return [word.lower() for word in _WORD.findall(self.text)]


def normal_words(text: str) -> list[str]:
    """A line's words in lower case, as they are compared between drafts."""
    return Draft(plain(text), 0.0, 0.0).words


@dataclass(frozen=True, slots=True)
class Around:
    """A line's context: the words of the earlier lines of its stanza and shelf, most recent last."""

    before: tuple[tuple[str, ...], ...] = ()
    due: bool = False
    rarity: float = 0.37
    _recent: frozenset[str] = field(init=False, default=frozenset(), repr=False)
    _starts: tuple[str, ...] = field(init=False, default=(), repr=False)
    _uses: Counter[str] = field(init=False, default_factory=Counter, repr=False)

    def __post_init__(self) -> None:
        last = self.before[-8:]
        object.__setattr__(self, "_recent", frozenset(w for words in last for w in words if w not in STOP))
        object.__setattr__(self, "_uses", Counter(w for words in self.before for w in set(words) if w not in STOP))
        object.__setattr__(self, "_starts", tuple(words[0] for words in last[-4:] if words))

    @property
    def recent(self) -> frozenset[str]:
        """The words of the last eight lines, without stop words."""
        return self._recent

    @property
    def uses(self) -> Counter[str]:
        """For each word that isn't a stop word, how many of the earlier lines have it."""
        return self._uses

    @property
    def starts(self) -> tuple[str, ...]:
        """The first words of the last four lines."""
        return self._starts


def first_look(draft: Draft, weights: Mapping[str, float] = WEIGHTS) -> float:
    """The score by the models alone. Only the best drafts by this are marked in full."""
    flow = min(draft.flow, FLOW[1])
    return (
        weights["flow"] * flow
        + weights["phrasing"] * min(draft.phrasing, PHRASING[1])
        + weights["landing"] * draft.landing
        + weights["setting"] * draft.setting
    )


def marks(draft: Draft, rules: Rules, around: Around, worn: int = 0) -> dict[str, float]:
    """The marks of a draft by name, without weights; marks of 0 are left out.

    `worn`: runs of four words that the corpus has many times (`novelty.Copies.worn`).
    """
    lexicon, kinds, words = rules.lexicon, rules.language.word_classes, draft.words
    unknown = kinds.name if draft.named else rules.language.thing
    classes = [kinds.of(n) if (n := lexicon.index.get(word)) is not None else unknown for word in words]
    content = [word for word in words if word not in STOP]
    numbers = [number for word in words if (number := lexicon.index.get(word)) is not None]
    rarity = float(np.mean(lexicon.rarity[numbers])) if numbers else 0.5
    seen = [word for word in content if _to_see(word, rules)]
    given = {
        "flow": min(max(draft.flow, FLOW[0] - 1), FLOW[1]) - FLOW[0],
        "phrasing": min(max(draft.phrasing, PHRASING[0] - 2), PHRASING[1]) - PHRASING[0] if draft.phrasing else 0.0,
        "grammar": min(max(kinds.grammar(classes), GRAMMAR[0] - 1), GRAMMAR[1]) - GRAMMAR[0],
        "rounded off": max(-3.0, min(0.0, kinds.close(classes) - CLOSE)) if classes else 0.0,
        "scans": max(-LIMPS, min(SCANS[1], beats.steady(lexicon.signs(words))) - SCANS[0]),
        "landing": min(max(draft.landing, -4.0), LANDING) + 2.0,
        "setting": max(draft.setting, -15.0),
        "plain or rare": outside(rarity, around.rarity - RARITY_WIDTH, around.rarity + RARITY_WIDTH),
        "you and me": outside(sum(w in PRONOUNS for w in words) / max(1, len(words)), *PRONOUN_SHARE),
        "something to see": min(1.0, 0.6 * len(seen)),
        "of today": min(1.0, float(sum(w in MODERN for w in content))),
        "old-fashioned": float(sum(w in OLD_FASHIONED and w not in MODERN for w in content)),
        "a name or theme": float(draft.says and around.due),
        "near the theme": _near(content, rules),
        "hangs together": _coherence(content, rules),
        "of": float(max(0, 2 * words.count("of") - 1)),
        "goes on from the last": _kinship(content, rules, around),
        "said before": float(min(2, sum(word in around.recent for word in content))),
        "worn": float(min(4, sum(max(0, around.uses[word] - 1) for word in set(content)))),
        "same beginning": float(around.starts.count(words[0])) if words else 0.0,
        "stammer": float(len(content) - len(set(content))),
        "stock phrase": float(min(2, len(stock_phrases(draft.text)) + worn)),
        "weak opening": float(bool(words) and words[0] in OPENERS),
        "alliteration": float(_alliterates(content)),
        "rhyme": draft.rhymes,
        "metre": float(draft.off),
    }
    return {name: mark for name, mark in given.items() if mark}


def score(marks: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS) -> float:
    """The weighted sum of marks."""
    return sum(weights[name] * mark for name, mark in marks.items())


def outside(value: float, low: float, high: float) -> float:
    """How far a value lies outside its band, in units of half the band's width; 0 inside."""
    return max(0.0, low - value, value - high) / ((high - low) / 2)


def pick(scores: Sequence[float], draw: float, temperature: float = 0.25, among: int = 3) -> int:
    """The index of one of the best `among` scores, drawn by softmax; `draw` is the random number, 0 ≤ draw < 1.

    Not always the best, so that two presses in the same place give different lines.
    """
    best = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:among]
    weights = np.exp([(scores[i] - scores[best[0]]) / temperature for i in best])
    return best[int(np.searchsorted(np.cumsum(weights) / weights.sum(), draw, side="right").clip(0, len(best) - 1))]


def _to_see(word: str, rules: Rules) -> bool:
    number = rules.lexicon.index.get(word)
    if number is None or word in OLD_FASHIONED:
        return False
    return bool(rules.lexicon.thing[number] >= 0.25 and rules.lexicon.rarity[number] >= 0.5) or word in MODERN


def _near(content: Sequence[str], rules: Rules) -> float:
    if not rules.themes:
        return 0.0
    numbers = [n for word in content if (n := rules.lexicon.index.get(word)) is not None]
    return max(0.0, float(rules.closeness[numbers].max(initial=0.0)) - 0.5) * 2


def _kinship(content: Sequence[str], rules: Rules, around: Around) -> float:
    """The greatest cosine between a content word of this line and one of the line before, above a baseline; 0 … 1."""
    if not around.before:
        return 0.0
    index = rules.lexicon.index
    here = [n for word in content if (n := index.get(word)) is not None]
    there = [n for word in around.before[-1] if word not in STOP and (n := index.get(word)) is not None]
    if not here or not there:
        return 0.0
    another = np.array(here)[:, None] != np.array(there)  # a word said again takes nothing further
    cosines = rules.vectors[here] @ rules.vectors[there].T
    return min(1.0, max(0.0, float(np.where(another, cosines, 0.0).max()) - 0.4) * 2)


def _coherence(content: Sequence[str], rules: Rules) -> float:
    """The mean cosine of each content word with its nearest in the line, capped at people's upper quartile."""
    numbers = [n for word in dict.fromkeys(content) if (n := rules.lexicon.index.get(word)) is not None]
    if len(numbers) < 2:
        return 0.0
    vectors = rules.vectors[numbers]
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0)
    return min(0.55, float(cosines.max(axis=1).mean()))


def _alliterates(content: Sequence[str]) -> bool:
    starts = [word[0] for word in dict.fromkeys(content)]
    return len(starts) != len(set(starts))

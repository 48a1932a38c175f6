"""The rules of one ask as arrays over words and trie nodes: which words are allowed, may end a line, are favoured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import family
from stagelyric.gates.novelty import normal
from stagelyric.words import near
from stagelyric.words.classes import WordClasses, extended
from stagelyric.words.lexicon import LOWER, MOST_SYLLABLES, UPPER, Lexicon, Row
from stagelyric.words.lists import (
    BLAND,
    CAPITALS,
    DETERMINERS,
    GRIM,
    MODERN,
    NEVER_LAST,
    OLD_FASHIONED,
    PRONOUNS,
    SCENERY,
    STOP,
    TWO_SOUNDS,
)
from stagelyric.words.phonetics import Phones, plain, pronounce
from stagelyric.words.tags import Tags

_MANY = 400
SMALL, CAPITAL, FIRST = 0, 1, 2
"""How a word begins: in lower case, with a capital of its own, or as the line's first word (any word)."""

# Added to a word's log-probability. The values were set by hand after reading many lines.
LEANINGS = {
    "old-fashioned": -1.2,
    "of today": 0.7,
    "a thing": 0.2,
    "bland": -0.4,
    "pronoun": 0.2,
    "scenery": -0.5,
    "grim": -0.5,
    "of, the, and": -0.5,  # the words with which the model avoids saying anything
    "a stranger's name": -1.2,
    "hardly seen": -0.6,
    "near a theme": 1.4,
    "a theme": 0.2,
    "a rare theme": 0.5,  # for each unit of natural log by which the theme is rarer than "window"
    "rare, by wildness": 1.5,
}
STRUCTURE = 0.45
"""The structure model's weight against the letter model: 0 none, 1 its full probabilities."""

COMPANY = 2.5
"""Weight of a word's similarity in meaning to the words before it."""

_THEME_COUNT = 400  # times in the corpus; assumed for a theme that is not in it: about as common as "window"


@dataclass(frozen=True, eq=False)
class Ending:
    """The words that a line may end on. `reach`, `ends` (3, N): for each way to begin (SMALL, …) and trie node, the
    syllables (as bits) of the words below the node, and of the word that ends there; `least`: the fewest syllables."""

    reach: NDArray[np.uint8]
    ends: NDArray[np.uint8]
    least: int
    numbers: NDArray[np.int64]  # the words' numbers in the lexicon

    @property
    def size(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, eq=False)
class Language:
    """What was learned from the corpus: the words, their meanings as vectors, and their classes."""

    lexicon: Lexicon
    vectors: NDArray[np.float32]  # (W, D)
    word_classes: WordClasses
    tags: Tags | None = None
    """The words' parts of speech, if the model has templates."""

    @cached_property
    def kinds(self) -> NDArray[np.float16]:
        """(N, C) the share of each class among the words below a node, rows summing to 1. Half precision: 5 MB."""
        mass = np.zeros((len(self.lexicon.trie.parent), len(self.word_classes.alone)), dtype=np.float32)
        mass[self.nodes, self.word_classes.classes] = self.lexicon.count
        mass = self.lexicon.trie.up(mass, np.add)
        total = mass.sum(axis=1, keepdims=True)
        return (mass / np.where(total > 0, total, 1)).astype(np.float16)

    @cached_property
    def company(self) -> NDArray[np.float32]:
        """(N, D) the mean vector of the words below a node, weighted by frequency."""
        count = self.lexicon.count[:, None].astype(np.float32)
        sums = np.zeros((len(self.lexicon.trie.parent), self.vectors.shape[1] + 1), dtype=np.float32)
        sums[self.nodes] = np.hstack([self.vectors * count, count])
        sums = self.lexicon.trie.up(sums, np.add)
        return np.asarray(sums[:, :-1] / np.maximum(sums[:, -1:], 1), dtype=np.float32)

    @cached_property
    def nodes(self) -> NDArray[np.int32]:
        """(W,) the node where each word ends."""
        nodes = np.zeros(len(self.lexicon.words), dtype=np.int32)
        at = np.flatnonzero(self.lexicon.trie.word >= 0)
        nodes[self.lexicon.trie.word[at]] = at
        return nodes

    @cached_property
    def pull(self) -> NDArray[np.float32]:
        """(C, C, C) weights for the next class after two: the structure model raised to the power STRUCTURE."""
        return self.word_classes.pull**STRUCTURE

    @cached_property
    def determiners(self) -> NDArray[np.bool_]:
        """(W,) whether a word is a determiner ("the", "my", …)."""
        return np.array([word in DETERMINERS for word in self.lexicon.words], dtype=np.bool_)

    @cached_property
    def thing(self) -> int:
        """The class of most things, which is assumed for unknown words."""
        things = self.word_classes.classes[(self.lexicon.thing >= 0.3) & (self.lexicon.syllables == 2)]
        return int(np.bincount(things, minlength=1).argmax())

    @cached_property
    def closes(self) -> NDArray[np.float32]:
        """(C, C) how much more likely than usual a line ends after these two classes."""
        return self.pull[:, :, 0]

    @cached_property
    def closing(self) -> NDArray[np.float32]:
        """(C, C, C) the chance, after two classes, that a third one follows and ends the line."""
        following = self.word_classes.following
        return following * following[:, :, 0][None, :, :]

    def sung(self) -> Language:
        """The same language with syllables counted as singers elide them ("heaven" 1); other data is shared."""
        language = Language(self.lexicon.sung(), self.vectors, self.word_classes, self.tags)
        for table in ("kinds", "company", "nodes", "pull", "determiners", "closes", "closing"):
            language.__dict__[table] = getattr(self, table)
        return language

    def taught(self, words: Sequence[str]) -> Language:
        """The same language with additional words, for one song."""
        lexicon = self.lexicon.extended(_as_row(word) for word in words)
        vectors = np.zeros((len(lexicon.words), self.vectors.shape[1]), dtype=np.float32)
        vectors[[lexicon.index[word] for word in self.lexicon.words]] = self.vectors
        tags = self.tags and self.tags.extended(self.lexicon, lexicon)
        taught = Language(lexicon, vectors, extended(self.word_classes, self.lexicon, lexicon), tags)
        # tables over classes, not words: large, and unchanged, so they are shared
        for table in ("pull", "closes", "closing"):
            taught.__dict__[table] = getattr(self, table)
        return taught


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules for one ask. Arrays over words are (W,), over trie nodes (N,); bit s-1 of a byte stands for s
    syllables."""

    language: Language
    allowed: NDArray[np.bool_]  # (W,)
    leaning: NDArray[np.float32]  # (W,)
    themes: tuple[int, ...]
    _free: dict[int, Ending] = field(default_factory=dict)
    _tagged: dict[tuple[Ending | None, str], Ending] = field(default_factory=dict)
    _suited: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    _lengths: dict[tuple[Ending | None, tuple[str, ...]], NDArray[np.uint8]] = field(default_factory=dict)

    @property
    def lexicon(self) -> Lexicon:
        return self.language.lexicon

    @property
    def vectors(self) -> NDArray[np.float32]:
        return self.language.vectors

    def sound(self, word: str) -> Phones:
        """A word's pronunciation. Doesn't open the dictionary if the lexicon has the word."""
        number = self.lexicon.index.get(word.lower())
        return pronounce(word) if number is None else self.lexicon.phones(number)

    @cached_property
    def closeness(self) -> NDArray[np.float32]:
        """(W,) how similar each word is to the ask's themes, 0 … 1."""
        return near.closeness(self.vectors, self.themes)

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """(W,) a word's syllables as a bit; 0 if it has more than 8."""
        s = self.lexicon.syllables.astype(np.int64)
        return np.where(s <= MOST_SYLLABLES, 1 << np.clip(s - 1, 0, 7), 0).astype(np.uint8)

    @cached_property
    def anywhere(self) -> Ending:
        """All allowed words, as an ending."""
        return self._laid(np.where(self.allowed, self.bits, 0).astype(np.uint8))

    @cached_property
    def last_words(self) -> NDArray[np.bool_]:
        """(W,) allowed words that a line may end on."""
        unfit = NEVER_LAST | TWO_SOUNDS
        ends = np.array([w not in unfit and not w.endswith("'s") for w in self.lexicon.words], dtype=bool)
        often = (self.lexicon.last > 1) | (self.lexicon.thing >= 0.3) | (self.lexicon.last == self.lexicon.count)
        fit: NDArray[np.bool_] = ends & often & (self.bits > 0)
        return self.allowed & fit

    def ending(self, numbers: Iterable[int]) -> Ending:
        """The ending with those of these words that may end a line."""
        chosen = np.zeros(len(self.bits), dtype=np.uint8)
        numbers = list(numbers)
        chosen[numbers] = np.where(self.last_words[numbers], self.bits[numbers], 0)
        return self._laid(chosen)

    def _laid(self, bits: NDArray[np.uint8]) -> Ending:
        trie = self.lexicon.trie
        forms = self.lexicon.forms
        ends = np.zeros((3, len(trie.parent)), dtype=np.uint8)
        numbers = np.flatnonzero(bits)
        nodes = self.language.nodes[numbers]
        for kind, there in ((SMALL, forms[numbers] & LOWER), (CAPITAL, forms[numbers] & UPPER), (FIRST, numbers >= 0)):
            ends[kind, nodes] = np.where(there > 0, bits[numbers], 0)
        if len(numbers) > _MANY:
            reach = np.ascontiguousarray(trie.up(np.ascontiguousarray(ends.T), np.bitwise_or).T)
        else:
            reach = self._climbed(ends, nodes)
        reach[:, 0] = 0
        union = int(np.bitwise_or.reduce(bits[numbers], initial=0))
        least = next((s for s in range(1, MOST_SYLLABLES + 1) if union >> (s - 1) & 1), 99)
        return Ending(reach, ends, least, numbers)

    def _climbed(self, ends: NDArray[np.uint8], nodes: NDArray[np.int32]) -> NDArray[np.uint8]:
        """`ends` (3, N) propagated from a few nodes up to the root: the same as `trie.up` for all nodes, but faster."""
        trie, reach = self.lexicon.trie, ends.copy()
        for _ in range(int(trie.depth[nodes].max(initial=0))):
            nodes = np.unique(trie.parent[nodes])
            nodes = nodes[nodes > 0]
            if not len(nodes):
                break
            children = trie.next[nodes]  # (n, 28), 0 where there is no child: the root, node 0, is never a child
            reach[:, nodes] |= np.bitwise_or.reduce(np.where(children > 0, reach[:, children], 0), axis=2)
        return reach

    def free(self, rhymes: int = 0) -> Ending:
        """The ending with all words that at least `rhymes` others rhyme with; with fewer if the lexicon is small."""
        if rhymes not in self._free:
            self._free[rhymes] = self.ending(self._rich(rhymes))
        return self._free[rhymes]

    def tagged(self, token: str, ending: Ending | None = None) -> Ending:
        """The allowed words (all, or an ending's) that may stand for a template's token, as an ending."""
        kept = ending is None or ending in self._free.values()
        found = self._tagged.get((ending, token))
        if found is None:
            assert self.language.tags is not None
            among = np.flatnonzero(self.allowed) if ending is None else ending.numbers
            chosen = np.zeros(len(self.bits), dtype=np.uint8)
            numbers = self.language.tags.standing_for(token, self.lexicon, among)
            chosen[numbers] = self.bits[numbers]
            found = self._laid(chosen)
            if kept:
                self._tagged[ending, token] = found
        return found

    def suited(self, token: str) -> NDArray[np.float32]:
        """(2, N) ln of the share of uses that have this token: for the word that ends at a node, and for all words
        below it.

        The second prevents dead ends: without it, where a noun is due, a letter that mostly leads to other words ("t"
        to "the") would be chosen, and the noun would be one of the few left there.
        """
        found = self._suited.get(token)
        if found is None:
            tags, count = self.language.tags, np.where(self.allowed, self.lexicon.count + 1.0, 0.0)
            assert tags is not None
            shares = np.ones(len(count)) if token not in tags.index else tags.shares[:, tags.index[token]] / 100
            mass = np.zeros((len(self.lexicon.trie.parent), 2))
            mass[self.language.nodes] = np.stack([count * shares, count], axis=1)
            mass = self.lexicon.trie.up(mass, np.add)
            word = self.lexicon.trie.word
            here = np.where(word >= 0, shares[word], 1.0)
            found = np.log(np.stack([here, mass[:, 0] / np.maximum(mass[:, 1], 1.0)]) + 1e-4).astype(np.float32)
            self._suited[token] = found
        return found

    def lengths(self, symbols: Sequence[str], ending: Ending | None = None) -> NDArray[np.uint8]:
        """(V,) the syllable counts (as bits) of the words, all or an ending's, that may stand for each token."""
        key = ending, tuple(symbols)
        if (known := self._lengths.get(key)) is not None:
            return known
        tags, found = self.language.tags, np.zeros(len(symbols), dtype=np.uint8)
        assert tags is not None
        there = np.zeros(len(self.bits), dtype=np.uint8)
        numbers = np.flatnonzero(self.allowed) if ending is None else ending.numbers
        there[numbers] = self.bits[numbers]
        for i, symbol in enumerate(symbols):
            if (bit := tags.index.get(symbol)) is not None:
                found[i] = np.bitwise_or.reduce(there[(tags.bits >> np.uint32(bit)) & np.uint32(1) > 0], initial=0)
            elif symbol in tags.own and (number := self.lexicon.index.get(symbol)) is not None:
                found[i] = there[number]
        if ending is None or ending in self._free.values():  # other endings are used once, so they are not cached
            self._lengths[key] = found
        return found

    def _rich(self, least: int) -> list[int]:
        numbers = [int(n) for n in np.flatnonzero(self.last_words)]
        size = Counter(self.lexicon.tails[n] for n in numbers)
        while least > 0:
            chosen = [n for n in numbers if size[self.lexicon.tails[n]] > least]
            if chosen:
                return chosen
            least //= 2
        return numbers

    def suits(self, ending: Ending) -> NDArray[np.float32]:
        """(C,) the share of each class's uses that the words of an ending have."""
        count, classes = self.lexicon.count, self.language.word_classes.classes
        size = len(self.language.word_classes.alone)
        all_words = np.bincount(classes, count, minlength=size)
        chosen = np.bincount(classes[ending.numbers], count[ending.numbers], minlength=size)
        return ((chosen + 1e-3) / (all_words + 1)).astype(np.float32)

    @cached_property
    def lean(self) -> NDArray[np.float32]:
        """(N,) mean preference for the words below a node, by frequency, so that a letter counts for what follows."""
        plain_mass = self._mass(np.zeros_like(self.leaning))
        with np.errstate(divide="ignore", invalid="ignore"):
            ahead = np.log(self._mass(self.leaning) / plain_mass)
        return np.nan_to_num(ahead, posinf=0.0, neginf=0.0).astype(np.float32)

    def _mass(self, leaning: NDArray[np.float32]) -> NDArray[np.float64]:
        mass = np.zeros(len(self.lexicon.trie.parent), dtype=np.float64)
        mass[self.language.nodes] = np.where(self.allowed, (self.lexicon.count + 1.0) * np.exp(leaning), 0.0)
        return self.lexicon.trie.up(mass, np.add)

    @cached_property
    def lean_of_word(self) -> NDArray[np.float32]:
        """(N,) preference for the word that ends at a node."""
        word = self.lexicon.trie.word
        return np.where(word >= 0, self.leaning[word], 0.0).astype(np.float32)


def make(
    language: Language,
    *,
    themes: Sequence[str] = (),
    avoid: Sequence[str] = (),
    family_friendly: bool = True,
    wildness: float = 0.5,
) -> Rules:
    """The rules for one ask. Themes that the language lacks are ignored: teach them first (`Language.taught`)."""
    lexicon, theme_words = language.lexicon, words_of(themes)
    numbers = tuple(lexicon.index[word] for word in dict.fromkeys(theme_words) if word in lexicon.index)
    allowed = np.ones(len(lexicon.words), dtype=bool)
    barred = {word for phrase in avoid if " " not in (word := normal(plain(phrase)))}
    if family_friendly:
        barred |= family.mild_words()  # stronger words are in no lexicon anyway
    allowed &= ~_among(lexicon, barred)
    return Rules(language, allowed, _leaning(lexicon, language.vectors, numbers, wildness), numbers)


def words_of(themes: Iterable[str]) -> list[str]:
    """The content words of themes, in lower case."""
    return list(dict.fromkeys(word for theme in themes for word in normal(plain(theme)).split() if word not in STOP))


def unknown(themes: Iterable[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The content words of themes that are not in a lexicon."""
    return tuple(word for word in words_of(themes) if word not in lexicon.index and _spellable(word))


def _spellable(word: str) -> bool:
    return word.isascii() and word.isalpha() and family.is_clean(word)


def _among(lexicon: Lexicon, group: Iterable[str]) -> NDArray[np.bool_]:
    """(W,) which words, or the words whose possessives they are, are in a group."""
    there = np.zeros(len(lexicon.words), dtype=bool)
    for word in group:
        for form in (word, word + "'s"):
            if (number := lexicon.index.get(form)) is not None:
                there[number] = True
    return there


def _as_row(word: str) -> Row:
    return Row(word, LOWER, _THEME_COUNT, 40, 40, 0.3, pronounce(word))


def _leaning(
    lexicon: Lexicon, vectors: NDArray[np.float32], themes: tuple[int, ...], wildness: float
) -> NDArray[np.float32]:
    def among(group: frozenset[str]) -> NDArray[np.bool_]:
        return _among(lexicon, group)

    lean = np.zeros(len(lexicon.words), dtype=np.float32)
    content, modern = ~among(STOP), among(MODERN)
    lean += LEANINGS["old-fashioned"] * (among(OLD_FASHIONED) & ~modern)
    lean += LEANINGS["of today"] * modern
    lean += LEANINGS["a thing"] * (content & (lexicon.thing >= 0.25))
    lean += LEANINGS["bland"] * among(BLAND)
    lean += LEANINGS["pronoun"] * among(PRONOUNS)
    lean += LEANINGS["grim"] * among(GRIM)
    lean += LEANINGS["scenery"] * among(SCENERY)
    lean += LEANINGS["of, the, and"] * among(frozenset({"of", "the", "and"}))
    lean += LEANINGS["a stranger's name"] * ((lexicon.forms == UPPER) & ~among(CAPITALS))
    lean += LEANINGS["hardly seen"] * (lexicon.count < 8)
    lean += LEANINGS["rare, by wildness"] * (wildness - 0.1) * np.where(content, lexicon.rarity - 0.55, 0)
    if themes:
        closeness = near.closeness(vectors, themes)
        lean += LEANINGS["near a theme"] * np.clip((closeness - 0.5) / 0.5, 0, 1)
        rare = np.log(np.maximum(_THEME_COUNT / (lexicon.count[list(themes)] + 1.0), 1.0))
        lean[list(themes)] += LEANINGS["a theme"] + LEANINGS["a rare theme"] * rare
    return lean

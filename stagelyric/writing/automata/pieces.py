"""Samples lines with the editor's language model, piece by piece; metre, rhyme and names are kept as it goes.

A rhyme is found by looking ahead: wherever a word may begin, the model says how likely each rhyming word is there, so
the lines kept are those that come to their rhyme by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.memory import Memory
from stagelyric.editor.pieces import Kept
from stagelyric.lm.sample import choose
from stagelyric.words.lists import DESCRIBING, DETERMINERS, STOP

MIN_P = 0.05
TESTED = 24
STEPS = 18
"""The most pieces of a line."""

_HARDLY, _NOT_END = -6.0, -3.0  # nats: rhyming words less likely than this are not tried, nor ends less likely
_LIKELY = 256  # pieces of each row that are drawn from, at most
_COMMA = -1.0  # added, in nats, to a comma: else lines become lists
_PLAIN = -1.0  # added, in nats, to "I" and "you" at a line's start: plain talk is what the model likes best
_OF_ONE = 4  # rhyming ends that are tried with the same word
_ARTICLES = (["the"], ["a"], ["an"])  # no name follows them
_LEADING = DETERMINERS | {"at", "by", "from", "in", "into", "of", "on", "onto", "to", "with"}
_WORD = re.compile(r"[a-z]+(?:'[a-z]*)*")
_BEGINS = re.compile(r" (?:[a-z][A-Za-z']*|I(?:'(?:m|ve|ll|d))?)")  # no capitals: names come where they are due
_PIECE = re.compile(r" ?[A-Za-z']+|,|\n")


def words_of(text: str) -> list[str]:
    """The words of a line in plain letters, in lower case."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class NextLine:
    """What a line needs: it follows memory place `at`, after which `log_p` (V,) has ln p of every piece.

    `ends`: the words that may be last, with their syllables; `rhymed`: they are few, so they are looked for; `said`:
    words that may not be said again; `name`: what must be said, "" for nothing; `begun`: how the line begins, which is
    read already, "" where it is free to; `counts`: syllables of the words of both.
    """

    at: int
    log_p: NDArray[np.float32]
    low: int
    high: int
    ends: Mapping[str, int]
    rhymed: bool
    said: frozenset[str] = frozenset()
    name: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A line, the mean ln p of a piece after its beginning, that of the unlikeliest one, and that of all together.

    Of a name that had to be said, only the chance of any name in its place counts.
    """

    text: str
    mean: float
    least: float
    total: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A line under way. `forced`: pieces of a name that come next; `after`: syllables before the name."""

    place: int
    at: int
    after: int = 0
    text: str = ""
    total: float = 0.0
    count: int = 0
    least: float = 0.0
    forced: tuple[int, ...] = ()
    named: bool = False

    def grown(self, text: str, gained: float | None) -> _Row:
        """With another piece; `gained` is its ln p, None if it isn't counted."""
        if gained is None:
            return replace(self, text=self.text + text)
        least = min(self.least, gained) if self.text else self.least  # anything may come first
        return replace(self, text=self.text + text, total=self.total + gained, count=self.count + 1, least=least)

    @property
    def sampled(self) -> Sampled:
        return Sampled(self.text.strip(), self.total / max(1, self.count), self.least, self.total)


class Alphabet:
    """The pieces of a model, by what they may do in a line."""

    def __init__(self, pieces: Kept):
        self.pieces = pieces
        self.texts = [pieces.text(number) for number in range(len(pieces))]
        self.usable = np.array([bool(_PIECE.fullmatch(text)) for text in self.texts])
        self.newline, self.comma = self.texts.index("\n"), self.texts.index(",")
        self.begins = np.array([_BEGINS.fullmatch(text) is not None for text in self.texts])
        letters = np.array([bool(text) and text[0] not in " ,\n" for text in self.texts]) & self.usable
        self.goes_on = letters
        self.capital = np.array([text[:1] == " " and text[1:2].isupper() for text in self.texts])
        self.first = letters & np.array([text[:1].isupper() for text in self.texts])
        self._numbers: dict[str, tuple[int, ...]] = {}

    @cached_property
    def plain_starts(self) -> NDArray[np.float32]:
        """What is added to ln p of a line's first piece, (V,)."""
        plain = {"I", "I'm", "You", "You're", "It", "It's"}
        return np.array([_PLAIN if text in plain else 0.0 for text in self.texts], np.float32)

    @cached_property
    def closing(self) -> NDArray[np.int64]:
        """The pieces that a line may close on; they aren't shown."""
        return np.array([i for i, text in enumerate(self.texts) if text and not text.strip(" .,;:!?\n")], np.int64)

    def spelled(self, word: str) -> tuple[int, ...]:
        """A word's pieces, with a blank before it."""
        return tuple(self.pieces.encode(f" {word}"))

    def whole(self, word: str) -> tuple[int, ...]:
        """The pieces that are this word as a whole."""
        if word not in self._numbers:
            forms = (f" {word}", f" {word.capitalize()}", word.capitalize(), word)
            coded = (self.pieces.encode(form) for form in forms)
            self._numbers[word] = tuple({own[0] for own in coded if len(own) == 1})
        return self._numbers[word]


class Sampler:
    """Samples lines for several places side by side. `count`: a word's syllables, None if it can't be sung."""

    def __init__(
        self, memory: Memory, alphabet: Alphabet, count: Callable[[str], int | None], rng: np.random.Generator,
        temperature: float, between: Callable[[], None],
    ):  # fmt: skip
        self.memory, self.alphabet, self.count = memory, alphabet, count
        self.rng, self.temperature, self.between = rng, temperature, between

    def lines(self, places: Sequence[NextLine], rows: int, tested: int = TESTED) -> list[list[Sampled]]:
        """Different lines for each place, from `rows` samples in all; `tested`: rhyming ends that are tried for each.
        The memory is left as it was."""
        size = self.memory.size
        self._found: list[dict[str, Sampled]] = [{} for _ in places]
        self._ahead: list[dict[str, tuple[_Row, tuple[int, ...]]]] = [{} for _ in places]
        firsts = [self._by_first(place) for place in places]
        live = [self._begun(places, number % len(places)) for number in range(rows)]
        log_p = np.stack([places[row.place].log_p for row in live])
        for step in range(STEPS):
            if step:
                for number, row in enumerate(live):
                    self._look_ahead(places[row.place], row, log_p[number], firsts[row.place])
            live, log_p = self._stepped(places, live, log_p)
            if not live:
                break
        self._land(places, tested)
        self.memory.cut(size)
        return [sorted(found.values(), key=lambda line: line.text) for found in self._found]

    def _begun(self, places: Sequence[NextLine], place: int) -> _Row:
        most = max(1, places[place].high - 2)
        after = int(self.rng.integers(most)) if self.rng.random() < 0.6 else 0
        return _Row(place, places[place].at, after, places[place].begun)

    def _by_first(self, place: NextLine) -> dict[int, list[tuple[str, int, tuple[int, ...]]]]:
        """The last words that are looked for, by their first piece."""
        found: dict[int, list[tuple[str, int, tuple[int, ...]]]] = {}
        for word, syllables in place.ends.items() if place.rhymed else ():
            spelled = self.alphabet.spelled(word)
            found.setdefault(spelled[0], []).append((word, syllables, spelled))
        return found

    def _syllables(self, place: NextLine, text: str) -> int | None:
        """The syllables so far; None if a word is unknown, or not whole yet."""
        total = 0
        for word in words_of(text):
            count = place.counts.get(word)
            count = self.count(word) if count is None else count
            if count is None:
                return None
            total += count
        return total

    def _look_ahead(
        self, place: NextLine, row: _Row, log_p: NDArray[np.float32],
        firsts: Mapping[int, Sequence[tuple[str, int, tuple[int, ...]]]],
    ) -> None:  # fmt: skip
        """Notes the rhyming words that may follow, with how likely each is."""
        length = self._syllables(place, row.text)
        if not firsts or length is None or row.forced or (place.name and not row.named):
            return
        said = words_of(row.text)
        numbers = np.fromiter(firsts, np.int64, len(firsts))
        for first in numbers[log_p[numbers] > _HARDLY].tolist():
            gained = float(log_p[first])
            for word, syllables, spelled in firsts[first]:
                text = f"{row.text} {word}"
                if place.low <= length + syllables <= place.high and word not in said and not _hangs([*said, word]):
                    self._ahead[row.place].setdefault(text, (row.grown(f" {word}", gained), spelled))

    def _stepped(
        self, places: Sequence[NextLine], live: Sequence[_Row], log_p: NDArray[np.float32]
    ) -> tuple[list[_Row], NDArray[np.float32]]:
        """Every row a piece further, without those that are done or can't go on; and ln p of the pieces after them."""
        live = [self._with_name(places[row.place], row, log_p[number]) for number, row in enumerate(live)]
        masks = np.stack([self._mask(places[row.place], row) for row in live])
        going = np.flatnonzero(masks.any(axis=1))
        if not len(going):
            return [], log_p
        live, log_p, masks = [live[number] for number in going], log_p[going], masks[going]
        starts = np.array([not row.text for row in live])
        log_p[:, self.alphabet.comma] += _COMMA
        leaning = log_p + np.where(starts[:, None], self.alphabet.plain_starts, np.float32(0))
        chosen = self._drawn(leaning, masks)
        keys: dict[tuple[int, int], int] = {}
        grown: list[tuple[_Row, int]] = []
        for number, (row, piece) in enumerate(zip(live, map(int, chosen), strict=True)):
            gained = float(log_p[number, piece])
            if piece == self.alphabet.newline:
                self._finish(places[row.place], row.grown("", gained))
                continue
            more = row.grown(self.alphabet.texts[piece], None if row.forced else gained)
            more = replace(more, forced=row.forced[1:])
            grown.append((more, keys.setdefault((row.at, piece), len(keys))))
        if not grown or len(keys) > self.memory.room:
            return [], log_p
        self.between()
        first = self.memory.size
        after = self.memory.read([piece for _, piece in keys], [at for at, _ in keys])
        return [replace(row, at=first + key) for row, key in grown], after[[key for _, key in grown]]

    def _drawn(self, log_p: NDArray[np.float32], masks: NDArray[np.bool_]) -> NDArray[np.int64]:
        """A piece for each row, (rows,), from the likeliest ones that `masks` (rows, V) allow."""
        allowed = np.where(masks, log_p, np.float32(-1e9))
        least = allowed.max(axis=1, keepdims=True) + self.temperature * np.log(MIN_P)  # others are never drawn
        kept = [np.flatnonzero(row)[:_LIKELY] for row in allowed >= least]
        likely = np.stack([np.resize(row, max(map(len, kept))) for row in kept])
        masks = np.arange(likely.shape[1]) < np.array([[len(row)] for row in kept])
        chosen = choose(
            np.take_along_axis(allowed, likely, axis=1), self.rng, temperature=self.temperature, min_p=MIN_P,
            mask=masks,
        )  # fmt: skip
        return np.take_along_axis(likely, chosen[:, None], axis=1)[:, 0]

    def _with_name(self, place: NextLine, row: _Row, log_p: NDArray[np.float32]) -> _Row:
        """The row, with its name forced to come next if it is time."""
        if not place.name or row.named or row.text.endswith(","):
            return row
        length = self._syllables(place, row.text)
        if length is None or length < row.after or words_of(row.text)[-1:] in _ARTICLES:
            return row
        if not row.text:
            return replace(row, forced=tuple(self.alphabet.pieces.encode(place.name)), named=True)
        chance = float(np.log(np.exp(log_p[self.alphabet.capital]).sum() + 1e-9))
        return replace(row.grown("", chance), forced=self.alphabet.spelled(place.name), named=True)

    def _mask(self, place: NextLine, row: _Row) -> NDArray[np.bool_]:
        """Which pieces may come next, (V,)."""
        alphabet = self.alphabet
        mask = np.zeros(len(alphabet.texts), np.bool_)
        if row.forced:
            mask[row.forced[0]] = True
            return mask
        if not row.text:
            mask = self._without(alphabet.first.copy(), place.said)
            mask[[alphabet.pieces.encode(word.capitalize())[0] for word in place.said]] = False
            return mask
        words, length = words_of(row.text), self._syllables(place, row.text)
        if length is not None and length > place.high:
            return mask
        if row.text == place.begun:
            return self._without(alphabet.begins.copy(), place.said | frozenset(words))
        if not row.text.endswith(","):
            mask |= alphabet.goes_on
        if length is not None:
            mask |= alphabet.begins
            # A line that was begun comes to its rhyme by way of a comma and whatever rhymes: "on his head, in a bed".
            mask[alphabet.comma] = "," not in row.text and not place.begun
            may_end = words[-1] in place.ends and bool(row.named or not place.name)
            may_end = may_end and not _hangs(words)
            mask[alphabet.newline] = length >= place.low and may_end and not row.text.endswith(",")
        own = frozenset(word for word in words if word not in STOP)
        return self._without(mask, place.said | own)

    def _without(self, mask: NDArray[np.bool_], words: frozenset[str]) -> NDArray[np.bool_]:
        for word in words:
            mask[list(self.alphabet.whole(word))] = False
        return mask

    def _finish(self, place: NextLine, row: _Row) -> None:
        words = words_of(row.text)
        if words and words[-1] in place.ends and not (place.name and not row.named):
            self._found[row.place].setdefault(row.text.strip(), row.sampled)

    def _land(self, places: Sequence[NextLine], most: int) -> None:
        """Keeps the likeliest of the lines with a rhyming word at the end, if the line can end there."""
        tested: list[tuple[_Row, tuple[int, ...], int]] = []
        pieces: list[int] = []
        parents: list[int] = []
        for ahead in self._ahead:
            for row, spelled in _likeliest(ahead, most):
                if len(pieces) + len(spelled) > self.memory.room:
                    break
                at = row.at
                for piece in spelled:
                    parents.append(at)
                    pieces.append(piece)
                    at = self.memory.size + len(pieces) - 1
                tested.append((row, spelled, len(pieces) - 1))
        if not tested:
            return
        self.between()
        after = self.memory.read(pieces, parents)
        for row, spelled, last in tested:
            for nth in range(1, len(spelled)):
                row = row.grown("", float(after[last - len(spelled) + nth, spelled[nth]]))
            end = float(np.log(np.exp(after[last, self.alphabet.closing]).sum() + 1e-9))
            if end > _NOT_END:
                self._finish(places[row.place], row.grown("", end))


def _hangs(words: Sequence[str]) -> bool:
    """Whether a line that ends so wants another word: "a sword of black", "it shone on the moonlit"."""
    return words[-1] in DESCRIBING and len(words) > 1 and words[-2] in _LEADING


def _likeliest(ahead: Mapping[str, tuple[_Row, tuple[int, ...]]], most: int) -> list[tuple[_Row, tuple[int, ...]]]:
    """The likeliest lines, only a few with the same last word."""
    ranked = sorted(ahead.values(), key=lambda own: (-own[0].sampled.mean - 0.15 * own[0].least, own[0].text))
    used: dict[tuple[int, ...], int] = {}
    found = []
    for row, spelled in ranked:
        used[spelled] = used.get(spelled, 0) + 1
        if used[spelled] <= _OF_ONE:
            found.append((row, spelled))
    return found[:most]

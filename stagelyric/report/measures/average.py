"""The average line: what a set of lyrics would say if it only said what is most likely.

A trigram model of the lyrics is asked for its likeliest line of their usual length. For a chart of pop songs, this is a
line that nobody needs to write again ("you know that I'm the one"). It is shown with the likeliest of the lines really
sung.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from stagelyric.report.lyrics import Song, words

_START, _END = "<", ">"
_BEAM = 60
_BRANCHES = 40  # likeliest words tried after each pair
HOW = (
    "the likeliest line of {length} words, the usual length here, by the set's own word triples; what one song says "
    "again and again counts once, and of triples only those that {least} songs have"
)


@dataclass(frozen=True, slots=True)
class Average:
    """`text`: the average line; `likelihood`: its mean ln p a word; `nearest`: the likeliest line really sung."""

    text: str
    likelihood: float
    nearest: str
    length: int
    least: int

    @property
    def how(self) -> str:
        """How it was found, as a sentence."""
        return HOW.format(length=self.length, least=self.least if self.least > 1 else "any")


class Triples:
    """p(word | the two before it), Witten-Bell smoothed (1991): p(w|h) = (c(hw) + n(h)·p(w|h')) / (c(h) + n(h))."""

    def __init__(self, songs: Sequence[Sequence[Sequence[str]]], least: int = 1) -> None:
        """`songs`: lists of lines of words. A sequence counts once a song; one of 2 or 3 words if `least` songs have
        it."""
        runs: Counter[tuple[str, ...]] = Counter()
        for song in songs:
            runs.update({run for line in song for run in _runs(line)})
        self._after: list[dict[tuple[str, ...], Counter[str]]] = [defaultdict(Counter) for _ in range(3)]
        for run, count in runs.items():
            if len(run) == 1 or count >= least:
                self._after[len(run) - 1][run[:-1]][run[-1]] = count
        self._totals = [{before: seen.total() for before, seen in after.items()} for after in self._after]

    @cached_property
    def _floor(self) -> float:
        return 1 / (len(self._after[0][()]) + 1)

    def chance(self, word: str, before: tuple[str, str]) -> float:
        """p of `word` (or of the end, ">") after two words ("<" stands for the line's beginning)."""
        p = self._floor
        for size in range(3):
            seen = self._after[size].get(before[2 - size :])
            if seen:
                kinds = len(seen)
                p = (seen[word] + kinds * p) / (self._totals[size][before[2 - size :]] + kinds)
        return p

    def likely(self, before: tuple[str, str]) -> list[str]:
        """Words to try after two words: those seen after both, then those seen after the last."""
        tried = [w for w, _ in self._after[2].get(before, Counter()).most_common(_BRANCHES)]
        tried += [w for w, _ in self._after[1].get(before[1:], Counter()).most_common(_BRANCHES)]
        return list(dict.fromkeys(tried))

    def likelihood(self, line: Sequence[str]) -> float:
        """Mean ln p of the words of a line and its end."""
        padded = (_START, _START, *line, _END)
        return sum(math.log(self.chance(w, (a, b))) for a, b, w in _triples(padded)) / (len(line) + 1)


def _triples(padded: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(padded[i - 2], padded[i - 1], padded[i]) for i in range(2, len(padded))]


def _runs(line: Sequence[str]) -> Iterator[tuple[str, ...]]:
    padded = (_START, _START, *line, _END)
    for i in range(2, len(padded)):
        for size in range(3):
            yield padded[i - size : i + 1]


def find(songs: Sequence[Song]) -> Average | None:
    """The average line of songs; None if they have fewer than two different lines, or too little in common."""
    kinds = {words(line): line for song in songs for line in song.lines if words(line)}
    if len(kinds) < 2:
        return None
    lengths = sorted(map(len, kinds))
    length = max(2, lengths[len(lengths) // 2])
    sung = [[words(line) for line in song.lines if words(line)] for song in songs]
    least = max(1, round(math.sqrt(len(songs)) / 4))  # 2 of 64 songs, 6 of 500: a phrase in a single song isn't typical
    model = Triples(sung, least)
    best, likelihood = _search(model, length)
    if not best:
        return None
    of_length = [line for line in kinds if abs(len(line) - length) <= 1] or list(kinds)
    nearest = kinds[max(of_length, key=lambda line: (model.likelihood(line), line))]
    return Average(" ".join(_written(best)), likelihood, nearest, length, least)


def _search(model: Triples, length: int) -> tuple[tuple[str, ...], float]:
    """The likeliest line of `length` words by beam search, and its mean ln p. No content word is repeated."""
    beam: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
    for _ in range(length):
        grown = []
        for total, line in beam:
            before = _last_two(line)
            for word in model.likely(before):
                if word != _END and line.count(word) < (2 if len(word) < 4 else 1) and line[-1:] != (word,):
                    grown.append((total + math.log(model.chance(word, before)), (*line, word)))
        if not grown:
            break
        beam = sorted(grown, key=lambda item: (-item[0], item[1]))[:_BEAM]
    ended = [(total + math.log(model.chance(_END, _last_two(line))), line) for total, line in beam]
    total, line = min(ended, key=lambda item: (-item[0], item[1]))
    return line, total / (len(line) + 1)


def _last_two(line: tuple[str, ...]) -> tuple[str, str]:
    padded = (_START, _START, *line)
    return padded[-2], padded[-1]


def _written(line: Sequence[str]) -> list[str]:
    spelled = [word.capitalize() if word.partition("'")[0] == "i" else word for word in line]
    return [spelled[0][:1].upper() + spelled[0][1:], *spelled[1:]] if spelled else []

"""What comes again, as numbers: different words and pairs, how well lines foretell each other, how far they pack."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence

from stagelyric.gates.novelty import normal
from stagelyric.report.lyrics import words

WINDOW = 1000
"""Lines over which distinct n-grams are counted: the more lines, the fewer of their n-grams are new."""
PACKED = 500
SAMPLE = 1000


def distinct(lines: Sequence[str], n: int, *, seed: int = 0) -> float:
    """Different n-grams of words by all n-grams (Li et al. 2016) over 1,000 lines: the mean of ten seeded draws.

    Of fewer than 1,000 lines over all of them, which gives a higher number: compare like with like.
    """
    return _mean([_share(drawn, n) for drawn in _draws(lines, WINDOW, seed)])


def lowest_distinct(lines: Sequence[str], n: int) -> float:
    """Different n-grams by all of them, of the 1,000 lines in a row that have the least (a song's hooks included)."""
    starts = range(0, max(1, len(lines) - WINDOW + 1), WINDOW // 2)
    return min((_share(lines[start : start + WINDOW], n) for start in starts), default=float("nan"))


def _draws(lines: Sequence[str], size: int, seed: int) -> list[list[str]]:
    """Ten draws of `size` lines; where there are no more, the lines themselves once."""
    if len(lines) <= size:
        return [list(lines)] if lines else []
    rng = random.Random(seed)
    return [rng.sample(list(lines), size) for _ in range(10)]


def _share(lines: Sequence[str], n: int) -> float:
    counts = Counter(gram for line in lines for gram in grams(words(line), n))
    return len(counts) / counts.total() if counts else float("nan")


def grams(of: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """The runs of n words."""
    return [tuple(of[i : i + n]) for i in range(len(of) - n + 1)]


def compression(lines: Sequence[str], *, seed: int = 0) -> float:
    """Bytes after zlib (LZ77, level 9) by bytes before, over 500 lines: the mean of ten draws. Lower repeats more."""
    texts = ["\n".join(drawn).encode() for drawn in _draws(lines, PACKED, seed)]
    return _mean([len(zlib.compress(text, 9)) / len(text) for text in texts if text])


def repeated_rate(lines: Sequence[str]) -> float:
    """The share of lines that stood before among these lines, compared without case and marks."""
    keys = [normal(line) for line in lines]
    return 1 - len(set(keys)) / len(keys) if keys else float("nan")


def self_bleu(lines: Sequence[str], *, order: int = 4, seed: int = 0) -> float:
    """Mean BLEU of each line against all others (Zhu et al. 2018, Texygen), 0 … 1; higher repeats more.

    BLEU-4 (Papineni et al. 2002) with counts clipped at the most that any other line has; a precision of nothing
    becomes 1/(2·2^k) by the k-th such (exponential smoothing, as sacrebleu does by default). More than 1,000 lines are
    sampled down to 1,000 by `seed`, since the measure grows with their number.
    """
    if len(lines) > SAMPLE:
        lines = random.Random(seed).sample(list(lines), SAMPLE)
    texts = [of for line in lines if (of := words(line))]
    if len(texts) < 2:
        return float("nan")
    tables = [[Counter(grams(of, n)) for of in texts] for n in range(1, order + 1)]
    tops = [_two_most(table) for table in tables]
    lengths = Counter(map(len, texts))
    scores = []
    for i, of in enumerate(texts):
        clipped = [
            sum(min(count, top[gram][_place(count, top[gram])]) for gram, count in table[i].items())
            for table, top in zip(tables, tops, strict=True)
        ]
        scores.append(_bleu(clipped, len(of), _closest(lengths, len(of))))
    return sum(scores) / len(scores)


def _two_most(table: Sequence[Counter[tuple[str, ...]]]) -> dict[tuple[str, ...], tuple[int, int]]:
    """The most and the second most that any line has of each n-gram."""
    top: dict[tuple[str, ...], tuple[int, int]] = {}
    for counts in table:
        for gram, count in counts.items():
            first, second = top.get(gram, (0, 0))
            top[gram] = (count, first) if count > first else (first, max(second, count))
    return top


def _place(count: int, top: tuple[int, int]) -> int:
    """Where the most that *another* line has stands: a line that has the most itself is left out."""
    return 1 if count == top[0] else 0


def _closest(lengths: Counter[int], length: int) -> int:
    """The length of another line that is nearest to this one's, the shorter of two."""
    return min((n for n, count in lengths.items() if count > (n == length)), key=lambda n: (abs(n - length), n))


def _bleu(clipped: Sequence[int], length: int, reference: int) -> float:
    total, used, missed = 0.0, 0, 0
    for n, matches in enumerate(clipped, 1):
        of = length - n + 1
        if of <= 0:
            break
        used += 1
        if matches:
            total += math.log(matches / of)
        else:
            missed += 1
            total += math.log(1 / (2**missed * of))
    if not used or not clipped[0]:
        return 0.0
    brevity = 0.0 if length >= reference else 1 - reference / length
    return math.exp(total / used + brevity)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else float("nan")

"""Repetition as numbers: distinct words and pairs, similarity between lines, compressibility."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Sequence

from stagelyric.gates.novelty import normal
from stagelyric.report.lyrics import words

WINDOW = 1000
"""Lines over which distinct n-grams are counted; fixed, since more lines have relatively fewer new n-grams."""
PACKED = 500
SAMPLE = 1000


def distinct(lines: Sequence[str], n: int, *, seed: int = 0) -> float:
    """The share of different n-grams of words among all n-grams (Li et al. 2016) in 1,000 lines: the mean of ten seeded
    draws.

    With fewer than 1,000 lines all are used, which gives a higher value: compare only sets of similar size.
    """
    return _mean([_share(drawn, n) for drawn in _draws(lines, WINDOW, seed)])


def lowest_distinct(lines: Sequence[str], n: int) -> float:
    """The lowest share of different n-grams in 1,000 consecutive lines (including a song's hooks).

    It is looked for from every 500th line on, and in the last 1,000 lines.
    """
    last = max(0, len(lines) - WINDOW)
    starts = [*range(0, last, WINDOW // 2), last]
    return min((_share(lines[start : start + WINDOW], n) for start in starts), default=float("nan"))


def _draws(lines: Sequence[str], size: int, seed: int) -> list[list[str]]:
    """Ten draws of `size` lines; if there are no more than that, all lines once."""
    if len(lines) <= size:
        return [list(lines)] if lines else []
    rng = random.Random(seed)
    return [rng.sample(list(lines), size) for _ in range(10)]


def _share(lines: Sequence[str], n: int) -> float:
    counts = Counter(gram for line in lines for gram in grams(words(line), n))
    return len(counts) / counts.total() if counts else float("nan")


def grams(of: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """All sequences of n words."""
    return [tuple(of[i : i + n]) for i in range(len(of) - n + 1)]


def compression(lines: Sequence[str], *, seed: int = 0) -> float:
    """Compressed size (zlib level 9) by size, for 500 lines: the mean of ten draws. Lower is more repetition."""
    texts = ["\n".join(drawn).encode() for drawn in _draws(lines, PACKED, seed)]
    return _mean([len(zlib.compress(text, 9)) / len(text) for text in texts if text])


def repeated_rate(lines: Sequence[str]) -> float:
    """The share of lines that repeat an earlier one, ignoring case and punctuation."""
    keys = [normal(line) for line in lines]
    return 1 - len(set(keys)) / len(keys) if keys else float("nan")


def self_bleu(lines: Sequence[str], *, order: int = 4, seed: int = 0) -> float:
    """Mean BLEU of each line against all others (Zhu et al. 2018, Texygen), 0 … 1; higher means more repetition.

    BLEU-4 (Papineni et al. 2002) with counts clipped at the most that any other line has; the k-th precision that is 0
    becomes 1/(2·2^k) (exponential smoothing, the default of sacrebleu). More than 1,000 lines are sampled down to 1,000
    by `seed`, since the measure grows with their number.
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
    """For each n-gram, the highest and the second highest count in any line."""
    top: dict[tuple[str, ...], tuple[int, int]] = {}
    for counts in table:
        for gram, count in counts.items():
            first, second = top.get(gram, (0, 0))
            top[gram] = (count, first) if count > first else (first, max(second, count))
    return top


def _place(count: int, top: tuple[int, int]) -> int:
    """The highest count in any *other* line: if this line has the highest itself, the second highest."""
    return 1 if count == top[0] else 0


def _closest(lengths: Counter[int], length: int) -> int:
    """The length of another line that is closest to this one's; of two, the shorter."""
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

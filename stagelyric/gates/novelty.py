"""Prevents quotations: no five words and no 24 characters in a row may occur in the training text.

Not the text itself is stored but a sorted array of 30-bit hashes of its runs. A run of the text is always found; about
one in a thousand other runs is wrongly taken for one of the text.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import quoting
from stagelyric.gates.quoting import CHARACTERS as CHARACTERS
from stagelyric.gates.quoting import WORDS as WORDS
from stagelyric.gates.quoting import normal as normal
from stagelyric.words.npz import ModelError, read_npz

FILE = "copies.npz"
_STRIDE = 4  # every 4th window of 21 characters is stored; every run of 24 characters contains one of these
_WINDOW = CHARACTERS - _STRIDE + 1
_BITS = 30
_AT_ONCE = 200  # stanzas hashed in one go
WORN = 4  # words in a row that count as a stock phrase if many lines have them
_WORN_COUNT = 5


def build(lines: Iterable[str], words: Iterable[str] | None = None) -> NDArray[np.uint32]:
    """The sorted hashes (K,) of all runs in `lines`; if `words` is given, only of runs made of these words."""
    texts = [normal(line) for line in lines]
    if words is not None:
        known = {normal(word) for word in words}
        texts = [part for text in texts for part in _parts(text, known)]
    return np.unique(np.concatenate([_aligned(texts), *map(_word_keys, texts)]))


def of_files(
    files: Sequence[Path], kept: Path | None = None, between: Callable[[], None] = lambda: None
) -> NDArray[np.uint32]:
    """The hashes (K,) of all runs in "never quote" files, including runs that cross line ends.

    `kept`: a folder where the index for these files is cached. `between` is called from time to time during the
    computation, as a book takes seconds. Raises QuotingError.
    """
    known = kept and kept / f"{quoting.stamp(files)}.npz"
    if known and known.is_file():
        with contextlib.suppress(ModelError):
            return Copies.load(known).keys
    texts = [stanza for file in files for stanza in quoting.stanzas(file)]
    parts = [np.zeros(0, np.uint32)]
    for start in range(0, len(texts), _AT_ONCE):
        between()
        parts.append(build(texts[start : start + _AT_ONCE]))
    keys = np.unique(np.concatenate(parts))
    if known:
        with contextlib.suppress(OSError):  # if the disk is full, the index is just computed again the next time
            known.parent.mkdir(parents=True, exist_ok=True)
            part = known.with_suffix(f".{os.getpid()}.npz")
            save(part, keys)
            part.replace(known)
    return keys


def build_worn(lines: Iterable[str]) -> NDArray[np.uint32]:
    """The sorted hashes (K,) of runs of four words that occur in five lines or more."""
    counts = Counter(run for line in lines for run in set(_runs(normal(line), WORN)))
    return np.unique(_text_keys([run for run, count in counts.items() if count >= _WORN_COUNT]))


def save(file: Path, keys: NDArray[np.uint32], worn: NDArray[np.uint32] | None = None) -> None:
    """Writes copies.npz: the differences between hashes, split into byte planes, which compresses best."""
    np.savez_compressed(file, planes=_planes(keys), worn=_planes(np.zeros(0, np.uint32) if worn is None else worn))


def _planes(keys: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.diff(keys, prepend=np.uint32(0)).astype("<u4").view(np.uint8).reshape(-1, 4).T)


def _joined(planes: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return np.cumsum(np.ascontiguousarray(planes.T).view("<u4")[:, 0], dtype=np.uint32)


class Copies:
    """Answers whether a line quotes a text, from hashes of its runs."""

    def __init__(self, keys: NDArray[np.uint32], worn: NDArray[np.uint32] | None = None):
        """`keys` and `worn` as returned by `build` and `build_worn`; empty arrays match nothing."""
        self.keys = keys
        self._worn = np.zeros(0, np.uint32) if worn is None else worn

    @classmethod
    def load(cls, file: Path) -> Copies:
        """Reads copies.npz. Raises ModelError if it is missing or damaged."""
        with read_npz(file, "the runs of the model's training text") as data:
            return cls(_joined(data["planes"]), _joined(data["worn"]))

    def and_of(self, keys: NDArray[np.uint32]) -> Copies:
        """These copies with the runs of another text added."""
        return Copies(np.union1d(self.keys, keys), self._worn)

    def save(self, file: Path) -> None:
        save(file, self.keys, self._worn)

    def quotes(self, text: str) -> bool:
        """Whether five words or 24 characters in a row of `text` occur in one line of the training text."""
        line = normal(text)
        return _known(self.keys, np.concatenate([_word_keys(line), _hashed(_windows(line))])) > 0

    def worn(self, text: str) -> int:
        """How many runs of four words of `text` occur in many lines of the training text."""
        return _known(self._worn, _text_keys(_runs(normal(text), WORN)))


def _known(sorted_keys: NDArray[np.uint32], keys: NDArray[np.uint32]) -> int:
    if not sorted_keys.size:
        return 0
    places = np.minimum(np.searchsorted(sorted_keys, keys), sorted_keys.size - 1)
    return int((sorted_keys[places] == keys).sum())


def quotes_own(text: str, source: str) -> bool:
    """Whether five words or 24 characters in a row of `text` occur in one line of `source` (a song's own words)."""
    line, (runs, whole) = normal(text), _own(source)
    words = line.split()
    if any(" ".join(words[i : i + WORDS]) in runs for i in range(len(words) - WORDS + 1)) or line in whole:
        return True
    return any(line[i : i + CHARACTERS] in known for i in range(len(line) - CHARACTERS + 1) for known in whole)


def shares_words(text: str, source: str) -> bool:
    """Whether five words in a row of `text` occur in one line of `source`."""
    words, (runs, _) = normal(text).split(), _own(source)
    return any(" ".join(words[i : i + WORDS]) in runs for i in range(len(words) - WORDS + 1))


@lru_cache(maxsize=8)
def _own(source: str) -> tuple[frozenset[str], frozenset[str]]:
    lines = frozenset(filter(None, map(normal, source.splitlines())))
    runs = {" ".join(words[i : i + WORDS]) for words in map(str.split, lines) for i in range(len(words) - WORDS + 1)}
    return frozenset(runs), lines


def _parts(text: str, known: set[str]) -> Iterable[str]:
    """The parts of a line between unknown words, which no draft can contain."""
    part: list[str] = []
    for word in [*text.split(), ""]:
        if word in known:
            part.append(word)
        elif part:
            yield " ".join(part)
            part = []


def _aligned(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Hashes of the windows that begin at characters 0, 4, 8 … of each line."""
    parts = [text[i : i + _WINDOW] for text in texts for i in range(0, len(text) - _WINDOW + 1, _STRIDE)]
    joined = np.frombuffer("".join(parts).encode("ascii"), dtype=np.uint8)
    return _hashed(joined.reshape(-1, _WINDOW))


def _windows(line: str) -> NDArray[np.uint8]:
    codes = np.frombuffer(line.encode("ascii"), dtype=np.uint8)
    if len(codes) < _WINDOW:
        return np.zeros((0, _WINDOW), dtype=np.uint8)
    return np.lib.stride_tricks.sliding_window_view(codes, _WINDOW)


_POWERS = np.array([pow(0x9E3779B97F4A7C15, i + 1, 1 << 64) for i in range(_WINDOW)], dtype=np.uint64)


def _hashed(windows: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Polynomial hashes (n,) of windows (n, 21), mixed."""
    return _mixed((windows.astype(np.uint64) * _POWERS).sum(axis=1, dtype=np.uint64))


def _word_keys(line: str) -> NDArray[np.uint32]:
    """Hashes of the runs of five words that are shorter than 24 characters."""
    return _text_keys([run for run in _runs(line, WORDS) if len(run) < CHARACTERS])


def _runs(line: str, length: int) -> list[str]:
    words = line.split()
    return [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]


def _text_keys(runs: Sequence[str]) -> NDArray[np.uint32]:
    values = [0] * len(runs)
    for at, run in enumerate(runs):
        value = 0
        for c in run.encode():
            value = (value * 1000003 + c) & 0xFFFFFFFFFFFFFFFF
        values[at] = value
    return _mixed(np.array(values, dtype=np.uint64))


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """30 bits of MurmurHash3's finaliser (Appleby), in which every input bit affects every output bit."""
    keys = keys ^ (keys >> np.uint64(33))
    keys = keys * np.uint64(0xFF51AFD7ED558CCD)
    keys = keys ^ (keys >> np.uint64(33))
    keys = keys * np.uint64(0xC4CEB9FE1A85EC53)
    return (keys >> np.uint64(64 - _BITS)).astype(np.uint32)

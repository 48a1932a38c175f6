"""Stores a corpus larger than memory: songs are packed into files on disk and read one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.npz import read_npz

INDEX = "index.npz"
SHARD = 256 * 2**20  # approximate bytes of a file


class Shards(Sequence["tuple[str, str]"]):
    """Songs as (title, text) in `shard-0000.txt` etc., with an index (N, 3): shard, first byte, length."""

    def __init__(self, folder: Path):
        with read_npz(folder / INDEX, "the index of packed songs") as arrays:
            self._index: NDArray[np.int64] = arrays["songs"]
        count = int(self._index[:, 0].max()) + 1 if len(self._index) else 0
        self._maps = [np.memmap(folder / _name(number), dtype=np.uint8, mode="r") for number in range(count)]

    @classmethod
    def write(cls, folder: Path, songs: Iterable[tuple[str, str]], most: int = SHARD) -> Shards:
        """Packs songs in order; a new shard is begun when one has `most` bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        index: list[tuple[int, int, int]] = []
        number, at = 0, 0
        file = (folder / _name(0)).open("wb")
        try:
            for title, text in songs:
                if at >= most:
                    file.close()
                    number, at = number + 1, 0
                    file = (folder / _name(number)).open("wb")
                data = f"{title}\n{text}".encode()
                file.write(data)
                index.append((number, at, len(data)))
                at += len(data)
        finally:
            file.close()
        np.savez(folder / INDEX, songs=np.array(index, dtype=np.int64).reshape(-1, 3))
        return cls(folder)

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, at: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[str, str]]: ...
    def __getitem__(self, at: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        shard, first, length = self._index[at]
        title, _, text = self._maps[shard][first : first + length].tobytes().decode().partition("\n")
        return title, text

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (self[i] for i in range(len(self)))


class Known:
    """The set of texts seen before, as a Bloom filter (1970) of fixed size: it may wrongly report a text as seen.

    With 2^30 bits (128 MB) and 30 million texts this happens for about one new text in 300.
    """

    def __init__(self, bits: int = 30):
        self._bits = bytearray(1 << (bits - 3))
        self._mask = (1 << bits) - 1

    def seen(self, text: str) -> bool:
        """Whether a text was seen before; adds it."""
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        one, two = key & self._mask, (key >> 32) * 0x9E3779B1 & self._mask
        before = self._bits[one >> 3] >> (one & 7) & self._bits[two >> 3] >> (two & 7) & 1
        self._bits[one >> 3] |= 1 << (one & 7)
        self._bits[two >> 3] |= 1 << (two & 7)
        return bool(before)


def _name(number: int) -> str:
    return f"shard-{number:04}.txt"

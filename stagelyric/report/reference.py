"""Counts from songs by people, made once: how many stanzas have a word, and which phrases are worn.

    python -m stagelyric.report.reference corpus.txt [more.txt …]

writes data/reference.npz. The shipped file was counted over 84,126 lines in plain English of public-domain songbooks
(printed before 1929); no sequence of words can be reconstructed from it.
"""

from __future__ import annotations

import math
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.gates.novelty import Copies
from stagelyric.report import grammar, language
from stagelyric.report.grammar import Grammar
from stagelyric.report.lyrics import spelled, words
from stagelyric.words.npz import read_npz
from stagelyric.words.survey import read_stanzas, survey

FILE = "reference.npz"
LEAST = 2
"""A word must be in this many stanzas to be stored: missing words count as being in one, so nothing is lost."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`stanzas`: how many in all; how many of them have each word; words that aren't names; worn 4-grams."""

    stanzas: int
    stanzas_with: dict[str, int]
    lower: frozenset[str]  # seen at least three times in lower case where no capital was required
    upper: frozenset[str]  # seen at least three times capitalised where that isn't required
    worn: Copies
    grammar: Grammar

    def rarity(self, word: str) -> float:
        """Normalised inverse document frequency of a word over stanzas, 0 … 1: min(1, ln((N+1)/(df+1))/ln((N+1)/2)).

        After See et al. 2019 ("What makes a good conversation?"), scaled to 1 for a word in one stanza.
        """
        n = self.stanzas + 1
        return min(1.0, math.log(n / (self.stanzas_with.get(word, 0) + 1)) / math.log(n / 2))


@cache
def load() -> Reference:
    """The shipped reference."""
    shipped = resources.files("stagelyric.report").joinpath("data", FILE)
    with resources.as_file(shipped) as file, read_npz(file, "what a report compares with") as data:
        known = data["words"].tobytes().decode("ascii").split("\n")
        counts, case = data["stanzas_with"].tolist(), data["case"].tolist()
        return Reference(
            int(data["stanzas"]),
            dict(zip(known, counts, strict=True)),
            frozenset(word for word, bits in zip(known, case, strict=True) if bits & 1),
            frozenset(word for word, bits in zip(known, case, strict=True) if bits & 2),
            Copies(np.zeros(0, np.uint32), np.cumsum(data["worn"], dtype=np.uint32)),
            Grammar(data["tags"], data["tag_counts"]),
        )


def build(texts: Iterable[str]) -> dict[str, NDArray[np.generic]]:
    """The arrays of the file: words in alphabetical order, joined by newlines; counts and case by word."""
    texts = list(texts)
    seen: set[str] = set()
    stanzas, stanzas_with = 0, Counter[str]()
    lower, upper = Counter[str](), Counter[str]()
    for stanza in read_stanzas(texts):
        lines = [line for line in stanza if line not in seen]
        seen.update(lines)
        if lines:
            stanzas += 1
            stanzas_with.update({word for line in lines for word in words(line)})
        for line in lines:
            for word in spelled(line)[1:]:
                (upper if word[0].isupper() else lower)[word.lower()] += 1
    kept = sorted(word for word, count in stanzas_with.items() if count >= LEAST)
    return {
        "words": np.frombuffer("\n".join(kept).encode("ascii"), dtype=np.uint8),
        "stanzas_with": np.array([stanzas_with[word] for word in kept], dtype=np.int32),
        "case": np.array([(lower[word] >= 3) | (upper[word] >= 3) << 1 for word in kept], dtype=np.uint8),
        "stanzas": np.array(stanzas, dtype=np.int32),
        **grammar.count(language.tags(spelled(line)) for line in sorted(seen)),
        "worn": np.diff(novelty.build_worn(survey(texts).lines), prepend=np.uint32(0)),
    }


def main() -> None:
    parser = ArgumentParser(prog="python -m stagelyric.report.reference", description=__doc__)
    parser.add_argument("corpora", type=Path, nargs="+")
    texts = [path.read_text(encoding="utf-8") for path in parser.parse_args().corpora]
    file = Path(__file__).parent / "data" / FILE
    np.savez_compressed(file, **build(texts))  # type: ignore[arg-type]
    print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

"""Word frequencies and parts of speech, from two packages of the extra `report`: wordfreq and denckring-en-pos.

Both are larger than the rest of stagelyric and have their own licences (wordfreq's numbers and the tagger's weights are
CC BY-SA), so they are installed separately and never shipped with it. A show needs neither.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from types import ModuleType
from typing import Protocol

from stagelyric.types.extras import how_to_get

HINT = how_to_get("report")

_PARTS = re.compile(r"^(.+?)('(?:m|s|d|ll|re|ve)|n't)$", re.IGNORECASE)


class MissingExtraError(Exception):
    """A package of the extra `report` is missing; the message is one sentence that says which and how to get it."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(f"{package} is not installed, which {purpose}: {HINT}")


class Tagger(Protocol):
    """What the package's `tagger()` returns."""

    def tag(self, words: Sequence[str]) -> list[str]: ...


def has_report() -> bool:
    """Whether the extra's packages are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("wordfreq", "denckring_en_pos"))


@cache
def _frequencies() -> ModuleType:
    try:
        return importlib.import_module("wordfreq")
    except ImportError:
        raise MissingExtraError("wordfreq", "knows how common a word is") from None


@cache
def _tagger() -> Tagger:
    try:
        made: Tagger = importlib.import_module("denckring_en_pos").tagger()
    except ImportError:
        raise MissingExtraError("denckring-en-pos", "tells nouns and names") from None
    return made


@lru_cache(maxsize=65536)
def zipf(word: str) -> float:
    """A word's frequency in English: log10 of its count in a billion words (Speer, wordfreq 3.1), 0 if unknown.

    "the" 7.7, "water" 5.4, "harbour" 4.0, "polythene" 2.2. An apostrophe and what follows it are left out.
    """
    return float(_frequencies().zipf_frequency(word.partition("'")[0], "en"))


def tags(line: Sequence[str]) -> list[str]:
    """The universal part of speech of each word (NOUN, PROPN, VERB …), for words as they are written.

    An averaged perceptron trained on the English Web Treebank, with 93.4 % accuracy on its test set. As in its training
    data, "don't" is passed as two words; the word gets the tag of the first part.
    """
    parts: list[str] = []
    starts: list[int] = []
    for word in line:
        starts.append(len(parts))
        split = _PARTS.match(word)
        parts += split.groups() if split else (word,)
    found: list[str] = _tagger().tag(parts)
    return [found[start].partition("|")[0] for start in starts]

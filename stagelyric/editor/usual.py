"""Estimates how frequent each of a model's pieces is in songs, from word counts; and chooses the pieces to keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.faults import EditorError
from stagelyric.editor.folder import digest
from stagelyric.editor.pieces import Kept, Pieces
from stagelyric.types import paths
from stagelyric.words.lexicon import FILE, load
from stagelyric.words.npz import ModelError

_FIRST = 1 / 7  # share of a line's words that are its first word
_UNSUNG = 0.05  # share of all pieces that is spread over pieces of words that weren't counted
_LOWER, _UPPER = 1, 2


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case; how it is written, in lower case (1), capitalised (2) or either (3); and how often."""

    text: str
    forms: int
    count: int


def lexicon() -> Path | None:
    """The lexicon to count with: the shipped model's, so that all machines build the same editor; else None."""
    try:
        file = paths.find_model("transformer") / FILE
    except paths.ModelNotFoundError:
        return None
    return file if file.is_file() else None


def stamp(file: Path | None) -> str:
    """A hash of a lexicon, "" for none. Raises OSError."""
    return digest(file) if file else ""


def words(file: Path | None) -> list[Word]:
    """The words of a lexicon.npz. Raises EditorError if it is damaged."""
    if file is None:
        return []
    try:
        known = load(file)
    except ModelError as error:
        raise EditorError(str(error)) from None
    return [Word(*row) for row in zip(known.words, known.forms.tolist(), known.count.tolist(), strict=True)]


def counts(pieces: Pieces | Kept, words: Iterable[Word], numbers: Sequence[int]) -> NDArray[np.float64]:
    """Each piece's share of all pieces in songs, (len(numbers),); the shares sum to 1, and none is 0.

    `numbers`: the pieces' numbers in the full model, which are ordered as learned, so that later ones are rarer.
    """
    sung = np.zeros(len(numbers))
    for word in words:
        capital = word.text[:1].upper() + word.text[1:]
        inside = [form for sign, form in ((_LOWER, word.text), (_UPPER, capital)) if word.forms & sign] or [word.text]
        share = word.count * (1 - _FIRST) / len(inside)
        for text, weight in ((capital, word.count * _FIRST), *((f" {form}", share) for form in inside)):
            np.add.at(sung, pieces.encode(text), weight)
    rare = 1 / (np.asarray(numbers) + 50.0)
    share_rare = _UNSUNG if sung.any() else 1.0
    found: NDArray[np.float64] = (1 - share_rare) * sung / max(sung.sum(), 1.0) + share_rare * rare / rare.sum()
    return found


def chosen(pieces: Pieces, shares: NDArray[np.float64], most: int) -> list[int]:
    """The numbers of the pieces to keep, ascending: those that no others can spell, then the most frequent."""
    needed = [number for number in range(len(shares)) if not pieces.parts(number)]
    rest = np.argsort(-shares, kind="stable").tolist()
    return sorted(list(dict.fromkeys([*needed, *rest]))[: max(most, len(needed))])

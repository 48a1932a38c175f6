"""A blind table: a line by people and one by a model from the same place, in random order, and the key apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from stagelyric.report.classifier import bare
from stagelyric.report.contexts import Context
from stagelyric.report.lyrics import words
from stagelyric.report.trial import Lines

_LEAST = 3  # words that a line must have to be judged


def pairs(
    found: Sequence[Context], people: Lines, ours: Lines, count: int, *, seed: int = 0
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(sheet, key): `count` pairs of lines in random order, or as many as there are.

    Both lines of a pair follow the same song. Marks at the ends are left off, since a book sets them and a stage does
    not. A line is shown once.
    """
    rng = random.Random(seed)
    places = [
        (theirs, own, context)
        for context, by_people, by_model in zip(found, people.songs, ours.songs, strict=True)
        for theirs, own in zip(by_people.lines, by_model.lines, strict=False)
        if min(len(words(theirs)), len(words(own))) >= _LEAST
    ]
    rng.shuffle(places)
    sheet: list[dict[str, Any]] = []
    key: list[dict[str, Any]] = []
    seen: set[str] = set()
    for theirs, own, context in places:
        if len(sheet) == count:
            break
        if bare(theirs) in seen or bare(own) in seen:
            continue
        seen |= {bare(theirs), bare(own)}
        first = rng.random() < 0.5
        a, b = (theirs, own) if first else (own, theirs)
        number = len(sheet) + 1
        sheet.append({"pair": number, "a": bare(a), "b": bare(b)})
        key.append({"pair": number, "people": "a" if first else "b", "song": context.title})
    return sheet, key


HOW = (
    "One line of each pair was written by a person, one by a machine. For each line, from 1 to 5: is it readable "
    "(English that holds together)? does it make you feel something? Then open the key."
)

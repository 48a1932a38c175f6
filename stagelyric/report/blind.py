"""Blind tests: lines by people and by a model for the same places, in random order, with a separate key."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from stagelyric.report.classifier import bare
from stagelyric.report.contexts import Context
from stagelyric.report.lyrics import words
from stagelyric.report.trial import Lines
from stagelyric.types.json import JsonMapping, JsonObject

_QUATRAIN = 4
_LEAST = 3  # words that a line must have to be included


def pairs(
    found: Sequence[Context], people: Lines, ours: Lines, count: int, *, seed: int = 0
) -> tuple[list[JsonObject], list[JsonObject]]:
    """(sheet, key): `count` pairs of lines in random order, or as many as there are.

    Both lines of a pair follow the same place in a song. Final punctuation is removed, as only printed lines have it.
    No line is shown twice.
    """
    rng = random.Random(seed)
    places = [
        (theirs, own, context)
        for context, by_people, by_model in zip(found, people.songs, ours.songs, strict=True)
        for theirs, own in zip(by_people.lines, by_model.lines, strict=False)
        if min(len(words(theirs)), len(words(own))) >= _LEAST
    ]
    rng.shuffle(places)
    sheet: list[JsonObject] = []
    key: list[JsonObject] = []
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


def quatrains(
    found: Sequence[Context], people: Lines, ours: Lines, count: int, *, seed: int = 0
) -> tuple[list[JsonObject], list[JsonObject]]:
    """(sheet, key): up to `count` quatrains by people and as many by the model, in random order.

    Both are for the same places in songs. Final punctuation is removed; none is shown twice.
    """
    rng = random.Random(seed)
    items: list[tuple[str, str, tuple[str, ...]]] = []
    for who, lines in (("people", people), ("model", ours)):
        seen: set[tuple[str, ...]] = set()
        able = []
        for context, song in zip(found, lines.songs, strict=True):
            for stanza in song.stanzas:
                own = tuple(map(bare, stanza.lines))
                if len(own) == _QUATRAIN and own not in seen and min(len(words(line)) for line in own) >= _LEAST:
                    seen.add(own)
                    able.append((who, context.title, own))
        items += rng.sample(able, min(count, len(able)))
    rng.shuffle(items)
    numbered = list(enumerate(items, 1))
    sheet = [{"quatrain": number, "lines": list(own)} for number, (_, _, own) in numbered]
    return sheet, [{"quatrain": number, "by": who, "song": title} for number, (who, title, _) in numbered]


def scored(key: Sequence[JsonMapping], ratings: Mapping[str, JsonMapping]) -> dict[str, dict[str, float]]:
    """One reader's ratings by author: means of sense and feeling (1 to 5), the share that the reader would sing.

    `ratings`: by a quatrain's number, with "sense", "feeling" and "sing". Raises ValueError for a missing or invalid
    rating. A mean doesn't show how far readers agree: ask two or more.
    """
    by: dict[str, list[JsonMapping]] = {}
    for one in key:
        own = ratings.get(str(one["quatrain"]))
        rated = isinstance(own, Mapping) and all(own.get(what) in (1, 2, 3, 4, 5) for what in ("sense", "feeling"))
        if own is None or not rated or not isinstance(own.get("sing"), bool):
            wanted = '{"sense": 1 to 5, "feeling": 1 to 5, "sing": true or false}'
            raise ValueError(f"quatrain {one['quatrain']}: wanted {wanted}, found {own}")
        by.setdefault(one["by"], []).append(own)
    return {
        who: {what: round(sum(map(float, (one[what] for one in rows))) / len(rows), 3) for what in RATED}
        | {"quatrains": len(rows)}
        for who, rows in by.items()
    }


RATED = ("sense", "feeling", "sing")

HOW_QUATRAINS = (
    "Some quatrains were written by people, some by a machine. For each: sense, 1 to 5 (do its lines mean something "
    "that a person could have meant, each and together?), feeling, 1 to 5 (does it make you see or feel something?), "
    "sing, true or false (would you sing it as it stands?). Write them down as JSON: "
    '{"1": {"sense": 3, "feeling": 2, "sing": false}, ...}. Then have the key opened.'
)

HOW = (
    "One line of each pair was written by a person, one by a machine. For each line, from 1 to 5: is it readable "
    "(English that holds together)? does it make you feel something? Then open the key."
)

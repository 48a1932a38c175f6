"""Ways to write a word that a filter should miss and a reader would not: what the family gate is tried with."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator

from stagelyric.words.phonetics import look_up

Disguise = Callable[[str, random.Random], str | None]
"""A word in small letters in; the same disguised, or None where it can't be."""

_LEET = {"a": "4@", "b": "8", "e": "3", "g": "69", "i": "1!|", "l": "1|", "o": "0", "s": "5$", "t": "7+", "z": "2"}
_CYRILLIC = dict(zip("aceijkopstuxyhmnbdw", "асеіјкорѕтυхуһмпвԁԝ", strict=True))
_GREEK = dict(zip("aeiknoptuvxyw", "αειкησρτυνχγω", strict=True))
_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u180e\u034f"


def _leet(word: str, rng: random.Random) -> str | None:
    """Figures and signs for letters, not all of them."""
    places = [i for i, c in enumerate(word) if c in _LEET]
    if not places:
        return None
    chosen = set(rng.sample(places, rng.randint(1, min(len(places), max(1, len(word) - 2)))))
    return "".join(rng.choice(_LEET[c]) if i in chosen else c for i, c in enumerate(word))


def _one_figure(word: str, rng: random.Random) -> str | None:
    figures = {c: [f for f in fs if f.isdigit()] for c, fs in _LEET.items()}
    places = [i for i, c in enumerate(word) if figures.get(c)]
    if not places:
        return None
    i = rng.choice(places)
    return word[:i] + rng.choice(figures[word[i]]) + word[i + 1 :]


def _between(mark: str) -> Disguise:
    return lambda word, rng: mark.join(word)


def _inside(mark: str) -> Disguise:
    def put(word: str, rng: random.Random) -> str:
        i = rng.randint(1, len(word) - 1)
        return word[:i] + mark + word[i:]

    return put


def _split_first(word: str, rng: random.Random) -> str | None:
    return None if word[0] in "aio" else f"{word[0]} {word[1:]}"


def _split_last(word: str, rng: random.Random) -> str | None:
    return None if word[-1] in "aios" else f"{word[:-1]} {word[-1]}"


def _held(word: str, rng: random.Random) -> str:
    i = rng.randrange(len(word))
    return word[:i] + word[i] * rng.randint(3, 8) + word[i + 1 :]


def _all_held(word: str, rng: random.Random) -> str:
    return "".join(c * 3 for c in word)


def _mapped(table: dict[str, str], share: float) -> Disguise:
    def swap(word: str, rng: random.Random) -> str | None:
        made = "".join(table[c] if c in table and rng.random() < share else c for c in word)
        return made if made != word else None

    return swap


def _shifted(first: int) -> Disguise:
    return lambda word, rng: "".join(chr(first + ord(c) - 97) if c.isalpha() else c for c in word)


def _accented(word: str, rng: random.Random) -> str:
    marks = "\u0300\u0301\u0308\u0303\u0323\u0336\u0337"
    return unicodedata.normalize("NFC", "".join(c + (rng.choice(marks) if rng.random() < 0.6 else "") for c in word))


def _invisible(word: str, rng: random.Random) -> str:
    return "".join(c + rng.choice(_INVISIBLE) for c in word)


def _backwards(word: str, rng: random.Random) -> str | None:
    """Not where that is a word of its own: "spin" is spun."""
    return word[::-1] if len(word) > 3 and word.isalpha() and look_up(word[::-1]) is None else None


def _starred(word: str, rng: random.Random) -> str | None:
    return word[0] + "*" * (len(word) - 2) + word[-1] if 4 <= len(word) <= 6 and word.isalpha() else None


DISGUISES: dict[str, Disguise] = {
    "plain": lambda word, rng: word,
    "capitals": lambda word, rng: word.upper(),
    "mixed case": lambda word, rng: "".join(c.upper() if rng.random() < 0.5 else c for c in word),
    "in brackets": lambda word, rng: f"({word})!",
    "quoted": lambda word, rng: f"\u201c{word}\u2019\u201d,",
    "possessive": lambda word, rng: f"{word}\u2019s" if not word.endswith("s") else f"{word}'",
    "plural": lambda word, rng: f"{word}{'es' if word.endswith(('s', 'x', 'z', 'ch', 'sh')) else 's'}",
    "leet": _leet,
    "a figure": _one_figure,
    "leet, held": lambda word, rng: _leet(_held(word, rng), rng),
    "blanks": _between(" "),
    "two blanks": _between("  "),
    "full stops": _between("."),
    "full stops and blanks": _between(". "),
    "hyphens": _between("-"),
    "bullets": _between("\u2022"),
    "underscores": _between("_"),
    "slashes": _between("/"),
    "a full stop": _inside("."),
    "a hyphen": _inside("-"),
    "an underscore": _inside("_"),
    "a comma": _inside(","),
    "two marks": _inside(".-"),
    "first letter apart": _split_first,
    "last letter apart": _split_last,
    "held": _held,
    "all held": _all_held,
    "starred": _starred,
    "Cyrillic": _mapped(_CYRILLIC, 1),
    "some Cyrillic": _mapped(_CYRILLIC, 0.5),
    "Greek": _mapped(_GREEK, 1),
    "full width": _shifted(0xFF41),
    "bold": _shifted(0x1D41A),
    "script": _shifted(0x1D4EA),
    "circled": _shifted(0x24D0),
    "squared": _shifted(0x1F130),
    "black squares": _shifted(0x1F170),
    "flags": _shifted(0x1F1E6),
    "accented": _accented,
    "invisible": _invisible,
    "zero-width, capitals": lambda word, rng: _invisible(word.upper(), rng),
    "blanks, figures": lambda word, rng: " ".join(_one_figure(word, rng) or word),
    "in two, a figure": lambda word, rng: _split_last(_one_figure(word, rng) or word, rng),
    "backwards": _backwards,
}


def disguised(words: list[str], seed: int = 0) -> Iterator[tuple[str, str, str]]:
    """Each word in each disguise: (word, disguise, how it is written)."""
    rng = random.Random(seed)
    for word in words:
        for name, disguise in DISGUISES.items():
            written = disguise(word, rng)
            if written is not None:
                yield word, name, written

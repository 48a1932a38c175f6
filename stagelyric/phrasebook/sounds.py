"""Pronunciation of the words of frames: from the dictionary, plus what it lacks (inflections, compounds, accents)."""

from __future__ import annotations

import re
from functools import lru_cache

from stagelyric.phrasebook.tags import words
from stagelyric.words import beats
from stagelyric.words.phonetics import Phones, elided, look_up, plain, pronounce, stresses, ways

_ALSO = {
    "poor": "P AO1 R", "sure": "SH AO1 R", "moor": "M AO1 R", "tour": "T AO1 R", "cure": "K Y AO1 R", "your": "Y AO1 R",
    "moors": "M AO1 R Z", "tours": "T AO1 R Z", "was": "W AA1 Z", "because": "B IH0 K AA1 Z", "what": "W AA1 T",
    "cough": "K AA1 F", "of": "AA1 V", "from": "F R AA1 M", "want": "W AA1 N T", "water": "W AA1 T ER0",
    "daughter": "D AA1 T ER0", "bath": "B AA1 TH", "says": "S EH1 Z", "forehead": "F AO1 R HH EH2 D",
    "tureen": "T Y UH0 R IY1 N", "mum": "M AH1 M", "mums": "M AH1 M Z", "loo": "L UW1", "telly": "T EH1 L IY0",
    "grey": "G R EY1", "kerb": "K ER1 B", "tyre": "T AY1 ER0", "pyjamas": "P AH0 JH AA1 M AH0 Z",
    "windscreen": "W IH1 N D S K R IY2 N", "lorry": "L AO1 R IY0", "quid": "K W IH1 D", "pram": "P R AE1 M",
    "cagoule": "K AH0 G UW1 L", "plimsoll": "P L IH1 M S AH0 L", "jumble": "JH AH1 M B AH0 L", "nan": "N AE1 N",
    "gran": "G R AE1 N", "whippet": "W IH1 P AH0 T", "bodhran": "B AW1 R AA0 N", "croft": "K R AO1 F T",
    "pillage": "P IH1 L AH0 JH", "racket": "R AE1 K AH0 T", "willow": "W IH1 L OW0",
}  # fmt: skip
_OPEN_O = re.compile(r"^[^aeiouy]*o(?:[bdfgkmnpst]|ng|ss|st|ft|th|ff|gs)")
_NOT_IN_COMPOUNDS = frozenset(words("ed es ing ly un re in er st th nd al an or is it at on as us"))


@lru_cache(maxsize=1 << 15)
def said(word: str) -> tuple[Phones, ...]:
    """The pronunciations of a word, most common first; () for a word without letters."""
    word = plain(word).lower()
    first = look_up(word) or derived(word)
    found = [first] if first else []
    if first is None or look_up(word):
        found = [way for way in ways(word) if way]
    if other := _ALSO.get(word):
        found.append(tuple(other.split()))
    found += [way for way in map(_rounded, (word,) * len(found), found) if way is not None]
    return tuple(dict.fromkeys(map(_before_r, found)))


_R_VOWELS = {"IY": "IH", "EY": "EH", "AE": "EH", "OW": "AO", "UW": "UH"}


def _before_r(phones: Phones) -> Phones:
    """Merges vowels that sound alike before R: the dictionary has "here" with IY and "clear" with IH."""
    return tuple(
        _R_VOWELS.get(phone[:2], phone[:2]) + phone[2:] if phones[i + 1 : i + 2] == ("R",) else phone
        for i, phone in enumerate(phones)
    )


def _rounded(word: str, phones: Phones) -> Phones | None:
    """ "gone" with the vowel of "on", "dog" with that of "log": the same in most accents, but not in the dictionary."""
    if "AO1" not in phones or not _OPEN_O.match(word):
        return None
    at = phones.index("AO1")
    if phones[at + 1 : at + 2] == ("R",):
        return None
    return (*phones[:at], "AA1", *phones[at + 1 :])


@lru_cache(maxsize=1 << 15)
def is_known(word: str) -> bool:
    """Whether the dictionary has a word, its base form, or both halves of a compound."""
    word = plain(word).lower()
    return word in _ALSO or look_up(word) is not None or derived(word) is not None


@lru_cache(maxsize=1 << 15)
def derived(word: str) -> Phones | None:
    """The pronunciation of an inflection or compound, from words in the dictionary: "rinsed", "squeezebox"."""
    word = word.strip("'")
    return _inflected(word) or _compound(word)


def _stem(word: str, ending: str) -> Phones | None:
    if not word.endswith(ending) or len(word) - len(ending) < 2:
        return None
    stem = word[: -len(ending)]
    doubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else ""
    softened = stem[:-1] + "y" if stem.endswith("i") else ""
    for form in (stem + "e" if ending != "s" else "", stem, doubled, softened):
        if form and (found := look_up(form) or (_also(form))) is not None:
            return found
    return None


def _also(word: str) -> Phones | None:
    other = _ALSO.get(word)
    return tuple(other.split()) if other else None


_ENDINGS: tuple[tuple[str, Phones], ...] = (
    ("ing", ("IH0", "NG")), ("er", ("ER0",)), ("ers", ("ER0", "Z")), ("est", ("AH0", "S", "T")), ("ly", ("L", "IY0")),
    ("y", ("IY0",)), ("ness", ("N", "AH0", "S")), ("less", ("L", "AH0", "S")),
)  # fmt: skip


def _inflected(word: str) -> Phones | None:
    if (stem := _stem(word, "ed")) is not None:
        return stem + (("AH0", "D") if stem[-1] in ("T", "D") else ("T",) if stem[-1] in _VOICELESS else ("D",))
    if word.endswith("'s"):
        stem = look_up(word[:-2]) or _also(word[:-2]) or derived(word[:-2])
        return None if stem is None else stem + _s(stem[-1])
    if word.endswith("s") and not word.endswith("ss") and (stem := _stem(word, "s") or _stem(word, "es")) is not None:
        return stem + _s(stem[-1])
    for ending, sound in _ENDINGS:
        if (stem := _stem(word, ending)) is not None:
            return stem + sound
    if word.startswith("un") and (stem := look_up(word[2:])) is not None:
        return ("AH0", "N", *stem)
    return None


_VOICELESS = frozenset({"P", "K", "F", "TH", "S", "SH", "CH"})


def _s(last: str) -> Phones:
    if last in ("S", "Z", "SH", "ZH", "CH", "JH"):
        return ("IH0", "Z")
    return ("S",) if last in _VOICELESS or last == "T" else ("Z",)


def _compound(word: str) -> Phones | None:
    """Two words joined, the second with less stress; of several splits, the one with the longer first half."""
    for at in range(len(word) - 3, 2, -1):
        head, rest = word[:at], word[at:]
        if rest in _NOT_IN_COMPOUNDS or head in _NOT_IN_COMPOUNDS:
            continue
        first, second = look_up(head), look_up(rest)
        if first is not None and second is not None and len(second) > 1:
            return first + tuple(phone.replace("1", "2") for phone in second)
    return None


@lru_cache(maxsize=1 << 15)
def count(word: str) -> int:
    """The syllables of one written word, including hyphens and punctuation."""
    return len(stressed(word))


@lru_cache(maxsize=1 << 15)
def stressed(word: str) -> str:
    """The syllables of one written word, including hyphens and punctuation, as signs of `beats`."""
    found = ""
    for part in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*'?", word):
        told = part.lower()
        phones = look_up(told) or _also(told) or derived(told) or pronounce(told)
        found += beats.signs(told, stresses(phones) or "1", elided(phones))
    return found

"""Pronunciation: from the CMU Pronouncing Dictionary, else by spelling rules. In ARPAbet.

A pronunciation is a tuple of phones; vowels end in their stress (0 none, 1 primary, 2 secondary): "water" is ("W",
"AO1", "T", "ER0"). data/cmudict.txt.xz has the first pronunciation of 118,769 words; its licence is beside it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache

from stagelyric.words.syllables import count

Phones = tuple[str, ...]

_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})
_ENGLISH = re.compile(r"[a-z'-]+")
_BLOCK = 2048  # bytes of the dictionary between two words of its index
_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})


@cache
def _dictionary() -> bytes:
    """The dictionary's text, b"\\nword PH1 PH2\\n…", unpacked on first use (50 ms, 3 MB)."""
    import lzma  # imported here: many processes need no dictionary and start faster without it
    from importlib import resources

    packed = resources.files("stagelyric.words").joinpath("data", "cmudict.txt.xz").read_bytes()
    return lzma.decompress(packed)


@cache
def _index() -> tuple[list[bytes], list[int]]:
    """Every so many bytes a word of the dictionary, in order, and where its line begins; last the end of the text."""
    text = _dictionary()
    words, starts, start = list[bytes](), list[int](), 1
    while 0 < start < len(text):
        words.append(text[start : text.index(b" ", start)])
        starts.append(start)
        start = text.find(b"\n", start + _BLOCK) + 1
    return words, [*starts, len(text)]


@lru_cache(maxsize=32768)
def look_up(word: str) -> Phones | None:
    """The dictionary's first pronunciation of a word; None if it lacks the word.

    A possessive or plural in 's, or a dropped g ("singin'"), is derived from its stem. Case doesn't matter.
    """
    word = plain(word).lower()
    if (found := _entry(word)) is not None:
        return found
    if word.endswith("'s") and (stem := _entry(word[:-2])) is not None:
        return stem + _plural(stem[-1])
    if word.endswith("s'") and (stem := _entry(word[:-1])) is not None:
        return stem
    if word.endswith("in'") and (stem := _entry(word[:-1] + "g")) is not None:
        return (*stem[:-1], "N")
    return None


def _entry(word: str) -> Phones | None:
    if not word or not word.isascii() or not _ENGLISH.fullmatch(word):
        return None
    text, wanted = _dictionary(), word.encode()
    words, starts = _index()
    block = bisect_right(words, wanted) - 1
    if block < 0:
        return None
    found = text.find(b"\n" + wanted + b" ", starts[block] - 1, starts[block + 1])
    if found < 0:
        return None
    return tuple(text[found + len(wanted) + 2 : text.index(b"\n", found + 1)].decode().split())


def plain(text: str) -> str:
    """`text` without accents and with straight apostrophes: "Montréal" → "Montreal"."""
    text = text.replace("\u2019", "'")
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _plural(last: str) -> Phones:
    return ("IH0", "Z") if last in _SIBILANTS else ("S",) if last in _VOICELESS else ("Z",)


def pronounce(text: str) -> Phones:
    """The phones of a word, or of a name of several words, by the dictionary or else by `guess`; () for ""."""
    phones: list[str] = []
    for word in re.findall(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*['\u2019]?", text):
        phones += look_up(word) or guess(word)
    return tuple(phones)


_ALSO_SAID = {
    "again": "AH0 G EY1 N", "against": "AH0 G EY1 N S T", "been": "B IY1 N", "either": "AY1 DH ER0",
    "neither": "N AY1 DH ER0", "tomato": "T AH0 M AA1 T OW2", "our": "AA1 R", "ours": "AA1 R Z", "roof": "R UH1 F",
    "route": "R AW1 T", "vase": "V AA1 Z", "aunt": "AO1 N T", "data": "D AA1 T AH0", "leisure": "L EH1 ZH ER0",
    "says": "S EY1 Z", "said": "S EY1 D", "wind": "W AY1 N D", "tear": "T EH1 R", "tears": "T EH1 R Z",
    "read": "R IY1 D", "lead": "L EH1 D", "live": "L AY1 V", "close": "K L OW1 S", "bow": "B OW1", "row": "R AW1",
    "posy": "P OW1 Z IY0", "forbidden": "F ER0 B IH1 D AH0 N", "sorry": "S AO1 R IY0",
}  # fmt: skip
"""The second pronunciation of some words, either of which may be rhymed on."""


def ways(text: str) -> tuple[Phones, ...]:
    """The pronunciations of a word, the dictionary's first."""
    other = _ALSO_SAID.get(text.lower().strip(".,;:!?\"'"))
    first = pronounce(text)
    return (first,) if other is None or tuple(other.split()) == first else (first, tuple(other.split()))


_HETERONYMS = {
    "wind": "W IH1 N D", "winds": "W AY1 N D Z", "tear": "T IH1 R", "tears": "T IH1 R Z", "wound": "W UW1 N D",
    "dove": "D OW1 V", "bass": "B EY1 S", "does": "D OW1 Z", "use": "Y UW1 Z", "sow": "S OW1", "sows": "S OW1 Z",
    "mow": "M AW1", "lives": "L AY1 V Z", "leads": "L EH1 D Z", "lead": "L IY1 D", "read": "R EH1 D", "live": "L IH1 V",
    "close": "K L OW1 Z", "bow": "B AW1", "bows": "B AW1 Z", "row": "R OW1", "rows": "R AW1 Z", "house": "HH AW1 Z",
    "excuse": "IH0 K S K Y UW1 Z", "abuse": "AH0 B Y UW1 Z", "refuse": "R EH1 F Y UW2 S", "minute": "M AY0 N UW1 T",
    "moped": "M OW1 P EH2 D", "wicked": "W IH1 K T", "aged": "EY1 JH IH0 D", "learned": "L ER1 N IH0 D",
    "blessed": "B L EH1 S T", "beloved": "B IH0 L AH1 V D", "desert": "D IH0 Z ER1 T", "present": "P R IH0 Z EH1 N T",
    "record": "R IH0 K AO1 R D", "content": "K AH0 N T EH1 N T", "object": "AH0 B JH EH1 K T",
    "perfect": "P ER0 F EH1 K T", "separate": "S EH1 P ER0 EY2 T", "moderate": "M AA1 D ER0 EY2 T",
    "graduate": "G R AE1 JH AH0 EY2 T", "estimate": "EH1 S T AH0 M EY2 T", "alternate": "AO1 L T ER0 N EY2 T",
    "polish": "P OW1 L IH0 SH", "sewer": "S OW1 ER0", "tower": "T OW1 ER0", "slough": "S L UW1", "lower": "L AW1 ER0",
    "buffet": "B AH1 F AH0 T", "rose": "R OW1 Z EY2", "resume": "R EH1 Z AH0 M EY2", "lather": "L AE1 DH ER0",
    "pasty": "P AE1 S T IY0", "bowed": "B AW1 D", "rowed": "R OW1 D", "wounds": "W UW1 N D Z",
    "uses": "Y UW1 Z IH0 Z", "used": "Y UW1 Z D", "diffuse": "D IH0 F Y UW1 S", "intimate": "IH1 N T AH0 M EY2 T",
    "attribute": "AE1 T R AH0 B Y UW2 T", "invite": "IH1 N V AY2 T", "permit": "P ER0 M IH1 T",
    "rebel": "R IH0 B EH1 L", "combat": "K AH0 M B AE1 T", "contest": "K AH0 N T EH1 S T",
}  # fmt: skip
"""The second pronunciation of words that are spelled alike but mean two things."""


def readings(text: str) -> tuple[Phones, ...]:
    """Every pronunciation that may be meant: `ways`, and that of another word with the same spelling ("wind")."""
    other = _HETERONYMS.get(text.lower().strip(".,;:!?\"'"))
    return tuple(dict.fromkeys((*ways(text), *((tuple(other.split()),) if other else ()))))


def syllables(phones: Phones) -> int:
    """The number of vowels, which is the number of syllables."""
    return sum(phone[-1].isdigit() for phone in phones)


def stresses(phones: Phones) -> str:
    """One digit for each syllable's stress: "10" for water, "010" for forever."""
    return "".join(phone[-1] for phone in phones if phone[-1].isdigit())


def syllable_count(word: str) -> int | None:
    """The dictionary's syllable count of a word; None if it lacks the word. A counter for `syllabify`."""
    phones = look_up(word)
    return None if phones is None else syllables(phones)


def elided(phones: Phones) -> int:
    """The fewest syllables a singer makes of a word: fire 1, power 1, heaven 1, every 2, memory 2.

    Three elisions: an r-vowel after a glide is swallowed; an unstressed schwa is dropped between a consonant and r, l
    or n before another unstressed vowel; a final "-ven" becomes one syllable with the vowel before it.
    """
    least = syllables(phones)
    for i, phone in enumerate(phones):
        before, after = phones[i - 1] if i else "", phones[i + 1 : i + 3]
        swallowed = phone == "ER0" and before[:2] in ("AY", "AW")
        dropped = phone in ("AH0", "ER0", "IH0") and bool(before) and not before[-1].isdigit() and i > 1 and (
            (phone == "ER0" and bool(after) and after[0][-1] == "0")
            or (len(after) == 2 and after[0] in ("R", "L", "N") and after[1][-1] == "0")
        )  # fmt: skip
        closed = phone == "AH0" and before == "V" and phones[i + 1 :] == ("N",)
        if (swallowed or dropped or closed) and least > 1:
            least -= 1
    return least


def sung(word: str, phones: Phones) -> int:
    """A word's syllables as sung, with elision in "fire", "heaven", "every", "over" and the like (one fewer)."""
    spoken = syllables(phones)
    return spoken - 1 if spoken > 1 and (word in ("over", "over's") or elided(phones) < spoken) else spoken


# Letters to sounds: (spelling, what must follow, phones). The longest spelling that fits is taken; vowels get their
# stress afterwards. In the second column V stands for a vowel letter, C for a consonant, $ for the end.
_RULES: tuple[tuple[str, str, str], ...] = (
    ("tion", "", "SH AH N"), ("sion", "", "ZH AH N"), ("ssion", "", "SH AH N"), ("cian", "", "SH AH N"),
    ("tious", "", "SH AH S"), ("cious", "", "SH AH S"), ("cial", "", "SH AH L"), ("tial", "", "SH AH L"),
    ("ture", "$", "CH ER"), ("sure", "$", "ZH ER"), ("ough", "$", "OW"), ("ought", "", "AO T"), ("aught", "", "AO T"),
    ("eigh", "", "EY"), ("igh", "", "AY"), ("augh", "", "AE F"), ("ough", "t", "AO"), ("ight", "", "AY T"),
    ("ould", "", "UH D"), ("alk", "", "AO K"), ("olk", "", "OW K"), ("all", "$", "AO L"), ("ind", "$", "AY N D"),
    ("ild", "$", "AY L D"), ("old", "", "OW L D"), ("olt", "", "OW L T"), ("eau", "", "OW"), ("ieu", "", "UW"),
    ("ear", "C", "ER"), ("ear", "", "IH R"), ("eer", "", "IH R"), ("air", "", "EH R"), ("are", "$", "EH R"),
    ("oar", "", "AO R"), ("oor", "", "AO R"), ("our", "", "AO R"), ("ore", "", "AO R"), ("ire", "", "AY ER"),
    ("ure", "", "Y UH R"), ("ere", "$", "IH R"), ("ier", "$", "IH R"), ("ar", "", "AA R"), ("or", "", "AO R"),
    ("er", "", "ER"), ("ir", "", "ER"), ("ur", "", "ER"), ("yr", "C", "ER"), ("war", "", "W AO R"), ("wor", "", "W ER"),
    ("wa", "C", "W AA"), ("qua", "", "K W AA"), ("ai", "", "EY"), ("ay", "", "EY"), ("au", "", "AO"), ("aw", "", "AO"),
    ("ea", "", "IY"), ("ee", "", "IY"), ("ei", "", "IY"), ("ey", "$", "IY"), ("ey", "", "EY"), ("eu", "", "UW"),
    ("ew", "", "UW"), ("ie", "$", "IY"), ("ie", "", "IY"), ("oa", "", "OW"), ("oe", "$", "OW"), ("oi", "", "OY"),
    ("oy", "", "OY"), ("oo", "k", "UH"), ("oo", "", "UW"), ("ou", "", "AW"), ("ow", "$", "OW"), ("ow", "", "AW"),
    ("ue", "$", "UW"), ("ui", "", "UW"), ("uy", "", "AY"), ("ye", "$", "AY"), ("ia", "", "IY AH"), ("io", "", "IY OW"),
    ("eo", "", "IY OW"), ("ua", "", "UW AH"), ("ch", "", "CH"), ("ck", "", "K"), ("tch", "", "CH"), ("dge", "", "JH"),
    ("gh", "V", "G"), ("gh", "", ""), ("gn", "$", "N"), ("kn", "", "N"), ("mb", "$", "M"), ("ng", "V", "NG G"),
    ("ng", "", "NG"), ("nk", "", "NG K"), ("ph", "", "F"), ("qu", "", "K W"), ("sch", "", "SH"), ("sh", "", "SH"),
    ("th", "", "TH"), ("wh", "", "W"), ("wr", "", "R"), ("sc", "e", "S"), ("sc", "i", "S"), ("x", "", "K S"),
    ("c", "e", "S"), ("c", "i", "S"), ("c", "y", "S"), ("c", "", "K"), ("g", "e", "JH"), ("g", "i", "JH"),
    ("g", "", "G"),
    ("le", "$", "AH L"), ("les", "$", "AH L Z"), ("ed", "$", "D"), ("es", "$", "Z"), ("a", "$", "AH"), ("o", "$", "OW"),
    ("i", "$", "IY"), ("y", "$", "IY"), ("u", "$", "UW"), ("e", "$", ""), ("a", "", "AE"), ("e", "", "EH"),
    ("i", "", "IH"), ("o", "", "AA"), ("u", "", "AH"), ("y", "V", "Y"), ("y", "", "IH"),
    ("b", "", "B"), ("d", "", "D"), ("f", "", "F"),
    ("h", "", "HH"), ("j", "", "JH"), ("k", "", "K"), ("l", "", "L"), ("m", "", "M"), ("n", "", "N"), ("p", "", "P"),
    ("r", "", "R"), ("s", "", "S"), ("t", "", "T"), ("v", "", "V"), ("w", "", "W"), ("z", "", "Z"),
)  # fmt: skip
_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW", "y": "AY"}
_SILENT_E = re.compile(r"(?:[^aeiouywxr]|th|st)(?:e(?:[sd]?$|ly$|ness)|ing$)")
_LAST_STRESSED = re.compile(r"(?:ee|een|eer|oon|ade|ette|esque|ique|ain|air|eau|oo|elle|[ai]se|ine|al[^aeiou]?e)$")
_BEFORE_LAST = re.compile(r"(?:tion|sion|cian|ic|ics|ious|eous|ia|ian|io|ial)$")


@lru_cache(maxsize=1024)
def guess(word: str) -> Phones:
    """A pronunciation from the spelling alone: good enough for rhyme and syllables, not for speech synthesis.

    Stress is put on the first of two syllables, or on the third from the end of more, unless an ending attracts it.
    """
    spelling = re.sub(r"[^a-z]", "", plain(word).lower())
    phones: list[str] = []
    i = 0
    while i < len(spelling):
        letter, rest = spelling[i], spelling[i + 1 :]
        opened = letter in "aou" and rest.startswith("tion")
        if opened or (letter in _LONG and _SILENT_E.match(rest)):
            phones.append(_LONG[letter])
            i += 1
            continue
        if i > 0 and spelling[i] == spelling[i - 1] and letter not in "aeiou":
            i += 1
            continue
        length, sounds = _rule(spelling, i)
        phones += sounds
        i += length
    return _stressed(spelling, phones)


def _rule(spelling: str, i: int) -> tuple[int, list[str]]:
    best: tuple[int, int, str] = (0, 0, "")
    for written, after, sounds in _RULES:
        if not spelling.startswith(written, i):
            continue
        following = spelling[i + len(written) : i + len(written) + 1]
        fits = {
            "": True,
            "$": not following,
            "V": following in "aeiouy" and bool(following),
            "C": bool(following) and following not in "aeiouy",
        }.get(after, following == after)
        if fits and (len(written), bool(after)) > best[:2]:
            best = (len(written), bool(after), sounds)
    return max(1, best[0]), best[2].split()


_VOWEL_SOUNDS = frozenset({"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"})


def _stressed(spelling: str, phones: list[str]) -> Phones:
    places = [i for i, phone in enumerate(phones) if phone in _VOWEL_SOUNDS]
    if not places:
        return (*phones, "AH1") if phones else ()
    if len(places) == 1 or _LAST_STRESSED.search(spelling):
        main = len(places) - 1
    elif len(places) == 2 or _BEFORE_LAST.search(spelling):
        main = max(0, len(places) - 2)
    else:
        main = len(places) - (2 if spelling.endswith(("a", "o", "i")) else 3)
    marked = (("1" if i == places[main] else "0") if phone in _VOWEL_SOUNDS else "" for i, phone in enumerate(phones))
    return tuple(phone + mark for phone, mark in zip(phones, marked, strict=True))


def line_syllables(text: str) -> int:
    """The syllables of a line as it is said: the dictionary's for the words it knows, by spelling for the rest."""
    return count(text, syllable_count)

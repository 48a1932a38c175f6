"""Splits words into sung syllables by spelling alone: needs no data, and is accurate enough to count syllables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from stagelyric.words import spoken

Counter = Callable[[str], int | None]
"""Returns a word's syllable count from some dictionary; None if it doesn't have the word."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*['\u2019]?|['\u2019][^\W\d_]+")
_VOWELS = frozenset("aeiouy")
_SURE, _LIKELY, _UNLIKELY, _HARDLY = 0.9, 0.7, 0.3, 0.1

# Pairs of vowel letters that can be two syllables, with how likely that is. All other pairs are one vowel.
_APART = {
    "ia": _LIKELY, "io": _LIKELY, "iu": _LIKELY, "eo": 0.55, "ua": 0.6, "uo": 0.6, "uu": _LIKELY, "ii": _LIKELY,
    "oa": _HARDLY, "ea": 0.2, "ie": _UNLIKELY, "ue": 0.25, "oe": 0.25, "ei": _HARDLY, "eu": _UNLIKELY, "ui": _UNLIKELY,
    "ae": _UNLIKELY, "ao": 0.6, "oi": _HARDLY, "ya": _LIKELY, "yi": _LIKELY, "yo": _LIKELY, "ye": 0.4, "eye": 0.2,
}  # fmt: skip
# Exceptions to _APART: (pattern over the word, offset of the second vowel, how likely it is a syllable).
_EXCEPTIONS: tuple[tuple[re.Pattern[str], int, float], ...] = tuple(
    (re.compile(pattern), offset, strength)
    for pattern, offset, strength in (
        (r"[tscg]i(?=[oa](?:n|us|l))", 2, 0.15),  # na-tion, spe-cial, gra-cious
        (r"[cst]ie(?=n[tc])", 2, 0.15),  # pa-tient, an-cient
        (r"gio|geo(?=us|n)|geou", 2, 0.15),  # re-gion, gor-geous
        (r"shio|chio|xio", 3, 0.15),
        (r"[^aeiou]ie(?=rs?$|st$)", 2, 0.75),  # car-ri-er, hap-pi-est
        (r"(?:ll|n|m|sc|x|n[cs]|l[cs]|s|c|t)io(?=n|us)", 99, 0.15),  # mil-lion, un-ion, pre-cious
        (r"(?:li|ni)a(?=r|n|nt)", 2, 0.3),
        (r"ia(?=ge|m)", 1, 0.15),
        (r"[dt]ie(?=r)", 2, 0.3),
        (r"[ln]iu(?=s)", 2, 0.3),
        (r"^gia(?=n)|^dia|^lia(?=r)|^via|tria|(?<=b)ria|dia(?=nt|mon)", 99, 0.9),
        (r"sle(?=s?$)", 2, 0.0),
        (r"[aeo]ye(?=d|s)|eyeb", 99, 0.05),
        (r"[aeiouy]i(?=ng|c$)|ye(?=r)|[ou]e(?=r|st)$|yi(?=ng)|[au]ou(?=s)|yo(?=u)", 99, 0.9),
        (r"(?<=[^aeiouq])ue(?=st$|r$)", 99, 0.7),
        (r"[^aeiou]ia(?=$)|ea(?=t(?:ion|ive|or))", 99, 0.75),
        (r"quie", 3, 0.8),  # qui-et
        (r"die(?=t)|lie(?=n)|scie(?=n)|clie(?=n)|vie(?=t)|pie(?=t)|ierie(?=n)", 99, 0.8),
        (r"qu[aeio]", 2, 0.0),  # the u of qu
        (r"gu[aeio]", 2, 0.05),  # guard, guest
        (r"sua(?=de|si)|sua(?=v)|lua(?=ng)", 2, 0.05),  # per-suade
        (r"crea(?=t)|rea(?=l(?:i|$))|idea|area|thea(?=t)|ocea(?=n)a", 99, 0.6),
        (r"ocea(?=n)", 4, 0.1),
        (r"^rea(?=c(?!h)|s{0}ppear)|^reo|^reu|^preo|coo(?=per)|^coi(?=nc)", 99, 0.8),
        (r"[^aeiou]ie(?=ty)", 2, 0.9),  # so-ci-e-ty
        (r"[aeiou]y[aeio]", 2, _SURE),
        (r"eo(?=ple)|eopa", 1, 0.05),
        (r"due(?=l)|fue(?=l)|crue(?=l)|grue(?=l)|sue(?=t)|flue(?=n)", 99, 0.85),
        (r"poe(?=[tm])|deal(?=i)|idea(?=l)", 99, 0.9),
        (r"[scx]io(?=us)|(?<=[a-z])scie(?=nce$|nt)|reatu|^ie(?=r)", 99, 0.1),
        (r"gue(?=s?$)|que(?=s?$)|[aeo]ye(?=d$|s$|li)|prie(?=s)", 99, 0.05),
        (r"o(?=es$)", 1, 0.1),
        (r"sei(?=ng)|bei(?=ng)|dei(?=t)|ei(?=ng$)", 99, 0.95),
        (r"[^aeiouq]ui(?=ng|n[es]?d?$|ty|t(?:ion|ive|ou))", 2, 0.6),
        (r"io(?=u)", 1, 0.75),
        (r"[uo]a(?=l)", 1, 0.55),
        (r"oa(?=[rstdmnlkpc])", 1, 0.05),
        (r"boya|roya|loya", 3, _SURE),
        (r"busi(?=ness)", 99, 0.1),
        (r"nai(?=ve)", 99, 0.8),
        (r"[tl]io(?=s)|rio$|io$", 1, 0.8),
    )
)
_EXCEPTIONAL = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _, _ in _EXCEPTIONS))
"""Matches a word with any of the exceptions, which most words lack."""

_FINAL_E_SOUNDS = frozenset(
    [
        "the",
        "me",
        "be",
        "he",
        "she",
        "we",
        "ye",
        "recipe",
        "maybe",
        "karate",
        "apostrophe",
        "catastrophe",
        "simile",
        "epitome",
        "finale",
        "acne",
        "adobe",
        "cafe",
        "penelope",
        "chloe",
        "zoe",
        "phoebe",
        "jose",
        "andante",
        "forte",
        "coyote",
        "sesame",
        "hyperbole",
        "anemone",
    ]
)
# A silent e inside a word, before a suffix.
_BUILT_ON = re.compile(
    r"(?<=[^aeiouy])e(?=(?:ly|ness(?:es)?|ful(?:ly)?|less(?:ly|ness)?|ments?|some|ty|where|thing|times?|one|body|work|"
    r"wood|land|man|men|light|town|boat|ward|wards|way|ways|house|smith|stone|fire|bird|side|line|yard|shore|like|ship|"
    r"hood|struck|stricken|back|dom|cloth|weed|lid|let|lets|gone|by)s?$)"
)
_COMPOUND_HEADS = (
    "some", "fire", "home", "more", "there", "where", "here", "name", "love", "safe", "life", "time", "side",
    "rose", "base", "grave", "lone", "horse", "house", "lake", "moon", "snow", "stage", "space", "wine", "face",
    "fore", "ware", "whole", "line", "tide", "smoke", "stone", "bride", "wave", "note", "apple",
)  # fmt: skip
_SYLLABIC_END = re.compile(r"[^aeiouylrw]les?$|[^aeiouy]led$|[bcdfgkptz]lings?$|[aeiou]rles?$")
_ONSETS = frozenset([
    "bl", "br", "ch", "cl", "cr", "dr", "dw", "fl", "fr", "gl", "gr", "kn", "kr", "ph", "pl", "pr", "qu", "sc",
    "sh", "sk", "sl", "sm", "sn", "sp", "st", "sw", "th", "tr", "tw", "wh", "wr",
])  # fmt: skip
_DIGRAPHS = frozenset(["ch", "sh", "th", "ph", "wh", "gh", "qu"])
_SUFFIX = re.compile(r"(?:ing|ings|ingly|ed|edly|ish)")
_OVERRIDES = {
    "every": 2, "everything": 3, "everyone": 3, "everybody": 4, "everywhere": 3, "evening": 2, "evenings": 2,
    "being": 2, "beings": 2, "business": 2, "heaven": 2, "seven": 2, "eleven": 3, "given": 2, "often": 2,
    "people": 2, "idea": 3, "ideas": 3, "area": 3, "create": 2, "created": 3, "real": 1, "really": 2, "fire": 2,
    "fires": 2, "desire": 3, "hour": 2, "hours": 2, "our": 2, "ours": 2, "flower": 2, "power": 2, "tower": 2,
    "science": 2, "quiet": 2, "diamond": 2, "diamonds": 2, "something": 2, "sometimes": 2, "someone": 2,
    "somewhere": 2, "maybe": 2, "lion": 2, "lions": 2, "violin": 3, "colonel": 2, "choir": 2, "prayer": 1,
    "prayers": 1, "mr": 1, "mrs": 1, "whole": 1, "eyed": 1, "eyes": 1, "eye": 1, "evil": 2, "chocolate": 2,
    "different": 2, "family": 3, "favorite": 3, "camera": 3, "interest": 2, "vegetable": 4, "wednesday": 2,
    "beloved": 3, "naked": 2, "sacred": 2, "hundred": 2, "wicked": 2, "wretched": 2, "crooked": 2, "ragged": 2,
    "rugged": 2, "kindred": 2, "hatred": 2, "aged": 2, "jagged": 2, "learned": 1, "once": 1, "fiery": 3, "poem": 2,
    "poems": 2, "hello": 2, "ocean": 2, "oceans": 2, "cruel": 2, "fuel": 2, "towards": 2, "toward": 2, "used": 1,
    "wednesdays": 2, "friend": 1, "friends": 1, "ancient": 2, "heart": 1, "beauty": 2, "beautiful": 3, "cafe": 2,
    "forever": 3, "whatever": 3, "nowhere": 2, "anywhere": 3, "wherever": 3, "therefore": 2, "forehead": 2,
    "without": 2, "iron": 2, "jesus": 2, "reunion": 3, "yesterday": 3, "william": 2, "farewell": 2, "tired": 2,
    "soldier": 2, "soldiers": 2, "familiar": 3, "gentleman": 3, "gentlemen": 3, "marriage": 2, "carriage": 2,
    "fired": 2, "fireside": 3, "homestead": 2, "empire": 3, "sapphire": 3, "george": 1, "equal": 2, "theatre": 3,
    "experience": 4, "california": 4, "nineteen": 2, "aye": 1, "isle": 1, "guitar": 2, "alfred": 2, "blessed": 1,
    "creature": 2, "creatures": 2, "conscience": 2, "isles": 1, "desires": 3, "desired": 3, "churchyard": 2,
    "sovereign": 2,
}  # fmt: skip


_NAMES = {
    "hermione": 4, "penelope": 4, "persephone": 4, "chloe": 2, "yosemite": 4, "siobhan": 2, "calliope": 4, "daphne": 2,
    "phoebe": 2, "zoe": 2, "ariadne": 4, "antigone": 4, "eurydice": 4, "aphrodite": 4, "ariane": 3, "niamh": 1,
    "saoirse": 2, "aoife": 2, "sean": 1, "sinead": 2, "eoin": 2, "aisling": 2, "maeve": 1, "niall": 2, "renee": 2,
    "andre": 2, "desiree": 3, "noel": 2, "joel": 2, "naomi": 3, "leah": 2, "noah": 2, "mia": 2, "ian": 2, "louis": 2,
    "isaac": 2, "aaron": 2, "israel": 3, "gabriel": 3, "raphael": 3, "joaquin": 2, "guadalupe": 4, "jacques": 1,
    "worcester": 2, "leicester": 2, "gloucester": 2, "edinburgh": 4, "thames": 1, "versailles": 2, "arkansas": 3,
    "illinois": 3, "nike": 2, "irene": 2, "circe": 2, "hecate": 3, "ulysses": 3, "socrates": 3, "hercules": 3,
    "achilles": 3, "beyonce": 3, "dante": 2, "goethe": 2, "nietzsche": 2, "porsche": 2, "joshua": 3, "elijah": 3,
    "isaiah": 3, "jeremiah": 4, "maria": 3, "sophia": 3, "julia": 3, "lucia": 3, "leo": 2, "theo": 2, "cleo": 2,
    "romeo": 3, "rio": 2, "tahoe": 2, "moe": 1, "joe": 1, "poe": 1, "dionne": 2, "deirdre": 2, "imogen": 3,
    "o'er": 1, "ne'er": 1, "e'er": 1, "e'en": 1, "whene'er": 2, "where'er": 2, "howe'er": 2, "whate'er": 2,
    "whoe'er": 2, "ma'am": 1, "y'all": 1, "d'you": 1, "e'enin'": 2, "gov'nor": 2, "bo's'n": 2, "bo'sun": 2,
    "fo'c'sle": 2, "heav'n": 1, "giv'n": 1, "ev'n": 1, "pow'r": 1, "flow'r": 1, "show'r": 1, "tow'r": 1,
    "heav'nly": 2, "o'erhead": 2, "o'erflow": 2, "th'": 1,
}  # fmt: skip
"""Names with an irregular spelling, and words shortened by an apostrophe."""
_CUT_AS = {
    "wednesday": (6,), "wednesdays": (6,), "business": (4,), "science": (3,), "sciences": (3, 5), "couldn't": (5,),
    "everyone": (2, 5), "people": (3,), "someone": (4,), "colonel": (4,), "chocolate": (4,), "sovereign": (4,),
    "whene'er": (4,), "where'er": (4,), "howe'er": (3,), "whate'er": (4,),
}  # fmt: skip
"""The cuts of words with a misleading spelling."""


def syllabify(text: str, counts: Counter | None = None) -> tuple[str, ...]:
    """Splits the words of `text` for singing: each piece is one syllable, and ends in "-" if its word continues.

    "Hold the water" -> ("Hold", "the", "wa-", "ter"). Punctuation stays with its word; case and accents are kept. If a
    token has more spoken syllables than can be split, it stays whole and is followed by empty pieces: "99" -> ("99",
    "", ""). `counts` determines how many pieces a word has, if it knows the word; where to cut always follows the
    spelling.
    """
    if counts is None:
        return tuple(piece for token in text.split() for piece in _usual(token))
    return tuple(piece for token in text.split() for piece in _token(token, counts))


def count(text: str, counts: Counter | None = None) -> int:
    """The number of syllables in `text` as spoken: "1967" has six, "Dr." two."""
    if counts is None:
        return sum(len(_usual(token)) for token in text.split())
    return len(syllabify(text, counts))


@lru_cache(maxsize=32768)
def _usual(token: str) -> tuple[str, ...]:
    return tuple(_token(token, None))


def _token(token: str, counts: Counter | None) -> list[str]:
    said = spoken.said(token)
    if not said:
        return _word(token, counts)

    def blanks(words: Sequence[str]) -> list[str]:
        lengths = (spoken.counted(word) or max(1, len(_word(word, counts))) for word in words)
        return [""] * (sum(lengths) - 1)

    core = token.strip("\"'“”‘’().,;:!?…*")
    letters = [spoken.letter(c) for c in core]
    if len(core) < 2 or [word for words in letters for word in words] != list(said):
        return [token, *blanks(said)]
    at = token.index(core)
    pieces = [token[:at] + core[0] + "-", *(f"{c}-" for c in core[1:-1]), core[-1] + token[at + len(core) :]]
    return [part for piece, words in zip(pieces, letters, strict=True) for part in (piece, *blanks(words))]


def _word(token: str, counts: Counter | None) -> list[str]:
    words = list(_WORD.finditer(token))
    if not words:
        return [token] if any(c.isalnum() for c in token) else []
    pieces: list[str] = []
    start = 0
    for i, match in enumerate(words):
        word = match.group()
        cuts = _cuts(word.lower().replace("\u2019", "'"), None if counts is None else counts(word))
        for cut in cuts:
            pieces.append(token[start : match.start() + cut] + "-")
            start = match.start() + cut
        if i + 1 < len(words):
            end = match.end() + (1 if token[match.end() : match.end() + 1] in ("-", "\u2010", "\u2011") else 0)
            piece = token[start:end]
            pieces.append(piece if piece.endswith("-") else piece + "-")
            start = end
    pieces.append(token[start:])
    return pieces


@lru_cache(maxsize=32768)
def _cuts(word: str, wanted: int | None) -> tuple[int, ...]:
    """Where to cut a lower-case word: indices between 0 and its length, one fewer than its syllables."""
    letters = word if word.isascii() else "".join(unicodedata.normalize("NFKD", c)[0] for c in word)
    if letters in _CUT_AS and wanted in (None, len(_CUT_AS[letters]) + 1):
        return _CUT_AS[letters]
    nuclei = _nuclei(letters)
    if letters != word:  # the accented vowel of "Montréal" is a syllable of its own
        nuclei = [(i, 0.9 if word[i] != letters[i] or word[i - 1] != letters[i - 1] else s) for i, s in nuclei]
    if wanted is None:
        wanted = _NAMES.get(letters.removesuffix("'s"))
    if wanted is None:
        wanted = _OVERRIDES.get(letters.removesuffix("'s") if letters.endswith("'s") else letters)
    if wanted is None:
        chosen = [i for i, strength in nuclei if strength >= 0.5] or [i for i, _ in nuclei[:1]]
    else:
        strongest = sorted(nuclei, key=lambda nucleus: -nucleus[1])[: max(1, wanted)]
        chosen = sorted(i for i, _ in strongest)
    return tuple(_cut(letters, a, b) for a, b in pairwise(chosen))


def _nuclei(word: str) -> list[tuple[int, float]]:
    """(index of a letter that can be a syllable's vowel, how likely it is one), from left to right."""
    strength: dict[int, float] = {}
    i = 0
    while i < len(word):
        if word[i] not in _VOWELS or (word[i] == "y" and i + 1 < len(word) and word[i + 1] in "aeiou" and i == 0):
            i += 1
            continue
        j = i
        while j < len(word) and word[j] in _VOWELS:
            j += 1
        strength[i] = 1.0
        for k in range(i + 1, j):
            strength[k] = _APART.get(word[k - 1 : k + 1], _HARDLY)
            if word[k] == "y" and k + 1 < j:  # be-yond, play-er: the y belongs to the following vowel
                strength[k] = 0.0
        i = j
    for pattern, offset, value in _EXCEPTIONS if _EXCEPTIONAL.search(word) else ():
        for match in pattern.finditer(word):
            at = match.end() - 1 if offset == 99 else match.start() + offset
            if at in strength:
                strength[at] = value
    _silence(word, strength)
    return sorted(strength.items())


def _silence(word: str, strength: dict[int, float]) -> None:
    """Lowers the likelihood of every silent e, and adds a syllable for n't and for final m and l."""
    stem = re.sub(r"'(?:s|d|ll|ve|re)?$", "", word) if "'" in word else word
    last = len(stem) - 1
    before = stem[:last]
    if stem.endswith("e") and last in strength and len(strength) > 1 and before and before[-1] not in "aeiouy":
        if stem not in _FINAL_E_SOUNDS:
            strength[last] = 0.6 if _SYLLABIC_END.search(stem) or re.search(r"[^aeiouyr]re$", stem) else 0.2
    elif stem.endswith("es") and re.search(r"[^aeiouy]es$", stem):
        sung = re.search(r"(?:[sxzcg]|ch|sh)es$", stem) or _SYLLABIC_END.search(stem)
        strength[last - 1] = 0.8 if sung else 0.2
    elif stem.endswith("ed") and re.search(r"[^aeiouy]ed$", stem) and len(stem) > 3:
        closed = 0.55 if re.search(r"[^aeiouylr]led$", stem) else 0.2
        strength[last - 1] = 0.9 if re.search(r"[td]ed$", stem) else closed
        if not any(v >= 0.5 for i, v in strength.items() if i != last - 1):
            strength[last - 1] = 0.9
    for match in _BUILT_ON.finditer(stem) if "e" in stem else ():
        if any(c in _VOWELS for c in stem[: match.start()]):
            strength[match.start()] = 0.2
    for head in _COMPOUND_HEADS if stem.startswith(_COMPOUND_HEADS) else ():
        at = len(head) - 1
        silent = stem.startswith(head) and head[-1] == "e" and len(stem) > len(head) + 2
        if silent and stem[len(head)] not in "aeiourdsn":
            strength[at] = 0.2
    if word.endswith(("sm", "thm", "sms", "thms")):
        strength[word.rindex("m")] = 0.9
    if "'" in word:
        _clipped(word, strength)


def _clipped(word: str, strength: dict[int, float]) -> None:
    """Sets the likelihood of the syllable that an ending with an apostrophe can have."""
    if ending := re.search(r"'[rv]e$", word):
        strength[ending.end() - 1] = 0.2 if ending.group() == "'re" or word[ending.start() - 1] in "aeiouy" else 0.9
    if ending := re.search(r"[^aeiouyrl]n't", word):
        strength[ending.start() + 1] = 0.9
    if word.endswith(("it'll", "that'll")):
        strength[len(word) - 2] = 0.9
    if ending := re.search(r"(?:[sxz]|[ch]h|sh|(?:[szc]|[aeiouyrnd]g)(?=e))(e?)'s$", word):
        strength[ending.start(1) if ending.group(1) else len(word) - 1] = 0.9


def _cut(word: str, a: int, b: int) -> int:
    """The cut between the vowels at `a` and `b`: as many consonants go to the second syllable as can begin one."""
    start = a + 1
    while start < b and word[start] in _VOWELS and not re.match("y[aeiouy]", word[start:]):
        start += 1
    if start < b and word[start:b].replace("e", "") != word[start:b] and word[b - 1] not in "e":
        silent = word.rindex("e", start - 1, b)  # lone-ly: the cut is after the silent e
        if silent >= start:
            return silent + 1
    between = word[start:b]
    if word.startswith("n't", b):
        return b  # could-n't
    if between == "th" and word[b] == "m":
        return start  # rhy-thm
    if "'" in between:
        return start + between.index("'")
    if word[b] in "lmn" and word[b] not in _VOWELS:
        return b if b - start < 2 else b - 1
    if len(between) <= 1:
        return b if (between == "y" and not word.startswith("bey")) or _SUFFIX.fullmatch(word, b) else b - len(between)
    if between == "th" and b < len(word) and word[b] == "m":
        return start
    if re.match(r"(?:[^aeiouy]le?d?s?$|[^aeiouy]led$)", word[b - 2 : b + 3]) and word[b] == "e" and word[b - 1] == "l":
        return b - 2  # lit-tle, ta-ble
    if len(between) == 2:
        if between in ("ck", "th", "sh", "ch") and _SUFFIX.fullmatch(word, b):
            return b
        return start if between in _DIGRAPHS else b if between == "ck" or _kept(word, between, b) else b - 1
    if _kept(word, between, b):
        return b
    if between[-2:] in _ONSETS:
        return b - 2
    return b - 1


def _kept(word: str, between: str, b: int) -> bool:
    """Whether a stem keeps its consonants before an ending (burn-ing, wish-es); not if they were doubled (run-ning)."""
    return bool(_SUFFIX.fullmatch(word, b)) and (between[-1] != between[-2] or between[-1] in "sl")

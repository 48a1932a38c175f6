"""How numbers, initials and abbreviations are spoken: "1967" is nineteen sixty seven, "MTV" em tee vee."""

from __future__ import annotations

import re
from functools import lru_cache

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LARGE = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_LETTERS = {
    "w": ("double", "you"),
    "h": ("aitch",),
    "a": ("ay",),
    "e": ("ee",),
    "i": ("eye",),
    "o": ("oh",),
    "u": ("you",),
}
_ABBREVIATED = {
    "dr": "doctor", "mr": "mister", "mrs": "missus", "ms": "miz", "st": "saint", "jr": "junior", "sr": "senior",
    "mt": "mount", "ft": "feet", "prof": "professor", "sgt": "sergeant", "capt": "captain", "lt": "lieutenant",
    "gen": "general", "col": "colonel", "rev": "reverend", "gov": "governor", "hon": "honorable", "ave": "avenue",
    "blvd": "boulevard", "rd": "road", "dept": "department", "vs": "versus", "etc": "et cetera", "feat": "featuring",
    "approx": "approximately", "jan": "january", "feb": "february", "aug": "august", "sept": "september",
    "oct": "october", "nov": "november", "dec": "december", "mon": "monday", "tues": "tuesday", "wed": "wednesday",
    "thurs": "thursday", "fri": "friday", "sat": "saturday",
}  # fmt: skip
_WITHOUT_DOT = frozenset(["dr", "mr", "mrs", "ms", "jr", "sr", "mt", "sgt", "blvd", "vs", "etc"])
_ONLY_WITH_CAPITAL = frozenset(_ABBREVIATED) - {"vs", "etc", "feat", "approx", "ft"}
_SPELLED = frozenset(
    {
        "ok", "uk", "usa", "ufo", "fbi", "cia", "iou", "ep", "eu", "iq", "ai", "atm", "ko", "abc", "api", "ira",
        "tv", "dj",
        "cd", "lp", "mc", "mtv", "dvd", "gps", "suv", "bmw", "ac", "dc", "aka", "vip", "bff", "omg", "diy",
        "faq", "nyc",
        "lsd", "bbc", "cbs", "nbc", "hbo", "vhs", "pc", "tnt", "ufc", "nfa", "yhwh",
    }
)  # fmt: skip
_SPELLED_IN_SMALL = frozenset(["ok", "tv", "dj", "cd", "lp", "mc", "mtv", "dvd", "gps", "suv", "lsd", "bbc"])
_PAIR = re.compile(r"(\d{1,2})[:.](\d{2})(?:(?P<half>[ap])\.?m)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<figures>\d{1,3}(?:[,\u202f]\d{3})+|\d{1,12})(?:[.](?P<part>\d{1,6}))?")
_FRACTIONS = {"½": "half", "¼": "quarter", "¾": "three quarters", "⅓": "third", "⅔": "two thirds", "⅛": "eighth"}
_FIGURE_BY_FIGURE = re.compile(r"911|999|\d{3}[-.\u2010-\u2013]\d{4}|\d{3}[-.\u2010-\u2013]\d{3}[-.\u2010-\u2013]\d{4}")
_SIGNS = {"$": "dollars", "£": "pounds", "€": "euros", "%": "percent", "°": "degrees", "¢": "cents"}
_SUFFIXES = {"am": "ay em", "pm": "pee em", "k": "kay", "km": "kilometers", "mph": "em pee aitch", "ft": "feet"}
_TOKEN = re.compile(r"^[\W_]*?(?P<sign>[$£€#]?)(?P<core>['’]?[^\W_](?:.*[^\W_])?)(?P<end>[%°¢]?)[\W_]*$", re.DOTALL)
_COUNTS = {
    "zero": 2, "seven": 2, "eleven": 3, "seventeen": 3, "seventy": 3, "thirteen": 2, "fourteen": 2, "fifteen": 2,
    "sixteen": 2, "eighteen": 2, "nineteen": 2, "twenty": 2, "thirty": 2, "forty": 2, "fifty": 2, "sixty": 2,
    "eighty": 2, "ninety": 2, "hundred": 2, "thousand": 2, "million": 2, "billion": 2, "double": 2, "twentieth": 3,
    "seventh": 2, "eleventh": 3,
}  # fmt: skip


@lru_cache(maxsize=4096)
def said(token: str) -> tuple[str, ...]:
    """The spoken words for a token of a line, in lower case; () if it is spoken as written."""
    word = token.strip(',;:!?"')
    if word.isascii() and word.isalpha() and (word.islower() or word.istitle()) and len(word) > 1:
        return _letters(word) if word.lower() in _SPELLED_IN_SMALL else _abbreviation(word, dotted=False)
    found = _TOKEN.match(token)
    if found is None:
        return ("and",) if token.strip("()") in ("&", "+") else ()
    core = found["core"]
    if core[-1] in _FRACTIONS and (core[:-1].isdecimal() or len(core) == 1):
        whole = [*cardinal(int(core[:-1])), "and", "a"] if core[:-1] else []
        return (*whole, *_FRACTIONS[core[-1]].split())
    if _FIGURE_BY_FIGURE.fullmatch(core):
        return tuple("oh" if c == "0" else _ONES[int(c)] for c in core if c.isdecimal())
    if any(c.isdigit() for c in core):
        return _with_figures(found["sign"], core, found["end"])
    if re.fullmatch(r"(?:[A-Za-z]\.){1,6}[A-Za-z]", core):
        return _letters(core.replace(".", ""))
    bare = core.removesuffix("'s").removesuffix("’s")
    if "&" in bare and re.fullmatch(r"[A-Z](?:&[A-Z])+", bare):
        return tuple(word for letter in bare for word in (("and",) if letter == "&" else _letters(letter)))
    if _is_initials(bare):
        return _letters(bare[:-1] if bare[-1] == "s" and bare[:-1].isupper() else bare)
    return _abbreviation(bare, dotted="." in token[token.find(core) + len(core) :])


def _abbreviation(word: str, dotted: bool) -> tuple[str, ...]:
    small = word.lower()
    if small not in _ABBREVIATED or not (dotted or small in _WITHOUT_DOT):
        return ()
    if small in _ONLY_WITH_CAPITAL and not word[0].isupper() and small not in ("mr", "mrs", "dr"):
        return ()
    return tuple(_ABBREVIATED[small].split())


def _is_initials(word: str) -> bool:
    small = word.lower()
    if small in _SPELLED_IN_SMALL:
        return True
    plural = word[:-1] if word[-1:] == "s" and len(word) > 2 else word
    if not (2 <= len(plural) <= 5 and plural.isascii() and plural.isupper() and plural.isalpha()):
        return False
    return plural.lower() in _SPELLED or not set(plural) & set("AEIOUY")


def letter(c: str) -> tuple[str, ...]:
    """The spoken words for a single letter or digit."""
    return (_ONES[int(c)],) if c in "0123456789" else _letters(c)


def _letters(text: str) -> tuple[str, ...]:
    return tuple(word for c in text for word in _LETTERS.get(c.lower(), (c.lower(),)))


def _with_figures(sign: str, core: str, end: str) -> tuple[str, ...]:
    words: list[str] = ["number"] if sign == "#" else []
    for part in re.split(r"[-\u2010-\u2015/]+", core.strip("'’")):
        if pair := _PAIR.fullmatch(part):
            words += _pair(pair[1], pair[2])
            words += _SUFFIXES[f"{pair['half'].lower()}m"].split() if pair["half"] else []
            continue
        at = 0
        for found in _NUMBER.finditer(part):
            words += _between(part[at : found.start()])
            rest = part[found.end() :]
            words += _number(found, rest)
            at = found.end() + len(_ordinal_end(rest))
        words += _between(part[at:])
    words += [_SIGNS[mark] for mark in (sign, end) if mark in _SIGNS]
    return tuple(words)


def _between(text: str) -> list[str]:
    """Letters next to digits: "am", the "U" of "U2", the "s" of "1960s" (which joins the word before)."""
    small = re.sub(r"[^a-z]", "", text.lower())
    if not small or small == "s":
        return []
    if small in _SUFFIXES:
        return _SUFFIXES[small].split()
    return list(_letters(small)) if len(small) < 3 else [small]


def _ordinal_end(rest: str) -> str:
    found = re.match(r"(?:st|nd|rd|th)(?![a-z])", rest, re.IGNORECASE)
    return found[0] if found else ""


def _number(found: re.Match[str], rest: str) -> list[str]:
    figures = re.sub(r"\D", "", found["figures"])
    if found["part"]:
        return [*cardinal(int(figures)), "point", *(_ONES[int(c)] for c in found["part"])]
    if _ordinal_end(rest):
        words = cardinal(int(figures))
        return [*words[:-1], _ordinal(words[-1])]
    if figures.startswith("0") and len(figures) > 1:
        return ["oh" if c == "0" else _ONES[int(c)] for c in figures]
    if (
        len(figures) == 4
        and "," not in found["figures"]
        and (1100 <= int(figures) < 2000 or 2010 <= int(figures) < 2100)
    ):
        return [*cardinal(int(figures[:2])), "hundred"] if figures[2:] == "00" else _pair(figures[:2], figures[2:])
    return cardinal(int(figures))


def _pair(one: str, two: str) -> list[str]:
    """Two numbers of a year or a time: nineteen sixty seven, nineteen oh five, nineteen hundred, ten oh five."""
    words = cardinal(int(one))
    if two == "00":
        return [*words, "hundred"] if len(one) == 2 and int(one) > 12 else words
    return [*words, "oh", _ONES[int(two)]] if two[0] == "0" else [*words, *cardinal(int(two))]


def cardinal(number: int) -> list[str]:
    """A number below 10 ** 12 in words: 99 → ninety, nine."""
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10], *([_ONES[number % 10]] if number % 10 else [])]
    for size, name in _LARGE:
        if number >= size:
            rest = number % size
            return [*cardinal(number // size), name, *(cardinal(rest) if rest else [])]
    return []


def _ordinal(word: str) -> str:
    odd = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
    odd["twelve"] = "twelfth"
    return odd.get(word) or (word[:-1] + "ieth" if word.endswith("y") else word + "th")


def counted(word: str) -> int | None:
    """The syllables of a word that `said` returns; None for a word that is in any dictionary."""
    if word in _COUNTS:
        return _COUNTS[word]
    if len(word) == 1 or word in ("ay", "ee", "eye", "oh", "you", "aitch", "kay", "em", "pee", "tee", "and", "point"):
        return 1
    if word.endswith("ieth"):
        return (_COUNTS.get(word[:-4] + "y") or 2) + 1
    return 1 if word in _ONES else None

"""Ways to disguise a word that a reader still sees: look-alike letters, digits, stretched letters, asterisks, gaps.

This module lists possible readings of what is written; `family` decides whether one of them is offensive.
"""

# ruff: noqa: RUF001 - this module is about characters that look like others
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby, islice, product

from stagelyric.words.lists import SHORT
from stagelyric.words.phonetics import look_up

MOST = 96  # readings of one token, at most; a short word has fewer, and nobody reads a long row of digits as letters

# Letters of other scripts that look like Latin ones, and signs whose Unicode name doesn't give them away.
_DRAWN_ALIKE = {
    "a": "аαɑӓ∂ª", "b": "вßƄᏏьβ฿", "c": "сϲ¢©ᴄⅽ", "d": "ԁⅾᏧđ", "e": "еєεё€ҽ℮ə", "f": "ƒ₣ғ", "g": "ցɡǥ", "h": "һнհԋ",
    "i": "іїıɩιӏɪ¡í", "j": "јϳ", "k": "кκĸ", "l": "ⅼʟł£ן", "m": "мⅿ₥", "n": "пηռñ₦и", "o": "оοσօøθ○●◯ዐ", "p": "рρƿ₱",
    "q": "ԛգ", "r": "ргᴦ®я", "s": "ѕꜱ§ʂ", "t": "тτ†₮ŧ", "u": "υսцμµ", "v": "ѵνⅴ", "w": "шщωԝ₩", "x": "хχ×ⅹ✕✖",
    "y": "уγү¥ყ", "z": "ᴢʐƶ",
}  # fmt: skip
_ALIKE = {other: letter for letter, others in reversed(_DRAWN_ALIKE.items()) for other in others}
_NAMED = re.compile(
    r"(?:LATIN (?:SMALL |CAPITAL )?(?:LETTER )?(?:SMALL CAPITAL |SMALL |CAPITAL |OPEN |DOTLESS |SCRIPT )?(?:LETTER )?"
    r"|(?:NEGATIVE |CROSSED )?(?:SQUARED|CIRCLED) (?:LATIN )?CAPITAL LETTER "
    r"|REGIONAL INDICATOR SYMBOL LETTER |TAG LATIN (?:SMALL|CAPITAL) LETTER |MODIFIER LETTER (?:SMALL|CAPITAL) "
    r"|PARENTHESIZED LATIN (?:SMALL|CAPITAL) LETTER |COMBINING LATIN SMALL LETTER )([A-Z])(?: WITH .*)?"
)

_PAIRS = (("\\/\\/", "w"), ("|\\/|", "m"), ("|_|", "u"), ("|-|", "h"), ("|<", "k"), ("\\/", "v"), ("/\\", "a"),
          ("|)", "d"), ("()", "o"), ("[]", "o"), ("><", "x"))  # fmt: skip
_FIGURES = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "gq",
    "@": "a", "$": "s",
}  # fmt: skip
_SIGNS = {"!": "i", "|": "il", "+": "t", "(": "c", "<": "c", "{": "c", "[": "c", "#": "h", "^": "a", ";": "i", ":": "i"}
_LONGEST = 24  # a longer token is not expanded into readings
_MERGED = str.maketrans("lbq", "igg")
_FIGURE = re.compile("[0-9@$]")
_SIGN = re.compile(r"[!|+(<{\[#^;:]")
_LETTERS = re.compile(r"[a-z]+")
_PIECES = re.compile(r"[a-z0-9@$!|+(<{\[#^]+")
_STARS = re.compile(r"[*#_%&\u2022\u25cf~]+|--+|[\u2013\u2014]+")
_EDGES = ".,;:!?\"'()[]{}<>-*_~\u2013\u2014\u2018\u2019\u201c\u201d\u2026/\\|"
_CLIPPED = re.compile(r"([a-z]+)'(?:ll|re|ve|d|s|m)|[a-z]+n't|(?:it|that)'s|[a-z]+in'|o'[a-z]+|'[a-z]+")
_SUNG = frozenset(["la", "na", "da", "ha", "ho", "ah", "uh", "um", "mm", "oo", "al", "ed", "jo"])
"""Short tokens that aren't dictionary words but are no disguise either."""


def latin(text: str) -> str:
    """`text` in plain letters as the eye reads it: no accents or invisible characters, look-alikes replaced.

    Case is kept; characters that don't look like letters stay as they are.
    """
    if text.isascii():
        return text
    return "".join(map(_letter, unicodedata.normalize("NFKD", text)))


@lru_cache(maxsize=4096)
def _letter(c: str) -> str:
    if c.isascii():
        return c
    if c in "\u2018\u2019\u02bc\u00b4\u2032":
        return "'"
    if c.lower() in _ALIKE:
        letter = _ALIKE[c.lower()]
        return letter.upper() if c.isupper() else letter
    name = unicodedata.name(c, "")
    if named := _NAMED.fullmatch(name):
        return named[1] if "CAPITAL" in name and "SMALL CAPITAL" not in name else named[1].lower()
    kind = unicodedata.category(c)
    return "" if kind in ("Mn", "Me", "Cf", "Cc", "Cn", "Co") or "FILLER" in name else " " if kind[0] == "Z" else c


@lru_cache(maxsize=8192)
def is_word(letters: str) -> bool:
    """Whether letters, possibly with an apostrophe, are a real word."""
    if len(letters) <= 3 and letters.isalpha():
        return letters in SHORT or letters in _SUNG
    return look_up(letters) is not None


def bare(token: str) -> str:
    """A token without the punctuation around it."""
    return token.strip(_EDGES)


def is_clipped(token: str) -> bool:
    """Whether a token has an apostrophe where English has one ("he'll", "singin'")."""
    return _CLIPPED.fullmatch(token) is not None


def pieces(token: str) -> list[str]:
    """The runs of letters in a token, and of digits and signs that can stand for letters."""
    return _PIECES.findall(bare(token))


def readings(token: str) -> Iterator[str]:
    """The possible readings of a lower-case token: digits and signs read as letters, gaps closed."""
    core = bare(token)
    if not core:
        return
    for pair, letter in _PAIRS:
        if pair in token:
            token = token.replace(pair, letter)
            yield "".join(_LETTERS.findall(token))
    if has_figures(token):
        letters = "".join(_LETTERS.findall(token))
        sure = _FIGURE.search(token) or _SIGN.search(core[1:]) or token[0] in "+!" or "|" in token
        if (letters or len(core) >= 5) and (sure or not is_word(letters)):
            for text in dict.fromkeys((core, token.rstrip(_EDGES), token.lstrip(_EDGES), token)):
                yield from spelled(text)
    parts = _LETTERS.findall(core)
    if len(parts) > 1 and not is_clipped(core):
        yield "".join(parts)


def has_figures(text: str) -> bool:
    """Whether there are digits, or signs that can stand for letters."""
    return _FIGURE.search(text) is not None or _SIGN.search(text) is not None


def spelled(token: str) -> Iterator[str]:
    """The ways to read digits and signs as letters, a repeated one always as the same letter; at most MOST of them."""
    rows = [(_FIGURES.get(c) or _SIGNS.get(c) or c, len(list(row))) for c, row in groupby(token)]
    choices = [[letter * length for letter in letters] for letters, length in rows]
    if len(rows) > _LONGEST:
        choices = [letters[:1] for letters in choices]
    return ("".join(_LETTERS.findall("".join(letters))) for letters in islice(product(*choices), MOST))


def merged(text: str) -> str:
    """A text's letters, with all letters that one digit can stand for merged into one: i and l; b, g and q."""
    return "".join(_FIGURES.get(c, _SIGNS.get(c, c))[0] for c in text).translate(_MERGED)


def starred(token: str) -> re.Pattern[str] | None:
    """A pattern for what a token with letters left out ("s**t", "d—n", "f***") can mean; else None."""
    token = token.strip(".,;:!?\"'()")
    if not token[:1].isalpha() or token.isalpha() or not _STARS.search(token):
        return None
    stars = _STARS.search(token)
    letters = _LETTERS.findall(token)
    if stars is None or len("".join(letters)) + len(stars[0]) < 3:
        return None
    dashed = "*" not in token and "#" not in token and "_" not in token
    if dashed and (all(map(is_word, letters)) or len(letters) < 2):
        return None
    pattern, at = "", 0
    for gap in _STARS.finditer(token):
        known = re.escape("".join(_LETTERS.findall(token[at : gap.start()])))
        pattern += known + (
            f"[a-z]{{1,{max(4, len(gap[0]))}}}" if gap[0][0] in "-_\u2013\u2014" else f"[a-z]{{1,{len(gap[0])}}}"
        )
        at = gap.end()
    return re.compile(pattern + re.escape("".join(_LETTERS.findall(token[at:]))))


def stretchable(word: str) -> str:
    """A pattern for a word whose letters may be repeated ("shiiit")."""
    return "".join(f"{re.escape(letter)}{{{len(list(run))},}}" for letter, run in groupby(word))


def runs(text: str) -> tuple[str, tuple[int, ...]]:
    """The letters without repetitions, and the length of each repetition: ("son", (1, 3, 1)) for "sooon"."""
    found = [(letter, len(list(run))) for letter, run in groupby(text)]
    return "".join(letter for letter, _ in found), tuple(length for _, length in found)


def sounded(letters: str) -> str:
    """Letters that can sound alike merged: c, ck and q to k, ph to f, y to i, v to u, a final z to s."""
    text = letters.replace("ph", "f").replace("ck", "k").replace("c", "k").replace("q", "k")
    text = text.replace("y", "i").replace("v", "u")
    return re.sub("z+$", lambda z: "s" * len(z[0]), text)


@cache
def unvowelled(word: str) -> str:
    """A word's consonants, as in abbreviations ("fck")."""
    return re.sub("[aeiouy]", "", word)

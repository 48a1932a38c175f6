"""The gate for a family audience: what is never shown, however it is spelled.

Words are blocked whole, by stems inside them, through look-alike characters (5h1t), stars (s**t), stretching
(shiiit), and when spelled out across words (s h i t). Clean words that hold a stem by chance are let through.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from stagelyric.craft.phonetics import plain
from stagelyric.craft.words import SHORT

_ALLOWED = frozenset(
    [
        "scunthorpe",
        "snigger",
        "sniggered",
        "swank",
        "swanky",
        "swanker",
        "therapist",
        "therapists",
        "matsushita",
        "shitake",
        "shiitake",
        "bassist",
        "saltwater",
        "peacock",
        "peacocks",
        "hancock",
        "cockpit",
        "cocktail",
        "cocktails",
        "cockatoo",
        "cocker",
        "shuttlecock",
        "woodcock",
        "hitchcock",
        "dickens",
        "dickinson",
        "assassin",
        "assassins",
        "pussycat",
        "pussycats",
        "pussywillow",
        "booby",
        "mishit",
        "fuku",
        "fukushima",
        "analysis",
        "cumberland",
        "document",
        "circumstance",
        "essex",
        "sussex",
        "middlesex",
        "sextet",
        "sexton",
        "grape",
        "grapes",
        "drape",
        "drapes",
        "scrape",
        "scraped",
        "skyscraper",
        "cockle",
        "cockles",
        "cockleshell",
        "pussy-willow",
        "pussywillows",
        "mishits",
    ]
)
_INNOCENT = re.compile(r"\b(?:tit for tat|cock crow(?:s|ed)?|cock-a-doodle-doo|pins and nips)\b")
_LOOKALIKES = str.maketrans("013457@$!|+8", "oieastasiltb")
_LETTERS = re.compile(r"[a-z]+")


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    """The sections of data/blocked.txt: words by "inside", "whole" and "mild", and "phrases" by the line."""
    text = resources.files("stagelyric.craft").joinpath("data", "blocked.txt").read_text("utf-8")
    sections = re.split(r"^\[(\w+)\]\n", codecs.decode(text, "rot13"), flags=re.MULTILINE)[1:]
    named = {codecs.decode(name, "rot13"): body for name, body in zip(sections[::2], sections[1::2], strict=True)}
    lists = {name: tuple(body.split()) for name, body in named.items()}
    return lists | {"phrases": tuple(named["phrases"].splitlines())}


@cache
def _whole(mild: bool) -> frozenset[str]:
    lists = _lists()
    return frozenset(lists["whole"] + (lists["mild"] if mild else ()))


@cache
def _inside() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _lists()["inside"])))


def is_blocked(word: str, *, mild: bool = True) -> bool:
    """Whether a single clean-spelled word is blocked. `mild`: also oaths, nakedness, killing and drink."""
    word = _base(word.lower())
    if word in _ALLOWED or not word:
        return False
    return word in _whole(mild) or _inside().search(word) is not None


def mild_words() -> frozenset[str]:
    """What only a family audience is spared."""
    return _whole(True) - _whole(False)


def found(text: str, *, mild: bool = True) -> str | None:
    """The first thing in a line that a family audience is spared, as it stands there; None for a clean line.

    `mild` False looks for slurs and obscenities only.
    """
    lowered = _INNOCENT.sub(" ", plain(text).lower())
    tokens = lowered.split()
    for token in tokens:
        if any(is_blocked(reading, mild=mild) for reading in _readings(token)):
            return token
    spoken = " ".join(_LETTERS.findall(lowered.replace("'", "")))
    for phrase in _lists()["phrases"]:
        if f" {phrase} " in f" {spoken} ":
            return phrase
    return _spelled_out([_clean(token) for token in tokens], mild)


def is_clean(text: str, *, mild: bool = True) -> bool:
    """Whether `found` finds nothing."""
    return found(text, mild=mild) is None


def _base(word: str) -> str:
    return re.sub(r"'s?$", "", word)


def _clean(token: str) -> str:
    return "".join(_LETTERS.findall(token.translate(_LOOKALIKES)))


def _readings(token: str) -> Iterable[str]:
    """What a written token may be meant to say."""
    bare = token.strip(".,;:!?\"'()-*")
    yield bare
    if "-" in bare or "/" in bare:
        yield from re.split(r"[-/]", bare)
    if any(c.isdigit() or c in "@$|+!" for c in bare) and any(c.isalpha() for c in bare):
        yield _clean(bare)
        yield _clean(bare.replace("1", "l"))
    if re.search(r"[a-z][^a-z\s'][a-z]", bare):
        yield _clean(bare)
    if "*" in token or "#" in token:
        pattern = re.compile("".join("[a-z]" if c in "*#" else re.escape(c) for c in token.strip(".,;:!?\"'()-")))
        for word in (*_lists()["whole"], *_lists()["inside"]):
            if pattern.fullmatch(word):
                yield word
    letters = _clean(bare)
    if re.search(r"([a-z])\1\1", letters):
        yield re.sub(r"([a-z])\1+", r"\1", letters)
        yield re.sub(r"([a-z])\1{2,}", r"\1\1", letters)


def _spelled_out(tokens: list[str], mild: bool) -> str | None:
    """A blocked word made of whole neighbouring tokens of which one at least is no word itself ("f u", "sh it")."""
    for i in range(len(tokens)):
        joined = tokens[i]
        for j in range(i + 1, min(i + 9, len(tokens))):
            joined += tokens[j]
            parts = tokens[i : j + 1]
            if len(joined) > 14:
                break
            if all(len(part) > 3 or part in SHORT for part in parts) and not all(len(part) == 1 for part in parts):
                continue
            if joined in _whole(mild) or any(joined == stem or joined == stem + "s" for stem in _lists()["inside"]):
                return " ".join(parts)
    return None

"""Recognises chords, tabs and grids in lyrics, which are played and not sung."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_QUALITY = (
    r"(?:maj|min|dim|aug|sus|add|omit|no|alt|m(?![a-z])|m(?=aj|sus|add)|M(?![a-z])|mi(?=\d)|ma(?=\d)|o(?=7)|[ø°Δ+-]"
    r"|\d{1,2}|[#b♯♭](?=\d)|\([^()\s]{1,8}\))"
)
_CHORD = re.compile(
    rf"\(?(?:[A-H][#b♯♭]?|[ACDFG]is(?![a-z])|[CDG]es(?![a-z])){_QUALITY}*(?:[/\\](?:[A-H][#b♯♭]?|\d{{1,2}}))?[*~^]?\)?,?"
)
_ROMANCE = re.compile(
    r"(?:DO|RE|MI|FA|SOL|LA|SI|Do|Re|Mi|Fa|Sol|La|Si)(?P<more>[#b♯♭]?(?:m|-|maj|sus|dim)?\d{0,2}[#b♯♭]?)"
)
_SILENT = re.compile(r"\(?N\.?\s?C\.?\)?,?", re.IGNORECASE)
_FILLER = re.compile(
    r"[|:/%.\-–—*~>,()\[\]·•_=]+|\(?x\s?\d{1,2}\)?|\(?\d{1,2}\s?x\)?|\d{1,2}/\d{1,2}|\.{2,}|…", re.IGNORECASE
)
_BEGINS = re.compile(
    r"[\W_]*(?:[A-H][#b]?(?:maj|min|sus|dim|aug|add|omit|alt|no)|(?:[A-H]|N\.?\s?C|n\.?\s?c|x?\d|DO|RE|MI|FA|SOL|LA|SI"
    r"|Do|Re|Mi|Fa|Sol|La|Si)(?![a-z]{3}))"
)
_STRINGS = re.compile(r"(?:[A-G][#b]?[\s-]+){5}[a-gA-G][#b]?\s*")
_DEGREES = re.compile(r"[b#]?(?:VII|VI|IV|III|II|V|I|vii|vi|iv|iii|ii|v)(?:maj7|7|m|°|dim|sus\d?)?")
_NASHVILLE = re.compile(r"[b#]?[1-7](?:m|-|°|maj7|sus\d?|/[1-7])?")
_LETTERS = "bVIvixX"
"""The letters with which what `_by_degrees` looks for can begin; most lines of lyrics begin with others."""
_INLINE = re.compile(r"\((?P<chord>[A-G][#b]?(?:m|maj|min|dim|aug|sus|add|\d)*(?:/[A-G][#b]?)?)\)")
_ALONE = re.compile(r"[A-H]|Am")
_TAB_LABEL = re.compile(r"\s*[A-Za-z]{0,3}[#b]?\d?\s*(?=[|:\-])")
_TAB = re.compile(r"[-\d\shpbrstvxXoOT/\\~^()|*.=:<>]+(?:\s*[(\[]?x\s?\d+[)\]]?)?")
_STRIPES = re.compile(r"---|--\d|\d-|\|-|-\||\|\d|x-x")
_COUNTS = re.compile(r"(?:[\d|]|\+|&|e|a|and|\s)+")


def strength(line: str) -> int:
    """2 if a line certainly has only chords, 1 if it may ("G", "A B C"), 0 if not."""
    if not _BEGINS.match(line):
        return _by_degrees(line.split())
    if _STRINGS.fullmatch(line.strip()) and line.strip()[-1].islower():
        return 2
    tokens = line.replace("[", " ").replace("]", " ").split()
    chords = [token for token in tokens if _CHORD.fullmatch(token) or _SILENT.fullmatch(token)]
    if chords and all(token in chords or _FILLER.fullmatch(token) for token in tokens):
        if len(chords) < len(tokens) or any(not _ALONE.fullmatch(chord) for chord in chords):
            return 2
        if re.search(r"\S[ \t]{2,}\S", line) or line[:1] in (" ", "\t"):
            return 2
        return 1 if len(chords) == 1 or _is_alphabet(chords) else 2
    return _romance(line, tokens) or _by_degrees(tokens)


def _by_degrees(tokens: list[str]) -> int:
    """As `strength`, for scale degrees: "I IV V I". Digits ("1 4 5 1") may be sung, especially when in order."""
    if len(tokens) < 3 or (tokens[0][0].isalpha() and tokens[0][0] not in _LETTERS):
        return 0
    if all(_DEGREES.fullmatch(token) or _FILLER.fullmatch(token) for token in tokens):
        return 2 if len({token for token in tokens if _DEGREES.fullmatch(token)}) > 1 else 0
    if all(_NASHVILLE.fullmatch(token) for token in tokens):
        figures = [int(re.sub(r"\D", "", token[:2])) for token in tokens]
        return 0 if all(b - a == 1 for a, b in pairwise(figures)) else 1
    return 0


def has_inline(lines: Sequence[str]) -> bool:
    """Whether a text has chords in round brackets among the words: at least three, of at least two kinds."""
    found = [match["chord"] for line in lines for match in _INLINE.finditer(line)]
    return len(found) > 2 and len(set(found)) > 1


def without_inline(line: str) -> str:
    return _INLINE.sub("", line)


def is_tab(line: str) -> bool:
    """Whether a line is part of a tablature, a drum pattern or a count ("1 + 2 + 3 +")."""
    if "-" not in line and "|" not in line and "+" not in line and "&" not in line:
        return False
    body = line[match.end() :] if (match := _TAB_LABEL.match(line)) else line
    body = body.strip()
    if len(body) >= 4 and _TAB.fullmatch(body) and _STRIPES.search(body) and not re.search(r"[a-zA-Z]{3}", body):
        return True
    text = line.strip()
    return (
        len(text) >= 5 and text[0] in "1|" and bool(re.search(r"\d\s*(?:\+|&)", text)) and bool(_COUNTS.fullmatch(text))
    )


def _romance(line: str, tokens: list[str]) -> int:
    """As `strength`, for Romance chord names; "Do re mi" is more likely to be sung."""
    names = [match for token in tokens if (match := _ROMANCE.fullmatch(token))]
    if not names or not all(_ROMANCE.fullmatch(token) or _FILLER.fullmatch(token) for token in tokens):
        return 0
    spread = bool(re.search(r"\S[ \t]{3,}\S", line)) or line.startswith("   ")
    return 2 if any(name["more"] for name in names) or spread else 0


def _is_alphabet(letters: list[str]) -> bool:
    """Whether letters are in alphabetical order ("A B C D"), as in a song that spells."""
    return all(len(letter) == 1 for letter in letters) and "".join(letters) in "ABCDEFGH"

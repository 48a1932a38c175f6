"""Recognises headings, which name the section below and aren't sung: "[Verse 1: Nora]", "CHORUS x2", "Estribillo:"."""

from __future__ import annotations

import re

_KINDS = {
    "verse": r"verse|vers|strophe|couplet|estrofa|strofa|verso|zwrotka|stanza",
    "pre-chorus": r"pre[\s-]?chorus|pre[\s-]?refrain|pre[\s-]?coro|prechorus|pre[\s-]?hook|channel|lift|climb",
    "post-chorus": r"post[\s-]?chorus|post[\s-]?refrain|post[\s-]?hook",
    "chorus": r"chorus|refrain|coro|estribillo|ritornello|refr[ãa]o|refrein|refren|kehrvers|ref|chor",
    "bridge": r"bridge|br[üu]cke|bruecke|pont|puente|ponte|middle\s?(?:8|eight)|release",
    "intro": r"intro|introduction|einleitung|introducci[óo]n|intr[óo]|prelude|pre-?intro",
    "outro": r"outro|ending|coda|end|finale?|fade(?:[\s-]?out)?|postlude|extro",
    "hook": r"hook|riff|drop|build(?:[\s-]?up)?",
    "interlude": r"interlude|zwischenspiel|instrumental(?:\s+(?:break|bridge|interlude))?"
    r"|(?:guitar|piano|drum|sax|bass|organ|harmonica|fiddle)?\s*solo"
    r"|break|breakdown|turn\s?around|vamp|musical interlude",
    "tag": r"tag|misc",
    "spoken": r"spoken(?: word)?|rap|skit|ad[\s-]?libs?|narration|dialogue",
    "part": r"part|section|movement|teil",
}
_CERTAIN = frozenset(
    {
        "verse", "chorus", "refrain", "strophe", "couplet", "estrofa", "strofa", "zwrotka", "estribillo", "ritornello",
        "pre-chorus", "prechorus", "pre-refrain", "post-chorus", "post-refrain",
        "refrão", "refrein", "refren", "intro", "outro", "interlude", "instrumental", "zwischenspiel",
    }
)  # fmt: skip
_KIND = "|".join(f"(?P<{name.replace('-', '_')}>{words})" for name, words in _KINDS.items())
_FIRST_LETTERS = re.compile(
    r"[(\[{<*_\s]*(?:ac|ad|ba|bi|br|bu|ch|cl|co|cr|di|do|dr|ei|en|es|ex|fa|fi|gu|go|ha|ho|in|ke|la|li|mi|mo|mu|na|or|ou|pa"
    r"|pi|pl|po|pr|pu|qu|ra|re|ri|sa|se|si|sk|so|sp|st|ta|te|th|to|tu|tw|va|ve|zw|x|×|\d)",
    re.IGNORECASE,
)
"""Matches the beginning of any heading: a quick first check, as texts may have a million lines."""
_BEFORE = (
    r"(?:(?:repeat|sing|play|to|go to|back to|final|last|first|second|third|fourth|\d(?:st|nd|rd|th)|half|double|big"
    r"|quiet|acoustic)\s+)?"
)
_NUMBER = r"(?:\s*[#№.]?\s*(?:\d{1,2}[a-d]?|[ivx]{1,4}|[a-d]|one|two|three|four|five))?"
_TIMES = r"(?:\s*(?:[(\[]?\s*(?:x\s?\d{1,2}|\d{1,2}\s?x|[×]\s?\d|twice|repeat(?:ed)?|\d\s?times)\s*[)\]]?))?"
_ALSO = r"(?:\s*(?:/|&|\+|and)\s*(?:verse|chorus|bridge|outro|intro|refrain|pre-?chorus|hook|tag)(?:\s*\d)?)?"
# Must end where a word ends: otherwise "Breakdown" is read as "Break", "Chorus and Outro" as "Chorus a".
_NAME = re.compile(rf"{_BEFORE}(?:{_KIND}){_NUMBER}{_ALSO}{_TIMES}(?![^\W_])", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*(?P<colon>[:：.]|[-–—]+(?=\s|$))?\s*(?P<rest>.*)$", re.DOTALL)
_BRACKETED = re.compile(r"[\[【]\s*(?P<inner>[^\[\]【】]*)\s*[\]】]\s*:?\s*(?P<rest>.*)$", re.DOTALL)
_ROUND = re.compile(r"[({<*_]+\s*(?P<inner>[^(){}<>]*?)\s*[)}>*_]+\s*:?\s*$")
_FRAMED = re.compile(
    r"\s*(?P<mark>\*{1,3}|_{1,3}|={1,3}|~{1,3}|[-–—]{1,3}|<{1,2})\s*(?P<inner>\w.{0,40}?)\s*(?P<end>[*_=~–—>-]{1,3})\s*$"
)
_VERSE_ALONE = re.compile(r"(?:verse|v|strophe|vers)?\s*#?\d{1,2}\s*[.:)]?$", re.IGNORECASE)
_SHORT = re.compile(r"(?P<kind>[vcbp]|pc|ch|br)\s*(?P<number>\d{0,2})\s*:?$", re.IGNORECASE)
_SHORTS = {
    "v": "verse",
    "c": "chorus",
    "ch": "chorus",
    "b": "bridge",
    "br": "bridge",
    "p": "pre-chorus",
    "pc": "pre-chorus",
}


def kind_of(name: str) -> str:
    """The kind of section that a name means: "verse" for "Verse 2 (soft)"; "" if it is unknown."""
    match = _NAME.match(name.strip())
    return "" if match is None else _matched(match)


def bracketed(line: str) -> tuple[str, str] | None:
    """(kind, text after it) of a line that begins with a heading in square brackets; kind "" if it is unknown.

    None if it doesn't, or if only words follow the brackets, which then hold a chord.
    """
    found = _BRACKETED.match(line) if line.startswith(("[", "【")) else None
    if found is None:
        return None
    kind, rest = kind_of(found["inner"]), found["rest"].strip()
    if kind or not rest:
        return kind, "" if re.fullmatch(_TIMES, rest, re.IGNORECASE) else rest
    return None


def bare(line: str, alone: bool, sure: bool) -> tuple[str, str] | None:
    """(kind, text after it) of a line that is a heading without brackets, else None.

    `alone`: the line begins a stanza; `sure`: the text has other headings. Both make it more likely that an ambiguous
    word ("Break") is a heading rather than sung.
    """
    if not _FIRST_LETTERS.match(line):
        return None
    line = line.strip()
    if (round_ := _ROUND.match(line)) and (found := _whole(round_["inner"])) is not None:
        return found, ""
    match = _NAME.match(line)
    if match is None:
        return None
    after = _AFTER_NAME.match(line, match.end())
    if after is None:  # can't happen: the pattern matches the empty text
        return None
    colon, rest, word = after["colon"] or "", after["rest"].strip(), match[0].strip()
    if colon == "." and rest:
        return None
    if rest and not rest.startswith("("):
        return (_matched(match), rest) if colon in (":", "：") and (sure or alone) else None
    if rest and not (rest.endswith(")") and (sure or colon or word.split()[0].lower() in _CERTAIN)):
        return None
    plain = colon in (":", "：") or any(c.isdigit() for c in word) or _CERTAIN & set(word.lower().split())
    return (_matched(match), "") if plain or (word.isupper() and alone) or (sure and alone) else None


def unframed(line: str) -> str:
    """A heading with marks on both sides ("**Bridge**", "- Chorus -") put into brackets; any other line unchanged."""
    found = _FRAMED.match(line)
    return f"[{found['inner']}]" if found is not None and _whole(found["inner"]) else line


def is_verse_number(line: str) -> bool:
    """Whether a line is just a number ("1.", "2)", "3"), as hymnals have before a verse."""
    return bool(_VERSE_ALONE.match(line.strip()))


def short(name: str) -> str:
    """The kind meant by an abbreviation such as "V2", "C" or "PC1"; "" if unknown."""
    match = _SHORT.match(name.strip())
    return _SHORTS[match["kind"].lower()] if match else ""


def _whole(inner: str) -> str | None:
    """The kind if the words are a heading and nothing else; "" for a stage direction of another kind; else None."""
    match = _NAME.fullmatch(inner.strip().rstrip(":").strip())
    if match is not None:
        return _matched(match)
    return "" if re.fullmatch(_TIMES, inner.strip(), re.IGNORECASE) and inner.strip() else None


def _matched(match: re.Match[str]) -> str:
    return next(name for name in _KINDS if match[name.replace("-", "_")] is not None)

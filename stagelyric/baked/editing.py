"""The band's changes to a baked show by line number: striking, restoring and rewriting lines, with checks."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stagelyric.baked.bake import STANZA, Bake, Baked, Part
from stagelyric.gates import family, quoting
from stagelyric.setlist.setlist import Section
from stagelyric.types.lines import normal
from stagelyric.types.texts import SAYING, cleaned
from stagelyric.words import rhyme
from stagelyric.words.phonetics import look_up
from stagelyric.words.syllables import syllabify

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")


class EditError(Exception):
    """A change that is impossible; the message is one sentence. Nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line and its position."""

    part: Part
    section: Section
    baked: Baked


def edited(
    bake: Bake, strike: Iterable[int] = (), restore: Iterable[int] = (), change: Sequence[tuple[int, str]] = ()
) -> tuple[Bake, list[str]]:
    """The show with all changes applied, and remarks on each line. Raises EditError, and then changes nothing.

    Changing a struck line also restores it; restoring the first text undoes all changes to a line.
    """
    entries = {entry.baked.number: entry for entry in every_entry(bake)}
    changed: dict[int, Baked] = {}
    for number in dict.fromkeys(strike):
        changed[number] = replace(_at(entries, number).baked, struck=True)
    for number in dict.fromkeys(restore):
        changed[number] = _as_baked(_at(entries, number).baked)
    for number, text in change:
        changed[number] = _rewritten(bake, _at(entries, number), text)
    made = bake.with_lines(changed)
    after = {entry.baked.number: entry for entry in every_entry(made)}
    told: list[str] = []
    left: set[int] = set()  # the lines of which it was said that they rhyme with none any more
    for number in changed:
        told += _told(made, after[number], entries[number].baked, left)
    return made, told


def every_entry(bake: Bake) -> Iterable[Entry]:
    sections = (section for song in bake.setlist.songs for section in song.sections)
    for part, section in zip(bake.parts, sections, strict=True):
        for baked in part.lines:
            yield Entry(part, section, baked)


def _at(entries: dict[int, Entry], number: int) -> Entry:
    if number not in entries:
        raise EditError(f"wanted a line's number from 1 to {max(entries, default=0)}, found {number}")
    return entries[number]


def _as_baked(baked: Baked) -> Baked:
    return replace(baked, line=baked.first or baked.line, struck=False, first=None)


def _rewritten(bake: Bake, entry: Entry, written: str) -> Baked:
    text, number = cleaned(written, SAYING), entry.baked.number
    if not text or not any(letter.isalpha() for letter in text):
        raise EditError(f'line {number}: wanted a text, found "{written}"; to be rid of a line, strike it')
    setlist = bake.setlist
    if setlist.family_friendly and (word := family.found(text)) is not None:
        raise EditError(f'line {number}: not for a family ("{word}"), and the setlist says family_friendly')
    for phrase in setlist.avoid:
        if f" {normal(phrase)} " in f" {normal(text)} ":
            raise EditError(f'line {number}: has "{phrase}", which the setlist avoids')
    first = entry.baked.first or entry.baked.line
    if text == first.text:
        return _as_baked(entry.baked)
    line = replace(first, text=text, syllables=syllabify(text), origin="written")
    return replace(entry.baked, line=line, first=first, struck=False)


def _told(bake: Bake, entry: Entry, before: Baked, left: set[int]) -> list[str]:
    baked = entry.baked
    number, text = baked.number, baked.line.text
    if baked.struck:
        told = [f'{number} struck: "{text}"']
        mates = [mate for mate in rhyming(entry, bake) if not mate.struck and mate.number not in left]
        alone = [mate for mate in mates if not _mate(bake, entry, mate)]
        left.update(mate.number for mate in alone)
        return told + [f'  {mate.number} "{mate.line.text}" has no line left that it rhymes with' for mate in alone]
    if not baked.was or text == before.line.text:
        return [f'{number} plays: "{text}"']
    return [f'{number} is now: "{text}"'] + [f"  {fault}" for fault in faults(bake, entry)]


def _mate(bake: Bake, entry: Entry, mate: Baked) -> bool:
    """Whether a line still has a rhyming line that will be played."""
    return any(not one.struck for one in rhyming(replace(entry, baked=mate), bake))


def rhyming(entry: Entry, bake: Bake) -> list[Baked]:
    """The lines of its stanza with which a line should rhyme, including struck ones."""
    scheme = entry.section.rhyme
    if scheme == "free":
        return []
    stanza, at = divmod(entry.baked.line.index, STANZA)
    wanted = {stanza * STANZA + mate for mate, letter in enumerate(scheme) if letter == scheme[at]}
    return [one for one in entry.part.lines if one.line.index in wanted and one.number != entry.baked.number]


def faults(bake: Bake, entry: Entry) -> list[str]:
    """Possible faults of a line written by the band: spelling, length, rhyme, or being a repetition. They are reported,
    but the line is accepted."""
    text = entry.baked.line.text
    found = [*_misspelled(bake, text), *_length(entry), *_rhyme(bake, entry)]
    twice = [one.number for one in bake.lines if normal(one.line.text) == normal(text) and not one.struck]
    if len(twice) > 1:
        other = next(number for number in twice if number != entry.baked.number)
        found.append(f"the same line as {other}: it comes up once in a show")
    if quoting.quoting_of([text], bake.quotes):
        found.append("it quotes what the setlist never wants to quote")
    return found


def _misspelled(bake: Bake, text: str) -> Iterable[str]:
    known = {word for song in bake.setlist.songs for name in (*song.names, *song.themes) for word in _words(name)}
    for word in _words(text):
        if word not in known and look_up(word) is None and look_up(word.strip("'")) is None:
            near = difflib.get_close_matches(word, _vocabulary(bake), n=1, cutoff=0.75)
            yield f'spelling: "{word}" is no word that is known' + (f'; did you mean "{near[0]}"?' if near else "")


def _vocabulary(bake: Bake) -> list[str]:
    """The words of the show's own lines."""
    return sorted({word for one in bake.lines for word in _words(one.was or one.line.text)})


def _words(text: str) -> list[str]:
    return [word.replace("’", "'").casefold() for word in _WORD.findall(text)]


def _length(entry: Entry) -> Iterable[str]:
    low, high = entry.section.syllables
    count = len(entry.baked.line.syllables)
    if not low <= count <= high:
        yield f"syllables: {count}, wanted {low if low == high else f'{low} to {high}'}"


def _rhyme(bake: Bake, entry: Entry) -> Iterable[str]:
    mates = [one for one in rhyming(entry, bake) if not one.struck]
    kinds = {one.number: rhyme.kind(entry.baked.line.text, one.line.text) for one in mates}
    if mates and not any(kind in ("perfect", "slant") for kind in kinds.values()):
        mate = mates[0]
        how = "ends on the same word as" if kinds[mate.number] == "same" else "does not rhyme with"
        yield f'rhyme: {how} {mate.number} "{mate.line.text}"'

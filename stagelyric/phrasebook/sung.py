"""Prepares a song's line to become a frame's: plain letters, words split, names found, rhymes measured."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stagelyric.phrasebook import casting, ends
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.tags import words
from stagelyric.words.lists import DETERMINERS, STOP
from stagelyric.words.names import Names
from stagelyric.words.rhyme import Kind

_FOLDED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2013": "-", "\u2014": ",", "\u2026": ""})
_DROPPED = re.compile(r'["()\[\]]')
_AROUND = re.compile(r"^([^A-Za-z0-9']*)(.*?)([^A-Za-z0-9']*)$")
_SIGNS = re.compile(r"([{|}*@#\\])")
_WHERE = frozenset(words("in at on to from near through past round around outside for"))
_HIS = {"his": "his", "him": "him", "he": "he", "himself": "himself"}
_HER = {"she": "he", "hers": "hers", "herself": "himself"}
_ENDINGS = ("'s", "'d", "'ll")
_MOST_PEOPLE = 4
_TITLES = frozenset(words("mr mrs miss ms dr doctor old little big young uncle aunt the captain saint st"))
SCHEMES = ("AAAA", "AABB", "ABAB", "ABCB")


@dataclass(slots=True)
class Word:
    """A word of a line: its `text`, the signs around it, and the open slot that it has become, if any."""

    text: str
    before: str = ""
    after: str = ""
    marker: str = ""

    @property
    def bare(self) -> str:
        return self.text.lower()

    def written(self, text: str | None = None) -> str:
        """The word as written in a frame; `text`: use this in its place."""
        return f"{_escaped(self.before)}{text or self.marker or _escaped(self.text)}{_escaped(self.after)}"


@dataclass(slots=True)
class Stanza:
    """Two or four lines of words. `named`: the song's names for its open slots ("*person": "Polly")."""

    lines: list[list[Word]]
    named: dict[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """The lines without open slots, in plain letters."""
        return [" ".join(f"{w.before}{w.text}{w.after}" for w in line) for line in self.lines]


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)


def plain(line: str) -> str:
    """A line in ASCII without quotes, brackets and final punctuation."""
    folded = unicodedata.normalize("NFKD", line.translate(_FOLDED))
    # Quotes and brackets go last: of full-width ones only normalising makes plain ones.
    ascii_ = _DROPPED.sub("", "".join(c for c in folded if c.isascii() and (c.isprintable() or c.isspace())))
    return " ".join(ascii_.split()).rstrip(" .,;:-")


def stanza(lines: Sequence[str], names: Names, classes: Classes) -> Stanza | None:
    """The stanza with its names turned into slots; None if a line has no words."""
    made = Stanza([_words(plain(line)) for line in lines])
    if not all(any(w.text for w in line) for line in made.lines):
        return None
    _open_names(made, names, classes)
    return made


def _words(line: str) -> list[Word]:
    found = []
    for token in line.split():
        match = _AROUND.match(token)
        before, text, after = match.groups() if match else ("", token, "")
        found.append(Word(text, before, after))
    return found


def _open_names(made: Stanza, names: Names, classes: Classes) -> None:
    """Turns people into *person, and their pronouns likewise; places after a preposition into *place."""
    tied = _tied(made)
    people: dict[str, str] = {}
    places: dict[str, str] = {}
    spots: list[tuple[list[Word], int, int, str, bool]] = []
    for number, line in enumerate(made.lines):
        for start, end, place in _runs(line, names):
            if end == len(line) and number in tied:
                continue  # this end must rhyme, and another name wouldn't
            name = " ".join(w.text for w in line[start:end]).removesuffix("'s")
            before = line[start - 1].bare if start else ""
            if (place and before not in _WHERE) or before in DETERMINERS:
                continue
            if not place and before in _WHERE and not casting.gender(name, classes):
                continue  # it may be a place
            spots.append((line, start, end, name, place))
            known = places if place else people
            known.setdefault(_called(name, known), name)
    sexes = {key: casting.gender(name, classes) for key, name in people.items()}
    able = _agreeing(made, sexes)
    for line, start, end, name, place in reversed(spots):
        known = places if place else people
        key = _called(name, known)
        number = list(known).index(key) + 1
        if number > _MOST_PEOPLE or (not place and key not in able):
            continue
        marker = f"*{'place' if place else 'person'}{number if number > 1 else ''}"
        ending = "'s" if line[end - 1].text.endswith("'s") else ""
        line[start:end] = [Word(name + ending, line[start].before, line[end - 1].after, marker + ending)]
        made.named[marker] = known[key]
        if not place:
            _agree(made, sexes[key], "" if number == 1 else str(number), able[key])


def _called(name: str, known: Mapping[str, str]) -> str:
    """The known name that a name refers to: "Rainwater" for "Mr Rainwater"."""
    said = {word.lower() for word in name.split()} - _TITLES
    return next((key for key, other in known.items() if said & {word.lower() for word in other.split()}), name)


def _runs(line: Sequence[Word], names: Names) -> list[tuple[int, int, bool]]:
    """The names in a line: the range of words, and whether it is a place."""
    text, starts = "", []
    for word in line:
        text += f" {word.before}" if text else word.before
        starts.append(len(text))
        text += word.text + word.after
    found = []
    for begin, end, place in names.runs(text):
        inside = [i for i, at in enumerate(starts) if begin <= at < end]
        if inside and starts[inside[0]] == begin:
            found.append((inside[0], inside[-1] + 1, place))
    return found


def _tied(made: Stanza) -> set[int]:
    """The lines whose ends must rhyme by the scheme."""
    scheme = measured(made)[0]
    return {i for i, letter in enumerate(scheme) if scheme != "free" and scheme.count(letter) > 1}


def _agreeing(made: Stanza, sexes: Mapping[str, str]) -> dict[str, str]:
    """The people whose pronouns are certain, each with their sex ("" if the stanza has no pronouns for them).

    If a pronoun could mean two people, or a sex is unknown and the stanza has pronouns of both, the name is left as it
    is.
    """
    said = {w.bare.partition("'")[0] for line in made.lines for w in line}
    told = {sex for sex, forms in (("m", _HIS), ("f", {**_HER, "her": ""})) if said & set(forms)}
    able: dict[str, str] = {}
    for name, sex in sexes.items():
        if not told or (sex and sex not in told):
            able[name] = ""
        elif sex and list(sexes.values()).count(sex) == 1 and "" not in sexes.values():
            able[name] = sex
        elif not sex and len(told) == 1 and len(sexes) == 1:
            able[name] = next(iter(told))
    return able


def _agree(made: Stanza, sex: str, number: str, means: str) -> None:
    """Turns the pronouns that refer to a person into *he, *him, *his."""
    for line in made.lines:
        for at, word in enumerate(line):
            if not means or word.marker:
                continue
            base, ending = word.bare, ""
            for one in _ENDINGS:
                if word.bare.endswith(one):
                    base, ending = word.bare.removesuffix(one), one
            form = (_HIS if means == "m" else _HER).get(base, "")
            if base == ("his" if means == "m" else "her"):
                owner = _owns(line, at)
                form = "his" if owner else ("hers" if means == "m" else "him")
            if form:
                word.marker = f"*{form}{number}{ending}"


def _owns(line: Sequence[Word], at: int) -> bool:
    """Whether "her" is possessive here."""
    return not line[at].after and at + 1 < len(line) and line[at + 1].bare not in STOP


def measured(made: Stanza) -> tuple[str, bool]:
    """The scheme with most rhymes that all ends satisfy ("free" if none), and whether one of them is slant."""
    last = [[w.text for w in line][-2:] for line in made.lines]

    def kind(a: int, b: int) -> Kind | None:
        return ends.kind(last[a], last[b])

    if len(last) == 2:
        found = kind(0, 1)
        return ("AA", found == "slant") if found in ("perfect", "slant") else ("free", False)
    for scheme in SCHEMES:
        pairs = [(a, b) for a in range(4) for b in range(a + 1, 4) if scheme[a] == scheme[b]]
        kinds = {kind(a, b) for a, b in pairs}
        if kinds <= {"perfect", "slant"}:
            return scheme, "slant" in kinds
    return "free", False

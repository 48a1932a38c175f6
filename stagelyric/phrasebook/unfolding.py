"""Produces the lines of one form of a frame, with names, articles and prepositions filled in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from stagelyric.phrasebook.classes import Classes, Member
from stagelyric.phrasebook.ends import bare, kind
from stagelyric.phrasebook.frame import PRONOUNS, SAID, SEXES, WHERE, Frame, Line, Open, Slot, Text
from stagelyric.words.phonetics import pronounce

_BEGUN = re.compile(r"(?<=\w\. )[a-z]")

Chooser = Callable[[Slot], int]
"""The index of the choice to take in a slot."""


class Members(Protocol):
    """What fills the open slots of a frame."""

    def member(self, kind: str, number: int) -> Member:
        """The same one each time for `*kind` and `number`."""


@dataclass(slots=True)
class Cast:
    """What fills the open slots of one frame: each drawn once, then the same throughout the frame."""

    classes: Classes
    rng: random.Random
    members: dict[tuple[str, int], Member] = field(default_factory=dict)

    def member(self, kind: str, number: int) -> Member:
        """The member for `*kind` and `number`. Two slots of one kind never get the same member."""
        key = (kind, number)
        if key not in self.members:
            taken = {member.text for (other, _), member in self.members.items() if other == kind}
            sex = SEXES.get(kind, "")
            known = self.classes.members("person" if sex else kind)
            able = [member for member in known if member.text not in taken and (not sex or member.sort == sex)]
            self.members[key] = self.rng.choice(able)
        return self.members[key]


def filled(frame: Frame, cast: Members, choose: Chooser) -> tuple[str, ...]:
    """The lines of one form. A label's position is chosen at its first slot."""
    labels: dict[str, int] = {}
    return tuple(finished(_words(line, labels, choose), cast) for line in frame.lines)


def _words(line: Line, labels: dict[str, int], choose: Chooser) -> list[str | Open]:
    words: list[str | Open] = []
    for piece in line:
        if isinstance(piece, Text):
            words += piece.words
        elif isinstance(piece, Open):
            words.append(piece)
        else:
            position = labels[piece.label] if piece.label in labels else choose(piece)
            if piece.label:
                labels[piece.label] = position
            words += _words(piece.choices[position], labels, choose)
    return words


def finished(words: Sequence[str | Open], cast: Members) -> str:
    """The line as it is sung, from words and open slots."""
    said: list[str] = []
    for word in words:
        if isinstance(word, str):
            said.append(word)
            continue
        if word.kind in PRONOUNS:
            gender = cast.member("person", word.number).sort
            text = SAID["m" if gender == "m" else "f"][word.kind]
        else:
            member = cast.member(word.kind, word.number)
            text = member.plural if word.plural else member.text
            if word.kind == "place" and said and said[-1].lower() in WHERE:
                said[-1] = member.sort
        said.append(f"{word.before}{text}{word.after}")
    line = " ".join(said)
    return capital(" ".join(_article(line.split(" "))))


def _article(words: list[str]) -> list[str]:
    for at, word in enumerate(words[:-1]):
        if word in ("a", "an", "A", "An"):
            words[at] = word[0] + ("n" if begins_with_vowel(words[at + 1]) else "")
    return words


@lru_cache(maxsize=1 << 14)
def begins_with_vowel(word: str) -> bool:
    """Whether a word begins with a vowel sound: "an hour", but "a union"."""
    told = word.lower().lstrip("'(")
    sound = pronounce(bare(told.partition("-")[0]))
    return sound[0][-1].isdigit() if sound else told[:1] in tuple("aeiou8")


def capital(line: str) -> str:
    """The line with the first letter of each sentence capitalised.

    After a question or a cry the sentence may go on ("Who's there? he asks")."""
    at = next((i for i, c in enumerate(line) if c.isalnum()), 0)
    return _BEGUN.sub(lambda found: found[0].upper(), line[:at] + line[at : at + 1].upper() + line[at + 1 :])


def drawn(rng: random.Random) -> Chooser:
    """Chooses at random."""
    return lambda slot: rng.randrange(len(slot.choices))


def in_turn(rng: random.Random) -> Chooser:
    """Chooses the alternatives used least so far, so that a few forms show every alternative."""
    taken: dict[int, list[int]] = {}

    def choose(slot: Slot) -> int:
        counts = taken.setdefault(id(slot), [0] * len(slot.choices))
        least = min(counts)
        position = rng.choice([i for i, count in enumerate(counts) if count == least])
        counts[position] += 1
        return position

    return choose


def rhymed(frame: Frame, rng: random.Random, classes: Classes, tries: int = 60) -> tuple[str, ...]:
    """A random form whose ends rhyme as the scheme wants; the last one drawn if none was found."""
    lines: tuple[str, ...] = ()
    able = ("perfect", "slant") if frame.tags.slant else ("perfect",)
    for _ in range(tries):
        lines = filled(frame, Cast(classes, rng), drawn(rng))
        words = [line.split()[-2:] for line in lines]
        if all(kind(words[group[0]], words[at]) in able for group in frame.groups for at in group[1:]):
            break
    return lines

"""Chooses who and what fills the open slots of a song's frames: the song's own names first, else drawn once."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stagelyric.phrasebook import draw
from stagelyric.phrasebook.classes import Classes, Member
from stagelyric.phrasebook.frame import PRONOUNS, SAID, SEXES, Open
from stagelyric.phrasebook.sounds import stressed
from stagelyric.phrasebook.tags import words

_TITLES = {
    "m": frozenset(words("mister mr mr. sir lord king uncle father brother grandpa captain old prince saint")),
    "f": frozenset(words("missus mrs mrs. miss ms ms. lady queen aunt auntie mother sister grandma princess")),
}
_FORMAL = frozenset(words("doctor dr professor captain big little old young saint the st"))
_SURNAMED = 0.4  # share of the people invented by us who get a surname
_EITHER = frozenset({"captain", "old"})
_STREETS = frozenset(
    words("street road lane avenue row hill square way drive alley terrace walk close wharf quay boulevard")
)
_HOUSES = frozenset(words("house inn hotel bar cafe arms hall club tavern palace lodge mill station"))


@dataclass(slots=True)
class Cast:
    """The people and places of a song. `people`, `places`: the song's own, in order of importance; `theirs`: further
    ones, kept once they were drawn. The band's names are used as written."""

    classes: Classes
    people: tuple[Member, ...]
    places: tuple[Member, ...]
    seed: int
    theirs: dict[tuple[str, int], Member] = field(default_factory=dict)

    def supporting(self, kind: str, number: int) -> Member:
        """A person or place that isn't the song's own; the same one throughout a song."""
        key = (kind, number)
        if key not in self.theirs:
            own = {member.text.split()[0] for member in (*self.people, *self.places)}
            able = [m for m in self.classes.members(kind) if m.text.split()[0] not in own]
            if kind == "place":  # a town fits wherever a street or a pub does, and one can come from it too
                able = [m for m in able if m.sort == "in"] or able
            taken = {member.text.split()[0] for (other, _), member in self.theirs.items() if other == kind}
            rng = draw.seeded(self.seed, kind, number)
            found = draw.one(rng, [m for m in able if m.text.split()[0] not in taken] or able)
            if kind == "person" and rng.random() < _SURNAMED:
                found = Member(f"{found.text} {draw.one(rng, self.classes.members('surname')).text}", sort=found.sort)
            self.theirs[key] = found
        return self.theirs[key]

    def person(self, number: int, lead: int = 0, *, short: bool = False) -> Member:
        """Person `number` (from 1) of a frame whose first is the song's person `lead`; `short`: first name only."""
        if number <= len(self.people):
            found = self.people[(lead + number - 1) % len(self.people)]
        else:
            found = self.supporting("person", number)
        return Member(first_name(found.text), sort=found.sort) if short else found

    def of_sex(self, sex: str, number: int, lead: int = 0, *, short: bool = False) -> Member | None:
        """Woman (sex f) or man (m) `number` among the song's people, from `lead` on; None if there are too few."""
        around = (*self.people[lead:], *self.people[:lead])
        able = [member for member in around if member.sort in (sex, "")]
        # People who may be either come last, so that the same person isn't "she" in one frame and "he" in the next.
        able.sort(key=lambda member: member.sort != sex)
        if number > len(able):
            return None
        found = able[number - 1]
        return Member(first_name(found.text), sort=sex) if short else Member(found.text, sort=sex)

    def place(self, number: int, lead: int = 0) -> Member:
        """Place `number` (from 1) of a frame; `lead` as for `person`."""
        if number <= len(self.places):
            return self.places[(lead + number - 1) % len(self.places)]
        return self.supporting("place", number)


def cast(classes: Classes, people: Sequence[str], places: Sequence[str], seed: int) -> Cast:
    """The cast of a song with these names."""
    return Cast(
        classes,
        tuple(Member(name, sort=gender(name, classes)) for name in people),
        tuple(Member(name, sort=preposition(name)) for name in places),
        seed,
    )


def gender(name: str, classes: Classes) -> str:
    """m or f, by a title or by our list of first names; "" if neither decides it."""
    parts = [part.strip(".,").lower() for part in name.split()]
    for sort, titles in _TITLES.items():
        if parts and parts[0] in titles and parts[0] not in _EITHER:
            return sort
    known = [classes.genders[part] for part in parts if part in classes.genders]
    return known[0] if known else ("m" if parts and parts[0] in _EITHER else "")


def first_name(name: str) -> str:
    """The short form of a name: "Nora" for "Nora Pike"; a name that begins with a title stays whole."""
    parts = name.split()
    titles = _TITLES["m"] | _TITLES["f"] | _FORMAL
    return parts[0] if parts and parts[0].strip(".").lower() not in titles and len(parts) > 1 else name


def preposition(place: str) -> str:
    """The preposition for being at a place: in Leith, on Mulberry Road, at the Corner House."""
    parts = place.lower().split()
    if not parts or parts[-1] in _STREETS:
        return "on" if parts else "in"
    return "at" if parts[-1] in _HOUSES or parts[0] == "the" else "in"


@dataclass(slots=True)
class Filling:
    """What fills the open slots of one form, drawn on first use."""

    cast: Cast
    rng: random.Random
    lead: int = 0
    short: float = 0.5
    """The share of forms that use first names only."""
    wanted: dict[tuple[str, int], Member] = field(default_factory=dict)
    avoid: Collection[str] = frozenset()
    members: dict[tuple[str, int], Member] = field(default_factory=dict)
    _short: bool | None = None

    def said(self, piece: Open) -> tuple[str, str]:
        """The words for an open slot, without attached signs, and the preposition of a place ("" for other kinds)."""
        if piece.kind in PRONOUNS:
            gender = self.member("person", piece.number).sort
            return SAID["m" if gender == "m" else "f"][piece.kind], ""
        member = self.member(piece.kind, piece.number)
        return (member.plural if piece.plural else member.text), member.sort if piece.kind == "place" else ""

    def member(self, kind: str, number: int) -> Member:
        key = (kind, number)
        if key not in self.members:
            self.members[key] = self.wanted.get(key) or self._drawn(kind, number)
        return self.members[key]

    def _drawn(self, kind: str, number: int) -> Member:
        if kind == "person" or kind in SEXES:
            # Either "Nora Pike" or just "Nora", drawn once for a form.
            if self._short is None:
                self._short = self.rng.random() < self.short
            if kind == "person":
                return self.cast.person(number, self.lead, short=self._short)
            sex = SEXES[kind]
            found = self.cast.of_sex(sex, number, self.lead, short=self._short)
            return found or Member(SAID[sex]["he"], sort=sex)
        if kind == "place":
            return self.cast.place(number, self.lead)
        taken = {m.text for (other, _), m in (*self.members.items(), *self.wanted.items()) if other == kind}
        able = self.cast.classes.members(kind)
        for _ in range(8):
            member = draw.one(self.rng, able)
            if member.text not in taken and member.text not in self.avoid:
                return member
        return member


@lru_cache(maxsize=1 << 14)
def syllables(text: str) -> str:
    """The syllables of a name or a noun of one or more words, as signs of `beats`."""
    return "".join(map(stressed, text.split()))

"""Who and what fills the open slots of a song's frames: its own people and places first, then ours, then kept."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stagelyric.phrasebook import draw
from stagelyric.phrasebook.classes import Classes, Member
from stagelyric.phrasebook.frame import PRONOUNS, SAID, SEXES, Open
from stagelyric.phrasebook.sounds import count
from stagelyric.phrasebook.tags import words

_TITLES = {
    "m": frozenset(words("mister mr mr. sir lord king uncle father brother grandpa captain old prince saint")),
    "f": frozenset(words("missus mrs mrs. miss ms ms. lady queen aunt auntie mother sister grandma princess")),
}
_FORMAL = frozenset(words("doctor dr professor captain big little old young saint the st"))
_SURNAMED = 0.4  # of those whom we name ourselves
_SHORT = 0.5  # of forms
_EITHER = frozenset({"captain", "old"})
_STREETS = frozenset(
    words("street road lane avenue row hill square way drive alley terrace walk close wharf quay boulevard")
)
_HOUSES = frozenset(words("house inn hotel bar cafe arms hall club tavern palace lodge mill station"))


@dataclass(slots=True)
class Cast:
    """Who is in a song. `people`, `places`: the song's own, in the order in which they are wanted; `theirs`: the
    members that stay once they were drawn. Names of the band are used as they are written."""

    classes: Classes
    people: tuple[Member, ...]
    places: tuple[Member, ...]
    seed: int
    theirs: dict[tuple[str, int], Member] = field(default_factory=dict)

    def supporting(self, kind: str, number: int) -> Member:
        """Somebody or somewhere else, the same throughout a song."""
        key = (kind, number)
        if key not in self.theirs:
            own = {member.text.split()[0] for member in (*self.people, *self.places)}
            able = [m for m in self.classes.members(kind) if m.text.split()[0] not in own]
            taken = {member.text.split()[0] for (other, _), member in self.theirs.items() if other == kind}
            rng = draw.seeded(self.seed, kind, number)
            found = draw.one(rng, [m for m in able if m.text.split()[0] not in taken] or able)
            if kind == "person" and rng.random() < _SURNAMED:
                found = Member(f"{found.text} {draw.one(rng, self.classes.members('surname')).text}", sort=found.sort)
            self.theirs[key] = found
        return self.theirs[key]

    def person(self, number: int, lead: int = 0, *, short: bool = False) -> Member:
        """The `number`th person of a frame whose first is the song's person `lead`; `short`: by the first name."""
        if number <= len(self.people):
            found = self.people[(lead + number - 1) % len(self.people)]
        else:
            found = self.supporting("person", number)
        return Member(first_name(found.text), sort=found.sort) if short else found

    def of_sex(self, sex: str, number: int, lead: int = 0, *, short: bool = False) -> Member | None:
        """The `number`th woman (sex f) or man (m) of the song's people from `lead` on; None where there are fewer."""
        around = (*self.people[lead:], *self.people[:lead])
        able = [member for member in around if member.sort in (sex, "")]
        # Whoever may be either is taken last, or she would be he in the next frame.
        able.sort(key=lambda member: member.sort != sex)
        if number > len(able):
            return None
        found = able[number - 1]
        return Member(first_name(found.text), sort=sex) if short else Member(found.text, sort=sex)

    def place(self, number: int, lead: int = 0) -> Member:
        """The `number`th place of a frame, as `person`."""
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
    """m or f by a title or by our own list of first names, "" where neither tells."""
    parts = [part.strip(".,").lower() for part in name.split()]
    for sort, titles in _TITLES.items():
        if parts and parts[0] in titles and parts[0] not in _EITHER:
            return sort
    known = [classes.genders[part] for part in parts if part in classes.genders]
    return known[0] if known else ("m" if parts and parts[0] in _EITHER else "")


def first_name(name: str) -> str:
    """What somebody is called by friends: "Nora" of "Nora Pike"; the whole of what begins with a title."""
    parts = name.split()
    titles = _TITLES["m"] | _TITLES["f"] | _FORMAL
    return parts[0] if parts and parts[0].strip(".").lower() not in titles and len(parts) > 1 else name


def preposition(place: str) -> str:
    """What says that one is there: in Leith, on Mulberry Road, at the Corner House."""
    parts = place.lower().split()
    if not parts or parts[-1] in _STREETS:
        return "on" if parts else "in"
    return "at" if parts[-1] in _HOUSES or parts[0] == "the" else "in"


@dataclass(slots=True)
class Filling:
    """The open slots of one form: members drawn on first use."""

    cast: Cast
    rng: random.Random
    lead: int = 0
    wanted: dict[tuple[str, int], Member] = field(default_factory=dict)
    avoid: Collection[str] = frozenset()
    members: dict[tuple[str, int], Member] = field(default_factory=dict)
    _short: bool | None = None

    def said(self, piece: Open) -> tuple[str, str]:
        """What a piece says without what is written against it, and the preposition of a place ("" else)."""
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
            # "Nora Pike" at length or, half of the time, "Nora": drawn once for a form.
            if self._short is None:
                self._short = self.rng.random() < _SHORT
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
def syllables(text: str) -> int:
    """The syllables of a name or a noun of one or more words."""
    return sum(map(count, text.split()))

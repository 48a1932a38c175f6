"""Members of the open classes (names, animals, …), read from a text file: `[class]`, then members, comma-separated.

A noun is written "dog", or "ox / oxen" if its plural is irregular. People are under `[person.f]` and `[person.m]`,
first names that are recognised but not drawn under `[known.f]` and `[known.m]` (may be absent), places under
`[place.in]`, `[place.on]` and `[place.at]`, after the preposition for being there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stagelyric.phrasebook.frame import NOUNS

KNOWN = "known"
_SORTS = {"person": ("f", "m"), KNOWN: ("f", "m"), "place": ("in", "on", "at")}
KINDS = ("person", "surname", "place", *NOUNS)
_IES = re.compile(r"[^aeiou]y$")
_ES = re.compile(r"(?:s|x|z|ch|sh)$")


class ClassesError(ValueError):
    """A classes file that can't be read. The message is one sentence with file and line."""


@dataclass(frozen=True, slots=True)
class Member:
    """What can fill an open slot. `sort`: m or f for a person, the preposition of a place, else ""."""

    text: str
    plural: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Classes:
    """All members, by class."""

    by_kind: dict[str, tuple[Member, ...]]

    def members(self, kind: str) -> tuple[Member, ...]:
        """The members of one class, at least one."""
        return self.by_kind[kind]

    @cached_property
    def genders(self) -> dict[str, str]:
        """m or f for each first name in lower case."""
        people = (*self.by_kind.get(KNOWN, ()), *self.by_kind["person"])
        return {member.text.lower(): member.sort for member in people}


def plural(noun: str) -> str:
    """The regular plural of a noun: boxes, ferries, boats."""
    if _IES.search(noun):
        return noun[:-1] + "ies"
    return noun + ("es" if _ES.search(noun) else "s")


def load(file: Path) -> Classes:
    """Reads a classes file. Raises ClassesError."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ClassesError(f"{file}: wanted the members of the open classes, found: {error.strerror}") from None
    return parse(text, str(file))


def parse(text: str, file: str = "") -> Classes:
    """Parses the text of a classes file. Raises ClassesError."""
    found: dict[str, list[Member]] = {}
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    first, *parts = re.split(r"^\[([^\]\n]*)\][ \t]*$", body, flags=re.MULTILINE)
    if first.strip():
        raise ClassesError(f'{file}: wanted a class in brackets first, found "{first.split()[0]}"')
    for heading, members in zip(parts[::2], parts[1::2], strict=True):
        kind, _, sort = heading.partition(".")
        if kind not in (*KINDS, KNOWN) or sort not in _SORTS.get(kind, ("",)):
            raise ClassesError(f'{file}: wanted a class ({", ".join(_headings())}), found "[{heading}]"')
        listed = [member for member in members.split(",") if member.strip()]
        found.setdefault(kind, []).extend(_member(member, sort) for member in listed)
    missing = [kind for kind in KINDS if not found.get(kind)]
    if missing:
        raise ClassesError(f"{file}: wanted members of every class, found none of {', '.join(missing)}")
    return Classes({kind: tuple(members) for kind, members in found.items()})


def _headings() -> list[str]:
    return [f"{kind}.{sort}" if sort else kind for kind in (*KINDS, KNOWN) for sort in _SORTS.get(kind, ("",))]


def _member(text: str, sort: str) -> Member:
    one, _, many = (" ".join(part.split()) for part in text.partition("/"))
    return Member(one, many or plural(one), sort)

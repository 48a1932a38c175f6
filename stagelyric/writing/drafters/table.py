"""Which ways of drafting there are, and which of them drafts when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stagelyric.writing.drafters import backward, letters, server, templates
from stagelyric.writing.drafters.contract import Drafter, Parts

ALWAYS = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """`make` gives the drafter, or None where a model has no use for it. `tries`: of the tries that a line is given,
    it drafts in the first so many. `beside`: it drafts beside the next one, else in its stead. `name`: how a setlist
    calls it, "" for what it can't name."""

    make: Callable[[Parts], Drafter | None]
    tries: int = ALWAYS
    beside: bool = False
    name: str = ""


DRAFTERS = (
    Row(server.make, tries=3, beside=True, name="server"),
    Row(backward.make, tries=3, name="backward"),
    Row(templates.make, name="templates"),
    Row(letters.make, name="letters"),
)
"""From the one that is asked first to the one that can always write something."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A drafter that is of use, with its row."""

    row: Row
    drafter: Drafter


def ready(parts: Parts) -> tuple[Ready, ...]:
    """The drafters that a model has. Raises ModelError and the like for a damaged file of theirs."""
    made = ((row, row.make(parts)) for row in DRAFTERS)
    return tuple(Ready(row, drafter) for row, drafter in made if drafter is not None)


def chosen(drafters: tuple[Ready, ...], names: Sequence[str]) -> tuple[Ready, ...]:
    """Those of the drafters that have one of `names`; all of them where none has, so that there are always lines."""
    return tuple(ready for ready in drafters if ready.row.name in names) or drafters


def at_try(rows: Sequence[Row], attempt: int) -> list[int]:
    """The places of those that draft at a try (from 0): the first that still does, and what is beside it."""
    found: list[int] = []
    for place, row in enumerate(rows):
        if attempt < row.tries:
            found.append(place)
            if not row.beside:
                break
    return found

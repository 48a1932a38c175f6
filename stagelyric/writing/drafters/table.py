"""The table of drafters, and at which of a line's tries each takes part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stagelyric.writing.drafters import backward, letters, server, templates
from stagelyric.writing.drafters.contract import Drafter, Parts

ALWAYS = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """`make` builds the drafter, or returns None if it can't be used with a model. `tries`: it takes part in the first
    so many tries of a line. `beside`: the next drafter takes part in the same try, rather than only when this one no
    longer does. `name`: its name in a setlist, "" if a setlist can't choose it."""

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
"""In order of preference; the last can always write something."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A usable drafter, with its row."""

    row: Row
    drafter: Drafter


def ready(parts: Parts) -> tuple[Ready, ...]:
    """The drafters that can be used with a model. Raises e.g. ModelError if one of their files is damaged."""
    made = ((row, row.make(parts)) for row in DRAFTERS)
    return tuple(Ready(row, drafter) for row, drafter in made if drafter is not None)


def chosen(drafters: tuple[Ready, ...], names: Sequence[str]) -> tuple[Ready, ...]:
    """The drafters with one of `names`; all of them if none has, so that there are always lines."""
    return tuple(ready for ready in drafters if ready.row.name in names) or drafters


def at_try(rows: Sequence[Row], attempt: int) -> list[int]:
    """Indexes of the drafters that take part in a try (from 0): the first still to do so, and those beside it."""
    found: list[int] = []
    for place, row in enumerate(rows):
        if attempt < row.tries:
            found.append(place)
            if not row.beside:
                break
    return found

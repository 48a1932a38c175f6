"""What a draft sets out to be: how long, on which ending, saying what, built how."""

from __future__ import annotations

from dataclasses import dataclass

MUST = "MUST"
"""In a template: what must be said."""

OWN = "'S"
"""After it: the name's own ("Polly's")."""


@dataclass(frozen=True, slots=True)
class Must:
    """Something to say: plain ASCII letters, spaces, apostrophes and hyphens; `own`: it takes "'s" (a name does).

    `slot`: the one character that stands for it where the model has slots for names, else ""; `place`: it is a place's
    name, no person's.
    """

    text: str
    syllables: int
    own: bool = False
    may_end: bool = False
    slot: str = ""
    place: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A line's words as tokens of `words.tags` or MUST, with OWN after it where it is to be the name's own.

    `rest[i]` has bit k where the words from the i-th on can be sung on k syllables; the last stands for none.
    """

    tokens: tuple[str, ...]
    rest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One draft: its syllables, the ending it makes for (an index), and what it says after `after` syllables.

    With a `template`, word for word of the kinds that it has, as long as that leads somewhere.
    """

    syllables: int
    ending: int
    must: Must | None = None
    after: int = 0
    template: Template | None = None

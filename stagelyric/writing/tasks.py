"""The tasks that drafts are written for: length, ending, what to say, and optionally a template."""

from __future__ import annotations

from dataclasses import dataclass

MUST = "MUST"
"""In a template: stands for what must be said."""

OWN = "'S"
"""After MUST: the name is a possessive ("Polly's")."""


@dataclass(frozen=True, slots=True)
class Must:
    """Something to say, in plain ASCII letters, spaces, apostrophes and hyphens; `own`: it can take "'s" (a name can).

    `slot`: the character that stands for it if the model has slots for names, else ""; `place`: it is the name of a
    place, not a person.
    """

    text: str
    syllables: int
    own: bool = False
    may_end: bool = False
    slot: str = ""
    place: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a line as tokens of `words.tags`, or MUST, followed by OWN if it is a possessive.

    `rest[i]` has bit k set if the words from index i on can have k syllables in total; the last entry is for no words.
    """

    tokens: tuple[str, ...]
    rest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """The task of one draft: its syllables, its ending (an index), and what to say after at least `after` syllables.

    With a `template` each word is of the template's kind, as long as words can be found.
    """

    syllables: int
    ending: int
    must: Must | None = None
    after: int = 0
    template: Template | None = None

"""A song as it was written down: its stanzas, the kind of each, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class FormatError(ValueError):
    """Lyrics that are not what they seem to be; its text says what was wanted and what was found."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One song as written: its stanzas, each with the kind of its section ("" if none), and what is said of it."""

    stanzas: tuple[tuple[str, tuple[str, ...]], ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The sections in the order in which the sheet has them: the kind of each and its stanzas, by number from 0.
    One that the sheet only names ("[Chorus]" with no words below it) has none. Empty: every stanza is a section."""

    @property
    def text(self) -> str:
        """The words, a line a line, stanzas parted by a blank line."""
        return "\n\n".join("\n".join(lines) for _, lines in self.stanzas)

    @property
    def lines(self) -> list[str]:
        """Every sung line, in order."""
        return [line for _, lines in self.stanzas for line in lines]

    @property
    def sections(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """`parts`, or every stanza as a section of its own."""
        return self.parts or tuple((kind, (number,)) for number, (kind, _) in enumerate(self.stanzas))


class Stanzas:
    """Lines as they come, parted into stanzas."""

    def __init__(self) -> None:
        self.kind = ""
        self._done: list[tuple[str, tuple[str, ...]]] = []
        self._lines: list[str] = []
        self._parts: list[tuple[str, list[int]]] = []
        self._headed = False  # whether the section under way began with a heading
        self._named = ""  # what was named last and has no words so far

    def add(self, line: str) -> None:
        """A sung line; an empty one ends the stanza, though not its section."""
        if line:
            self._lines.append(line)
        else:
            self._close()

    def begin(self, kind: str) -> None:
        """A section begins ("" for none of a name)."""
        self._close()
        self._name_again()
        self.kind, self._named, self._headed = kind, kind, False

    def again(self, kind: str) -> None:
        """A section comes again, and its words are not written out again."""
        self._close()
        self._parts.append((kind, []))
        self._headed = False

    def _close(self) -> None:
        if not self._lines:
            return
        number = len(self._done)
        self._done.append((self.kind, tuple(self._lines)))
        self._lines, self._named = [], ""
        if self._headed:
            self._parts[-1][1].append(number)
        else:
            self._parts.append((self.kind, [number]))
            self._headed = bool(self.kind)

    def _name_again(self) -> None:
        if self._named:
            self._parts.append((self._named, []))
            self._named = ""

    def sheet(self, tags: Mapping[str, str]) -> Sheet:
        """What has come so far."""
        self._close()
        self._name_again()
        return Sheet(tuple(self._done), tags, tuple((kind, tuple(numbers)) for kind, numbers in self._parts))

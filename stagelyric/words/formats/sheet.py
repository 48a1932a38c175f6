"""A song as written down: its stanzas, the kind of each, and tags with information about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class FormatError(ValueError):
    """Lyrics that are not in the format they appear to have. The message says what was expected and found."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One song as written: its stanzas, each with the kind of its section ("" if none), and its tags."""

    stanzas: tuple[tuple[str, tuple[str, ...]], ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """The sections in order: the kind of each, and the indexes (from 0) of its stanzas. A section that is only named
    ("[Chorus]" with no words below) has none. Empty: every stanza is a section."""

    @property
    def text(self) -> str:
        """The words, one line a line, with a blank line between stanzas."""
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
    """Collects lines into stanzas."""

    def __init__(self) -> None:
        self.kind = ""
        self._done: list[tuple[str, tuple[str, ...]]] = []
        self._lines: list[str] = []
        self._parts: list[tuple[str, list[int]]] = []
        self._headed = False  # whether the current section began with a heading
        self._named = ""  # the heading read last, if no words have followed yet
        self._named_at = 0  # its place among the sections, if none follow

    def add(self, line: str) -> None:
        """Adds a sung line; an empty one ends the stanza but not its section, unless that is an interlude: what is sung
        below the blank line after one doesn't belong to it."""
        if line:
            self._lines.append(line)
            return
        self._close()
        if self.kind == "interlude":
            self.begin("")

    def begin(self, kind: str) -> None:
        """Begins a section ("" if it has no name)."""
        self._close()
        self._name_again()
        self.kind, self._named, self._named_at, self._headed = kind, kind, len(self._parts), False

    def again(self, kind: str) -> None:
        """Repeats a section whose words aren't written out again."""
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
            self._parts.insert(self._named_at, (self._named, []))
            self._named = ""

    def sheet(self, tags: Mapping[str, str]) -> Sheet:
        """The sheet of what was added so far."""
        self._close()
        self._name_again()
        return Sheet(tuple(self._done), tags, tuple((kind, tuple(numbers)) for kind, numbers in self._parts))

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

    @property
    def text(self) -> str:
        """The words, a line a line, stanzas parted by a blank line."""
        return "\n\n".join("\n".join(lines) for _, lines in self.stanzas)

    @property
    def lines(self) -> list[str]:
        """Every sung line, in order."""
        return [line for _, lines in self.stanzas for line in lines]


class Stanzas:
    """Lines as they come, parted into stanzas."""

    def __init__(self) -> None:
        self.kind = ""
        self._done: list[tuple[str, tuple[str, ...]]] = []
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """A sung line; an empty one ends the stanza, though not its section."""
        if line:
            self._lines.append(line)
        else:
            self._close()

    def begin(self, kind: str) -> None:
        """A section begins ("" for none of a name)."""
        self._close()
        self.kind = kind

    def _close(self) -> None:
        if self._lines:
            self._done.append((self.kind, tuple(self._lines)))
            self._lines = []

    def sheet(self, tags: Mapping[str, str]) -> Sheet:
        """What has come so far."""
        self._close()
        return Sheet(tuple(self._done), tags)

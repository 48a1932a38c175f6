"""The editor in the writing room: which of several stanzas or lines makes most sense after those before it.

It aims at a band, not at the most: what makes most sense of all is plain talk of you and me, and what was just said.
Only lines that are written ahead are judged, never one that is wanted now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from stagelyric.editor import editor, fetch, usual
from stagelyric.editor.faults import EditorError
from stagelyric.editor.folder import read

BAND = (2.0, 2.7)
"""Nats a piece: from the middle of people's lines to their upper fifth."""

_ABOVE = 0.5  # of what a line loses for a nat below the band, what it loses for one above
_GRAIN = 0.05  # nats: senses nearer than this are alike, so that no processor's last bit decides
_PLACES = 96  # read in one go, a tenth of a second: a line that is wanted now waits no longer


_HEARD = 24
"""Stanzas of a shelf that are chosen by ear: what comes after them is seldom sung, and would keep others waiting."""


def is_heard(stanza: int) -> bool:
    """Whether a stanza of a shelf is chosen by ear: not the first one, which is wanted at once, nor the far ones."""
    return 0 < stanza < _HEARD


class Ear(Protocol):
    """What hears lines: an `editor.Editor`."""

    @property
    def digest(self) -> str: ...

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = ...
    ) -> list[float]: ...


class Judge:
    """Chooses by ear."""

    def __init__(self, ear: Ear):
        self._ear = ear

    @property
    def digest(self) -> str:
        """Names the editor: the same asks give the same lines wherever it is the same."""
        return self._ear.digest

    def best(
        self, options: Sequence[Sequence[str]], before: Sequence[str], between: Callable[[], None] = lambda: None
    ) -> int:
        """Which of some runs of lines goes on best from the lines `before`; of those that are alike the first."""
        flat = [(line, [*before, *lines[:place]]) for lines in options for place, line in enumerate(lines)]
        marks = iter(self._ear.score([line for line, _ in flat], [told for _, told in flat], between))
        means = [sum(mark(next(marks)) for _ in lines) / max(1, len(lines)) for lines in options]
        return max(range(len(options)), key=lambda place: (round(means[place] / _GRAIN), -place))

    def marks(
        self, lines: Sequence[str], before: Sequence[str], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        """How far each of some lines that may stand in one place lies outside the band."""
        found = self._ear.score(lines, [before] * len(lines), between)
        return [round(mark(sense) / _GRAIN) * _GRAIN for sense in found]


def mark(sense: float) -> float:
    """0 within the band; below it as many nats less as are missing, above it half of what is too much."""
    low, high = BAND
    return min(0.0, sense - low) - _ABOVE * max(0.0, sense - high)


def ready() -> Judge | None:
    """The judge, where there is an editor. Raises EditorError as `opened` does."""
    ear = opened()
    return Judge(ear) if ear else None


def opened() -> editor.Editor | None:
    """The editor, where it was fetched and built: nothing is built here, since a show doesn't wait for it.

    Raises EditorError where there is one that can't be used.
    """
    source = fetch.chosen()
    if source is None:
        return None
    folder = fetch.place(source)
    if not folder.is_dir():
        raise EditorError(f"the editor {source.name} isn't built yet: stagelyric models fetch {fetch.SMOLLM2.name}")
    meta = read(folder)
    counted = usual.lexicon()
    if meta.lexicon != usual.stamp(counted):
        raise EditorError(f"the editor {source.name} is to be built anew: stagelyric models fetch {fetch.SMOLLM2.name}")
    return editor.Editor(folder, meta, places=_PLACES, lean=True)

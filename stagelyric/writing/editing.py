"""Lets the editor (a larger language model) choose which of several stanzas or lines makes most sense in context.

The target is a band of scores, not the maximum: the most predictable lines are plain talk of "you" and "me" and repeat
what was just said.
Only lines that are written ahead are judged, never a line that the stage is waiting for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from stagelyric.editor import editor, fetch, usual
from stagelyric.editor.faults import EditorError
from stagelyric.editor.folder import read
from stagelyric.types.program import typed

BAND = (2.0, 2.7)
"""Nats a token: from the median of lines by people to their upper quintile."""

_ABOVE = 0.5  # weight of a nat above the band, relative to a nat below it
# nats: marks are rounded to this, so that rounding differences between processors don't change the choice
_GRAIN = 0.05
_PLACES = 64  # pieces read in one go, in less than a tenth of a second: an urgent line may have to wait that long


_HEARD = 24
"""Stanzas from this number on are chosen without the editor: they are rarely sung, and would keep others waiting."""


def is_heard(stanza: int) -> bool:
    """Whether the editor helps to choose a stanza: not the first, which is wanted at once, nor those far ahead."""
    return 0 < stanza < _HEARD


class Ear(Protocol):
    """What scores lines: an `editor.Editor`."""

    @property
    def digest(self) -> str: ...

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = ...
    ) -> list[float]: ...


class Judge:
    """Chooses by the editor's scores."""

    def __init__(self, ear: Ear):
        self._ear = ear

    @property
    def ear(self) -> Ear:
        """What scores the lines."""
        return self._ear

    @property
    def digest(self) -> str:
        """Identifies the editor: asks give the same lines as long as it is the same."""
        return self._ear.digest

    def best(
        self, options: Sequence[Sequence[str]], before: Sequence[str], between: Callable[[], None] = lambda: None
    ) -> int:
        """The index of the option (a run of lines) that best continues the lines `before`; the first one on a tie."""
        flat = [(line, [*before, *lines[:place]]) for lines in options for place, line in enumerate(lines)]
        marks = iter(self._ear.score([line for line, _ in flat], [told for _, told in flat], between))
        means = [sum(mark(next(marks)) for _ in lines) / max(1, len(lines)) for lines in options]
        return max(range(len(options)), key=lambda place: (round(means[place] / _GRAIN), -place))

    def marks(
        self, lines: Sequence[str], before: Sequence[str], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        """For each candidate line for one place, how far it lies outside the band (≤ 0, see `mark`)."""
        found = self._ear.score(lines, [before] * len(lines), between)
        return [round(mark(sense) / _GRAIN) * _GRAIN for sense in found]


def mark(sense: float) -> float:
    """0 within the band, else negative: the distance below it, or half the distance above it."""
    low, high = BAND
    return min(0.0, sense - low) - _ABOVE * max(0.0, sense - high)


def ready() -> Judge | None:
    """The judge; None if there is no editor. Raises EditorError as `opened` does."""
    ear = opened()
    return Judge(ear) if ear else None


def opened() -> editor.Editor | None:
    """The editor, if it was fetched and built; None if not. Never builds it, since a show can't wait for that.

    Raises EditorError if an editor was chosen but can't be used.
    """
    source = fetch.chosen()
    if source is None:
        return None
    cure = typed("models fetch", fetch.called(source))
    try:
        folder = fetch.folder_of(source)
    except OSError as error:
        raise EditorError(f"{error.filename or source}: {error.strerror or error}") from None
    if not folder.is_dir():
        raise EditorError(f"the editor {source.name} isn't built yet: {cure}")
    try:
        meta = read(folder)
    except EditorError as error:
        raise EditorError(f"{error}; it is built anew by: {cure}") from None
    counted = usual.lexicon()
    if meta.lexicon != usual.stamp(counted):
        raise EditorError(f"the editor {source.name} is to be built anew: {cure}")
    return editor.Editor(folder, meta, places=_PLACES, lean=True)

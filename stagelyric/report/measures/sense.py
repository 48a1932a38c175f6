"""How much sense lines make in context, as scored by the editor, if there is one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

from stagelyric.editor.editor import Editor
from stagelyric.editor.faults import EditorError
from stagelyric.report.lyrics import Song
from stagelyric.writing import editing

MOST = 240
"""Lines that are scored, drawn from all songs: more change the mean by less than a twentieth of a nat."""


def sense(songs: Sequence[Song]) -> float | None:
    """The mean of the editor's sense (`editor.Editor`) over lines, each after the earlier lines of its stanza.

    None if there is no editor. It can't tell whether a line is true, new or worth saying; old-fashioned words lower it,
    plain talk of you and me and repetition raise it.
    """
    ear = _ear()
    lines = [
        (line, stanza.lines[:place])
        for song in songs
        for stanza in song.stanzas
        for place, line in enumerate(stanza.lines)
        if line.strip()
    ]
    if ear is None or not lines:
        return None
    # Drawn at random, as every third or fourth line would be in the same place of its stanza; seeded, to be repeatable.
    heard = random.Random(len(lines)).sample(lines, min(MOST, len(lines)))
    marks = ear.score([line for line, _ in heard], [before for _, before in heard])
    return sum(marks) / len(marks)


def missing() -> str:
    """The reason why sense can't be measured here; "" if it can."""
    try:
        return "" if editing.opened() else "no editor is here: stagelyric models fetch smollm2"
    except EditorError as error:
        return str(error)


@lru_cache(maxsize=1)
def _ear() -> Editor | None:
    try:
        return editing.opened()
    except EditorError:
        return None

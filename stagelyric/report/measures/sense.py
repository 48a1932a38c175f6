"""How much sense lines make after those before them, as the editor hears it, where there is one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

from stagelyric.editor.editor import Editor
from stagelyric.editor.faults import EditorError
from stagelyric.report.lyrics import Song
from stagelyric.writing import editing

MOST = 240
"""Lines that are heard, from all over the songs: more move the mean by less than a twentieth of a nat."""


def sense(songs: Sequence[Song]) -> float | None:
    """The mean over lines of the editor's sense (`editor.Editor`), each after the lines of its stanza before it.

    None where there is no editor. It can't see whether what is said is true, new or worth saying; old-fashioned words
    lower it, plain talk of you and me and saying the same again raise it.
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
    # Drawn, since every third or fourth line would be in the same place of its stanza; the same ones each time.
    heard = random.Random(len(lines)).sample(lines, min(MOST, len(lines)))
    marks = ear.score([line for line, _ in heard], [before for _, before in heard])
    return sum(marks) / len(marks)


def missing() -> str:
    """Why sense can't be measured here, "" where it can."""
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

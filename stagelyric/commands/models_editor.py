"""What `stagelyric models` says of the editor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stagelyric.editor.editor import Editor

_RUNS = 2  # the fastest of these runs counts


def describe() -> dict[str, object] | None:
    """The editor's description in the form used for other models; "speed_ms" is for judging a line after those before
    it, on one core of this machine, measured now. None if there is no editor."""
    from stagelyric.editor import fetch
    from stagelyric.editor.faults import EditorError
    from stagelyric.writing import editing

    told: dict[str, object] = {
        "name": fetch.SMOLLM2.name, "path": None, "kind": "editor", "parameters": None, "bytes": 0,
        "bits_per_character": {}, "speed_ms": None, "trained_on": [], "parent": None, "problem": None,
    }  # fmt: skip
    try:
        source = fetch.chosen()
        if source is None:
            return None
        folder = fetch.folder_of(source)
        there = [source, *(folder.iterdir() if folder.is_dir() else ())]
        told |= {"path": str(source), "bytes": sum(file.stat().st_size for file in there)}
        if source != fetch.SMOLLM2.path:
            told["name"] = source.stem
        if (opened := editing.opened()) is not None:
            told |= {"parameters": opened.meta.parameters, "speed_ms": _speed(opened)}
    except (EditorError, OSError) as error:
        told["problem"] = str(error)
    return told


def _speed(opened: Editor) -> dict[str, float]:
    """Milliseconds per line, for lines that have only their stanza in common."""
    from stagelyric.editor.reach import LINES

    stanzas = [text.split("\n") for text in LINES.strip().split("\n\n")]
    items = [(line, lines[:place]) for lines in stanzas for place, line in enumerate(lines)]
    took = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        opened.score([line for line, _ in items], [before for _, before in items])
        took.append(1000 * (time.perf_counter() - started) / len(items))
    return {"p50": round(min(took), 2)}

"""What `stagelyric models` says of the editor."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from stagelyric.types import paths

if TYPE_CHECKING:
    from stagelyric.editor.editor import Editor

_BESIDE = "transformer"
_RUNS = 2  # the fastest of these runs counts


def describe(drafting: bool = False) -> dict[str, object] | None:
    """The editor's description in the form used for other models; "speed_ms" is for judging a line after those before
    it, on one core of this machine, measured now. None if there is no editor.

    `drafting`: its "drafters" are measured too, as for other models."""
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
            if drafting:
                told["drafters"] = drafting_speeds(opened)
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


def drafting_speeds(opened: Editor) -> dict[str, float]:
    """Milliseconds per finished line of a quatrain by the editor's model, beside the default model's words; {} if that
    model can't be used, or the editor has no quatrain that passes."""
    from stagelyric.commands.common import Fault
    from stagelyric.commands.write import model_faults
    from stagelyric.types.lines import Ask
    from stagelyric.writing.drafters.editor import NAME
    from stagelyric.writing.editing import Judge
    from stagelyric.writing.planning import STANZA
    from stagelyric.writing.writer import Writer

    try:
        with model_faults():
            writer = Writer.open(paths.find_model(_BESIDE), editor=Judge(opened))
    except Fault:
        return {}
    ask = Ask(seed=1, rhyme="AABB", drafters=("letters",))
    writer.write(ask, 0, 1)  # loads and computes what is needed only once
    started = time.perf_counter()
    lines = writer.write(replace(ask, drafters=(NAME,)), 0, STANZA)
    took = 1000 * (time.perf_counter() - started) / STANZA
    return {NAME: round(took, 2)} if all(line.origin == NAME for line in lines) else {}

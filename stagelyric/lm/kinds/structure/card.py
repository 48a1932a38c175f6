"""The kind "structure", as `lm.kinds.table` has it: a transformer, and beside it a model of how lines are built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.lm.kinds.kind import Kind

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine


def _engine(folder: Path, meta: Meta, graph: str, exact: bool) -> Engine:
    from stagelyric.lm.kinds.structure.runtime import open_engine

    return open_engine(folder, meta, graph, exact)


def _describe(meta: Meta) -> str:
    return f"A {meta.kind}: {len(meta.config['tokens'])} tokens over the transformer {meta.parent['name']}."


KIND = Kind("structure", _engine, _describe)

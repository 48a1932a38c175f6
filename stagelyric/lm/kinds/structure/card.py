"""The kind "structure" for `lm.kinds.table`: a transformer together with a model of line structure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.lm.kinds.kind import Kind, Trained
from stagelyric.lm.kinds.structure.config import StructureConfig
from stagelyric.types.json import JsonMapping

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine
    from stagelyric.lm.kinds.structure.model import Structure


def _engine(folder: Path, meta: Meta, graph: str, exact: bool) -> Engine:
    from stagelyric.lm.kinds.structure.runtime import open_engine

    return open_engine(folder, meta, graph, exact)


def _model(config: StructureConfig) -> Structure:
    from stagelyric.lm.kinds.structure.model import Structure

    return Structure(config)


def _recipe(config: StructureConfig) -> JsonMapping:
    """`coded`: the share of a line's facts that get a code. No weight averaging, as there are only few steps."""
    return {
        "epochs": 6.0, "streams": 32, "segment": 64, "rate": 4e-3, "last_rate": 0.02, "cooldown": 1.0, "warmup": 50,
        "reset": 0.0, "average": 0.0, "coded": (0.7, 0.7),
    }  # fmt: skip


def _describe(meta: Meta) -> str:
    return f"A {meta.kind}: {len(meta.config['tokens'])} tokens over the transformer {meta.parent['name']}."


KIND = Kind(
    "structure",
    _engine,
    _describe,
    Trained(
        StructureConfig,
        _model,
        recipe=_recipe,
        options=("hidden", "vocabulary", "words"),
        reads="structure",
        tunable=False,
    ),
)

"""The kind "transformer" for `lm.kinds.table`. Torch and ONNX Runtime are imported only when needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.lm.kinds.kind import Kind, Shape, Trained
from stagelyric.lm.kinds.transformer.config import TransformerConfig

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine
    from stagelyric.lm.graph import Span, Weights
    from stagelyric.lm.kinds.transformer.model import Transformer


def _model(config: TransformerConfig) -> Transformer:
    from stagelyric.lm.kinds.transformer.model import Transformer

    return Transformer(config)


def _graph(weights: Weights, config: Shape, most: Mapping[str, float] | None, outside: Mapping[str, Span]) -> bytes:
    from stagelyric.lm.kinds.transformer.graph import step_graph

    return step_graph(weights, config, most=most, outside={} if most is not None else outside)


def _engine(folder: Path, meta: Meta, graph: str, exact: bool) -> Engine:
    from stagelyric.lm.kinds.transformer.runtime import open_engine

    return open_engine(folder, meta, graph, exact)


def _describe(meta: Meta) -> str:
    c = meta.config
    return (
        f"A {meta.kind}: {c['layers']} blocks {c['width']} wide with {c['heads']} heads over {len(meta.vocabulary)} "
        f"characters and {c['grams']} tables of {c['rows']:,} hashed character runs."
    )


KIND = Kind(
    "transformer",
    _engine,
    _describe,
    Trained(
        TransformerConfig,
        _model,
        _graph,
        lambda config: True,
        lambda config: {"streams": 14, "segment": 320, "rate": 4e-3, "weight_decay": 0.0},
        ("layers", "hidden", "emphasis", "quotable"),
    ),
)

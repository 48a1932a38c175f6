"""The kind "char-rnn" for `lm.kinds.table`. Torch and ONNX Runtime are imported only when needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.kind import Kind, Shape, Trained
from stagelyric.types.json import JsonMapping

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine
    from stagelyric.lm.graph import Span, Weights
    from stagelyric.lm.kinds.char_rnn.mingru import MinGru
    from stagelyric.lm.kinds.char_rnn.model import CharRnn


def _model(config: CharRnnConfig) -> CharRnn | MinGru:
    from stagelyric.lm.kinds.char_rnn.mingru import MinGru
    from stagelyric.lm.kinds.char_rnn.model import CharRnn

    return MinGru(config) if config.cell == "mingru" else CharRnn(config)


def _graph(weights: Weights, config: Shape, most: Mapping[str, float] | None, outside: Mapping[str, Span]) -> bytes:
    from stagelyric.lm.kinds.char_rnn.graph import step_graph

    return step_graph(weights, config, most, outside)


def _engine(folder: Path, meta: Meta, graph: str, exact: bool) -> Engine:
    from stagelyric.lm.kinds.char_rnn.runtime import open_engine

    return open_engine(folder, meta, graph, exact)


def _recipe(config: CharRnnConfig) -> JsonMapping:
    return {"streams": 32, "segment": 128, "rate": 8e-3} if config.cell == "mingru" else {}


def _describe(meta: Meta) -> str:
    c, symbols = meta.config, len(meta.vocabulary)
    if c.get("cell") == "mingru":
        blocks = f"{c['layers']} blocks {c['embedding']} wide"
        return f"A {meta.kind}: {blocks} with {c['hidden']} minGRUs each over {symbols} characters."
    layers = f"{c['layers']} layers of " if c.get("layers", 1) > 1 else ""
    return (
        f"A {meta.kind}: {layers}{c['hidden']} cells behind a {c['embedding']}-wide embedding of {symbols} characters."
    )


KIND = Kind(
    "char-rnn",
    _engine,
    _describe,
    Trained(
        CharRnnConfig,
        _model,
        _graph,
        # an LSTM's activations are bounded, so they need not be measured
        lambda config: config.get("cell") == "mingru",
        _recipe,
        ("cell", "layers", "hidden", "emphasis", "quotable"),
    ),
)

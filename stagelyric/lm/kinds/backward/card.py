"""The kind "backward" for `lm.kinds.table`: a word model that drafts lines, last word first, for a letter model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stagelyric.lm.kinds.backward.config import BackwardConfig
from stagelyric.lm.kinds.kind import Kind, Trained

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.kinds.backward.model import Backward


def _model(config: BackwardConfig) -> Backward:
    from stagelyric.lm.kinds.backward.model import Backward

    return Backward(config)


def _recipe(config: BackwardConfig) -> Mapping[str, object]:
    """`coded`: the share of lines that get a code for their length."""
    return {
        "streams": 48, "segment": 96, "rate": 4e-3, "muon_rate": 0.012, "last_rate": 0.02, "warmup": 200,
        "weight_decay": 0.0, "reset": 0.03, "finish_share": 0.35, "coded": (0.7, 0.7),
    }  # fmt: skip


def _describe(meta: Meta) -> str:
    c = meta.config
    layers = f"{c['layers']} minGRUs, {c['width']} wide with {c['hidden']} cells"
    return f"A {meta.kind}: {layers}, over {c['vocabulary']:,} words and signs."


KIND = Kind(
    "backward",
    None,
    _describe,
    Trained(
        BackwardConfig, _model, recipe=_recipe, options=("layers", "hidden", "vocabulary", "emphasis"), reads="words"
    ),
)

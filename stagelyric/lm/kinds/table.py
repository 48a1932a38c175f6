"""The kinds of model there are. All answer `model(ids, state) -> (logits, state)`; nothing else knows them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stagelyric.lm.kinds.char_rnn.model import CharRnn, CharRnnConfig
from stagelyric.lm.kinds.mingru.model import MinGru
from stagelyric.lm.kinds.transformer.model import Transformer, TransformerConfig

Model = CharRnn | MinGru | Transformer
Config = CharRnnConfig | TransformerConfig


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its config, its model, and what its recipe has otherwise than others, also by cell."""

    config: Callable[..., Any]
    model: Callable[[Any], Any]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "char-rnn": Kind(
        CharRnnConfig,
        lambda config: (MinGru if config.cell == "mingru" else CharRnn)(config),
        cells={"mingru": {"streams": 32, "segment": 128, "rate": 8e-3}},
    ),
    "transformer": Kind(
        TransformerConfig,
        Transformer,
        {"streams": 14, "segment": 320, "rate": 4e-3, "weight_decay": 0.0},
    ),
}


def recipe_of(config: Config) -> Mapping[str, Any]:
    """What the recipe of such a model has otherwise than others."""
    kind = KINDS[name_of(config)]
    return {**kind.recipe, **kind.cells.get(getattr(config, "cell", ""), {})}


def name_of(config: Config) -> str:
    """The kind that a config is of."""
    return next(name for name, kind in KINDS.items() if kind.config is type(config))

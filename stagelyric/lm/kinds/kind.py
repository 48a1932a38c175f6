"""The description of a kind of model, which all code outside its folder uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stagelyric.lm.kinds.config import Config
from stagelyric.types.json import JsonMapping

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine
    from stagelyric.lm.graph import Span, Weights
    from stagelyric.lm.kinds.network import Network

Shape = JsonMapping
"""A config as stored in meta.json: numbers and names by field."""


C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Trained(Generic[C]):
    """How the common training loop trains a kind. All its functions need torch, which is imported when they are called.

    `config`: creates the shape from its fields; `model`: creates the network, `model(ids, state) -> (logits, state)`;
    `graph`: creates the serialised graph of one step from weights and shape, in int8 if the largest activations are
    given, else with its weights `outside` if it can; `measured`: whether these activations must be measured first;
    `recipe`: training settings that differ from the defaults for a shape; `options`: further options of `train`, by
    name; `reads`: the type of symbols, which determines how texts are read and the folder is written (a row of
    `training.table`); `tunable`: whether such a model can be fine-tuned.
    """

    config: Callable[..., C]
    model: Callable[[C], Network]
    graph: Callable[[Weights, Shape, Mapping[str, float] | None, Mapping[str, Span]], bytes] | None = None
    measured: Callable[[Shape], bool] = field(default=lambda config: False)
    recipe: Callable[[C], JsonMapping] = field(default=lambda config: {})
    options: tuple[str, ...] = ()
    reads: str = "characters"
    tunable: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """`engine`: opens a model's folder, given its metadata, the graph's file name, and whether to use full precision;
    None for a kind that can't write lines by itself. `describe`: returns a sentence for the model card. `trained`: how
    `train` makes it."""

    name: str
    engine: Callable[[Path, Meta, str, bool], Engine] | None
    describe: Callable[[Meta], str]
    trained: Trained[Any] | None = None  # `Any`: the config is of a type of the kind's own

"""What a kind of model is, to everything outside its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.engine import Engine
    from stagelyric.lm.graph import Place, Weights
    from stagelyric.lm.kinds.network import Network

Shape = Mapping[str, Any]
"""A config as it stands in meta.json: numbers and names by their fields."""


@dataclass(frozen=True, slots=True)
class Trained:
    """How a kind is trained in the one loop. All of it needs torch, which is imported when it is called.

    `config`: the shape, by its fields; `model`: the network of a shape, `model(ids, state) -> (logits, state)`;
    `graph`: the serialised graph of one step from the weights and the shape, in int8 where the largest activations are
    given, else with its numbers `outside` if it can; `measured`: whether these activations must be measured first;
    `recipe`: what such a shape is trained with that is not as usual; `options`: what else `train` may be given, by the
    option's name; `reads`: what its symbols are, which decides how texts are read and its folder is written (a row of
    `training.table`); `tunable`: whether a training may begin with such a model.
    """

    config: Callable[..., Any]
    model: Callable[[Any], Network]
    graph: Callable[[Weights, Shape, Mapping[str, float] | None, Mapping[str, Place]], bytes] | None = None
    measured: Callable[[Shape], bool] = field(default=lambda config: False)
    recipe: Callable[[Any], Mapping[str, Any]] = field(default=lambda config: {})
    options: tuple[str, ...] = ()
    reads: str = "characters"
    tunable: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """`engine`: opens a model's folder, given its meta, the graph's file, and whether its numbers are exact; None for
    a kind that writes no lines by itself. `describe`: a sentence for the model's card. `trained`: how `train` makes
    it."""

    name: str
    engine: Callable[[Path, Meta, str, bool], Engine] | None
    describe: Callable[[Meta], str]
    trained: Trained | None = None

"""The table of all kinds of model: each has a folder and a row here. No other code distinguishes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stagelyric.lm.kinds.backward import card as backward
from stagelyric.lm.kinds.char_rnn import card as char_rnn
from stagelyric.lm.kinds.kind import Kind, Trained
from stagelyric.lm.kinds.structure import card as structure
from stagelyric.lm.kinds.transformer import card as transformer

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (char_rnn.KIND, transformer.KIND, structure.KIND, backward.KIND)
}

# `Any`: each kind's config is of a type of its own.
TRAINED: Mapping[str, Trained[Any]] = {name: kind.trained for name, kind in KINDS.items() if kind.trained is not None}
"""The kinds that the common training loop can train."""


def name_of(config: object) -> str:
    """The name of the kind to which a config belongs."""
    return next(name for name, trained in TRAINED.items() if trained.config is type(config))

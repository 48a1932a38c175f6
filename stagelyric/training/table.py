"""How texts are read and a model's folder is written, by what its symbols are (`Trained.reads` of its kind)."""

from __future__ import annotations

from collections.abc import Mapping

from stagelyric.training.characters import Characters
from stagelyric.training.structure import Tokens
from stagelyric.training.texts import Pipeline
from stagelyric.training.words import Words

PIPELINES: Mapping[str, type[Pipeline]] = {"characters": Characters, "words": Words, "structure": Tokens}

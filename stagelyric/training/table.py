"""The training pipelines, by type of symbols (a kind's `Trained.reads`): how texts are read and a folder is written."""

from __future__ import annotations

from collections.abc import Mapping

from stagelyric.training.characters import Characters
from stagelyric.training.structure import Tokens
from stagelyric.training.texts import Pipeline
from stagelyric.training.words import Words

PIPELINES: Mapping[str, type[Pipeline]] = {"characters": Characters, "words": Words, "structure": Tokens}

"""Loads a model: ONNX Runtime on one thread, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from stagelyric.lm.checkpoint import META, STEP_FP32, STEP_INT8, ModelError, check_craft, read_meta
from stagelyric.lm.engine import Engine
from stagelyric.lm.kinds.table import KINDS

Precision = Literal["int8", "fp32"]


def load(folder: Path, *, precision: Precision = "int8") -> Engine:
    """Loads the model in `folder`. Raises ModelError (one sentence) if it is incomplete, damaged or not one of ours."""
    meta = read_meta(folder)
    if meta.kind not in KINDS:
        raise ModelError(f"{folder / META}: wanted a model of kind {' or '.join(KINDS)}, found {meta.kind!r}")
    open_engine = KINDS[meta.kind].engine
    if open_engine is None:
        raise ModelError(f"{folder}: wanted a model that writes lines by itself, found one of kind {meta.kind}")
    exact = precision == "fp32"
    engine = open_engine(folder, meta, STEP_FP32 if exact else STEP_INT8, exact)
    check_craft(folder, meta)
    return engine

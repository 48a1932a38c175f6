"""Opens a model's graph in ONNX Runtime on one thread.

The rows of a batch don't affect one another, and equal calls give bit-identical results.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from stagelyric.lm.checkpoint import WEIGHTS, Meta, ModelError, read_file


def opened(
    folder: Path, name: str, meta: Meta, inputs: Sequence[str], symbols: Sequence[str], *, outside: bool = False
) -> onnxruntime.InferenceSession:
    """Opens the graph in the file `name`. The names of its first inputs and the number of symbols are checked.

    `outside`: its weights are in weights.safetensors. Raises ModelError if it is damaged or another graph.
    """
    session = _session(folder, name, meta, outside)
    found = [given.name for given in session.get_inputs()]
    if session.get_outputs()[0].shape[-1] != len(symbols) or found[: len(inputs)] != list(inputs):
        raise ModelError(f"{folder / name}: wanted a graph for {len(symbols)} characters or tokens, found another")
    return session


def _session(folder: Path, name: str, meta: Meta, outside: bool) -> onnxruntime.InferenceSession:
    data, options = read_file(folder, name, meta), _options()
    if outside:
        read_file(folder, WEIGHTS, meta)
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions have no other common base class
        raise ModelError(f"{folder / name}: wanted the graph of a model, found something else") from error


def _options() -> onnxruntime.SessionOptions:
    """One thread without busy waiting: a step gains nothing from a second, and the show needs the other cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options

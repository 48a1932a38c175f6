"""A model's graph, opened to run: ONNX Runtime on one thread.

A batch's rows do not touch one another, and the same call gives the same numbers, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnxruntime

from stagelyric.lm.checkpoint import WEIGHTS, Meta, ModelError, read_file


def opened(
    folder: Path, name: str, meta: Meta, inputs: Sequence[str], symbols: Sequence[str], *, outside: bool = False
) -> onnxruntime.InferenceSession:
    """The graph in the file `name`, whose inputs begin with these and whose logits are of these symbols.

    `outside`: its numbers are in weights.safetensors. Raises ModelError where it is damaged or another.
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
    except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
        raise ModelError(f"{folder / name}: wanted the graph of a model, found something else") from error


def _options() -> onnxruntime.SessionOptions:
    """One thread that never spins: a second does not help a step this small, and the other cores are the show's."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options

"""The editor's graph in ONNX Runtime, on one core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.editor.faults import EditorError


@cache
def _share_arena() -> None:
    """Makes the arena of this process, which takes no more than is asked for; its usual one doubles each time."""
    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    same_as_requested = 1
    onnxruntime.create_and_register_allocator(
        place, onnxruntime.OrtArenaCfg({"arena_extend_strategy": same_as_requested})
    )


class Graph:
    """A graph that is ready to run. Not thread-safe."""

    def __init__(self, file: Path, lean: bool = False):
        """`lean`: saves memory at the price of a tenth of the speed. Raises EditorError."""
        options, self._how = onnxruntime.SessionOptions(), onnxruntime.RunOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        if lean:  # the weights stay memory-mapped from their file, and a run gives back what it took
            options.add_session_config_entry("session.disable_prepacking", "1")
            options.enable_mem_pattern = False
            _share_arena()
            options.add_session_config_entry("session.use_env_allocators", "1")
            self._how.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions have no other common base class
            raise EditorError(f"{file}: ONNX Runtime can't run it: {error}") from None

    @property
    def inputs(self) -> dict[str, Sequence[int]]:
        """The shape of each input; an axis whose length depends on the call has a name instead of a number."""
        return {node.name: node.shape for node in self._session.get_inputs()}

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[np.generic]]) -> list[NDArray[np.float32]]:
        """The outputs of these names."""
        found: list[NDArray[np.float32]] = self._session.run(outputs, inputs, self._how)
        return found

"""Several processes that train one model: started by `torchrun`, on one machine or many."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class World:
    """Which of `size` processes this is, and what it reckons on."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def joined(cls) -> World:
        """As torchrun's environment says: gloo between processors, NCCL between GPUs. Without one, alone."""
        size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
        device = "cpu"
        if torch.cuda.is_available():
            device = f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % torch.cuda.device_count()}"
            torch.cuda.set_device(device)
        if size > 1 and not distributed.is_initialized():
            distributed.init_process_group("gloo" if device == "cpu" else "nccl")
        return cls(rank, size, device)

    def leave(self) -> None:
        """The end of the common work."""
        if self.size > 1 and distributed.is_initialized():
            gc.collect()  # what still holds the group would end it too late, and the process with it
            distributed.barrier()  # who leaves while another still speaks to it takes it down
            distributed.destroy_process_group()

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and speaks to the user."""
        return self.rank == 0

    def share(self, model: nn.Module) -> nn.Module:
        """The model whose gradients are averaged over all processes."""
        if self.size == 1:
            return model
        return DistributedDataParallel(model, device_ids=None if self.device == "cpu" else [self.device])

    def quietly(self, model: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        """Around a backward pass: gradients are averaged in the last one of a step only."""
        if self.size == 1 or last:
            return nullcontext()
        assert isinstance(model, DistributedDataParallel)
        return model.no_sync()

    def sum(self, values: Sequence[float]) -> list[float]:
        """Each value's sum over all processes, the same everywhere."""
        if self.size == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return [float(value) for value in total]

    def gathered(self, part: Tensor) -> list[Tensor]:
        """Every process's part, in the order of their ranks, everywhere."""
        if self.size == 1:
            return [part]
        parts = [torch.empty_like(part) for _ in range(self.size)]
        distributed.all_gather(parts, part.contiguous())
        return parts

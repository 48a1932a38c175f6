"""Training with several processes, started by `torchrun` on one or more machines."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class World:
    """The rank of this process among `size`, and its device."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def joined(cls) -> World:
        """Set up from torchrun's environment, with gloo between CPUs or NCCL between GPUs; else a single process."""
        size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
        device = "cpu"
        if torch.cuda.is_available():
            device = f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % torch.cuda.device_count()}"
            torch.cuda.set_device(device)
        if size > 1 and not distributed.is_initialized():
            distributed.init_process_group("gloo" if device == "cpu" else "nccl")
        return cls(rank, size, device)

    def leave(self) -> None:
        """Ends the joint work of the processes."""
        if self.size > 1 and distributed.is_initialized():
            gc.collect()  # otherwise remaining references would close the group too late, and crash the process
            distributed.barrier()  # a process that leaves while another still communicates with it would crash that one
            distributed.destroy_process_group()

    @property
    def leads(self) -> bool:
        """Whether this process writes files and messages."""
        return self.rank == 0

    def share(self, model: nn.Module) -> nn.Module:
        """The model wrapped so that gradients are averaged over all processes."""
        if self.size == 1:
            return model
        return DistributedDataParallel(model, device_ids=None if self.device == "cpu" else [self.device])

    def quietly(self, model: nn.Module, *, last: bool) -> AbstractContextManager[None]:
        """A context for backward passes: gradients are averaged only in the last pass of a step."""
        if self.size == 1 or last:
            return nullcontext()
        assert isinstance(model, DistributedDataParallel)
        return model.no_sync()

    def sum(self, values: Sequence[float]) -> list[float]:
        """Each value's sum over all processes; every process gets it."""
        if self.size == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return [float(value) for value in total]

    def gathered(self, part: Tensor) -> list[Tensor]:
        """The parts of all processes in rank order; every process gets them."""
        if self.size == 1:
            return [part]
        parts = [torch.empty_like(part) for _ in range(self.size)]
        distributed.all_gather(parts, part.contiguous())
        return parts

"""Measures how large a model's activations are, to set the scales of its int8 graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stagelyric.lm.kinds.table import TRAINED

SHARE = 0.99995
"""The share of a layer's inputs within its scale; others are clipped. The best of .999 to 1 on held-out text."""

_BLOCK, _MOST = 256, 65_536  # characters


def activations(
    kind: str, weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, object], ids: NDArray[np.integer]
) -> dict[str, float]:
    """For each linear layer by name, the absolute value that a share SHARE of its inputs doesn't exceed, on ids (T,).

    {} for a kind whose activations are bounded.
    """
    trained = TRAINED[kind]
    if not trained.measured(config):
        return {}
    model = trained.model(trained.config(**config)).eval()
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    sizes: dict[str, float] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def seen(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            flat = inputs[0].detach().abs().flatten()
            most = flat.kthvalue(max(1, round(SHARE * flat.numel()))).values.item()
            sizes[name] = max(sizes.get(name, 1e-6), most)

        return seen

    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            module.register_forward_pre_hook(watch(name))
    wide = np.resize(np.asarray(ids[:_MOST], dtype=np.int64), max(_BLOCK, min(len(ids), _MOST) // _BLOCK * _BLOCK))
    with torch.no_grad():
        for rows in torch.split(torch.from_numpy(wide).view(-1, _BLOCK), 64):
            model(rows)
    return sizes

"""The training loop: segments of shuffled songs in parallel streams, resumable to the bit.

A recurrent model carries its state from segment to segment of a stream (truncated backpropagation) and is now and then
reset to zero, since a line generator starts cold: without resets a model was seen to reach 1.69 nats in training and
2.52 on held-out text. Others begin every segment with nothing read.
"""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from stagelyric.lm.char_rnn import State
from stagelyric.lm.corpus import Mixture
from stagelyric.lm.kinds import KINDS, Config, Model, name_of
from stagelyric.lm.sample import choose
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary

CHECKPOINT = "training.safetensors"
"""In the model's folder while a training is under way; removed when it is complete."""

_PAUSE = 5.0  # s; a step that took longer was stopped from outside (a sleeping laptop), and is not charged
_LEAST_STEPS = 48  # in an epoch
_PART_TO_CHECK = 32_768  # characters of the held-out text read at each check on the way


class TrainingError(Exception):
    """A training that cannot begin, or be taken up again, as asked; its text is one sentence for the user."""


class BrokenTrainingError(TrainingError):
    """A training that broke off while it ran; the last checkpoint stays."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Either `minutes` (wall time, pauses not counted) or `epochs` over the main mixture is the budget.

    The learning rate warms up over `warmup` steps and stands, then falls in a line to `last_rate` of its peak over the
    last `cooldown` share of the budget (Hägele et al. 2024). `rate` is AdamW's; Muon (Jordan 2024) steps the matrices
    of a model's blocks at `muon_rate`. The last `finish_share` of the budget is spent on the finishing mixture. A share
    `coded[0]` of the songs is read with its codes and name slots before the finish, and `coded[1]` in it.
    `precision` is "fp32", "bf16" (autocast), or "auto": bf16 where the processor reckons in it.
    """

    minutes: float | None = None
    epochs: float | None = 10.0
    seed: int = 0
    streams: int = 64
    segment: int = 96
    rate: float = 3e-3
    muon_rate: float = 0.02
    last_rate: float = 0.01
    cooldown: float = 0.6
    warmup: int = 100
    weight_decay: float = 0.01
    clip: float = 1.0
    reset: float = 0.04
    average: float = 0.999
    finish_share: float = 0.3
    coded: tuple[float, float] = (0.1, 0.4)
    precision: str = "auto"
    threads: int = 2

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.epochs is None):
            raise TrainingError("a training needs a budget: either minutes or epochs")
        if not (self.minutes or self.epochs or 0) > 0:
            raise TrainingError("a training's budget must be more than 0")


@dataclass(frozen=True, slots=True)
class Report:
    """Where a training stands, in bits per character; `checked` is cold-256 on held-out text, where just measured."""

    step: int
    done: float  # 0 … 1
    seconds: float
    characters: int
    bits: float
    rate: float
    checked: float | None = None


class Trainer:
    """Owns the model, its running average, the optimizer and the place in the text; `run` goes on until stopped."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        main: Mixture,
        finish: Mixture | None = None,
        held_out: NDArray[np.uint8] | None = None,
    ):
        torch.set_num_threads(recipe.threads)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.kind = name_of(config)
        self.model: Model = KINDS[self.kind].model(config)
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimizers = _optimizers(self.model, recipe)
        self._half = recipe.precision == "bf16" or (recipe.precision == "auto" and reckons_in_bf16())
        self._mixtures = (main, finish or main)
        self._two_phases = finish is not None or recipe.coded[0] != recipe.coded[1]
        smallest = min(len(mixture) for mixture in self._mixtures)
        self._corpus = [mixture.sha256 for mixture in self._mixtures]
        self._segment = max(1, min(recipe.segment, smallest // 4))
        # A band's own few songs are read by fewer streams, so that an epoch is still some dozens of steps.
        self._streams = max(1, min(recipe.streams, smallest // (_LEAST_STEPS * self._segment)))
        self._held_out = held_out
        self._state = self.model.start(self._streams) if self.model.carries else None
        self._random = torch.get_rng_state()
        self._rows: NDArray[np.uint8] | None = None
        self.step, self.phase, self.epoch, self.place = 0, 0, 0, 0
        self.seconds, self.bits = 0.0, math.log2(config.vocabulary)

    @property
    def done(self) -> float:
        """The share of the budget spent, 0 … 1."""
        if self.recipe.minutes is not None:
            return min(1.0, self.seconds / (60 * self.recipe.minutes))
        assert self.recipe.epochs is not None
        return min(1.0, self.characters / (self.recipe.epochs * len(self._mixtures[0])))

    @property
    def characters(self) -> int:
        """Characters trained on so far."""
        return self.step * self._streams * self._segment

    @property
    def rate(self) -> float:
        """The learning rate of the next step, as a share of its peak."""
        recipe = self.recipe
        warm = min(1.0, (self.step + 1) / recipe.warmup)
        left = min(1.0, (1 - self.done) / recipe.cooldown) if recipe.cooldown else 1.0
        return warm * (recipe.last_rate + (1 - recipe.last_rate) * left)

    def run(
        self,
        folder: Path,
        tell: Callable[[Report], None] = lambda report: None,
        *,
        save_every: float = 60.0,
        check_every: float = 300.0,
        stop_after: int | None = None,
    ) -> bool:
        """Trains until the budget is spent (True) or Ctrl-C, SIGTERM or `stop_after` steps (False).

        A checkpoint is left in `folder` every `save_every` seconds and at the end. Raises BrokenTrainingError when
        the loss is no longer a number or the disk takes no checkpoint; the last one written stays.
        """
        saved = checked = time.monotonic()
        torch.set_rng_state(self._random)  # dropout and resets draw from torch's own generator
        with _stop_on_signal() as stopped:
            while self.done < 1 and not stopped.is_set() and self.step != stop_after:
                began = time.monotonic()
                self._one_step()
                now = time.monotonic()
                if now - began < _PAUSE:
                    self.seconds += now - began
                bits = None
                if self._held_out is not None and now - checked >= check_every:
                    bits, checked = self.check(), now
                tell(Report(self.step, self.done, self.seconds, self.characters, self.bits, self.rate, bits))
                if now - saved >= save_every:
                    self.save(folder)
                    saved = now
            self.save(folder)
        return self.done >= 1

    def begin_with(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Begins with a trained model's weights instead of random ones. Raises TrainingError for another shape."""
        try:
            self.model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in weights.items()})
        except RuntimeError as error:
            raise TrainingError("the model to begin with has another shape than the one to train") from error
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def averaged(self) -> Model:
        """A copy of the model with the running average of its weights, ready to be asked."""
        model: Model = KINDS[self.kind].model(self.model.config)
        model.load_state_dict(self.average)
        return model.eval()

    def check(self, block: int = 256) -> float:
        """Bits per character of the averaged model on a part of the held-out text, from a zero state every `block`."""
        assert self._held_out is not None
        return cold_bits(self.averaged(), self._held_out[:_PART_TO_CHECK], block, half=self._half)

    def _one_step(self) -> None:
        rate = self.rate
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group["peak"]
        x, y = self._next_segment()
        forget = torch.rand(self._streams) < self.recipe.reset
        self.model.train()
        state = None if self._state is None else self._state.forget(forget)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
            logits, state = self.model(x, state)  # (B, T, V)
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), y.flatten())
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        bits = loss.item() / math.log(2)
        if not math.isfinite(bits):
            raise BrokenTrainingError(f"the loss stopped being a number at step {self.step}; try a lower learning rate")
        for optimizer in self.optimizers:
            optimizer.step()
        self._state = state.detach() if isinstance(state, State) else None
        self._random = torch.get_rng_state()
        self.step += 1
        self.bits += (bits - self.bits) * max(0.01, 1 / self.step)
        # Early on a long average would remember the initial weights, so its horizon grows with the steps taken.
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            weights = self.model.state_dict()
            torch._foreach_lerp_(list(self.average.values()), [weights[n] for n in self.average], 1 - keep)

    def _next_segment(self) -> tuple[Tensor, Tensor]:
        """The next (B, T) characters of each stream, and the character after each."""
        phase = int(self.done >= 1 - self.recipe.finish_share and self._two_phases)
        if self._rows is not None and (phase > self.phase or self.place + self._segment >= self._rows.shape[1]):
            self.phase, self.epoch, self.place, self._rows = phase, self.epoch + 1, 0, None
        if self._rows is None:
            ids = self._mixtures[self.phase].epoch(self.recipe.seed, self.epoch, self.recipe.coded[self.phase])
            while ids.size < self._streams * (self._segment + 1):  # weights are chances: a draw may be short
                ids = np.concatenate([ids, ids, ids[:1]])
            width = ids.size // self._streams
            self._rows = ids[: width * self._streams].reshape(self._streams, width)
        part = torch.from_numpy(self._rows[:, self.place : self.place + self._segment + 1].astype(np.int64))
        self.place += self._segment
        return part[:, :-1], part[:, 1:]

    def save(self, folder: Path) -> None:
        """Writes the checkpoint in one piece: a crash while writing leaves the one before it."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.items()}
        for number, optimizer in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer{number}.{index}.{name}": value for name, value in state.items()}
        tensors |= {"random": self._random}
        if self._state is not None:
            tensors |= {"state.h": self._state.h, "state.c": self._state.c}
        place = {name: getattr(self, name) for name in _PLACE}
        record = {
            "corpus": self._corpus,
            "place": place,
            "recipe": asdict(self.recipe),
            "config": asdict(self.model.config),
        }
        file = folder / CHECKPOINT
        partial = file.with_suffix(".partial")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            save_file({n: v.contiguous() for n, v in tensors.items()}, partial, {"training": json.dumps(record)})
            os.replace(partial, file)
        except (OSError, SafetensorError) as error:
            raise BrokenTrainingError(f"{file}: wanted to write a checkpoint, found: {error}") from error

    def restore(self, folder: Path) -> None:
        """Goes on from the checkpoint in `folder`. Raises TrainingError where there is none that fits this training."""
        file = folder / CHECKPOINT
        if not file.is_file():
            raise TrainingError(f"{file}: wanted the checkpoint of a training to resume, found nothing there")
        try:
            with safe_open(file, framework="pt") as opened:
                record = json.loads((opened.metadata() or {})["training"])
                tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a dict
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise TrainingError(f"{file}: wanted the checkpoint of a training, found a damaged file") from error
        if record["config"] != asdict(self.model.config):
            raise TrainingError(f"{file}: this checkpoint is of a model of another shape: {record['config']}")
        if replace(self.recipe, **(record["recipe"] | _budget(self.recipe))) != self.recipe:
            raise TrainingError(f"{file}: this checkpoint was made with another recipe: {record['recipe']}")
        if record["corpus"] != self._corpus or (
            self._state is not None and tensors["state.h"].shape != self._state.h.shape
        ):
            raise TrainingError(f"{file}: this checkpoint was made with another corpus")
        self.model.load_state_dict(_under("model.", tensors))
        self.average = {name: tensors[f"average.{name}"] for name in self.average}
        for number, optimizer in enumerate(self.optimizers):
            whole = optimizer.state_dict()
            places = [index for group in whole["param_groups"] for index in group["params"]]
            whole["state"] = {i: state for i in places if (state := _under(f"optimizer{number}.{i}.", tensors))}
            optimizer.load_state_dict(whole)
        if self._state is not None:
            self._state = State(tensors["state.h"], tensors["state.c"])
        for name, value in record["place"].items():
            setattr(self, name, value)
        self._rows = None
        if self.place or self.epoch:  # the stream of that epoch is made again from the seed
            place = self.place
            self.place = 0
            self._next_segment()
            self.place = place
        self._random = tensors["random"]


_PLACE = ("step", "phase", "epoch", "place", "seconds", "bits")


def sample_line(model: Model, vocabulary: Vocabulary, rng: np.random.Generator, longest: int = 60) -> str:
    """A line the model writes at the start of a song, cut at `longest` characters: to see that it learns to spell."""
    ids = torch.tensor([[vocabulary.boundary]])
    state, line = model.start(), ""
    with torch.no_grad():
        while len(line) < longest:
            logits, state = model(ids, state)  # (1, 1, V)
            chosen = choose(logits[:, -1].numpy(), rng, temperature=0.8, min_p=0.05)
            symbol = vocabulary.decode(chosen)
            if symbol in (BOUNDARY, "\n") and line:
                break
            line += symbol.strip(BOUNDARY + "\n")
            ids = torch.from_numpy(chosen)[:, None]  # (1, 1)
    return line


def cold_bits(model: Model, ids: NDArray[np.uint8], block: int, rows: int = 64, *, half: bool = False) -> float:
    """Bits per character of ids (T,), read in blocks of `block` characters, each from a zero state: a press is cold."""
    whole = (ids.size - 1) // block
    if whole < 1:
        block, whole = ids.size - 1, 1
    x = torch.from_numpy(ids[: whole * block].astype(np.int64)).view(whole, block)
    y = torch.from_numpy(ids[1 : whole * block + 1].astype(np.int64)).view(whole, block)
    total = 0.0
    with torch.no_grad():
        for xs, ys in zip(torch.split(x, rows), torch.split(y, rows), strict=True):
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                logits, _ = model(xs)
            total += nn.functional.cross_entropy(logits.float().flatten(0, 1), ys.flatten(), reduction="sum").item()
    return total / (whole * block) / math.log(2)


def _budget(recipe: Recipe) -> dict[str, float | int | None]:
    """What may differ when a training is taken up again: it may be given longer, or other threads."""
    return {"minutes": recipe.minutes, "epochs": recipe.epochs, "threads": recipe.threads}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _optimizers(model: Model, recipe: Recipe) -> list[torch.optim.Optimizer]:
    matrices = model.matrices()
    chosen = {id(matrix) for matrix in matrices}
    others = [parameter for parameter in model.parameters() if id(parameter) not in chosen]
    decay = recipe.weight_decay
    made: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(others, lr=recipe.rate, betas=(0.9, 0.99), weight_decay=decay, fused=True)
    ]
    if matrices:
        made.append(torch.optim.Muon(matrices, lr=recipe.muon_rate, momentum=0.95, weight_decay=decay))
    for optimizer in made:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return made


def reckons_in_bf16() -> bool:
    """Whether this processor multiplies bf16 matrices itself; elsewhere they are slower than fp32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


@contextmanager
def _stop_on_signal() -> Iterator[threading.Event]:
    """The first Ctrl-C or SIGTERM asks to stop after the step under way; a second one interrupts at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

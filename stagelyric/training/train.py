"""The training loop: segments of shuffled songs in parallel streams, resumable to the bit.

A recurrent model carries its state from segment to segment of a stream (truncated backpropagation). From time to time
the state is reset to zero, since lines are generated from an empty state: without resets a model reached 1.69 nats in
training but 2.52 on held-out text. Other models start every segment with an empty state.
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
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from stagelyric.lm.kinds.config import Config
from stagelyric.lm.kinds.network import Network, State
from stagelyric.lm.kinds.table import TRAINED, name_of
from stagelyric.lm.mixture import Stream
from stagelyric.training.distributed import World
from stagelyric.training.measuring import cold_bits
from stagelyric.training.recipe import BrokenTrainingError, Recipe, Report, TrainingError
from stagelyric.types.json import JsonMapping, JsonObject

CHECKPOINT = "training.safetensors"
"""In the model's folder during training; removed when it is complete."""

_PAUSE = 5.0  # s; a longer step was interrupted from outside (a sleeping laptop), and doesn't count against the budget
_LEAST_STEPS = 48  # least number of steps in an epoch
_PART_TO_CHECK = 32_768  # characters of the held-out text used for each check during training
_CURVE_EVERY = 8  # steps between two points of the curve
_PLACE = ("step", "phase", "part", "place", "seconds", "bits", "best_bits", "stale", "curve")


class Trainer:
    """Holds the model, its running average, the optimisers and the position in the text; `run` trains until stopped."""

    def __init__(
        self,
        config: Config,
        recipe: Recipe,
        main: Stream,
        finish: Stream | None = None,
        held_out: NDArray[np.integer] | None = None,
        world: World | None = None,
    ):
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        torch.manual_seed(recipe.seed)
        self.recipe, self.world = recipe, world or World()
        self.kind = name_of(config)
        self.model: Network = TRAINED[self.kind].model(config).to(self.world.device)
        self._mixtures = (main, finish or main)
        self.model.look_at(self._mixtures)
        self._lesson = self.world.share(_Lesson(self.model))
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.best = dict(self.average)
        self.optimizers = _optimizers(self.model, recipe)
        on_gpu = self.world.device != "cpu"
        self._half = recipe.precision == "bf16" or (recipe.precision == "auto" and (on_gpu or reckons_in_bf16()))
        self._two_phases = finish is not None or recipe.coded[0] != recipe.coded[1]
        smallest = min(len(mixture) for mixture in self._mixtures)
        self._corpus = [mixture.sha256 for mixture in self._mixtures]
        self._segment = max(1, min(recipe.segment, smallest // 4))
        # With a band's few songs, use fewer streams, so that an epoch still has some dozens of steps.
        streams = max(1, min(recipe.streams, smallest // (_LEAST_STEPS * self._segment)))
        pieces = self.world.size * recipe.accumulate
        self._streams = max(1, streams // pieces) * pieces
        self._mine = slice(*(self._streams // self.world.size * n for n in (self.world.rank, self.world.rank + 1)))
        self._held_out = held_out
        self._state: State = self._started()
        self._random = torch.get_rng_state()
        self._rows: NDArray[np.integer] | None = None
        self.step, self.phase, self.part, self.place = 0, 0, 0, 0
        self.seconds, self.bits = 0.0, math.log2(config.vocabulary)
        self.best_bits, self.stale = math.inf, 0
        self.curve: list[tuple[int, float, float | None]] = []
        """Symbols read, training bits a symbol, and held-out bits if just measured."""

    def _started(self) -> State:
        """The initial state of this process's rows; None for a model that carries none."""
        return self.model.start(self._mine.stop - self._mine.start) if self.model.carries else None

    @property
    def done(self) -> float:
        """The share of the budget spent, 0 … 1."""
        if self.recipe.patience and self.stale >= self.recipe.patience:
            return 1.0
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

    @property
    def kept(self) -> Mapping[str, Tensor]:
        """The weights to keep: the running average or, with patience, the best one so far."""
        return self.best if self.recipe.patience and math.isfinite(self.best_bits) else self.average

    def run(
        self,
        folder: Path,
        tell: Callable[[Report], None] = lambda report: None,
        *,
        save_every: float = 60.0,
        check_every: float = 300.0,
        stop_after: int | None = None,
        longest: float = math.inf,
    ) -> bool:
        """Trains until the budget is spent (True) or Ctrl-C, SIGTERM, `stop_after` steps or `longest` seconds (False).

        Writes a checkpoint to `folder` every `save_every` seconds and at the end. Raises BrokenTrainingError if the
        loss is no longer finite or a checkpoint can't be written; the last one is then kept."""
        saved = checked = time.monotonic()
        torch.set_rng_state(self._random)  # dropout and resets use torch's global generator
        with _stop_on_signal() as stopped:
            stop = False
            while self.done < 1 and not (stop or self.step == stop_after or self.seconds >= longest):
                began = time.monotonic()
                bits = self._one_step()
                now = time.monotonic()
                # The processes must agree on the time and on whether to stop, or they would get out of step.
                lead = self.world.leads
                took = now - began if lead and now - began < _PAUSE else 0.0
                asked, took, save, look, bits = self.world.sum(
                    [
                        stopped.is_set(),
                        took,
                        lead and now - saved >= save_every,
                        lead and now - checked >= check_every,
                        bits / self.world.size,
                    ]
                )
                stop, self.seconds = asked > 0, self.seconds + took
                self.bits += (bits - self.bits) * max(0.01, 1 / self.step)
                found = self._looked(look > 0)
                checked = now if look else checked
                if found is not None or self.step % _CURVE_EVERY == 0:
                    self.curve.append((self.characters, round(self.bits, 4), found and round(found, 4)))
                tell(Report(self.step, self.done, self.seconds, self.characters, self.bits, self.rate, found))
                if save:
                    self.save(folder)
                    saved = now
                stop = stop or (self.world.size == 1 and stopped.is_set())
            self.save(folder)
        return self.done >= 1

    def _looked(self, due: bool) -> float | None:
        """Checks on held-out text if `due` or if patience requires it, and updates the best weights."""
        # Patience needs checks about twice an epoch for a band's few songs, eight times for a large text.
        epoch = len(self._mixtures[0]) // (self._streams * self._segment)
        patient = self.recipe.patience and self.step % max(self.recipe.check_steps, epoch // 8) == 0
        if self._held_out is None or not (due or patient):
            return None
        bits = self.check()
        if patient:
            if bits < self.best_bits:
                self.best_bits, self.stale = bits, 0
                self.best = {name: value.clone() for name, value in self.average.items()}
            else:
                self.stale += 1
        return bits

    def close(self) -> None:
        """Drops what is tied to the other processes; call before `World.leave`."""
        self._lesson = _Lesson(self.model)

    def begin_with(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Starts from a trained model's weights instead of random ones. Raises TrainingError if the shape differs."""
        try:
            self.model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in weights.items()})
        except RuntimeError as error:
            raise TrainingError("the model to begin with has another shape than the one to train") from error
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def averaged(self) -> Network:
        """A copy of the model with the running average of its weights, in evaluation mode."""
        model: Network = TRAINED[self.kind].model(self.model.config)
        model.load_state_dict({name: value.cpu() for name, value in self.average.items()})
        return model.eval()

    def check(self, block: int = 256) -> float:
        """Bits per character of the averaged model on part of the held-out text, from an empty state every `block`."""
        assert self._held_out is not None
        return cold_bits(self.averaged(), self._held_out[:_PART_TO_CHECK], block, half=self._half)

    def _one_step(self) -> float:
        """One step of the optimisers; returns the loss on this process's rows in bits."""
        rate = self.rate
        for optimizer in self.optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = rate * group["peak"]
        x, y = (part[self._mine].to(self.world.device) for part in self._next_segment())
        state = self._forgotten()
        self.model.train()
        pieces, states, nats = self.recipe.accumulate, [], 0.0
        size = len(x) // pieces
        for number in range(pieces):
            rows = slice(number * size, (number + 1) * size)
            part = None if state is None else state.take(rows)
            with self.world.quietly(self._lesson, last=number == pieces - 1):
                with torch.autocast(self.world.device.partition(":")[0], torch.bfloat16, enabled=self._half):
                    mean, after = self._lesson(x[rows], y[rows], part)
                loss = mean / pieces
                torch.autograd.backward(loss)
            nats += loss.item()
            states.append(after.detach() if state is not None else None)
        if not math.isfinite(nats):
            raise BrokenTrainingError(f"the loss stopped being a number at step {self.step}; try a lower learning rate")
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self._state = None if state is None else type(state).joined(states)
        self._random = torch.get_rng_state()
        self.step += 1
        # A long average would keep the initial weights for too long, so its horizon grows with the steps taken.
        steps = self.recipe.average_before + self.step
        keep = min(self.recipe.average, (1 + steps) / (10 + steps))
        with torch.no_grad():
            weights = self.model.state_dict()
            torch._foreach_lerp_(list(self.average.values()), [weights[n] for n in self.average], 1 - keep)
        return nats / math.log(2)

    def _forgotten(self) -> State:
        """The state of this process's rows, some of them reset; which ones doesn't depend on how many processes."""
        if self._state is None:
            return None
        chances = np.random.default_rng([self.recipe.seed, self.step]).random(self._streams)
        forget = torch.from_numpy(chances < self.recipe.reset)[self._mine]
        return self._state.forget(forget.to(self.world.device))

    def _next_segment(self) -> tuple[Tensor, Tensor]:
        """The next (B, T) symbols of all processes' rows, and the symbol after each."""
        phase = int(self.done >= 1 - self.recipe.finish_share and self._two_phases)
        if self._rows is not None and (phase > self.phase or self.place + self._segment >= self._rows.shape[1]):
            self.phase, self.part, self.place, self._rows = phase, self.part + 1, 0, None
        if self._rows is None:
            ids = self._mixtures[self.phase].part(self.recipe.seed, self.part, self.recipe.coded[self.phase])
            # weights are probabilities, so a draw may be too short
            while ids.size < self._streams * (self._segment + 1):
                ids = np.concatenate([ids, ids, ids[:1]])
            width = ids.size // self._streams
            self._rows = ids[: width * self._streams].reshape(self._streams, width)
        part = torch.from_numpy(self._rows[:, self.place : self.place + self._segment + 1].astype(np.int64))
        self.place += self._segment
        return part[:, :-1], part[:, 1:]

    def save(self, folder: Path) -> None:
        """Writes the checkpoint atomically: after a crash the one before is still there."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.items()}
        if self.recipe.patience:
            tensors |= {f"best.{name}": value for name, value in self.best.items()}
        for number, optimizer in enumerate(self.optimizers):
            for index, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer{number}.{index}.{name}": value for name, value in state.items()}
        tensors |= {"random": self._random}
        if self._state is not None:
            for name, value in self._state.tensors().items():
                tensors[f"state.{name}"] = torch.cat(self.world.gathered(value), dim=1)
        if not self.world.leads:
            return
        record = {
            "corpus": self._corpus,
            "place": {name: getattr(self, name) for name in _PLACE},
            "recipe": asdict(self.recipe),
            "config": asdict(self.model.config),
        }
        file = folder / CHECKPOINT
        partial = file.with_suffix(".partial")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            save_file({n: v.contiguous().cpu() for n, v in tensors.items()}, partial, {"training": json.dumps(record)})
            os.replace(partial, file)
        except (OSError, SafetensorError) as error:
            raise BrokenTrainingError(f"{file}: wanted to write a checkpoint, found: {error}") from error

    def restore(self, folder: Path) -> None:
        """Continues from the checkpoint in `folder`. Raises TrainingError if there is none that fits this training."""
        file = folder / CHECKPOINT
        if not file.is_file():
            raise TrainingError(f"{file}: wanted the checkpoint of a training to resume, found nothing there")
        try:
            with safe_open(file, framework="pt", device=self.world.device) as opened:
                record = json.loads((opened.metadata() or {})["training"])
                config, recipe, corpus, place = (record[key] for key in ("config", "recipe", "corpus", "place"))
                tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a dict
        except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
            raise TrainingError(f"{file}: wanted the checkpoint of a training, found a damaged file") from error
        # Settings that a checkpoint lacks are newer than it; their defaults reproduce the behaviour of that time.
        if _defaults(self.model.config) | config != asdict(self.model.config):
            raise TrainingError(f"{file}: this checkpoint is of a model of another shape: {config}")
        if _settled(_defaults(self.recipe) | recipe | _budget(self.recipe)) != _settled(asdict(self.recipe)):
            raise TrainingError(f"{file}: this checkpoint was made with another recipe: {recipe}")
        states = _under("state.", tensors)
        if corpus != self._corpus or any(value.shape[1] != self._streams for value in states.values()):
            raise TrainingError(f"{file}: this checkpoint was made with another corpus")
        self.model.load_state_dict(_under("model.", tensors))
        self.average = {name: tensors[f"average.{name}"] for name in self.average}
        self.best = _under("best.", tensors) or dict(self.average)
        for number, optimizer in enumerate(self.optimizers):
            whole = optimizer.state_dict()
            places = [index for group in whole["param_groups"] for index in group["params"]]
            whole["state"] = {i: state for i in places if (state := _under(f"optimizer{number}.{i}.", tensors))}
            optimizer.load_state_dict(whole)
        if self._state is not None:
            self._state = type(self._state)(**{name: value[:, self._mine] for name, value in states.items()})
        for name, value in place.items():
            setattr(self, name, value)
        self._rows = None
        if self.place or self.part:  # the stream of that part is recreated from the seed
            at, self.place = self.place, 0
            self._next_segment()
            self.place = at
        self._random = tensors["random"].cpu()


class _Lesson(nn.Module):
    """Makes a network's loss its forward pass, which DistributedDataParallel requires."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
        """ids and targets (B, T) → nats a target, and the state after the last."""
        return self.network.loss(ids, targets, state)


def _defaults(made: Config | Recipe) -> JsonObject:
    """The default of each field: an LSTM of one layer, a recipe without patience."""
    return asdict(type(made)())


def _settled(recipe: JsonMapping) -> object:
    """The recipe as it is after reading it from a file, where tuples become lists."""
    return json.loads(json.dumps(recipe))


def _budget(recipe: Recipe) -> JsonObject:
    """The settings that may change when a training is continued, such as the budget and the number of threads."""
    return {name: getattr(recipe, name) for name in ("minutes", "epochs", "threads")}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _optimizers(model: Network, recipe: Recipe) -> list[torch.optim.Optimizer]:
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
    """Whether this processor has bf16 matrix instructions; without them bf16 is slower than fp32."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


@contextmanager
def _stop_on_signal() -> Iterator[threading.Event]:
    """The first Ctrl-C or SIGTERM sets the event, to stop after the current step; a second one interrupts at once."""
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

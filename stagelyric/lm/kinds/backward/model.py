"""A model of words that reads lines in their order, each from its last word to its first: it begins with the rhyme.

A song is read as BREAK, then for every line SYLLABLES n (left out at random), its words from the last to the first,
LINE; another BREAK after a stanza. Names are PERSON and PLACE, with OWN before one that has an "'s" (after it, to the
singer). What no lexicon has is UNKNOWN. Lines written backwards land on their rhymes by themselves, as in Deep-speare
(Lau et al. 2018) and DeepRapper (Xue et al. 2021).

    python -m stagelyric.lm.kinds.backward.model --lexicon FILE --out FILE --minutes 45
        [--from FILE --rate 0.4] TEXT[=WEIGHT] … [--finish TEXT[=WEIGHT] …]

A stack of minGRUs, whose embedding is its head as well, is trained against a sample of the words (Jean et al. 2015).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from stagelyric.lm import corpus
from stagelyric.lm.codes import slotted
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, SIGNS, STANZA, arrays, numbers_of, save, tokens
from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.char_rnn.mingru import Block, norm
from stagelyric.words import lexicon as words_file
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.names import Names, find_names
from stagelyric.words.phonetics import line_syllables

_CODED = 0.7  # of the lines say how long they are
_NEGATIVES = 3000
_ROWS, _SEGMENT = 48, 96
_RATE, _MUON_RATE, _LAST_RATE, _COOLDOWN, _WARMUP = 4e-3, 0.012, 0.02, 0.6, 200


class Backward(nn.Module):
    """`model(ids, state) -> (hidden, state)`; logits are `hidden @ embedding.T + bias`."""

    def __init__(self, size: int, width: int = 160, hidden: int = 320, layers: int = 3, dropout: float = 0.1):
        super().__init__()
        config = CharRnnConfig(
            vocabulary=size, embedding=width, hidden=hidden, dropout=dropout, layers=layers, cell="mingru"
        )
        self.embedding = nn.Parameter(torch.randn(size, width) * 0.05)
        self.bias = nn.Parameter(torch.zeros(size))
        self.gain = nn.Parameter(torch.ones(width))
        self.blocks = nn.ModuleList(Block(config) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.layers, self.hidden, self.width = layers, hidden, width

    def start(self, rows: int) -> tuple[Tensor, Tensor]:
        """Memories (L, B, H) and the last two inputs of each block (L, B, 2C), before a word is read."""
        return torch.zeros(self.layers, rows, self.hidden), torch.zeros(self.layers, rows, 2 * self.width)

    def forward(self, ids: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """ids (B, T) → (T, B, C), and the state after the last."""
        x = self.dropout(norm(F.embedding(ids.t(), self.embedding)))
        memories, recents = [], []
        for number, block in enumerate(self.blocks):
            x, h, recent = block(x, state[0][number], state[1][number])
            memories.append(h)
            recents.append(recent)
        out: Tensor = self.dropout(norm(x)) * self.gain
        return out, (torch.stack(memories), torch.stack(recents))


@dataclass(frozen=True, slots=True)
class Reading:
    """Songs as numbers; those of a line's length are left in or out when it is read."""

    songs: tuple[NDArray[np.int32], ...]
    weight: float

    def part(self, rng: np.random.Generator) -> list[NDArray[np.int32]]:
        """One epoch's songs, some of the lengths left out."""
        times = self.weight * np.ones(len(self.songs))
        count = np.floor(times + rng.random(len(times))).astype(int)
        return [self._dressed(self.songs[i], rng) for i in np.repeat(np.arange(len(count)), count)]

    @staticmethod
    def _dressed(song: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
        code = song < 0
        kept = ~code | (rng.random(len(song)) < _CODED)
        return np.where(code, -song - 1, song)[kept]


class Numbered(Protocol):
    """Words by number."""

    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def index(self) -> dict[str, int]: ...


def read(song: str, lexicon: Numbered, names: Names) -> NDArray[np.int32]:
    """A song's numbers; a length as -1 - its number."""
    size = len(lexicon.words)
    numbers = [size + STANZA]
    for line in song.split("\n"):
        if not line.strip():
            if numbers[-1] != size + STANZA:
                numbers.append(size + STANZA)
            continue
        found = [number for token in tokens(slotted(line, names)) for number in numbers_of(token, lexicon.index)]
        while found and found[-1] == size + COMMA:
            found.pop()
        if found:
            length = min(LONGEST, max(1, line_syllables(line)))
            numbers += [-1 - (size + len(SIGNS) + length), *reversed(found), size + LINE]
    return np.array(numbers, dtype=np.int32)


def readings(arguments: Sequence[str], lexicon: Lexicon) -> list[Reading]:
    """Of TEXT[=WEIGHT] arguments; songs that a songbook keeps out of training are left out."""
    made = []
    for argument in arguments:
        path, weight = corpus.weighted(argument)
        source = corpus.read_source(path)
        songs = corpus.split(source.songs)[0] if path.is_dir() else source.songs
        names = find_names(line for song in songs for line in song.text.split("\n"))
        made.append(Reading(tuple(read(song.text, lexicon, names) for song in songs), weight))
        print(f"{path}: {len(songs)} songs, {sum(map(len, made[-1].songs))} words", flush=True)
    return made


def beginnings(parts: Sequence[Reading], words: int) -> NDArray[np.float32]:
    """(W,) the share of each word's uses that begin a line, counting one more use that does not."""
    uses, begun = np.ones(words), np.zeros(words)
    for song in (song for part in parts for song in part.songs):
        word = (song >= 0) & (song < words)
        uses += np.bincount(song[word], minlength=words)
        before_line = word[:-1] & (song[1:] == words + LINE)
        begun += np.bincount(song[:-1][before_line], minlength=words)
    return (begun / uses).astype(np.float32)


def rows_of(parts: Iterable[Reading], rng: np.random.Generator, rows: int = _ROWS) -> NDArray[np.int64]:
    """An epoch as so many long rows."""
    songs = [song for part in parts for song in part.part(rng)]
    rng.shuffle(songs)
    stream = np.concatenate(songs)
    return stream[: len(stream) // rows * rows].reshape(rows, -1).astype(np.int64)


def train(
    main: Sequence[Reading],
    finish: Sequence[Reading],
    held_out: NDArray[np.int64],
    words: Sequence[str],
    minutes: float,
    out: Path,
    finish_share: float = 0.35,
    seed: int = 0,
    parent: Path | None = None,
    rate: float = 1.0,
) -> None:
    """Trains for so many minutes and saves the running average of the weights.

    `parent`: a model of the same words to begin with, at `rate` of the usual learning rates; what was learned of its
    finished lines (`backtune`) is kept.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    size = len(words) + len(SIGNS) + LONGEST + 1
    first = beginnings([*main, *finish], len(words))
    counts = np.bincount(np.concatenate([np.abs(s) for r in (*main, *finish) for s in r.songs]), minlength=size)
    run = Run(Backward(size), counts[:size], rate=rate)
    known: dict[str, NDArray[np.float32]] = {}
    if parent is not None:
        weights = arrays(parent)
        run.begin_with(weights)
        known = {name: weights[name] for name in ("correction",) if name in weights}
        first = np.asarray((first + weights["first"]) / 2, dtype=np.float32)
    kept = known | {"first": first}
    finish_share = finish_share if finish else 0.0
    spent, finishing, rows, place, epoch, saved = 0.0, False, rows_of(main, rng), 0, 0, time.monotonic()
    while spent < 60 * minutes:
        began = time.monotonic()
        done = spent / (60 * minutes)
        if done > 1 - finish_share and not finishing:
            rows, place, finishing = rows_of(finish, rng), 0, True
        if place + _SEGMENT + 1 > rows.shape[1]:
            rows, place, epoch = rows_of(finish if finishing else main, rng), 0, epoch + 1
        run.learn(torch.from_numpy(rows[:, place : place + _SEGMENT + 1].copy()), done)
        place += _SEGMENT
        now = time.monotonic()
        spent += min(5.0, now - began)
        if run.step % 50 == 0:
            speed = _ROWS * _SEGMENT * run.step / spent
            print(f"{run.step} {100 * done:.1f} % epoch {epoch} loss {run.mean:.3f} {speed:.0f}/s", flush=True)
        if now - saved > 240:
            saved = now
            _save(run.model, run.average, held_out, out, run.step, words, kept)
    _save(run.model, run.average, held_out, out, run.step, words, kept)


class Run:
    """A model that learns, step by step: its optimizers, its running average, where it stands in the text."""

    def __init__(self, model: Backward, counts: NDArray[np.int64], rows: int = _ROWS, rate: float = 1.0):
        """`counts` (V,): how often each word comes; `rate`: what the learning rates are multiplied by."""
        self.model, self.step, self.mean = model, 0, math.log(len(counts))
        chance = torch.tensor((counts + 1.0) ** 0.75)
        self._chance = (chance / chance.sum()).float()
        with torch.no_grad():
            model.bias.copy_(torch.tensor(np.log((counts + 1.0) / counts.sum())))
        self.average = {name: value.detach().clone() for name, value in model.state_dict().items()}
        matrices = [layer.weight for layer in model.blocks.modules() if isinstance(layer, nn.Linear)]
        known = {id(matrix) for matrix in matrices}
        others = [parameter for parameter in model.parameters() if id(parameter) not in known]
        self._optimizers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(others, lr=_RATE, betas=(0.9, 0.99), weight_decay=0.0, fused=True),
            torch.optim.Muon(matrices, lr=_MUON_RATE, momentum=0.95, weight_decay=0.01),
        ]
        self._peaks = [group["lr"] * rate for optimizer in self._optimizers for group in optimizer.param_groups]
        self._rows, self._state = rows, model.start(rows)

    def begin_with(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Begins with a trained model, past the warming up."""
        names = self.model.state_dict()
        self.model.load_state_dict({name: torch.from_numpy(np.array(weights[name], np.float32)) for name in names})
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.step = _WARMUP

    def averaged(self) -> Backward:
        """A copy with the running average of the weights."""
        copy = Backward(len(self.model.bias), self.model.width, self.model.hidden, self.model.layers)
        copy.load_state_dict(self.average)
        return copy.eval()

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """The running average of the weights."""
        return {name: value.numpy().copy() for name, value in self.average.items()}

    def learn(self, ids: Tensor, done: float) -> None:
        """One step on ids (_ROWS, _SEGMENT + 1); `done`: the share of the training that is over."""
        warm = min(1.0, (self.step + 1) / _WARMUP)
        rate = warm * (_LAST_RATE + (1 - _LAST_RATE) * min(1.0, (1 - done) / _COOLDOWN))
        groups = [group for optimizer in self._optimizers for group in optimizer.param_groups]
        for group, peak in zip(groups, self._peaks, strict=True):
            group["lr"] = peak * rate
        loss, state = _loss(self.model, ids, self._state, self._chance)
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        kept = min(0.999, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - kept)
        forget = (torch.rand(self._rows) > 0.03).float()[None, :, None]
        self._state = (state[0].detach() * forget, state[1].detach() * forget)
        self.step += 1
        self.mean += (float(loss.detach()) - self.mean) * max(0.01, 1 / self.step)


def _loss(
    model: Backward, ids: Tensor, state: tuple[Tensor, Tensor], chance: Tensor
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Cross-entropy against the true word and a sample of the others, each less its chance to be in the sample."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden, state = model(ids[:, :-1], state)
        flat = hidden.reshape(-1, model.width)
        targets = ids[:, 1:].t().reshape(-1)
        count = min(_NEGATIVES, len(chance))
        sample = torch.multinomial(chance, count, replacement=False)
        scores = flat @ model.embedding[sample].t()
    expected = (count * chance).clamp(max=1.0).log() * (count < len(chance))  # each word's chance to be in the sample
    scores = scores.float() + (model.bias[sample] - expected[sample])
    scores = scores.masked_fill(sample[None, :] == targets[:, None], -1e9)
    own = (flat.float() * F.embedding(targets, model.embedding)).sum(-1) + model.bias[targets] - expected[targets]
    return (torch.logaddexp(own, torch.logsumexp(scores, dim=1)) - own).mean(), state


@torch.no_grad()
def _save(
    model: Backward, average: dict[str, Tensor], held_out: NDArray[np.int64], out: Path, step: int,
    words: Sequence[str], kept: Mapping[str, NDArray[np.float32]],
) -> None:  # fmt: skip
    live = {name: value.detach().clone() for name, value in model.state_dict().items()}
    model.load_state_dict(average)
    model.eval()
    print(f"step {step}: held out {perplexity(model, held_out):.1f}", flush=True)
    save(out, words, {name: value.numpy() for name, value in model.state_dict().items()} | dict(kept))
    model.train()
    model.load_state_dict(live)


@torch.no_grad()
def perplexity(model: Backward, held_out: NDArray[np.int64]) -> float:
    """Of the words that the lexicon has and the ends of lines; codes, slots and unknown words are read, not counted."""
    rows = held_out[: len(held_out) // 16 * 16].reshape(16, -1)
    state, total, count = model.start(16), 0.0, 0
    size = len(model.bias) - len(SIGNS) - LONGEST - 1
    for at in range(0, rows.shape[1] - 1, 128):
        ids = torch.from_numpy(rows[:, at : at + 129])
        hidden, state = model(ids[:, :-1], state)
        logs = F.log_softmax(hidden @ model.embedding.t() + model.bias, dim=-1)
        targets = ids[:, 1:].t()
        gained = logs.gather(-1, targets[..., None])[..., 0]
        counted = (targets < size) | (targets == size + LINE)
        total -= float(gained[counted].sum())
        count += int(counted.sum())
    return math.exp(total / max(1, count))


def main() -> None:
    """Trains and saves: see the module's own words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--finish", nargs="+", default=[])
    parser.add_argument("--from", dest="parent", type=Path, help="a model of the same words to begin with")
    parser.add_argument("--rate", type=float, default=1.0, help="what the learning rates are multiplied by")
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--lexicon", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=45.0)
    given = parser.parse_args()
    lexicon = words_file.load(given.lexicon)
    main_readings, finish = readings(given.texts, lexicon), readings(given.finish, lexicon)
    kept = readings([str(given.held_out)], lexicon)
    held_out = np.concatenate(kept[0].part(np.random.default_rng(0))).astype(np.int64)
    train(
        main_readings, finish, held_out, lexicon.words, given.minutes, given.out, parent=given.parent, rate=given.rate
    )  # fmt: skip


if __name__ == "__main__":
    main()

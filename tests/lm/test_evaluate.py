import math
from pathlib import Path

import numpy as np
import pytest

from stagelyric.lm.evaluate import bits, cold_bits, ngram_bits, ppm_bits, speed
from stagelyric.lm.kinds.char_rnn.runtime import RnnEngine, State
from stagelyric.lm.runtime import load
from stagelyric.lm.state import Rows


class _Flat(RnnEngine):
    """Knows nothing: every character is as likely as any other."""

    def __init__(self) -> None:
        self.sizes = [(1, 1), (1, 1)]

    def step(self, ids: np.ndarray, state: Rows) -> tuple[np.ndarray, State]:
        assert isinstance(state, State)
        return np.zeros((len(ids), 97), dtype=np.float32), state


def test_to_know_nothing_costs_the_logarithm_of_the_alphabet() -> None:
    ids = np.arange(300) % 97
    assert bits(_Flat(), ids) == pytest.approx(dict.fromkeys(["cold-256", "cold-64", "stateful"], math.log2(97)))


def test_bits_are_the_mean_surprise_of_the_next_character(random_model: Path) -> None:
    engine = load(random_model)
    ids = np.random.default_rng(0).integers(0, 97, 131)
    surprise = []
    for start in (0, 64):  # the last two characters make no whole block
        state = engine.start()
        for place in range(start, start + 64):
            logits, state = engine.step(ids[place : place + 1], state)
            chances = np.exp(logits[0].astype(float))
            surprise.append(-math.log2(chances[ids[place + 1]] / chances.sum()))
    assert cold_bits(engine, ids, 64) == pytest.approx(np.mean(surprise))


def test_one_character_cannot_be_measured_on(random_model: Path) -> None:
    with pytest.raises(ValueError, match="at least two"):
        cold_bits(load(random_model), np.array([5]), 64)


def witten_bell(training: list[int], context: tuple[int, ...], symbol: int) -> float:
    """The definition, word for word."""
    shorter = 1 / 128 if not context else witten_bell(training, context[1:], symbol)
    length = len(context)
    follows = [
        training[i + length] for i in range(len(training) - length) if tuple(training[i : i + length]) == context
    ]
    if not follows:
        return shorter
    kinds = len(set(follows))
    return (follows.count(symbol) + kinds * shorter) / (len(follows) + kinds)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_ngram_is_witten_and_bells(order: int) -> None:
    rng = np.random.default_rng(1)
    training, held_out = rng.integers(0, 4, 120), rng.integers(0, 5, 40)
    places = range(order - 1, len(held_out))
    chances = [
        witten_bell(training.tolist(), tuple(held_out[i - order + 1 : i].tolist()), int(held_out[i])) for i in places
    ]
    assert ngram_bits(training, held_out, order=order) == pytest.approx(-np.mean(np.log2(chances)))


@pytest.mark.needs("package:pyppmd")
def test_ppm_is_less_surprised_by_what_it_knows() -> None:
    known = "The rain came down on Harbour Street and Polly held the light\n" * 20
    rng = np.random.default_rng(0)
    noise = "".join(map(chr, rng.integers(33, 126, 400)))
    assert ppm_bits(known, known[:400]) < 0.5 < 5 < ppm_bits(known, noise)


def test_speed_is_told_in_milliseconds(random_model: Path) -> None:
    told = speed(load(random_model), 4, length=5, times=5)
    assert 0 < told["p50"] <= told["p99"] < 1000

"""What every engine does with its own `step`, and the measures made of it, on a model of a few sums."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.engine import Engine, _recent
from stagelyric.lm.evaluate import bits, cold_bits, ngram_bits
from stagelyric.lm.state import Rows
from stagelyric.lm.vocabulary import ALPHABET, BOUNDARY, Vocabulary

SIZE = len(ALPHABET)


@dataclass(frozen=True)
class Sums:
    """A row's sum of what it has read, what was long ago counting less."""

    sums: np.ndarray  # (B, V)

    def __len__(self) -> int:
        return len(self.sums)

    def expand(self, n: int) -> "Sums":
        return Sums(np.repeat(self.sums, n, axis=0))

    def take(self, rows: np.ndarray) -> "Sums":
        return Sums(self.sums[rows])

    @classmethod
    def joined(cls, states: Sequence["Sums"]) -> "Sums":
        return cls(np.concatenate([state.sums for state in states]))


class Summing(Engine):
    """Counts its steps."""

    prime_limit = 40

    def __init__(self) -> None:
        super().__init__("sums", "0" * 64, Vocabulary())
        self._table = np.random.default_rng(0).standard_normal((SIZE, SIZE)).astype(np.float32)
        self.steps = 0

    def start(self, rows: int = 1) -> Sums:
        return Sums(np.zeros((rows, SIZE), np.float32))

    def step(self, ids: np.ndarray, state: Rows) -> tuple[np.ndarray, Sums]:
        assert isinstance(state, Sums)
        assert len(ids) == len(state)
        self.steps += 1
        after = state.sums * np.float32(0.5) + self._table[ids]
        return after.copy(), Sums(after)


def by_hand(engine: Summing, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logits (T, V) after each of ids (T,), and the sums (V,) at the end."""
    sums, found = np.zeros(SIZE, np.float32), []
    for number in ids:
        sums = sums * np.float32(0.5) + engine._table[number]
        found.append(sums)
    return np.array(found), sums


rows = st.integers(1, 5).flatmap(
    lambda count: st.integers(1, 7).flatmap(
        lambda length: st.lists(
            st.lists(st.integers(0, SIZE - 1), min_size=length, max_size=length), min_size=count, max_size=count
        )
    )
)


@settings(max_examples=40)
@given(rows)
def test_many_rows_at_once_are_each_row_by_itself(given: list[list[int]]) -> None:
    engine, ids = Summing(), np.array(given)
    together = engine.logits(ids)
    assert together.shape == (*ids.shape, SIZE)
    for number, row in enumerate(ids):
        wanted, sums = by_hand(engine, row)
        np.testing.assert_array_equal(together[number], wanted)
        np.testing.assert_array_equal(np.concatenate(list(engine.logits_of_one(row))), wanted)
        last, state = engine.read(row, engine.start())
        assert isinstance(state, Sums)
        np.testing.assert_array_equal(last[0], wanted[-1])
        np.testing.assert_array_equal(state.sums[0], sums)


@settings(max_examples=40)
@given(rows, st.data())
def test_each_row_reads_as_many_as_it_is_given_and_they_stay_in_order(
    given: list[list[int]], data: st.DataObject
) -> None:
    engine, ids = Summing(), np.array(given)
    counts = np.array(data.draw(st.lists(st.integers(1, ids.shape[1]), min_size=len(ids), max_size=len(ids))))
    found, state = engine.extend(ids, counts, engine.start(len(ids)))
    assert isinstance(state, Sums)
    assert found.shape == (*ids.shape, SIZE)
    for number, (row, count) in enumerate(zip(ids, counts, strict=True)):
        wanted, sums = by_hand(engine, row[:count])
        np.testing.assert_array_equal(found[number, :count], wanted)
        np.testing.assert_array_equal(state.sums[number], sums)
    assert engine.steps == counts.max()


def test_a_context_is_read_once_for_all_who_write_it_alike() -> None:
    engine = Summing()
    logits, _ = engine.prime("The rain in Montréal\n")
    read = engine.steps
    assert read == len(BOUNDARY + "The rain in Montreal\n")
    assert engine.prime("The rain in Montreal\n")[0] is logits
    assert engine.steps == read
    wanted, _ = by_hand(engine, engine.vocabulary.encode(BOUNDARY + "The rain in Montreal\n"))
    np.testing.assert_array_equal(logits[0], wanted[-1])
    with pytest.raises(ValueError, match="read-only"):
        logits[0, 0] = 1


def test_the_last_64_contexts_are_kept_and_no_more() -> None:
    engine = Summing()
    for number in range(65):
        engine.prime(f"line {number}\n")
    read = engine.steps
    for number in range(64, 0, -1):
        engine.prime(f"line {number}\n")
    assert engine.steps == read
    engine.prime("line 0\n")
    assert engine.steps > read


@settings(max_examples=60)
@given(st.text("ab\n", max_size=40), st.integers(1, 20))
def test_of_a_context_its_end_is_read_from_the_start_of_a_line_on(text: str, limit: int) -> None:
    kept = _recent(text, limit)
    assert text.endswith(kept)
    assert len(kept) <= limit
    if len(text) <= limit:
        assert kept == text
    elif "\n" in text[-limit:-1]:  # a line begins there
        assert text[: len(text) - len(kept)].endswith("\n")
        first = text[-limit:].index("\n") + 1
        assert kept == text[-limit:][first:]  # and no line is left out without need
    else:
        assert kept == text[-limit:]


def surprise(engine: Summing, ids: np.ndarray, starts: Sequence[int], block: int) -> float:
    """The mean bits of the character after each of a block's, from the definition."""
    told = []
    for start in starts:
        logits, _ = by_hand(engine, ids[start : start + block])
        for place, row in enumerate(logits.astype(np.float64)):
            told.append(math.log2(np.exp(row).sum()) - row[ids[start + place + 1]] / math.log(2))
    return float(np.mean(told))


@pytest.mark.parametrize(("length", "block"), [(2, 64), (64, 64), (65, 64), (66, 64), (700, 20), (129, 64), (41, 1)])
def test_bits_are_told_of_whole_blocks_each_from_the_empty_state(length: int, block: int) -> None:
    """More than 16 blocks are read in several calls; a text shorter than a block is one block."""
    engine, ids = Summing(), np.random.default_rng(length).integers(0, SIZE, length)
    size = min(block, length - 1)
    starts = range(0, (length - 1) // size * size, size)
    assert cold_bits(engine, ids, block) == pytest.approx(surprise(engine, ids, starts, size))


@pytest.mark.parametrize("length", [2, 300, 1025, 1400])
def test_the_whole_text_in_one_go_is_measured_alike_at_any_length(length: int) -> None:
    engine, ids = Summing(), np.random.default_rng(length).integers(0, SIZE, length)
    found = bits(engine, ids)
    assert list(found) == ["cold-256", "cold-64", "stateful"]
    assert found["stateful"] == pytest.approx(surprise(engine, ids, [0], length - 1))
    assert found["cold-64"] == cold_bits(engine, ids, 64)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_chances_of_an_ngram_add_up_to_one(order: int) -> None:
    training = np.random.default_rng(order).integers(0, 3, 200)
    for context in ([0] * (order - 1), list(training[: order - 1]), [9] * (order - 1)):
        chances = [2 ** -ngram_bits(training, np.array([*context, symbol]), order=order) for symbol in range(128)]
        assert sum(chances) == pytest.approx(1.0)


def test_an_ngram_that_saw_the_text_is_surer_the_longer_it_is() -> None:
    text = np.tile(np.array([1, 2, 3, 1, 2, 4, 1, 1, 2, 5]), 30)
    told = [ngram_bits(text, text, order=order) for order in (1, 2, 3, 4)]
    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.2


@pytest.mark.parametrize("order", [0, 9, -1])
def test_an_order_out_of_range_is_refused(order: int) -> None:
    with pytest.raises(ValueError, match="wanted an order from 1 to 8"):
        ngram_bits(np.arange(20), np.arange(20), order=order)

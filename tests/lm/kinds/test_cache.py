"""The cache that copies as little as it can, beside rows that are plain lists."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.kinds.transformer.cache import Cache
from stagelyric.lm.kinds.transformer.numbers import HASH, rates

LAYERS, SIZE, GRAMS = 2, 3, 2


@dataclass(frozen=True)
class Known:
    """A cache, and what is to be in each of its rows: numbers, of which keys and values are made."""

    cache: Cache
    rows: tuple[tuple[int, ...], ...]


def keys_of(rows: list[list[int]]) -> np.ndarray:
    """(L, B, T, D), another for each number, layer and place in it."""
    numbers = np.array(rows, dtype=np.float32)
    layer, place = np.arange(LAYERS)[:, None, None, None], np.arange(SIZE)
    return np.asarray(numbers[None, :, :, None] * 100 + layer * 10 + place, dtype=np.float32)


def recent_of(rows: list[list[int]]) -> np.ndarray:
    return np.array([[*(0, 0), *row][-GRAMS:] for row in rows], dtype=np.int64)


def check(known: Known) -> None:
    cache = known.cache
    assert cache.lengths.tolist() == [len(row) for row in known.rows]
    assert len(cache) == len(known.rows)
    for number, row in enumerate(known.rows):
        wanted = keys_of([list(row)])[:, 0]  # (L, T, D)
        np.testing.assert_array_equal(cache.own.keys[:, number, :, : len(row)].transpose(0, 2, 1), wanted)
        np.testing.assert_array_equal(cache.own.values[:, number, : len(row)], -wanted)


class Story:
    """States that are continued in any order, each as often as one likes."""

    def __init__(self, data: st.DataObject) -> None:
        self.data, self.next = data, 1
        self.states = [Known(Cache.start(LAYERS, 2, SIZE, GRAMS), ((), ()))]

    def fresh(self, count: int, length: int) -> list[list[int]]:
        self.next += count * length
        return np.arange(self.next - count * length, self.next).reshape(count, length).tolist()

    def entered(self, known: Known) -> Known:
        new = self.fresh(len(known.rows), self.data.draw(st.integers(1, 40)))
        keys = keys_of(new)
        cache = known.cache.entered(keys, -keys, recent_of(new))
        return Known(cache, tuple((*row, *more) for row, more in zip(known.rows, new, strict=True)))

    def extended(self, known: Known) -> Known:
        """Each row reads more than it keeps."""
        length = self.data.draw(st.integers(1, 6))
        new = self.fresh(len(known.rows), length)
        kept = [self.data.draw(st.integers(1, length)) for _ in new]
        keys = keys_of(new)
        after = known.cache.entered(keys, -keys, recent_of(new)).cut(known.cache.lengths + np.array(kept))
        return Known(after, tuple((*row, *m[:n]) for row, m, n in zip(known.rows, new, kept, strict=True)))

    def taken(self, known: Known) -> Known:
        places = self.data.draw(st.lists(st.integers(0, len(known.rows) - 1), min_size=1, max_size=4))
        return Known(known.cache.take(np.array(places)), tuple(known.rows[place] for place in places))

    def joined(self, known: Known) -> Known:
        other = self.data.draw(st.sampled_from(self.states))
        return Known(Cache.joined([known.cache, other.cache]), (*known.rows, *other.rows))


@settings(max_examples=40)
@given(st.data())
def test_a_state_keeps_what_it_has_read_however_it_and_others_go_on(data: st.DataObject) -> None:
    story = Story(data)
    for _ in range(data.draw(st.integers(1, 10))):
        known = data.draw(st.sampled_from(story.states))
        act = data.draw(st.sampled_from([story.entered, story.extended, story.taken, story.joined]))
        if len(known.rows) < 8:
            story.states.append(act(known))
    for known in story.states:
        check(known)


def test_one_step_after_another_copies_no_buffer() -> None:
    state = Cache.start(LAYERS, 3, SIZE, GRAMS)
    first = state.own
    for number in range(20):
        keys = keys_of([[number]] * 3)
        state = state.entered(keys, -keys, recent_of([[number]] * 3))
        assert state.own is first
    again = Cache(state.prefix_keys, state.prefix_values, state.own, state.lengths - 1, state.recent)
    assert again.entered(keys, -keys, state.recent).own is not first


def test_a_prefix_is_shared_and_positions_go_on_from_it() -> None:
    keys = keys_of([[1, 2, 3]])
    state = Cache.start(LAYERS, 1, SIZE, GRAMS).as_prefix(keys, -keys, recent_of([[2, 3]]))
    many = state.expand(4)
    assert many.prefix_keys is state.prefix_keys
    assert many.positions.tolist() == [3] * 4
    assert many.recent.tolist() == [[2, 3]] * 4
    np.testing.assert_array_equal(state.prefix_keys.transpose(0, 2, 1), keys[:, 0])
    np.testing.assert_array_equal(state.prefix_values, -keys[:, 0])
    more = keys_of([[4, 5]] * 4)
    on = many.entered(more, -more, recent_of([[4, 5]] * 4))
    assert on.positions.tolist() == [5] * 4
    assert Cache.joined([on.take(np.array([True, False, False, True])), on]).positions.tolist() == [5] * 6
    with pytest.raises(ValueError, match="same context"):
        Cache.joined([on, Cache.start(LAYERS, 1, SIZE, GRAMS)])


@pytest.mark.parametrize("size", [2, 4, 64])
def test_the_points_of_a_head_turn_at_falling_rates_from_one_radian_on(size: int) -> None:
    found = rates(size)
    assert found.shape == (size // 2,)
    assert found[0] == 1
    assert (np.diff(found) < 0).all()
    assert found == pytest.approx([10_000 ** (-2 * i / size) for i in range(size // 2)], rel=1e-5)


def test_no_two_runs_of_a_small_alphabet_have_one_hash_before_it_is_cut_to_the_rows() -> None:
    runs = np.indices((12,) * (1 + 2)).reshape(3, -1)
    sums = runs[0] + sum(runs[1 + n] * HASH[n] for n in range(2))
    assert len(np.unique(sums)) == runs.shape[1]

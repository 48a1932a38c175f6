"""How frequent pieces are in songs, which are kept, and what rounding to bytes costs."""

from pathlib import Path

import numpy as np
import pytest
from editor import tiny_gguf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from stagelyric.editor import build, graph, usual
from stagelyric.editor.editor import sung
from stagelyric.editor.faults import EditorError
from stagelyric.editor.pieces import BytePairs, Kept
from stagelyric.editor.usual import Word

TOKENS, MERGES = tiny_gguf.byte_pairs()
PIECES = BytePairs(TOKENS, MERGES, "smollm")
ALL = range(len(TOKENS))
AT = {token: number for number, token in enumerate(TOKENS)}
WORDS = st.lists(
    st.builds(Word, st.sampled_from([*tiny_gguf._WORDS, "zebra", "o'er"]), st.integers(0, 3), st.integers(0, 10**6)),
    max_size=8,
)


@settings(max_examples=40)
@given(WORDS)
def test_shares_are_shares_and_none_is_nothing(words: list[Word]) -> None:
    shares = usual.counts(PIECES, words, ALL)
    assert shares.shape == (len(TOKENS),)
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()


def test_without_words_a_later_piece_is_rarer() -> None:
    shares = usual.counts(PIECES, [], ALL)
    assert (np.diff(shares) < 0).all()


def test_the_more_a_word_is_sung_the_more_frequent_its_pieces_are() -> None:
    few, many = (usual.counts(PIECES, [Word("rain", 1, n), Word("sea", 1, 100)], ALL) for n in (10, 1000))
    assert many[AT["rain"]] > few[AT["rain"]]
    assert many[AT["sea"]] < few[AT["sea"]]


@pytest.mark.parametrize(("forms", "small", "capital"), [(1, True, False), (2, False, True), (3, True, True)])
def test_a_word_counts_inside_lines_as_it_is_written(forms: int, small: bool, capital: bool) -> None:
    tokens = [*TOKENS, "\u0120R", "\u0120Ra", "\u0120Rai", "\u0120Rain"]
    merges = [*MERGES, "\u0120 R", "\u0120R a", "\u0120Ra i", "\u0120Rai n"]
    pieces = BytePairs(tokens, merges, "smollm")
    shares = usual.counts(pieces, [Word("rain", forms, 1000)], range(len(tokens)))
    assert (shares[AT["rain"]] > 0.1) == small
    assert (shares[tokens.index("\u0120Rain")] > 0.1) == capital
    assert shares[AT["R"]] > shares[AT["T"]], "a line may begin with it"


def test_a_word_written_both_ways_counts_half_for_each() -> None:
    small, both = (usual.counts(PIECES, [Word("rain", forms, 1000), Word("sea", 1, 1000)], ALL) for forms in (1, 3))
    assert both[AT["rain"]] / both[AT["sea"]] == pytest.approx(small[AT["rain"]] / small[AT["sea"]] / 2, rel=0.02)


def test_kept_pieces_share_what_they_spell_for_those_that_are_not() -> None:
    words = [Word("rain", 1, 1000)]
    kept = Kept(PIECES, range(256))
    shares = usual.counts(kept, words, range(256))
    assert shares.sum() == pytest.approx(1)
    assert shares[AT["a"]] > 10 * shares[AT["b"]]


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 400))
def test_those_that_no_others_can_spell_are_kept_then_the_most_frequent(seed: int, most: int) -> None:
    shares = np.random.default_rng(seed).random(len(TOKENS))
    kept = usual.chosen(PIECES, shares, most)
    basic = {number for number in ALL if not PIECES.parts(number)}
    assert kept == sorted(set(kept))
    assert basic <= set(kept)
    assert len(kept) == min(len(TOKENS), max(most, len(basic)))
    left = set(ALL) - set(kept)
    assert max((shares[n] for n in left), default=0.0) <= min((shares[n] for n in set(kept) - basic), default=1.0)


def test_equals_are_kept_in_the_order_of_learning() -> None:
    kept = usual.chosen(PIECES, np.ones(len(TOKENS)), 260)
    basic = [number for number in ALL if not PIECES.parts(number)]
    assert kept == list(range(len(kept)))[:256] + [n for n in ALL if n not in basic][:4]


def test_no_lexicon_has_no_words_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert usual.words(None) == []
    assert usual.stamp(None) == ""
    file = tmp_path / "lexicon.npz"
    file.write_bytes(b"no archive")
    with pytest.raises(EditorError, match=r"lexicon\.npz"):
        usual.words(file)
    assert len(usual.stamp(file)) == 64
    with pytest.raises(FileNotFoundError):
        usual.stamp(tmp_path / "none.npz")


def test_a_rarer_piece_is_expected_less_but_not_in_full_proportion() -> None:
    found = build._measure(np.array([1e-6, 1e-4, 1e-2]))
    assert (np.diff(found) > 0).all()
    assert (np.diff(found) < np.log(100)).all()


MATRICES = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1000, 1000, width=32)
)


@settings(max_examples=60)
@given(MATRICES)
def test_a_rounded_matrix_is_off_by_half_a_step_at_most(
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    integers, scales = graph.rounded(matrix)
    assert integers.dtype == np.int8
    assert scales.shape == (len(matrix),)
    assert (scales > 0).all()
    assert np.abs(integers.astype(int)).max() <= 63, "two products together then fit 16 bits"
    assert (np.abs(integers * scales[:, None] - matrix) <= scales[:, None] * 0.501).all()


def test_each_row_is_rounded_on_its_own() -> None:
    small, large = np.array([[0.5, -1.0]], np.float32), np.array([[4.0, 1000.0]], np.float32)
    together, _ = graph.rounded(np.concatenate([small, large]))
    assert together.tolist() == [*graph.rounded(small)[0].tolist(), *graph.rounded(large)[0].tolist()]
    assert graph.rounded(np.zeros((1, 3), np.float32))[0].tolist() == [[0, 0, 0]]


@settings(max_examples=60)
@given(st.text(max_size=30), st.sampled_from(["", "!", ".", " ,", "?!", "\u201d", " \u2014"]))
def test_a_line_is_read_alike_however_it_is_spaced_and_closed(line: str, closing: str) -> None:
    heard = sung(line)
    assert sung(heard) == heard
    assert sung(f"  {line}{closing}\t") == heard
    assert heard == heard.strip()
    assert heard[:1] == heard[:1].upper()[:1]

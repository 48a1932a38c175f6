"""Texts joined into a tree and cut into rows: whatever the texts, each of their questions is asked once, in the right
place, and no place sees anything but the words before it."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.editor import tree as trees
from stagelyric.editor.tree import Call, Tree

# few pieces, so that beginnings coincide
TEXTS = st.lists(st.tuples(st.lists(st.integers(0, 3), max_size=14), st.integers(0, 4)), min_size=1, max_size=12)


def grown(texts: list[tuple[list[int], int]]) -> Tree:
    tree = Tree()
    for text, start in texts:
        tree.add(text, start)
    return tree


def path(tree: Tree, place: int) -> list[int]:
    """The pieces from the root to a place, by its parents."""
    found: list[int] = []
    while place >= 0:
        found.append(tree.pieces[place])
        place = tree.above[place]
    return found[::-1]


def ancestors(tree: Tree, place: int) -> set[int]:
    found = {place}
    while (place := tree.above[place]) >= 0:
        found.add(place)
    return found


@settings(max_examples=50)
@given(TEXTS)
def test_the_questions_of_a_text_are_its_pieces_after_the_words_before_them(
    texts: list[tuple[list[int], int]],
) -> None:
    tree = grown(texts)
    assert len(tree.texts) == len(texts)
    for (text, start), asks in zip(texts, tree.texts, strict=True):
        told = [(path(tree, tree.asked[ask][0]), tree.asked[ask][1]) for ask in asks]
        assert told == [(text[:number], text[number]) for number in range(start, len(text))]


@settings(max_examples=50)
@given(TEXTS)
def test_each_beginning_is_in_the_tree_once_and_a_last_piece_never_for_its_own_sake(
    texts: list[tuple[list[int], int]],
) -> None:
    tree = grown(texts)
    beginnings = {tuple(text[:end]) for text, _ in texts for end in range(1, len(text))}
    assert sorted(tuple(path(tree, place)) for place in range(len(tree.pieces))) == sorted(beginnings)
    assert tree.depths == [len(path(tree, place)) - 1 for place in range(len(tree.pieces))]
    assert len(set(tree.asked)) == len(tree.asked)


def test_forms_that_differ_in_their_last_piece_alone_cost_no_place() -> None:
    one, many = grown([([1, 2, 3], 0)]), grown([([1, 2, piece], 0) for piece in range(9)])
    assert many.pieces == one.pieces
    assert len(many.asked) == len(one.asked) + 8


@pytest.fixture(params=[4, 7, 96])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Small rows, so that small trees need several."""
    most: int = request.param
    monkeypatch.setattr(trees, "ROOM", most)
    return most


def some_trees() -> Iterator[Tree]:
    rng = np.random.default_rng(4)
    for number in range(12):
        texts = [rng.integers(0, 1 + number % 4, size=rng.integers(0, 16)).tolist() for _ in range(1 + 2 * number)]
        yield grown([(text, int(rng.integers(0, 3))) for text in texts])


def test_rows_have_every_place_after_its_parent_and_keep_to_their_room(room: int) -> None:
    for tree in some_trees():
        rows = tree.rows()
        assert {place for row in rows for place in row} == set(range(len(tree.pieces)))
        for row in rows:
            assert len(set(row)) == len(row)
            for number, place in enumerate(row):
                assert tree.above[place] < 0 or tree.above[place] in row[:number]
            alone = max(len(ancestors(tree, place)) for place in row)
            assert len(row) <= max(room, alone)


def test_a_tree_without_places_has_no_rows() -> None:
    assert Tree().rows() == []
    assert list(Tree().calls(10)) == []
    assert grown([([], 0), ([5], 0)]).rows() == []


def seen(call: Call, row: int, column: int) -> set[int]:
    """The columns of its row that a place attends to."""
    return set(np.flatnonzero(call.mask[row, 0, column, 1:] == 0).tolist())


@pytest.mark.parametrize("places", [1, 9, 384])
def test_every_question_is_answered_by_one_call_in_its_own_place(places: int, room: int) -> None:
    for tree in some_trees():
        answered: list[int] = []
        for call in tree.calls(places):
            longest = call.ids.shape[1]
            assert len(call.ids) == 1 or call.ids.size <= places
            assert len(set(call.places.tolist())) == len(call.places), "the head is reckoned once for a place"
            for (at, piece), question in zip(call.pairs.tolist(), call.questions, strict=True):
                row, column = divmod(int(call.places[at]), longest)
                place, wanted = tree.asked[question]
                assert piece == wanted
                context = sorted(seen(call, row, column), key=lambda other: int(call.positions[row, other]))
                assert call.ids[row, context].tolist() == path(tree, place)
            answered += call.questions
        wanted_at = [number for number, (place, _) in enumerate(tree.asked) if place >= 0]
        assert sorted(answered) == wanted_at, "those after the start piece need no call"


def test_a_place_sees_the_start_piece_and_its_ancestors_alone(room: int) -> None:
    for tree in some_trees():
        for call in tree.calls(40):
            assert (call.mask[..., 0] == 0).all()
            for row in range(len(call.ids)):
                for column in range(call.ids.shape[1]):
                    own = seen(call, row, column)
                    # padding sees nothing, and is seen by nobody
                    assert own == set() if call.positions[row, column] == 0 else column in own
                    depths = sorted(int(call.positions[row, other]) for other in own)
                    assert depths == list(range(1, int(call.positions[row, column]) + 1))


def test_a_call_names_its_inputs_as_the_graph_does() -> None:
    (call,) = grown([([1, 2, 3], 1)]).calls(10)
    assert {name: array.shape for name, array in call.inputs().items()} == {
        "ids": (1, 2), "positions": (1, 2), "mask": (1, 1, 2, 3), "places": (2,), "pairs": (2, 2),
    }  # fmt: skip

"""Values written as TOML, read again by tomllib; and the parts of which an edit is made."""

import json
import math
import tomllib
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist import rendering
from stagelyric.setlist.editing import TABLES
from stagelyric.setlist.rendering import block, literal, plain, quoted, replaced, same

characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\\t\n\r\f\b\x00\x1f\x7f\x85\u2028\ufeff ')
some_text = st.text(characters, max_size=12)
scalars = some_text | st.integers(-(2**60), 2**60) | st.booleans() | st.floats(allow_nan=False)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(some_text, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60)
@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    found = tomllib.loads(f"x = {literal(value)}\n")["x"]
    assert same(found, value)
    assert type(found) is type(value)


@settings(max_examples=60)
@given(some_text, st.integers())
def test_any_key_can_be_written(name: str, value: int) -> None:
    assert tomllib.loads(f"{rendering.key(name)} = {value}\n") == {name: value}


@settings(max_examples=60)
@given(some_text)
def test_a_text_is_quoted_on_one_line_with_no_control_character(text: str) -> None:
    inside = quoted(text)
    assert inside[0] == inside[-1] == '"'
    assert not [letter for letter in inside if ord(letter) < 0x20 or ord(letter) == 0x7F]


def test_what_needs_no_escape_is_written_as_it_is() -> None:
    assert quoted("Montréal — ’twas ☃") == '"Montréal — ’twas ☃"'
    assert quoted("a\u00a0b\u200f") == '"a\u00a0b\u200f"'  # a special space is kept as typed
    assert rendering.key("my-key_2") == "my-key_2"
    assert rendering.key("my key") == '"my key"'
    assert rendering.key("é") == '"é"'


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="found half of one"):
        quoted(text)


@pytest.mark.parametrize("value", [None, [None], {"a": None}, object(), b"x", {1, 2}, (1, 2)])
def test_what_toml_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="wanted a text, a number, true or false, a list or a table"):
        literal(value)


def test_a_long_list_is_a_line_for_each_item_and_a_short_one_is_one_line() -> None:
    short, long = ["a" * 40, "b" * 40], ["a" * 40, "b" * 40, "c" * 40]
    assert "\n" not in literal(short)
    assert literal(long).splitlines() == ["[", *(f'  "{item}",' for item in long), "]"]
    assert tomllib.loads(f"x = {literal(long)}")["x"] == long


tables = st.dictionaries(
    some_text.filter(lambda key: key not in ("triggers", "sections", "songs")), scalars, max_size=3
)
triggers = st.lists(tables, max_size=2)


@st.composite
def songs(draw: st.DrawFn) -> dict[str, Any]:
    sections = [one | {"triggers": draw(triggers)} for one in draw(st.lists(tables, max_size=2))]
    return draw(tables) | {"sections": sections, "triggers": draw(triggers)}


@settings(max_examples=40)
@given(songs())
def test_a_new_song_is_written_with_all_that_belongs_to_it(song: dict[str, Any]) -> None:
    def filled(table: dict[str, Any]) -> dict[str, Any]:
        kept = {
            key: [filled(one) for one in value] if isinstance(value, list) else value for key, value in table.items()
        }
        return {key: value for key, value in kept.items() if value != []}

    text = block(("songs",), song, TABLES)
    assert text.startswith("[[songs]]\n")
    assert same(tomllib.loads(text), {"songs": [filled(song)]})


def test_a_list_that_holds_no_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="sections: wanted tables"):
        block(("songs",), {"title": "x", "sections": ["verse"]}, TABLES)


@settings(max_examples=60)
@given(values, values)
def test_to_be_the_same_is_an_equivalence(one: Any, other: Any) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one)
    if same(one, other):
        assert one == other


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        (True, 1, False), (0, False, False), (96, 96.0, True), ([True], [1], False), ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": 1}, False), ([1], [1, 1], False), ("1", 1, False), ({}, [], False),
        ({"a": [1, {"b": 2.0}]}, {"a": [1.0, {"b": 2}]}, True),
    ],
)  # fmt: skip
def test_true_is_not_one_at_any_depth(one: object, other: object, are: bool) -> None:
    assert same(one, other) is are
    assert same({"deep": [one]}, {"deep": [other]}) is are


odd = st.sampled_from([math.inf, -math.inf, math.nan, 2**53 + 2, -(2**70), date(2026, 1, 2), time(7, 32), None, b"x"])


@settings(max_examples=60)
@given(st.recursive(scalars | odd, lambda inner: st.lists(inner) | st.dictionaries(st.integers(), inner), max_leaves=8))
def test_what_is_plain_is_json_that_every_page_reads_alike(value: Any) -> None:
    found = plain(value)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert plain(found) == found


def test_a_number_that_a_page_would_round_becomes_a_text() -> None:
    assert plain([2**53, 2**53 + 1, -(2**53) - 1]) == [2**53, str(2**53 + 1), str(-(2**53) - 1)]
    assert plain({"d": date(2026, 1, 2), "t": True}) == {"d": "2026-01-02", "t": True}


@settings(max_examples=60)
@given(st.data(), st.text("abc\n", max_size=30))
def test_edits_are_made_together_as_they_would_be_one_by_one_from_the_end(data: st.DataObject, text: str) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    edits = [(first, last, data.draw(st.text("XYZ", max_size=3))) for first, last in pairs]
    start = data.draw(st.integers(0, min([first for first, _ in pairs], default=len(text))))
    end = data.draw(st.integers(max([last for _, last in pairs], default=start), len(text)))
    wanted = text
    for first, last, new in reversed(edits):
        wanted = wanted[:first] + new + wanted[last:]
    wanted = wanted[start : end + len(wanted) - len(text)]
    assert replaced(text, start, end, data.draw(st.permutations(edits)) if _apart(edits) else edits) == wanted


def _apart(edits: list[tuple[int, int, str]]) -> bool:
    """Whether no two edits are at one place; those are made in the order in which they are given."""
    return len({edit[0] for edit in edits}) == len(edits)

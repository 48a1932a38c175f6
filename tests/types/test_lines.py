"""Lines and asks: what goes through pipes and files comes back, and a shelf's name never moves."""

import json
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.types import lines
from stagelyric.types.lines import Ask, Line, Origin, as_line, as_list, normal

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
made = st.builds(
    Line, words, st.sampled_from(get_args(Origin)), st.floats(allow_nan=False, allow_infinity=False),
    st.lists(words, max_size=6).map(tuple), st.integers(0, 1 << 40), words,
)  # fmt: skip

OTHERS: dict[str, list[Any]] = {
    "prime": ["Our own words\n"], "syllables": [(5, 12), (4, 11)], "rhyme": ["AABB", "ABAB"],
    "names": [("Polly",), ("Polly", "Tom"), ("Tom", "Polly"), ("PollyTom",)], "themes": [("rain",), ("Polly",)],
    "word": ["rain", ""], "rhyme_with": ["rain"], "wildness": [0.0, 0.51, 1.0], "avoid": [("damn",)],
    "family_friendly": [False], "seed": [1, -1], "never_quote": ["abc"], "elisions": [True], "hand": ["plain"],
    "mood": [0.0, 0.5, 1.0], "temper": ["calm"], "at": ["opening", "plain"], "drafters": [("frames",), ("editor",)],
    "rhyme_kind": ["perfect", "any"], "frames": ["abc"],
}  # fmt: skip


@given(made)
def test_a_line_comes_back_from_a_pipe_as_it_was(line: Line) -> None:
    found = as_line(json.loads(json.dumps(as_list(line))))
    assert found == line
    assert isinstance(found.syllables, tuple)


def test_a_line_written_before_lines_had_frames_is_read() -> None:
    assert as_line(["Row on", "model", 0.5, ["Row", "on"], 3]) == Line("Row on", "model", 0.5, ("Row", "on"), 3)


@given(made)
def test_a_line_without_a_frame_is_written_as_ever(line: Line) -> None:
    assert len(as_list(line)) == (6 if line.frame else 5)


def test_lines_share_what_is_the_same_in_them() -> None:
    """A show has tens of thousands of lines, and each word of a pipe comes as a text of its own."""
    told = json.dumps(as_list(Line("Row on the water", "frame", 0.0, ("Row", "on", "the", "wa-", "ter"), 0, "plain:7")))
    one, other = (as_line(json.loads(told)) for _ in range(2))
    assert one.frame is other.frame
    assert one.origin is other.origin
    assert all(a is b for a, b in zip(one.syllables, other.syllables, strict=True))


def test_every_value_of_an_ask_that_differs_is_another_shelf() -> None:
    assert sorted(OTHERS) == sorted(field.name for field in fields(Ask))
    asks = [Ask(), *(replace(Ask(), **{name: value}) for name, values in OTHERS.items() for value in values)]
    assert len({ask.digest for ask in asks}) == len(asks)
    assert len(set(asks)) == len(asks)


def test_asks_that_are_equal_are_one_shelf_and_its_name_is_short_and_plain() -> None:
    one, other = Ask(names=("Polly",), seed=7, mood=0.25), Ask(mood=0.25, seed=7, names=("Polly",))
    assert (one, one.digest) == (other, other.digest)
    assert len(one.digest) == 16
    assert set(one.digest) <= set("0123456789abcdef")


def test_shelves_on_disks_keep_their_names() -> None:
    """These are the names of files on bands' machines, and stand in journals and in baked shows."""
    assert Ask().digest == "82fe673fecfd848f"
    assert (
        Ask(seed=1967, rhyme="ABCB", themes=("rain",), names=("Polly Magnet",), word="boat").digest
        == "a0971430c2407d88"
    )
    assert Ask(hand="comic", mood=0.0, temper="calm", at="chorus", frames="abc").digest == "780cb6147db5bc78"


@given(st.sets(st.sampled_from(sorted(lines._LATER))), st.data())
@settings(max_examples=40)
def test_a_value_that_came_later_and_is_not_set_leaves_the_name_alone(names: set[str], data: st.DataObject) -> None:
    given = {name: data.draw(st.sampled_from(OTHERS[name])) for name in names}
    unset: dict[str, Any] = {field.name: field.default for field in fields(Ask) if field.name in lines._LATER - names}
    assert Ask(**given).digest == Ask(**given, **unset).digest
    assert (Ask(**given).digest == Ask().digest) is (not names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don't go", "DON\u2019T GO"), ("don`t go!", "dont go"), ("Row, row -- row", "row row row"),
        ("  Caf\u00e9 ", "Cafe\u0301"), ("Stra\u00dfe", "STRASSE"), ("\uff32\uff41\uff49\uff4e", "rain"),
        ("\u201cHold on,\u201d said she\u2026", "Hold on said she"), ("rain\u00a0on\tme\n", "rain on me"),
        ("the \ufb01re", "the fire"),
    ],
)  # fmt: skip
def test_lines_that_sound_the_same_are_the_same(one: str, other: str) -> None:
    assert normal(one) == normal(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Cafe", "Café"), ("row on", "rowon"), ("its", "it is"), ("well-known", "wellknown"), ("1", "2")]
)
def test_lines_that_sound_otherwise_are_others(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_normal_form_is_words_with_one_space_between(text: str) -> None:
    found = normal(text)
    assert found == " ".join(found.split())
    assert all(letter == " " or letter == "_" or not letter.isascii() or letter.isalnum() for letter in found)
    assert normal(f" {text}\n!") == found


@given(st.text("abcdeXYZ éÉßÅ',.-!?'\u2019 \u2014", max_size=40))
def test_a_normal_form_is_its_own_and_knows_no_case(text: str) -> None:
    found = normal(text)
    assert normal(found) == found == normal(text.upper()) == normal(text.lower())

"""What the band changes by number, and what is said of it."""

import pytest
from baked.shows import SET, STANZAS, baked
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.baked.bake import Bake
from stagelyric.baked.editing import EditError, edited
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import Do

LINES = tuple(text for stanza in STANZAS for text in stanza)


def test_a_struck_line_leaves_no_gap() -> None:
    made, told = edited(baked(), strike=[2])
    assert [line.text for line in made.parts[0].played] == [LINES[0], *LINES[2:]]
    assert [one.number for one in made.lines] == list(range(1, 25))
    assert told[0] == f'2 struck: "{LINES[1]}"'
    assert told[1] == f'  1 "{LINES[0]}" has no line left that it rhymes with'
    assert made.touched == (1, 0)


def test_both_of_a_pair_may_go_without_a_word_of_rhyme() -> None:
    _, told = edited(baked(), strike=[1, 2])
    assert len(told) == 2


@given(st.permutations(range(1, 5)), st.integers(1, 4))
def test_no_sentence_is_said_twice_however_many_of_a_rhyme_go(order: list[int], count: int) -> None:
    alike = baked(SET.replace('"AABB"', '"AAAA"'))
    _, told = edited(alike, strike=order[:count])
    assert len(set(told)) == len(told)
    alone = [line for line in told if "has no line left" in line]
    assert len(alone) == (count == 3)


@given(st.sets(st.integers(1, 8)), st.integers(1, 12))
def test_presses_give_the_lines_that_are_left_in_their_order(struck: set[int], presses: int) -> None:
    made, _ = edited(baked(), strike=struck)
    show = Show(made.setlist, Pool(), seed=made.seed, words={})
    for ask, part in zip(show.every_ask(), made.parts, strict=True):
        show.pool.lay(ask, part.played)
    left = [text for number, text in enumerate(LINES, 1) if number not in struck]
    shown = [show.due(Do("next_line"), float(press))[0].line.text for press in range(min(presses, len(left)))]  # type: ignore[union-attr]
    assert shown == left[: len(shown)]


def test_a_changed_line_plays_in_its_place_and_can_be_restored() -> None:
    made, told = edited(baked(), change=[(4, "A sparrow's tapping at the pane")])
    one = made.parts[0].lines[3]
    assert (one.line.text, one.was, one.line.index) == ("A sparrow's tapping at the pane", LINES[3], 3)
    assert one.line.origin == "written"
    assert len(one.line.syllables) == 8
    assert told == [f'4 is now: "{one.line.text}"']
    again, told = edited(made, restore=[4])
    assert again == baked()
    assert told == [f'4 plays: "{LINES[3]}"']


def test_changing_a_struck_line_has_it_play() -> None:
    made, _ = edited(edited(baked(), strike=[4])[0], change=[(4, "A sparrow's tapping at the pane")])
    assert made.touched == (0, 1)


@pytest.mark.parametrize(
    ("number", "text", "said"),
    [
        (
            4,
            "A gull comes knokking at the pane",
            'spelling: "knokking" is no word that is known; did you mean "knocking"?',
        ),
        (4, "Pane", "syllables: 1, wanted 5 to 8"),
        (4, "A gull comes knocking at the door", f'rhyme: does not rhyme with 3 "{LINES[2]}"'),
        (4, "A gull comes knocking in the rain", f'rhyme: ends on the same word as 3 "{LINES[2]}"'),
        (4, LINES[4], "the same line as 5: it comes up once in a show"),
    ],
)
def test_what_may_be_wrong_is_said_and_not_refused(number: int, text: str, said: str) -> None:
    made, told = edited(baked(), change=[(number, text)])
    assert f"  {said}" in told
    assert made.parts[0].lines[number - 1].line.text == text


def test_names_and_themes_are_no_misspellings() -> None:
    _, told = edited(baked(SET.replace("Polly Magnet", "Pöllü Zzyx")), change=[(4, "Pöllü Zzyx beside the pane")])
    assert not [line for line in told if "spelling" in line]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((99, "A line"), "line's number from 1 to 24, found 99"),
        ((4, " \n "), "wanted a text"),
        ((4, "Fuck it all against the pane"), "not for a family"),
        ((4, "I'll see you there tonight"), 'has "tonight", which the setlist avoids'),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(change: tuple[int, str], said: str) -> None:
    with pytest.raises(EditError, match=said):
        edited(baked(), strike=[1], change=[change])


def test_a_band_that_plays_for_no_family_may_say_what_it_likes() -> None:
    grown = baked(SET.replace("avoid =", "family_friendly = false\navoid ="))
    made, _ = edited(grown, change=[(4, "Fuck it all against the pane")])
    assert made.touched == (0, 1)


def test_a_rhyme_is_looked_for_by_the_section_s_scheme() -> None:
    chorus = 8  # lines before it
    _, told = edited(baked(), change=[(chorus + 1, "The boat is tied up by the wall")])
    assert any("does not rhyme with 11" in line for line in told)
    _, told = edited(baked(), change=[(chorus * 2 + 1, "The boat is tied up by the wall")])
    assert not any("rhyme" in line for line in told)


def every_number(bake: Bake) -> list[int]:
    return [one.number for one in bake.lines]


@given(st.lists(st.tuples(st.sampled_from(["strike", "restore", "change"]), st.integers(1, 24)), max_size=12))
def test_numbers_never_move_and_all_can_be_restored(edits: list[tuple[str, int]]) -> None:
    made = baked()
    for what, number in edits:
        if what == "change":
            made, _ = edited(made, change=[(number, f"Written by hand, number {number}")])
        else:
            made, _ = edited(made, **{what: [number]})  # type: ignore[arg-type]
        assert every_number(made) == list(range(1, 25))
    restored, _ = edited(made, restore=range(1, 25))
    assert restored == baked()

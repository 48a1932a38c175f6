"""A title above a song's words is told from what is sung, and only it is taken off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats.sheet import Sheet, Stanzas
from stagelyric.words.formats.titles import key, same, taken_off, without_track

WORD = st.sampled_from(["Ferry", "Road", "Night", "Bus", "Été", "99", "Polly", "O'Hara", "夜"])
TITLE = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
SUNG = st.lists(st.sampled_from(["Nobody owes", "Ferry Road", "by the water", "Night Bus"]), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("stem", "bare"),
    [
        ("03 - Ferry Road", "Ferry Road"), ("12. Ferry Road", "Ferry Road"), ("track 7 Ferry Road", "Ferry Road"),
        ("07_ferry_road", "ferry_road"), ("1) It", "It"), ("Ferry Road", "Ferry Road"), ("1967", "1967"),
        ("2001-2002", "2001-2002"), ("", ""), ("U2", "U2"),
    ],
)  # fmt: skip
def test_a_track_number_is_no_part_of_a_name(stem: str, bare: str) -> None:
    assert without_track(stem) == bare


@given(TITLE)
@settings(max_examples=30)
def test_case_and_punctuation_do_not_make_another_title(title: str) -> None:
    for other in (title.upper(), f"“{title}!”", title.replace(" ", "_"), f"  {title}…"):
        assert same(other, title)
        assert key(other) == key(title)
    assert key(key(title)) == key(title)


@given(TITLE, TITLE)
@settings(max_examples=40)
def test_being_the_same_title_is_mutual(one: str, other: str) -> None:
    assert same(one, other) == same(other, one)
    assert same(f"{one} - {other}", other)
    assert same(one, f"{other} – {one}")


@pytest.mark.parametrize("nothing", ["", "...", " - ", "—"])
def test_what_has_no_letters_is_no_title(nothing: str) -> None:
    assert not same(nothing, nothing)
    assert not same("Ferry Road", nothing)


def sheet_of(stanzas: list[list[str]], title: str) -> Sheet:
    made = Stanzas()
    for sung in stanzas:
        for line in [*sung, ""]:
            made.add(line)
    return made.sheet({"title": title} if title else {})


@given(
    st.lists(SUNG, max_size=4), st.sampled_from(["", "Ferry Road"]), st.sampled_from(["", "Night Bus"]), st.booleans()
)
@settings(max_examples=60)
def test_at_most_the_title_and_its_author_are_taken_off(
    stanzas: list[list[str]], title: str, stem: str, written: bool
) -> None:
    before = sheet_of(stanzas, title)
    after = taken_off(before, stem, written)
    off = len(before.lines) - len(after.lines)
    assert after.lines == before.lines[off:]
    if off:
        assert after.lines, "a title alone is all that is sung"
        assert off == 1 or (off == 2 and before.lines[1].startswith("by "))
        assert after.tags["title"] == (title or before.lines[0])
        assert [number for _, numbers in after.sections for number in numbers] == list(range(len(after.stanzas)))
    else:
        assert after is before


def test_a_song_that_says_its_title_keeps_it() -> None:
    after = taken_off(sheet_of([["FERRY ROAD"], ["Nobody", "owes"]], "Ferry Road"), "x", False)
    assert after.lines == ["Nobody", "owes"]
    assert after.tags == {"title": "Ferry Road"}


def test_a_title_in_one_stanza_with_words_is_only_taken_off_where_a_person_typed_it() -> None:
    sheet = sheet_of([["Ferry Road", "Nobody owes"]], "")
    assert taken_off(sheet, "Ferry Road", written=True).lines == ["Nobody owes"]
    assert taken_off(sheet, "Ferry Road", written=False) is sheet


def test_below_a_heading_a_line_is_sung_whatever_it_says() -> None:
    sheet = Sheet((("chorus", ("Ferry Road",)), ("verse", ("Nobody", "owes"))))
    assert taken_off(sheet, "Ferry Road", written=True) is sheet


def test_sections_that_are_only_named_stay_when_a_title_goes() -> None:
    made = Stanzas()
    for step in ("Ferry Road", "", "Nobody", "owes", ""):
        made.add(step)
    made.again("chorus")
    made.begin("verse")
    made.add("And home")
    after = taken_off(made.sheet({}), "Ferry Road", written=True)
    assert after.sections == (("", (0,)), ("chorus", ()), ("verse", (1,)))

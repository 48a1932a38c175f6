"""What sites, editors and typists leave in lyrics goes; what is sung stays."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import chords, headings, leftovers
from stagelyric.words.formats.chords import has_inline, strength, without_inline

WORD = st.sampled_from(["row", "me", "over", "Nobody", "owes", "don't", "rain-wet", "1967", "é"])
LINE = st.lists(WORD, min_size=2, max_size=6).map(" ".join)


@given(LINE)
@settings(max_examples=40)
def test_what_stands_around_the_words_goes(line: str) -> None:
    for written in (f"  {line}\t", f"[laughs] {line}", f"{line} [G]", f"♪ {line} ♫", f"• {line}", f"|: {line} :| x3"):
        assert leftovers.sung(written) == line
    assert leftovers.sung(line) == line


@given(st.text("ab ,.'x2(|/:-[]*♪", max_size=16))
@example("2[[]]")
@settings(max_examples=60)
def test_what_was_read_once_is_read_the_same_again(written: str) -> None:
    once = leftovers.sung(written)
    assert once == " ".join(once.split())
    assert leftovers.sung(once) == once


@pytest.mark.parametrize(
    "line",
    [
        "(claps)",
        "[Four count in]",
        "*whistling*",
        "(key change)",
        "x2",
        "(3x)",
        "×4",
        "- - -",
        "...",
        "[?]",
        "***",
        " ",
    ],
)
def test_a_direction_alone_is_not_sung(line: str) -> None:
    assert leftovers.sung(line) == ""


@pytest.mark.parametrize(
    "line", ["(oh, the claps)", "all together now", "stop", "Soft, softly", "4 x 4 is mine", "Hey (hey)"]
)
def test_words_like_directions_are_sung(line: str) -> None:
    assert leftovers.sung(line) == line


@given(LINE, st.sampled_from(["b", "i", "span", "P", "font"]))
@settings(max_examples=30)
def test_markup_goes_and_what_looks_like_it_stays(line: str, tag: str) -> None:
    assert leftovers.without_markup(f"<{tag} class='x'>{line}</{tag}>").strip("\n") == line
    assert leftovers.without_markup(f"{line}<br/>{line}<BR>{line}") == "\n".join([line] * 3)
    assert leftovers.without_markup(f"**{line}** _{line}_ ~~{line}~~") == f"{line} {line} {line}"
    for plain in (f"{line} <3", f"1 < 2 > 0 {line}", f"{line} * {line}", f"row_me_over {line}", f"{line} & {line}"):
        assert leftovers.without_markup(plain) == plain


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        ("&amp;", "&"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&eacute;", "é"),
        ("&nbsp;", " "),
        ("&lt;3", "<3"),
        ("&zzzz;", "&zzzz;"),
    ],
)
def test_entities_are_said_as_what_they_stand_for(entity: str, said: str) -> None:
    assert leftovers.without_markup(f"row{entity}me") == f"row{said}me"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Nora Body | Tom Body", True), ("Nora Body and Tom van Dyke", True), ("Nora Body, Tom", True),
        ("Row me over", False),
        ("nora | tom", True), ("99", True),
    ],
)  # fmt: skip
def test_names_of_authors_have_capitals_or_are_parted(line: str, names: bool) -> None:
    assert leftovers.is_names(line) == names


def test_a_sites_head_is_the_title_and_its_foot_goes() -> None:
    lines, title = leftovers.without_site(
        ["12 ContributorsFerry Road Lyrics[Verse 1]", "Row me over", "and home3Embed"]
    )
    assert title == "Ferry Road"
    assert lines == ["[Verse 1]", "Row me over", "and home"]
    lines, title = leftovers.without_site(["", "Ferry Road Lyrics", "Row me over", "Share", "", "57Embed"])
    assert (lines[0], title) == ("Row me over", "Ferry Road")
    assert "Share" not in lines


@given(st.lists(LINE | st.just(""), max_size=6))
@settings(max_examples=30)
def test_a_text_that_is_from_no_site_stays(lines: list[str]) -> None:
    before = list(lines)
    assert leftovers.without_site(lines) == (lines, "")
    assert lines == before


ROOT = st.sampled_from(["A", "Bb", "C", "F#", "G", "E"])
QUALITY = st.sampled_from(["", "m", "7", "m7", "maj7", "sus4", "add9", "dim", "m7b5", "+", "6"])
CHORD = st.builds("{}{}{}".format, ROOT, QUALITY, st.sampled_from(["", "", "/E", "/F#"]))


@given(
    st.lists(CHORD, min_size=1, max_size=6),
    st.sampled_from(["Fm", "C#m7", "Bbmaj7"]),
    st.sampled_from([" ", "  ", " | ", " - "]),
)
@settings(max_examples=60)
def test_a_row_of_any_chords_is_certain_wherever_it_stands(row: list[str], sure: str, between: str) -> None:
    line = between.join([*row, sure])
    assert strength(line) == strength(f"    {line}") == strength(f"{line} x2") == strength(f"[{line}]") == 2


@given(LINE, st.lists(CHORD.filter(lambda chord: "+" not in chord and "b5" not in chord), min_size=3, max_size=6))
@settings(max_examples=30)
def test_chords_in_round_brackets_count_from_the_third_on_if_they_differ(line: str, row: list[str]) -> None:
    lines = [f"({chord}){line}" for chord in row]
    assert has_inline(lines) == (len(set(row)) > 1)
    assert not has_inline(lines[:2])
    assert [without_inline(written) for written in lines] == [line] * len(row)
    assert without_inline(f"{line} (quietly)") == f"{line} (quietly)"


@given(st.text("abE Iv,;.!?'\"\u2019\u201c\u2014[]{}()|-+&<*_~#\\/\t1", max_size=24))
def test_a_line_of_words_alone_is_left_as_it_is_by_all_that_takes_something_away(line: str) -> None:
    if words := leftovers.words_alone(line):
        assert words == " ".join(line.split())
        assert leftovers.without_markup(line) == line
        assert headings.bracketed(line) is None
        assert not chords.is_tab(line)
        assert not set("[]{}") & set(line)

"""LRC: the words that are sung, once, without their times and without what is said beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import lrc
from stagelyric.words.formats.as_lrc import looks_like

WORDS = ["row", "me", "over", "Nobody", "owes", "rain-wet", "don't"]
LINE = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(" ".join)
SONG = st.lists(LINE, min_size=1, max_size=6, unique=True)
CLOCK = st.sampled_from(
    [
        "{m:02d}:{s:02d}.00",
        "{m}:{s:02d}",
        "{m:02d}:{s:02d}:50",
        "{m:02d}:{s:02d},123",
        "0:{m:02d}:{s:02d}.5",
        " {m}:{s:02d} ",
    ]
)


@given(SONG, CLOCK, st.integers(1, 3), st.sampled_from(["", "F: ", "v2: "]))
@settings(max_examples=50)
def test_a_line_is_read_once_however_its_times_are_written(
    lines: list[str], clock: str, times: int, voice: str
) -> None:
    rows = []
    for number, line in enumerate(lines):
        stamps = "".join(f"[{clock.format(m=number + 1, s=7 * at)}]" for at in range(times))
        rows.append(f"{stamps}{voice}{line}")
    assert looks_like("\n".join(rows))
    assert lrc("\n".join(rows)).lines == lines
    parted = [row.replace(" me", " <00:01.50>me").replace("owes", "o[00:02.00]wes") for row in rows]
    assert lrc("\n".join(parted)).lines == lines


@given(SONG.filter(lambda lines: len(lines) > 1), st.integers(1, 5))
@settings(max_examples=30)
def test_a_time_without_words_ends_a_stanza(lines: list[str], after: int) -> None:
    rows = [f"[{number:02d}:00.00]{line}" for number, line in enumerate(lines, 1)]
    at = min(after, len(lines) - 1)
    found = lrc("\n".join([*rows[:at], f"[{at:02d}:50.00]", *rows[at:]]))
    assert found.stanzas == (("", tuple(lines[:at])), ("", tuple(lines[at:])))


def test_what_is_said_of_a_song_are_its_tags() -> None:
    text = "[ti: Ferry Road]\n[AR:Nora]\n[al:Boats]\n[au:Tom]\n[by:]\n[offset:+250]\n[00:01.00]Row me over\n"
    assert lrc(text, "file name").tags == {
        "title": "Ferry Road", "artist": "Nora", "album": "Boats", "author": "Tom", "offset": "+250",
    }  # fmt: skip
    assert lrc("[00:01.00]Row", "file name").tags == {"title": "file name"}


@pytest.mark.parametrize(
    "credit",
    [
        "[00:00.00]Words by Nora Body",
        "[00:00.00]Title: Ferry Road",
        "# a remark",
        "[00:00.00]作词 : Nora",
        "[00:03.00]© 1999 Us",
    ],
)
def test_credits_are_not_sung(credit: str) -> None:
    assert lrc(f"{credit}\n[00:05.00]Row me over\n[00:09.00]and home").lines == ["Row me over", "and home"]


def test_sections_are_named_on_a_line_of_their_own_or_before_the_words() -> None:
    text = "[00:01.00][Verse 1]\n[00:02.00]Row me over\n[00:03.00][Chorus] and home\n"
    text += "[00:04.00]\n[Bridge]\n[00:05.00]at six"
    assert lrc(text).stanzas == (("verse", ("Row me over",)), ("chorus", ("and home",)), ("bridge", ("at six",)))


@given(SONG.filter(lambda lines: len(lines) > 1))
@settings(max_examples=30)
def test_translations_are_left_out_where_half_of_the_lines_have_one(lines: list[str]) -> None:
    both = [
        f"[{number:02d}:00.00]{text}" for number, line in enumerate(lines) for text in (line, f"zu {number} Deutsch")
    ]
    assert lrc("\n".join(both)).lines == lines


def test_one_line_at_the_time_of_another_is_sung_as_well() -> None:
    text = "[00:01.00]Row me over\n[00:01.00](row, row)\n[00:03.00]and home\n[00:05.00]at six\n[00:07.00]alone"
    assert lrc(text).lines == ["Row me over", "(row, row)", "and home", "at six", "alone"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("[00:01.00]Row", True), ("[ti:It]\n[ar:Us]\n[00:01.00]Row", True), ("[ti:It]\nRow", False), ("", False),
        ("[00:01]Row\nme\nover", True), ("[00:01]Row\nme\nover\nand home", False), ("Row [00:01.00]me", False),
    ],
)  # fmt: skip
def test_a_third_of_the_lines_with_words_are_to_have_times(text: str, known: bool) -> None:
    assert looks_like(text) == known

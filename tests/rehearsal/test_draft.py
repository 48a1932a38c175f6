"""Drafts of songs: their lines, their files, and what is said of a line as it is typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.rehearsal import draft
from stagelyric.rehearsal.draft import BREAK, GAP, Draft, Look
from stagelyric.rehearsal.files import Drafts, folder_of
from stagelyric.types.lines import Scheme

LINES = ("rain on the door", "cold as a stone", GAP, "and nobody home")


@given(st.lists(st.text(max_size=40), max_size=30))
def test_any_lines_make_a_draft_that_its_file_gives_back(lines: list[str]) -> None:
    made = Draft("Ferry").with_lines(lines)
    assert made.revision == 1
    assert draft.read(made.text, "").lines == made.lines
    assert all(one or other for one, other in zip(made.lines, made.lines[1:], strict=False))
    assert made.lines[:1] != (BREAK,)
    assert made.lines[-1:] != (BREAK,)


def test_a_line_that_is_kept_twice_stands_once() -> None:
    made = Draft("Ferry").with_line("one").with_line("two").with_line("one")
    assert made.lines == ("one", "two")


@pytest.mark.parametrize(
    ("at", "scheme", "expected"),
    [
        (2, "AABB", "and nobody home"),
        (2, "ABAB", "rain on the door"),
        (1, "ABCB", "and nobody home"),
        (2, "ABCB", None),
        (2, "AAAA", "cold as a stone"),  # the nearest
        (2, "free", None),
        (3, "AABB", None),  # its mate is still a gap
    ],
)
def test_a_gap_rhymes_with_what_its_scheme_asks(at: int, scheme: Scheme, expected: str | None) -> None:
    assert draft.mate(LINES, at, scheme) == expected


def test_stanzas_and_every_four_lines_begin_with_new_rhymes() -> None:
    lines = ("a", "b", BREAK, "c", "d", "e", "f", "g", "h")
    assert draft.stanza_of(lines, 4) == (3, 9)
    assert draft.mate(lines, 3, "AABB") == "d"
    assert draft.mate(lines, 7, "AABB") == "h"


def test_a_line_is_looked_at_as_it_is_typed() -> None:
    assert draft.look("The boats are coming home", (5, 7), "all alone") == Look(6, True, "slant")
    assert draft.look("Oh", (5, 7), "all alone") == Look(1, False, "")
    assert draft.look("A stone", (1, 3), None) == Look(2, True, None)


def test_a_draft_is_there_again_the_next_night_whatever_the_apostrophes(tmp_path: Path) -> None:
    drafts = Drafts(folder_of(tmp_path, "Friday"))
    drafts.save(Draft("Don't Go").with_lines(LINES))
    found = Drafts(folder_of(tmp_path, "friday")).load("don\u2019t go")
    assert found.lines == LINES
    assert found.revision == 0
    assert drafts.load("Other").lines == ()


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x80" * 10, b"x" * (1 << 21)])
def test_a_damaged_file_is_put_aside(tmp_path: Path, data: bytes) -> None:
    drafts = Drafts(tmp_path)
    drafts.file("Ferry").write_bytes(data)
    assert drafts.load("Ferry").lines == ()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [data]
    drafts.save(Draft("Ferry").with_lines(["one"]))
    assert drafts.load("Ferry").lines == ("one",)


def test_names_of_files_never_leave_their_folder(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "in")
    for title in ("../out", "/etc/passwd", "..", "a/b\\c", "💿", ""):
        drafts.save(Draft(title).with_lines(["one"]))
        assert drafts.file(title).parent == tmp_path / "in"
    assert len(list((tmp_path / "in").iterdir())) == 6
    assert not (tmp_path / "out").exists()

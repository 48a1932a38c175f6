"""What waits to be kept: never sung, found in its file, kept or struck there, with all else left as it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import book, proposals, reach
from stagelyric.phrasebook.frame import Slot, Text
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.proposals import ProposalError
from stagelyric.phrasebook.reader import read_line

TEXT = """\
# Ours
@@ own; hand plain

# Harbour Lights, verse: Polly ties the boat by feel
# *person: Polly
@ scheme ABCB; mood ?dark calm; themes ?sea, harbour
*person {ties|?moors} the {boat|?ferry|?oar} by {feel|ear|?heart}
And {r: sits|?rests} on the {r: stone|?apple crate}, alone
Where {the|?a} tide comes up
# said twice on the record
To the {gate|?wall} of stone
"""


def only(text: str) -> str:
    """The frame of a text as it is on stage."""
    (frame,) = parse(text).frames
    return "\n".join(" ".join(str(piece) for piece in line) for line in frame.lines)


def waiting(text: str) -> dict[str, proposals.Choice]:
    return {one.text: one for frame in proposals.opened(text) for one in frame.waiting}


def test_what_waits_is_not_read() -> None:
    (frame,) = parse(TEXT).frames
    assert frame.lines[0][-1] == Slot(((Text("feel"),), (Text("ear"),)), "", 49)
    assert frame.lines[1] == (Text("And sits on the stone, alone"),)
    assert reach.forms(frame) == 16  # whoever *person is, and two ways to feel
    assert frame.tags.mood == ("dark", "calm")
    assert frame.tags.themes == ("sea", "harbour")
    (all_of_it,) = parse(TEXT, proposed=True).frames
    assert reach.forms(all_of_it) > 16


def test_a_question_mark_is_one_all_the_same() -> None:
    assert {str(choice[0]) for choice in read_line("who{?|}")[0].choices} == {"Text(text='who?')", "Text(text='who')"}  # type: ignore[union-attr]
    assert read_line(r"{\?a|b}") == (Slot(((Text("?a"),), (Text("b"),)), "", 1),)


def test_a_slot_of_which_nothing_is_kept_is_a_mistake() -> None:
    parsed = parse("@ scheme free\na {?b|?c} d\ne")
    assert not parsed.frames
    assert 'wanted an alternative without "?"' in str(parsed.findings[0])
    assert str(parsed.findings[0]).startswith(":2:3:")


def test_what_waits_is_found_once_with_its_place() -> None:
    found = waiting(TEXT)
    assert set(found) == {"moors", "ferry", "oar", "heart", "rests", "a", "wall"}
    assert TEXT.split("\n")[found["ferry"].row - 1][found["ferry"].at :].startswith("?ferry")
    (frame,) = proposals.opened(TEXT)
    assert frame.title == "Harbour Lights, verse: Polly ties the boat by feel"
    assert frame.guessed == ("mood dark", "themes sea")
    assert frame.names == {"*person": "Polly"}


def test_it_is_said_in_its_line() -> None:
    one = waiting(TEXT)["oar"]
    said = proposals.said_with(TEXT, one.row, one.at, frames.KNOWN, {"*person": "Polly"})
    assert said[0] == [("Polly ties the", False), ("oar", True), ("by feel", False)]
    linked = waiting(TEXT)["rests"]
    said = proposals.said_with(TEXT, linked.row, linked.at, frames.KNOWN, {})
    assert said[1] == [("And", False), ("rests", True), ("on the", False), ("apple crate,", True), ("alone", False)]


def test_kept_and_struck() -> None:
    text = TEXT
    one = waiting(text)["ferry"]
    kept = proposals.decided(text, one.row, one.at, keep=True)
    assert kept == text.replace("?ferry", "ferry")
    assert "ferry" in only(kept)
    one = waiting(kept)["oar"]
    assert proposals.decided(kept, one.row, one.at, keep=False) == kept.replace("|?oar", "")
    one = waiting(text)["moors"]
    assert proposals.decided(text, one.row, one.at, keep=False) == text.replace("{ties|?moors}", "ties")


def test_what_is_linked_is_kept_and_struck_together() -> None:
    text = TEXT
    one = waiting(text)["rests"]
    assert proposals.decided(text, one.row, one.at, keep=True) == text.replace("?rests", "rests").replace("?ap", "ap")
    struck = proposals.decided(text, one.row, one.at, keep=False)
    assert "And sits on the stone, alone" in struck


def test_the_last_one_that_is_sung_stays_and_what_is_gone_is_said() -> None:
    text = TEXT
    with pytest.raises(ProposalError, match="only one that is sung"):
        proposals.decided(text, 7, text.split("\n")[6].index("ties"), keep=False)
    for row, at in ((7, 0), (3, 0), (99, 0)):
        with pytest.raises(ProposalError, match="changed"):
            proposals.decided(text, row, at, keep=True)


def test_line_ends_of_another_system_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    one = waiting(text)["ferry"]
    assert proposals.decided(text, one.row, one.at, keep=True) == text.replace("?ferry", "ferry")


@given(st.lists(st.booleans(), min_size=12, max_size=12))
def test_in_whatever_way_all_is_decided_the_file_stays_whole(answers: list[bool]) -> None:
    text = TEXT
    for keep in answers:
        left = list(waiting(text).values())
        if left:
            text = proposals.decided(text, left[0].row, left[0].at, keep=keep)
    assert not waiting(text)
    parsed = parse(text)
    assert len(parsed.frames) == 1
    assert not parsed.findings
    assert [line for line in text.split("\n") if line[:1] in "#@"] == [
        line for line in TEXT.split("\n") if line[:1] in "#@"
    ]
    assert parsed.frames[0].lines == parse(text, proposed=True).frames[0].lines


def test_fillings_have_what_is_asked_about_and_nothing_else_that_waits() -> None:
    one = waiting(TEXT)["ferry"]
    found = proposals.fillings(TEXT, one.row, frames.KNOWN, 3, one.at)
    assert len(found) == 3
    assert all("the ferry by" in lines[0] and "moors" not in lines[0] for lines in found)


def test_an_opened_frame_of_which_nothing_is_kept_is_not_on_stage(tmp_path: Path) -> None:
    file = tmp_path / "ours.frames"
    for text, count in (("@@ own\n\na {b|?c} d\ne f\n", 0), ("@@ own\n\na {b|c} d\ne f\n", 1)):
        file.write_text("@@ scheme free\n\n" + text)
        opened = book.open_book(frames.FRAMES, [file])
        assert sum(volume.own and len(volume.compiled.entries) for volume in opened.volumes) == count

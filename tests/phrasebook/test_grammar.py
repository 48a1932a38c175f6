"""Frames are read as they are written, and every mistake is told with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.phrasebook import grammar, tags
from stagelyric.phrasebook.frame import Frame, Open, Slot, Text
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.reader import GrammarError, read_line

HEAD = "@ scheme AA; mood dark; themes rain\n"


def only(text: str) -> Frame:
    parsed = parse(text, "t.frames")
    assert not parsed.findings, [str(finding) for finding in parsed.findings]
    (frame,) = parsed.frames
    return frame


def test_a_line_is_words_slots_and_open_slots() -> None:
    line = read_line("{Polly|*person} {a: ties|moors} the boat by *person's {feel|ear}")
    assert line == (
        Slot((((Text("Polly"),)), (Open("person"),)), "", 1),
        Slot(((Text("ties"),), (Text("moors"),)), "a", 17),
        Text("the boat by"),
        Open("person", after="'s"),
        Slot(((Text("feel"),), (Text("ear"),)), "", 55),
    )


def test_what_touches_a_slot_is_one_word_with_it() -> None:
    (boat,) = read_line("boat{s|}")
    assert isinstance(boat, Slot)
    assert boat.choices == ((Text("boats"),), (Text("boat"),))
    the, rest = read_line("the {|old }boat,")
    assert the == Text("the")
    assert isinstance(rest, Slot)
    assert rest.choices == ((Text("boat,"),), (Text("old boat,"),))
    (twice,) = read_line("{un|re}{made|tied}")
    assert isinstance(twice, Slot)
    inner = twice.choices[0][0]
    assert isinstance(inner, Slot)
    assert inner.choices == ((Text("unmade"),), (Text("untied"),))


def test_signs_are_escaped() -> None:
    assert read_line(r"\{a\|b\} \*c \@d \#e") == (Text("{a|b} *c @d #e"),)


def test_tags_of_the_file_go_on_until_a_frame_has_its_own() -> None:
    text = "@@ hand comic; themes dog\n\n@ mood dark calm; at opening, ending\na\nb\n\n"
    text += "@ scheme ABCB; slant; themes cat\na\nb\nc\nd\n"
    couplet, quatrain = parse(text).frames
    at = ("opening", "ending")
    assert couplet.tags == tags.Tags("AA", ("dark", "calm"), (), (), at, ("dog",), "comic", "couplet")
    assert quatrain.tags.slant
    assert quatrain.tags.themes == ("cat",)
    assert quatrain.groups == [[1, 3]]


def test_rows_are_those_of_the_file() -> None:
    frame = only("# says nothing\n\n" + HEAD + "one two\n# between\nthree four\n")
    assert frame.row == 3
    assert frame.rows == (4, 6)


@pytest.mark.parametrize(
    ("line", "column", "told"),
    [
        ("the {boat|ferry is here", 5, 'wanted a "}"'),
        ("the {boat|ferry}} is here", 17, 'wanted "{" before it'),
        ("the *dragon sat", 5, 'found "*dragon"'),
        ("a * star", 3, "wanted a class"),
        ("the {} sat", 5, "found nothing"),
        ('a "cat"', 3, "no double quotes"),
        ("a caf\u00e9", 6, "plain ASCII"),
        ("*number.s", 1, "no plural"),
        ("*animal9", 1, "from 1 to 4"),
        ("a \\n", 3, 'after "\\"'),
        ("*animal*food", 1, "a space between"),
        ("{" * 9 + "a" + "}" * 9, 7, "at most 6 deep"),
    ],
)
def test_a_mistake_in_a_line_is_told_with_its_column(line: str, column: int, told: str) -> None:
    with pytest.raises(GrammarError, match="wanted") as caught:
        read_line(line)
    assert told in str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("@ scheme ABBA; mood dark\na\nb\n", "t.frames:1:3", 'found "ABBA"'),
        ("@ mood sad\na\nb\n", "t.frames:1:3", 'found "sad"'),
        ("@ themes ran\na\nb\n", "t.frames:1:3", "rain"),
        ("@ mood dark; speed 3\na\nb\n", "t.frames:1:14", 'found "speed"'),
        ("a\nb\nc\n", "t.frames:1", "found 3"),
        ("a\nb\nc\nd\n", "t.frames:1", "found none"),
        ("@ form quatrain\na\nb\n", "t.frames:1", "wanted 4 lines, found 2"),
        ("@ scheme ABCB\na\nb\n", "t.frames:1", "found ABCB"),
        ("{a: x|y}\n{a: x|y|z}\n", "t.frames:2:1", "wanted 2 alternatives, as in line 1, found 3"),
        ("the {a\nb\n", "t.frames:1:5", 'wanted a "}"'),
    ],
)
def test_a_mistake_in_a_frame_is_told_with_its_place(text: str, where: str, told: str) -> None:
    parsed = parse(text, "t.frames")
    assert not parsed.frames
    (finding,) = parsed.findings
    assert str(finding).startswith(where + ":")
    assert told in str(finding)


def test_one_mistake_costs_one_frame() -> None:
    parsed = parse("a\nb\n\n{a\nb\n\nc\nd\n")
    assert [frame.source for frame in parsed.frames] == [("a", "b"), ("c", "d")]
    assert len(parsed.findings) == 1


@settings(deadline=None)
@given(st.text(alphabet="ab {}|*\\:'\n@#x", max_size=60))
def test_any_text_is_read_or_told_of(text: str) -> None:
    parsed = grammar.parse(text)
    assert all(str(finding) for finding in parsed.findings)


def test_a_file_that_is_none_is_told_of(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(grammar.FrameFileError, match="wanted a file of frames"):
        grammar.read(tmp_path / "no.frames")
    (tmp_path / "latin.frames").write_bytes("caf\u00e9".encode("latin-1"))
    with pytest.raises(grammar.FrameFileError, match="UTF-8"):
        grammar.read(tmp_path / "latin.frames")

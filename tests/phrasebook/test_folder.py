"""A folder of frames as a whole: its figures, its mistakes in order, which frames begin alike, and the command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import __main__ as command
from stagelyric.phrasebook import analysis, book, compiled, folder, grammar, reach
from stagelyric.phrasebook.compiled import Compiled
from stagelyric.phrasebook.grammar import parse

COUPLET = """{I|We} {hung|put} the {sheets|coats} {b: outside|in town}
{I|We} {sat|stood} {till|until} {b: it dried|it came down}
"""
BAD = """@ mood dark; themes rain
{I|We} {had|saw} the {neon|red} boat
You {had|wore} a {coat|note} of the {submarine|moon}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two hands with a file each, and what both need."""
    for hand, text in (("plain", frames.TEXT), ("comic", f"@ mood bright; themes rain\n{COUPLET}\n{BAD}")):
        (tmp_path / hand).mkdir()
        (tmp_path / hand / "a.frames").write_text(text, "utf-8")
    for name in ("classes.words", "themes.words"):
        (tmp_path / name).write_bytes((frames.FRAMES / name).read_bytes())
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["check", *map(str, arguments)])
    code = command.main()
    return code, capsys.readouterr().out


# Its figures


def test_files_are_found_in_folders_and_by_name(root: Path) -> None:
    comic, plain = root / "comic" / "a.frames", root / "plain" / "a.frames"
    assert analysis.files_in([root]) == [comic, plain]
    assert analysis.files_in([plain, root / "comic"]) == [plain, comic]
    assert analysis.files_in([root / "none.frames"]) == [root / "none.frames"]


def test_findings_come_in_the_order_of_files_and_rows(root: Path) -> None:
    files = [root / "plain" / "a.frames", root / "comic" / "a.frames"]
    (root / "plain" / "a.frames").write_text(f"{{a\nb\n\n{BAD}")
    found = analysis.read(files, frames.KNOWN)
    places = [(str(found_.file) != str(files[0]), found_.row) for found_ in found.findings]
    assert places == sorted(places)
    assert {finding.file for finding in found.findings} == set(map(str, files))
    assert found.findings[0].row == 1
    assert found.errors == [finding for finding in found.findings if finding.error] != found.findings
    assert any("begins" in finding.text for finding in found.findings), "both files have the one frame"
    with pytest.raises(grammar.FrameFileError, match="wanted a file of frames"):
        analysis.read([*files, root / "none.frames"], frames.KNOWN)


def test_the_figures_add_up(root: Path) -> None:
    found = analysis.read(analysis.files_in([root]), frames.KNOWN)
    told = analysis.summary(found)
    assert told["frames"] == told["quatrains"] + told["couplets"] == len(found.frames) == 8
    assert told["errors"] + told["warnings"] == len(told["findings"]) == len(found.findings)
    assert told["forms"]["all"] == sum(map(reach.forms, found.frames))
    assert sum(told["syllables"].values()) == sum(len(frame.lines) for frame in found.frames)
    for name in ("hand", "scheme"):
        assert sum(told["shares"][name].values()) == pytest.approx(1, abs=0.01)
    assert told["shares"]["hand"] == {"plain": 0.5, "comic": 0.25, "ballad": 0.125, "ranter": 0.125}
    assert told["shares"]["scheme"]["AA"] == 0.5
    assert told["themes"]["rain"] == 6
    assert told["first_word_i_or_you"] == pytest.approx(4 / 24, abs=0.001)
    assert told["first_word_the"] == pytest.approx(1 / 24, abs=0.001)
    assert (told["with_person"], told["with_place"], told["slant"]) == (0.125, 0.125, 0)
    widths = [width for frame in found.frames for line in frame.widths for width in line]
    assert told["alternatives_a_slot"] == pytest.approx(sum(widths) / len(widths), abs=0.01)


def test_no_frames_have_figures_too() -> None:
    told = analysis.summary(analysis.read([], frames.KNOWN))
    assert (told["frames"], told["forms"]["all"], told["slots_a_line"], told["errors"]) == (0, 0, 0, 0)


# What begins alike


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from([COUPLET, "We sat\nand sang\n", "{We|I} sat\nand sang\n", BAD]), min_size=1, max_size=4)
)
def test_the_second_of_two_that_begin_alike_is_told_and_never_the_first(texts: list[str]) -> None:
    parsed = parse(
        "\n\n".join(f"@ mood dark\n{text.rpartition('rain' + chr(10))[2]}" for text in texts), "t.frames"
    ).frames
    assert len(parsed) == len(texts)
    told = list(folder.shared(parsed, []))
    assert len({finding.row for finding in told}) == len(told)
    rows = {finding.row for finding in told}
    assert parsed[0].rows[0] not in rows
    for at, frame in enumerate(parsed):
        if any(other.source == frame.source for other in parsed[:at]):
            assert frame.rows[0] in rows
    elsewhere = [("other", frame.rows[0], frame.source[0]) for frame in parsed]
    assert len(list(folder.shared(parsed, elsewhere))) == len(parsed)


def test_first_alternatives_alone_are_enough_to_begin_alike() -> None:
    text = "@ mood dark\n{We|I} sat down\nb\n\n@ mood dark\n{We|They|She|You} sat down\nb\n\n"
    (told,) = folder.shared(parse(text + "@ mood dark\n{They|I|He|Joe|Ann} sat up\nb\n", "t.frames").frames, [])
    assert str(told) == 't.frames:6: begins "we sat down" as t.frames:2 does'


def test_beginnings_are_the_first_three_words_that_there_can_be() -> None:
    first, found = folder.beginnings("{We|They} {|all }sat, down by")
    assert first == ("we", "sat", "down")
    assert set(found) == {("we", "sat", "down"), ("they", "sat", "down"), ("we", "all", "sat"), ("they", "all", "sat")}
    assert folder.beginnings("{broken") == ((), [])
    assert folder.beginnings("") == ((), [()])


def test_other_files_are_read_but_not_hidden_ones_nor_the_one_itself(root: Path) -> None:
    (root / ".hidden").mkdir()
    (root / ".hidden" / "x.frames").write_text("a\nb\n")
    (root / "plain" / "latin.frames").write_bytes(b"@ mood dark\ncaf\xe9\nb\n")
    found = list(folder.others(root, root / "comic" / ".." / "comic" / "a.frames"))
    assert {name for name, _, _ in found} == {"plain/a.frames", "plain/latin.frames"}
    assert ("plain/latin.frames", 2, "caf\ufffd") in found
    parsed = parse(frames.TEXT).frames
    assert [(row, line) for name, row, line in found if name == "plain/a.frames"] == [
        (frame.rows[0], frame.source[0]) for frame in parsed
    ]


# The command


def test_the_command_tells_every_mistake_and_its_code(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(monkeypatch, capsys, root / "comic" / "a.frames")
    assert code == 2
    assert 'a.frames:6: what machines write: "neon"' in out
    assert "a.frames: 2 frames (2 AA), " in out
    _, errors = run(monkeypatch, capsys, root / "comic" / "a.frames", "--errors")
    assert "warning:" in out
    assert "warning:" not in errors
    assert errors.splitlines()[-1] == out.splitlines()[-1], "the sum is of all of them"
    code, out = run(monkeypatch, capsys, root / "comic" / "a.frames", root / "comic" / "none.frames")
    assert code == 2
    assert "none.frames: wanted a file of frames, found: No such file" in out


def test_the_command_shows_forms_that_a_seed_repeats(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "comic" / "a.frames"
    file.write_text(f"@ mood bright; themes rain\n{COUPLET}")
    code, out = run(monkeypatch, capsys, file, "--sample", 3, "--seed", 5)
    assert code == 0
    assert out.count("\n[a.frames:1]\n") == 3
    assert run(monkeypatch, capsys, file, "--sample", 3, "--seed", 5) == (code, out)
    file.write_text("# nothing yet\n")
    assert run(monkeypatch, capsys, file, "--sample", 3) == (0, "a.frames: no frames; 0 errors\n")


def test_a_folder_is_compiled_and_then_opened_as_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(monkeypatch, capsys, root, "--compile")
    file = root / compiled.FILE
    assert (code, out) == (0, f"{file}: {file.stat().st_size:,} bytes\n")
    assert len(Compiled.open(file).entries) == 8
    monkeypatch.setattr(compiled, "compiled", None)  # nothing is compiled where it is current
    assert [entry.hand for entry in book.open_book(root).entries][:2] == ["comic", "comic"]


def test_a_folder_with_a_mistake_is_not_compiled(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "plain" / "b.frames").write_text("{a\nb\n\nc }\nd\n")
    code, out = run(monkeypatch, capsys, root, "--compile")
    assert code == 2
    assert out.count("plain/b.frames:") == 2, "every mistake is told at once"
    assert not (root / compiled.FILE).exists()
    (root / "plain" / "b.frames").write_bytes(b"caf\xe9\nb\n")
    code, out = run(monkeypatch, capsys, root, "--compile")
    assert (code, "wanted frames in UTF-8" in out) == (2, True)


def test_faults_of_files_are_told_with_those_that_cannot_be_read(root: Path) -> None:
    (root / "plain" / "a.frames").write_text("{a\nb\n")
    told = grammar.faults_in([root / "plain" / "a.frames", root / "none.frames", root / "comic" / "a.frames"])
    assert len(told) == 2
    assert told[0].startswith(f"{root / 'plain' / 'a.frames'}:1:1: wanted")
    assert told[1].startswith(f"{root / 'none.frames'}: wanted a file of frames")


def test_places_are_numbered_on_from_volume_to_volume() -> None:
    one, two = frames.book(frames.TEXT), frames.book(frames.TEXT, frames.TEXT)
    for word in ("rain", "window", "*animal", "nowhere"):
        found = list(one.with_word(word))
        assert list(two.with_word(word)) == found + [(number + len(one), line) for number, line in found]
    assert [entry.number for entry in two.entries] == list(range(2 * len(one)))
    assert two.common == one.common
    for key in ("EY N", "OW T"):
        assert {number % len(one) for number, _ in two.with_rhyme(key)} == {n for n, _ in one.with_rhyme(key)} != set()

"""Frames from the command line: checked, described, written with; and what is said of them where they are wrong."""

import codecs
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.cli import cli
from stagelyric.types import paths
from stagelyric.writing import beginnings

SETLIST = """
title = "Night"
seed = 3
frames = "ours.frames"
[[songs]]
title = "Ash"
themes = ["rain"]
hand = "plain"
mood = "dark calm"
[[songs.sections]]
name = "verse"
rhyme = "AABB"
rhyme_kind = "perfect"
mood = 0.2
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    file = tmp_path / "ours.frames"
    file.write_text(frames.TEXT)
    return file


def test_a_file_of_frames_is_checked(ours: Path) -> None:
    result = run("check", ours, "--sample", 2)
    assert "6 frames" in result.output
    assert result.output.count("\n\n") == 2
    told = json.loads(run("check", ours, "--json").stdout)
    assert told["quatrains"] == 4
    assert told["shares"]["scheme"]["AA"] == pytest.approx(1 / 3, abs=0.01)


def test_every_mistake_is_said_with_its_place(ours: Path) -> None:
    ours.write_text("@ mood sad\na\nb\n\n@@ hand plain\n{a|b\nc\n\n@ scheme AB\na\nb\n")
    result = run("check", ours)
    assert result.exit_code == 2
    for place in (":1:3: mood", ':6:1: wanted a "}"', ":9:3: scheme"):
        assert f"{ours}{place}" in result.output
    assert run("check", ours.with_name("none.frames")).exit_code == 2


def test_a_folder_of_frames_is_described(ours: Path) -> None:
    result = run("analyse", ours.parent)
    assert result.exit_code == 0
    assert "6 frames: 4 quatrains, 2 couplets" in result.output
    assert json.loads(run("analyse", ours, "--json").stdout)["themes"]["rain"] == 4


BEGUN = ["*person sold the", "*he {gave|threw} away the", "A {dog|hen} ran off with the", "And left me with the"]
FAULTS = {
    "a line less": ("\n".join(BEGUN[:3]), 0, "wanted the 4 lines of a beginning and then a blank line, found 3"),
    "a couplet": ("\n".join(BEGUN[:2]), 0, "wanted the 4 lines of a beginning and then a blank line, found 2"),
    "a line more": ("\n".join([*BEGUN, "So"]), 0, "wanted the 4 lines of a beginning and then a blank line, found 5"),
    "a scheme": ("\n".join(["@ scheme ABAB", *BEGUN]), 0, "scheme: wanted free for a beginning, found ABAB"),
    "a tag": ("\n".join(["@ mood sad", *BEGUN]), 0, "mood"),
    "an open slot": ("\n".join([*BEGUN[:2], "A {dog|hen ran off", BEGUN[3]]), 2, 'wanted a "}"'),
    "a class": ("\n".join([*BEGUN[:3], "And left *nobody with the"]), 3, "*nobody"),
    "nobody": ("\n".join(["We sold the", *BEGUN[1:]]), 1, "wanted a *person for *he"),
    "a word": ("\n".join([*BEGUN[:3], f"A {codecs.decode('fuvg', 'rot13')} in the"]), 3, "not for a family"),
}
READ = FAULTS.keys() - {"nobody", "a word"}
"""What makes a beginning none; one with others is written with."""


@settings(max_examples=12)
@given(st.permutations(list(FAULTS)), st.lists(st.booleans(), min_size=len(FAULTS), max_size=len(FAULTS)))
def test_every_mistake_in_beginnings_is_said_with_its_place(order: list[str], before: list[bool]) -> None:
    """Of mistakes of any kind in one file, good ones between them or none."""
    row, text, expected = 3, ["@@ scheme free\n"], []
    for kind, good in zip(order, before, strict=True):
        written, at, told = FAULTS[kind]
        for body in ("\n".join(BEGUN), written) if good else (written,):
            start, row = row, row + body.count("\n") + 2
            text.append(body + "\n")
        expected.append((kind, start + at, told))
    with TemporaryDirectory() as folder:
        file = Path(folder, "a.beginnings")
        file.write_text("\n".join(text))
        checked, listed = run("check", file), run("analyse", folder, "--faults")
        read, wrong = beginnings.read(Path(folder))
    assert checked.exit_code == 2
    assert f"{len(FAULTS)} faults" in listed.output
    for kind, place, told in expected:
        for said in (checked.output.splitlines(), listed.output.splitlines()):
            assert any(line.startswith(f"{file}:{place}:") and told in line for line in said), (kind, said)
        assert any(line.startswith(f"{file.name}:{place}:") and told in line for line in wrong) == (kind in READ)
    assert len(read) == sum(before) + len(FAULTS) - len(READ)


def test_the_shipped_beginnings_have_no_mistakes() -> None:
    folder = paths.songbook()
    assert folder is not None
    told = json.loads(run("analyse", folder / beginnings.FOLDER, "--json").stdout)
    assert told["begun"] > 100
    assert (told["frames"], told["errors"]) == (0, 0)
    file = folder / beginnings.FOLDER / "people.beginnings"
    result = run("check", file, "--sample", 2)
    assert (result.exit_code, result.output.count("\n\n")) == (0, 2)
    assert "beginnings; 0 faults" in result.output


def test_a_folder_of_songs_and_frames_is_asked_for_its_songs(ours: Path) -> None:
    (ours.parent / "song.txt").write_text("A line of a song\nAnother line of it\n")
    assert "1 songs" in run("analyse", ours.parent).output


def test_a_setlist_names_its_own_frames(ours: Path) -> None:
    setlist = ours.with_name("night.toml")
    setlist.write_text(SETLIST)
    assert run("check", setlist).exit_code == 0
    ours.write_text("{a|b\nc\n")
    result = run("check", setlist)
    assert result.exit_code == 2
    assert 'ours.frames:1:1: wanted a "}"' in result.output
    result = run("write", "--setlist", setlist)
    assert result.exit_code == 2
    assert 'wanted a "}"' in result.output
    ours.unlink()
    assert 'frames: wanted a file beside the setlist, found none at "ours.frames"' in run("check", setlist).output


@pytest.mark.parametrize(
    ("key", "told"),
    [('hand = "poet"', "hand"), ("mood = 2", "mood"), ('mood = "sad"', "mood"), ('drafters = ["ghost"]', "drafters")],
)
def test_what_a_setlist_can_not_say_is_said(tmp_path: Path, key: str, told: str) -> None:
    file = tmp_path / "night.toml"
    above = key if key.startswith("drafters") else ""
    file.write_text(f'title = "N"\n{above}\n[[songs]]\ntitle = "A"\n{key if not above else ""}\n')
    result = run("check", file)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_lines_are_written_with_the_bands_own_frames(ours: Path) -> None:
    setlist = ours.with_name("night.toml")
    setlist.write_text(SETLIST)
    result = run(
        "write", "--setlist", setlist, "-n", 4, "--drafter", "frames", "--hand", "plain", "--mood", "dark", "--json"
    )
    assert result.exit_code == 0, result.output
    lines = json.loads(result.stdout)["lines"]
    assert [line["origin"] for line in lines] == ["own"] * 4


def test_a_mood_that_is_none_is_one_sentence() -> None:
    result = run("write", "--mood", "purple")
    assert result.exit_code == 2
    assert 'write: --mood: wanted 0 to 1, or dark, bright, calm, fierce, found "purple"' in result.output
    assert run("write", "--mood", "1.5").exit_code == 2
    assert run("write", "--drafter", "ghost").exit_code == 2

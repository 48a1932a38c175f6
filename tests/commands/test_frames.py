"""Frames from the command line: checked, described, written with; and what is said of them where they are wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from phrasebook import frames

from stagelyric.cli import cli

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

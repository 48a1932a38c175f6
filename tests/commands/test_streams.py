"""Every command prints to any stream, in any encoding, and says a fault in a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.cli import COMMANDS
from stagelyric.types.streams import nearest

SONGS = "[Verse]\nŁódka płynie — na wschód\nThe café closes with the sun…\nAnd “Nora” goes home\nDobranoc, Różo\n"


def run(*arguments: str, encoding: str, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "stagelyric", *arguments], env=environment, cwd=cwd, capture_output=True, timeout=240
    )


@pytest.mark.parametrize("encoding", ["cp1252:strict", "latin-1:strict", "cp437:strict", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [("analyse", "songs.txt"), ("check", "songs.txt"), ("check", "łódź.txt"), ("check", "set.toml"), ("models",)],
)
def test_letters_that_an_encoding_lacks_are_no_traceback(
    tmp_path: Path, encoding: str, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "songs.txt").write_text(SONGS, "utf-8")
    (tmp_path / "set.toml").write_text('title = "Łódź → ♪"\nmodel = "char-rnn"\n[[songs]]\ntitle = "Różo"\n', "utf-8")
    result = run(*arguments, encoding=encoding, cwd=tmp_path)
    assert b"Traceback" not in result.stderr + result.stdout
    assert result.returncode in (0, 2)
    (result.stdout + result.stderr).decode(encoding.partition(":")[0])


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_commands_help_prints_in_ascii(tmp_path: Path, command: str) -> None:
    result = run(command, "--help", encoding="ascii:strict", cwd=tmp_path)
    assert (result.returncode, b"Traceback" in result.stderr) == (0, False)


def test_json_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "łódź.txt").write_text(SONGS, "utf-8")
    result = run("check", "łódź.txt", "--json", encoding="cp1252:strict", cwd=tmp_path)
    assert json.loads(result.stdout)["lyrics"][0]["file"] == "łódź.txt"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="wants /dev/full")
def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "stagelyric", "check", "--schema"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120)
    assert result.returncode == 1
    assert result.stderr.decode() == "stagelyric: what it prints could not be written: No space left on device\n"


@given(st.text(max_size=50))
def test_any_text_has_a_nearest_plain_one(text: str) -> None:
    assert nearest(text).isascii()

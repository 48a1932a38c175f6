"""Every command prints to any stream, in any encoding, and says a fault in a sentence."""

import gc
import io
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.cli import COMMANDS, main
from stagelyric.types.streams import nearest

SONGS = "[Verse]\nŁódka płynie — na wschód\nThe café closes with the sun…\nAnd “Nora” goes home\nDobranoc, Różo\n"


def run(*arguments: str, encoding: str, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "stagelyric", *arguments], env=environment, cwd=cwd, capture_output=True, timeout=240
    )


ENCODINGS = ["cp1252:strict", "latin-1:strict", "cp437:strict", "utf-8"]


def printed(monkeypatch: pytest.MonkeyPatch, *arguments: str, encoding: str) -> tuple[int, bytes]:
    """As `run`, here: the exit status, and all that was printed to streams of that encoding."""
    name, _, errors = encoding.partition(":")
    streams = [io.TextIOWrapper(io.BytesIO(), name, errors or "strict") for _ in range(2)]
    collecting = gc.isenabled()
    with monkeypatch.context() as changed:
        changed.setattr(sys, "argv", ["stagelyric", *arguments])
        changed.setattr(sys, "stdout", streams[0])
        changed.setattr(sys, "stderr", streams[1])
        changed.setenv("COLUMNS", "100")
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        finally:
            if collecting:
                gc.enable()
            for stream in streams:
                stream.flush()
    return status, b"".join(stream.buffer.getvalue() for stream in streams)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "songs.txt").write_text(SONGS, "utf-8")
    (tmp_path / "set.toml").write_text('title = "Łódź → ♪"\nmodel = "char-rnn"\n[[songs]]\ntitle = "Różo"\n', "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "encoding"),
    [
        *product(
            [("analyse", "songs.txt"), ("check", "songs.txt"), ("check", "łódź.txt"), ("check", "set.toml")], ENCODINGS
        ),
        (("models",), ENCODINGS[0]),  # takes seconds, and prints by what the others print by
    ],
)
def test_letters_that_an_encoding_lacks_are_no_traceback(
    written: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(written)
    status, told = printed(monkeypatch, *arguments, encoding=encoding)
    assert status in (0, 2)
    assert told.decode(encoding.partition(":")[0])
    assert b"Traceback" not in told


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_process_of_its_own_prints_the_same(written: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.chdir(written)
    status, told = printed(monkeypatch, "check", "łódź.txt", encoding=encoding)
    result = run("check", "łódź.txt", encoding=encoding, cwd=written)
    assert (result.returncode, result.stdout + result.stderr) == (status, told)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_commands_help_prints_in_ascii(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    status, told = printed(monkeypatch, command, "--help", encoding="ascii:strict")
    assert status == 0
    assert told.startswith(b"Usage: ")  # click takes an ASCII stream for a mistake, and prints UTF-8 to it


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

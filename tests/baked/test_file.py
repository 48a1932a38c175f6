"""A baked show's file is what was baked, or one sentence and nothing."""

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from baked.shows import SET, baked
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.baked import file as files
from stagelyric.baked.bake import Bake, Spoken
from stagelyric.baked.editing import edited
from stagelyric.baked.file import BakeError

SOUND = b"fLaC" + bytes(range(256)) * 8


def written(folder: Path, bake: Bake | None = None) -> Path:
    path = folder / "show.bake"
    made = bake or baked(spoken=Spoken("en-gb", 160))
    files.write(path, made, {text: lambda: SOUND for text in made.texts()})
    return path


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    made = replace(
        edited(baked(spoken=Spoken("en-gb", 160)), [2], [], [(4, "Row me home")])[0],
        lyrics={"Harbour Lights": "Là-bas\nau port"}, quotes=("so many words in a row",),
        kept={("Harbour Lights", "verse"): ["Row me home"]}, never_quote="abc", frames="def", wanted=("rain",),
    )  # fmt: skip
    opened = files.read(written(tmp_path, made))
    assert opened.bake == made
    assert len(opened.sounds) == len(made.texts())
    assert opened.sounds.read("Row me home") == SOUND
    assert not opened.sounds.has("nobody wrote this")


def test_the_same_show_is_the_same_file(tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written(tmp_path_factory.mktemp("whole")).read_bytes()


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken") / "show.bake"


@settings(max_examples=150)
@given(st.data())
def test_a_byte_that_was_changed_is_said_or_means_nothing(whole: bytes, broken: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    broken.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
    made = baked(spoken=Spoken("en-gb", 160))
    said = ""
    try:
        opened = files.read(broken)
    except BakeError as error:
        said = str(error)
    else:
        assert opened.bake == made
        assert all(opened.sounds.read(text) == SOUND for text in made.texts())
    assert not said or (said.startswith(f"{broken}: ") and "\n" not in said)


@settings(max_examples=40)
@given(st.integers(0, 100))
def test_a_file_that_was_cut_off_is_said(whole: bytes, broken: Path, percent: int) -> None:
    broken.write_bytes(whole[: len(whole) * percent // 101])
    with pytest.raises(BakeError, match=r"show\.bake: wanted a baked show, found"):
        files.read(broken)


def test_sounds_may_not_go_missing_or_be_added(tmp_path: Path) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("speech/extra.flac", SOUND)
    with pytest.raises(BakeError, match=r"damaged: speech/extra\.flac"):
        files.read(path)


def rewritten(path: Path, **changes: object) -> None:
    """The file with other words in show.json, and all sums in order."""
    import hashlib

    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist() if name != files.SUMS}
    members[files.SHOW] = json.dumps(json.loads(members[files.SHOW]) | changes).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
        file.writestr(files.SUMS, "".join(f"{hashlib.sha256(d).hexdigest()}  {n}\n" for n, d in members.items()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2, "by": "9.9"}, "wanted a show baked in form 1, found form 2, by stagelyric 9.9; bake it again"),
        ({"form": "sourdough"}, "a zip file of something else"),
        ({"seed": "many"}, "makes no sense"),
        ({"lyrics": 3}, "makes no sense"),
        ({"spoken": {}}, "makes no sense"),
    ],
)
def test_another_form_is_said(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    path = written(tmp_path)
    rewritten(path, **changes)
    with pytest.raises(BakeError, match=said):
        files.read(path)


def test_what_is_no_baked_show_is_said(tmp_path: Path) -> None:
    path = tmp_path / "set.bake"
    with pytest.raises(BakeError, match="found no file"):
        files.read(path)
    path.write_text(SET)
    with pytest.raises(BakeError, match="wanted a baked show, found"):
        files.read(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("photo.jpg", b"")
    with pytest.raises(BakeError, match="a zip file of something else"):
        files.read(path)


def test_a_file_takes_its_name_whole_or_not_at_all(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = path.read_bytes()

    def fails() -> bytes:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.write(path, baked(), {baked().texts()[0]: fails})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["show.bake"]

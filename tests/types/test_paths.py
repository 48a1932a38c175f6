"""Where models are found, by name and by path, and the edition that stored lines belong to."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stagelyric.types import paths
from stagelyric.types.paths import ModelNotFoundError, find_model


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two folders of models, searched in this order, and a taste that nobody has written yet."""
    found = [tmp_path / "ours", tmp_path / "shipped"]
    for folder in found:
        folder.mkdir()
    monkeypatch.setattr(paths, "model_folders", lambda: found)
    monkeypatch.setenv("STAGELYRIC_TASTE", str(tmp_path / "taste.toml"))
    monkeypatch.chdir(tmp_path)
    return found


def model(folder: Path, name: str, meta: str = "{}") -> Path:
    made = folder / name
    made.mkdir(parents=True)
    (made / "meta.json").write_text(meta)
    return made


def test_of_models_of_one_name_the_first_folder_s_is_meant(folders: list[Path]) -> None:
    ours, shipped = folders
    model(shipped, "dice")
    model(shipped, "verse")
    mine = model(ours, "dice")
    (ours / "half").mkdir()  # no meta.json, so no model
    (ours / "file").write_text("")
    assert paths.models() == {"dice": mine.resolve(), "verse": (shipped / "verse").resolve()}
    assert find_model("dice") == mine.resolve()


def test_a_folder_s_path_comes_before_a_model_s_name(folders: list[Path], tmp_path: Path) -> None:
    model(folders[0], "dice")
    here = model(tmp_path, "dice")
    assert find_model("dice") == here.resolve()
    assert find_model(str(here)) == here.resolve()
    assert find_model("ours/dice") == (folders[0] / "dice").resolve()


def test_for_a_server_the_model_beside_it_is_found(folders: list[Path]) -> None:
    with pytest.raises(ModelNotFoundError, match='found no "transformer"'):
        find_model("http://127.0.0.1:11434/v1#llama3.2")
    beside = model(folders[1], "transformer")
    assert find_model("http://127.0.0.1:11434/v1#llama3.2") == beside.resolve()


@pytest.mark.parametrize(
    ("there", "wanted", "hint"),
    [
        ((), "dice", "there is: none"), (("verse", "dice"), "transformer", "there is: dice, verse"),
        (("char-rnn", "verse"), "char-rn", 'did you mean "char-rnn"?'), (("dice",), "", "there is: dice"),
        (("dice",), "ours/dice/meta.json", "there is: dice"),
    ],
)  # fmt: skip
def test_a_name_that_nothing_has_is_said_with_what_there_is(
    folders: list[Path], there: tuple[str, ...], wanted: str, hint: str
) -> None:
    for name in there:
        model(folders[0], name)
    said = f'model: wanted a folder with a meta.json or a name in models/, found no "{wanted}"; {hint}'
    with pytest.raises(ModelNotFoundError, match=f"^{re.escape(said)}$"):
        find_model(wanted)


def test_words_to_build_backward_from_are_the_model_s_own_or_those_for_all(folders: list[Path]) -> None:
    dice = model(folders[0], "dice")
    assert paths.backward(dice) is None
    (folders[1] / "backward").mkdir()
    common = folders[1] / "backward" / "backward.npz"
    common.write_bytes(b"all")
    assert paths.backward(dice) == common.resolve()
    (dice / "backward.npz").write_bytes(b"own")
    assert paths.backward(dice) == (dice / "backward.npz").resolve()


def _write(file: Path, data: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(data)
    return file


FRAMES = Path("shipped") / "songbook" / "frames"
CHANGES: dict[str, Callable[[Path], object]] = {
    "the model": lambda home: _write(home / "ours/dice/meta.json", '{"trained": "anew"}'),
    "the taste": lambda home: _write(home / "taste.toml", "[weights]\nrhyme = 2\n"),
    "frames": lambda home: _write(home / FRAMES / "plain" / "rain.frames", "other"),
    "another file of frames": lambda home: _write(home / FRAMES / "plain" / "snow.frames", ""),
    "classes of words": lambda home: _write(home / FRAMES / "classes.words", "other"),
    "words backward": lambda home: _write(home / "ours/dice/backward.npz", "words"),
}
NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "a readme of the frames": lambda home: _write(home / FRAMES / "README.md", "read me"),
    "compiled frames": lambda home: _write(home / FRAMES / "frames.bin", "compiled"),
    "another model": lambda home: _write(home / "ours/verse/meta.json", "{}"),
    "a taste that is a folder": lambda home: (home / "taste.toml").mkdir(),
    "a taste too large to be one": lambda home: _write(home / "taste.toml", "#" * (paths.LARGEST_TASTE + 1)),
}


def edition(home: Path) -> str:
    return paths.edition(home / "ours" / "dice")


@pytest.fixture
def home(folders: list[Path], tmp_path: Path) -> Path:
    model(folders[0], "dice")
    _write(tmp_path / FRAMES / "classes.words", "words")
    _write(tmp_path / FRAMES / "plain" / "rain.frames", "frames")
    return tmp_path


@pytest.mark.parametrize("what", CHANGES)
def test_lines_written_with_something_else_are_of_another_edition(home: Path, what: str) -> None:
    before = edition(home)
    CHANGES[what](home)
    after = edition(home)
    assert before != after
    assert all(name.startswith("dice-") and len(name) == len("dice-") + 12 for name in (before, after))


@pytest.mark.parametrize("what", NO_CHANGES)
def test_what_lines_do_not_depend_on_leaves_the_edition_alone(home: Path, what: str) -> None:
    before = edition(home)
    NO_CHANGES[what](home)
    assert edition(home) == before


def test_another_version_writes_another_edition(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition(home)
    monkeypatch.setattr(paths, "__version__", "99.0")
    assert edition(home) != before


def test_frames_and_songs_are_where_there_are_some(folders: list[Path]) -> None:
    ours, shipped = folders
    (ours / "songbook" / "frames").mkdir(parents=True)  # empty
    (ours / "songbook" / "folk").mkdir()
    assert (paths.frames(), paths.songbook()) == (None, None)
    _write(shipped / "songbook" / "frames" / "classes.words", "")
    _write(shipped / "songbook" / "folk" / "a.cho", "")
    assert paths.frames() == (shipped / "songbook" / "frames").resolve()
    assert paths.songbook() == (shipped / "songbook").resolve()

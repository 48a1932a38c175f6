"""The songbook as the editor's drafter reads it: only when it drafts, and known by its files until then."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stagelyric.editor.editor import Editor
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.writing import planning
from stagelyric.writing.drafters import editor, songbook
from stagelyric.writing.drafters.editor import EditorDrafter

VERSE = "The rain came down\nOn my brown coat\nThe river in the town\nAnd the old boat\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A songbook of five songs in two shelves, with the shipped beginnings and classes."""
    shipped = paths.songbook()
    assert shipped is not None
    for name in ("beginnings", "frames"):
        shutil.copytree(shipped / name, tmp_path / name)
    for number in range(5):
        sheet = tmp_path / ("folk" if number % 2 else "sea") / f"{number}.cho"
        sheet.parent.mkdir(exist_ok=True)
        sheet.write_text(f"{{title: Song {number}}}\n\n{VERSE}", encoding="utf-8")
    return tmp_path


def test_the_shipped_songbook_is_continued() -> None:
    folder = paths.songbook()
    assert folder is not None
    texts = songbook.read(folder, lambda: None)
    assert len(texts.songs) > 100
    assert all(len(verse) == planning.STANZA and all(verse) for song in texts.songs for verse in song.verses)
    assert texts.begun is not None
    assert len(texts.begun.frames) > 100
    assert texts.table


def test_what_is_read_is_known_by_its_files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = songbook.digest(folder)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "songbook"
    shutil.copytree(folder, elsewhere)
    assert songbook.digest(elsewhere) == before
    (folder / "frames" / "unheard.of").write_text("not read")
    assert songbook.digest(folder) == before
    text = songbook.sheets(folder)[0].read_bytes()
    for end in (b"\r\n", b"\r"):
        songbook.sheets(folder)[0].write_bytes(text.replace(b"\n", end))
        assert songbook.digest(folder) == before
    found = {before}
    for file in (
        songbook.sheets(folder)[0], next((folder / "beginnings").glob("*.beginnings")),
        folder / "frames" / "classes.words", folder / "frames" / "themes.words",
    ):  # fmt: skip
        assert file.exists(), file
        file.write_bytes(file.read_bytes() + b"\n# more\n")
        found.add(songbook.digest(folder))
    first, second, *_ = songbook.sheets(folder)
    first.rename(folder / "sea" / "other.cho")
    found.add(songbook.digest(folder))
    # one file that holds what two held
    name = second.relative_to(folder).as_posix()
    first.write_bytes(b"{title: a}\n" + f"{name}\n".encode() + second.read_bytes())
    found.add(songbook.digest(folder))
    second.unlink()
    found.add(songbook.digest(folder))
    assert len(found) == 8


def test_a_song_that_cannot_be_read_is_left_out(folder: Path) -> None:
    (folder / "sea" / "0.cho").write_bytes(b"\xff\xfe\xff")
    (folder / "sea" / "2.cho").write_text("{title: No verse}\n")
    assert [song.title for song in songbook.read(folder, lambda: None).songs] == ["Song 1", "Song 3", "Song 4"]


def test_nothing_is_read_before_a_quatrain_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "songbook", lambda: folder)
    monkeypatch.setattr(songbook, "songs", lambda *_: pytest.fail("the songs were read"))
    ear = Editor.__new__(Editor)
    drafter = editor.make(ear)
    assert drafter is not None
    assert drafter.digest == songbook.digest(folder)
    for sheet in songbook.sheets(folder)[1:]:
        sheet.unlink()
    assert editor.make(ear) is None  # too few songs


def test_other_work_is_done_while_it_is_read(folder: Path) -> None:
    """Also such as needs the same texts."""
    model: Any = None
    drafter, turns = EditorDrafter(model, partial(songbook.read, folder), "some"), [0]

    def between() -> None:
        turns[0] += 1
        if turns[0] == 3:
            assert len(drafter.texts(lambda: None).songs) == 5

    assert len(drafter.texts(between).songs) == 5
    assert turns[0] >= len(songbook.sheets(folder))
    assert drafter.texts(lambda: pytest.fail("read again")) == drafter.texts(between)


def test_where_too_few_songs_have_a_verse_no_quatrain_is_drafted(folder: Path) -> None:
    for sheet in songbook.sheets(folder)[1:]:
        sheet.write_text("{title: No verse}\n")
    unused: Any = None
    drafter = EditorDrafter(unused, partial(songbook.read, folder), "some")
    assert drafter.stanza(Ask(), 0, (), unused, lambda text, before: True, lambda: None) == ()

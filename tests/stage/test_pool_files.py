import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.show.pool import Pool
from stagelyric.stage.pool_files import PoolFiles
from stagelyric.types.lines import Ask, Line

ASK = Ask(seed=1967)
LINES = [Line(f"Line {number}", "model", 0.5, ("Line", str(number)), number) for number in range(32)]


def filled(folder: Path) -> PoolFiles:
    store = PoolFiles(folder, "char-rnn-1")
    store.append(ASK, 0, LINES[:16])
    store.append(ASK, 16, LINES[16:])
    return store


def loaded(store: PoolFiles) -> Pool:
    pool = Pool()
    store.load(pool, [ASK, Ask(seed=2)])
    return pool


def test_a_shelf_is_there_again(tmp_path: Path) -> None:
    assert loaded(filled(tmp_path)).shelf(ASK).lines == LINES


def test_another_model_s_lines_are_other_lines(tmp_path: Path) -> None:
    filled(tmp_path)
    assert loaded(PoolFiles(tmp_path, "char-rnn-2")).shelf(ASK).lines == []


@pytest.mark.parametrize(
    "damage",
    [
        b'{"no": "chunk"}\n', b"null\n", b'[16, [["only a text"]]]\n', b"\xff\xfe\n[16", b"\xff\xfe[" * 50,
        b"[0, [[5, 1, [], 2, 3]]]\n", b"[" * 100_000 + b"\n",
    ],
)  # fmt: skip
def test_a_damaged_file_gives_what_is_whole_and_is_put_aside(tmp_path: Path, damage: bytes) -> None:
    store = PoolFiles(tmp_path, "char-rnn-1")
    store.append(ASK, 0, LINES[:16])
    (file,) = tmp_path.glob("*/*.jsonl")
    written = file.read_bytes() + damage
    file.write_bytes(written)
    assert loaded(store).shelf(ASK).lines == LINES[:16]
    (aside,) = tmp_path.glob("*/*.damaged-*")
    assert aside.read_bytes() == written
    assert store.damaged == f"a shelf of lines was damaged: it is {aside.name} now, and a new one is begun"
    store.append(ASK, 16, LINES[16:])  # the new one goes on
    again = PoolFiles(tmp_path, "char-rnn-1")
    assert loaded(again).shelf(ASK).lines == LINES
    assert again.damaged is None


@given(st.integers(1), st.integers(0, 9))
def test_a_file_that_ends_anywhere_loses_its_last_chunk_alone(cut: int, zeros: int) -> None:
    """As when the machine goes off: what follows the whole chunks is half a chunk, and room that was not written."""
    with TemporaryDirectory() as name:
        filled(folder := Path(name))
        (file,) = folder.glob("*/*.jsonl")
        first, second = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(first + second[: cut % len(second)] + bytes(zeros))
        store = PoolFiles(folder, "char-rnn-1")
        assert loaded(store).shelf(ASK).lines == LINES[:16]
        assert store.damaged is None
        assert file.read_bytes() == first
        store.append(ASK, 16, LINES[16:])
        assert loaded(PoolFiles(folder, "char-rnn-1")).shelf(ASK).lines == LINES


def test_several_damaged_files_are_said_together(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.append(Ask(seed=2), 0, LINES)
    for file in tmp_path.glob("*/*.jsonl"):
        file.unlink()
        file.mkdir()
    assert loaded(store).shelf(ASK).lines == []
    assert store.damaged is not None
    assert store.damaged.startswith("2 shelves of lines were damaged: they are ")
    store.append(ASK, 0, LINES)
    assert loaded(store).shelf(ASK).lines == LINES


def test_the_shelves_of_longest_ago_make_room_and_no_clock_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path)
    store.append(Ask(seed=2), 0, LINES)
    files = {file.stem: file for file in tmp_path.glob("*/*.jsonl")}
    os.utime(files[ASK.digest], (0, 0))
    store.forget()
    assert all(file.exists() for file in files.values())
    monkeypatch.setattr("stagelyric.stage.pool_files.ROOM", files[Ask(seed=2).digest].stat().st_size)
    store.forget({ASK.digest})
    assert files[ASK.digest].exists()  # the show has it
    store.append(Ask(seed=2), 0, LINES)
    store.forget()
    assert not files[ASK.digest].exists()


def test_a_shelf_that_is_no_file_is_put_aside(tmp_path: Path) -> None:
    store = PoolFiles(tmp_path, "char-rnn-1")
    store.append(ASK, 0, LINES[:2])
    (file,) = tmp_path.glob("*/*.jsonl")
    file.unlink()
    os.mkfifo(file)  # would be waited for
    assert loaded(store).shelf(ASK).lines == []
    store.append(ASK, 0, LINES[:2])
    assert loaded(store).shelf(ASK).lines == LINES[:2]

import os
from pathlib import Path

import pytest

from stagelyric.show.pool import Pool
from stagelyric.stage.store import Store
from stagelyric.types.lines import Ask, Line

ASK = Ask(seed=1967)
LINES = [Line(f"Line {number}", "model", 0.5, ("Line", str(number)), number) for number in range(32)]


def filled(folder: Path) -> Store:
    store = Store(folder, "char-rnn-1")
    store.append(ASK, 0, LINES[:16])
    store.append(ASK, 16, LINES[16:])
    return store


def loaded(store: Store) -> Pool:
    pool = Pool()
    store.load(pool, [ASK, Ask(seed=2)])
    return pool


def test_a_shelf_is_there_again(tmp_path: Path) -> None:
    assert loaded(filled(tmp_path)).shelf(ASK).lines == LINES


def test_another_model_s_lines_are_other_lines(tmp_path: Path) -> None:
    filled(tmp_path)
    assert loaded(Store(tmp_path, "char-rnn-2")).shelf(ASK).lines == []


@pytest.mark.parametrize(
    "damage", [b"[16, [[", b"\xff\xfe", b'{"no": "chunk"}\n', b"null\n", b'[16, [["only a text"]]]\n']
)
def test_a_damaged_file_gives_what_is_whole(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path, "char-rnn-1")
    store.append(ASK, 0, LINES[:16])
    (file,) = tmp_path.glob("*/*.jsonl")
    file.write_bytes(file.read_bytes() + damage)
    assert loaded(store).shelf(ASK).lines in (LINES[:16], [])
    store.append(ASK, 0, LINES[:16])  # and can be written again


def test_the_shelves_of_longest_ago_make_room_and_no_clock_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path)
    store.append(Ask(seed=2), 0, LINES)
    files = {file.stem: file for file in tmp_path.glob("*/*.jsonl")}
    os.utime(files[ASK.digest], (0, 0))
    store.forget()
    assert all(file.exists() for file in files.values())
    monkeypatch.setattr("stagelyric.stage.store.ROOM", files[Ask(seed=2).digest].stat().st_size)
    store.forget({ASK.digest})
    assert files[ASK.digest].exists()  # the show has it
    store.append(Ask(seed=2), 0, LINES)
    store.forget()
    assert not files[ASK.digest].exists()


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe[" * 50, b"[0, [[5, 1, [], 2, 3]]]\n", b"[" * 100_000 + b"\n", b"[16, [["]
)
def test_what_is_damaged_is_put_aside_and_the_whole_chunks_go_on(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path, "char-rnn-1")
    store.append(ASK, 0, LINES[:2])
    (file,) = tmp_path.glob("*/*.jsonl")
    content = file.read_bytes() + damage
    file.write_bytes(content)
    assert loaded(store).shelf(ASK).lines == LINES[:2]
    assert file.with_suffix(".damaged").read_bytes() == content
    store.append(ASK, 2, LINES[2:4])
    assert loaded(store).shelf(ASK).lines == LINES[:4]


def test_a_shelf_that_is_no_file_is_put_aside(tmp_path: Path) -> None:
    store = Store(tmp_path, "char-rnn-1")
    store.append(ASK, 0, LINES[:2])
    (file,) = tmp_path.glob("*/*.jsonl")
    file.unlink()
    os.mkfifo(file)  # would be waited for
    assert loaded(store).shelf(ASK).lines == []
    store.append(ASK, 0, LINES[:2])
    assert loaded(store).shelf(ASK).lines == LINES[:2]

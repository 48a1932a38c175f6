"""The journal's database: many records written by few statements."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.gear.journal import database
from stagelyric.gear.journal.database import COLUMNS, ROWS, DamagedError, DatabaseWriter, Record, connect, insert
from stagelyric.gear.journal.recordfile import encode
from stagelyric.testing.waiting import until


def record(seq: int) -> Record:
    return ("night", seq, "cue", 1e9 + seq, seq, "Jude", "verse", f"line {seq}", "frame", 0.5, None, None, None)


@pytest.mark.parametrize("count", [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 5])
def test_every_record_is_written_once_and_in_its_columns(tmp_path: Path, count: int) -> None:
    opened = connect(tmp_path / "journal.sqlite3")
    records = [record(seq) for seq in range(count)]
    with opened:
        insert(opened, records[: count // 2])
        insert(opened, records)
    columns = ", ".join(COLUMNS)
    found = [tuple(row) for row in opened.execute(f"SELECT {columns} FROM records ORDER BY seq")]
    opened.close()
    assert found == records


class Told:
    """A journal's writer, with what it said and the records of the night."""

    def __init__(self, path: Path) -> None:
        self.said: list[str | None] = []
        self.tonight: list[Record] = []
        self.writer = DatabaseWriter(
            path, ("night", "Friday", 1e9, 1, "m", "0"), lambda: self.tonight, self.said.append
        )

    def write(self, *numbers: int) -> None:
        records = [record(seq) for seq in numbers]
        self.tonight += records
        self.writer.put(records)

    async def wrote(self, count: int) -> None:
        await until(lambda: self.writer.written >= count, "the journal")


def numbers(path: Path) -> list[int]:
    opened = connect(path)
    found = [number for (number,) in opened.execute("SELECT number FROM records ORDER BY seq")]
    opened.close()
    return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "RETRY", 0.01)


@pytest.mark.parametrize("content", [b"no database at all " * 99, b"SQLite format 3\0" + b"\1" * 4000])
async def test_what_is_no_journal_is_put_aside_and_another_begun(tmp_path: Path, content: bytes, quick: None) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(content)
    told = Told(path)
    told.write(1, 2)
    await told.wrote(2)
    told.writer.close(10)
    (aside,) = tmp_path.glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert told.said == [f"the journal was damaged: it is {aside.name} now, and a new one is begun"]
    assert numbers(path) == [1, 2]


@pytest.mark.skipif(os.name == "nt", reason="an open file can't be removed on Windows")
async def test_a_journal_that_is_removed_is_written_anew_with_the_whole_night(tmp_path: Path, quick: None) -> None:
    path = tmp_path / "journal.sqlite3"
    told = Told(path)
    told.write(1, 2, 3)
    await told.wrote(3)
    path.unlink()
    told.write(4)
    await told.wrote(4)
    told.write(5)
    told.writer.close(10)
    assert told.said == [f"the journal was removed from {path}: a new one is begun"]
    assert numbers(path) == [1, 2, 3, 4, 5]


async def test_records_wait_for_a_folder_that_is_not_there_yet(tmp_path: Path, quick: None) -> None:
    (tmp_path / "disk").write_text("no folder")
    path = tmp_path / "disk" / "journal.sqlite3"
    told = Told(path)
    told.write(1)
    await until(lambda: told.said, "the first word")
    assert told.said[0] is not None
    assert "nothing is lost as yet" in told.said[0]
    told.write(2)
    (tmp_path / "disk").unlink()
    await told.wrote(2)
    told.writer.close(10)
    assert (told.said[1:], told.writer.lost) == ([None], 0)
    assert numbers(path) == [1, 2]


async def test_only_the_oldest_are_lost_where_more_wait_than_memory_should_hold(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MOST", 5)
    (tmp_path / "disk").write_text("no folder")
    path = tmp_path / "disk" / "journal.sqlite3"
    told = Told(path)
    told.writer.put([record(seq) for seq in range(12)])
    await until(lambda: told.writer.lost == 7, "the loss")
    (tmp_path / "disk").unlink()
    await told.wrote(5)
    told.writer.close(10)
    assert numbers(path) == [7, 8, 9, 10, 11]


@pytest.mark.needs("links")
def test_what_is_no_file_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "link"):
        with pytest.raises(DamagedError, match="wanted a journal, found no file"):
            connect(tmp_path / name)


def spool(path: Path, process: int, *content: object) -> Path:
    file = path.with_name(f"{path.name}-spool-{process}")
    file.write_bytes(b"".join(map(encode, content)) + b"\0" * 100)
    return file


def _dead() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.skipif(os.name == "nt", reason="Windows may give the number to another at once")
@pytest.mark.parametrize("name", ["journal.sqlite3", "our [1] night.sqlite3"])
def test_a_spool_of_a_show_that_is_dead_is_taken_up_and_goes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    dead = spool(path, _dead(), list(record(1)), list(record(2)))
    living = spool(path, os.getpid(), list(record(2)), list(record(3)))
    assert numbers(path) == [1, 2, 3]
    assert (dead.exists(), living.exists()) == (False, True)
    assert numbers(path) == [1, 2, 3]


@given(
    st.lists(st.lists(st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.none(), max_size=14)),
    st.binary(max_size=50),
)  # fmt: skip
@settings(max_examples=20)
def test_a_spool_of_anything_costs_no_journal(
    tmp_path_factory: pytest.TempPathFactory, content: list[list[Any]], noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("night") / "journal.sqlite3"
    odd = [one for one in content if len(one) != len(COLUMNS)]
    small = [one for one in odd if all(not isinstance(value, int) or abs(value) < 2**62 for value in one)]
    file = spool(path, os.getpid(), *small, list(record(1)))
    file.write_bytes(file.read_bytes().rstrip(b"\0") + noise)
    assert numbers(path) in ([1], [])  # [] where the noise is one more record, of the same number
    assert file.exists()

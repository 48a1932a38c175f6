"""What is optional is optional: a journal, a pool or a place that is damaged, full or gone costs no cue."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults.harness import ports, press, show, stock

from stagelyric.gear.journal import journal as memory
from stagelyric.testing.play import Play

PRESSES = 6


async def alerts(play: Play) -> str:
    """What a page that connects now is told is wrong."""
    async with play.display() as display:
        return " / ".join(alert["text"] for alert in display.state["alerts"])


async def until_told(play: Play, part: str) -> None:
    async with asyncio.timeout(20):
        while part not in await alerts(play):
            await asyncio.sleep(0.1)


def cues(play: Play) -> list[int]:
    rows = memory.records(play.journal, "last")
    return [row["number"] for row in rows if row["kind"] == "cue"]


@pytest.mark.parametrize(
    "content", [b"nothing like a database" * 500, b"SQLite format 3\0" + b"\xff" * 4096, b"\0" * 5000]
)
async def test_a_damaged_journal_is_put_aside_and_a_new_one_begun(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(content)
    async with show(tmp_path) as play:
        for _ in range(PRESSES):
            await press(play)
        await until_told(play, "the journal was damaged")
    (aside,) = tmp_path.glob("journal.sqlite3.damaged-*")
    assert aside.read_bytes() == content
    assert cues(play) == list(range(1, PRESSES + 1))


def _a_file_in_the_way(folder: Path) -> None:
    (folder / "data").write_text("no folder")


def _no_pool(folder: Path) -> None:
    shutil.rmtree(folder / "cache")
    (folder / "cache").write_text("no folder")


def _damaged_shelves(folder: Path) -> None:
    for file in folder.glob("cache/*/*/*/*.jsonl"):
        file.write_bytes(b"\xff\xfe[" * 50)


@pytest.mark.parametrize("spoil", [_a_file_in_the_way, _no_pool, _damaged_shelves])
async def test_the_show_starts_without_its_folders(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    stock(tmp_path)
    spoil(tmp_path)
    journal = tmp_path / "data" / "journal.sqlite3" if spoil is _a_file_in_the_way else tmp_path / "journal.sqlite3"
    async with show(tmp_path, None, "--journal", str(journal)) as play:
        for _ in range(PRESSES):
            state = await press(play)
        assert state["number"] == PRESSES
        if spoil is _a_file_in_the_way:
            await until_told(play, "the journal can't be written")
            assert "where the show is can't be written down" in await alerts(play)
        if spoil is _damaged_shelves:
            assert "shelves of lines were damaged: they are " in await alerts(play)
            assert len(list(tmp_path.glob("cache/*/*/*/*.damaged-*"))) == 3


async def test_a_journal_that_is_removed_in_mid_show_is_begun_anew_with_tonight_in_it(tmp_path: Path) -> None:
    async with show(tmp_path) as play:
        for _ in range(3):
            await press(play)
        await asyncio.sleep(0.5)
        for file in tmp_path.glob("journal.sqlite3*"):
            if "spool" not in file.name and "show" not in file.name:
                file.unlink()
        for _ in range(3):
            await press(play)
        await until_told(play, "was removed")
    assert cues(play) == list(range(1, 7))


async def test_files_that_are_cut_short_in_mid_show_end_nothing(tmp_path: Path) -> None:
    here = ports()
    async with show(tmp_path, here) as play:
        await press(play)
        for file in tmp_path.glob("journal.sqlite3-*"):
            if file.suffix != ".lock" and ("spool" in file.name or "show" in file.name):
                os.truncate(file, 0)
        for _ in range(3):
            last = await press(play)
        assert last["number"] == 4
        assert play.process.returncode is None
    assert cues(play) == [1, 2, 3, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets another process's limits")
async def test_a_disk_that_is_full_for_a_while_costs_no_cue(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """No file may grow: to the show that is a disk without room, and one that is given back."""
    import resource

    here, full = ports(), 8192
    async with show(tmp_path, here) as play:
        for _ in range(3):
            await press(play)
        await asyncio.sleep(0.5)  # the database has them
        resource.prlimit(play.process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        waits = []
        for _ in range(40):
            began = time.monotonic()
            last = await press(play)
            waits.append(time.monotonic() - began)
        await until_told(play, "the journal can't be written")
        said = await alerts(play)
        resource.prlimit(play.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        async with asyncio.timeout(20):
            while "can't be" in await alerts(play):
                await asyncio.sleep(0.1)
        resource.prlimit(play.process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        for _ in range(3):
            last = await press(play)
        await play.kill()  # full again, and killed: the spool and the place had their room before
    async with show(tmp_path, here) as play:
        assert (await play.state())["line"] == last["line"]
    assert cues(play) == list(range(1, 47))
    record_property("sent", "46 presses, 43 of them on a full disk, a kill")
    record_property("answered", "46, all in the journal")
    record_property("longest wait", f"{max(waits) * 1e3:.0f} ms")
    record_property("said", said)


async def test_a_place_that_is_removed_is_written_again(tmp_path: Path) -> None:
    here = ports()
    async with show(tmp_path, here) as play:
        await press(play)
        place = tmp_path / "journal.sqlite3-show-fault-night"
        place.unlink()
        await press(play)
        async with asyncio.timeout(10):
            while not place.exists():
                await asyncio.sleep(0.05)
        last: dict[str, Any] = await press(play)
        await play.kill()
    async with show(tmp_path, here) as play:
        assert (await play.state())["number"] == last["number"]

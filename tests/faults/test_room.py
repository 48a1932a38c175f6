"""Folders that can't be written to, a disk without room, and folders that are removed: all given back in mid-show."""

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from faults.harness import press, show, stock

from stagelyric.gear.journal import journal as memory
from stagelyric.testing.play import Play

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux takes a program's rights and room from outside"
)


async def until_told(play: Play, *parts: str, over: bool = False) -> None:
    """Waits until a page that connects now is told all of these, or (`over`) none of them."""
    told = ""
    try:
        async with asyncio.timeout(20):
            while True:
                async with play.display() as display:
                    told = " / ".join(alert["text"] for alert in display.state["alerts"])
                if not any(part in told for part in parts) if over else all(part in told for part in parts):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"wanted {'none' if over else 'all'} of {parts}, found: {told}") from None


def cues(play: Play) -> list[int]:
    return [row["number"] for row in memory.records(play.journal, "last") if row["kind"] == "cue"]


def _let_write(folder: Path, allowed: bool) -> None:
    for place in [folder, *(place for place in folder.rglob("*") if place.is_dir())]:
        with contextlib.suppress(FileNotFoundError):
            place.chmod(0o755 if allowed else 0o555)


@pytest.mark.needs("setpriv")
async def test_read_only_folders_that_are_given_back(tmp_path: Path) -> None:
    stock(tmp_path)
    for name in ("data/stagelyric", "config", "cache/stagelyric/speech"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "set.toml").touch()
    (tmp_path / "play.log").touch()
    (tmp_path / "config" / "taste.toml").touch(mode=0)
    # an administrator's rights would go past the folders' modes
    through = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    environment = {"STAGELYRIC_TASTE": str(tmp_path / "config" / "taste.toml")}
    _let_write(tmp_path, False)
    try:
        async with show(tmp_path, None, "--pin", "471108", through=through, environment=environment) as play:
            for number in (1, 2, 3):
                assert (await press(play))["number"] == number
            wanted = "the journal can't be written", "where the show is can't be written down", "the key of pages"
            await until_told(play, *wanted)
            _let_write(tmp_path, True)
            await press(play)
            await until_told(play, *wanted, over=True)
            await press(play)
    finally:
        _let_write(tmp_path, True)
    assert cues(play) == [1, 2, 3, 4, 5]


@pytest.mark.needs("prlimit")
async def test_a_disk_that_is_full_from_the_start_and_given_back(tmp_path: Path) -> None:
    import resource

    stock(tmp_path)
    async with show(tmp_path, None, "--pin", "471108", through=["prlimit", "--fsize=0:unlimited"]) as play:
        for number in (1, 2, 3):
            assert (await press(play))["number"] == number
        wanted = "the journal can't be written", "where the show is can't be written down", "the key of pages that join"
        await until_told(play, *wanted)
        resource.prlimit(play.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        await press(play)
        await until_told(play, *wanted, over=True)
        await press(play)
    assert cues(play) == [1, 2, 3, 4, 5]


async def test_folders_that_are_removed_and_given_back(tmp_path: Path) -> None:
    """The sounds' folder has another in its place from the start, the shelves' and the taste go in mid-show."""
    stock(tmp_path, only="verse")
    speech = tmp_path / "cache" / "stagelyric" / "speech"
    speech.touch()
    (tmp_path / "taste.toml").touch()
    async with show(tmp_path, None, environment={"STAGELYRIC_TASTE": str(tmp_path / "taste.toml")}) as play:
        await until_told(play, "speech: sounds can't be kept")
        (tmp_path / "taste.toml").unlink()
        shutil.rmtree(tmp_path / "cache")
        (tmp_path / "cache").touch()
        await until_told(play, "the lines ahead can't be kept on the disk")
        assert (await press(play))["number"] == 1
        (tmp_path / "cache").unlink()
        await until_told(play, "can't be kept", over=True)
        assert (await press(play))["number"] == 2
    assert speech.is_dir()
    assert list(tmp_path.glob("cache/stagelyric/pool/*/*.jsonl"))
    assert cues(play) == [1, 2]


async def test_every_file_of_the_last_show_is_cut_to_half(tmp_path: Path) -> None:
    environment = {"STAGELYRIC_TASTE": str(tmp_path / "taste.toml")}
    sounds = tmp_path / "cache" / "stagelyric" / "speech"
    stock(tmp_path)
    async with show(tmp_path, None, "--pin", "471108") as play:
        await press(play)
    sounds.mkdir(parents=True, exist_ok=True)
    (sounds / "cut.flac").write_bytes(b"fLaC\0\0")
    (tmp_path / "taste.toml").write_text("[weights]\nimagery = 0.25\n")
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file.name not in ("play.log", "set.toml")]
    for file in files:
        os.truncate(file, file.stat().st_size // 2)
    assert {"joined.key", "journal.sqlite3"} <= {file.name for file in files}
    async with show(tmp_path, None, "--pin", "471108", environment=environment) as play:
        begun = (await play.state())["number"]
        await press(play)
        await press(play)
        await until_told(
            play,
            "the journal was damaged",
            "the band's taste was damaged",
            "the key of pages that had joined was damaged",
        )
    assert cues(play)[-2:] == [begun + 1, begun + 2]

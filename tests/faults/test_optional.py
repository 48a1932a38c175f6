"""Every optional file attacked in every way: the show starts, says what it found as a state, and begins a new one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from faults.harness import press, show, stock

from stagelyric.gear.journal import journal as memory
from stagelyric.rehearsal.draft import Draft
from stagelyric.rehearsal.files import Drafts, folder_of
from stagelyric.types.aside import put_aside

TITLE, SONG = "Fault night", "Harbour Lights"
HUGE = 3 << 30


def things(folder: Path) -> dict[str, Path]:
    """What is optional, by what is said of it."""
    shelf = min(folder.glob("cache/stagelyric/pool/*/*.jsonl"))
    return {
        "the journal was damaged": folder / "journal.sqlite3",
        "where the last show was can't be read": folder / "journal.sqlite3-show-fault-night",
        "the band's taste was damaged": folder / "taste.toml",
        "the key of pages that had joined was damaged": folder / "data" / "stagelyric" / "joined.key",
        "shelf of lines was damaged": shelf,
        "the show is played without it": folder / "set.bake",
        "": Drafts(folder_of(folder / "data" / "stagelyric" / "drafts", TITLE)).file(SONG),
    }


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()
    (path / "inside").touch()


def link_to_nothing(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def huge(path: Path) -> None:
    path.write_bytes(b"[")
    os.truncate(path, HUGE)


# What nobody can tell from a file that is absent: a bake is no part of a set that has none, and is never put aside.
UNSAID = {
    "the show is played without it": (pipe, folder, link_to_nothing, link_to_itself),
    "shelf of lines was damaged": (link_to_nothing,),
}


@pytest.mark.needs("linux")
@pytest.mark.parametrize("attack", [noise, pipe, folder, link_to_nothing, link_to_itself, huge])
async def test_whatever_lies_in_an_optional_file_s_place_the_show_goes_on(
    tmp_path: Path, attack: Callable[[Path], None], record_property: Callable[[str, object], None]
) -> None:
    stock(tmp_path)
    attacked = things(tmp_path)
    for path in attacked.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        attack(path)
    environment = {"STAGELYRIC_TASTE": str(tmp_path / "taste.toml")}
    async with show(tmp_path, None, "--pin", "471108", environment=environment) as play, play.display() as display:
        for number in (1, 2, 3):
            assert (await press(play))["number"] == number
        wanted = [text for text in attacked if text and attack not in UNSAID.get(text, ())]

        def missing() -> list[str]:
            told = " / ".join(alert["text"] for alert in display.state["alerts"])
            return [text for text in wanted if text not in told]

        await display.until(lambda: not missing())
        async with play.display() as late:
            assert late.state["alerts"] == display.state["alerts"]
        drafts = Drafts(attacked[""].parent)
        assert drafts.load(SONG) == Draft(SONG)
    for text, path in attacked.items():
        if text in wanted and text != "the show is played without it":
            (aside,) = path.parent.glob(f"{path.name if path.suffix != '.jsonl' else path.stem}.damaged-*")
            assert attack is not noise or path.suffix == ".jsonl" or aside.read_bytes() == bytes(range(256)) * 20
    assert [row["number"] for row in memory.records(play.journal, "last") if row["kind"] == "cue"] == [1, 2, 3]
    record_property("answered", f"3 lines; {len(attacked)} files attacked, {len(wanted)} of them named in the state")


@pytest.mark.needs("links")
def test_what_is_put_aside_is_kept(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("something")
    (tmp_path / "link").symlink_to("there")
    name = put_aside(tmp_path / "link")
    assert os.readlink(tmp_path / name) == "there"
    assert (tmp_path / "there").read_text() == "something"
    folder(tmp_path / "folder")
    assert (tmp_path / put_aside(tmp_path / "folder") / "inside").exists()
    shutil.rmtree(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        put_aside(tmp_path / "there")

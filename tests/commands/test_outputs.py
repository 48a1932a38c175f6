"""Commands that write a file refuse a place where none can be written before they do their work."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stagelyric.cli import cli
from stagelyric.commands import frames
from stagelyric.gear.journal import journal as memory
from stagelyric.report import evaluation, reading

COMMANDS = {
    "analyse": (["analyse", "{song}", "--plot"], ".html"),
    "evaluate": (["evaluate", "transformer", "{song}", "--plot"], ".html"),
    "frames": (["frames", "{song}", "-o"], ".frames"),
    "journal stats": (["journal", "stats", "--plot"], ".svg"),
    "learn-taste": (["learn-taste", "--kept"], ".txt"),
    "soak": (["soak", "-o"], ".svg"),
}


def work(*_: object, **__: object) -> None:
    raise AssertionError("the work was begun")


@pytest.mark.parametrize("place", ["no folder", "a folder", "below a file"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_cannot_be_written_is_refused_at_once(
    command: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((reading, "read"), (evaluation, "places"), (frames, "_open"), (memory, "nights")):
        monkeypatch.setattr(module, name, work)
    arguments, ending = COMMANDS[command]
    song = tmp_path / "song.txt"
    song.write_text("A line of a song\nAnother line of it\n")
    folder = tmp_path / f"made{ending}"
    folder.mkdir()
    places = {"no folder": tmp_path / "none" / f"a{ending}", "a folder": folder, "below a file": song / f"a{ending}"}
    out = places[place]
    before = sorted(tmp_path.rglob("*"))
    done = CliRunner().invoke(cli, [*(each.format(song=song) for each in arguments), str(out)])
    assert done.exit_code == 2, done.output
    assert f"{out}: could not be written: " in done.output
    assert sorted(tmp_path.rglob("*")) == before

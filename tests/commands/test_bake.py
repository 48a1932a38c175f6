"""`bake` and `play --show` as a band uses them: in their own processes, the models taken away for the show."""

import asyncio
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import programs
import pytest
from baked.shows import baked
from click.testing import CliRunner
from product import playing

from stagelyric.baked import file as files
from stagelyric.baked.bake import Spoken
from stagelyric.cli import cli
from stagelyric.commands import bake_page
from stagelyric.commands.common import Failure
from stagelyric.stage.baking import BakingError
from stagelyric.testing.ports import free_port

bake = importlib.import_module("stagelyric.commands.bake")  # beside the command of that name
REPOSITORY = Path(__file__).parents[2]
SET = """
title = "Baked night"
seed = 11
model = "char-rnn"
drafters = ["frames"]
avoid = ["tonight"]
[[songs]]
title = "Harbour Lights"
names = ["Polly Magnet"]
themes = ["rain", "harbour"]
[[songs.sections]]
name = "verse"
syllables = [6, 9]
rhyme = "AABB"
safety = ["Hold the light on the water"]
[[songs.sections]]
name = "chorus"
syllables = [5, 8]
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`stagelyric …` in a folder, with its own files below it."""
    places = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
    return subprocess.run(
        [sys.executable, "-m", "stagelyric", *arguments], cwd=folder, env=os.environ | places, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a setlist, its bake of 24 lines a section, and the proof."""
    folder = tmp_path_factory.mktemp("kitchen")
    (folder / "set.toml").write_text(SET, encoding="utf-8")
    options = ("--lines", "24", "--no-words", "--word", "moon", "--no-speech", "--proof", "proof.html", "--json")
    done = run(folder, "bake", "set.toml", "-o", "show.bake", *options)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["lines"], told["sections"], told["words"], told["seed"]) == (48, 2, 8, 11)
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The program with no model anywhere, and with libraries that end whoever imports them."""
    programs.require("links")
    (tmp_path / "stagelyric").symlink_to(REPOSITORY / "stagelyric", target_is_directory=True)
    for name in ("numpy", "onnxruntime", "torch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text('import os\nprint("Traceback: imported")\nos._exit(3)\n')
    return {"PYTHONPATH": str(tmp_path)}


async def pressed(play: Any, display: Any, count: int) -> None:
    for _ in range(count):
        before = len(display.cues)
        play.send("/stagelyric/line", 1)
        await display.until(lambda before=before: len(display.cues) > before)


async def test_the_baked_show_needs_no_model_and_goes_on_after_a_kill(
    kitchen: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    wanted = [line.text for line in files.read(kitchen / "show.bake").bake.parts[0].played]
    folder, ports = tmp_path / "night", (free_port(), free_port())
    how: dict[str, Any] = {"environment": bare, "show": kitchen / "show.bake", "ports": ports}
    async with playing(folder, "--midi", "none", **how) as play:
        async with play.display() as display:
            await pressed(play, display, 5)
            assert display.lines == wanted[:5]
            play.send("/stagelyric/word", "moon")
            await display.until(lambda: len(display.cues) == 6)
            assert "moon" in display.lines[-1].lower()
        await play.kill()
    async with playing(folder, "--midi", "none", **how) as play, play.display() as display:
        assert "goes on where it was" in play.printed
        await pressed(play, display, 3)
        assert display.lines == wanted[5:8]
        assert [cue["number"] for cue in display.cues] == [7, 8, 9]


async def test_the_live_show_of_that_seed_has_the_same_lines(kitchen: Path, tmp_path: Path) -> None:
    """Read from the shelves that the live show fills: what it wrote is what was baked."""
    async with playing(tmp_path, "--lines-ahead", "24", setlist=SET, ready=24) as play:
        async with asyncio.timeout(60):
            while len(found := shelves(tmp_path)) < 2 or any(len(lines) < 24 for lines in found.values()):
                await asyncio.sleep(0.1)
        assert (await play.state())["next"] == files.read(kitchen / "show.bake").bake.parts[0].lines[0].line.text
    for part in files.read(kitchen / "show.bake").bake.parts:
        assert found[part.digest][:24] == [one.line.text for one in part.lines]


def shelves(folder: Path) -> dict[str, list[str]]:
    """What a live show wrote, by the shelf."""
    found: dict[str, list[str]] = {}
    for file in (folder / "cache").rglob("pool/*/*.jsonl"):
        chunks = [json.loads(row)[1] for row in file.read_text(encoding="utf-8").splitlines() if row.endswith("]")]
        found[file.stem] = [line[0] for chunk in chunks for line in chunk]
    return found


def test_a_stopped_bake_is_kept_and_goes_on(kitchen: Path, tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text(SET, encoding="utf-8")
    options = ["bake", "set.toml", "-o", "show.bake", "--no-words", "--no-speech", "--jobs", "1", "--lines", "96"]
    with subprocess.Popen(
        [sys.executable, "-m", "stagelyric", *options], cwd=tmp_path, text=True, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("lines: 16 of 198")
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "are kept in show.bake.part; --resume goes on" in said
    assert "Traceback" not in said
    begun = files.read(tmp_path / "show.bake.part").bake
    assert not begun.whole
    assert [len(part.lines) >= 16 for part in begun.parts] == [True, False]
    done = run(tmp_path, *options, "--resume")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.glob("show.*")] == ["show.bake"]
    made = files.read(tmp_path / "show.bake").bake
    assert made.whole
    for part, same in zip(made.parts, files.read(kitchen / "show.bake").bake.parts, strict=True):
        assert [one.line for one in part.lines[:24]] == [one.line for one in same.lines]


def told(*arguments: str, status: int = 0) -> str:
    """What the command says, in this process."""
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == status, result.output
    return result.output


def test_what_is_wrong_is_one_sentence(kitchen: Path, tmp_path: Path) -> None:
    good = str(kitchen / "show.bake")
    broken = tmp_path / "broken.bake"
    data = bytearray(Path(good).read_bytes())
    data[len(data) // 2] ^= 0xFF
    broken.write_bytes(data)
    another = tmp_path / "set.toml"
    another.write_text(SET + "\n", encoding="utf-8")
    assert "is whole: 2 sections, 48 lines (0 struck, 0 changed), 0 sounds, seed 11" in told("check", good)
    for arguments, said in (
        (("check", str(broken)), "broken.bake: "),
        (("play", "--show", str(broken), "--no-open"), "broken.bake: "),
        (("play", "--show", good, "--seed", "3"), "was baked with seed 11, wanted 3"),
        (("play", "--show", good, "--model", "char-rnn"), "wanted no --model"),
        (("play",), "wanted a setlist, or a baked show"),
        (("play", str(another), "--show", good), "was baked from another setlist"),
        (("bake", str(another)), "wanted a file for the show with -o"),
        (("bake", str(another), "-o", str(tmp_path / "none.bake"), "--resume"), "found no file"),
        (("bake", str(another), "-o", good, "--resume"), "was begun with another setlist"),
        (("bake", "edit", good, "--strike", "3-1"), "wanted lines' numbers"),
    ):
        assert said in told(*arguments, status=2), arguments


def test_lines_are_struck_and_changed_by_number(tmp_path: Path) -> None:
    show = tmp_path / "show.bake"
    files.write(show, baked())
    said = told("bake", "edit", str(show), "--strike", "2,5-6", "--change", "4", "A gull at the sill")
    assert '4 is now: "A gull at the sill"' in said
    assert "rhyme: does not rhyme with 3" in said
    assert files.read(show).bake.touched == (3, 1)
    said = told("bake", "edit", str(show), "--restore", "1-24", "--change", "9", "tonight", status=2)
    assert "which the setlist avoids" in said
    assert files.read(show).bake.touched == (3, 1)
    (tmp_path / "set.toml").write_text(SET, encoding="utf-8")
    said = told("bake", str(tmp_path / "set.toml"), "-o", str(show), status=2)
    assert "3 lines struck and 1 changed by hand, which would be lost" in said
    proof = tmp_path / "proof.html"
    assert "24 lines to read" in told("bake", str(show), "--proof", str(proof))
    assert "A gull at the sill" in proof.read_text(encoding="utf-8")


def test_a_voice_that_is_missing_is_told_once_of_what_was_changed_here_and_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = tmp_path / "show.bake"
    files.write(show, baked(spoken=Spoken("Zorkonian", 170)))

    async def read_and_changed(shown: bake_page.Proof, port: int, no_open: bool) -> None:
        shown.edit({"change": [[5, "A gull at the sill"]]}, save=True)

    monkeypatch.setattr(bake_page, "_serve", read_and_changed)
    said = told("bake", "edit", str(show), "--change", "4", "A gull at the pane", "--page", "--no-open")
    assert said.count("what was changed is spoken where the show is played") == 1
    assert "24 lines, 0 struck, 2 changed" in said


@pytest.mark.parametrize(
    ("out", "more", "why"),
    [
        ("no/folder/show.bake", (), "No such file or directory"), ("folder", (), "s a directory"),
        ("show.bake", ("--proof", "no/folder/proof.html"), "No such file or directory"),
        ("set.toml/show.bake", (), "Not a directory"),
    ],
)  # fmt: skip
@pytest.mark.needs("linux")
def test_a_place_where_nothing_can_be_written_is_refused_before_anything_is_baked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, more: tuple[str, ...], why: str
) -> None:
    (tmp_path / "set.toml").write_text(SET, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bake, "_lines", None)  # which is never called
    said = told("bake", "set.toml", "-o", out, *more, status=2)
    assert "could not be written: " in said
    assert why in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "set.toml"]


def test_a_disk_that_fills_up_does_not_stop_a_bake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = [True]

    def save() -> None:
        if full[0]:
            raise OSError(28, "No space left on device")

    class Oven:
        done, total = 7, 9
        each: Any = None

    monkeypatch.setattr(bake, "SAVED_EVERY", -1.0)
    part = tmp_path / "show.bake.part"
    oven = Oven()
    with bake._kept(oven, save, part):
        for full[0] in (True, True, False, True):
            oven.each()
    assert capsys.readouterr().err.count("No space left on device; it goes on, and is tried again") == 2
    for full[0], said in ((True, "No space left on device"), (False, "7 of 9 lines are kept")):
        with pytest.raises(Failure, match=said), bake._kept(Oven(), save, part):
            raise BakingError("the writer found no lines")

"""`stagelyric journal`: nights out of the journal, as files for other programs."""

import asyncio
import json
import time
from pathlib import Path

import mido
import pytest
from click.testing import CliRunner, Result

from stagelyric.cli import cli
from stagelyric.gear.journal.database import connect, insert
from stagelyric.gear.journal.journal import Journal
from stagelyric.types.lines import Cue, Line


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights of one set, three lines each, the second one kept."""
    file = tmp_path_factory.mktemp("journal") / "journal.sqlite3"

    async def play(name: str) -> None:
        made = Journal(file, title="Friday", seed=1, model="m", version="0")
        async with made.running():
            for number in range(1, 4):
                song = "Harbour Lights" if number < 3 else "Café Noir"
                line = Line(f"Line {number} of the {name} night", "frame")
                made.show(Cue(line, song, "verse", "now", time.monotonic(), number, time.time(), number * 2.0))
                if number == 2:
                    made.judged("keep", line.text, song, "verse", time.time())

    for name in ("first", "second"):
        asyncio.run(play(name))
    return file


def journal(file: Path, *arguments: str, home: Path | None = None) -> Result:
    return CliRunner().invoke(cli, ["journal", *arguments, "--journal", str(file)])


def test_the_latest_night_is_exported_and_every_one(nights: Path) -> None:
    assert journal(nights, "export").output.count("of the second night") == 3
    assert journal(nights, "export", "all").output.count("Line") == 6
    kept = journal(nights, "export", "all", "--kept").output
    assert kept.split("\n\n", 1)[1] == "Line 2 of the first night\nLine 2 of the second night\n"
    assert "Line 3" in journal(nights, "export", "--song", "CAFÉ noir").output
    assert journal(nights, "export", "--from", "2", "--to", "2", "--as", "json").output.count('"text"') == 1


def test_files_and_folders(nights: Path, tmp_path: Path) -> None:
    assert journal(nights, "export", "--as", "midi", "-o", str(tmp_path / "night.mid")).exit_code == 0
    texts = [m.text for m in mido.MidiFile(tmp_path / "night.mid") if m.type == "lyrics"]
    assert len(texts) == 3
    assert journal(nights, "export", "--as", "openlyrics", "-o", str(tmp_path / "songs")).exit_code == 0
    assert sorted(file.name for file in (tmp_path / "songs").iterdir()) == ["café-noir.xml", "harbour-lights.xml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "--as", "openlyrics"), "a file holds one song; wanted --song or a folder in -o, found Harbour"),
        (("export", "--song", "Nobody"), 'wanted a song of the show, found "Nobody"; there is: Harbour Lights, Café'),
        (("export", "--from", "9"), "wanted lines to export, found none"),
        (("export", "--from", "soon"), "wanted a line's number, 21:30 or 2026-11-28T21:30, found soon"),
        (("export", "all", "--from", "2"), "wanted days in --from and --to"),
        (("export", "xyz"), 'wanted one show, "xyz" is none of them'),
        (("export", "-o", "/nowhere/at/all.txt"), "/nowhere/at/all.txt: can't be written: No such file"),
    ],
)
def test_what_goes_wrong_is_one_sentence(nights: Path, arguments: tuple[str, ...], told: str) -> None:
    done = journal(nights, *arguments)
    assert done.exit_code == 2
    assert told in done.output
    assert "Traceback" not in done.output


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty nights of 500 lines, every other one kept."""
    file = tmp_path_factory.mktemp("large") / "journal.sqlite3"
    database = connect(file)
    with database:
        for show in range(40):
            name = f"{show:012x}"
            database.execute("INSERT INTO shows VALUES (?, 'Friday', ?, 1, 'm', '0')", (name, 1e9 + show * 86400))
            for number in range(500):
                wall = 1e9 + show * 86400 + number * 3
                text, song = f"Line {number} of night {show}", f"Song {number // 20}"
                cue = (name, 2 * number, "cue", wall, number, song, "verse", text, "frame", 0.1, number * 4.0)
                insert(database, [(*cue, None, None)])
                if number % 2:
                    judged = (name, 2 * number + 1, "keep", wall + 1, None, song, "verse", text, *[None] * 5)
                    insert(database, [judged])
    database.close()
    return file


@pytest.mark.parametrize(
    "arguments", [("list",), ("stats", "all"), ("kept",), ("export", "all", "--kept", "--as", "songbook")]
)
def test_ten_thousand_kept_lines_are_answered_at_once(large: Path, arguments: tuple[str, ...]) -> None:
    begun = time.process_time()
    done = journal(large, *arguments)
    assert done.exit_code == 0, done.output
    assert time.process_time() - begun < 2  # one second on a machine that does nothing else


def test_what_was_kept_is_listed(nights: Path) -> None:
    told = journal(nights, "kept").output
    assert told == "Harbour Lights · verse\n  Line 2 of the first night\n  Line 2 of the second night\n"
    assert [line["song"] for line in json.loads(journal(nights, "kept", "last", "--json").output)] == ["Harbour Lights"]


def test_a_picture_is_drawn_or_refused_in_a_sentence(nights: Path, tmp_path: Path) -> None:
    done = journal(nights, "stats", "--plot", str(tmp_path / "stats.txt"))
    assert (done.exit_code, "wanted a file that ends in .svg, .png, .pdf" in done.output) == (2, True)


@pytest.mark.needs("package:matplotlib")
def test_the_picture(nights: Path, tmp_path: Path) -> None:
    assert journal(nights, "stats", "--plot", str(tmp_path / "stats.svg")).exit_code == 0
    assert "</svg>" in (tmp_path / "stats.svg").read_text("utf-8")


def test_the_stats_say_what_was_kept_where(nights: Path) -> None:
    told = json.loads(journal(nights, "stats", "all", "--json").output)
    assert told["shows"] == 2
    assert told["by_origin"]["frame"] == {"shown": 6, "kept": 2, "vetoed": 0}
    assert told["by_section"]["Harbour Lights · verse"] == {"shown": 4, "kept": 2, "vetoed": 0}


def test_a_replay_begins_where_it_is_asked_to(nights: Path) -> None:
    told = journal(nights, "replay", "--from", "2").stdout
    assert [line.split()[0] for line in told.splitlines()] == ["2", "3"]
    done = journal(nights, "replay", "--from", "2", "--json")
    assert (done.exit_code, "which compares the whole night" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("--json",), "wanted --page or --json, found both"),
        (("--from", "4"), "wanted a line at or after --from, found none; the last is 3"),
        (("--speed", "1000"), "--speed: wanted 0.1 to 100 on a page, found 1000"),
        (("--host", "192.0.2.1"), "this machine does not have that address"),
    ],
)
def test_a_replay_on_pages_says_what_is_wrong(nights: Path, wanted: tuple[str, ...], told: str) -> None:
    done = journal(nights, "replay", "--page", "--no-open", *wanted)
    assert told in done.stderr
    assert done.exit_code == (1 if wanted[0] == "--host" else 2)

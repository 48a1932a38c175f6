import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.database import JournalError, connect, read_spool
from stagelyric.gear.journal.journal import Journal
from stagelyric.gear.journal.recordfile import RecordFile
from stagelyric.types.events import KeyPress
from stagelyric.types.lines import Cue, Line


def cue(number: int, text: str | None = None) -> Cue:
    line = Line(text or f"Line {number}", "model")
    return Cue(line, "Harbour Lights", "verse", "now", time.monotonic(), number, wall=1000.0 + number, beat=2.0)


def journal(path: Path) -> Journal:
    return Journal(path, title="Friday", seed=1967, model="char-rnn", version="0")


async def test_a_show_is_remembered_in_order(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    made = journal(file)
    async with made.running():
        for number in (1, 2):
            made.show(cue(number))
            made.fired(KeyPress(0.0, "page", "PageDown"), 1000.0)
        made.judged("keep", "Line 2", "Harbour Lights", "verse", 1003.0)
        made.show(Cue(None, "Harbour Lights", "verse", "now", time.monotonic(), 2, wall=1004.0))
        made.alert("a port was lost")
    (show,) = memory.shows(file)
    assert (show["title"], show["seed"], show["cues"]) == ("Friday", 1967, 2)
    rows = memory.records(file, "last")
    assert [row["kind"] for row in rows] == ["cue", "event", "cue", "event", "keep", "clear", "alert"]
    assert rows[0]["text"] == "Line 1"
    assert rows[0]["origin"] == "model"
    assert 0 <= rows[0]["latency_ms"] < 60_000
    assert "PageDown" in rows[1]["detail"]
    assert not list(tmp_path.glob("*spool*"))


def busy(path: Path) -> sqlite3.Connection:
    raise JournalError(f"{path}: database is locked")


def left_as_it_is(opened: sqlite3.Connection, spool: Path) -> None:
    """As `_take_up` where the journal is held meanwhile."""


@pytest.mark.parametrize(
    "held", [("journal.journal.connect", busy), ("journal.database._take_up", left_as_it_is)], ids=["all", "spool"]
)
async def test_a_show_that_goes_on_loses_no_line_where_another_program_holds_its_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: tuple[str, object]
) -> None:
    file = tmp_path / "journal.sqlite3"
    async with (killed := journal(file)).running():
        killed.show(cue(1))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    record = [killed.show_id, 2, "cue", 1002.0, 2, "Harbour Lights", "verse", "Line 2", *[None] * 5]
    RecordFile(tmp_path / f"{file.name}-spool-{killed.show_id}-{gone.pid}", 4096).append(record)
    with monkeypatch.context() as while_held:
        while_held.setattr(f"stagelyric.gear.{held[0]}", held[1])
        again = Journal(file, title="Friday", seed=1967, model="char-rnn", version="0", show=killed.show_id)
        async with again.running():
            again.show(cue(3))
            again.show(cue(4))
            while_held.undo()
    assert [row["text"] for row in memory.records(file, "last")] == ["Line 1", "Line 2", "Line 3", "Line 4"]


async def test_what_the_band_kept_and_vetoed_is_known_to_its_next_show(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    made = journal(file)
    async with made.running():
        made.judged("keep", "A good one", "Harbour Lights", "verse", 1.0)
        made.judged("keep", "A good one", "Harbour Lights", "verse", 2.0)
        made.judged("veto", "A bad one", "Harbour Lights", "verse", 3.0)
        made.judged("veto", "Forgiven", "Harbour Lights", "verse", 4.0)
        made.judged("keep", "Forgiven", "Harbour Lights", "verse", 5.0)
    kept, vetoed = memory.judgements(file, "Friday")
    assert kept == {("Harbour Lights", "verse"): ["A good one", "Forgiven"]}
    assert vetoed == {"A bad one"}
    assert memory.judgements(file, "Saturday") == ({}, set())
    assert memory.judgements(tmp_path / "none.sqlite3", "Friday") == ({}, set())


async def test_the_lines_of_the_last_shows_are_known_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    for night in range(3):
        made = journal(file)
        async with made.running():
            for number, origin in enumerate(("frame", "model", "safety", "kept")):
                line = Line(f"{origin} of night {night}", origin)  # type: ignore[arg-type]
                made.show(Cue(line, "S", "v", "now", time.monotonic(), number, time.time()))
    assert memory.sung_lately(file, "Friday") == {f"{o} of night {n}" for o in ("frame", "model") for n in range(3)}
    assert len(memory.sung_lately(file, "Friday", shows=1)) == 2
    assert memory.sung_lately(file, "Saturday") == memory.sung_lately(tmp_path / "none", "Friday") == set()


KILLED = """
import asyncio, sys, time
from pathlib import Path
from stagelyric.gear.journal.journal import Journal
from stagelyric.types.lines import Cue, Line
async def main():
    journal = Journal(Path(sys.argv[1]), title="Friday", seed=1, model="m", version="0")
    async with journal.running():
        for number in range(1, 100_000):
            journal.show(Cue(Line(f"Line {number}", "model"), "S", "v", "now", time.monotonic(), number, time.time()))
            print(number, flush=True)
            await asyncio.sleep(0.0002)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("cues", [1, 150, 1100])
def test_every_cue_that_was_shown_survives_a_kill(tmp_path: Path, cues: int) -> None:
    file = tmp_path / "journal.sqlite3"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shown = 0
        while shown < cues:
            shown = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split()
        assert process.wait() == -signal.SIGKILL
    shown = int(rest[-1]) if rest else shown
    # Nothing may have reached the database yet when the first cue's process dies: its spool has it.
    database = connect(file)
    rows = database.execute("SELECT number FROM records WHERE kind = 'cue' ORDER BY seq").fetchall()
    database.close()
    numbers = [number for (number,) in rows]
    assert numbers[:shown] == list(range(1, shown + 1))
    assert not list(tmp_path.glob("*spool*"))


def test_a_spool_gives_back_its_whole_records_only(tmp_path: Path) -> None:
    record = ("show", 1, "cue", 1.0, 1, "S", "v", "Über", "model", 0.1, 0.0, None, None)
    spool = RecordFile(tmp_path / "spool", 4096)
    for _ in range(3):
        spool.append(record)
    content = (tmp_path / "spool").read_bytes()
    assert list(read_spool(content)) == [record] * 3
    cut = content.index(b"\0") - 5
    assert list(read_spool(content[:cut])) == [record] * 2
    spool.append(record, anew=True)
    assert list(read_spool((tmp_path / "spool").read_bytes())) == [record]
    for _ in range(1000):
        spool.append(record)  # beyond its room it grows like any file
    assert len(list(read_spool((tmp_path / "spool").read_bytes()))) == 1001
    spool.close()


def test_a_spool_that_is_cut_short_raises_and_ends_nothing(tmp_path: Path) -> None:
    spool = RecordFile(tmp_path / "spool", 65536)
    spool.append([1])
    os.truncate(spool.path, 0)
    assert spool.lost()
    with pytest.raises(OSError, match="cut short"):
        spool.append([2])
    spool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no such limit")
def test_a_disk_with_little_room_gives_what_it_has(tmp_path: Path) -> None:
    """In a process of its own: the limit is for all files that it writes."""
    program = (
        "import resource, sys; from pathlib import Path; from stagelyric.gear.journal.recordfile import RecordFile\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "file = RecordFile(Path(sys.argv[1]), 1 << 20); file.append('a record'); print(file.room)"
    )
    path = tmp_path / "spool"
    run = [sys.executable, "-c", program, str(path)]
    assert int(subprocess.run([*run, "40000"], check=True, capture_output=True, text=True).stdout) == 16384
    assert b"a record" in path.read_bytes()
    refused = subprocess.run([*run, "2000"], check=False, capture_output=True, text=True)
    assert "OSError" in refused.stderr
    assert not path.exists()


def test_what_is_no_journal_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"wanted a journal, found none"):
        memory.shows(tmp_path / "none.sqlite3")
    (tmp_path / "bad.sqlite3").write_bytes(os.urandom(4096))
    with pytest.raises(JournalError, match="could not read one"):
        memory.shows(tmp_path / "bad.sqlite3")
    connect(tmp_path / "empty.sqlite3").close()
    with pytest.raises(JournalError, match='"abc" is none of them'):
        memory.records(tmp_path / "empty.sqlite3", "abc")


async def test_a_disk_that_fails_is_said_and_the_show_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = journal(tmp_path / "file" / "journal.sqlite3")
    said: dict[str, list[str | None]] = {"journal": [], "spool": []}
    made.on_trouble = lambda about, text: said[about].append(text)
    async with made.running():
        made.show(cue(1))
    (database,), (spool,) = said.values()
    assert spool is not None
    assert database is not None
    assert {"no spool" in spool, "can't be written, and is tried again" in database} == {True}

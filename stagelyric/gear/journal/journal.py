"""The show's memory: every event that fired, every cue, every verdict, in SQLite; and its exports.

A cue is in the spool, a memory-mapped file, before any display has it: what is written to a mapping is the
kernel's and outlives the process, and costs no system call on the way of a press. A thread moves the records
into the database (WAL mode). After a kill the next opening takes up what the spool still holds.
"""

import asyncio
import contextlib
import csv
import io
import json
import logging
import mmap
import os
import queue
import sqlite3
import threading
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.lines import Cue
from stagelyric.types.parts import Part, ignore

SPOOL_BYTES = 4 << 20
TONIGHT = 400  # records that are kept at hand for the operator's page
BATCH_SECONDS = 0.1  # between the batches that the database gets
Judged = Literal["keep", "veto"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS shows (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, started REAL NOT NULL, seed INTEGER, model TEXT, version TEXT
);
CREATE TABLE IF NOT EXISTS records (
    show TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, wall REAL NOT NULL,
    number INTEGER, song TEXT, section TEXT, text TEXT, origin TEXT, latency_ms REAL, beat REAL, source TEXT,
    detail TEXT, PRIMARY KEY (show, seq)
) WITHOUT ROWID;
"""
COLUMNS = (
    "show", "seq", "kind", "wall", "number", "song", "section", "text", "origin", "latency_ms", "beat", "source",
    "detail",
)  # fmt: skip
_INSERT = f"INSERT OR IGNORE INTO records VALUES ({', '.join('?' * len(COLUMNS))})"

Record = tuple[Any, ...]  # in the order of COLUMNS
_TOLD = COLUMNS[1:9]
_NOTHING: Record = (None,) * 9  # the columns after `wall`

log = logging.getLogger(__name__)


class JournalError(Exception):
    """A journal that can't be read, or a show that is not in it: one plain sentence."""


def connect(path: Path) -> sqlite3.Connection:
    """The database, with the records of shows that were killed taken up from their spools."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
        for spool in path.parent.glob(f"{path.name}-spool-*"):
            _take_up(database, spool)
    except sqlite3.Error as error:
        database.close()
        raise JournalError(f"{path}: wanted a journal, could not read one: {error}") from None
    return database


def _take_up(database: sqlite3.Connection, spool: Path) -> None:
    """Harmless while the spool's own show still runs: a record that is there already is left as it is."""
    try:
        records = list(read_spool(spool.read_bytes()))
        with database:
            database.executemany(_INSERT, records)
        if not _alive(int(spool.name.rsplit("-", 1)[1])):
            spool.unlink()
    except (OSError, ValueError, sqlite3.Error) as error:
        log.warning("%s: left as it is: %s", spool, error)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def read_spool(content: bytes) -> Iterator[Record]:
    """The whole records at a spool's beginning; what follows the first NUL is an older round's."""
    for line in content.split(b"\0", 1)[0].splitlines():
        with contextlib.suppress(ValueError):  # the last one may have been cut off by the kill
            record = json.loads(line)
            if isinstance(record, list) and len(record) == len(COLUMNS):
                yield tuple(record)


def _encode(record: Record) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _written_out(record: Record) -> Record:
    """With its event in words: that is for the journal's thread to find, not for the loop's."""
    return record if record[-1] is None else (*record[:-1], repr(record[-1]))


def _columns(cue: Cue) -> Record:
    """A cue's values for the columns after `wall`."""
    text, origin = (cue.line.text, cue.line.origin) if cue.line is not None else (None, None)
    latency = round((time.monotonic() - cue.at) * 1000, 3)
    return (cue.number, cue.song, cue.section, text, origin, latency, round(cue.beat, 3), None, None)


class Spool:
    """Records in a memory-mapped file of a fixed size, which begins anew whenever the database has them all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("w+b") as file:
            file.write(b"\0" * SPOOL_BYTES)  # every page is there before the show: no fault on a press
            file.flush()
            self._map = mmap.mmap(file.fileno(), SPOOL_BYTES)
        self._end = 0

    def append(self, record: Record, *, drained: bool) -> None:
        """Writes a record; `drained` says that the database has all before it. A full spool takes no more."""
        data = _encode(record)
        start = 0 if drained else self._end
        if start + len(data) < SPOOL_BYTES:
            # The NUL goes first, so that a kill between the two never joins new records to old ones.
            self._map[start + len(data)] = 0
            self._map[start : start + len(data)] = data
            self._end = start + len(data)

    def close(self, *, drained: bool) -> None:
        self._map.close()
        if drained:
            self._path.unlink(missing_ok=True)


class Journal(Part):
    """A part that remembers. A disk that fails is said (`on_trouble`, on any thread) and the show goes on.

    `show`: the show that this one goes on with, by its id (None: a new one).
    """

    name = "journal"
    first = True

    def __init__(self, path: Path, *, title: str, seed: int, model: str, version: str, show: str | None = None) -> None:
        self.path = path
        self.show_id = show or uuid.uuid4().hex[:12]
        self.written = 0  # records in the database
        self.lost = 0
        self._about = (self.show_id, title, time.time(), seed, model, version)
        self._queue: queue.SimpleQueue[list[Record] | None] = queue.SimpleQueue()
        self._gathered: list[Record] = []
        before = _latest(path, show) if show else []
        self._first = self._seq = before[-1][1] if before else 0
        self._tonight: deque[Record] = deque((row for row in before if row[2] != "event"), maxlen=TONIGHT)
        self._spool: Spool | None = None
        self.on_trouble: Callable[[str], None] = log.warning

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        thread = threading.Thread(target=self._write, name="journal", daemon=True)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._spool = Spool(self.path.with_name(f"{self.path.name}-spool-{self.show_id}-{os.getpid()}"))
        except OSError as error:
            self.on_trouble(f"no journal tonight: {error}")
        else:
            thread.start()
        try:
            yield
        finally:
            if self._spool is not None:
                self._hand_over()
                self._queue.put(None)
                await asyncio.to_thread(thread.join, 5.0)
                self._spool.close(drained=self._first + self.written == self._seq)
                self._spool = None

    def show(self, cue: Cue) -> None:
        self._append("cue" if cue.line else "clear", cue.wall, _columns(cue))

    def encode(self, cue: Cue) -> bytes:
        return _encode((self.show_id, self._seq, "cue", cue.wall, *_columns(cue)))

    def fired(self, event: Event, wall: float) -> None:
        """An event that did something."""
        self._append("event", wall, (*_NOTHING[:7], event.source, event), spooled=False)

    def tonight(self, after: int = 0) -> list[dict[str, Any]]:
        """What the show has brought so far, without the events: its latest records, those numbered `after` left out."""
        late: list[Record] = []
        for record in reversed(self._tonight):
            if record[1] <= after:
                break
            late.append(record)
        return [dict(zip(_TOLD, record[1:9], strict=True)) for record in reversed(late)]

    def judged(self, verdict: Judged, text: str, song: str, section: str, wall: float) -> None:
        self._append(verdict, wall, (None, song, section, text, *_NOTHING[4:]))

    def spoken(self, cue: Cue, at: float) -> None:
        """The first samples of a cue's line went to the audio device; `at` in seconds of `time.monotonic()`."""
        number, song, section, text, origin, _, beat, *rest = _columns(cue)
        latency = round((at - cue.at) * 1000, 3)
        row = (number, song, section, text, origin, latency, beat, *rest)
        self._append("spoken", time.time(), row, spooled=False)

    def alert(self, text: str, level: Level = "warning") -> None:
        self._append("alert", time.time(), (*_NOTHING[:3], text, *_NOTHING[4:]), spooled=False)

    def _append(self, kind: str, wall: float, rest: Record, *, spooled: bool = True) -> None:
        """`rest`: the values of the columns after `wall`."""
        drained = self._first + self.written + self.lost >= self._seq
        self._seq += 1
        record = (self.show_id, self._seq, kind, round(wall, 6), *rest)
        if kind != "event":
            self._tonight.append(record)
        if self._spool is None:  # no disk tonight
            return
        if spooled:
            self._spool.append(record, drained=drained)
        if not self._gathered:
            # Handed over later and together: a thread that wakes at every press would stand in the press's way.
            asyncio.get_running_loop().call_later(BATCH_SECONDS, self._hand_over)
        self._gathered.append(record)

    def _hand_over(self) -> None:
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    def _write(self) -> None:
        """The thread: a transaction for each batch."""
        try:
            database = connect(self.path)
            with database:
                database.execute("INSERT OR IGNORE INTO shows VALUES (?, ?, ?, ?, ?, ?)", self._about)
        except (JournalError, sqlite3.Error) as error:
            self.on_trouble(f"no journal tonight, but a spool beside it: {error}")
            return
        while (records := self._queue.get()) is not None:
            try:
                with database:
                    database.executemany(_INSERT, map(_written_out, records))
                self.written += len(records)
            except sqlite3.Error as error:
                if not self.lost:
                    self.on_trouble(f"the journal could not be written: {error}")
                self.lost += len(records)
        database.close()


# Reading


def shows(path: Path) -> list[dict[str, Any]]:
    """The shows of a journal, latest first."""
    return _rows(
        path,
        "SELECT id, title, started, seed, model,"
        " (SELECT COUNT(*) FROM records WHERE show = id AND kind = 'cue') AS cues FROM shows ORDER BY started DESC",
    )


def records(path: Path, show: str) -> list[dict[str, Any]]:
    """The records of the show whose id begins so ("last": of the latest). Raises JournalError."""
    known = [row["id"] for row in shows(path)]
    found = known[:1] if show == "last" else [name for name in known if name.startswith(show)]
    if len(found) != 1:
        there = ", ".join(known[:5]) or "none"
        raise JournalError(f'{path}: wanted one show, "{show}" is {len(found) or "none"} of them; there is: {there}')
    return _rows(path, "SELECT * FROM records WHERE show = ? ORDER BY seq", found[0])


def judgements(path: Path, title: str) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
    """What the band kept, by (song, section), and what it vetoed, over all shows of this title."""
    kept: dict[tuple[str, str], list[str]] = {}
    vetoed: set[str] = set()
    if path.exists():
        for row in _rows(
            path,
            "SELECT kind, song, section, text FROM records JOIN shows ON id = show"
            " WHERE title = ? AND kind IN ('keep', 'veto') ORDER BY wall",
            title,
        ):
            texts = kept.setdefault((row["song"], row["section"]), [])
            if row["kind"] == "veto":
                vetoed.add(row["text"])
                continue
            vetoed.discard(row["text"])  # the later word counts
            if row["text"] not in texts:
                texts.append(row["text"])
    return kept, vetoed


def sung_lately(path: Path, title: str, shows: int = 10) -> set[str]:
    """The lines that were up in the last shows of this title and had been written for them: not the band's own."""
    if not path.exists():
        return set()
    rows = _rows(
        path,
        "SELECT DISTINCT text FROM records WHERE kind = 'cue' AND text IS NOT NULL"
        " AND origin IN ('frame', 'model', 'word') AND show IN"
        " (SELECT id FROM shows WHERE title = ? ORDER BY started DESC LIMIT ?)",
        title,
        shows,
    )
    return {row["text"] for row in rows}


def _latest(path: Path, show: str) -> list[Record]:
    """The last records of a show, oldest first; none where they can't be read: the journal is no condition."""
    try:
        rows = _rows(path, "SELECT * FROM records WHERE show = ? ORDER BY seq DESC LIMIT ?", show, TONIGHT)
    except JournalError as error:
        log.warning("%s", error)
        return []
    return [tuple(row[column] for column in COLUMNS) for row in reversed(rows)]


def _rows(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    if not path.exists():
        raise JournalError(f"{path}: wanted a journal, found none; `stagelyric play` writes one")
    with contextlib.closing(connect(path)) as database:
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(query, values)]
        except sqlite3.Error as error:
            raise JournalError(f"{path}: could not be read: {error}") from None


def as_text(rows: list[dict[str, Any]]) -> str:
    """The lines as they went up, a heading for each song and section."""
    lines: list[str] = []
    place: tuple[str, str] | None = None
    for row in rows:
        if row["kind"] != "cue":
            continue
        if (row["song"], row["section"]) != place:
            place = (row["song"], row["section"])
            lines += ["", f"{place[0]} · {place[1]}", ""]
        lines.append(row["text"])
    return "\n".join(lines).strip() + "\n"


def as_csv(rows: list[dict[str, Any]]) -> str:
    """All records, one a row, times in ISO 8601 (UTC)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=[column for column in COLUMNS if column != "show"], extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"wall": datetime.fromtimestamp(row["wall"], UTC).isoformat(timespec="milliseconds")})
    return out.getvalue()

"""The journal's database, and the thread that writes a running show's records to it, even if the file fails
meanwhile."""

import contextlib
import glob
import json
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from stagelyric.gear.journal import recordfile

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
ROWS = 32  # records of one statement: with the columns below the 999 parameters that every SQLite takes
FOR_REPLAY = frozenset({"begin", "input", "lines", "due", "answer", "stand", "look", "tempo", "learned"})
"""Kinds of record that only a replay of the night reads."""

RETRY = 1.0  # seconds between two attempts to write
MOST = 200_000  # records that may wait in memory for a disk that fails; a night has about a tenth of that
LARGEST_SPOOL = 1 << 30  # maximum bytes of a spool that is read

# `Any`: each column has a type of its own, which the code that reads it by name knows.
Record: TypeAlias = tuple[Any, ...]  # the values in the order of COLUMNS

log = logging.getLogger(__name__)


class JournalError(Exception):
    """The journal can't be read, or a show is not in it; the message is one plain sentence."""


class DamagedError(JournalError):
    """The file exists but is not a journal, or is damaged."""


def connect(path: Path) -> sqlite3.Connection:
    """Opens the database and imports the records left in the spools of shows that were killed. Raises JournalError."""
    if (path.is_symlink() or path.exists()) and not path.is_file():  # a folder, a pipe, a link to nothing
        raise DamagedError(f"{path}: wanted a journal, found no file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise JournalError(f"{path}: wanted a journal, could not open one: {error}") from None
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
        for spool in spools(path):
            _take_up(database, spool)
    except sqlite3.Error as error:
        database.close()
        kind = DamagedError if is_damage(error) else JournalError
        raise kind(f"{path}: wanted a journal, could not read one: {error}") from None
    return database


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, as opposed to a failing disk or another program that has it open."""
    told = str(error)
    return any(word in told for word in ("malformed", "not a database", "has no column", "values for", "disk image"))


def put_aside(path: Path) -> Path:
    """Renames a damaged journal so that a new one can begin; nothing of it is deleted."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def spools(path: Path, show: str = "") -> Iterator[Path]:
    """The files in which shows have written down what may not be in the journal yet; `show`: what follows "-spool-" in
    their names."""
    return path.parent.glob(f"{glob.escape(path.name)}-spool-{show}*")


def _take_up(database: sqlite3.Connection, spool: Path) -> None:
    """Imports a spool's records. Harmless while the spool's show still runs, since records that exist already are
    kept."""
    try:
        if not spool.is_file() or spool.stat().st_size > LARGEST_SPOOL:
            return
        records = list(read_spool(spool.read_bytes()))
        with database:
            insert(database, records)
        if not _alive(int(spool.name.rsplit("-", 1)[1])):
            spool.unlink()
    except (OSError, ValueError, OverflowError, sqlite3.Error) as error:
        log.warning("%s: left as it is: %s", spool, error)


def insert(database: sqlite3.Connection, records: Sequence[Record]) -> None:
    """Writes records that the database does not have yet.

    Many in one statement: SQLite gives the interpreter lock back and takes it again with each statement, and each time
    a press may have to wait for the lock.
    """
    row = f"({', '.join('?' * len(COLUMNS))})"
    for begin in range(0, len(records), ROWS):
        some = records[begin : begin + ROWS]
        rows = ", ".join([row] * len(some))
        database.execute(f"INSERT OR IGNORE INTO records VALUES {rows}", tuple(chain.from_iterable(some)))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def read_spool(content: bytes) -> Iterator[Record]:
    """The complete records of a spool; a last one that was cut off by a kill is left out."""
    for record in recordfile.records(content):
        if isinstance(record, list) and len(record) == len(COLUMNS):
            yield tuple(json.dumps(value) if isinstance(value, list | dict) else value for value in record)


def _written_out(record: Record) -> Record:
    """Replaces the last column by text: the event's `repr`, or what the function given to `Journal.note` returns. That
    is done here, on the journal's thread, to spare the event loop."""
    detail = record[-1]
    if detail is None or isinstance(detail, str):
        return record
    if callable(detail):
        told = detail()
        return (*record[:-1], told if isinstance(told, str) else json.dumps(told, ensure_ascii=False))
    return (*record[:-1], repr(detail))


def _all_written_out(records: list[Record]) -> list[Record]:
    written = []
    for record in records:
        written.append(_written_out(record))
        time.sleep(0)  # gives the interpreter lock to a press that waits for it
    return written


class DatabaseWriter:
    """A thread that writes the records it is given, one transaction per batch.

    Records that can't be written wait until the disk is back; `written` counts those in the database. `about`: the
    show's row; `tonight`: the records to write again if the journal had to be started anew; `told(text)` is called on
    the thread when something goes wrong, and `told(None)` when all is well again.
    """

    def __init__(
        self, path: Path, about: tuple[object, ...], tonight: Callable[[], Iterable[Record]],
        told: Callable[[str | None], None],
    ) -> None:  # fmt: skip
        self.written = self.lost = 0
        self._path, self._about, self._tonight, self._told = path, about, tonight, told
        self._queue: queue.SimpleQueue[list[Record] | None] = queue.SimpleQueue()
        self._waiting: list[Record] = []
        self._database: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._trouble: str | None = None
        self._anew = False
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def put(self, records: list[Record]) -> None:
        self._queue.put(records)

    def close(self, seconds: float) -> None:
        """Writes what is queued and ends the thread; waits `seconds` at most."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        going = True
        self._write()
        while going:
            try:
                records = self._queue.get(timeout=RETRY if self._waiting or self._trouble else None)
            except queue.Empty:
                records = []
            going = records is not None
            self._waiting += records or []
            self._write()
        if self._database is not None:
            self._database.close()

    def _write(self) -> None:
        try:
            if self._database is not None and self._identity() != self._file:
                self._give_up()
                self._anew = True
                self._say(f"the journal was removed from {self._path}: a new one is begun")
            if self._database is None:
                self._open()
            assert self._database is not None
            if self._waiting:
                with self._database:
                    insert(self._database, _all_written_out(self._waiting))
                self.written += len(self._waiting)
                self._waiting = []
        except (JournalError, OSError, sqlite3.Error) as error:
            self._failed(error)
        else:
            if not self._anew:  # keep that message all night: the journal was started anew
                self._say(None)

    def _open(self) -> None:
        try:
            database = connect(self._path)
        except DamagedError:
            aside, self._anew = put_aside(self._path), True
            self._say(f"the journal was damaged: it is {aside.name} now, and a new one is begun")
            database = connect(self._path)
        with database:
            database.execute("INSERT OR IGNORE INTO shows VALUES (?, ?, ?, ?, ?, ?)", self._about)
            waiting = {record[:2] for record in self._waiting}
            again = [record for record in self._tonight() if record[:2] not in waiting]
            insert(database, _all_written_out(again))
        self._database, self._file = database, self._identity()

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _failed(self, error: Exception) -> None:
        if isinstance(error, sqlite3.Error) and is_damage(error):
            with contextlib.suppress(OSError):
                put_aside(self._path)
        self._give_up()
        self._say(f"the journal can't be written, and is tried again ({error}); nothing is lost as yet")
        if len(self._waiting) > MOST:
            self.lost += len(self._waiting) - MOST
            del self._waiting[:-MOST]

    def _give_up(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
        self._database = None

    def _say(self, text: str | None) -> None:
        if text != self._trouble:
            self._trouble = text
            self._told(text)

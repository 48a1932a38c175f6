"""The show's journal in SQLite: every event that fired, every cue, every verdict.

A cue is in the spool file before any display has it: data written to a file belongs to the kernel and outlives the
process. A thread moves the records into the database (WAL mode). After a kill, the next opening imports what the spool
still holds.
"""

import asyncio
import contextlib
import logging
import os
import sqlite3
import time
import uuid
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stagelyric.gear.journal.database import (
    COLUMNS,
    FOR_REPLAY,
    DatabaseWriter,
    JournalError,
    Record,
    connect,
    spools,
)
from stagelyric.gear.journal.recordfile import RecordFile, encode
from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Cue, State
from stagelyric.types.parts import Part, ignore
from stagelyric.types.program import typed

if TYPE_CHECKING:
    from stagelyric.gear.journal.night import Night

SPOOL_BYTES = 1 << 20
SPOOL_LOOK = 1.0  # seconds between two checks that the spool still exists
TONIGHT = 400  # records kept in memory for the operator's page
BATCH_SECONDS = 0.1  # seconds between two batches sent to the database
Judged = Literal["keep", "veto"]

_UNSEEN = FOR_REPLAY | {"event"}  # kinds left out on the operator's page, and when the spool is started again
_OTHER_TEMPO = 0.5  # quarter notes per minute; a smaller change of tempo is not recorded
_TOLD = COLUMNS[1:9]
_NOTHING: Record = (None,) * 9  # the columns after `wall`

log = logging.getLogger(__name__)


def _logged(about: str, trouble: str | None) -> None:
    if trouble is not None:
        log.warning("%s: %s", about, trouble)


def _columns(cue: Cue) -> Record:
    """A cue's values for the columns after `wall`."""
    text, origin = (cue.line.text, cue.line.origin) if cue.line is not None else (None, None)
    latency = round((time.monotonic() - cue.at) * 1000, 3)
    return (cue.number, cue.song, cue.section, text, origin, latency, round(cue.beat, 3), None, None)


class Journal(Part):
    """The part that records the show. If a disk fails, `on_trouble(about, text)` is called (on any thread; text None:
    it works again), and what could not be written is written later.

    `show`: the id of the show that this one continues (None: a new show).
    """

    name = "journal"
    first = True

    def __init__(self, path: Path, *, title: str, seed: int, model: str, version: str, show: str | None = None) -> None:
        self.path = path
        self.show_id = show or uuid.uuid4().hex[:12]
        self._about = (self.show_id, title, time.time(), seed, model, version)
        self.tally: Counter[str] = Counter()  # number of records of this run, by kind
        self._writer: DatabaseWriter | None = None
        self._gathered: list[Record] = []
        before, self._seq = _latest(path, show) if show else ([], 0)
        self._first = self._seq
        self._tonight: deque[Record] = deque((row for row in before if row[2] not in _UNSEEN), maxlen=TONIGHT)
        self._tempo = 0.0
        self._spool: RecordFile | None = None
        self.on_trouble: Callable[[str, str | None], None] = _logged

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """If there is no disk for the spool or for the database, the other works alone."""
        self._writer = DatabaseWriter(
            self.path, self._about, lambda: list(self._tonight), lambda text: self.on_trouble("journal", text)
        )
        self._take_spool(self._new_spool())
        watch = asyncio.create_task(self._keep_spool())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            self._hand_over()
            await asyncio.to_thread(self._writer.close, 5.0)
            if self._spool is not None:
                self._spool.close()
                if self._drained:
                    with contextlib.suppress(OSError):
                        self._spool.path.unlink()
                self._spool = None
            self._writer = None

    @property
    def written(self) -> int:
        """The number of records in the database."""
        return self._writer.written if self._writer is not None else 0

    @property
    def _drained(self) -> bool:
        """Whether the database has all records."""
        return self._writer is not None and self._first + self._writer.written >= self._seq

    def show(self, cue: Cue) -> None:
        self._append("cue" if cue.line else "clear", cue.wall, _columns(cue))

    def encode(self, cue: Cue) -> bytes:
        return encode((self.show_id, self._seq, "cue", cue.wall, *_columns(cue)))

    def fired(self, event: Event, wall: float) -> None:
        """Records an event that did something."""
        self._append("event", wall, (*_NOTHING[:7], event.source, event), spooled=False)

    def note(self, kind: str, wall: float, make: Callable[[], object]) -> None:
        """Adds a record for `replay`. `make` is called on the journal's thread, and returns a text or a value for
        JSON."""
        self._append(kind, wall, (*_NOTHING[:8], make), spooled=False)

    def state(self, state: State) -> None:
        """Records the tempo whenever it has changed."""
        if abs(state.tempo - self._tempo) > _OTHER_TEMPO:
            self._tempo = state.tempo
            self._append("tempo", time.time(), (*_NOTHING[:8], f"{state.tempo:.3f}"), spooled=False)

    def tonight(self, after: int = 0) -> list[JsonObject]:
        """The show's latest records, without the events and without those numbered up to `after`."""
        late: list[Record] = []
        for record in reversed(self._tonight):
            if record[1] <= after:
                break
            late.append(record)
        return [dict(zip(_TOLD, record[1:9], strict=True)) for record in reversed(late)]

    def judged(self, verdict: Judged, text: str, song: str, section: str, wall: float) -> None:
        self._append(verdict, wall, (None, song, section, text, *_NOTHING[4:]))

    def spoken(self, cue: Cue, at: float) -> None:
        """Records that the first samples of a cue's line went to the audio device; `at` in seconds of
        `time.monotonic()`."""
        number, song, section, text, origin, _, beat, *rest = _columns(cue)
        latency = round((at - cue.at) * 1000, 3)
        row = (number, song, section, text, origin, latency, beat, *rest)
        self._append("spoken", time.time(), row, spooled=False)

    def alert(self, text: str, level: Level = "warning") -> None:
        self._append("alert", time.time(), (*_NOTHING[:3], text, *_NOTHING[4:]), spooled=False)

    def _append(self, kind: str, wall: float, rest: Record, *, spooled: bool = True) -> None:
        """`rest`: the values of the columns after `wall`."""
        self.tally[kind] += 1
        drained = self._drained
        self._seq += 1
        record = (self.show_id, self._seq, kind, round(wall, 6), *rest)
        if kind not in _UNSEEN:
            self._tonight.append(record)
        if self._writer is None:
            return
        if spooled:
            self._into_spool(record, anew=drained)
        if not self._gathered:
            # Handed over later and in batches: a thread that wakes at every press would delay the press.
            asyncio.get_running_loop().call_later(BATCH_SECONDS, self._hand_over)
        self._gathered.append(record)

    def _new_spool(self) -> RecordFile | OSError:
        spool = self.path.with_name(f"{self.path.name}-spool-{self.show_id}-{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return RecordFile(spool, SPOOL_BYTES)
        except OSError as error:
            return error

    def _take_spool(self, spool: RecordFile | OSError) -> None:
        """Takes a new spool into use, and writes to it the records that are not in the database yet."""
        if isinstance(spool, OSError):
            self.on_trouble("spool", f"no spool, so that a kill may cost a tenth of a second of the journal: {spool}")
            return
        self.on_trouble("spool", None)
        self._spool = spool
        written = self._first + self.written
        for record in [record for record in self._tonight if record[1] > written]:
            self._into_spool(record)

    def _into_spool(self, record: Record, *, anew: bool = False) -> None:
        if self._spool is None:
            return
        try:
            self._spool.append(record, anew=anew)
        except OSError as error:  # the record still goes to the database
            log.warning("%s is begun anew: %s", self._spool.path, error)
            self._spool.close()
            self._spool = None

    async def _keep_spool(self) -> None:
        """Starts a new spool if the present one is gone or could not be made, as soon as there is a disk for it."""
        while True:
            await asyncio.sleep(SPOOL_LOOK)
            spool = self._spool
            if spool is not None and await asyncio.to_thread(spool.lost) and self._spool is spool:
                spool.close()
                self._spool = None
            if self._spool is None:
                self._take_spool(await asyncio.to_thread(self._new_spool))

    def _hand_over(self) -> None:
        if self._gathered and self._writer is not None:
            self._writer.put(self._gathered)
            self._gathered = []


# Reading


def shows(path: Path) -> list[JsonObject]:
    """The shows of a journal, latest first."""
    return _rows(
        path,
        "SELECT id, title, started, seed, model,"
        " (SELECT COUNT(*) FROM records WHERE show = id AND kind = 'cue') AS cues FROM shows ORDER BY started DESC",
    )


def records(path: Path, show: str) -> list[JsonObject]:
    """The records of the show whose id begins with `show` ("last": the latest show). Raises JournalError."""
    (found,) = _known(path, show)
    return _rows(path, "SELECT * FROM records WHERE show = ? ORDER BY seq", found["id"])


def _known(path: Path, show: str) -> list[JsonObject]:
    """The shows that `show` means; if all, the latest first."""
    known = _rows(path, "SELECT * FROM shows ORDER BY started DESC")
    if show == "all" and known:
        return known
    found = known[:1] if show == "last" else [row for row in known if row["id"].startswith(show)]
    if len(found) != 1:
        there = ", ".join(row["id"] for row in known[:5]) or "none"
        raise JournalError(f'{path}: wanted one show, "{show}" is {len(found) or "none"} of them; there is: {there}')
    return found


def nights(path: Path, show: str) -> "list[Night]":
    """The shows that `show` means: an id's beginning, "last" or "all"; oldest first. Raises JournalError."""
    from stagelyric.gear.journal.night import night  # imported here, since a running show does not need it

    if show != "all":
        (row,) = _known(path, show)
        return [night(row, _rows(path, "SELECT * FROM records WHERE show = ? ORDER BY seq", row["id"]))]
    found = {row["id"]: (row, list[JsonObject]()) for row in reversed(_known(path, show))}
    for record in _rows(
        path, "SELECT * FROM records WHERE kind IN ('cue', 'clear', 'keep', 'veto', 'tempo') ORDER BY show, seq"
    ):
        found[record["show"]][1].append(record)
    return [night(row, rows) for row, rows in found.values()]


def judgements(path: Path, title: str) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
    """What the band kept, by (song, section), and what it vetoed, in all shows of this title."""
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
            vetoed.discard(row["text"])  # the latest verdict counts
            if row["text"] not in texts:
                texts.append(row["text"])
    return kept, vetoed


def sung_lately(path: Path, title: str, shows: int = 10) -> set[str]:
    """The lines shown in the last shows of this title that were written for them; the band's own texts are left out."""
    if not path.exists():
        return set()
    rows = _rows(
        path,
        "SELECT DISTINCT text FROM records WHERE kind = 'cue' AND text IS NOT NULL"
        " AND origin IN ('frame', 'own', 'model', 'editor', 'word') AND show IN"
        " (SELECT id FROM shows WHERE title = ? ORDER BY started DESC LIMIT ?)",
        title,
        shows,
    )
    return {row["text"] for row in rows}


def _latest(path: Path, show: str) -> tuple[list[Record], int]:
    """The last records of a show, oldest first, and the number of the last.

    Some may be unknown: the show must run without a journal too, and where another program holds it, what a kill left
    in a spool is not in it yet. Then it is a number that no show has reached: of two records with one number the second
    would not be written.
    """
    try:
        rows = _rows(path, "SELECT * FROM records WHERE show = ? ORDER BY seq DESC LIMIT ?", show, TONIGHT)
    except JournalError as error:
        log.warning("%s", error)
        return [], int(time.time())
    last: int = rows[0]["seq"] if rows else 0
    if any(spools(path, f"{show}-")):
        last = max(last, int(time.time()))
    return [tuple(row[column] for column in COLUMNS) for row in reversed(rows)], last


def _rows(path: Path, query: str, *values: object) -> list[JsonObject]:
    if not path.exists():
        raise JournalError(f"{path}: wanted a journal, found none; it is written by {typed('play')}")
    with contextlib.closing(connect(path)) as database:
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(query, values)]
        except sqlite3.Error as error:
            raise JournalError(f"{path}: could not be read: {error}") from None

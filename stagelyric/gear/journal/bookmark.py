"""Where the show is, on the disk at every moment: what a show that was killed goes on from.

A file beside the journal for each title. It begins with the whole standing and goes on with what each press changed.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stagelyric.gear.journal.recordfile import RecordFile, records
from stagelyric.types.standing import Record, merged

ROOM = 1 << 20  # bytes taken before the show: some 3,000 presses
AGAIN = 1.0  # seconds between two tries to begin a file
NAME = 150  # bytes of a title in a file's name, which may have 255 in all
AT_ONCE = 8  # shows of one title on one machine, each with a bookmark of its own
LARGEST = 256 << 20  # bytes of a file that is read; a night's has a few hundred thousand

log = logging.getLogger(__name__)


class Bookmark:
    """`last`: what the show before left (None: nothing that can be read), `before`: the one before that. Nothing is
    written before `begin`. A disk that fails is said (`on_trouble`; None: it is over) and tried again with a
    later change."""

    def __init__(self, journal: Path, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.on_trouble: Callable[[str | None], None] = log.warning
        self.trouble: str | None = None  # what is wrong now
        self.damaged: str | None = None  # what was found unreadable, and where it is now
        self.last: Record | None = None
        self.before: Record | None = None
        self._path: Path | None = None
        self._file: RecordFile | None = None
        self._whole: Callable[[], Record] = dict
        self._synced = 0
        self._clock = clock
        self._tried = float("-inf")
        self._lock: int | None = None
        name = "".join(letter if letter.isalnum() else "-" for letter in title.casefold())[:60]
        name = name.encode()[:NAME].decode(errors="ignore")
        for number in range(1, AT_ONCE + 1):
            path = journal.with_name(f"{journal.name}-show-{name}{'' if number == 1 else f'-{number}'}")
            if self._take(path):
                self._path = path
                self.last, self.before = _read(path), _read(_before(path))
                return

    def _take(self, path: Path) -> bool:
        """Whether no other show that runs has this file; from here on it is ours until the process ends."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            log.warning("%s", error)
            return True  # nothing can be written here: there is nothing to be kept apart either
        try:
            _lock(self._lock)
        except OSError:
            os.close(self._lock)
            self._lock = None
            return False
        return True

    def begin(self, whole: Callable[[], Record], *, anew: bool) -> None:
        """Starts the file with what `whole` says; `anew`: the last show doesn't go on, so it is put by."""
        self._whole = whole
        if self._path is None:
            return
        if self.last is None:
            self._put_aside(self._path)
        elif anew and self.last.get("number"):
            with contextlib.suppress(OSError):
                self._path.replace(_before(self._path))
        self._begin()

    def _put_aside(self, path: Path) -> None:
        """What is there and can't be read gets another name."""
        aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        with contextlib.suppress(OSError):
            if path.lstat().st_size or not path.is_file():
                path.replace(aside)
                self.damaged = f"where the last show was can't be read: that file is {aside.name} now"

    def _begin(self) -> None:
        assert self._path is not None
        self._tried = self._clock()
        part = self._path.with_name(f"{self._path.name}.part")
        try:
            # Whole before it takes the old one's place: a kill in between leaves one of the two.
            self._file = RecordFile(part, ROOM)
            self._file.append(self._whole() | {"wall": time.time()})
            part.replace(self._path)
            self._file.path = self._path
            if self.trouble is not None:
                self.trouble = None
                self.on_trouble(None)
        except OSError as error:
            self.lose(error)
            with contextlib.suppress(OSError):
                part.unlink()

    def change(self, record: Record) -> None:
        """What a press changed; before anybody is told of its cue."""
        if self._path is None:
            return
        if self._file is not None:
            record["wall"] = time.time()
            try:
                self._file.append(record)
            except OSError as error:
                self._drop()
                log.warning("%s is begun anew: %s", self._path, error)
            else:
                return
        # It can't be written to, or could not before: all of it, then. Not with every press: that takes a millisecond.
        if self._clock() >= self._tried + AGAIN:
            self._begin()

    def rewrite(self) -> None:
        """The show stands somewhere else altogether: the file begins anew."""
        if self._path is not None:
            if self._file is not None:
                self._file.close()
            self._begin()

    def look(self) -> OSError | None:
        """In a thread, now and then: brings what was written to the disk itself, and notices a file that is gone. What
        it gives is for `lose`, on the thread that writes."""
        file = self._file
        if file is None or file.end == self._synced:
            return None
        try:
            self._synced = file.end
            file.sync()
        except OSError as error:
            return error
        return FileNotFoundError(2, "it was removed", str(file.path)) if file.lost() else None

    @property
    def wants(self) -> bool:
        """Whether nothing is written down at present, so that a `change` is worth trying though nothing has changed."""
        return self._path is not None and self._file is None

    def close(self) -> None:
        self._drop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def lose(self, error: OSError) -> None:
        """The file is given up; the next change begins another."""
        self._drop()
        if self.trouble is None:
            self.trouble = f"where the show is can't be written down, so that a restart would begin anew: {error}"
            self.on_trouble(self.trouble)

    def _drop(self) -> None:
        file, self._file, self._synced = self._file, None, 0
        if file is not None:
            file.close()


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.before")


def _read(path: Path) -> Record | None:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return merged(record for record in records(path.read_bytes()) if isinstance(record, dict)) or None
    except OSError:
        return None


def _lock(file: int) -> None:
    """Raises OSError where another process has it. It is let go when the process ends, however that comes."""
    try:
        import fcntl
    except ImportError:  # Windows
        msvcrt: Any = __import__("msvcrt")
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

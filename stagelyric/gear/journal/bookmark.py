"""The show's state on disk, kept up to date at every moment; a show that was killed continues from it.

One file per title, beside the journal. It starts with the complete standing, followed by what each press changed.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from stagelyric.gear.journal.recordfile import RecordFile, records
from stagelyric.types.standing import Record, merged

ROOM = 1 << 20  # bytes reserved on disk before the show, enough for some 3,000 presses
AGAIN = 1.0  # seconds between two attempts to start a file
NAME = 150  # maximum bytes of a title within a file's name, which may have 255 in all
AT_ONCE = 8  # shows of one title that may run on one machine at once, each with its own bookmark
LARGEST = 256 << 20  # maximum bytes of a file that is read; a night's has a few hundred thousand

log = logging.getLogger(__name__)


class Bookmark:
    """`last`: the record that the previous show left (None: nothing readable), `before`: the one before it. Nothing is
    written before `begin`. If the disk fails, `on_trouble` is called with a text (with None when it works again), and a
    later change tries again."""

    def __init__(self, journal: Path, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.on_trouble: Callable[[str | None], None] = log.warning
        self.trouble: str | None = None  # the present problem
        self.damaged: str | None = None  # a message about a file that was unreadable, with its new name
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
        """Locks the file for this process until it ends. Returns False if another running show has it."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            log.warning("%s", error)
            return True  # nothing can be written here, so there is no file to keep from others
        try:
            _lock(self._lock)
        except OSError:
            os.close(self._lock)
            self._lock = None
            return False
        return True

    def begin(self, whole: Callable[[], Record], *, anew: bool) -> None:
        """Starts the file with the record that `whole` returns. `anew`: the last show is not continued, so its file is
        kept as `before`."""
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
        """Renames a file that can't be read."""
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
            # Written completely before it replaces the old file: a kill in between leaves one of the two.
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
        """Appends what a press changed; called before anybody is told of its cue."""
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
        # The file can't be written to, or could not before, so start a new one with the complete state. Not at every
        # press, since that takes a millisecond.
        if self._clock() >= self._tried + AGAIN:
            self._begin()

    def rewrite(self) -> None:
        """Starts the file again, since the show has moved to an entirely different state."""
        if self._path is not None:
            if self._file is not None:
                self._file.close()
            self._begin()

    def look(self) -> OSError | None:
        """Flushes the file to the disk and notices if it was removed. Runs in a thread, now and then; the returned
        error is to be passed to `lose` on the thread that writes."""
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
        """Whether there is no working file now, so that a `change` is worth trying even though nothing changed."""
        return self._path is not None and self._file is None

    def close(self) -> None:
        self._drop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def lose(self, error: OSError) -> None:
        """Gives the file up; the next change starts another."""
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
    """Locks a file; the lock ends with the process. Raises OSError if another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        msvcrt = import_module("msvcrt")  # no import statement, since its functions have types on Windows alone
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

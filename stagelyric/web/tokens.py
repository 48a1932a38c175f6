"""What a page that has joined shows instead of the PIN: a token of its own, which ends when the PIN is changed."""

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from stagelyric.types.aside import put_aside
from stagelyric.types.events import Emit, Notice
from stagelyric.types.parts import Part, ignore
from stagelyric.words.reading import read_bytes

KEY = 32  # bytes
_NONCE = 16  # bytes
AGAIN = 5.0  # seconds between two attempts to store a key


class Tokens:
    """Tokens for `pin`, signed with `key`: nothing of them is kept, so that they outlive a show that was killed."""

    def __init__(self, pin: str, key: bytes) -> None:
        self._key = hmac.digest(key, pin.encode("utf-8", "replace"), "sha256")

    def give(self) -> str:
        """A new one, letters and digits alone."""
        nonce = secrets.token_hex(_NONCE)
        return nonce + self._signature(nonce)

    def holds(self, token: str) -> bool:
        """Whether it was given for this PIN, with this key."""
        nonce, signature = token[: 2 * _NONCE], token[2 * _NONCE :]
        return hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(nonce).encode())

    def _signature(self, nonce: str) -> str:
        return hmac.new(self._key, nonce.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def kept_key(file: Path, tell: Callable[[str], None] = lambda text: None) -> bytes:
    """The key in a file, which is made where there is none; a damaged one is put aside. Where it can be neither read
    nor written, the key is good for this start alone, and pages are asked for the PIN after the next one. `tell` gets
    what is wrong."""
    try:
        key = read_bytes(file, KEY)
        if len(key) == KEY:
            return key
    except OSError:
        pass  # absent or unusable; the code below finds out which
    try:
        if file.is_symlink() or file.exists():
            aside = put_aside(file)
            tell(f"the key of pages that had joined was damaged: it is {aside} now, and they want the PIN again")
        return _put_key(file, secrets.token_bytes(KEY))
    except OSError as error:
        tell(f"the key of pages that join can't be kept ({error}); they want the PIN again after a restart")
        return secrets.token_bytes(KEY)


class KeyKeeper(Part):
    """Stores a key that could not be stored at the start, as soon as there is room; says so about "joined"."""

    name = "key"

    def __init__(self, file: Path, key: bytes) -> None:
        self._file, self._key = file, key

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        task = asyncio.create_task(self._store(emit), name="key")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _store(self, emit: Emit) -> None:
        while True:
            if await asyncio.to_thread(_is_stored, self._file, self._key):
                text = "the key of pages that join is kept; they need no PIN after a restart"
                emit(Notice(monotonic(), self.name, text, "info", "joined"))
                return
            await asyncio.sleep(AGAIN)


def holds_key(file: Path, key: bytes) -> bool:
    """Whether this key is what the file has."""
    with contextlib.suppress(OSError):
        return read_bytes(file, KEY) == key
    return False


def _is_stored(file: Path, key: bytes) -> bool:
    """Stores the key, unless another show has stored its own meanwhile."""
    try:
        if file.is_symlink() or file.exists():
            if file.is_file() and file.stat().st_size == KEY:
                return holds_key(file, key)
            put_aside(file)
        _put_key(file, key)
    except OSError:
        return False
    return True


def _put_key(file: Path, key: bytes) -> bytes:
    """Raises OSError if it can't be written."""
    part = file.with_suffix(f".{os.getpid()}.part")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)
        part.replace(file)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return key

"""What a page that has joined shows instead of the PIN: a token of its own, which ends when the PIN is changed."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY = 32  # bytes
_NONCE = 16  # bytes


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


def kept_key(file: Path) -> bytes:
    """The key in a file, which is made where there is none. Where it can be neither read nor written, the key is good
    for this start alone, and pages are asked for the PIN after the next one."""
    with contextlib.suppress(OSError):
        with file.open("rb") as opened:
            key = opened.read(KEY + 1)
        if len(key) == KEY:
            return key
    key = secrets.token_bytes(KEY)
    part = file.with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)
        part.replace(file)
    with contextlib.suppress(OSError):
        part.unlink()
    return key

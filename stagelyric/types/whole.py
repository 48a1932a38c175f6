"""Replaces a text file in one step, so that neither a power cut nor Ctrl-C leaves half of it."""

import contextlib
import os
import tempfile
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Writes `text` as UTF-8, with its line ends unchanged. Symbolic links are followed; an existing file's permissions
    stay.

    Raises OSError; then the file is as it was.
    """
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode if target.exists() else 0o644)
        os.replace(name, target)
    except BaseException:  # after Ctrl-C too, no half-written file may remain
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise

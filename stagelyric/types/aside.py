"""Puts aside what can't be used, under another name, so that nothing is lost and a new one can be begun."""

import os
import time
from pathlib import Path


def put_aside(path: Path) -> str:
    """Renames whatever lies there, a link itself and not what it leads to; returns its new name. Raises OSError."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    path.replace(aside)
    return aside.name

"""Fetches the editor in the background while a first show plays: `python -m stagelyric.editor.bringing`, at low
priority.

The packages that build it are installed first, if missing. If the network fails, it tries again. The editor is put in
place only when it is complete.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

from stagelyric.editor import faults, fetch
from stagelyric.types.process import step_aside

BRINGS = False
"""Whether `make play` fetches the editor: only once blind readers find that lines chosen with it make more sense."""

_ASIDE = 15
_TRIES, _BREAK = 5, 60.0  # seconds of the first break; later ones are longer


def is_wanted() -> bool:
    """Whether a show has to fetch it: there is none yet, and downloads weren't forbidden."""
    if not BRINGS or os.environ.get(fetch.OFFLINE, "") not in ("", "0"):
        return False
    try:
        return fetch.chosen() is None
    except faults.EditorError:
        return False


def needed() -> list[str]:
    """The requirements of the extra `editor`, in pip's syntax."""
    told = importlib.metadata.requires("stagelyric") or []
    return [one.partition(";")[0].strip() for one in told if re.search(r"extra\s*==\s*['\"]editor['\"]", one)]


def brought(
    tries: int = _TRIES, rest: Callable[[float], None] = time.sleep, run: Callable[[list[str]], int] = subprocess.call
) -> bool:
    """Fetches and builds the editor, with further tries after a break; returns whether it succeeded."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needed()]
    fetching = [sys.executable, "-m", "stagelyric", "models", "fetch", fetch.SMOLLM2.name]
    for attempt in range(tries):
        if attempt:
            rest(_BREAK * attempt)
        if (_can_build() or run(pip) == 0) and run(fetching) == 0:
            return True
    return False


def _can_build() -> bool:
    try:
        faults.check_packages()
    except faults.EditorError:
        return False
    return True


if __name__ == "__main__":
    step_aside(_ASIDE)
    sys.exit(0 if brought() else 1)

"""The editor brought to a machine while a first show plays: `python -m stagelyric.editor.bringing`, stepped aside.

What it is built with is installed first, where it is missing. A network that goes away is tried again; what was begun
is whole in the end or not there.
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
from stagelyric.types.child import step_aside

BRINGS = False
"""Whether `make play` fetches the editor: blind readers have to find that lines chosen with it make more sense."""

_ASIDE = 15
_TRIES, _BREAK = 5, 60.0  # seconds, longer each time


def is_wanted() -> bool:
    """Whether a show is to fetch it: there is none, and nobody said that nothing is to be downloaded."""
    if not BRINGS or os.environ.get(fetch.OFFLINE, "") not in ("", "0"):
        return False
    try:
        return fetch.chosen() is None
    except faults.EditorError:
        return False


def needed() -> list[str]:
    """The requirements of the extra `editor`, as pip takes them."""
    told = importlib.metadata.requires("stagelyric") or []
    return [one.partition(";")[0].strip() for one in told if re.search(r"extra\s*==\s*['\"]editor['\"]", one)]


def brought(
    tries: int = _TRIES, rest: Callable[[float], None] = time.sleep, run: Callable[[list[str]], int] = subprocess.call
) -> bool:
    """Fetches and builds it, again after a break where that failed; whether it is here."""
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

"""Writes the program's own commands as they must be typed here, so that a command in a message can be copied."""

import shlex
import shutil
import sys
from pathlib import Path


def typed(command: str, *files: object) -> str:
    """`stagelyric COMMAND FILES` as it must be typed in this folder, with quotes around names with spaces.

    If the shell does not find this program by its name, as in a checkout whose environment is not activated, the
    command begins with the script's path (`.venv/bin/stagelyric`).
    """
    return " ".join([_name(), command, *(_quoted(str(file)) for file in files)])


def _name() -> str:
    folder = Path(sys.executable).parent
    script = shutil.which("stagelyric", path=str(folder))
    found = shutil.which("stagelyric")
    if script is None or (found is not None and Path(found).resolve() == Path(script).resolve()):
        return "stagelyric"
    try:
        path = str(Path(script).relative_to(Path.cwd()))
    except (ValueError, OSError):  # not below the working directory, or that was removed
        path = script
    return _quoted(path)


def _quoted(name: str) -> str:
    """A name quoted for the shell if it needs quotes."""
    if sys.platform == "win32":
        return f'"{name}"' if " " in name else name
    return shlex.quote(name)

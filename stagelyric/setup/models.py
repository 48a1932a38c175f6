"""Checks a model. A module of its own, which imports little: a helper does this while a setlist is still read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path


def stamp(model: Path, frames: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """A value that changes when a file of the model or of the frames changes."""
    try:
        files = sorted(path for path in (*model.iterdir(), *frames) if path.is_file())
        return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    except OSError:
        return ()


@lru_cache(4)
def damage(model: Path, frames: tuple[Path, ...], stamp: object) -> tuple[str, ...]:
    """What is wrong with a model: each of its files is compared with its hash, and an intact one is opened as `play`
    opens it, with the band's own frames."""
    from stagelyric.lm import checkpoint

    try:
        meta = checkpoint.read_meta(model)
    except checkpoint.ModelError as error:
        return (str(error),)
    faults = []
    for name in meta.files:
        try:
            checkpoint.read_file(model, name, meta)
        except checkpoint.ModelError as error:
            faults.append(str(error))
    if not faults:
        from stagelyric.writing.writer import Writer

        try:
            Writer.open(model, frames=frames)
        except Exception as error:  # whatever would keep it from writing on stage is an error
            faults.append(f"nothing can be written with it ({error})")
    return tuple(faults)

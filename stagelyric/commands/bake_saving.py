"""What the commands for a baked show write: the file after a change, its new sounds, its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.commands.common import Failure, Fault

if TYPE_CHECKING:
    from stagelyric.baked.bake import Bake
    from stagelyric.baked.file import Opened


def write_proof(file: Path, made: Bake, proof: Path) -> None:
    """Writes the page for printing. Raises Fault if it can't be written."""
    from stagelyric.baked.proof import page

    try:
        proof.write_text(page(made, file.name), encoding="utf-8")
    except OSError as error:
        raise Fault(f"{proof}: could not be written: {error.strerror}") from None


def save(opened: Opened, made: Bake) -> list[str]:
    """Writes the file with its changes and new sounds; returns messages about the sounds."""
    from stagelyric.baked import file as files

    missing = [text for text in made.texts() if not opened.sounds.has(text)] if made.spoken is not None else []
    made_now, told = _spoken(made, missing) if missing else ({}, [])
    try:
        files.write(opened.path, made, sounds_of(opened, made) | made_now)
    except OSError as error:
        raise Failure(f"{opened.path}: could not be written: {error.strerror or error}") from None
    return told


def sounds_of(opened: Opened, made: Bake) -> dict[str, Callable[[], bytes]]:
    def reader(text: str) -> Callable[[], bytes]:
        return lambda: opened.sounds.read(text)

    return {text: reader(text) for text in made.texts() if opened.sounds.has(text)}


def _spoken(made: Bake, missing: Sequence[str]) -> tuple[dict[str, Callable[[], bytes]], list[str]]:
    """The sounds of new texts, if the voice of the others is available; otherwise messages that say so."""
    import asyncio

    from stagelyric.stage import baking
    from stagelyric.types import paths

    assert made.spoken is not None
    choir = baking.Choir(made.spoken, paths.speech())
    told = []
    try:
        asyncio.run(choir.speak(missing, 2))
    except baking.BakingError as error:
        told.append(f"{error}; what was changed is spoken where the show is played, if there is a voice")
    finally:
        choir.close()
    told += [f'speech: "{text}" can\'t be spoken ({why})' for text, why in choir.unspeakable.items()]
    return {text: path.read_bytes for text, path in choir.sounds.items()}, told

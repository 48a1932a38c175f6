"""The page of `stagelyric bake edit --page`: each change is saved when it is made, new sounds when the page is
closed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.baked import editing, proof
from stagelyric.baked import file as files
from stagelyric.commands.bake_saving import save, sounds_of
from stagelyric.commands.common import Failure, plain_faults
from stagelyric.commands.pages import stay, until_ctrl_c
from stagelyric.types.json import JsonMapping, JsonObject

if TYPE_CHECKING:
    from stagelyric.baked.bake import Bake
    from stagelyric.baked.file import Opened


class Proof:
    """A baked show while it is read and changed."""

    def __init__(self, file: Path) -> None:
        with plain_faults():
            self.opened: Opened = files.read(file)
        self.bake = self.opened.bake

    def page(self) -> str:
        return proof.page(self.bake, self.opened.path.name, edits=True)

    def script(self) -> str:
        return (proof.STATIC / "proof.js").read_text(encoding="utf-8")

    def edit(self, wanted: JsonMapping, *, save: bool) -> JsonObject:
        """Carries out a change, or with `save` false only checks it. Raises ValueError if it is not possible."""
        try:
            strike, restore = ([int(n) for n in wanted.get(key, [])] for key in ("strike", "restore"))
            change = [(int(number), str(text)) for number, text in wanted.get("change", [])]
            made, told = editing.edited(self.bake, strike, restore, change)
        except (TypeError, ValueError):
            raise ValueError("wanted strike and restore with lines' numbers, change with number and text") from None
        except editing.EditError as error:
            raise ValueError(str(error)) from None
        if save and made != self.bake:
            self._write(made)
        numbers = {*strike, *restore, *(number for number, _ in change)}
        lines = [proof.as_told(made, entry) for entry in editing.every_entry(made) if entry.baked.number in numbers]
        return {"told": told, "lines": lines, "counted": proof.counted(made)}

    def _write(self, made: Bake) -> None:
        try:
            files.write(self.opened.path, made, sounds_of(self.opened, made))
        except OSError as error:
            raise ValueError(f"{self.opened.path}: could not be written: {error.strerror or error}") from None
        self.bake = made

    def close(self) -> list[str]:
        """Renders new lines as speech if the others have it; returns messages about that."""
        changed = self.bake != self.opened.bake
        return save(self.opened, self.bake) if changed and self.bake.spoken is not None else []


def serve(file: Path, port: int, no_open: bool, told: Sequence[str] = ()) -> None:
    """Serves the page until Ctrl-C. `told`: what was said before, and is not said again. Raises Failure if the port is
    in use."""
    shown = Proof(file)
    until_ctrl_c(_serve(shown, port, no_open), Failure)
    for line in shown.close():
        if line not in told:
            click.echo(line)
    click.echo(f"{file}: {proof.counted(shown.bake)}")


async def _serve(shown: Proof, port: int, no_open: bool) -> None:
    from stagelyric.web.proofing import proofing

    async with proofing(shown, port) as address:
        click.echo(f"{shown.opened.path}: read and change it at {address}; Ctrl-C when you are done")
        await stay(address, opened=not no_open)

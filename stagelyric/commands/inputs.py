"""Listening to the rig without a show: shared by `learn` and `monitor`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Failure, plain_faults
from stagelyric.setlist.rig import Rig, address, load_rig

if TYPE_CHECKING:
    from stagelyric.gear.midi.input import Midi
    from stagelyric.show.show import Show
    from stagelyric.types.events import Emit
    from stagelyric.types.parts import Part


@dataclass(frozen=True, slots=True)
class Hearing:
    """The inputs to listen to: the rig's OSC address and MIDI inputs (None: no MIDI), and this terminal's keys."""

    rig: Rig
    midi: tuple[str, ...] | None
    osc: bool = True

    async def open(
        self, stack: AsyncExitStack, emit: Emit, *, say: bool = True, show: Show | None = None
    ) -> Midi | None:
        """Opens every input of the table but the keys. If a port is in use, that is reported, and the other inputs are
        opened all the same. `show`: the show that is tried out. Returns MIDI's input, if it is open."""
        from stagelyric.gear.midi.input import Midi
        from stagelyric.gear.osc.input import Osc
        from stagelyric.stage.inputs import INPUTS, Sources
        from stagelyric.types.devices import ListenError

        midi = None if self.midi is None else self.midi or self.rig.midi.inputs
        sources = Sources(self.rig, midi, self.osc, show)
        opened: list[Part] = []
        for part in filter(None, [row(sources) for row in INPUTS]):
            try:
                await stack.enter_async_context(part.running(emit))
                opened.append(part)
            except ListenError as fault:
                click.secho(f"{fault} The rest is heard all the same.", fg="yellow", err=True)
            if say and part in opened and isinstance(part, Osc):
                click.secho("OSC on {}:{}".format(*part.address), dim=True, err=True)
        if not opened and not sys.stdin.isatty():
            raise Failure("nothing to listen to: no OSC, no MIDI, no keys")
        return next((part for part in opened if isinstance(part, Midi)), None)

    def keys(self, emit: Emit) -> AbstractAsyncContextManager[None]:
        """Reads this terminal's keys while the context is open; does nothing if there is no terminal."""
        if not sys.stdin.isatty():
            return nullcontext()
        from stagelyric.gear.terminal.keyboard import Keyboard

        return Keyboard().running(emit)


def rig_options(command: Callable[..., object]) -> Callable[..., object]:
    """Adds --rig, --osc-port, --midi and --no-osc, and passes them to the command as `hearing`."""

    @click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The gear that is there (TOML).")
    @click.option("--osc-port", type=click.IntRange(0, 65535), help="OSC's UDP port (default 7744).")
    @click.option("--midi", multiple=True, metavar="NAME", help="A MIDI input, by part of its name; none: no MIDI.")
    @click.option("--no-osc", is_flag=True, help="Do not listen to OSC.")
    @wraps(command)
    def wrapped(
        rig_file: Path | None, osc_port: int | None, midi: tuple[str, ...], no_osc: bool, **named: object
    ) -> object:
        with plain_faults():
            rig = load_rig(rig_file) if rig_file else Rig()
        if osc_port is not None:
            listen = f"{address(rig.osc.listen)[0]}:{osc_port}"
            rig = rig.model_copy(update={"osc": rig.osc.model_copy(update={"listen": listen})})
        wanted = None if "none" in midi else midi
        return command(hearing=Hearing(rig, wanted, not no_osc), **named)

    return wrapped

"""The table of inputs: for each a function that returns the part, or None if it is not used here.

A show opens them, and so do `learn` and `monitor`, which listen without one: a new input is a row of `INPUTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stagelyric.gear.midi.input import Midi
from stagelyric.gear.osc.input import Osc
from stagelyric.setlist.rig import Rig, address

if TYPE_CHECKING:
    from stagelyric.show.show import Show
    from stagelyric.types.parts import Part


@dataclass(frozen=True, slots=True)
class Sources:
    """What the inputs are made from.

    `midi`: names of inputs (() all, None no MIDI); `osc`: whether to listen to OSC; `show`: the show that is played or
    tried out, None if there is none; `known`: the OSC addresses that triggers use (None: all count as known);
    `replies`: whether the rig's `reply_to` is told of cues, which only a running show has.
    """

    rig: Rig
    midi: tuple[str, ...] | None
    osc: bool = True
    show: Show | None = None
    known: Collection[str] | None = None
    replies: bool = False


def _osc(given: Sources) -> Part | None:
    if not given.osc:
        return None
    rig = given.rig.osc
    host, port = address(rig.listen)
    reply_to = [address(to) for to in rig.reply_to] if given.replies else []
    return Osc(host, port, reply_to=reply_to, allow=rig.allow, known=given.known)


def _live(given: Sources) -> Part | None:
    """Live's scenes lead to the songs of a show, so without a show it is not asked."""
    rig, show = given.rig.live, given.show
    if rig is None or show is None:
        return None
    from stagelyric.gear.live.input import Live

    return Live(show.setlist.sections(), lambda: show.song.title, rig.host, rig.port, rig.answers, rig.track)


INPUTS: tuple[Callable[[Sources], Part | None], ...] = (
    _osc,
    lambda given: Midi(given.midi) if given.midi is not None else None,
    _live,
)
"""In the order in which they are opened. The terminal's keys are no row: `learn` must let go of them to ask a question,
and a show may have no terminal."""

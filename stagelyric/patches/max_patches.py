"""Max: the abstraction [stagelyric] with its help, and a Max for Live MIDI device. py2max writes the files."""

import json
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from py2max import Patcher
from py2max.core.common import Rect
from py2max.m4l import ensure_amxd_project_block, pack_amxd

from stagelyric.gear.osc.addresses import TABLE, Address
from stagelyric.patches.target import DOES, PRESSES, SAYS, File, Target, name, table, text

Box: TypeAlias = Any  # py2max's boxes, each kind of which has a type of its own

FIRST_NOTE = 36  # C1 in Live: the first action; the others follow on the next white and black keys
_LIVE = {"live.thisdevice": (1, 3), "live.path": (1, 3), "live.observer": (2, 2)}  # inlets, outlets
_MADE = 3_800_000_000  # a fixed date in Max's format, seconds since 1904
_RENEW = 20_000  # milliseconds: a subscription lasts 60 s


class Canvas:
    """A patcher, filled row by row: `add(text, x, y)` returns a box, `cord(one, other, outlet, inlet)` connects two."""

    def __init__(self, patcher: Patcher) -> None:
        self.patcher = patcher
        self.patcher.rect = Rect(60, 80, 1560, 800)

    def add(self, content: str, x: float, y: float, **more: Box) -> Box:
        width = max(len(content) * 6.6 + 14, 30)
        return self.patcher.add_textbox(content, patching_rect=Rect(x, y, width, 22.0), **more)

    def live(self, content: str, x: float, y: float) -> Box:
        """A box for one of Live's objects, whose inlets and outlets py2max's reference does not know."""
        inlets, outlets = _LIVE[content.partition(" ")[0]]
        return self.add(content, x, y, numinlets=inlets, numoutlets=outlets, outlettype=[""] * outlets)

    def message(self, content: str, x: float, y: float) -> Box:
        return self.patcher.add_message(content, patching_rect=Rect(x, y, max(len(content) * 6.6 + 14, 30), 22.0))

    def comment(self, content: str, x: float, y: float) -> Box:
        return self.patcher.add_comment(content, patching_rect=Rect(x, y, len(content) * 6.6 + 14, 22.0))

    def cord(self, one: Box, other: Box, outlet: int = 0, inlet: int = 0) -> None:
        self.patcher.add_line(one, other, inlet=inlet, outlet=outlet)

    def chain(self, *boxes: Box) -> None:
        for one, other in pairwise(boxes):
            self.cord(one, other)

    def dump(self) -> dict[str, object]:
        self.patcher.render()
        made: dict[str, object] = self.patcher.to_dict()
        return made


def files(target: Target) -> Iterator[File]:
    device = build_device(target)
    yield text("max/stagelyric.maxpat", _json(build(target).dump()))
    yield text("max/stagelyric.maxhelp", _json(build_help().dump()))
    yield text("max/picture.svg", _picture(build_help()))
    yield text("max/README.md", _readme(target))
    yield File("max-for-live/stagelyric.amxd", _amxd(device))
    yield text("max-for-live/picture.svg", _picture(device))
    yield text("max-for-live/README.md", _live_readme(target))


def build(target: Target) -> Canvas:
    """The abstraction [stagelyric HOST PORT LISTEN]: takes messages, and outputs what stagelyric sends."""
    canvas = Canvas(Patcher())
    canvas.comment("stagelyric: made by `stagelyric patches export`. Messages in, what is told out.", 20, 10)
    inlet = canvas.patcher.add_textbox("inlet", maxclass="inlet", patching_rect=Rect(20.0, 40.0, 30.0, 30.0))
    route = canvas.add("route " + " ".join(name(entry.address) for entry in DOES), 20, 80)
    canvas.cord(inlet, route)
    send = canvas.add(f"udpsend {target.host} {target.osc_port}", 20, 420)
    for place, entry in enumerate(DOES):
        made = _sender(canvas, entry, 20 + 250 * (place % 6), 130 + 70 * (place // 6))
        canvas.cord(route, made[0], place)
        canvas.cord(made[1], send)
    receive = canvas.add(f"udpreceive {target.listen}", 20, 470)
    _arguments(canvas, send, receive, target)
    _told(canvas, receive)
    return canvas


def _sender(canvas: Canvas, entry: Address, x: float, y: float) -> tuple[Box, Box]:
    """The boxes that send an address: a press always sends 1; the others send their arguments."""
    if entry.argument == "press":
        press, message = canvas.add("t b", x, y), canvas.message(f"{entry.address} 1", x, y + 30)
        canvas.cord(press, message)
        return press, message
    made = canvas.add(f"prepend {entry.address}", x, y)
    return made, made


def _arguments(canvas: Canvas, send: Box, receive: Box, target: Target) -> None:
    """Sets host and ports from the abstraction's arguments, with the target's as defaults; subscribes and renews
    that."""
    given = canvas.add(f"patcherargs {target.host} {target.osc_port} {target.listen}", 500, 420)
    parts = canvas.add("unpack s i i", 500, 450)
    canvas.cord(given, parts)
    for outlet, (content, box) in enumerate((("host $1", send), ("port $1", send), ("port $1", receive))):
        message = canvas.message(content, 500 + 90 * outlet, 480)
        canvas.cord(parts, message, outlet)
        canvas.cord(message, box)
    ask = canvas.message(f"/stagelyric/subscribe {target.listen}", 860, 510)
    own = canvas.message("set /stagelyric/subscribe $1", 860, 480)
    canvas.cord(parts, own, 2)
    canvas.cord(own, ask)
    canvas.chain(canvas.add("loadbang", 860, 420), canvas.add("delay 200", 860, 450), canvas.add("t 1", 960, 450))
    start = canvas.patcher.find_by_text("t 1")[0]
    clock = canvas.add(f"metro {_RENEW}", 960, 480)
    canvas.chain(start, clock, ask, send)


def _told(canvas: Canvas, receive: Box) -> None:
    route = canvas.add("route " + " ".join(f"/stagelyric/{what}" for what in SAYS), 20, 520)
    out = canvas.patcher.add_textbox("outlet", maxclass="outlet", patching_rect=Rect(20.0, 610.0, 30.0, 30.0))
    canvas.cord(receive, route)
    for place, what in enumerate(SAYS):
        # Max outputs an address without arguments as a bang, which is no value.
        made = (
            canvas.message(what, 20 + 130 * place, 560)
            if what == "clear"
            else canvas.add(f"prepend {what}", 20 + 130 * place, 560)
        )
        canvas.cord(route, made, place)
        canvas.cord(made, out)


def build_help() -> Canvas:
    canvas = Canvas(Patcher())
    canvas.comment("[stagelyric HOST PORT LISTEN]: lyric lines at a press. Arguments may be left out.", 20, 10)
    row = 50
    box = canvas.add("stagelyric", 520, 60 + 30 * len(DOES), numinlets=1, numoutlets=1, outlettype=[""])
    for entry in DOES:
        content = " ".join([name(entry.address), *(_value(value) for value in entry.example)])
        message = canvas.message(content, 20, row)
        canvas.comment(entry.does, 250, row)
        canvas.cord(message, box)
        row += 30
    canvas.cord(box, canvas.add("print stagelyric", 520, 100 + 30 * len(DOES)))
    return canvas


def build_device(target: Target) -> Canvas:
    """The Max for Live device: a clip's notes are presses; a scene's name selects the song, a clip's name on this track
    the section."""
    canvas = Canvas(Patcher(device_type="midi_effect"))
    canvas.patcher.enable_presentation(devicewidth=360)
    send = canvas.add(f"udpsend {target.host} {target.osc_port}", 20, 520)
    _notes(canvas, send)
    _tempo(canvas, send)
    _names(canvas, send)
    _line(canvas, send, target)
    return canvas


def _notes(canvas: Canvas, send: Box) -> None:
    midi, out = canvas.add("midiin", 20, 20), canvas.add("midiout", 120, 60)
    canvas.cord(midi, out)  # the track's MIDI passes through unchanged
    parse, strip = canvas.add("midiparse", 20, 60), canvas.add("unpack i i", 20, 90)
    notes = canvas.add("stripnote", 20, 120)
    select = canvas.add("select " + " ".join(str(FIRST_NOTE + place) for place in range(len(PRESSES))), 20, 150)
    canvas.chain(midi, parse, strip, notes, select)
    canvas.cord(strip, notes, 1, 1)
    for place, entry in enumerate(PRESSES):
        message = canvas.message(f"{entry.address} 1", 20 + 250 * (place % 6), 190 + 30 * (place // 6))
        canvas.cord(select, message, place)
        canvas.cord(message, send)


def _tempo(canvas: Canvas, send: Box) -> None:
    """Sends Live's tempo and beat, and whether it plays: a setlist may have a trigger on /live/playing."""
    ready = canvas.live("live.thisdevice", 20, 270)
    path = canvas.message("path live_set", 20, 300)
    finder = canvas.live("live.path", 20, 330)
    canvas.chain(ready, path, finder)
    for place, (what, address) in enumerate(
        (("tempo", "/stagelyric/tempo"), ("current_song_time", "/stagelyric/beat"), ("is_playing", "/live/playing"))
    ):
        x = 160 + 200 * place
        watch = canvas.live(f"live.observer {what}", x, 360)
        canvas.cord(finder, watch, 1, 1)
        last = watch
        if what == "current_song_time":  # it changes many times within a beat
            last = canvas.add("i", x, 390)
            change = canvas.add("change", x + 40, 390)
            canvas.chain(watch, last, change)
            last = change
        sender = canvas.add(f"prepend {address}", x, 420)
        canvas.chain(last, sender, send)


def _names(canvas: Canvas, send: Box) -> None:
    """A launched scene is the selected one (Live's "Select on Launch"): its name is sent, followed by a press for a
    line."""
    for place, (path, address) in enumerate(
        (
            ("live_set view selected_scene", "/stagelyric/song"),
            ("live_set view highlighted_clip_slot clip", "/stagelyric/section"),
        )
    ):
        x = 800 + 280 * place
        ready = canvas.live("live.thisdevice", x, 270)
        order = canvas.message(f"path {path}", x, 300)
        finder = canvas.live("live.path", x, 330)
        watch = canvas.live("live.observer name", x, 360)
        named = canvas.add("route none", x, 390)
        sender = canvas.add(f"prepend {address}", x, 420)
        canvas.chain(ready, order, finder)
        canvas.cord(finder, watch, 1, 1)
        canvas.chain(watch, named)
        canvas.cord(named, sender, 1)
        canvas.cord(sender, send)


def _line(canvas: Canvas, send: Box, target: Target) -> None:
    """Shows the present line in the device."""
    receive = canvas.add(f"udpreceive {target.listen}", 20, 560)
    route = canvas.add("route /stagelyric/cue /stagelyric/clear /stagelyric/next", 20, 590)
    canvas.cord(receive, route)
    title = canvas.comment("stagelyric", 20, 700)
    title.add_to_presentation([8, 4, 120, 20])
    shown = []
    for place, (y, size) in enumerate(((60, 18.0), (110, 12.0))):
        box = canvas.patcher.add_comment("…", patching_rect=Rect(20.0 + 360 * place, 670.0, 340.0, 40.0), fontsize=size)
        box.add_to_presentation([8, y - 30, 344, 44])
        shown.append(box)
    for outlet, box in ((0, shown[0]), (2, shown[1])):
        first, put = canvas.add("zl slice 1", 20 + 200 * outlet, 620), canvas.add("prepend set", 20 + 200 * outlet, 650)
        canvas.cord(route, first, outlet)
        canvas.chain(first, put, box)
    empty = canvas.message("set", 220, 620)
    canvas.cord(route, empty, 1)
    canvas.cord(empty, shown[0])
    clock = canvas.add(f"metro {_RENEW} @active 1", 600, 560)
    ask = canvas.message(f"/stagelyric/subscribe {target.listen}", 600, 590)
    canvas.chain(clock, ask, send)
    press = canvas.patcher.add_textbox(
        "live.text", maxclass="live.text", patching_rect=Rect(600.0, 650.0, 80.0, 20.0), numoutlets=2
    )
    press.add_to_presentation([8, 138, 100, 22])
    message = canvas.message(f"{TABLE['/stagelyric/line'].address} 1", 600, 690)
    chosen = canvas.add("select 1", 600, 670)
    canvas.chain(press, chosen, message, send)


def _amxd(device: Canvas) -> bytes:
    """The device as an .amxd file, with a fixed date, so that the same device gives the same file."""
    made = ensure_amxd_project_block(device.dump(), device_type="midi_effect", mtime=_MADE)
    name = "stagelyric.maxpat"
    return pack_amxd(json.dumps(made, indent=2), device_type="midi_effect", patcher_filename=name, mtime=_MADE)


def _json(made: dict[str, object]) -> str:
    return json.dumps(made, indent=2) + "\n"


def _picture(canvas: Canvas) -> str:
    canvas.patcher.render()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        canvas.patcher.to_svg(str(path))
        return path.read_text(encoding="utf-8")


def _value(value: object) -> str:
    """As it stands in a message box, where a bare comma begins another message."""
    if isinstance(value, int | float):
        return f"{value:g}"
    return str(value).replace(",", "\\,").replace(";", "\\;")


def _readme(target: Target) -> str:
    rows = [
        (f"`{name(entry.address)}`", " ".join(f"`{_value(value)}`" for value in entry.example), entry.does)
        for entry in DOES
    ]
    return f"""# Max

![The help patch](picture.svg)

1. Put this folder into Max's search path (Options, File Preferences), or beside your patch.
2. Start stagelyric: `stagelyric play my-set.toml`.
3. `[stagelyric]` sends to {target.host}:{target.osc_port} and listens on {target.listen};
   `[stagelyric 192.168.1.20 {target.osc_port} 7746]` speaks to another machine. Right-click, Open Help shows all.

{table(rows, "message", "value", "does")}

Out of it come {", ".join(f"`{what}`" for what in SAYS)} with their values: `[route cue next]` takes them apart.
"""


def _live_readme(target: Target) -> str:
    rows = [(str(FIRST_NOTE + place), entry.label, entry.does) for place, entry in enumerate(PRESSES)]
    return f"""# Max for Live

![The device](picture.svg)

1. Drag `stagelyric.amxd` onto a MIDI track in Live (Suite, or with Max for Live).
2. Start stagelyric: `stagelyric play my-set.toml --rig rig.toml`, with a rig that lets Live lead:

```toml
[clock]
source = "osc"
```

3. Notes in this track's clips are presses; the track's MIDI goes on as it came:

{table(rows, "note", "press", "does")}

A scene whose name is a song's title goes to that song when it is launched (Live selects what it launches, unless
"Select on Launch" is off); the name of the chosen clip goes to the section of that name. Live's tempo and beat are
passed on, and `/live/playing` with 1 or 0, for a trigger of the setlist. The line that is up stands in the device, the
next one below it. It listens on port {target.listen}: one such device a machine.
"""

"""TouchOSC: a layout with buttons, a fader, a switch, and the present line. The library py2tosc writes the file."""

import uuid
import zlib
from collections.abc import Iterator

import py2tosc
from py2tosc import ui

from stagelyric.gear.osc.addresses import TABLE, Address
from stagelyric.patches.target import PRESSES, File, Target, name, text

_WIDTH, _HEIGHT = 1024, 768
_COLOURS = {"line": "#2f9e6e", "panic": "#c0392b", "clear": "#b9770e", "veto": "#b9770e"}
_PLACES = 4  # buttons for the first songs, and the same number for the first sections


def files(target: Target) -> Iterator[File]:
    document = build()
    yield File("touchosc/stagelyric.tosc", zlib.compress(py2tosc.dumps(document).encode(), 9))
    yield text("touchosc/picture.svg", py2tosc.to_svg(document))
    yield text("touchosc/README.md", _readme(target))


def build() -> py2tosc.Document:
    """The whole layout, for a tablet in landscape."""
    told = ui.column(
        _told("cue", 40), _told("next", 24), ui.row(_told("song", 20), _told("section", 20), _told("pool", 20), gap=6),
        sizes=(3, 2, 1), gap=6,
    )  # fmt: skip
    places = ui.row(
        *(_place(TABLE["/stagelyric/song"], number) for number in range(1, _PLACES + 1)),
        *(_place(TABLE["/stagelyric/section"], number) for number in range(1, _PLACES + 1)),
        gap=6,
    )
    wildness = py2tosc.fader(name="wildness", color="#3a6ea5", messages=[ui.osc("/stagelyric/wildness")])
    speech = py2tosc.button(
        name="speech",
        color="#3a6ea5",
        button_type=py2tosc.ButtonType.TOGGLE_RELEASE,
        messages=[ui.osc("/stagelyric/speech")],
    )
    ask = py2tosc.button(name="subscribe", color="#666666", messages=[ui.osc("/stagelyric/subscribe")])
    bottom = ui.row(
        ui.labelled(wildness, "wildness", size=18), ui.labelled(speech, "speech", size=18),
        ui.labelled(ask, "connect", size=18), gap=6, sizes=(4, 1, 1),
    )  # fmt: skip
    document = py2tosc.Document(
        root=ui.column(
            told, ui.tiles(*(_press(entry) for entry in PRESSES), columns=4, gap=6, name="presses"), places, bottom,
            _told("error", 16),
            sizes=(5, 6, 2, 2, 1), gap=6, pad=8, frame=(0, 0, _WIDTH, _HEIGHT), name="stagelyric",
        )
    )  # fmt: skip
    document.resolve()
    for number, control in enumerate(document.walk()):  # fixed identifiers, so that the same layout gives the same file
        control.id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"stagelyric:touchosc:{number}"))
    return document


def _press(entry: Address) -> py2tosc.Control:
    """A button that sends 1 when pressed and 0, which does nothing, when released."""
    what = name(entry.address)
    button = py2tosc.button(name=what, color=_COLOURS.get(what, "#44546a"), messages=[ui.osc(entry.address)])
    return ui.labelled(button, entry.label, size=22)


def _place(entry: Address, number: int) -> py2tosc.Control:
    """A button that goes to the song or section with this number; it sends on the press only."""
    message = ui.osc(
        entry.address, args=[ui.const(f"{number}", conversion=py2tosc.Conversion.INTEGER)], on="RISE", receive=False
    )
    button = py2tosc.button(name=f"{name(entry.address)}{number}", color="#2b3a55", messages=[message])
    return ui.labelled(button, f"{entry.label} {number}", size=18)


def _told(what: str, size: int) -> py2tosc.Control:
    """A field that shows the first value of a message from stagelyric."""
    message = ui.osc(f"/stagelyric/{what}", args=[ui.value("text")], var="text", send=False)
    return py2tosc.label(name=f"told_{what}", text_size=size, messages=[message])


def _readme(target: Target) -> str:
    return f"""# TouchOSC

![The layout](picture.svg)

1. Put `stagelyric.tosc` on the tablet (TouchOSC's editor, or share the file to the app).
2. Start stagelyric so that the tablet reaches it: `stagelyric play my-set.toml --rig rig.toml`, with the rig below.
3. In TouchOSC: Connections, OSC, Connection 1: UDP, Host the address that stagelyric's machine has on the network
   (or choose it under Browse: stagelyric announces itself), Send Port {target.osc_port}, Receive Port {target.listen}.
4. The rig lets the tablet in, and names it, so that it is told what goes up:

```toml
[osc]
listen = "0.0.0.0:{target.osc_port}"
reply_to = ["192.168.1.40:{target.listen}"]       # the tablet's address
```

   Without that, "connect" asks for it for 60 seconds, at the port the tablet sends from.

The line that is up stands above, the next one below it, then the song, the section and the lines that are ready.
"Song 1" to "Section {_PLACES}" go there by number.
"""

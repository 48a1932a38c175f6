"""Pure Data: the abstraction [stagelyric], its help, and a demo. They need no externals."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from stagelyric.gear.osc.addresses import Address
from stagelyric.patches.picture import Box, svg
from stagelyric.patches.target import DOES, SAYS, File, Target, name, table, text

_RENEW = 20_000  # milliseconds: a subscription lasts 60 s


@dataclass
class Canvas:
    """A patch in Pure Data's file format (pd 0.53, "Pd file format"): objects in order, then the cords."""

    width: int = 900
    height: int = 600
    boxes: list[Box] = field(default_factory=list)
    cords: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, kind: str, content: str, x: float, y: float) -> int:
        self.boxes.append(Box(kind, content, x, y))
        return len(self.boxes) - 1

    def object(self, content: str, x: float, y: float) -> int:
        return self.add("object", content, x, y)

    def message(self, content: str, x: float, y: float) -> int:
        return self.add("message", content, x, y)

    def comment(self, content: str, x: float, y: float) -> int:
        return self.add("comment", content, x, y)

    def connect(self, one: int, other: int, outlet: int = 0, inlet: int = 0) -> None:
        self.cords.append((one, outlet, other, inlet))

    def dump(self) -> str:
        kinds = {"object": "obj", "message": "msg", "comment": "text"}
        lines = [f"#N canvas 50 50 {self.width} {self.height} 12;"]
        lines += [f"#X {kinds[box.kind]} {box.x:.0f} {box.y:.0f} {_escaped(box)};" for box in self.boxes]
        lines += [f"#X connect {one} {outlet} {other} {inlet};" for one, outlet, other, inlet in self.cords]
        return "\n".join(lines) + "\n"

    def picture(self) -> str:
        return svg(self.boxes, self.cords)


def files(target: Target) -> Iterator[File]:
    abstraction, help_, demo = build(target), help_patch(), demo_patch(target)
    yield text("pure-data/stagelyric.pd", abstraction.dump())
    yield text("pure-data/stagelyric-help.pd", help_.dump())
    yield text("pure-data/demo.pd", demo.dump())
    yield text("pure-data/picture.svg", demo.picture())
    yield text("pure-data/README.md", _readme(target))


def build(target: Target) -> Canvas:
    """The abstraction [stagelyric HOST PORT]: takes messages, and outputs what stagelyric sends."""
    canvas = Canvas(1500, 640)
    canvas.comment("stagelyric: made by `stagelyric patches export`. Messages in, what is told out.", 10, 10)
    inlet = canvas.object("inlet", 10, 40)
    route = canvas.object("route " + " ".join(name(entry.address) for entry in DOES), 10, 70)
    canvas.connect(inlet, route)
    send = canvas.object("list prepend send", 10, 260)
    trim = canvas.object("list trim", 10, 290)
    net = canvas.object("netsend -u -b", 10, 400)
    for place, entry in enumerate(DOES):
        x, y = 10 + 150 * (place % 9), 100 + 50 * (place // 9)
        # A message that begins with a word is not a list yet, and [oscformat] would take the word for a command.
        listed, made = canvas.object("list", x, y), canvas.object("oscformat " + spaced(entry.address), x, y + 24)
        canvas.connect(route, listed, place)
        canvas.connect(listed, made)
        canvas.connect(made, send)
    canvas.connect(send, trim)
    canvas.connect(trim, net)
    _connection(canvas, net, send, target)
    parse = canvas.object("oscparse", 10, 440)
    inner = canvas.object("list trim", 10, 470)
    ours = canvas.object("route stagelyric", 10, 500)
    out = canvas.object("outlet", 10, 540)
    for one, other in ((parse, inner), (inner, ours), (ours, out)):
        canvas.connect(one, other)
    canvas.connect(net, parse, 1)
    return canvas


def spaced(address: str) -> str:
    """An address as written for [oscformat]."""
    return address.strip("/").replace("/", " ")


def _connection(canvas: Canvas, net: int, send: int, target: Target) -> None:
    """Connects when the patch is loaded, to the address from the abstraction's arguments or else the target's, and
    subscribes: answers come back to the socket that sent the request."""
    load = canvas.object("loadbang", 300, 280)
    order = canvas.object("t b b", 300, 310)
    port = canvas.object("f \\$2", 420, 340)
    given = canvas.object("sel 0", 420, 370)
    usual = canvas.message(f"connect {target.host} {target.osc_port}", 420, 400)
    own = canvas.object("list prepend connect \\$1", 640, 400)
    plain = canvas.object("list trim", 640, 430)
    again = canvas.object(f"metro {_RENEW}", 300, 340)
    start = canvas.message("1", 300, 325)
    ask = canvas.object("oscformat stagelyric subscribe", 300, 370)
    canvas.connect(load, order)
    canvas.connect(order, port, 1)
    canvas.connect(port, given)
    canvas.connect(given, usual)
    canvas.connect(given, own, 1)
    canvas.connect(own, plain)
    canvas.connect(usual, net)
    canvas.connect(plain, net)
    canvas.connect(order, start)
    canvas.connect(start, again)
    canvas.connect(again, ask)
    canvas.connect(ask, send)


def help_patch() -> Canvas:
    """A patch with every message, an example of each, and a print of everything that comes back."""
    canvas = Canvas(960, 120 + 30 * len(DOES))
    canvas.comment("[stagelyric HOST PORT]: lyric lines at a press. Arguments may be left out.", 10, 10)
    box = canvas.object("stagelyric", 520, 40 + 30 * len(DOES))
    for row, entry in enumerate(DOES):
        message = canvas.message(_example(entry), 10, 40 + 30 * row)
        canvas.comment(entry.does, 230, 40 + 30 * row)
        canvas.connect(message, box)
    out = canvas.object("print stagelyric", 520, 70 + 30 * len(DOES))
    canvas.connect(box, out)
    return canvas


def demo_patch(target: Target) -> Canvas:
    """A button for a press, the line that comes back, and the number of ready lines."""
    canvas = Canvas(640, 420)
    canvas.comment(f"Start stagelyric (OSC on {target.host}:{target.osc_port}), then click.", 10, 10)
    box = canvas.object(f"stagelyric {target.host} {target.osc_port}", 10, 130)
    for x, content in ((10, "line"), (80, "again"), (160, "clear"), (240, "word harbour"), (380, "wildness 0.7")):
        canvas.connect(canvas.message(content, x, 60), box)
    route = canvas.object("route " + " ".join(SAYS), 10, 180)
    canvas.connect(box, route)
    for place, what in enumerate(SAYS):
        shown = canvas.object(f"print {what}", 10 + 140 * (place % 4), 240 + 40 * (place // 4))
        canvas.connect(route, shown, place)
    return canvas


def _example(entry: Address) -> str:
    return " ".join(
        [
            name(entry.address),
            *(f"{value:g}" if isinstance(value, int | float) else str(value) for value in entry.example),
        ]
    )


def _escaped(box: Box) -> str:
    """Escapes commas and semicolons, which end a message or a line; the abstraction's own $1 are escaped already."""
    escaped = box.text.replace(",", "\\,").replace(";", "\\;")
    return escaped if box.kind == "object" else escaped.replace("$", "\\$")


def _readme(target: Target) -> str:
    # As it is typed in a message box, where a bare comma begins another message.
    rows = [("`" + _example(entry).replace(",", "\\,") + "`", entry.does) for entry in DOES]
    return f"""# Pure Data

![The demo patch](picture.svg)

1. Put this folder where your patch is, or into Pd's search path (Preferences, Path).
2. Start stagelyric: `stagelyric play my-set.toml`.
3. Open `demo.pd` and click a message. `[stagelyric]` connects by itself to {target.host}, port {target.osc_port};
   `[stagelyric 192.168.1.20 {target.osc_port}]` to another machine.

Nothing has to be installed: it uses `[netsend]`, `[oscformat]` and `[oscparse]`, which Pd has since 0.51.

Into `[stagelyric]`:

{table(rows, "message", "does")}

Out of it come {", ".join(f"`{what}`" for what in SAYS)} with their values: `[route cue next]` takes
them apart. What they hold stands in [docs/osc.md](../../docs/osc.md). A line is one symbol, spaces and all.
"""

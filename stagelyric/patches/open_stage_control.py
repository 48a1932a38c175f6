"""Open Stage Control: a session with buttons, faders and the present line."""

import json
from collections.abc import Iterator

from stagelyric.gear.osc.addresses import Address
from stagelyric.patches.picture import Box, svg
from stagelyric.patches.target import DOES, PRESSES, File, Target, name, text
from stagelyric.types.json import JsonObject

_WIDTH, _HEIGHT, _GAP, _COLUMNS = 1000, 700, 8, 4
_COLOURS = {"line": "#2f9e6e", "panic": "#c0392b", "clear": "#b9770e", "veto": "#b9770e"}

Widget = JsonObject


def files(target: Target) -> Iterator[File]:
    session = build(target)
    yield text("open-stage-control/stagelyric.json", json.dumps(session, indent=2, ensure_ascii=False) + "\n")
    widgets = session["content"]["widgets"]
    boxes = [Box("message", str(each.get("label") or each["id"])[:18], each["left"], each["top"]) for each in widgets]
    yield text("open-stage-control/picture.svg", svg(boxes))
    yield text("open-stage-control/README.md", _readme(target))


def build(target: Target) -> Widget:
    """The session (file format of Open Stage Control 1.x): sizes in pixels."""
    to = [f"{target.host}:{target.osc_port}"]
    widgets = [
        _text("cue", "/stagelyric/cue", 8, 8, 984, 96, "@{this}", onValue="set('this', value[0])"),
        _text("next", "/stagelyric/next", 8, 112, 984, 48),
        _text("song", "/stagelyric/song", 8, 168, 380, 40),
        _text("section", "/stagelyric/section", 396, 168, 380, 40),
        _text("pool", "/stagelyric/pool", 784, 168, 208, 40),
        _text("error", "/stagelyric/error", 8, 652, 984, 40),
    ]
    width = (_WIDTH - _GAP * (_COLUMNS + 1)) // _COLUMNS
    others = [
        entry for entry in DOES if entry.argument in ("text", "place", "number", "switch") and entry.address in _WANTED
    ]
    for place, entry in enumerate([*PRESSES, *others]):
        left = _GAP + (width + _GAP) * (place % _COLUMNS)
        widgets.append(_widget(entry, left, 216 + 86 * (place // _COLUMNS), width, 78, to))
    for widget in widgets[:1]:
        widget.pop("onValue", None)
    return {
        "createdWith": "Open Stage Control",
        "version": "1.26.0",
        "type": "session",
        "content": {
            "type": "root", "id": "root", "colorBg": "#101014", "tabs": [], "variables": "@{parent.variables}",
            "traversing": False, "layout": "default", "width": _WIDTH, "height": _HEIGHT, "widgets": widgets,
        },
    }  # fmt: skip


# Addresses beside the presses for which a surface has a knob, a switch or a field.
_WANTED = {f"/stagelyric/{what}" for what in ("wildness", "speech", "word", "say", "heard", "song", "section")}


def _widget(entry: Address, left: int, top: int, width: int, height: int, to: list[str]) -> Widget:
    what = name(entry.address)
    base: Widget = {
        "id": what.replace("/", "_"), "label": entry.label, "address": entry.address, "target": to,
        "left": left, "top": top, "width": width, "height": height, "comments": entry.does,
    }  # fmt: skip
    if what in _COLOURS:
        base["colorWidget"] = _COLOURS[what]
    match entry.argument:
        case "press":
            return {"type": "button", "mode": "push", "on": 1, "off": 0, "typeTags": "i"} | base
        case "switch":
            return {"type": "button", "mode": "toggle", "on": 1, "off": 0, "typeTags": "i"} | base
        case "number":
            span = {"min": entry.low, "max": entry.high}
            return {
                "type": "fader",
                "horizontal": True,
                "range": span,
                "typeTags": "f",
                "default": entry.example[0],
            } | base
    return {"type": "input", "asYouType": False, "numeric": False, "typeTags": "s", "default": ""} | base


def _text(what: str, address: str, left: int, top: int, width: int, height: int, *more: str, **rest: str) -> Widget:
    """A text that shows what stagelyric sends. It has no target, since it only receives."""
    return {
        "type": "text", "id": f"told_{what}", "label": what, "address": address, "target": ["self:0"],
        "left": left, "top": top, "width": width, "height": height, "wrap": True, "bypass": True, "default": "",
    }  # fmt: skip


def _readme(target: Target) -> str:
    return f"""# Open Stage Control

![The session](picture.svg)

1. Start stagelyric: `stagelyric play my-set.toml`, with a rig that tells Open Stage Control what happens:

```toml
[osc]
reply_to = ["127.0.0.1:{target.listen}"]
```

2. Start Open Stage Control with `load` stagelyric.json and `osc-port` {target.listen}
   (`open-stage-control --load stagelyric.json --osc-port {target.listen}`).
3. Open its address on a tablet. Every widget sends to {target.host}:{target.osc_port}.

The line that is up stands above, the next one below it, then the song, the section and how many lines are ready.
"""

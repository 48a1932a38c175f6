"""Bitfocus Companion: a page of buttons, as text to be typed in."""

from collections.abc import Iterator

from stagelyric.gear.osc.addresses import Address
from stagelyric.patches.picture import Box, svg
from stagelyric.patches.target import DOES, File, Target, table, text

_COLUMNS = 8  # columns of a Stream Deck XL
_ACTIONS = {"press": "Send integer", "text": "Send string", "place": "Send string", "number": "Send float",
            "switch": "Send integer"}  # fmt: skip


def files(target: Target) -> Iterator[File]:
    buttons = [entry for entry in DOES if entry.argument in _ACTIONS and entry.label not in ("Tempo", "Beat")]
    yield text("companion/picture.svg", _picture(buttons))
    yield text("companion/README.md", _readme(target, buttons))


def _picture(buttons: list[Address]) -> str:
    boxes = [
        Box("message", f"{entry.label:^16}", 16 + 130 * (place % _COLUMNS), 16 + 30 * (place // _COLUMNS))
        for place, entry in enumerate(buttons)
    ]
    return svg(boxes)


def _readme(target: Target, buttons: list[Address]) -> str:
    rows = [
        (f"{place // _COLUMNS + 1}/{place % _COLUMNS + 1}", entry.label, _ACTIONS[entry.argument], f"`{entry.address}`",
         " ".join(f"`{value!s}`" for value in entry.example), entry.does)
        for place, entry in enumerate(buttons)
    ]  # fmt: skip
    return f"""# Bitfocus Companion

![The page of buttons](picture.svg)

1. Connections, add "Generic: OSC": Target Hostname or IP {target.host}, Target Port {target.osc_port}, UDP.
2. Start stagelyric: `stagelyric play my-set.toml`.
3. Buttons, a new page; on each button a press action of that connection:

{table(rows, "row/column", "button", "action", "OSC path", "value", "does")}

Texts and titles are examples: write your own. For lamps: "Listen for Feedback" with port {target.listen} in the
connection, and in the rig `[osc] reply_to = ["127.0.0.1:{target.listen}"]`; `/stagelyric/pool` is then the number of
lines that are ready, `/stagelyric/error` what people should know.
"""

"""QLab: what to write into Network cues; and for the other direction, a cue that stagelyric starts."""

from collections.abc import Iterator

from stagelyric.gear.osc.reference import example
from stagelyric.patches.picture import flow
from stagelyric.patches.target import DOES, File, Target, table, text


def files(target: Target) -> Iterator[File]:
    yield text("qlab/picture.svg", flow("QLab: Network cue", "/stagelyric/line 1", "stagelyric", "cue", "page, speech"))
    yield text("qlab/README.md", _readme(target))


def message(address: str, values: tuple[object, ...]) -> str:
    """A message as QLab reads it: texts in quotes, plain numbers, no type tags."""
    return " ".join([address, *(f'"{value}"' if isinstance(value, str) else f"{value:g}" for value in values)])


def _readme(target: Target) -> str:
    rows = [(entry.label, f"`{message(entry.address, entry.example)}`", entry.does) for entry in DOES]
    line = example("/stagelyric/line", (1,))
    return f"""# QLab

![Who sends what](picture.svg)

1. Workspace Settings, Network: a new patch "stagelyric", type OSC message, UDP, destination {target.host}, port
   {target.osc_port}.
2. Start stagelyric: `stagelyric play my-set.toml`. `oscsend {target.host} {target.osc_port} {line}` tries it out.
3. A Network cue with that patch, Custom message, one of:

{table(rows, "cue", "custom message", "does")}

The other way round: put QLab's address into the rig, and stagelyric tells it what goes up, as `/stagelyric/cue`:

```toml
[osc]
reply_to = ["192.168.1.30:53000"]
```

A line on a beat: write the trigger into the setlist, `on = {{ osc = "/qlab/verse" }}`, `quantize = "bar"`, and send
`/qlab/verse` from the cue.
"""

"""Sonic Pi: a snippet to paste into a buffer."""

from collections.abc import Iterator

from stagelyric.patches.picture import flow
from stagelyric.patches.target import DOES, SAYS, File, Target, name, table, text

_LISTENS = 4560  # the port on which Sonic Pi receives OSC


def files(target: Target) -> Iterator[File]:
    yield text("sonic-pi/stagelyric.rb", _snippet(target))
    yield text(
        "sonic-pi/picture.svg",
        flow("Sonic Pi", "lyric :line", "stagelyric", f"cue, to port {_LISTENS}", "live_loop :cues"),
    )
    yield text("sonic-pi/README.md", _readme())


def _snippet(target: Target) -> str:
    return f"""\
# stagelyric: made by `stagelyric patches export`. Paste into a buffer, or run_file it.

define :lyric do |what, *values|
  osc_send "{target.host}", {target.osc_port}, "/stagelyric/#{{what}}", *(values.empty? ? [1] : values)
end

# What happens on stage comes back for 60 s after each asking.
live_loop :stagelyric_subscribes do
  osc_send "{target.host}", {target.osc_port}, "/stagelyric/subscribe", {_LISTENS}
  sleep 20
end

live_loop :cues do
  use_real_time
  text, song, section, number = sync "/osc*/stagelyric/cue"
  puts "#{{number}}: #{{text}}"
end

# A line on every other bar:
live_loop :lines do
  lyric :line
  sleep 8
end
"""


def _readme() -> str:
    rows = []
    for entry in DOES:
        values = (
            "" if entry.argument == "press" else "".join(f", {value!r}" for value in entry.example).replace("'", '"')
        )
        what = name(entry.address)
        rows.append((f"`lyric {f':{what}' if '/' not in what else chr(34) + what + chr(34)}{values}`", entry.does))
    return f"""# Sonic Pi

![Who sends what](picture.svg)

1. In Sonic Pi: Preferences, IO, "Allow OSC from other computers" only where stagelyric runs on another machine.
2. Start stagelyric: `stagelyric play my-set.toml`.
3. Paste `stagelyric.rb` into a buffer and run it.

{table(rows, "write", "does")}

`sync "/osc*/stagelyric/cue"` waits for what is told: {", ".join(SAYS)}.
"""

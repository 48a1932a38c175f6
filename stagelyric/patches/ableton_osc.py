"""AbletonOSC: a rig that takes the show to the song and section for which Live's scenes and clips are named."""

from collections.abc import Iterator

from stagelyric.gear.live.contents import ASKED
from stagelyric.gear.live.input import ANSWERS, PORT
from stagelyric.gear.live.names import Place, place
from stagelyric.patches.picture import flow
from stagelyric.patches.target import File, Target, table, text

# Typical names in a set with this song; the table of what they mean is computed by the bridge's own code.
_SONGS = {"Harbour Lights": ["verse", "chorus"]}
_NAMES = ("Harbour Lights", "Harbour Lights — chorus", "3. harbour lights: Verse 96 BPM", "chorus", "Chorus 2",
          "chorus (drums)", "chorus drums", "Harbour")  # fmt: skip


def files(target: Target) -> Iterator[File]:
    yield text("ableton-osc/rig.toml", _rig())
    yield text(
        "ableton-osc/picture.svg",
        flow("Live: scenes, clips", f"what began, to port {ANSWERS}", "stagelyric", "song, section", "the page"),
    )
    yield text("ableton-osc/README.md", _readme())


def _rig() -> str:
    return """\
# stagelyric: made by `stagelyric patches export`. Put this into your rig, or play with it as it is.

[live]
host = "127.0.0.1"     # the machine that Live runs on
# track = "Lyrics"     # only clips on tracks with this in their name; scenes count always
"""


def _readme() -> str:
    names = [(f"`{name}`", _leads(place(name, _SONGS, "Harbour Lights"))) for name in _NAMES]
    asked = [(f"`{address}`", why) for address, why in ASKED]
    return f"""# Ableton Live, by way of AbletonOSC

![Who sends what](picture.svg)

Launch a scene or a clip in Live, and stagelyric goes to the song and section of its name, in the moment it begins to
play. No device is put on any track.

1. Install [AbletonOSC](https://github.com/ideoforms/AbletonOSC) (Live 11 or later), and choose it as a control surface
   in Live's settings, Link, Tempo & MIDI. It listens on UDP port {PORT} and sends to {ANSWERS}, to one program only.
2. Put `[live]` of `rig.toml` into your rig; where Live runs on another machine, its address as `host`.
3. Start stagelyric: `stagelyric play my-set.toml --rig rig.toml`. It says how many of Live's names lead somewhere, and
   says it too where Live is not heard; the two may be started in any order, and again.

Names are those of the setlist, in any case, with a number in front or behind, and with anything after a mark. With the
song "Harbour Lights" and its sections "verse" and "chorus":

{table(names, "scene or clip", "leads to")}

A section's name alone is looked for in the song that is up. A scene counts when it begins: after its quantisation, and
not if it was called off. A clip that is launched by itself counts by its own name. `track = "Lyrics"` leaves out all
clips but those on tracks with this in their name.

Lines are asked for as ever, by a pedal or a pad; tempo and beat come best from Live through Ableton Link
(`[clock] source = "link"`).

## What is asked of AbletonOSC

{table(asked, "address", "why")}
"""


def _leads(there: Place | None) -> str:
    if there is None:
        return "nowhere: another name"
    if there.song is None:
        return f"{there.section}, of the song that is up"
    return there.song if there.section is None else f"{there.song}, {there.section}"

"""The actions that a show knows, in one table, which triggers, OSC, the patches, `learn` and the operator's pads
read."""

from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "next_line", "again", "say", "word", "heard", "goto", "next_section", "previous_section", "song", "next_song",
    "previous_song", "keep", "veto", "swap", "veto_next", "hold", "clear", "panic", "speech_on", "speech_off",
    "wildness",
]  # fmt: skip
Takes = Literal["nothing", "text", "place", "share"]
"""The kind of value that an action takes: none, a text, a place (a title, or a number from 1), or a share (0.0 to
1.0)."""


@dataclass(frozen=True, slots=True)
class Do:
    """An action to be done. `value`: what the action `takes`; for a share also "value", which means the event's own
    value."""

    action: Action
    value: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An action's row in the table. `label`: for a button; `does`: its description, in the third person; `pad`: how the
    operator's page offers it for a pad, "" for not at all; `pedal`: its rank among the actions that pedals are mostly
    used for, 0 for none."""

    name: Action
    label: str
    does: str
    takes: Takes = "nothing"
    pad: str = ""
    pedal: int = 0


TABLE = (
    Row("next_line", "Next line", "shows the next line", pad="next line", pedal=1),
    Row("again", "Again", "shows the last line again", pad="again", pedal=2),
    Row("say", "Say", "shows this text", takes="text", pad="says"),
    Row("word", "Word", "shows a line with this word, written now", takes="text", pad="a line with the word"),
    Row(
        "heard", "Heard", "takes this text for what was just sung; the next lines answer it", takes="text", pad="heard"
    ),
    Row("goto", "Section", "goes to the section with this name or number", takes="place", pad="goes to the section"),
    Row("song", "Song", "goes to the song with this title or number", takes="place", pad="goes to the song"),
    Row("next_section", "Next section", "goes to the next section", pad="next section", pedal=3),
    Row("previous_section", "Section before", "goes to the section before", pedal=4),
    Row("next_song", "Next song", "goes to the next song", pad="next song", pedal=5),
    Row("previous_song", "Song before", "goes to the song before", pedal=6),
    Row("hold", "Hold", "holds the line that is up; once more releases it", pad="hold", pedal=9),
    Row("clear", "Clear", "clears the stage", pad="clear", pedal=7),
    Row("panic", "Panic", "clears the stage, releases the hold, calls off what is pending", pedal=8),
    Row("keep", "Keep", "keeps the line that is up for later shows", pedal=10),
    Row("veto", "Veto", "takes the line down, shows the next, and never shows it again", pedal=11),
    Row("swap", "Swap next", "puts another line in the place of the one to come"),
    Row("veto_next", "Veto next", "puts another line in its place, and never shows it"),
    Row("speech_on", "Speech on", "speaks the lines", pad="speech on"),
    Row("speech_off", "Speech off", "speaks no more", pad="speech off"),
    Row("wildness", "Wildness", "0 sober to 1 wild", takes="share"),
)
"""In the order in which they are offered."""

ACTIONS = {row.name: row for row in TABLE}

"""Every action there is, in an order in which each can be seen; and what a display then sees of it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from product import SETLIST

from stagelyric.gear.journal import journal
from stagelyric.setlist.triggers import write_do
from stagelyric.testing.play import Display
from stagelyric.types.actions import Action, Do

SAYING = "Thank you, Leith"
GAP = 0.12  # seconds between two presses
WRITING = 1.5  # seconds for a line with a word, which is written on the spot


@dataclass(frozen=True, slots=True)
class Act:
    """One press: as OSC, and (by its place in ACTS) as the MIDI note FIRST + place."""

    do: Do
    address: str
    value: str | int | float = 1
    wait: float = GAP

    @property
    def words(self) -> str:
        """As [stagelyric] in Pure Data is told."""
        return self.address.removeprefix("/stagelyric/") + f" {self.value}".replace(",", "\\,")


def _act(action: Action, name: str, value: str | int | float | None = None, wait: float = GAP) -> Act:
    return Act(Do(action, value), f"/stagelyric/{name}", 1 if value is None else value, wait)


ACTS = (
    _act("next_line", "line"),
    _act("keep", "keep"),
    _act("swap", "swap"),
    _act("veto_next", "veto/next"),
    _act("again", "again"),
    _act("say", "say", SAYING),
    _act("hold", "hold"),
    _act("hold", "hold"),
    _act("veto", "veto"),
    _act("next_section", "section/next"),
    _act("previous_section", "section/previous"),
    _act("goto", "section", "chorus"),
    _act("next_song", "song/next"),
    _act("previous_song", "song/previous"),
    _act("song", "song", "Second Song"),
    _act("clear", "clear"),
    _act("word", "word", "harbour", WRITING),
    Act(Do("speech_on"), "/stagelyric/speech", 1),
    Act(Do("speech_off"), "/stagelyric/speech", 0),
    _act("wildness", "wildness", 0.8),
    _act("heard", "heard", "The boats are home"),
    _act("next_line", "line"),
    _act("panic", "panic"),
)
MISSING = set(get_args(Action)) - {act.do.action for act in ACTS}
SECONDS = sum(act.wait for act in ACTS)
FIRST = 70  # the note of the first act

# What is seen on a display, in order; None for a line that is whatever it is.
SEEN = [
    ("cue", None), ("cue", None), ("cue", SAYING), ("held", True), ("held", False), ("cue", None),
    ("section", "chorus"), ("section", "verse"), ("section", "chorus"),
    ("song", "Second Song"), ("section", "song"), ("song", "Harbour Lights"), ("section", "verse"),
    ("song", "Second Song"), ("section", "song"), ("clear", None), ("cue", None),
    ("speech", True), ("speech", False), ("wildness", 0.8), ("cue", None), ("clear", None),
]  # fmt: skip


def setlist() -> str:
    """The tests' set, with a note for every act, and safety lines enough where the writer is not up yet."""
    triggers = ""
    for place, act in enumerate(ACTS):
        do = write_do(act.do)
        written = f'"{do}"' if isinstance(do, str) else "{ " + ", ".join(f"{k} = {v!r}" for k, v in do.items()) + " }"
        triggers += f"[[triggers]]\non = {{ note = {FIRST + place} }}\ndo = {written}\n"
    more = ", ".join(f'"Line {number} is safe"' for number in range(9))
    return SETLIST.replace("[[triggers]]", triggers + "[[triggers]]", 1).replace(
        '"Row me home"', f'"Row me home", {more}'
    )


def seen(display: Display) -> list[tuple[str, Any]]:
    """What the display was sent, as in SEEN."""
    found: list[tuple[str, Any]] = []
    known = display.messages[0]
    for message in display.messages[1:]:
        if message["type"] == "cue":
            found.append(("cue", message["text"]))
        elif message["type"] == "clear":
            found.append(("clear", None))
        elif message["type"] == "state":
            for key in ("song", "section", "held", "speech", "wildness"):
                if message[key] != known[key]:
                    found.append((key, round(message[key], 3) if key == "wildness" else message[key]))
            known = message
    return found


def shown(tokens: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Those that are sent one by one; changes of the state that come together are told together."""
    return [(kind, value if value == SAYING else None) for kind, value in tokens if kind in ("cue", "clear")]


def performed(folder: Path) -> list[str]:
    """The presses that did something, as the journal has them."""
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as database:
        rows = database.execute("SELECT detail FROM records WHERE kind = 'event' ORDER BY seq")
        return [row[0] for row in rows]


def check(display: Display, folder: Path) -> None:
    """Every action did what it is for. After the show: its journal is read."""
    found = seen(display)
    assert shown(found) == shown(SEEN), (found, performed(folder))
    states = [token for token in found if token[0] not in ("cue", "clear")]
    wanted = iter([token for token in SEEN if token[0] not in ("cue", "clear")])
    assert all(token in wanted for token in states), found
    assert states[-1] == ("wildness", 0.8)
    assert len(performed(folder)) == len(ACTS), performed(folder)
    lines = [value for kind, value in found if kind == "cue"]
    assert lines[0] == lines[1]
    assert len(set(lines[1:4])) == 3
    assert "harbour" in lines[4].casefold()
    kept, vetoed = journal.judgements(folder / "journal.sqlite3", "Test night")
    assert kept == {("Harbour Lights", "verse"): [lines[0]]}
    (never_shown,) = set(vetoed) - {SAYING}
    assert SAYING in vetoed
    assert never_shown not in lines

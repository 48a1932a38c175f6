"""A night as its displays were told it, moment by moment, to be shown again on the pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.show import Show
from stagelyric.stage.replay import CUES, Replay, Shown, setlist_of
from stagelyric.types.json import JsonMapping
from stagelyric.types.lines import Cue, Line, Origin, State
from stagelyric.words.syllables import syllabify

LEAD = 3.0  # seconds before the first line at which the night begins; what was before, setting up, is passed over
TAIL = 4.0  # seconds that the last line stays
_IDLE = frozenset({"input", "look", "cue", "clear", "alert", "spoken", "tempo"})
"""Kinds of record after which the displays had nothing new to show."""
NOTHING = State(
    song="", section="", number=0, line="", next="", ready=0, tempo=0.0, held=False, cleared=False, speech=False
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something changed. `at`: seconds since the night's beginning; `state`: the state after it; `cue`: the cue that
    was given, None if there was none; `beat`: the beat of the clock that was reached, None for all other changes."""

    at: float
    state: State
    cue: Cue | None = None
    beat: float | None = None


@dataclass(frozen=True, slots=True)
class NightAgain:
    """A night to be shown. `began`: in unix seconds; `moments`: in order, the first is at 0.0 and has the state that
    the night began with; `length` in seconds; `setlist`: None if the journal does not have it; `lacks`: why the night
    is shown as it was written down instead of performed, "" if it was performed."""

    began: float
    length: float
    moments: tuple[Moment, ...]
    setlist: Setlist | None = None
    lacks: str = ""

    def songs(self) -> list[tuple[float, str]]:
        """When each song began, and its title."""
        found: list[tuple[float, str]] = []
        for moment in self.moments:
            if not found or moment.state.song != found[-1][1]:
                found.append((moment.at, moment.state.song))
        return found

    def place(self, number: int) -> float | None:
        """When the line with this number came up, or the first one after it; None if there is none."""
        return next((moment.at for moment in self.moments if moment.cue and moment.cue.number >= number), None)


def again(night: Replay, rows: Sequence[JsonMapping]) -> NightAgain:
    """Performs the night of these records. If the journal does not have what that takes, or other cues come of it, the
    night is shown as it was written down. A long night takes a second, and many on a busy machine. Raises ValueError if
    no line was shown that night."""
    found = list(_performed(night))
    lacks = "; ".join(night.missing) or ("" if night.same else "what leads to these lines")
    setlist = night.show.setlist if night.show is not None else None
    return _night(night, list(_as_written(night, rows)) if lacks else found, setlist, lacks)


def written(night: Replay, rows: Sequence[JsonMapping]) -> NightAgain:
    """The night of these records as it was written down, without performing it, at once. `lacks`: what is missing to
    perform it, as far as is known before. Raises ValueError if no line was shown that night."""
    return _night(night, list(_as_written(night, rows)), setlist_of(rows), "; ".join(night.missing))


def _night(night: Replay, found: list[tuple[float, Moment]], setlist: Setlist | None, lacks: str) -> NightAgain:
    """`found`: its moments, each with the time of its record (unix seconds)."""
    if not night.recorded:
        raise ValueError("wanted a night on which a line was shown, found none")
    began = night.recorded[0].wall - LEAD
    at = 0.0
    moments: list[Moment] = []
    for wall, moment in found:
        at = max(at, wall - began)
        moments.append(replace(moment, at=at, cue=moment.cue and replace(moment.cue, wall=began + at)))
    first = moments[0]
    if first.cue is not None:  # nothing is known of before, but where it was
        moments.insert(0, Moment(0.0, replace(NOTHING, song=first.state.song, section=first.state.section)))
    else:
        moments[0] = replace(first, at=0.0)
    length = at + TAIL
    return NightAgain(began, length, tuple(_with_beats(moments, length)), setlist, lacks)


def _performed(night: Replay) -> Iterator[tuple[float, Moment]]:
    """The night's moments, each with the time of its record (unix seconds)."""
    tempo, cues, last = 0.0, 0, NOTHING
    for row, shown in night.steps():
        show = night.show
        if row["kind"] == "tempo":
            tempo = float(row["detail"])
        if show is None or (shown is None and row["kind"] in _IDLE):
            continue
        if shown is None:
            state = _state(show, tempo or show.song.tempo)
            if state != last:
                yield row["wall"], Moment(0.0, state)
        else:
            was = night.recorded[min(cues, len(night.recorded) - 1)]
            cues += 1
            # What a kill has cost was not performed: such a line is known from its own record alone.
            lost = shown.number != show.number
            state = _after(last, shown) if lost else _state(show, tempo or show.song.tempo)
            yield was.wall, Moment(0.0, state, _cue(shown, was.beat))
        last = state


def _as_written(night: Replay, rows: Sequence[JsonMapping]) -> Iterator[tuple[float, Moment]]:
    """The recorded cues, each with its time (unix seconds). Nothing is known of what was to come next."""
    recorded = iter(night.recorded)
    state = NOTHING
    for row in rows:
        if row["kind"] == "tempo":
            state = replace(state, tempo=float(row["detail"]))
        elif row["kind"] in CUES:
            shown = next(recorded)
            state = _after(state, shown)
            yield shown.wall, Moment(0.0, state, _cue(shown, shown.beat))


def _state(show: Show, tempo: float) -> State:
    """The show's state. Looking at the next line may pass over lines of its shelf; when that happened on the night is
    recorded, so a look at another time is undone."""
    shelf = show.pool.shelf(show.ask)
    position, passed = shelf.position, dict(shelf.passed)
    state = show.state(tempo)
    shelf.position, shelf.passed = position, passed
    return state


def _after(state: State, shown: Shown) -> State:
    """The state after a cue of which only the record is known."""
    line_song = shown.song if shown.text is not None else state.line_song
    return replace(
        state, song=shown.song, section=shown.section, number=shown.number, line=shown.text or "", next="",
        cleared=shown.text is None, line_song=line_song,
    )  # fmt: skip


def _cue(shown: Shown, beat: float) -> Cue:
    line = None
    if shown.text is not None:
        syllables = shown.syllables or syllabify(shown.text)
        line = Line(shown.text, cast(Origin, shown.origin or "model"), syllables=syllables)
    return Cue(line, shown.song, shown.section, "now", 0.0, shown.number, shown.wall, beat)


def _with_beats(moments: Sequence[Moment], length: float) -> Iterator[Moment]:
    """The moments with the clock's beats between them. Beats are not recorded: they are counted from each cue's beat at
    the tempo of that time, until the next cue or another song, which has a clock of its own."""
    last_beats = _last_beats(moments)
    beat, at, last = 0.0, math.inf, math.inf  # the next beat, when it comes, and the last one before the next cue
    for place, moment in enumerate(moments):
        yield moment
        tempo = moment.state.tempo
        if tempo <= 0 or (place and moment.state.song != moments[place - 1].state.song):
            at = math.inf
        if moment.cue is not None and tempo > 0:
            beat, last = math.floor(moment.cue.beat) + 1.0, last_beats[place]
            at = moment.at + (beat - moment.cue.beat) * 60 / tempo
        end = moments[place + 1].at if place + 1 < len(moments) else length
        while at < end and beat <= last:
            yield Moment(at, moment.state, beat=beat)
            beat, at = beat + 1, at + 60 / tempo


def _last_beats(moments: Sequence[Moment]) -> dict[int, float]:
    """For the place of each cue the beat of the next cue, infinite if there is none or the clock was set back."""
    found: dict[int, float] = {}
    after = -math.inf
    for place in reversed(range(len(moments))):
        cue = moments[place].cue
        if cue is not None:
            found[place] = after if after >= cue.beat else math.inf
            after = cue.beat
    return found

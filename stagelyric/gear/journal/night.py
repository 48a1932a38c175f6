"""What was sung on a night, from the journal's records: the lines, when they came and went, and their verdicts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from stagelyric.gear.journal.database import FOR_REPLAY
from stagelyric.types.json import JsonObject
from stagelyric.words.syllables import syllabify

LAST_SECONDS = 4.0  # seconds that a line is taken to stay if nothing followed
USUAL = 120.0  # quarter notes per minute, used if no tempo is known
_SLOWEST, _FASTEST = 20.0, 400.0
_DRIFT = 0.1  # the share by which a tempo computed from two cues may differ from the recorded tempo

Row = JsonObject


@dataclass(frozen=True, slots=True)
class Sung:
    """A line that was shown. `at`, `until`: seconds since the first line of the night; `beat`: the show's clock at its
    cue; `tempo`: quarter notes per minute from here on; `verdict`: "keep", "veto" or "" for none."""

    number: int
    text: str
    song: str
    section: str
    origin: str
    wall: float
    at: float
    until: float
    beat: float
    tempo: float
    verdict: str = ""

    @property
    def kept(self) -> bool:
        return self.verdict == "keep"

    @property
    def syllables(self) -> tuple[str, ...]:
        return syllabify(self.text)

    def sung_at(self) -> list[tuple[float, str]]:
        """(seconds, syllable) for each written syllable: the first on the first whole beat from the line's cue, then
        one per beat, none later than the line's end."""
        first = -(-round(self.beat, 3) // 1) - self.beat  # beats to the next whole beat
        step = 60 / self.tempo
        return [
            (min(self.at + (first + place) * step, self.until), piece)
            for place, piece in enumerate(self.syllables)
            if piece
        ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A song in progress: its stanzas in the band's order; "" is a line still to be written."""

    song: str
    stanzas: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Night:
    """One show, or several in a row. `rows`: the records from which the lines come."""

    title: str
    id: str
    started: float
    seed: int | None
    lines: tuple[Sung, ...]
    rows: Sequence[Row] = ()
    drafts: tuple[Draft, ...] = field(default=())

    @property
    def songs(self) -> list[str]:
        """The titles, in the order in which the songs came."""
        return list(dict.fromkeys(line.song for line in self.lines))

    def apart(self) -> Iterator[tuple[str, Night]]:
        """Each song with what `of` gives of it, in the order of `songs`."""
        lines: dict[str, list[Sung]] = {}
        rows: dict[object, list[Row]] = {}
        for line in self.lines:
            lines.setdefault(line.song, []).append(line)
        for row in self.rows:
            rows.setdefault(row["song"], []).append(row)
        for song, own in lines.items():
            drafts = tuple(draft for draft in self.drafts if draft.song == song)
            yield song, replace(self, lines=tuple(own), rows=rows.get(song, []), drafts=drafts)

    def of(self, song: str) -> Night:
        return replace(
            self,
            lines=tuple(line for line in self.lines if line.song == song),
            rows=[row for row in self.rows if row["song"] == song],
            drafts=tuple(draft for draft in self.drafts if draft.song == song),
        )

    def stanzas(self) -> list[tuple[str, str, list[Sung]]]:
        """The lines as (song, section, lines), with a new group wherever the place changes."""
        found: list[tuple[str, str, list[Sung]]] = []
        for line in self.lines:
            if not found or found[-1][:2] != (line.song, line.section):
                found.append((line.song, line.section, []))
            found[-1][2].append(line)
        return found


def night(show: Row, rows: Sequence[Row]) -> Night:
    """A night from its show's row and its records, in order."""
    ends = _ends(rows)
    cues = [row for row in rows if row["kind"] == "cue"]
    told = [(row["wall"], float(row["detail"])) for row in rows if row["kind"] == "tempo"]
    verdicts = _verdicts(rows)
    begun = cues[0]["wall"] if cues else show["started"]
    lines: list[Sung] = []
    for place, row in enumerate(cues):
        following = cues[place + 1] if place + 1 < len(cues) else None
        earlier = lines[-1].tempo if lines and lines[-1].song == row["song"] else None
        lines.append(
            Sung(
                row["number"], row["text"], row["song"] or "", row["section"] or "", row["origin"] or "", row["wall"],
                row["wall"] - begun, ends[place] - begun, row["beat"] or 0.0, _tempo(row, following, told, earlier),
                verdicts.get((row["song"], row["section"], row["text"]), ""),
            )
        )  # fmt: skip
    seen = [row for row in rows if row["kind"] not in FOR_REPLAY]
    return Night(show["title"], show["id"], show["started"], show["seed"], tuple(lines), seen)


def joined(nights: Iterable[Night]) -> Night:
    """Several nights joined, as if no time had passed between them."""
    every = [one for one in nights if one.lines]
    lines: list[Sung] = []
    for one in every:
        begin = lines[-1].until if lines else 0.0
        lines += [replace(line, at=line.at + begin, until=line.until + begin) for line in one.lines]
    titles = list(dict.fromkeys(one.title for one in every))
    first = every[0] if every else Night("", "all", 0.0, None, ())
    return replace(
        first, title=", ".join(titles), id="all", lines=tuple(lines), rows=[row for one in every for row in one.rows]
    )


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a part of a night begins or ends: a line's `number`, or a time in unix seconds."""

    number: int | None = None
    wall: float = 0.0

    def leaves_out(self, number: int, wall: float) -> bool:
        """Whether a part that begins here leaves out the line with this number, shown at this time."""
        return wall < self.wall if self.number is None else number < self.number


def part(night: Night, begin: Bound | None, end: Bound | None) -> Night:
    """The lines from `begin` to `end` inclusive, and the records between them."""

    def inside(number: int | None, wall: float) -> bool:
        for bound, sign in ((begin, 1), (end, -1)):
            if bound is None:
                continue
            if bound.number is not None:
                if number is not None and sign * (number - bound.number) < 0:
                    return False
            elif sign * (wall - bound.wall) < 0:
                return False
        return True

    if begin is None and end is None:
        return night
    lines = tuple(line for line in night.lines if inside(line.number, line.wall))
    low, high = (lines[0].wall, lines[-1].until - lines[-1].at + lines[-1].wall) if lines else (1.0, 0.0)
    return replace(night, lines=lines, rows=[row for row in night.rows if low <= row["wall"] < high])


def kept_alone(night: Night) -> Night:
    """Only the lines that the band kept; of a line that was shown more than once, only the first occurrence."""
    lines: dict[tuple[str, str, str], Sung] = {}
    for line in night.lines:
        if line.kept:
            lines.setdefault((line.song, line.section, line.text), line)
    numbers = {line.number for line in lines.values()}
    rows = [row for row in night.rows if row["kind"] == "cue" and row["number"] in numbers]
    return replace(night, lines=tuple(lines.values()), rows=rows)


def beats_between(line: Sung, following: Sung | None) -> float | None:
    """Beats from one line to the next; None if the clock restarted, stood still or jumped between them."""
    if following is None or following.song != line.song:
        return None
    beats, seconds = following.beat - line.beat, following.wall - line.wall
    if beats <= 0 or seconds <= 0 or not _SLOWEST <= beats / seconds * 60 <= _FASTEST:
        return None
    return beats


def _ends(rows: Sequence[Row]) -> list[float]:
    """When each cue's line went: with the next cue or clearing that was written down, whatever the machine's clock said
    of it, for that can be set back during a night."""
    found: list[float] = []
    after: float | None = None
    for row in reversed(rows):
        if row["kind"] == "cue":
            found.append(row["wall"] + LAST_SECONDS if after is None else max(after, row["wall"]))
        if row["kind"] in ("cue", "clear"):
            after = row["wall"]
    return found[::-1]


def _tempo(row: Row, following: Row | None, told: Sequence[tuple[float, float]], earlier: float | None) -> float:
    """The tempo at a cue: computed from this cue and the song's next one, if that is near the recorded tempo."""
    place = bisect_right(told, (row["wall"], float("inf")))
    written = told[place - 1][1] if place else (told[0][1] if told else None)
    if following is not None and following["song"] == row["song"]:
        beats = float(following["beat"] or 0.0) - float(row["beat"] or 0.0)
        seconds = float(following["wall"]) - float(row["wall"])
        if beats > 0 and seconds > 0:
            tempo = beats / seconds * 60
            near = abs(tempo / written - 1) < _DRIFT if written else _SLOWEST <= tempo <= _FASTEST
            if near:
                return tempo
    return written or earlier or USUAL


def _verdicts(rows: Sequence[Row]) -> dict[tuple[str, str, str], str]:
    """The latest verdict on each line."""
    return {(row["song"], row["section"], row["text"]): row["kind"] for row in rows if row["kind"] in ("keep", "veto")}

"""A MIDI file for a DAW: each line is a lyric event at its cue, on a tempo map of the show's clock.

Where the clock ran on between two cues, the number of beats between them is the clock's, so that lines lie in the bars
in which they were sung. Where it restarted or stood still, the time is filled with whole beats of about the tempo. The
tempo between two cues is chosen so that the second lies at its exact microsecond.
"""

import math
from struct import pack

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night, Sung, beats_between

TICKS = 960  # per quarter note
_SLOWEST = 0xFFFFFF  # the most microseconds per quarter note that a tempo event can hold
_NEAR = 200  # microseconds by which a cue may be off before a new tempo event is written
_TEMPO, _MARKER, _LYRIC, _NAME, _END = 0x51, 0x06, 0x05, 0x03, 0x2F


def write(night: Night) -> bytes:
    marks: list[tuple[int, bytes]] = []
    lyrics: list[tuple[int, bytes]] = []
    tick = 0
    for line, at, tempo in _timeline(night):
        if tempo is not None:
            marks.append((tick, _meta(_TEMPO, tempo.to_bytes(3, "big"))))
        tick = at
        if line is not None:
            lyrics.append((tick, _meta(_LYRIC, line.text.encode())))
    places = [f"{song}: {section}" for song, section, _ in night.stanzas()]
    firsts = [sung[0] for _, _, sung in night.stanzas()]
    when = {id(line): at for line, at, _ in _timeline(night) if line is not None}
    marks += [(when[id(first)], _meta(_MARKER, place.encode())) for first, place in zip(firsts, places, strict=True)]
    head = pack(">4sIHHH", b"MThd", 6, 1, 2, TICKS)
    return head + _track(night.title, sorted(marks, key=lambda mark: mark[0])) + _track("lyrics", lyrics)


def _timeline(night: Night) -> "list[tuple[Sung | None, int, int | None]]":
    """For each line: (line, its tick, the tempo from the previous line to it in microseconds per quarter note, or None
    if it is unchanged)."""
    found: list[tuple[Sung | None, int, int | None]] = []
    tick, now, tempo = 0, 0.0, 0
    lines = night.lines
    if not lines:
        return []
    # Leaves room for the song's beats before its first line, so that bars begin where they did.
    lead = max(lines[0].beat, 0.0) if lines[0].beat < 64 else lines[0].beat % 4
    begin = lines[0].at - lead * 60 / lines[0].tempo
    for place, line in enumerate(lines):
        due = (line.at - begin) * 1e6
        if place == 0:
            beats = lead
        else:
            before = lines[place - 1]
            seconds = line.at - before.at
            beats = beats_between(before, line) or _filling(before, line, tick, seconds)
        ticks = round(beats * TICKS)
        told = None
        if ticks:
            if not tempo or abs(now + ticks * tempo / TICKS - due) > _NEAR:
                tempo = told = min(max(round((due - now) * TICKS / ticks), 1), _SLOWEST)
            now += ticks * tempo / TICKS
            tick += ticks
        found.append((line, tick, told))
    return found


def _filling(before: Sung, line: Sung, tick: int, seconds: float) -> float:
    """The number of beats for the time between two lines if the clock does not tell: chosen so that the next song's
    bars begin on a beat."""
    if seconds <= 0:
        return 0.0
    into = line.beat % 1  # position within a beat
    missing = -(tick / TICKS) % 1
    whole = max(math.floor(seconds * line.tempo / 60 - missing - into), 0)
    beats = whole + missing + into or seconds * line.tempo / 60
    if round(beats * TICKS) * _SLOWEST < (seconds * 1e6 - _NEAR) * TICKS:  # no tempo event is slow enough
        beats += 1
    return beats


def _track(name: str, events: list[tuple[int, bytes]]) -> bytes:
    pieces, last = [b"\0", _meta(_NAME, name.encode())], 0
    for tick, event in events:
        pieces += (_length(tick - last), event)
        last = tick
    body = b"".join((*pieces, b"\0", _meta(_END, b"")))
    return b"MTrk" + pack(">I", len(body)) + body


def _meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + _length(len(data)) + data


def _length(number: int) -> bytes:
    """A MIDI variable-length quantity: seven bits per byte, with the high bit set in all but the last."""
    out = bytes((number & 0x7F,))
    while number := number >> 7:
        out = bytes((number & 0x7F | 0x80,)) + out
    return out


EXPORTS = (Export("midi", "mid", "lyric events on the show's tempo map", write),)

"""The state of a show: everything needed to continue it, in this process or in another.

A record is a standing as JSON, or only the part of it that has changed. Records are merged in order: a value replaces
the earlier one, a table is added to the earlier one, and lines shown are appended.
"""

import math
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import TypeVar

from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.lines import Line, as_line, as_list

Record = JsonObject

LONGEST = 2000  # maximum length in characters of any text in a record
MOST = 200_000  # maximum number of shelves, lines or words in a record
_TABLES = ("places", "frames", "passed", "safety", "words")


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True, slots=True)
class Standing:
    """A show's state. `number`: of the last cue; `up`: its line; `up_in`: the title of the song in which that came up,
    "" if not known; `wildness` 0.0-1.0 as set in this song (None: the song's own); `tempo` in quarter notes per minute;
    `places`: presses counted, by the shelf's digest; `frames`: for each frame shown, the digest of the shelf it was
    first shown from; `passed`: by the shelf's digest, the frames that were skipped there, and in which stanza; `shown`:
    the normal forms of tonight's lines, in order; `safety`: by each line's normal form, the number of the cue before
    its last showing (earlier versions: by its text, and only for lines that came from no shelf); `words`:
    how often a line was requested for each word."""

    song: str
    section: str
    number: int = 0
    up: Line | None = None
    up_in: str = ""
    cleared: bool = False
    held: bool = False
    speech: bool = True
    wildness: float | None = None
    tempo: float | None = None
    places: Mapping[str, int] = field(default_factory=dict)
    frames: Mapping[str, str] = field(default_factory=dict)
    passed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shown: Sequence[str] = ()
    safety: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)


def as_record(standing: Standing) -> Record:
    return {
        "song": standing.song,
        "section": standing.section,
        "number": standing.number,
        "up": None if standing.up is None else as_list(standing.up),
        "up_in": standing.up_in,
        "cleared": standing.cleared,
        "held": standing.held,
        "speech": standing.speech,
        "wildness": standing.wildness,
        "tempo": standing.tempo,
        "places": dict(standing.places),
        "frames": dict(standing.frames),
        "passed": {digest: dict(passed) for digest, passed in standing.passed.items()},
        "shown": list(standing.shown),
        "safety": dict(standing.safety),
        "words": dict(standing.words),
    }


def merged(records: Iterable[Record]) -> Record:
    """One record with the effect of all of them, applied in order."""
    whole: Record = {}
    for record in records:
        add(whole, record)
    return whole


def add(whole: Record, record: Record) -> None:
    """Merges a record of changes into `whole`."""
    for key, value in record.items():
        if key in _TABLES and isinstance(value, dict):
            whole.setdefault(key, {}).update(value)
        elif key == "shown" and isinstance(value, list):
            whole.setdefault(key, []).extend(value)
        else:
            whole[key] = value


def read(record: JsonMapping) -> Standing:
    """A standing from a record of unknown origin. Raises ValueError if it is invalid."""
    up = record.get("up")
    wildness, tempo = record.get("wildness"), record.get("tempo")
    try:
        return Standing(
            song=_text(record["song"]),
            section=_text(record["section"]),
            number=_count(record.get("number", 0)),
            up=None if up is None else _line(up),
            up_in=_text(record.get("up_in", "")),
            cleared=bool(record.get("cleared", False)),
            held=bool(record.get("held", False)),
            speech=bool(record.get("speech", True)),
            wildness=None if wildness is None else _between(wildness, 0.0, 1.0),
            tempo=None if tempo is None else _between(tempo, 1.0, 1000.0),
            places=_counts(record.get("places", {})),
            frames={_text(name): _text(shelf) for name, shelf in _some(record.get("frames", {}).items())},
            passed={_text(name): _counts(passed) for name, passed in _some(record.get("passed", {}).items())},
            shown=[_text(text) for text in _some(record.get("shown", []))],
            safety=_counts(record.get("safety", {}), -1),
            words=_counts(record.get("words", {})),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"wanted where a show is, found none ({error})") from None


def _some(values: S) -> S:
    if len(values) > MOST:
        raise ValueError(f"wanted {MOST} values at most, found {len(values)}")
    return values


def _counts(table: JsonMapping, least: int = 0) -> dict[str, int]:
    return {_text(name): _count(count, least) for name, count in _some(table.items())}


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"wanted a text of at most {LONGEST} characters, found {str(value)[:60]!r}")
    return value


def _count(value: object, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 1 << 53:
        raise ValueError(f"wanted a whole number from {least}, found {str(value)[:60]!r}")
    return value


def _between(value: object, least: float, most: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"wanted a number, found {str(value)[:60]!r}")
    return min(max(float(value), least), most)


def _line(value: object) -> Line:
    if not isinstance(value, list) or len(value) not in (5, 6):
        raise ValueError("wanted a line, found none")
    line = as_line(value)
    _text(line.text)
    _text(line.origin)
    _text(line.frame)
    _count(line.index)
    _between(line.score, -math.inf, math.inf)
    for syllable in line.syllables:
        _text(syllable)
    return line

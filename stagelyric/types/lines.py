"""What the show exchanges with writer and outputs: a request for lines, a line, a cue, the state."""

import hashlib
import re
import sys
import unicodedata
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal

from stagelyric.types.events import Level
from stagelyric.types.json import JsonArray

Origin = Literal["model", "editor", "frame", "own", "kept", "written", "safety", "word"]
"""Where a line comes from; "editor": drafted by the editor's language model; "own": it is made from one of the band's
own frames."""
Scheme = Literal["AABB", "ABAB", "ABCB", "AAAA", "free"]
Quantize = Literal["now", "beat", "bar"] | float
Hand = Literal["plain", "ballad", "ranter", "tender", "list", "comic", "dreamer", "chant"]
"""The style of a frame's writer, one of eight that differ strongly; each song is given one."""
Drafter = Literal["frames", "editor", "backward", "letters", "templates", "server"]
RhymeKind = Literal["perfect", "slant", "any"]


_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u2032`]")
_NOT_WORDS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for lines; hashable, and the name of a shelf in the pool.

    `prime`: text before the lines (the song's own words); `syllables`: (fewest, most); `rhyme`: the scheme that
    consecutive lines of the shelf follow; `wildness` 0.0 sober to 1.0 wild; `word`: a word that the line must contain;
    `rhyme_with`: a word with which the line must rhyme; `avoid`: words and phrases never shown; `family_friendly`:
    whether to filter for a family audience; `never_quote`: a digest of the "never quote" files (`gates.quoting.stamp`),
    "" for none; `elisions`: count syllables as singers elide them ("heaven" 1); `hand`, `mood` (0 dark to 1 bright,
    None for either), `temper` ("calm", "fierce") and `at` ("opening", "chorus", …): which frames are preferred;
    `drafters`: which drafters are used, () for all; `rhyme_kind`: "perfect", "slant" or "any", "" for perfect rhymes
    where there are some; `frames`: a digest of the band's own frames, "" for none.
    """

    prime: str = ""
    syllables: tuple[int, int] = (5, 11)
    rhyme: Scheme = "free"
    names: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    word: str | None = None
    rhyme_with: str | None = None
    wildness: float = 0.5
    avoid: tuple[str, ...] = ()
    family_friendly: bool = True
    seed: int = 0
    never_quote: str = ""
    elisions: bool = False
    hand: str = ""
    mood: float | None = None
    temper: str = ""
    at: str = ""
    drafters: tuple[Drafter, ...] = ()
    rhyme_kind: Literal["", "perfect", "slant", "any"] = ""
    frames: str = ""

    @property
    def digest(self) -> str:
        """A name for the shelf that is the same on every machine and in every run (unlike `hash()`)."""
        written = {name: value for name, value in asdict(self).items() if name not in _LATER or _is_said(value)}
        return hashlib.sha256(repr(sorted(written.items())).encode()).hexdigest()[:16]


_LATER = frozenset({"never_quote", "elisions", "hand", "mood", "temper", "at", "drafters", "rhyme_kind", "frames"})
"""Fields that were added later. They are left out of the digest if they are not set, so that older shelves keep
theirs."""


def _is_said(value: object) -> bool:
    return value is not None and value is not False and value not in ("", ())


@dataclass(frozen=True, slots=True)
class Line:
    """A finished line. `syllables`: its words split for singing ("wa-", "ter"); `index`: its place on the shelf;
    `frame`: the name of the frame it is made from, "" for none."""

    text: str
    origin: Origin
    score: float = 0.0
    syllables: tuple[str, ...] = ()
    index: int = 0
    frame: str = ""


def as_line(found: JsonArray) -> Line:
    """A line from the list that `as_list` made of it; used in pipes and pool files.

    Equal values are shared between lines (a show has tens of thousands): 400 bytes per line instead of 750.
    """
    text, origin, score, syllables, index, *frame = found
    shared = tuple(map(sys.intern, syllables))
    return Line(text, sys.intern(origin), score, shared, index, *map(sys.intern, frame))  # type: ignore[arg-type]


def as_list(line: Line) -> list[object]:
    told: list[object] = [line.text, line.origin, line.score, list(line.syllables), line.index]
    return [*told, line.frame] if line.frame else told


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """The normal form of a line's text, as it is heard: two lines with the same normal form count as the same line."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _NOT_WORDS.sub(" ", _APOSTROPHES.sub("", folded)).strip()


@dataclass(frozen=True, slots=True)
class Cue:
    """A line goes up, or (`line` None) the stage is cleared.

    `at`: when the press arrived (`time.monotonic()`); `wall`: when the cue was given (unix seconds); `beat`: the
    clock's beat at that time; `number` grows by one with every cue and is never given twice.
    """

    line: Line | None
    song: str
    section: str
    quantize: Quantize
    at: float
    number: int
    wall: float = 0.0
    beat: float = 0.0


@dataclass(frozen=True, slots=True)
class Alert:
    """A problem that exists now. `since` in unix seconds."""

    level: Level
    text: str
    since: float


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a display needs to show the right thing, in the field order of the page's `state` message.

    `tempo` in quarter notes per minute; `wildness` 0.0-1.0; `beats_per_bar` in quarter notes. `line_song`: the title of
    the song in which the last line came up, which is not `song` between two songs; "" before the first line.
    """

    song: str
    section: str
    number: int
    line: str
    next: str
    ready: int
    tempo: float
    held: bool
    cleared: bool
    speech: bool
    wildness: float = 0.5
    beats_per_bar: float = 4.0
    alerts: tuple[Alert, ...] = ()
    line_song: str = ""

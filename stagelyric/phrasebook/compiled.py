"""Compiled frames: one small file that opens quickly; the body of each frame is read when it is needed.

File format: MAGIC, the length of a JSON header (4 bytes, little endian), the header, then the sections, whose offsets
the header has: `entries` (the search data of all frames), `words` and `rhymes` (which lines can have a word, which can
end on a rhyme; read on first use), `pairs` (how many frames can have two adjacent words, if COMMON or more), and the
bodies.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, combinations, product
from pathlib import Path
from typing import NamedTuple, TypeAlias

import orjson

from stagelyric.phrasebook import ends, evenness, reach, spoken
from stagelyric.phrasebook.frame import PRONOUNS, SEXES, Frame, Line, Open, Slot, Text, pieces
from stagelyric.phrasebook.sounds import stressed
from stagelyric.types.json import JsonArray

MAGIC = b"FRAMES6\n"
FILE = "frames.index"

Piece: TypeAlias = "tuple[str, str] | Open | Choice"
"""Words with the signs of their syllables (`beats`), an open slot, or a choice."""


class CompiledError(ValueError):
    """A file that isn't one of compiled frames, or is of an older version. The message is one sentence."""


@dataclass(slots=True)
class Choice:
    """A slot. `number`: its index in the frame, in the order of the text; `first`: the index of its first alternative
    among those of all slots."""

    number: int
    first: int
    label: str
    choices: list[list[Piece]]


@dataclass(frozen=True, slots=True)
class Body:
    """A frame's lines, and which ends don't rhyme: (line, line) → pairs of last words, or of last two words
    (`ends.two`) where the word before decides. Pairs of lines that may end on an open slot are keys too, as their rhyme
    must be checked when the slot is filled."""

    lines: list[list[Piece]]
    refused: dict[tuple[int, int], frozenset[tuple[str, str]]]
    alternatives: int
    labels: dict[str, int]


class Entry(NamedTuple):
    """The search data of a frame. `spans`: fewest and most syllables, by line; `people`, `places`: how many it has;
    `sexes`: f if it has a `*woman`, m if a `*man`; `named`: how many lines name somebody; `gendered`: whether it has
    "he" or "she" for a person; `kinds`: its other open classes; `where`: file and row; `repeated`: the share
    of its word pairs that a show's other frames have too, and `uneven`: how far its forms are from a steady beat (of
    `beats.stanza`), both compared with all frames (0: average)."""

    number: int
    digest: str
    scheme: str
    mood: Sequence[str]
    who: Sequence[str]
    tense: Sequence[str]
    at: Sequence[str]
    themes: Sequence[str]
    hand: str
    slant: bool
    spans: Sequence[Sequence[int]]
    forms: int
    people: int
    places: int
    sexes: str
    named: int
    gendered: bool
    kinds: Sequence[str]
    where: str
    repeated: float = 0.0
    uneven: float = 0.0


def digest(frame: Frame) -> str:
    """Identifies a frame by its text: 12 hex digits."""
    return hashlib.sha256("\n".join(frame.source).encode()).hexdigest()[:12]


def stamp(texts: Iterable[bytes]) -> str:
    """Identifies a set of frame files by their contents and the version of the compiler."""
    whole = hashlib.sha256(MAGIC)
    for text in texts:
        whole.update(hashlib.sha256(text).digest())
    return whole.hexdigest()[:16]


def compiled(frames: Sequence[Frame], stamped: str) -> bytes:
    """The bytes of a compiled file with these frames."""
    entries, bodies, offsets = [], [], [0]
    words: dict[str, list[int]] = {}
    rhymes: dict[str, list[int]] = {}
    said = [spoken.pairs(frame) for frame in frames]
    common = spoken.together(said)
    repeated = spoken.repeated(said)
    uneven = evenness.compared(frames)
    for number, frame in enumerate(frames):
        entries.append([*_entry_fields(number, frame), round(repeated[number], 3), round(uneven[number], 2)])
        body = orjson.dumps(_body_fields(frame))
        bodies.append(body)
        offsets.append(offsets[-1] + len(body))
        for at, line in enumerate(frame.lines):
            place = number * 4 + at
            for word in sorted(_vocabulary(line)):
                words.setdefault(word, []).append(place)
            for key in sorted(_rhyme_keys(line)):
                rhymes.setdefault(key, []).append(place)
    sections = {
        "entries": orjson.dumps(entries),
        "words": orjson.dumps(words, option=orjson.OPT_SORT_KEYS),
        "rhymes": orjson.dumps(rhymes, option=orjson.OPT_SORT_KEYS),
        "pairs": orjson.dumps(
            {" ".join(pair): round(times, 1) for pair, times in sorted(common.items()) if times >= spoken.LEAST},
        ),
        "bodies": b"".join(bodies),
    }
    places, at = {}, 0
    for name, section in sections.items():
        places[name] = [at, len(section)]
        at += len(section)
    header = orjson.dumps({"stamp": stamped, "sections": places, "offsets": offsets})
    return MAGIC + len(header).to_bytes(4, "little") + header + b"".join(sections.values())


def _entry_fields(number: int, frame: Frame) -> list[object]:
    opened = [piece for piece in frame.pieces() if isinstance(piece, Open)]
    tags = frame.tags
    named = sum(
        any(isinstance(p, Open) and p.kind in ("person", "place", *SEXES) for p in pieces(line)) for line in frame.lines
    )
    return [
        number, digest(frame), tags.scheme, tags.mood, tags.who, tags.tense, tags.at, tags.themes, tags.hand,
        tags.slant,
        [reach.syllable_span(line) for line in frame.lines], reach.forms(frame),
        max((o.number for o in opened if o.kind == "person"), default=0),
        max((o.number for o in opened if o.kind == "place"), default=0),
        "".join(sorted({SEXES[o.kind] for o in opened if o.kind in SEXES})), named,
        any(o.kind in PRONOUNS for o in opened),
        sorted({o.kind for o in opened} - {"person", "place", *SEXES, *PRONOUNS}), f"{frame.file}:{frame.row}",
    ]  # fmt: skip


def _vocabulary(line: Line) -> set[str]:
    """The words (in lower case) that a line can have, and its open slots as "*animal" or "*animal.s"."""
    texts = [piece.text for piece in pieces(line) if isinstance(piece, Text)]
    opened = {f"*{p.kind}{'.s' if p.plural else ''}" for p in pieces(line) if isinstance(p, Open) and p.number == 1}
    return {word for text in texts for word in map(ends.bare, text.split(" ")) if word} | opened


def _rhyme_keys(line: Line) -> set[str]:
    return {key for end in reach.last_words(line, 1) if end.words for key in ends.keys(end.words[0])}


def _body_fields(frame: Frame) -> list[object]:
    able = ("perfect", "slant") if frame.tags.slant else ("perfect",)
    refused = []
    for group in frame.groups:
        for a, b in combinations(group, 2):
            firsts, seconds = ({end.words for end in reach.last_words(frame.lines[i], 2) if end.words} for i in (a, b))
            by_last: dict[tuple[str, str], dict[tuple[str, str], bool]] = {}
            for x, y in product(firsts, seconds):
                last = ends.bare(x[-1]), ends.bare(y[-1])
                by_last.setdefault(last, {})[ends.two(x), ends.two(y)] = ends.kind(x, y) in able
            bad = [last for last, rhymes in by_last.items() if not any(rhymes.values())]
            # "found it" rhymes with "around it" but not with "kept it": here the word before the last decides.
            bad += [two for rhymes in by_last.values() if any(rhymes.values()) for two, ok in rhymes.items() if not ok]
            if bad:
                refused.append([a, b, sorted(bad)])
    return [[_line_fields(line) for line in frame.lines], refused]


def _line_fields(line: Line) -> list[object]:
    fields: list[object] = []
    for piece in line:
        if isinstance(piece, Text):
            fields.append(["".join(map(stressed, piece.words)), piece.text])
        elif isinstance(piece, Open):
            fields.append([piece.kind, piece.number, int(piece.plural), piece.before, piece.after])
        else:
            fields.append({"l": piece.label, "c": [_line_fields(choice) for choice in piece.choices]})
    return fields


class Compiled:
    """Open compiled frames: the entries are read at once, everything else on first use."""

    def __init__(self, data: bytes, file: str = ""):
        """Raises CompiledError."""
        if not data.startswith(MAGIC):
            raise CompiledError(f"{file}: wanted compiled frames, found a file that is none")
        start = len(MAGIC) + 4
        size = int.from_bytes(data[len(MAGIC) : start], "little")
        try:
            header = orjson.loads(data[start : start + size])
            self.stamp: str = header["stamp"]
            self._offsets = header["offsets"]
            start += size
            self._unread = {
                name: data[start + at : start + at + long] for name, (at, long) in header["sections"].items()
            }
            self._texts = self._unread.pop("bodies")
            self.entries = [Entry._make(fields) for fields in orjson.loads(self._unread.pop("entries"))]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise CompiledError(f"{file}: wanted compiled frames, found a damaged file") from error
        self._bodies: dict[int, Body] = {}

    @classmethod
    def open(cls, file: Path) -> Compiled:
        """Raises CompiledError, OSError."""
        return cls(file.read_bytes(), str(file))

    @cached_property
    def words(self) -> Lines:
        """For each word in lower case, the lines that can have it."""
        return self._lines("words")

    @cached_property
    def rhymes(self) -> Lines:
        """For each key of `ends.keys`, the lines that can end on this rhyme."""
        return self._lines("rhymes")

    @cached_property
    def pairs(self) -> dict[str, float]:
        """How many of all frames' lines are expected to have two adjacent words ("on the"); at least `spoken.LEAST`."""
        found: dict[str, float] = orjson.loads(self._unread["pairs"])
        del self._unread["pairs"]
        return found

    def _lines(self, name: str) -> Lines:
        found = Lines(orjson.loads(self._unread[name]))
        del self._unread[name]
        return found

    def body(self, number: int) -> Body:
        """A frame's body."""
        if number not in self._bodies:
            start, end = self._offsets[number], self._offsets[number + 1]
            self._bodies[number] = _body(orjson.loads(self._texts[start:end]))
        return self._bodies[number]


class Lines(Mapping[str, list[int]]):
    """For each of many keys, numbers of lines (frame number * 4 + line), in a tenth of the memory of lists."""

    def __init__(self, lists: Mapping[str, Sequence[int]]):
        self._at = {key: number for number, key in enumerate(lists)}
        self._ends = array("I", accumulate(map(len, lists.values()), initial=0))
        self._lines = array("I", chain.from_iterable(lists.values()))

    def __getitem__(self, key: str) -> list[int]:
        at = self._at[key]
        return self._lines[self._ends[at] : self._ends[at + 1]].tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


def _body(fields: JsonArray) -> Body:
    counter = [0, 0]
    labels: dict[str, int] = {}
    lines = [_pieces(line, counter, labels) for line in fields[0]]
    refused = {(a, b): frozenset((x, y) for x, y in bad) for a, b, bad in fields[1]}
    return Body(lines, refused, counter[1], labels)


def _pieces(fields: JsonArray, counter: list[int], labels: dict[str, int]) -> list[Piece]:
    made: list[Piece] = []
    for field in fields:
        if isinstance(field, dict):
            choice = Choice(counter[0], counter[1], field["l"], [])
            counter[0] += 1
            counter[1] += len(field["c"])
            if choice.label:
                labels[choice.label] = len(field["c"])
            choice.choices = [_pieces(inner, counter, labels) for inner in field["c"]]
            made.append(choice)
        elif len(field) == 2:
            made.append((field[1], field[0]))
        else:
            kind, number, plural, before, after = field
            made.append(Open(kind, number, bool(plural), before, after))
    return made


def slots(frame: Frame) -> Iterable[Slot]:
    """A frame's slots in the order of `Choice.number`."""
    return (piece for piece in frame.pieces() if isinstance(piece, Slot))

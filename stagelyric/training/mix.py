"""Prepares texts for `stagelyric train`: expands frames, converts prose to verse, adds sentences of today.

    python -m stagelyric.training.mix OUT --frames models/songbook/frames --forms 8
        --blocks FILE … --sentences FILE[:FROM-TO] … --most 60000 --seed 7

Each becomes a corpus file in OUT (`frames.txt`, `blocks.txt`, `sentences.txt`): a line "=== Title", then the lines. The
same arguments give the same bytes. Some whole texts are held out in `blocks.valid.txt`, chosen by the hash of their
title, so that adding texts never moves one across.

Every frame is expanded equally often, so that none dominates. Alternatives are drawn by their marks in the ear file
beside the frames, those drawn before less often, so that a few forms show all the good ones. Frames of one hand that
share a theme form a song. Prose is taken line by line, without full stops, which lyrics don't have.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stagelyric.lm.corpus import with_number
from stagelyric.phrasebook import book, classes, compiled, draw, ears, grammar
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.ears import Ear, Marks
from stagelyric.phrasebook.ends import kind
from stagelyric.phrasebook.frame import Frame, Slot
from stagelyric.phrasebook.unfolding import Cast, Chooser, filled
from stagelyric.words.formats import MARKER

_TRIES = 40  # draws of a form until one rhymes as its scheme wants
_TOGETHER = 3  # frames in a song
_PIECE = 32  # lines of prose in a song
_WORDS, _LONGEST = (2, 11), 56  # words in a line, characters in a line
_HELD_BACK = 0.03  # share of the texts held out


def frames_of(folder: Path) -> list[Frame]:
    """All frames under a folder, in the order of their files. Raises grammar.FrameFileError."""
    files = sorted(folder.rglob("*.frames"))
    return [frame for file in files for frame in grammar.parse(grammar.read(file), file.name, file.parent.name).frames]


def unfolded(
    frames: Sequence[Frame], known: Classes, ear: Ear, forms: int, seed: int
) -> Iterator[tuple[str, list[list[str]]]]:
    """Songs (title, stanzas) in which each frame occurs `forms` times."""
    rng = random.Random(seed)
    turns = [heard(frame, ear, rng) for frame in frames]
    for _ in range(forms):
        for numbers in _together(frames, rng):
            tags = frames[numbers[0]].tags
            stanzas = [list(_rhymed(frames[n], known, turns[n], rng)) for n in numbers]
            yield f"{tags.hand}, {' '.join(tags.themes[:2])}", stanzas


def heard(frame: Frame, ear: Ear, rng: random.Random) -> Chooser:
    """Draws alternatives by their marks; the weight of one that was taken n times is divided by n + 1."""
    slots = [piece for piece in frame.pieces() if isinstance(piece, Slot)]
    counts = [len(slot.choices) for slot in slots]
    marks: Marks = ear.of(compiled.digest(frame), sum(counts))
    starts = [0, *itertools.accumulate(counts)]
    weights = {
        id(slot): list(marks.weigh(start, count)) for slot, start, count in zip(slots, starts, counts, strict=False)
    }
    taken = {number: [0] * len(row) for number, row in weights.items()}

    def choose(slot: Slot) -> int:
        before = taken[id(slot)]
        position = draw.weighted(rng, [w / (n + 1) for w, n in zip(weights[id(slot)], before, strict=True)])
        before[position] += 1
        return position

    return choose


def _together(frames: Sequence[Frame], rng: random.Random) -> Iterator[list[int]]:
    """The numbers of all frames, each once, in groups of up to _TOGETHER with the same hand and theme."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, frame in enumerate(frames):
        theme = rng.choice(frame.tags.themes) if frame.tags.themes else ""
        groups.setdefault((frame.tags.hand, theme), []).append(number)
    songs = []
    for numbers in groups.values():
        rng.shuffle(numbers)
        songs += [numbers[at : at + _TOGETHER] for at in range(0, len(numbers), _TOGETHER)]
    rng.shuffle(songs)
    yield from songs


def _rhymed(frame: Frame, known: Classes, choose: Chooser, rng: random.Random) -> tuple[str, ...]:
    """A form whose ends rhyme as the scheme wants; the last one drawn if none was found."""
    able = ("perfect", "slant") if frame.tags.slant else ("perfect",)
    lines: tuple[str, ...] = ()
    for _ in range(_TRIES):
        lines = filled(frame, Cast(known, rng), choose)
        ends = [line.split()[-2:] for line in lines]
        if all(kind(ends[group[0]], ends[at]) in able for group in frame.groups for at in group[1:]):
            break
    return lines


def blocks(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Songs (title, stanzas) from the texts in `text`, each of which begins with a marker line."""
    for told in re.split(rf"^{MARKER}", text, flags=re.MULTILINE):
        title, _, body = told.partition("\n")
        stanzas = [list(filter(None, map(verse, stanza.split("\n")))) for stanza in body.split("\n\n")]
        piece: list[list[str]] = []
        for part in (stanza[at : at + _PIECE] for stanza in stanzas for at in range(0, len(stanza), _PIECE)):
            if sum(map(len, piece)) + len(part) > _PIECE:
                yield title.strip(), piece
                piece = []
            piece.append(part)
        if sum(map(len, piece)) > 1:
            yield title.strip(), piece


def verse(line: str) -> str:
    """A sentence as a line of verse; "" if its length makes it unsuitable."""
    line = re.sub(r"(?<!\.)\.$", "", line.strip())
    fits = _WORDS[0] <= len(line.split()) <= _WORDS[1] and len(line) <= _LONGEST
    return line if fits else ""


def is_held_back(title: str) -> bool:
    """Whether a text is held out for measuring."""
    return int(hashlib.sha256(title.encode()).hexdigest()[:8], 16) < _HELD_BACK * 2**32


def is_thinned(song: tuple[str, list[list[str]]], thin: Sequence[tuple[str, float]]) -> bool:
    """Whether a piece is left out because only a share of those with a certain text in the title is wanted."""
    title, stanzas = song
    share = min((share for text, share in thin if text in title), default=1.0)
    return draw.hashed("\n".join(map("\n".join, stanzas))) >= share


def sentences(lines: Iterable[str], most: int, seed: int) -> list[tuple[str, list[list[str]]]]:
    """Up to `most` songs of one line each, drawn from unrelated lines."""
    able = sorted({line for line in map(verse, lines) if len(line.split()) > 3})
    drawn = random.Random(seed).sample(able, min(most, len(able)))
    return [("", [[line]]) for line in drawn]


def _read(argument: str) -> str:
    """The contents of a text file, gzipped or not; for FILE:FROM-TO only those lines, counted from 1."""
    name, _, span = argument.rpartition(":")
    found = re.fullmatch(r"(\d+)-(\d+)", span)
    path = Path(name if found and name else argument)
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    return "\n".join(text.split("\n")[int(found[1]) - 1 : int(found[2])]) if found else text


def _write(file: Path, songs: Iterable[tuple[str, list[list[str]]]]) -> None:
    count = lines = 0
    with file.open("w", encoding="utf-8") as opened:
        for title, stanzas in songs:
            opened.write(f"{MARKER}{title}\n" + "\n\n".join("\n".join(stanza) for stanza in stanzas) + "\n\n")
            count, lines = count + 1, lines + sum(map(len, stanzas))
    print(f"{file}: {count:,} songs, {lines:,} lines, {file.stat().st_size:,} bytes")


def main() -> None:
    """Reads, converts and writes: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--frames", type=Path, help="a folder of frames, with its classes.words")
    parser.add_argument("--forms", type=int, default=8, help="of each frame")
    parser.add_argument("--blocks", nargs="*", default=[], metavar="FILE")
    parser.add_argument("--thin", nargs="*", default=[], metavar="TEXT=SHARE", help="blocks with TEXT in their title")
    parser.add_argument("--sentences", nargs="*", default=[], metavar="FILE[:FROM-TO]")
    parser.add_argument("--most", type=int, default=60_000, help="sentences")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.frames:
        known = classes.load(given.frames / book.CLASSES)
        ear = ears.load(given.frames / ears.FILE)
        songs = unfolded(frames_of(given.frames), known, ear, given.forms, given.seed)
        _write(given.out / "frames.txt", songs)
    if given.blocks:
        texts = [text for argument in given.blocks for text in blocks(_read(argument))]
        kept = [text for text in texts if not is_held_back(text[0])]
        thin = [pair for argument in given.thin if (pair := with_number(argument)) is not None]
        _write(given.out / "blocks.txt", (text for text in kept if not is_thinned(text, thin)))
        _write(given.out / "blocks.valid.txt", (text for text in texts if is_held_back(text[0])))
    if given.sentences:
        lines = (line for argument in given.sentences for line in _read(argument).split("\n"))
        _write(given.out / "sentences.txt", sentences(lines, given.most, given.seed))


if __name__ == "__main__":
    main()

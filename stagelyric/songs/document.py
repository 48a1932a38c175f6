"""Writes a setlist as TOML: what was read or measured of each song; guesses are marked by comments."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path, PurePath

from stagelyric.gates import family
from stagelyric.phrasebook import near_themes
from stagelyric.setlist.rendering import quoted
from stagelyric.songs import form, subject
from stagelyric.songs.form import Part
from stagelyric.songs.reading import Written
from stagelyric.types import paths
from stagelyric.words import name_bank
from stagelyric.words.formats import titles
from stagelyric.words.names import Names

TRIGGERS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "keys": (
        "A page-turner pedal, or a keyboard, on the page or in the terminal",
        (
            ('{ key = "PageDown" }', '"next_line"'),
            ('{ key = "Space" }', '"next_line"'),
            ('{ key = "PageUp" }', '"again"'),
            ('{ key = "n" }', '"next_section"'),
            ('{ key = "m" }', '"next_song"'),
        ),
    ),
    "footswitch": (
        'A MIDI footswitch. Yours sends others? "stagelyric learn" hears them and writes them here',
        (("{ control = 80 }", '"next_line"'), ("{ control = 81 }", '"next_section"')),
    ),
    "pad": (
        "A pad or a key of a MIDI keyboard, whatever the port and channel",
        (('{ note = "C2" }', '"next_line"'), ('{ note = "D2" }', '"next_section"')),
    ),
    "live": (
        "Ableton Live through AbletonOSC: a scene is a song's next section, a clip the next line",
        (('{ osc = "/live/scene/launch" }', '"next_section"'), ('{ osc = "/live/clip/fire" }', '"next_line"')),
    ),
}
"""The available triggers: for each name a comment and the triggers, as (on, do)."""

_QUOTED = re.compile(r'["\u201c\u201d()\[\]]')
_LONGEST = 46  # characters of a safety line, which is shown in large letters, at most
_SAFETY = 2  # safety lines in each section
_TEMPO = 120


@dataclass(frozen=True, slots=True)
class Guessed:
    """A song and what was found in it: `people`, `places`, and `themes`, each with the words that indicate it."""

    written: Written
    parts: tuple[Part, ...]
    people: tuple[str, ...]
    places: tuple[str, ...]
    themes: tuple[tuple[str, tuple[str, ...]], ...]
    wildness: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """A band's wishes for its set; None or () for no wish. `words`: the subject of a song without lyrics."""

    title: str
    triggers: tuple[str, ...] = ("keys", "footswitch")
    wildness: float | None = None
    avoid: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def guess(
    written: Written, known: Names, table: Mapping[str, Sequence[str]], size: Mapping[str, int] | None = None
) -> Guessed:
    """Analyses a song. `known`: the names in all songs; `table`, `size`: as for `subject.themes`."""
    sheet = written.sheet
    people, places = subject.names(sheet, known)
    themes = subject.themes(written.title, sheet, [*people, *places], table, size)
    # Repetitive songs want lines close to them; songs with a large vocabulary can bear stranger ones.
    wildness = round(0.3 + 0.3 * subject.variety(sheet.lines), 1)
    parts = tuple(form.parts(sheet))
    return Guessed(written, parts, people, places, tuple((theme, tuple(words)) for theme, words in themes), wildness)


def drawn(songs: Sequence[Written], known: Names, clean: bool) -> list[tuple[Guessed, str]]:
    """For each song what was found in it, and its sections as written in a setlist. `known`, `clean`: as for `guess`
    and `song`."""
    table, size = _themes(paths.frames())
    guessed = [guess(written, known, table, size) for written in songs]
    return [(one, sections(one, clean=clean)) for one in guessed]


@cache
def _themes(frames: Path | None) -> tuple[Mapping[str, Sequence[str]], Mapping[str, int]]:
    table = near_themes.load(frames / near_themes.FILE) if frames is not None else {}
    return table, subject.sizes(table)


def head(wishes: Wishes, source: str) -> str:
    """The beginning of a new setlist, before its songs. `source`: a description of what it was made from."""
    lines = [
        f"# Drawn up {source}. What is marked as a guess was found by the program: change what is wrong.",
        "# stagelyric check says whether all is well, stagelyric play begins the show.",
        f"title = {quoted(wishes.title)}",
        'model = "transformer"',
        "# seed = 1967              # with a seed, the same presses give the same lines",
    ]
    if wishes.avoid:
        lines.append(f"avoid = {_listed(wishes.avoid)}")
    for name in wishes.triggers:
        comment, triggers = TRIGGERS[name]
        lines += ["", f"# {comment}"]
        for on, do in triggers:
            lines += ["[[triggers]]", f"on = {on}", f"do = {do}"]
    return "\n".join(lines) + "\n"


def song(guessed: Guessed, wishes: Wishes, lyrics: str, *, clean: bool = True) -> str:
    """A song's tables. `lyrics`: its lyrics file, as written in a setlist; `clean`: the show is for a family audience,
    so safety lines that it would reject are left out."""
    return begun(guessed, wishes, lyrics) + sections(guessed, clean=clean)


def begun(guessed: Guessed, wishes: Wishes, lyrics: str) -> str:
    """A song's table without its sections."""
    written = guessed.written
    lines = [
        "",
        "[[songs]]",
        f"title = {quoted(written.title)}" + ("" if written.titled else "  # guess: the file's name"),
        *_keys(written),
    ]
    names = [*guessed.people, *guessed.places]
    if names:
        lines.append(f"names = {_listed(names)}  # guess: they stand in its words with capitals")
    else:
        lines.append("# names = []              # none was found: a person and a place are lent to it")
    if guessed.themes:
        backing = [word for _, words in guessed.themes for word in words]
        lines.append(
            f"themes = {_listed([theme for theme, _ in guessed.themes])}"
            f"  # guess: by {', '.join(list(dict.fromkeys(backing))[:6])}"
        )
    wildness = guessed.wildness if wishes.wildness is None else wishes.wildness
    lines.append(
        f"wildness = {wildness}" + ("  # guess: by how varied its words are" if wishes.wildness is None else "")
    )
    lines.append(f"lyrics = {quoted(lyrics)}")
    return "\n".join(lines) + "\n"


def sections(guessed: Guessed, *, clean: bool = True) -> str:
    """The tables of a song's sections, each with safety lines."""
    lines: list[str] = []
    taken: dict[str, set[str]] = {}
    own = {part.name: part.lines for part in guessed.parts if part.lines}
    for part in guessed.parts:
        elsewhere = {line for name, lines_of in taken.items() if name != part.name for line in lines_of}
        chosen = _safety(part.lines or own.get(part.name, ()), guessed, elsewhere, clean)
        taken.setdefault(part.name, set()).update(chosen)
        lines += _section(part, chosen)
    return "".join(f"{line}\n" for line in lines)


def _keys(written: Written) -> Iterator[str]:
    if written.tempo is None:
        yield f"tempo = {_TEMPO}  # guess: its file says none"
    else:
        yield f"tempo = {written.tempo:g}"
    if written.time is not None:
        yield f"time_signature = {quoted(written.time)}"
    if written.key is not None:
        yield f"key = {quoted(written.key)}"


def _section(part: Part, safety: Sequence[str]) -> Iterator[str]:
    yield ""
    yield "[[songs.sections]]"
    yield f"name = {quoted(part.name)}" + ("" if part.sure else "  # guess: its file names no sections")
    yield f"syllables = [{part.syllables[0]}, {part.syllables[1]}]  # measured"
    yield f"rhyme = {quoted(part.rhyme)}  # measured"
    if safety:
        yield f"safety = {_listed(safety)}  # guess: the song's own"


def _safety(lines: Sequence[str], guessed: Guessed, taken: set[str], clean: bool) -> list[str]:
    """Lines of a section that can stand alone as safety lines: first those with the title or a name, then those that
    begin a sentence; never one that is only the title."""
    said = [name.casefold() for name in (guessed.written.title, *guessed.people, *guessed.places)]
    worth: dict[str, tuple[bool, bool]] = {}
    ended = True
    for line in lines:
        shown = line.rstrip(" .,;:-\u2013\u2014")
        shown = shown[:1].upper() + shown[1:]
        fit = 8 <= len(shown) <= _LONGEST and not _QUOTED.search(shown) and shown not in taken
        if fit:
            folded = shown.casefold()
            worth.setdefault(shown, (not any(name in folded for name in said), not ended))
        ended = line.rstrip()[-1:] in ".!?;:"
    best = (shown for shown in sorted(worth, key=worth.__getitem__) if not titles.same(shown, guessed.written.title))
    return list(islice((shown for shown in best if not clean or _is_clean(shown)), _SAFETY))


@lru_cache(maxsize=1024)
def _is_clean(line: str) -> bool:
    """As `family.is_clean`; cached, since a chorus is looked through as often as it comes."""
    return family.is_clean(line)


def without_songs(wishes: Wishes) -> str:
    """A song with only a title and a subject."""
    person, place = name_bank.cast(wishes.title)
    lines = [
        "",
        "[[songs]]",
        f"title = {quoted(wishes.title)}",
        f"tempo = {_TEMPO}  # guess",
        f"names = {_listed([person, place])}  # guess: lent; put your own here",
        f"themes = {_listed(wishes.words)}",
        f"wildness = {0.5 if wishes.wildness is None else wishes.wildness}",
        '# lyrics = "words.txt"    # your own words, once there are some: lines go on from them',
    ]
    for name, low, high, scheme in (("verse", 6, 9, "ABCB"), ("chorus", 5, 8, "AABB"), ("bridge", 6, 10, "ABAB")):
        lines += [
            "",
            "[[songs.sections]]",
            f'name = "{name}"',
            f"syllables = [{low}, {high}]  # guess",
            f'rhyme = "{scheme}"  # guess',
        ]
    return "\n".join(lines) + "\n"


def naming(setlist: Path) -> Callable[[Path], str]:
    """A function that gives a file's path as written in a setlist: relative to its folder, with slashes; absolute if on
    another drive. Symbolic links in a folder's path are followed once for all of its files."""
    home = setlist.resolve().parent
    real = cache(Path.resolve)

    def named(file: Path) -> str:
        place = file.resolve() if file.is_symlink() else real(file.parent) / file.name
        try:
            return PurePath(os.path.relpath(place, home)).as_posix()
        except ValueError:
            return place.as_posix()

    return named


def _listed(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(quoted, texts)) + "]"

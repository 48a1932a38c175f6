"""`stagelyric frames`: turns the band's own lyrics into frames, and serves a page for reviewing proposals."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault, json_option, only_with_page, print_json, writable
from stagelyric.types.program import typed
from stagelyric.words import formats
from stagelyric.words.formats import ENDINGS, LyricsError

if TYPE_CHECKING:
    from stagelyric.phrasebook.book import Book
    from stagelyric.phrasebook.opening import Hear, Opener, Result, Song
    from stagelyric.phrasebook.substitutes import Substitutes
    from stagelyric.words.lexicon import Lexicon
    from stagelyric.words.names import Names

_MODEL = "structure"  # this model's vocabulary and its word classes are used
_CAPITAL = re.compile(r"[A-Z][a-z]+")
_SMALL = re.compile(r"\b[a-z]+")
PORT = 7750


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SONGS… | FILE.frames")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE.frames", help="Where the frames go.")
@click.option("--page", is_flag=True, help="Open the page that goes through what is proposed.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="The page's port.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@json_option
def frames(paths: tuple[Path, ...], out: Path | None, page: bool, port: int, no_open: bool, as_json: bool) -> None:
    """Turn the band's own lyrics into frames: their lines come up on stage in forms that they never sang.

    SONGS are files of lyrics, or folders of them. Names become slots, and for other words replacements are proposed,
    from the band's own songs first. A proposal is marked with a ? and is not sung until somebody keeps it:

    \b
      stagelyric frames my-songs/ -o ours.frames
      stagelyric frames ours.frames --page

    If the file exists, frames are added to it: what it has stays as it is, comments too.
    """
    only_with_page(page)
    of_frames = [path for path in paths if path.suffix == ".frames"]
    if of_frames and (len(paths) > 1 or out is not None or not page):
        raise Fault("frames: wanted songs and -o FILE.frames, or one FILE.frames and --page")
    if not of_frames:
        if out is None or out.suffix != ".frames":
            raise Fault(f"frames: -o: wanted a file that ends in .frames, found {out or 'none'}")
        writable(out)
        result = _open(paths, out, quiet=as_json)
        _say(out, result, as_json)
    if page:
        from stagelyric.commands import frames_page

        frames_page.serve(of_frames[0] if of_frames else out or Path(), port, opened=not no_open)


def _say(out: Path, result: Result, as_json: bool) -> None:
    told = {
        "file": str(out), "frames": len(result.frames), "lines": result.lines, "all_lines": result.all_lines,
        "proposed": result.proposed, "known": result.known,
    }  # fmt: skip
    if as_json:
        print_json(told)
        return
    known = f"; {result.known} were there already" if result.known else ""
    several = "" if len(result.frames) == 1 else "s"
    click.echo(
        f"{out}: {len(result.frames)} frame{several} of {result.lines} of {result.all_lines} lines, "
        f"{result.proposed} alternatives proposed{known}"
    )
    if result.proposed:
        click.echo(f"None of them is sung until you keep it: {typed('frames', out, '--page')}")


def _open(paths: Sequence[Path], out: Path, *, quiet: bool) -> Result:
    from stagelyric.phrasebook import grammar, opening, sung

    songs = list(_songs(paths))
    if not songs:
        raise Fault(f"{paths[0]}: wanted lyrics ({', '.join(ENDINGS[:8])} …), found none")
    there = ""
    known: list[str] = []
    if out.exists():
        try:
            there = grammar.read(out)
        except grammar.FrameFileError as error:
            raise Fault(str(error)) from None
        # The comment above a frame has its original text, so it is recognised even if its lines were changed.
        known = [line.partition(": ")[2] for line in there.split("\n") if line.startswith("# ") and ": " in line]
        known += [sung.plain(line) for line in there.split("\n")]
    opener = _opener(songs)
    with click.progressbar(songs, label="songs", file=None, hidden=quiet or not os.isatty(2)) as turn:
        result = opener.songs(turn, known)
    body = there.rstrip("\n") + "\n" if there else opening.HEADER.format(name=out.name)
    _write(out, "\n".join([body, *result.frames]) if result.frames else body)
    return result


def _songs(paths: Iterable[Path]) -> Iterable[Song]:
    from stagelyric.phrasebook.opening import Song

    for path in paths:
        files = [path]
        if path.is_dir():
            files = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(ENDINGS))
        for file in files:
            try:
                yield from (Song.of(sheet, file.name.partition(".")[0]) for sheet in formats.read(file).songs)
            except LyricsError as error:
                raise Fault(str(error)) from None


def _opener(songs: Sequence[Song]) -> Opener:
    from stagelyric.phrasebook import opening

    shipped, known = _known()
    substitutes = replace(known, pairs=set(known.pairs), own=Counter())
    lines = [line for song in songs for _, stanza in song.stanzas for line in stanza]
    substitutes.learn_lines(lines, own=True)
    names = _names(lines, substitutes.lexicon, shipped.classes.genders)
    return opening.Opener(shipped, substitutes, names, _hear())


@cache
def _known() -> tuple[Book, Substitutes]:
    """The frames that are shipped, and what they imply about which word may replace which."""
    from stagelyric.phrasebook import book, grammar
    from stagelyric.phrasebook.substitutes import Substitutes
    from stagelyric.types import paths
    from stagelyric.words import lexicon, near, tags
    from stagelyric.words.npz import ModelError

    folder = paths.frames()
    if folder is None:
        raise Fault("frames: wanted models/songbook/frames, found none")
    try:
        model = paths.find_model(_MODEL)
        words = lexicon.load(model / lexicon.FILE)
        substitutes = Substitutes(
            words, tags.load(model / tags.FILE, len(words.words)), near.load(model / near.FILE, len(words.words))
        )
        shipped = book.open_book(folder, cache=paths.compiled_frames())
    except (paths.ModelNotFoundError, ModelError, book.BookError) as error:
        raise Fault(str(error)) from None
    for file in sorted(folder.rglob("*.frames")):
        substitutes.learn_frames(grammar.parse(grammar.read(file), file.name, file.parent.name).frames)
    return shipped, substitutes


def _names(lines: Sequence[str], words: Lexicon, genders: Iterable[str]) -> Names:
    """The names in the band's songs, recognised by their capitals; at the beginning of a line only if they are no
    words."""
    from stagelyric.words.lexicon import LOWER
    from stagelyric.words.lists import PLACES
    from stagelyric.words.names import Names, find_names

    found = find_names(lines)
    small = {word for line in lines for word in _SMALL.findall(line)}
    first = Counter(match[0].lower() for line in lines if (match := _CAPITAL.match(line)))
    genders = set(genders)

    def is_word(word: str) -> bool:
        number = words.index.get(word)
        return number is not None and bool(words.forms[number] & LOWER)

    # "Mind your head" is an imperative, Nairobi a town: a name becomes a slot only if it must be a person's.
    people = {word for word in found.people if word in genders or not (is_word(word) or word in PLACES)}
    for word in first:
        if word not in small and not is_word(word) and word not in PLACES | found.places:
            known = word in genders or (word not in words.index and first[word] > 1)
            people |= {word} if known else set()
    return Names(frozenset(people), found.places)


def _hear() -> Hear | None:
    """The editor, if there is one: it removes proposals that break a line before anybody has to read them."""
    from stagelyric.editor.faults import EditorError
    from stagelyric.writing import editing

    try:
        editor = editing.opened()
    except EditorError as error:
        click.echo(f"warning: {error}", err=True)
        return None
    return editor.score if editor is not None else None


def _write(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Fault(f"{file}: wanted a file to write frames to, found: {error.strerror}") from None

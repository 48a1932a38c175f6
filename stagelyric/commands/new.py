"""`stagelyric new`: makes a playable setlist from the band's own songs."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from stagelyric.commands.common import Fault, json_option, only_with_page, plain_faults, print_json
from stagelyric.songs import document, reading, subject
from stagelyric.songs.document import TRIGGERS, Guessed, Wishes
from stagelyric.songs.reading import Written
from stagelyric.types.helping import Helper, ahead, helpers, spread
from stagelyric.types.program import typed

_LARGE = 150_000  # bytes of lyrics, some hundred songs, from which it pays to have helpers
_WIDTH = 34  # characters of a title in the printed list


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="SET",
    help="Where the setlist is written.",
)
@click.option("--title", help="The set's title; of a set without songs also its first song's.")
@click.option(
    "--words", metavar="WORD,WORD,WORD", help="Where there are no songs yet: three words that the first one is about."
)
@click.option("--order", metavar="3,1,2", help="The order of the songs, by number; others follow as they are named.")
@click.option(
    "--trigger", "triggers", multiple=True, type=click.Choice(list(TRIGGERS)),
    help="What you press, repeatable.  [default: keys, footswitch]",
)  # fmt: skip
@click.option("--wildness", type=click.FloatRange(0, 1), help="The wildness of all songs.  [default: guessed for each]")
@click.option("--avoid", metavar="WORD,WORD", help="Words and phrases that are never shown.")
@click.option("--ask/--no-ask", default=None, help="Ask five questions first.  [default: in a terminal]")
@click.option("--page", is_flag=True, help="Open a page that edits the set, on this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The page's port.  [default: any]")
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@json_option
def new(
    folders: tuple[Path, ...],
    output: Path,
    title: str | None,
    words: str | None,
    order: str | None,
    triggers: tuple[str, ...],
    wildness: float | None,
    avoid: str | None,
    ask: bool | None,
    page: bool,
    port: int,
    no_open: bool,
    as_json: bool,
) -> None:
    """Draw up a setlist from your own songs: FOLDERs or files of lyrics in any format.

    Titles, tempo, key and sections are as the files have them; syllables and rhymes are measured, names and themes
    found. Guesses are marked as such. A setlist that exists keeps all it has, and gets the songs it lacks.

    \b
    stagelyric new songs/ -o set.toml
    stagelyric new -o set.toml --title "Night Ferry" --words "harbour, rain"
    """
    only_with_page(page)
    wishes = Wishes(
        title or "", triggers or ("keys", "footswitch"), wildness, tuple(_parts(avoid)), tuple(_parts(words))
    )
    if page and not folders and (output.exists() or not words):
        _serve(output, port, no_open)
        return
    if page:
        ask = bool(ask)
    asks = ask if ask is not None else sys.stdin.isatty() and not as_json
    with helpers(reading.size(folders) > _LARGE, "stagelyric.songs.document") as among:
        found = reading.read(folders, among)
        _say_refused(found, folders, as_json)
        if asks:
            wishes, order = _asked(wishes, found.songs, order, output.exists())
        songs = _ordered(found.songs, order)
        if not wishes.title:
            wishes = replace(wishes, title=_title(folders, output))
        if songs:
            _write(output, wishes, songs, as_json, folders, among)
        else:
            _write_alone(output, wishes, as_json)
    if page:
        _serve(output, port, no_open)


def _serve(output: Path, port: int, no_open: bool) -> None:
    from stagelyric.commands.new_page import serve

    serve(output, port, opened=not no_open)


def _parts(given: str | None) -> list[str]:
    return [part.strip() for part in (given or "").split(",") if part.strip()]


def _say_refused(found: reading.Reading, folders: Sequence[Path], as_json: bool) -> None:
    if folders and not found.songs:
        said = "; ".join(found.refused.values())
        raise Fault(said or f"{folders[0]}: wanted a folder with lyrics (.txt, .cho, .lrc, .xml …), found none in it")
    for sentence in () if as_json else found.refused.values():
        click.echo(f"left out: {sentence}", err=True)


def _title(folders: Sequence[Path], output: Path) -> str:
    named = folders[0].resolve() if folders and folders[0].is_dir() else output
    return reading.title_of(named.name if named != output else output.stem)


def _asked(wishes: Wishes, songs: Sequence[Written], order: str | None, there: bool) -> tuple[Wishes, str | None]:
    """Asks five questions, or fewer if options answer them; Enter accepts the value in brackets."""
    if not wishes.title and not there:
        wishes = replace(wishes, title=click.prompt("What is the set called?", default="Tonight"))
    if songs and order is None:
        for number, written in enumerate(songs, 1):
            click.echo(f"  {number:3} {written.title}")
        order = click.prompt("In which order (5,1,3 …; the others follow)?", default="as above")
        order = None if order == "as above" else order
    elif not songs and not wishes.words:
        wishes = replace(wishes, words=tuple(_parts(click.prompt("Three words that the first song is about"))))
    if wishes.triggers == ("keys", "footswitch") and not there:
        chosen = click.prompt(f"What do you press ({', '.join(TRIGGERS)})?", default="keys, footswitch")
        wishes = replace(wishes, triggers=_triggers(_parts(chosen)))
    if wishes.wildness is None:
        wild = click.prompt("How wild may lines be, 0 sober to 1 wild?", default="by song")
        wishes = replace(wishes, wildness=None if wild == "by song" else _number(wild))
    if not wishes.avoid and not there:
        wishes = replace(
            wishes, avoid=tuple(_parts(click.prompt("Words never to be shown", default="", show_default=False)))
        )
    return wishes, order


def _triggers(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in TRIGGERS:
            raise Fault(f'new: wanted what you press, one of {", ".join(TRIGGERS)}; found "{name}"')
    return tuple(names)


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise Fault(f'new: wanted a wildness from 0 to 1, found "{text}"')
    return value


def _ordered(songs: Sequence[Written], order: str | None) -> list[Written]:
    if not order:
        return list(songs)
    first: list[int] = []
    for part in _parts(order):
        if not part.isdigit() or not 1 <= int(part) <= len(songs):
            raise Fault(f'new: --order: wanted numbers from 1 to {len(songs)}, found "{part}"')
        first.append(int(part) - 1)
    first = list(dict.fromkeys(first))
    return [songs[at] for at in [*first, *(at for at in range(len(songs)) if at not in first)]]


def _write(
    output: Path, wishes: Wishes, songs: Sequence[Written], as_json: bool, folders: Sequence[Path],
    among: Sequence[Helper],
) -> None:  # fmt: skip
    from stagelyric.setlist import file

    with plain_faults():
        before, old = file.content_of(output) if output.exists() else (None, None)
    there = set(file.titles(old)) if old is not None else set()
    clean = old is None or old.get("family_friendly", True) is not False
    drawn = _drawn(songs, there, clean, among)
    written_out: list[Path] = []
    text = before if before is not None else document.head(wishes, _source(songs, folders))
    named = document.naming(output)
    for guessed, sections in drawn:
        lyrics = _lyrics(guessed.written, output, written_out)
        text += document.begun(guessed, wishes, named(lyrics)) + sections
    with plain_faults():
        file.write_whole(output, text, old, changed=bool(drawn))
    _told(output, [guessed for guessed, _ in drawn], len(there), written_out, as_json)


def _drawn(
    songs: Sequence[Written], there: Collection[str], clean: bool, among: Sequence[Helper]
) -> list[tuple[Guessed, str]]:
    """The songs that have words and are not `there` already, by title: what was found in each, and its sections."""
    new = [written for written in songs if written.title not in there]
    if not new:
        return []
    words = ahead(among, subject.everyday_words)

    def everyday(word: str) -> bool:
        known = words()
        return known is None or word in known

    known = subject.names_of([written.sheet for written in songs], everyday)
    drawn = spread(among, partial(document.drawn, known=known, clean=clean), new)
    return [(guessed, sections) for guessed, sections in drawn if guessed.parts]


def _source(songs: Sequence[Written], folders: Sequence[Path]) -> str:
    files = len({written.file for written in songs})
    return f"from {files} file{'' if files == 1 else 's'} in {', '.join(str(f) for f in folders)}"


def _lyrics(written: Written, output: Path, written_out: list[Path]) -> Path:
    """A file with only this song's words: its own file, or a new one beside the setlist if that contains other songs
    too."""
    if written.alone:
        return written.file
    folder = output.parent / f"{output.stem}-lyrics"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w -]+", "", written.title).strip() or "song"
    path = folder / f"{name}.txt"
    number = 2
    while path in written_out:
        path, number = folder / f"{name} {number}.txt", number + 1
    if not path.exists():
        headed = [
            "\n".join([f"[{kind.capitalize()}]" if kind else "", *lines]).strip()
            for kind, lines in written.sheet.stanzas
        ]
        path.write_text("\n\n".join(headed) + "\n", encoding="utf-8")
    written_out.append(path)
    return path


def _write_alone(output: Path, wishes: Wishes, as_json: bool) -> None:
    from stagelyric.setlist import file

    if not wishes.words:
        raise Fault(
            "new: wanted a folder of songs, or --title and --words for a song that has no words yet; found neither"
        )
    with plain_faults():
        if output.exists():
            raise Fault(f"{output}: wanted a name that is free, found a file; give songs to be added to it")
        text = document.head(wishes, "from a title and a few words") + document.without_songs(wishes)
        file.write_whole(output, text, None)
    if as_json:
        print_json({"file": str(output), "songs": [{"title": wishes.title, "themes": list(wishes.words)}], "kept": 0})
        return
    click.echo(f"{output}: one song, verse, chorus and bridge. {_next(output)}")


def _told(output: Path, added: Sequence[Guessed], kept: int, written_out: Sequence[Path], as_json: bool) -> None:
    if as_json:
        print_json({"file": str(output), "songs": [_as_json(guessed) for guessed in added], "kept": kept})
        return
    if added:
        click.echo("\n".join(_row(number, guessed) for number, guessed in enumerate(added, kept + 1)))
    songs = f"{len(added)} song{'' if len(added) == 1 else 's'}"
    click.echo(f"{output}: {songs}" + (f" added to the {kept} that were there." if kept else "."))
    if written_out:
        click.echo(f"Words from files that hold several songs are in {written_out[0].parent}, a file a song.")
    click.echo(_next(output))


def _row(number: int, guessed: Guessed) -> str:
    title = guessed.written.title
    forms = {part.name: f"{part.name} {part.rhyme} {part.syllables[0]}-{part.syllables[1]}" for part in guessed.parts}
    tempo = guessed.written.tempo
    facts = [f"{tempo:g} BPM" if tempo else "no tempo", guessed.written.key or "", ", ".join(forms.values())]
    about = ", ".join([*guessed.people, *guessed.places, *(theme for theme, _ in guessed.themes)])
    short = title if len(title) <= _WIDTH else title[: _WIDTH - 1] + "…"
    return f"{number:3} {short:<{_WIDTH}} {' · '.join(fact for fact in facts if fact)}\n    {'':<{_WIDTH}} {about}"


def _as_json(guessed: Guessed) -> dict[str, object]:
    written = guessed.written
    return {
        "title": written.title, "file": str(written.file), "tempo": written.tempo, "key": written.key,
        "time_signature": written.time, "names": [*guessed.people, *guessed.places],
        "themes": [theme for theme, _ in guessed.themes], "wildness": guessed.wildness,
        "sections": [
            {"name": part.name, "syllables": list(part.syllables), "rhyme": part.rhyme, "lines": len(part.lines)}
            for part in guessed.parts
        ],
    }  # fmt: skip


def _next(output: Path) -> str:
    return f"Next: look through it, then  {typed('check', output)}  and  {typed('play', output)}"

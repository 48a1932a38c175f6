"""`stagelyric journal`: past shows."""

import re
import sys
import time as clock
from dataclasses import asdict, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import (
    Failure,
    Fault,
    json_option,
    only_with_page,
    plain_faults,
    print_json,
    writable,
)
from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.database import FOR_REPLAY
from stagelyric.gear.journal.exports import table
from stagelyric.gear.journal.night import Bound, Draft, Night, joined, kept_alone, part
from stagelyric.types import paths

if TYPE_CHECKING:
    from stagelyric.gear.journal.exports.table import Export
    from stagelyric.stage.replay import Shown

EXPORTS = table.every()

file_option = click.option(
    "--journal",
    "file",
    type=click.Path(path_type=Path),
    help="The journal file (default: the one that `play` writes).",
)


Moment = int | time | datetime


_WHEN = "a line's number, a time of the night (21:30, 21:30:15), or a day and a time (2026-11-28T21:30)"


class When(click.ParamType[Moment]):
    """Reads where a part of a night begins or ends."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        text = str(value)
        for read in (int, time.fromisoformat, datetime.fromisoformat):
            try:
                found: Moment = read(text)
                return found
            except ValueError:
                continue
        return self.fail(f"wanted a line's number, 21:30 or 2026-11-28T21:30, found {value}", param, ctx)


@click.group()
def journal() -> None:
    """List, show and export past shows. ID may be the beginning of an id, "last", or for exports "all"."""


@journal.command(name="list")
@file_option
@json_option
def list_(file: Path | None, as_json: bool) -> None:
    """The shows, latest first."""
    with plain_faults():
        shows = memory.shows(file or paths.journal())
    if as_json:
        print_json(shows)
        return
    for show in shows:
        if not show["cues"]:  # the show never got under way: a port was in use, a key was wrong
            continue
        started = datetime.fromtimestamp(show["started"]).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{show['id']}  {started}  {show['cues']:5} lines  {show['title']}")


_DO = re.compile(r"do=Do\(action='(?P<action>\w+)', value=(?P<value>.*)\)\)$", re.DOTALL)
_FIELD = re.compile(r"(\w+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^,()]+)")
_UNSAID = frozenset({"at", "previous"})
_EVENT = re.compile(r"([A-Z]\w+)\((.*)\)$", re.DOTALL)


def in_words(event: str) -> str:
    """An event of the journal in words: "keep, from the page"; "key press, key a, from terminal"."""
    found = _EVENT.match(event)
    if found is None:
        return event
    fields = {key: value.strip("'\"") for key, value in _FIELD.findall(found[2])}
    source = fields.pop("source", "")
    done = _DO.search(event)
    if done is not None:
        value = done["value"].strip("'\"")
        told = done["action"].replace("_", " ") + ("" if value == "None" else f" {value}")
    else:
        name = re.sub(r"(?<!^)(?=[A-Z])", " ", found[1]).lower()
        told = ", ".join(
            [
                name,
                *(
                    f"{key} {value}"
                    for key, value in fields.items()
                    if key not in _UNSAID and value not in ("None", "False")
                ),
            ]
        )
    return f"{told}, from the {source}" if source == "page" else f"{told}, from {source}" if source else told


@journal.command()
@click.argument("id", default="last")
@file_option
@json_option
def show(id: str, file: Path | None, as_json: bool) -> None:
    """What happened in a show, in order."""
    with plain_faults():
        rows = memory.records(file or paths.journal(), id)
    rows = [row for row in rows if row["kind"] not in FOR_REPLAY]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        at = datetime.fromtimestamp(row["wall"]).strftime("%H:%M:%S.%f")[:-3]
        what = row["text"] or in_words(row["detail"] or "")
        number = row["number"] if row["kind"] == "cue" else ""
        place = f" · {row['song']}, {row['section']}" if row["song"] else ""
        origin = f" [{row['origin']}]" if row["origin"] not in (None, "model") else ""
        click.echo(f"{at}  {row['kind']:6} {number:>4}  {what}{origin}{click.style(place, dim=True)}")


@journal.command()
@click.argument("id", default="all")
@file_option
@json_option
def kept(id: str, file: Path | None, as_json: bool) -> None:
    """What the band kept, by song and section. Without ID: of every night."""
    with plain_faults():
        nights = memory.nights(file or paths.journal(), id)
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for night in nights:
        for line in kept_alone(night).lines:
            told = {"set": night.title, "song": line.song, "section": line.section, "text": line.text, "show": night.id}
            found.setdefault((line.song, line.section, line.text), told)
    lines = sorted(found.values(), key=lambda told: (told["set"], told["song"], told["section"]))
    if as_json:
        print_json(lines)
        return
    last: tuple[str, str] | None = None
    for told in lines:
        if (told["song"], told["section"]) != last:
            click.secho(("" if last is None else "\n") + f"{told['song']} · {told['section']}", bold=True)
            last = (told["song"], told["section"])
        click.echo(f"  {told['text']}")


@journal.command()
@click.argument("id", default="last")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    help="Show the lines in time: 1 as fast as it was (on the page without this option too), 2 twice as fast.",
)
@click.option("--from", "begin", type=When(), metavar="WHEN", help=f"Begin here: {_WHEN}.")
@click.option("--page", is_flag=True, help="Show it on the pages, as it was, until Ctrl-C.")
@click.option("--host", default="127.0.0.1", help="The page's address (default 127.0.0.1; 0.0.0.0 lets tablets watch).")
@click.option("--port", type=click.IntRange(0, 65535), default=7740, show_default=True, help="The page's port.")
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@file_option
@json_option
def replay(
    id: str,
    speed: float | None,
    begin: Moment | None,
    page: bool,
    host: str,
    port: int,
    no_open: bool,
    file: Path | None,
    as_json: bool,
) -> None:
    """Replay a night from its events: the same cues, at once or in time. Exit status 1: the cues differ.

    With --page teleprompter, audience's page and desk show the night again, in its own time, and a page more moves it:
    pause, speed, any line of the night. So do the keys of the terminal. Nothing is written into the journal, and what
    is pressed on the pages changes nothing.

    \b
    stagelyric journal replay last --page --from 21:30
    """
    from stagelyric.stage import replay as again

    only_with_page(page)
    if page and as_json:
        raise click.UsageError("wanted --page or --json, found both")
    if begin is not None and as_json:
        raise click.UsageError("wanted --from or --json, which compares the whole night; found both")
    with plain_faults():
        shows = memory.nights(file or paths.journal(), id) if page or begin is not None else []
        rows = memory.records(file or paths.journal(), id)
    night = again.prepare(rows)
    start = _bound(begin, shows[0]) if shows else None
    if page:
        from stagelyric.commands.journal_page import serve

        serve(shows[0].title, night, rows, start, speed or 1.0, host=host, port=port, opened=not no_open)
        return
    if as_json:
        for _ in night.run():
            pass
        others = [[was and was.text, now and now.text] for was, now in night.differences()]
        cues = len(night.recorded)
        print_json({"same": night.same, "cues": cues, "missing": night.missing, "differences": others})
        sys.exit(0 if night.same else 1)
    as_it_was = bool(night.missing)  # nothing can be performed, so the recorded lines are shown
    last: float | None = None
    for shown in night.recorded if as_it_was else night.run():
        if start is not None and start.leaves_out(shown.number, shown.wall):
            continue
        if speed and last is not None:
            clock.sleep(max(shown.wall - last, 0) / speed)
        last = shown.wall
        click.echo(f"{shown.number:>4}  {shown.text or ''}{click.style(f' · {shown.song}, {shown.section}', dim=True)}")
    if as_it_was:
        raise Failure(f"{id}: shown as it was written down, since the journal lacks {'; '.join(night.missing)}")
    for was, now in list(night.differences())[:10]:
        click.echo(f"differs: was {_named(was)}, is {_named(now)}", err=True)
    if night.missing or not night.same:
        raise Failure("; ".join([*night.missing, "" if night.same else "the cues are others than on that night"]))
    lost = f"; {night.cut} as written down, as a kill has cost the presses" if night.cut else ""
    click.echo(f"{len(night.again)} cues, the same as on that night{lost}", err=True)


def _named(shown: "Shown | None") -> str:
    return "nothing" if shown is None else f'{shown.number} "{shown.text or ""}"'


@journal.command()
@click.argument("id", default="all")
@click.option("--plot", type=click.Path(path_type=Path), help="Write a picture: .svg, .png or .pdf.")
@file_option
@json_option
def stats(id: str, plot: Path | None, file: Path | None, as_json: bool) -> None:
    """Which lines were kept and which vetoed, by section and by origin. Without ID: of every night."""
    from stagelyric.gear.journal import stats as counted

    if plot is not None:
        writable(plot)
    with plain_faults():
        nights = memory.nights(file or paths.journal(), id)
    sections, origins = (
        {name: asdict(tally) for name, tally in tallies(nights).items()}
        for tallies in (counted.by_section, counted.by_origin)
    )
    if plot is not None:
        _draw(plot, {"By section": sections, "By origin": origins})
    if as_json:
        print_json({"shows": len(nights), "by_section": sections, "by_origin": origins})
        return
    shows = f"{len(nights)} show{'' if len(nights) == 1 else 's'}"
    for title, tallies in ((f"By section ({shows})", sections), ("By origin", origins)):
        width = max([len(name) for name in tallies] + [len(title)])
        click.secho(f"{title:<{width}}  shown   kept          vetoed", bold=True)
        for name, row in tallies.items():
            kept, vetoed = (f"{row[what]:6} {_share(row[what], row['shown']):>5}" for what in ("kept", "vetoed"))
            click.echo(f"{name:<{width}} {row['shown']:6} {kept}    {vetoed}")
        click.echo()


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _draw(file: Path, tables: dict[str, dict[str, dict[str, int]]]) -> None:
    from stagelyric.report.language import MissingExtraError
    from stagelyric.report.render import judged

    try:
        judged.write(file, tables)
    except (ValueError, MissingExtraError) as error:
        raise Fault(str(error)) from None
    except OSError as error:
        raise Fault(f"{file}: can't be written: {error.strerror or error}") from None


@journal.command()
@click.argument("id", default="last")
@click.option(
    "--as", "form", type=click.Choice(list(EXPORTS)), metavar="FORMAT", default="text", show_default=True,
    help=" ".join(f"{export.name}: {export.about}." for export in EXPORTS.values()),
)  # fmt: skip
@click.option("--kept", is_flag=True, help="Only the lines that the band kept.")
@click.option("--song", help="Only this song.")
@click.option("--from", "begin", type=When(), metavar="WHEN", help=f"Begin here: {_WHEN}.")
@click.option("--to", "end", type=When(), metavar="WHEN", help="End here: written like --from.")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), help="A file, or a folder for a file a song.")
@file_option
def export(
    id: str,
    form: str,
    kept: bool,
    song: str | None,
    begin: Moment | None,
    end: Moment | None,
    out: Path | None,
    file: Path | None,
) -> None:
    """A show, a song of it or what was kept, for other programs. ID "all": every night, one after the other."""
    with plain_faults():
        nights = memory.nights(file or paths.journal(), id)
    if id == "all" and (begin is not None or end is not None) and not _are_dates(begin, end):
        raise Fault("all: wanted days in --from and --to, since every night has these times and numbers")
    chosen = [part(night, _bound(begin, night), _bound(end, night)) for night in nights]
    chosen = [kept_alone(night) for night in chosen] if kept else chosen
    night = chosen[0] if id != "all" else joined(chosen)
    if song is not None:
        night = _of(night, song)
    night = replace(night, drafts=_drafts(nights, song))
    if not night.lines and not night.drafts and (kept or song or begin is not None or end is not None):
        raise Fault(f"{id}: wanted lines to export, found none" + (" that were kept" if kept else ""))
    _write(EXPORTS[form], night, out)


def _drafts(nights: list[Night], song: str | None) -> tuple[Draft, ...]:
    """The drafts that the band has made from its kept lines, for the sets of these nights."""
    from stagelyric.rehearsal import draft
    from stagelyric.rehearsal.files import folder_of
    from stagelyric.words.alike import alike

    found: list[Draft] = []
    for title in dict.fromkeys(night.title for night in nights):
        for file in sorted(folder_of(paths.drafts(), title).glob("*.txt")):
            try:
                made = draft.read(file.read_text("utf-8"), file.stem)
            except (OSError, ValueError):
                continue  # the rehearsal page reports what is wrong with it
            texts = "\n".join("" if line == draft.BREAK else line for line in made.lines).split("\n\n")
            stanzas = [tuple("" if line == draft.GAP else line for line in text.split("\n")) for text in texts if text]
            if stanzas and (song is None or alike(made.song) == alike(song)):
                found.append(Draft(made.song, tuple(stanzas)))
    return tuple(found)


def _write(export: "Export", night: Night, out: Path | None) -> None:
    if export.one_song and len(night.songs) > 1:
        if out is None or (out.exists() and not out.is_dir()) or (not out.exists() and out.suffix):
            songs = ", ".join(night.songs[:5])
            raise Fault(f"{export.name}: a file holds one song; wanted --song or a folder in -o, found {songs}")
        _into(export, night, out)
        return
    made = export.write(night)
    data = made.encode() if isinstance(made, str) else made
    if out is not None and out.is_dir():
        out = out / f"{_file_name(night.title, set())}.{export.ending}"
    try:
        if out is not None:
            out.write_bytes(data)
        elif isinstance(made, str):
            click.echo(made, nl=False)
        elif sys.stdout.isatty():
            raise Fault(f"{export.name}: wanted a file (-o), since a terminal can't show this format")
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError as error:
        raise Fault(f"{out}: can't be written: {error.strerror or error}") from None


def _into(export: "Export", night: Night, folder: Path) -> None:
    taken: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for song, own in night.apart():
            made = export.write(own)
            data = made.encode() if isinstance(made, str) else made
            (folder / f"{_file_name(song, taken)}.{export.ending}").write_bytes(data)
    except OSError as error:
        raise Fault(f"{folder}: can't be written: {error.strerror or error}") from None


def _file_name(title: str, taken: set[str]) -> str:
    """A file name with characters that every system accepts, different for each title."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in title.casefold())[:60].strip("-") or "song"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name


def _of(night: Night, song: str) -> Night:
    from stagelyric.words.alike import find

    place = find(song, night.songs)
    if place is None:
        there = ", ".join(night.songs[:8]) or "none"
        raise Fault(f'wanted a song of the show, found "{song}"; there is: {there}')
    return night.of(night.songs[place])


def _are_dates(*values: object) -> bool:
    return all(value is None or isinstance(value, datetime) for value in values)


def _bound(value: "int | time | datetime | None", night: Night) -> Bound | None:
    """Where a part begins or ends. A time without a date is the first such time after the show began."""
    match value:
        case None:
            return None
        case int():
            return Bound(value)
        case datetime():
            return Bound(wall=value.timestamp())
    began = datetime.fromtimestamp(night.started)
    at = datetime.combine(date(began.year, began.month, began.day), value).timestamp()
    return Bound(wall=at if at >= night.started - 3600 else at + 86400)

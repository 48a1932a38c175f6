"""`stagelyric journal`: past shows."""

from datetime import datetime
from pathlib import Path

import click

from stagelyric.commands.common import json_option, plain_faults, print_json
from stagelyric.gear.journal import journal as memory
from stagelyric.types import paths

file_option = click.option(
    "--journal",
    "file",
    type=click.Path(path_type=Path),
    help="The journal file (default: the one that `play` writes).",
)


@click.group()
def journal() -> None:
    """List, show and export past shows. ID may be the beginning of an id, or "last"."""


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
        started = datetime.fromtimestamp(show["started"]).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{show['id']}  {started}  {show['cues']:5} lines  {show['title']}")


@journal.command()
@click.argument("id", default="last")
@file_option
@json_option
def show(id: str, file: Path | None, as_json: bool) -> None:
    """What happened in a show, in order."""
    with plain_faults():
        rows = memory.records(file or paths.journal(), id)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        at = datetime.fromtimestamp(row["wall"]).strftime("%H:%M:%S.%f")[:-3]
        what = row["text"] or row["detail"] or ""
        number = row["number"] if row["kind"] == "cue" else ""
        place = f" · {row['song']}, {row['section']}" if row["song"] else ""
        origin = f" [{row['origin']}]" if row["origin"] not in (None, "model") else ""
        click.echo(f"{at}  {row['kind']:6} {number:>4}  {what}{origin}{click.style(place, dim=True)}")


@journal.command()
@click.argument("id", default="last")
@click.option("--as", "form", type=click.Choice(["text", "csv"]), default="text", show_default=True)
@file_option
def export(id: str, form: str, file: Path | None) -> None:
    """A show as text (the lines as they went up) or CSV (every record)."""
    with plain_faults():
        rows = memory.records(file or paths.journal(), id)
    click.echo(memory.as_text(rows) if form == "text" else memory.as_csv(rows), nl=False)

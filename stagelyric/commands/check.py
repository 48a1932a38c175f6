"""`stagelyric check`: every fault of a setlist or a rig, at once."""

import tomllib
from pathlib import Path

import click

from stagelyric.commands.common import Fault, json_option, print_json
from stagelyric.setlist import setlist
from stagelyric.setlist.faults import FileError
from stagelyric.setlist.rig import Rig, load_rig
from stagelyric.types import paths


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="SETLIST", required=False)
@click.option("--rig", "as_rig", is_flag=True, help="The file is a rig, not a setlist.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a setlist (with --rig: of a rig).")
@json_option
def check(file: Path | None, as_rig: bool, schema: bool, as_json: bool) -> None:
    """Validate a setlist or a rig; say every fault with its key, at once."""
    if schema:
        print_json({"setlist": setlist.Setlist.model_json_schema(), "rig": Rig.model_json_schema()})
        return
    if file is None:
        raise Fault("check: wanted a setlist or a rig, found no file")
    faults = _faults(file, as_rig or _is_rig(file))
    if as_json:
        print_json({"file": str(file), "ok": not faults, "faults": faults})
    if faults and not as_json:
        for fault in faults:
            click.echo(fault, err=True)
    if faults:
        raise SystemExit(2)
    if not as_json:
        click.echo(f"{file}: {_summary(file) if not (as_rig or _is_rig(file)) else 'a good rig'}")


def _faults(file: Path, rig: bool) -> list[str]:
    try:
        if rig:
            load_rig(file)
            return []
        model = setlist.load(file).model
    except FileError as error:
        return error.faults
    try:
        paths.find_model(model)
    except paths.ModelNotFoundError as error:
        return [f"{file}: {error}"]
    return []


def _is_rig(file: Path) -> bool:
    """A rig has tables of gear and no songs. A file that can't be read is told of as a setlist."""
    try:
        keys = tomllib.loads(file.read_text(encoding="utf-8")).keys()
    except (OSError, ValueError):
        return False
    return bool(keys & Rig.model_fields.keys()) and "songs" not in keys


def _summary(file: Path) -> str:
    found = setlist.load(file)
    sections = sum(len(song.sections) for song in found.songs)
    safety = sum(len(section.safety) for song in found.songs for section in song.sections)
    return (
        f'"{found.title}" is good: {_count(len(found.songs), "song")}, {_count(sections, "section")}, '
        f"{_count(safety, 'safety line')}, {_count(len(found.triggers), 'trigger')} for the whole set"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

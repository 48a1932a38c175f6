"""`stagelyric check`: every fault of a setlist or a rig, at once."""

import tomllib
from pathlib import Path

import click

from stagelyric.commands.common import Fault, classes_of_frames, frame_faults, json_option, print_json
from stagelyric.setlist import setlist
from stagelyric.setlist.faults import FileError
from stagelyric.setlist.rig import Rig, load_rig
from stagelyric.types import paths


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="SETLIST", required=False)
@click.option("--rig", "as_rig", is_flag=True, help="The file is a rig, not a setlist.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a setlist (with --rig: of a rig).")
@click.option("--sample", type=click.IntRange(0, 1000), default=0, metavar="N", help="Print so many forms of frames.")
@json_option
def check(file: Path | None, as_rig: bool, schema: bool, sample: int, as_json: bool) -> None:
    """Validate a setlist, a rig or a file of frames; say every fault with its place, at once.

    Frames (FILE.frames, see docs/lines.md) are read in all their forms. Warnings alone are no fault.
    """
    if schema:
        print_json({"setlist": setlist.Setlist.model_json_schema(), "rig": Rig.model_json_schema()})
        return
    if file is None:
        raise Fault("check: wanted a setlist, a rig or a file of frames, found no file")
    if file.suffix == ".frames":
        _check_frames(file, sample, as_json)
        return
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


def _check_frames(file: Path, sample: int, as_json: bool) -> None:
    import random

    from stagelyric.phrasebook import analysis, unfolding
    from stagelyric.phrasebook.grammar import FrameFileError

    known = classes_of_frames()
    try:
        found = analysis.read([file], known)
    except FrameFileError as error:
        raise Fault(str(error)) from None
    told = analysis.summary(found)
    if as_json:
        print_json({"file": str(file), "ok": not found.errors, **told})
    else:
        for finding in found.findings:
            click.echo(finding, err=finding.error)
        click.echo(
            f"{file}: {_count(told['frames'], 'frame')}, {told['slots_a_line']} slots a line, "
            f"{told['alternatives_a_slot']} alternatives a slot, {told['forms']['median']:,} forms in the middle one; "
            f"{_count(told['errors'], 'fault')}, {_count(told['warnings'], 'warning')}"
        )
        rng = random.Random()
        for frame in rng.choices(found.frames, k=sample) if found.frames else ():
            click.echo("\n" + "\n".join(unfolding.rhymed(frame, rng, known)))
    if found.errors:
        raise SystemExit(2)


def _faults(file: Path, rig: bool) -> list[str]:
    try:
        if rig:
            load_rig(file)
            return []
        written = setlist.load(file)
    except FileError as error:
        return error.faults
    told = frame_faults([file.parent / name for name in written.frames])
    try:
        paths.find_model(written.model)
    except paths.ModelNotFoundError as error:
        told.insert(0, f"{file}: {error}")
    return told


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

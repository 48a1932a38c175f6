"""`stagelyric check`: reports all errors of a setlist, a rig or lyrics files at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault, classes_of_frames, json_option, plain_faults, print_json
from stagelyric.types.helping import helpers
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.program import typed
from stagelyric.types.texts import count

if TYPE_CHECKING:
    from stagelyric.setup.checking import Found
_LARGE = 100_000  # bytes of a setlist, some fifty songs


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE", required=False)
@click.option("--rig", "as_rig", is_flag=True, help="The file is a rig, not a setlist.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a setlist (with --rig: of a rig).")
@click.option(
    "--sample", type=click.IntRange(0, 1000), default=0, metavar="N", help="Print N random forms of the frames."
)
@json_option
def check(file: Path | None, as_rig: bool, schema: bool, sample: int, as_json: bool) -> None:
    """Validate a setlist, a rig, lyrics or a file of frames; report every fault with its place, at once.

    Frames (FILE.frames, see docs/lines.md) are expanded to all their forms, and so are beginnings (FILE.beginnings).
    Warnings alone are no fault.

    Lyrics are one file, or a folder of them. For each file of lyrics, also those that
    a setlist names, it reports how it was read: encoding, format, songs, lines, and how many of its words are real.
    """
    if schema:
        from stagelyric.setlist import rig, setlist

        print_json({"setlist": setlist.Setlist.model_json_schema(), "rig": rig.Rig.model_json_schema()})
        return
    if file is None:
        raise Fault("check: wanted a setlist, a rig, lyrics or a file of frames, found no file")
    if file.suffix == ".bake":
        _check_baked(file, as_json)
        return
    if file.suffix in (".frames", ".beginnings"):
        _check_frames(file, sample, as_json)
        return
    found = _look_through(file) if _is_lyrics(file) else _look_at(file, as_rig)
    _say(file, found, as_json)
    if found.faults:
        raise SystemExit(2)


def _check_baked(file: Path, as_json: bool) -> None:
    """Checks a baked show's whole file, and reports what it contains."""
    from stagelyric.baked import file as files

    with plain_faults():
        opened = files.read(file)
    bake, (struck, changed) = opened.bake, opened.bake.touched
    lines = sum(len(part.played) for part in bake.parts)
    missing = [text for text in bake.texts() if not opened.sounds.has(text)] if bake.spoken is not None else []
    if as_json:
        print_json({
            "file": str(file), "ok": True, "title": bake.setlist.title, "sections": len(bake.parts), "lines": lines,
            "struck": struck, "changed": changed, "sounds": len(opened.sounds), "seed": bake.seed, "whole": bake.whole,
        })  # fmt: skip
        return
    click.echo(
        f'{file}: "{bake.setlist.title}" is whole: {count(len(bake.parts), "section")}, {count(lines, "line")} '
        f"({struck} struck, {changed} changed), {count(len(opened.sounds), 'sound')}, seed {bake.seed}"
    )
    if not bake.whole:
        click.echo(f"warning: {file}: not every section has its {bake.asked} lines; bake it with --resume", err=True)
    if missing:
        click.echo(f"warning: {file}: {count(len(missing), 'line')} without a sound", err=True)


def _check_frames(file: Path, sample: int, as_json: bool) -> None:
    import random

    from stagelyric.phrasebook import analysis, grammar, proposals, unfolding
    from stagelyric.phrasebook.grammar import FrameFileError

    known = classes_of_frames()
    try:
        found = analysis.read([file], known)
    except FrameFileError as error:
        raise Fault(str(error)) from None
    told = analysis.summary(found) | {"waiting": proposals.waiting(grammar.read(file))}
    if as_json:
        print_json({"file": str(file), "ok": not found.errors, **told})
    else:
        for finding in found.findings:
            click.echo(finding, err=finding.error)
        begun = file.suffix == grammar.BEGINNINGS
        what = count(told["begun"], "beginning") if begun else (
            f"{count(told['frames'], 'frame')}, {told['slots_a_line']} slots a line, "
            f"{told['alternatives_a_slot']} alternatives a slot, {told['forms']['median']:,} forms in the middle one"
        )  # fmt: skip
        click.echo(f"{file}: {what}; {count(told['errors'], 'fault')}, {count(told['warnings'], 'warning')}")
        if told["waiting"] and not begun:
            click.echo(
                f"{count(told['waiting'], 'alternative')} not sung yet: proposed, and neither kept nor struck "
                f"({typed('frames', file, '--page')})"
            )
        rng = random.Random()
        frames = found.begun if begun else found.frames
        for frame in rng.choices(frames, k=sample) if frames else ():
            click.echo("\n" + "\n".join(unfolding.rhymed(frame, rng, known)))
    if found.errors:
        raise SystemExit(2)


def _say(file: Path, found: Found, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "ok": not found.faults} | {
            "faults": found.faults, "warnings": found.warnings, "lyrics": found.lyrics, "editor": found.editor
        })  # fmt: skip
        return
    # Each together: a set of 1,000 songs has as many lines to print.
    if wrong := [*found.faults, *(f"warning: {warning}" for warning in found.warnings)]:
        click.echo("\n".join(wrong), err=True)
    if found.told:
        click.echo("\n".join(found.told))


def _is_lyrics(path: Path) -> bool:
    from stagelyric.words.formats import ENDINGS

    return path.is_dir() or path.name.lower().endswith(ENDINGS)


def _look_through(path: Path) -> Found:
    """Checks lyrics: one file, or all of a folder and its subfolders."""
    from stagelyric.setup.checking import Found, one
    from stagelyric.words.formats import ENDINGS

    found, lyrics = Found(), [path]
    if path.is_dir():
        lyrics = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(ENDINGS))
        if not lyrics:
            found.faults.append(f"{path}: wanted a folder with lyrics ({', '.join(ENDINGS[:8])} …), found none in it")
    for file in lyrics:
        one(file, str(file), found, needed=False)
    if len(lyrics) > 1:
        lines = sum(lyric["lines"] for lyric in found.lyrics)
        found.told.append(f"{path}: {count(len(lyrics), 'file')}, {count(lines, 'line')}")
    return found


def _look_at(file: Path, as_rig: bool) -> Found:
    """Checks a setlist or a rig."""
    # What this takes is imported after a helper was started, which imports its own meanwhile.
    with helpers(not as_rig and _is_large(file), "stagelyric.setup.models", "stagelyric.writing.writer") as among:
        from stagelyric.setlist import rig
        from stagelyric.setlist.faults import FileError
        from stagelyric.setup import checking

        found = checking.Found()
        data = _read(file)  # read only once, since for a long setlist that takes longer than everything else
        if not as_rig and (data is None or not _is_rig(data)):
            checking.look_at(file, found, data, among)
            return found
    try:
        rig.load_rig(file) if data is None else rig.checked(data, file)
        found.told.append(f"{file}: a good rig")
    except FileError as error:
        found.faults += error.faults
    return found


def _is_large(file: Path) -> bool:
    """Whether so much is to be read that it pays to have a helper open the model meanwhile."""
    try:
        return file.stat().st_size > _LARGE
    except OSError:
        return False


def _read(file: Path) -> JsonObject | None:
    """The data of a file; None if it can't be read, which is reported later when the file is loaded."""
    from stagelyric.setlist import faults

    try:
        return faults.parsed(faults.read_toml(file), file)
    except (OSError, faults.FileError):
        return None


def _is_rig(data: JsonMapping) -> bool:
    """Whether the data is a rig: it has tables of gear and no songs."""
    from stagelyric.setlist.rig import Rig

    return bool(data.keys() & Rig.model_fields.keys()) and "songs" not in data

"""`stagelyric check`: every fault of a setlist, a rig or files of lyrics, at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from stagelyric.commands.common import (
    Fault,
    classes_of_frames,
    frame_faults,
    json_option,
    plain_faults,
    print_json,
    server_named,
)
from stagelyric.editor import fetch
from stagelyric.setlist import faults as files
from stagelyric.setlist import rig, setlist
from stagelyric.setlist.faults import FileError
from stagelyric.setlist.rig import Rig, load_rig
from stagelyric.show.ladder import bare, told
from stagelyric.types import paths
from stagelyric.words import look
from stagelyric.words.formats import ENDINGS, LyricsError

_WITHOUT = "lines are chosen without one; a second machine that has it writes others (stagelyric models fetch smollm2)"


@dataclass(slots=True)
class _Found:
    """What is wrong (`faults`), what looks wrong (`warnings`), what is in the files of lyrics (`lyrics`), and, of a
    setlist, the `editor` that chooses by ear on this machine."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lyrics: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    editor: str | None = None


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE", required=False)
@click.option("--rig", "as_rig", is_flag=True, help="The file is a rig, not a setlist.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a setlist (with --rig: of a rig).")
@click.option("--sample", type=click.IntRange(0, 1000), default=0, metavar="N", help="Print so many forms of frames.")
@json_option
def check(file: Path | None, as_rig: bool, schema: bool, sample: int, as_json: bool) -> None:
    """Validate a setlist, a rig, lyrics or a file of frames; say every fault with its place, at once.

    Frames (FILE.frames, see docs/lines.md) are read in all their forms. Warnings alone are no fault.

    Lyrics are one file, or a folder of them. Of each file of lyrics, those that a
    setlist names too, it says how it was read: encoding, format, songs, lines, and how many of its words are real.
    """
    if schema:
        print_json({"setlist": setlist.Setlist.model_json_schema(), "rig": Rig.model_json_schema()})
        return
    if file is None:
        raise Fault("check: wanted a setlist, a rig, lyrics or a file of frames, found no file")
    if file.suffix == ".bake":
        _check_baked(file, as_json)
        return
    if file.suffix == ".frames":
        _check_frames(file, sample, as_json)
        return
    found = _Found()
    if file.is_dir() or file.name.lower().endswith(ENDINGS):
        _look_through(file, found)
    else:
        _look_at(file, as_rig, found)
    _say(file, found, as_json)
    if found.faults:
        raise SystemExit(2)


def _check_baked(file: Path, as_json: bool) -> None:
    """A baked show: every byte of it, and what it holds."""
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
        f'{file}: "{bake.setlist.title}" is whole: {_count(len(bake.parts), "section")}, {_count(lines, "line")} '
        f"({struck} struck, {changed} changed), {_count(len(opened.sounds), 'sound')}, seed {bake.seed}"
    )
    if not bake.whole:
        click.echo(f"warning: {file}: not every section has its {bake.asked} lines; bake it with --resume", err=True)
    if missing:
        click.echo(f"warning: {file}: {_count(len(missing), 'line')} without a sound", err=True)


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
        click.echo(
            f"{file}: {_count(told['frames'], 'frame')}, {told['slots_a_line']} slots a line, "
            f"{told['alternatives_a_slot']} alternatives a slot, {told['forms']['median']:,} forms in the middle one; "
            f"{_count(told['errors'], 'fault')}, {_count(told['warnings'], 'warning')}"
        )
        if told["waiting"]:
            click.echo(
                f"{_count(told['waiting'], 'alternative')} not sung yet: proposed, and neither kept nor struck "
                f"(stagelyric frames {file} --page)"
            )
        rng = random.Random()
        for frame in rng.choices(found.frames, k=sample) if found.frames else ():
            click.echo("\n" + "\n".join(unfolding.rhymed(frame, rng, known)))
    if found.errors:
        raise SystemExit(2)


def _say(file: Path, found: _Found, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(file), "ok": not found.faults} | {
            "faults": found.faults, "warnings": found.warnings, "lyrics": found.lyrics, "editor": found.editor
        })  # fmt: skip
        return
    for fault in found.faults:
        click.echo(fault, err=True)
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    for line in found.told:
        click.echo(line)


def _look_through(path: Path, found: _Found) -> None:
    """Lyrics: one file, or every one in a folder and below it."""
    lyrics = [path]
    if path.is_dir():
        lyrics = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(ENDINGS))
        if not lyrics:
            found.faults.append(f"{path}: wanted a folder with lyrics ({', '.join(ENDINGS[:8])} …), found none in it")
    for file in lyrics:
        _one(file, str(file), found, needed=False)
    if len(lyrics) > 1:
        lines = sum(one["lines"] for one in found.lyrics)
        found.told.append(f"{path}: {_count(len(lyrics), 'file')}, {_count(lines, 'line')}")


def _one(file: Path, place: str, found: _Found, *, needed: bool) -> None:
    """One file of lyrics; `needed`: it is a fault where there is not a line in it."""
    try:
        seen = look.look(file)
    except LyricsError as error:
        found.faults.append(f"{place}: {str(error).removeprefix(f'{file}: ')}")
        return
    found.lyrics.append(asdict(seen))
    found.told.append(f"{place}: {seen.found}")
    worst = found.faults if needed and not seen.words else found.warnings
    for number, warning in enumerate(seen.warnings):
        (worst if number == 0 else found.warnings).append(f"{place}: {warning}")


def _look_at(file: Path, as_rig: bool, found: _Found) -> None:
    data = _read(file)  # once: of a long setlist that takes longer than all that follows
    try:
        if as_rig or (data is not None and _is_rig(data)):
            load_rig(file) if data is None else rig.checked(data, file)
            found.told.append(f"{file}: a good rig")
            return
        written = setlist.load(file) if data is None else setlist.checked(data, file)
    except FileError as error:
        found.faults += error.faults
        return
    frames = [file.parent / name for name in written.frames]
    wrong = frame_faults(frames)
    try:
        damage = _damage(paths.find_model(written.model), [] if wrong else frames)
        found.faults += [f"{file}: model: {fault}" for fault in damage]
        asked = server_named(written.model, hosts=None)  # which hosts may be asked is the rig's
    except (paths.ModelNotFoundError, Fault) as error:
        found.faults.append(f"{file}: {error.message if isinstance(error, Fault) else error}")
    else:
        found.told += [f"{file}: lines are also drafted by {asked.url}: no two nights are alike"] if asked else []
    found.faults += wrong
    for place, name, needed in _lyrics_of(written):
        _one(file.parent / name, f"{file}: {place} {name}", found, needed=needed)
    if nothing := told(bare(written)):
        found.warnings.append(f"{file}: {nothing}")
    if not found.faults:
        found.told.insert(0, f"{file}: {_summary(written)}")
    found.editor = fetch.stamp() or None
    found.told.append(f"chosen by ear: {found.editor}" if found.editor else f"no editor here: {_WITHOUT}")


def _damage(model: Path, frames: Sequence[Path]) -> Iterator[str]:
    """What of a model is not as it was made: each of its files is read and compared with its hash. One that is whole is
    opened as `play` opens it, with the band's own frames."""
    from stagelyric.lm import checkpoint

    try:
        meta = checkpoint.read_meta(model)
    except checkpoint.ModelError as error:
        yield str(error)
        return
    is_whole = True
    for name in meta.files:
        try:
            checkpoint.read_file(model, name, meta)
        except checkpoint.ModelError as error:
            is_whole = False
            yield str(error)
    if is_whole:
        from stagelyric.writing.writer import Writer

        try:
            Writer.open(model, frames=frames)
        except Exception as error:  # whatever keeps it from writing on stage is a fault of it
            yield f"nothing can be written with it ({error})"


def _lyrics_of(written: setlist.Setlist) -> Iterator[tuple[str, str, bool]]:
    """(where, the file's name, whether it must hold words) of each file of lyrics that a setlist names."""
    for name in written.never_quote:
        yield "never_quote", name, True
    for number, song in enumerate(written.songs, 1):
        if song.lyrics:
            yield f'songs[{number}] "{song.title}", lyrics', song.lyrics, False


def _read(file: Path) -> dict[str, Any] | None:
    """The table in a file; None where it can't be read, of which whoever loads it tells."""
    try:
        return files.parsed(files.read_toml(file), file)
    except (OSError, FileError):
        return None


def _is_rig(data: Mapping[str, Any]) -> bool:
    """A rig has tables of gear and no songs."""
    return bool(data.keys() & Rig.model_fields.keys()) and "songs" not in data


def _summary(found: setlist.Setlist) -> str:
    sections = sum(len(song.sections) for song in found.songs)
    safety = sum(len(section.safety) for song in found.songs for section in song.sections)
    return (
        f'"{found.title}" is good: {_count(len(found.songs), "song")}, {_count(sections, "section")}, '
        f"{_count(safety, 'safety line')}, {_count(len(found.triggers), 'trigger')} for the whole set"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

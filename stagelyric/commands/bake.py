"""`stagelyric bake`: writes a whole show in advance into one file, which needs nothing else to be played."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from stagelyric.commands.bake_saving import write_proof
from stagelyric.commands.common import (
    Failure,
    Fault,
    frame_faults,
    json_option,
    plain_faults,
    print_json,
    seed_type,
    server_named,
    writable,
)
from stagelyric.types.program import typed
from stagelyric.types.texts import count

_PATIENCE = 60.0  # seconds that a line may wait for a language model server, if one is used: nobody is on stage

if TYPE_CHECKING:
    from stagelyric.baked.bake import Bake, Spoken
    from stagelyric.baked.file import Opened
    from stagelyric.setlist.rig import Rig
    from stagelyric.stage.baking import Oven, Recipe

TOLD_EVERY = 10.0  # seconds between two lines of progress if there is no terminal
SAVED_EVERY = 10.0  # seconds between two saves of what was written so far


class Progressing(Protocol):
    """Work in progress: how much of it is done."""

    @property
    def done(self) -> int: ...


class Baking(click.Command):
    """`bake SETLIST`, and `bake edit FILE`, which is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:  # `Any`: as click declares it
        if args[:1] == ["edit"]:
            from stagelyric.commands.bake_edit import edit

            found: click.Context = edit.make_context(f"{info_name} edit", args[1:], parent, **extra)
            return found
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=Baking)
@click.argument("setlist", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="The baked show (NAME.bake).")
@click.option("--lines", type=click.IntRange(1, 4096), default=64, show_default=True, help="Lines for each section.")
@click.option(
    "--word",
    "words",
    multiple=True,
    metavar="WORD",
    help="Bake a line with this word for each section; may be given several times.",
)
@click.option("--no-words", is_flag=True, help="Bake lines for no words but the songs' own and those of --word.")
@click.option("--seed", type=seed_type, help="A seed, in place of the setlist's.")
@click.option("--model", help="A model by name or folder (default: the setlist's).")
@click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The rig whose voice speaks the lines.")
@click.option("--no-speech", is_flag=True, help="Bake no sound.")
@click.option(
    "--journal",
    "journal_file",
    type=click.Path(path_type=Path),
    help="The journal, which has what was kept and vetoed.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="How many writers work side by side (default: one a core).")
@click.option("--resume", is_flag=True, help="Go on with a bake that was stopped, or that is to have more lines.")
@click.option("--anew", is_flag=True, help="Bake over a file in which lines were struck or changed.")
@click.option(
    "--proof",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write every line, numbered, to a page for reading (HTML).",
)
@json_option
def bake(
    setlist: Path,
    out: Path | None,
    lines: int,
    words: tuple[str, ...],
    no_words: bool,
    seed: int | None,
    model: str | None,
    rig_file: Path | None,
    no_speech: bool,
    journal_file: Path | None,
    jobs: int | None,
    resume: bool,
    anew: bool,
    proof: Path | None,
    as_json: bool,
) -> None:
    """Write a whole show ahead, lines and their sound, into one file.

    \b
    stagelyric bake set.toml -o friday.bake --proof friday.html
    stagelyric bake edit friday.bake --strike 12 --change 31 "Hold the light"
    stagelyric play --show friday.bake

    Ctrl-C keeps what is done, and --resume goes on. Given a baked show instead
    of a setlist, --proof writes its proof.
    """
    from stagelyric.baked import file as files

    if setlist.suffix == files.ENDING and out is None:
        _only_proof(setlist, proof)
        return
    if out is None:
        raise click.UsageError("wanted a file for the show with -o, found none")
    part = out.with_name(out.name + ".part")
    for file in (part, out, *([] if proof is None else [proof])):
        writable(file)
    begun = _begun(out, resume, anew)
    from stagelyric.baked.bake import Spoken
    from stagelyric.baked.words import USUAL

    usual = () if no_words else USUAL
    rig = _rig(rig_file)
    spoken = None if no_speech else Spoken(rig.speech.voice, rig.speech.rate)
    recipe = _recipe(setlist, model, journal_file, seed, lines, (*usual, *words), spoken, rig, begun)
    started = time.monotonic()
    made = _lines(recipe, begun, part, jobs or _cores())
    sounds, made = _sounds(made, begun, part, jobs or _cores())
    try:
        files.write(out, made, sounds)
        part.unlink(missing_ok=True)
    except OSError as error:
        left = f"; what was saved last is in {part}, and --resume goes on" if part.exists() else ""
        raise Failure(f"{out}: could not be written: {error.strerror or error}{left}") from None
    if proof is not None:
        write_proof(out, made, proof)
    _say(out, made, len(sounds), time.monotonic() - started, as_json, proof)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begun(out: Path, resume: bool, anew: bool) -> Opened | None:
    """The bake to continue. Refuses a file with the band's own changes unless asked to overwrite it."""
    from stagelyric.baked import file as files

    part = out.with_name(out.name + ".part")
    if resume:
        found = next((file for file in (part, out) if file.exists()), None)
        if found is None:
            raise Fault(f"{out}: wanted a bake to go on with, found no file")
        with plain_faults():
            return files.read(found)
    if not anew and out.exists():
        try:
            struck, changed = files.read(out).bake.touched
        except files.BakeError:
            return None
        if struck or changed:
            raise Fault(
                f"{out}: has {struck} lines struck and {changed} changed by hand, which would be lost; "
                "--resume keeps them, --anew bakes over them"
            )
    return None


def _rig(file: Path | None) -> Rig:
    from stagelyric.setlist.rig import Rig, load_rig

    with plain_faults():
        return load_rig(file) if file else Rig()


def _recipe(
    setlist: Path, model: str | None, journal_file: Path | None, seed: int | None, lines: int, words: tuple[str, ...],
    spoken: Spoken | None, rig: Rig, begun: Opened | None,
) -> Recipe:  # fmt: skip
    import secrets

    from stagelyric.setlist import faults
    from stagelyric.setlist.setlist import load
    from stagelyric.stage.baking import Recipe
    from stagelyric.types import paths

    with plain_faults():
        written = load(setlist)
        folder = paths.find_model(model or written.model)
        asked = server_named(model or written.model, rig.writer.hosts, _PATIENCE)
        text = faults.read_toml(setlist)
    if told := frame_faults([setlist.parent / name for name in written.frames]):
        raise Fault("\n".join(told))
    if seed is None:
        seed = written.seed if written.seed is not None else begun.bake.seed if begun else secrets.randbelow(1 << 31)
    return Recipe(setlist, text, written, folder, journal_file or paths.journal(), seed, lines, words, spoken, asked)


def _lines(recipe: Recipe, begun: Opened | None, part: Path, jobs: int) -> Bake:
    """Writes all lines. If it is stopped, the lines so far are in the file `part`."""
    from stagelyric.baked import file as files
    from stagelyric.baked.bake import numbered
    from stagelyric.stage import baking

    with plain_faults():
        made, asks = recipe.begin()
        vetoed = recipe.vetoed()
    if begun is not None:
        try:
            made = baking.going_on(begun.bake, made)
        except baking.BakingError as error:
            raise Fault(f"{begun.path}: {error}") from None
    oven = baking.Oven(list(made.parts), asks, made.asked, made.words)

    def so_far() -> Bake:
        return replace(made, parts=tuple(oven.parts))

    with _kept(oven, lambda: files.write(part, so_far(), _from(begun)), part), _bar("lines", oven, oven.total) as tell:
        oven.tell = tell
        _run(lambda: oven.bake(recipe.generator, jobs))
    return baking.judged_by_the_band(replace(made, parts=numbered(oven.parts)), vetoed)


def _from(begun: Opened | None) -> dict[str, Callable[[], bytes]]:
    """The sounds that a bake to be continued has already."""
    if begun is None:
        return {}
    sounds = begun.sounds

    def reader(text: str) -> Callable[[], bytes]:
        return lambda: sounds.read(text)

    return {text: reader(text) for text in begun.bake.texts() if sounds.has(text)}


@contextmanager
def _kept(oven: Oven, save: Callable[[], None], part: Path) -> Iterator[None]:
    """Saves the work at intervals, and when it is stopped. Where that fails meanwhile, the work goes on."""
    from stagelyric.stage.baking import BakingError

    last, wrong = time.monotonic(), ""

    def saved() -> str:
        """What is wrong if it could not be saved; else empty."""
        try:
            save()
        except OSError as error:
            return f"{part}: could not be written: {error.strerror or error}"
        return ""

    def now_and_then() -> None:
        nonlocal last, wrong
        if time.monotonic() - last > SAVED_EVERY:
            before, wrong = wrong, saved()
            if wrong and not before:
                click.echo(f"bake: {wrong}; it goes on, and is tried again", err=True)
            last = time.monotonic()

    oven.each = now_and_then
    try:
        yield
    except (KeyboardInterrupt, BakingError) as stop:
        kept = saved() or f"{oven.done} of {oven.total} lines are kept in {part}; --resume goes on"
        if isinstance(stop, BakingError):
            raise Failure(f"{stop}; {kept}") from None
        click.echo(f"stopped: {kept}", err=True)
        raise
    except OSError as error:
        raise Failure(f"{part}: could not be written: {error.strerror}") from None


def _sounds(
    made: Bake, begun: Opened | None, part: Path, jobs: int
) -> tuple[dict[str, Callable[[], bytes]], Bake]:  # fmt: skip
    """The functions that return each text's sound, and the bake. Without a voice there are no sounds, and a message
    says so."""
    from stagelyric.baked import file as files
    from stagelyric.stage import baking
    from stagelyric.types import paths

    if made.spoken is None:
        return {}, made
    there = _from(begun) if begun is not None and begun.bake.spoken == made.spoken else {}
    choir = baking.Choir(made.spoken, paths.speech())
    texts = [text for text in made.texts() if text not in there]
    try:
        with _bar("sounds", choir, len(texts)) as tell:
            choir.tell = tell
            _run(lambda: choir.speak(texts, jobs))
    except KeyboardInterrupt:
        files.write(part, made, there)
        click.echo(f"stopped: every line is kept in {part}, and {len(choir.sounds)} sounds; --resume goes on", err=True)
        raise
    except baking.BakingError as error:
        click.echo(f"bake: {error}; the show is baked without sound", err=True)
        return {}, replace(made, spoken=None)
    finally:
        choir.close()
    for text, why in list(choir.unspeakable.items())[:3]:
        click.echo(f'bake: "{text}" can\'t be spoken ({why})', err=True)
    return there | {text: path.read_bytes for text, path in choir.sounds.items()}, made


def _run(work: Callable[[], Awaitable[object]]) -> None:
    import asyncio

    async def whole() -> None:
        await work()

    asyncio.run(whole())


@contextmanager
def _bar(what: str, made: Progressing, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar with the remaining time on a terminal, a line now and then elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines(what, made, total)
        return
    left = TimeRemainingColumn(compact=True, elapsed_when_finished=True)
    columns = (TextColumn("{task.description:6}"), BarColumn(), MofNCompleteColumn(), left, TextColumn("left"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total, completed=made.done)
        yield lambda: bar.update(task, completed=made.done)


def _plain_lines(what: str, made: Progressing, total: int) -> Callable[[], None]:
    began, first, told = time.monotonic(), made.done, float("-inf")

    def tell() -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < TOLD_EVERY:
            return
        told = now
        left = (now - began) / max(made.done - first, 1) * (total - made.done)
        click.echo(f"{what}: {made.done} of {total}, {left:.0f} s left", err=True)

    return tell


def _only_proof(file: Path, proof: Path | None) -> None:
    from stagelyric.baked import file as files

    if proof is None:
        raise click.UsageError(f"{file} is baked: wanted --proof FILE, or `bake edit {file}`, found neither")
    with plain_faults():
        opened = files.read(file)
    write_proof(file, opened.bake, proof)
    click.echo(f"{proof}: {sum(1 for _ in opened.bake.lines)} lines to read")


def _say(out: Path, made: Bake, sounds: int, seconds: float, as_json: bool, proof: Path | None) -> None:
    lines, words = sum(len(part.played) for part in made.parts), sum(len(part.words) for part in made.parts)
    told = {
        "file": str(out), "songs": len(made.setlist.songs), "sections": len(made.parts), "lines": lines,
        "struck": made.touched[0], "words": words, "sounds": sounds, "seed": made.seed, "model": made.model,
        "bytes": out.stat().st_size, "seconds": round(seconds, 1),
    }  # fmt: skip
    if as_json:
        print_json(told)
        return
    struck = f" ({made.touched[0]} vetoed or struck)" if made.touched[0] else ""
    click.echo(
        f"{out}: {count(len(made.parts), 'section')}, {lines:,} lines{struck}, {words:,} more for words, "
        f"{sounds:,} sounds, {out.stat().st_size / 1e6:.1f} MB, seed {made.seed}, {seconds:.0f} s"
    )
    click.echo(f"  play it    {typed('play --show', out)}")
    if proof is None:
        click.echo(f"  read it    {typed('bake', out, '--proof', out.with_suffix('.html'))}")
    else:
        click.echo(f"  change it  {proof} has the lines by number: {typed('bake edit', out, '--strike', 12)}")

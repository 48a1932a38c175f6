"""`stagelyric play`: runs a show."""

import contextlib
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from stagelyric.commands.common import Failure, Fault, frame_faults, plain_faults, seed_type, server_named
from stagelyric.commands.pages import open_in_browser
from stagelyric.types.program import typed

SAFE_PIN = 6
FIRST_LINE = 5.0  # seconds to wait for it, at most

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

    from stagelyric.baked.file import Opened
    from stagelyric.setlist.rig import Rig
    from stagelyric.setlist.setlist import Setlist
    from stagelyric.stage.assemble import Assembly
    from stagelyric.types.server import Server


@click.command()
@click.argument("setlist", type=click.Path(path_type=Path), required=False)
@click.option("--show", "show_file", type=click.Path(path_type=Path), help="A baked show, in place of a setlist.")
@click.option("--rig", "rig_file", type=click.Path(path_type=Path), help="The gear that is there tonight (TOML).")
@click.option("--host", help="The page's address (default 127.0.0.1; 0.0.0.0 lets tablets in).")
@click.option("--port", type=click.IntRange(0, 65535), help="The page's port (default 7740).")
@click.option("--pin", help="The PIN with which other machines may change the show (default: the rig's).")
@click.option("--https", is_flag=True, help="Also by https, on the next port: tablets stay awake and keep the page.")
@click.option(
    "--qr/--no-qr", default=None, help="Print a QR code for tablets (default: in a terminal, if they can join)."
)
@click.option("--osc-port", type=click.IntRange(0, 65535), help="OSC's UDP port (default 7744).")
@click.option("--midi", "midi", multiple=True, metavar="NAME", help="A MIDI input, by part of its name; none: no MIDI.")
@click.option("--no-speech", is_flag=True, help="Begin with speech off.")
@click.option("--model", help="A model by name or folder (default: the setlist's).")
@click.option(
    "--seed",
    type=seed_type,
    help="Same seed, same presses: same lines (default: the setlist's).",
)
@click.option(
    "--journal", "journal_file", type=click.Path(path_type=Path), help="The file in which the show is written down."
)
@click.option(
    "--lines-ahead",
    type=click.IntRange(1),
    default=192,
    show_default=True,
    help="How many lines are kept ready for each section.",
)
@click.option("--fresh", is_flag=True, help="Begin anew (default: a show of the last hours goes on where it was).")
@click.option("--resume", is_flag=True, help="Go on where the last show was, however long ago.")
@click.option("--wait-ready", is_flag=True, help="Say that the show is up only when every section has lines.")
@click.option("--rehearse", is_flag=True, help="Open the rehearsal page: keep, change, ask for more, grow a draft.")
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@click.option("--bring-editor", is_flag=True, hidden=True, help="Fetch the editor meanwhile, as `make play` does.")
def play(
    setlist: Path | None,
    show_file: Path | None,
    rig_file: Path | None,
    host: str | None,
    port: int | None,
    pin: str | None,
    https: bool,
    qr: bool | None,
    osc_port: int | None,
    midi: tuple[str, ...],
    no_speech: bool,
    model: str | None,
    seed: int | None,
    journal_file: Path | None,
    lines_ahead: int,
    fresh: bool,
    resume: bool,
    wait_ready: bool,
    rehearse: bool,
    no_open: bool,
    bring_editor: bool,
) -> None:
    """Run a show: listen to OSC, MIDI and keys, put lines on the page, write the journal."""
    if fresh and resume:
        raise click.UsageError("wanted --fresh or --resume, found both")
    from stagelyric.setlist.rig import Rig, load_rig
    from stagelyric.types.unread import unblocked

    click.get_current_context().with_resource(unblocked())
    _log()
    with plain_faults():
        rig = load_rig(rig_file) if rig_file else Rig()
        what = _what(show_file, setlist, model, seed, rig)
    rig = _changed(rig, {"host": host, "port": port, "pin": pin, "https": https or None}, osc_port)
    from stagelyric.stage.assemble import assemble

    with plain_faults():
        assembly = assemble(
            what.setlist,
            rig,
            folder=what.file.parent,
            file=what.file if what.baked is None else None,
            model=what.model,
            seed=what.seed,
            journal_path=journal_file,
            speech=not no_speech,
            lines_ahead=lines_ahead,
            fresh=fresh,
            resume=resume,
            server=what.server,
            midi=[name for name in midi if name != "none"] if midi else None,
            baked=what.baked,
        )
    opened = None if no_open else "/rehearse" if rehearse else "/together"
    try:
        greeted = _run(assembly, what.setlist.title, opened, qr, wait_ready, bring_editor)
    except OSError as error:
        raise Failure(str(error)) from None
    if greeted:
        _part(assembly, journal_file)


def _log() -> None:
    """Sets up logging. On a terminal the show itself prints what people should know; a log file gets the details
    too."""
    import logging
    import sys

    level = logging.ERROR if sys.stderr.isatty() else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")


class What(NamedTuple):
    """What is played: a setlist with its model and the server that drafts beside it, or a baked show."""

    setlist: "Setlist"
    file: Path
    seed: int | None
    model: Path | None = None
    server: "Server | None" = None
    baked: "Opened | None" = None


def _what(show_file: Path | None, setlist: Path | None, model: str | None, seed: int | None, rig: "Rig") -> What:
    """Determines what is played. Raises FileError and the like, UsageError, Fault."""
    if show_file is not None:
        baked = _baked(show_file, setlist, model, seed)
        return What(baked.bake.setlist, baked.path, baked.bake.seed, baked=baked)
    if setlist is None:
        raise click.UsageError("wanted a setlist, or a baked show with --show, found neither")
    from stagelyric.setlist.setlist import load
    from stagelyric.types import paths

    written = load(setlist)
    name = model or written.model
    folder, server = paths.find_model(name), server_named(name, rig.writer.hosts)
    _check_frames([setlist.parent / name for name in written.frames])
    return What(written, setlist, written.seed if seed is None else seed, folder, server)


def _baked(file: Path, setlist: Path | None, model: str | None, seed: int | None) -> "Opened":
    """Opens a baked show, after checking that no option contradicts it."""
    from stagelyric.baked import file as files
    from stagelyric.setlist import faults

    if model is not None:
        raise click.UsageError(f"{file}: a baked show has its lines; wanted no --model, found {model}")
    opened = files.read(file)
    if seed is not None and seed != opened.bake.seed:
        raise Fault(f"{file}: was baked with seed {opened.bake.seed}, wanted {seed}; bake it again with --seed {seed}")
    if setlist is not None and faults.read_toml(setlist) != opened.bake.written:
        raise Fault(f"{file}: was baked from another setlist than {setlist} is now; bake it again, or play it alone")
    return opened


def _check_frames(files: list[Path]) -> None:
    if faults := frame_faults(files):
        raise Fault("\n".join(faults))


def _changed(rig: "Rig", web: dict[str, object], osc_port: int | None) -> "Rig":
    """The rig with the command line's options applied."""
    from stagelyric.setlist.rig import address

    host, port = address(rig.osc.listen)
    told = {key: value for key, value in web.items() if value is not None}
    listen = f"{host}:{port if osc_port is None else osc_port}"
    changes = {"web": rig.web.model_copy(update=told), "osc": rig.osc.model_copy(update={"listen": listen})}
    return rig.model_copy(update=changes)


def _run(
    assembly: "Assembly", title: str, opened: str | None, qr: bool | None, wait_ready: bool, bring_editor: bool
) -> bool:
    """Runs the show to its end; returns whether it came up. Raises OSError if a port is in use."""
    import asyncio
    import sys

    from stagelyric.stage.stage import quick

    quick()
    if sys.platform == "win32":
        factory = asyncio.SelectorEventLoop  # the proactor loop's support for datagrams is too poor
    else:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(_show(assembly, title, opened, qr, wait_ready, bring_editor))


async def _show(
    assembly: "Assembly", title: str, opened: str | None, qr: bool | None, wait_ready: bool, bring_editor: bool
) -> bool:
    import asyncio
    import signal

    from stagelyric.stage.systemd import watched

    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            try:
                loop.add_signal_handler(getattr(signal, name), over.set)
            except NotImplementedError:  # Windows: Ctrl-C comes as KeyboardInterrupt
                break
    async with assembly.stage.running():
        if wait_ready:
            await _wait_for_lines(assembly, over)
            if over.is_set():
                return False
        _print(f"{click.style(title, bold=True)}  (seed {assembly.seed})")
        await _wait_for_first(assembly, over)
        _greet(assembly, qr)
        if opened is not None:
            open_in_browser(assembly.page.url + opened)
        async with watched(f"{title}: {assembly.page.url}"), _bringing(bring_editor):
            await over.wait()
    return True


def _print(text: str) -> None:
    """Prints while the show is up: output that can't be written (a full disk, a reader that is gone) must not end it.
    What is left in the buffer goes out with the next text for which there is room."""
    with contextlib.suppress(OSError):
        click.echo(text)


def _part(assembly: "Assembly", journal: Path | None) -> None:
    """Prints a summary of the night, and where it is stored. `journal`: the file or folder that was asked for."""
    cues, kept, vetoed = (assembly.tally(kind) for kind in ("cue", "keep", "veto"))
    lines = f"{cues} line{'' if cues == 1 else 's'}"
    read = typed("journal show last") if journal is None else typed("journal show last --journal", journal)
    _print(f"\n{lines} shown, {kept} kept, {vetoed} vetoed: {read}" if cues else "\nno line was shown")


@asynccontextmanager
async def _bringing(asked: bool) -> "AsyncIterator[None]":
    """While open, fetches the editor in a low-priority process that ends with the show."""
    import asyncio
    import sys

    from stagelyric.editor import bringing

    if not asked or not bringing.is_wanted():
        yield
        return
    quiet = asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", bringing.__name__, stdin=quiet, stdout=quiet, stderr=quiet
    )
    _print("  editor    being fetched meanwhile (98 MB): it chooses lines by ear from the next show on")
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def _wait_for_lines(assembly: "Assembly", over: "asyncio.Event") -> None:
    """Waits until every section has lines, or the show ends. The show is up meanwhile: a press shows what there is."""
    import asyncio
    import sys

    said = -1
    while not over.is_set():
        ready, every = assembly.stage.prepared
        if ready != said and (sys.stdout.isatty() or ready == every or said < 0):
            _print(f"  {ready} of {every} sections have lines")
            said = ready
        if ready == every:
            return
        await asyncio.sleep(0.1)


async def _wait_for_first(assembly: "Assembly", over: "asyncio.Event") -> None:
    """Waits a moment for the first line of the section on stage, so that the first press of someone who was just told
    where the page is doesn't meet an empty shelf. The show is up meanwhile: a press shows what there is."""
    import asyncio

    stage = assembly.stage
    if not stage.begun:
        _print("  the first lines are being written …")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FIRST_LINE):
            while not over.is_set():
                if stage.begun:
                    return
                await asyncio.sleep(0.02)


def _greet(assembly: "Assembly", qr: bool | None) -> None:
    import sys

    from stagelyric.web import joining

    host, port = assembly.osc.address
    if assembly.told:
        _print(f"  {assembly.told}")
    page = assembly.page.url
    _print(f"  see it    {page}/together   or one by one: {page}  /operator  /audience  /rehearse")
    near = joining.reachable(assembly.page.host)
    for number, name in enumerate(near):
        label = "tablets" if number == 0 else ""
        _print(f"  {label:8}  {assembly.page.join_url(name)}   desk: {assembly.page.join_url(name)}/operator")
    if assembly.page.secure_port and not near:
        _print(f"  https     https://127.0.0.1:{assembly.page.secure_port}")
    if assembly.pin is not None and len(assembly.pin) < SAFE_PIN:
        _print(f"  PIN       a short one can be guessed; give {SAFE_PIN} digits or more")
    _print(f"  press     space on the page, a pedal, or OSC: oscsend {host} {port} /stagelyric/line i 1")
    hints = [f"{page}/setup edits this set"] if assembly.page.setup is not None else []
    if not any(song.lyrics for song in assembly.stage.show.setlist.songs):  # those of the band's own songs have them
        hints.append(f"your own songs: {typed('new my-songs/ -o set.toml')}")
    if hints:
        _print(f"  yours     {'; '.join(hints)}")
    _print("  stop      Ctrl-C")
    if near and (sys.stdout.isatty() if qr is None else qr):
        _print(joining.qr_text(assembly.page.join_url(near[0])))

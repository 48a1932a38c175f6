"""The command line: each command is a module in `commands/`, imported when it is called."""

import contextlib
import errno
import gc
import importlib
import os
import sys

import click

from stagelyric import __version__
from stagelyric.types.streams import make_safe

# To find its plugins pydantic reads the metadata of every installed package: 10 ms of a start that should take 400.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# In `--help` a number is N, not INTEGER RANGE.
click.IntRange.name = click.FloatRange.name = "n"

# In the order in which a band first needs them.
COMMANDS = {
    "play": "run a show: listen, show, write the journal",
    "write": "print lines",
    "new": "draw up a setlist from your own songs",
    "check": "validate a setlist or a rig; every fault at once",
    "devices": "list MIDI ports, audio outputs, voices and models",
    "doctor": "look over the rig before the show",
    "monitor": "print every event as it arrives, and what it would do",
    "learn": "press a pedal, and its trigger is written into the setlist",
    "patches": "write the Max, Pure Data and touch-surface files, set to this rig's ports",
    "service": "start a show when the machine does",
    "frames": "open the band's own lyrics into frames, and go through them with a thumb",
    "train": "train a model on lyrics",
    "models": "list the models and compare them",
    "evaluate": "what a model is worth: bits per character, and its lines beside people's",
    "analyse": "what a set of lyrics is like, beside what people write",
    "learn-taste": "fit the choice of lines to what the band kept and vetoed",
    "bake": "write a whole show ahead, lines and speech, in one file that play --show needs nothing else for",
    "journal": "list, show, count, replay and export past shows",
    "soak": "hours of a show in minutes: presses, faults, displays that come and go; a table and a picture",
    "bench": "measure this machine: trigger to page, trigger to sound, lines a second",
}

# These commands hold a whole set in memory until they end, so Python's garbage collector would search in vain.
_LARGE = frozenset({"new", "check", "bake"})


class Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        if name != "play":
            gc.enable()
        if name in _LARGE:
            gc.set_threshold(50_000, 20, 50)
        module = name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"stagelyric.commands.{module}"), module)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from stagelyric.commands import usage  # imported only for an error, to keep the usual start short

            raise click.UsageError(usage.no_command(args[0], list(COMMANDS)), context)
        return super().resolve_command(context, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="stagelyric", message="stagelyric %(version)s")
def cli() -> None:
    """A press on stage becomes a lyric line: on a teleprompter, over OSC, in the journal.

    \b
    Start here:   stagelyric play setlists/demo.toml
    Then press:   oscsend 127.0.0.1 7744 /stagelyric/line i 1
    """


def main() -> None:
    """The console command. Expected errors become plain sentences; only a bug gives a traceback."""
    # Garbage collection during start-up would cost 50 ms and free little; the stage enables it when all is up.
    gc.disable()
    make_safe()
    try:
        cli(prog_name="stagelyric", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        from stagelyric.commands import usage

        asked_nothing = isinstance(error, click.exceptions.NoArgsIsHelpError)  # its message is the help text
        click.echo(("" if asked_nothing else "stagelyric: ") + usage.said(error), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # `stagelyric write | head`: the reader has closed the pipe, which is no error
        sys.exit(0)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF) or error.filename is not None:
            raise
        click.echo(f"stagelyric: what it prints could not be written: {error.strerror}", err=True)
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # otherwise Python would complain at exit
        sys.exit(1)

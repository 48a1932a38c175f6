"""Shared by the commands: how an error is reported, and with which exit status."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.types import server
from stagelyric.types.server import Server
from stagelyric.types.streams import is_unicode

if TYPE_CHECKING:
    from stagelyric.phrasebook.classes import Classes


class _Seed(click.IntRange):
    def _describe_range(self) -> str:
        return ""  # no range in `--help`: it is too large to matter to anybody


seed_type = _Seed(-(1 << 53), 1 << 53)
"""The range of a show's seed: numbers that every JSON parser reads exactly."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


_OF_A_PAGE = ("host", "port", "no_open")  # options that say where a command's page is, and whether it is opened


class Fault(click.ClickException):
    """A usage or file error: exit status 2."""

    exit_code = 2


class Failure(click.ClickException):
    """A failure at run time: exit status 1."""

    exit_code = 1


def frame_faults(files: Sequence[Path]) -> list[str]:
    """All mistakes in a band's own frame files, each with its place."""
    if not files:
        return []
    from stagelyric.phrasebook import grammar

    return grammar.faults_in(files)


def classes_of_frames() -> "Classes":
    """The open word classes of the frames that are shipped."""
    from stagelyric.phrasebook import classes
    from stagelyric.types import paths

    folder = paths.frames()
    if folder is None:
        raise Fault("frames: wanted models/songbook/frames/classes.words, found none")
    try:
        return classes.load(folder / "classes.words")
    except classes.ClassesError as error:
        raise Fault(str(error)) from None


@contextmanager
def plain_faults() -> Iterator[None]:
    """Turns file errors into their sentences on standard error, with exit status 2."""
    try:
        yield
    except Exception as error:
        if isinstance(error, _of_files()):
            raise Fault(str(error)) from None
        raise


def _of_files() -> tuple[type[Exception], ...]:
    """The errors that are about a file. Imported only when there is one: it takes a tenth of a second, after which a
    command's helpers would start."""
    from stagelyric.gates.quoting import QuotingError
    from stagelyric.gear.journal.database import JournalError
    from stagelyric.setlist.faults import FileError
    from stagelyric.types.paths import ModelNotFoundError

    return FileError, JournalError, ModelNotFoundError, QuotingError


def writable(file: Path) -> None:
    """Refuses a place where no file can be written, before there is something to be lost. Raises Fault."""
    there = os.path.lexists(file)
    try:
        with file.open("ab"):
            pass
        if not there:
            file.unlink()
    except OSError as error:
        raise Fault(f"{file}: could not be written: {error.strerror or error}") from None


def only_with_page(page: bool) -> None:
    """Refuses `--host`, `--port` and `--no-open` of the command that runs, if it opens no page. Raises UsageError."""
    context = click.get_current_context()
    for option in context.command.params:
        given = option.name and context.get_parameter_source(option.name) is click.core.ParameterSource.COMMANDLINE
        if not page and given and option.name in _OF_A_PAGE:
            raise click.UsageError(f"{option.opts[0]}: wanted --page with it, found none", context)


def server_named(model: str, hosts: Sequence[str] | None = (), patience: float = 0.0) -> Server | None:
    """The server that is named instead of a model, or None if it is a model. Raises Fault."""
    try:
        return server.parse(model, hosts, patience) if server.is_url(model) else None
    except ValueError as error:
        raise Fault(f"model: {error}") from None


def print_json(result: object) -> None:
    click.echo(json.dumps(result, ensure_ascii=not is_unicode(sys.stdout), indent=2))

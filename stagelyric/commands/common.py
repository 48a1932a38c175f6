"""What the commands share: how a fault is said and with which exit status."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from stagelyric.gates.quoting import QuotingError
from stagelyric.gear.journal.journal import JournalError
from stagelyric.setlist.faults import FileError
from stagelyric.types.paths import ModelNotFoundError

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


class Fault(click.ClickException):
    """A usage or file error: exit status 2."""

    exit_code = 2


class Failure(click.ClickException):
    """A failure at run time: exit status 1."""

    exit_code = 1


@contextmanager
def plain_faults() -> Iterator[None]:
    """File errors become their sentences on standard error, and exit status 2."""
    try:
        yield
    except (FileError, JournalError, ModelNotFoundError, QuotingError) as error:
        raise Fault(str(error)) from None


def print_json(result: Any) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))

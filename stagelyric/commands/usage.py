"""What is wrong with a command as it was typed, as a person would say it: what was wanted, what was found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import click

_NO_NUMBER = re.compile(
    r"(?P<quote>['\"]?)(?P<found>.*)(?P=quote) is not (?:a valid|in the) (?:integer|float|range|n\b)", re.DOTALL
)
_NO_CHOICE = re.compile(r"(?P<quote>['\"])(?P<found>.*)(?P=quote) is not one of", re.DOTALL)
_FAR = 1_000_000_000
_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<found>.*)\)", re.DOTALL)


def said(error: click.ClickException) -> str:
    """The sentence for an error of click's."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.format_message()
        case click.MissingParameter():
            return f"wanted {_named(error.param)}, found none{_more(error)}"
        case click.BadParameter():
            return _bad_value(error)
        case click.NoSuchOption():
            return f'no option "{error.option_name}"{_near(error.option_name, error.possibilities or ())}{_more(error)}'
        case click.BadOptionUsage() if "requires" in error.message:
            return f"{error.option_name}: wanted something after it, found nothing"
        case click.UsageError() if extra := _EXTRA.match(error.message):
            return f'one word too many: "{extra["found"]}"{_more(error)}'
    return error.format_message()


def no_command(name: str, known: Sequence[str]) -> str:
    """The sentence for a command that there is not."""
    return f'no command "{name}"{_near(name, known) or "; there is: " + ", ".join(known)}'


def _bad_value(error: click.BadParameter) -> str:
    if error.param is None:
        return error.format_message()
    place, kind = " / ".join(error.param.opts), error.param.type
    if isinstance(kind, click.Choice) and (found := _NO_CHOICE.match(error.message)):
        *others, last = map(str, kind.choices)
        return f'{place}: wanted {", ".join(others)} or {last}, found "{found["found"]}"'
    found = _NO_NUMBER.match(error.message)
    if found is None:
        return f"{place}: {error.message}"
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if high is not None and high > _FAR:
        low = high = None  # a range this large is of no use in a message for people
    span = (f" from {low:g}" if low is not None else "") + (f" to {high:g}" if high is not None else "")
    number = "a whole number" if isinstance(kind, click.types.IntParamType) else "a number"
    return f'{place}: wanted {number}{span}, found "{found["found"]}"'


def _named(param: click.Parameter | None) -> str:
    """A parameter as `--help` has it: its option with what comes after it, or its name in capitals."""
    if param is None:
        return "more"
    name = param.metavar or (param.name or "").upper()
    if isinstance(param, click.Option):
        return f"{' / '.join(param.opts)} {param.metavar or param.type.name.upper()}"
    return name.rstrip(".…") + (" (one or more)" if param.nargs == -1 else "")


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _more(error: click.UsageError) -> str:
    return f" (more: {error.ctx.command_path} --help)" if error.ctx is not None else ""

"""docs/commands.md, made from the commands' own help: `python tools/commands_page.py`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from stagelyric.cli import COMMANDS, cli

_HEAD = """# Commands

Made from `stagelyric COMMAND --help` (`python tools/commands_page.py > docs/commands.md`). Those that print a
result take `--json`. Exit status 0 is done, 2 a mistake in what was asked or in a file (one sentence says which), 1 a
failure at run time.
"""
_WIDTH = 100


def reference() -> str:
    """The page: a table of all commands, and the help of each."""
    table = ["| command | does |", "|---|---|"]
    table += [f"| [`{name}`](#{name}) | {does} |" for name, does in COMMANDS.items()]
    return "\n".join([_HEAD, *table, "", *_helps()]) + "\n"


def _helps() -> Iterator[str]:
    settings = {**cli.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = click.Context(cli, info_name="stagelyric", **settings)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield from _help(command, name, context, 2)


def _help(command: click.Command, name: str, parent: click.Context, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    context.terminal_width = context.max_content_width = _WIDTH
    whole = context.command_path.removeprefix("stagelyric ")
    yield f"{'#' * level} {whole}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _help(found, inner, context, level + 1)


if __name__ == "__main__":
    print(reference(), end="")

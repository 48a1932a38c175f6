"""`stagelyric bake edit`: strikes, changes and restores lines of a baked show, by their numbers in the proof."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.bake_saving import save, write_proof
from stagelyric.commands.common import Fault, json_option, only_with_page, plain_faults, print_json

if TYPE_CHECKING:
    from stagelyric.baked.bake import Bake


class Numbers(click.ParamType[list[int]]):
    """`12`, `12-15`, `3,7,9`."""

    name = "N"

    def convert(self, value: str | list[int], param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        if isinstance(value, list):
            return value
        found: list[int] = []
        for piece in value.split(","):
            match = re.fullmatch(r"\s*(\d{1,7})\s*(?:-\s*(\d{1,7})\s*)?", piece)
            if match is None or int(match[2] or match[1]) < int(match[1]):
                self.fail(f'wanted lines\' numbers as 12, 12-15 or 3,7,9, found "{value}"', param, ctx)
            found += range(int(match[1]), int(match[2] or match[1]) + 1)
        return found


@click.command("edit")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--strike", multiple=True, type=Numbers(), help="Lines that are not to come: 12, 12-15 or 3,7,9.")
@click.option(
    "--change", nargs=2, multiple=True, type=(int, str), metavar="N TEXT", help="Another text for a line; repeatable."
)
@click.option("--restore", multiple=True, type=Numbers(), help="Lines that are to be as they were baked.")
@click.option("--page", is_flag=True, help="Do it on a page, on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), default=7742, show_default=True, help="The page's port.")
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser.")
@click.option("--proof", type=click.Path(path_type=Path), metavar="FILE", help="Write the proof anew (HTML).")
@json_option
def edit(
    file: Path,
    strike: tuple[list[int], ...],
    change: tuple[tuple[int, str], ...],
    restore: tuple[list[int], ...],
    page: bool,
    port: int,
    no_open: bool,
    proof: Path | None,
    as_json: bool,
) -> None:
    """Strike and change lines of a baked show, by their numbers in its proof.

    \b
    stagelyric bake edit friday.bake --strike 12,40-43 --change 31 "Row on"
    stagelyric bake edit friday.bake --page

    Either all changes are made or, if one is refused, none. A changed line is
    checked: faults in its spelling, syllables or rhyme are reported.
    """
    from stagelyric.baked import editing
    from stagelyric.baked import file as files

    only_with_page(page)
    with plain_faults():
        opened = files.read(file)
    told: list[str] = []
    try:
        made, told = editing.edited(
            opened.bake, [n for some in strike for n in some], [n for some in restore for n in some], change
        )
    except editing.EditError as error:
        raise Fault(f"{file}: {error}") from None
    if made != opened.bake:
        told += save(opened, made)
    if as_json:
        struck, changed = made.touched
        print_json({"file": str(file), "struck": struck, "changed": changed, "told": told})
    else:
        for line in told or ([] if page or proof else [_summary(file, made)]):
            click.echo(line)
    if proof is not None:
        write_proof(file, made, proof)
    if page:
        from stagelyric.commands.bake_page import serve

        serve(file, port, no_open, told)


def _summary(file: Path, bake: Bake) -> str:
    struck, changed = bake.touched
    lines = sum(len(part.lines) for part in bake.parts)
    return f"{file}: {lines} lines, {struck} struck, {changed} changed; nothing was asked for (--strike, --change)"

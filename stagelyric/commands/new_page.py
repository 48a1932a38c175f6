"""The page of `stagelyric new --page`: edits a setlist without a show, or creates one from a title and three words."""

from __future__ import annotations

from pathlib import Path

import click

from stagelyric.commands.common import Fault
from stagelyric.commands.pages import stay, until_ctrl_c
from stagelyric.setup.desk import Setup
from stagelyric.types.program import typed
from stagelyric.web.alone import HOST
from stagelyric.web.server import Page


def serve(file: Path, port: int, *, opened: bool) -> None:
    """Serves the page until Ctrl-C. Raises Fault if the port is in use or the file's folder does not exist."""
    if not file.resolve().parent.is_dir():
        raise Fault(f"{file}: wanted a folder that is there, found none")
    until_ctrl_c(_serve(file, port, opened))


async def _serve(file: Path, port: int, opened: bool) -> None:
    setup = Setup(file, new=True)
    page = Page(HOST, port, setup=setup)
    async with setup.running(), page.running():
        url = f"{page.url}/setup"
        click.echo(f"{file}: edit it at {url}, and save it there")
        click.echo(f"Then: Ctrl-C here, and  {typed('play', file)}")
        await stay(url, opened=opened)

"""The page of `stagelyric new --page`: edits a setlist without a show, or creates one from a title and three words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from stagelyric.commands.common import Fault
from stagelyric.setup.desk import Setup
from stagelyric.types.devices import ListenError
from stagelyric.types.program import typed
from stagelyric.web.server import Page

HOST = "127.0.0.1"


def serve(file: Path, port: int, *, opened: bool) -> None:
    """Serves the page until Ctrl-C. Raises Fault if the port is in use or the file's folder does not exist."""
    if not file.resolve().parent.is_dir():
        raise Fault(f"{file}: wanted a folder that is there, found none")
    try:
        asyncio.run(_serve(file, port, opened))
    except ListenError as error:
        raise Fault(str(error)) from None
    except KeyboardInterrupt:
        return


async def _serve(file: Path, port: int, opened: bool) -> None:
    setup = Setup(file, new=True)
    page = Page(HOST, port, setup=setup)
    async with setup.running(), page.running():
        url = f"{page.url}/setup"
        click.echo(f"{file}: edit it at {url}, and save it there")
        click.echo(f"Then: Ctrl-C here, and  {typed('play', file)}")
        if opened:
            from stagelyric.commands.play import _open

            _open(url)
        await asyncio.Event().wait()

"""Shared by the commands whose page stays up until Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import click

from stagelyric.commands.common import Fault
from stagelyric.types.devices import ListenError


def until_ctrl_c(page: Coroutine[None, None, None], fault: type[click.ClickException] = Fault) -> None:
    """Runs what serves a page until Ctrl-C. Raises `fault` if its port can't be opened."""
    try:
        asyncio.run(page)
    except ListenError as error:
        raise fault(str(error)) from None
    except KeyboardInterrupt:
        return


async def stay(url: str, *, opened: bool) -> None:
    """Stays until it is cancelled; `opened`: shows the page in a browser first."""
    if opened:
        open_in_browser(url)
    await asyncio.Event().wait()


def open_in_browser(url: str) -> None:
    """Opens the page in a browser, if there is a desktop and a person to look at it."""
    import os
    import sys
    import threading
    import webbrowser

    desktop = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if desktop and sys.stdout.isatty():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

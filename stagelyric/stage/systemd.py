"""Tells systemd that the show is up, and keeps telling it that the loop turns (sd_notify(3), Type=notify).

It takes three datagrams to a socket. Written here since the one library for it has had no release since 2017.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def notify(state: str) -> bool:
    """Sends a state such as "READY=1". Returns False if there is no NOTIFY_SOCKET, nobody listens, or the receiver is
    too slow. Never waits."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
        return True
    return False


@asynccontextmanager
async def watched(status: str) -> AsyncIterator[None]:
    """Sends ready on entry and stopping on exit; in between it feeds the watchdog from the loop's own thread."""
    if not notify(f"READY=1\nSTATUS={status}"):
        yield
        return
    feeding = asyncio.create_task(_feed(_watchdog_seconds()), name="watchdog")
    try:
        yield
    finally:
        feeding.cancel()
        notify("STOPPING=1")


def _watchdog_seconds() -> float | None:
    """The watchdog's limit in seconds; None if there is none for this process."""
    microseconds, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", str(os.getpid()))
    return int(microseconds) / 1e6 if microseconds.isdecimal() and pid == str(os.getpid()) else None


async def _feed(limit: float | None) -> None:
    while limit:
        notify("WATCHDOG=1")
        await asyncio.sleep(limit / 3)

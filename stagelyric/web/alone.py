"""Pages that are served without a show, for this machine alone."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from stagelyric.types.devices import ListenError, PortInUseError

HOST = "127.0.0.1"


@asynccontextmanager
async def serving(application: web.Application, port: int) -> AsyncIterator[str]:
    """Serves on the loopback address while the context is open; gives the page's address, "http://…:port".

    `port` 0 takes any free one. Raises ListenError, PortInUseError.
    """
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as fault:
            raise _in_plain_words(fault, port) from fault
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _in_plain_words(fault: OSError, port: int) -> ListenError:
    where = f"The page cannot open on {HOST}:{port}"
    if fault.errno == errno.EADDRINUSE:
        return PortInUseError(f"{where}: another program has that port. Choose another with --port.")
    return ListenError(f"{where}: {fault.strerror}. Choose another with --port.")

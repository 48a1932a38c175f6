"""Limits connections before they become requests: how many there may be, how long a request's head may take, and its
size.

aiohttp waits for the end of a request's head for ever and accepts any number of headers; a few hundred incomplete
requests would use up all of the show's file descriptors.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler

from stagelyric.web.budget import ASKING, Budget, share
from stagelyric.web.guard import is_loopback

CONNECTIONS = 768  # at once, including displays
OF_ONE_ADDRESS = 192  # at once, except from this machine
PATIENCE = 8.0  # seconds in which a complete request head must come, from the connection or from the previous response
HEAD = 64 * 1024  # maximum bytes of a request's head

ADDRESSES = 1000  # whose requests are counted; the one that asked least recently is forgotten for another

Factory = Callable[[], asyncio.Protocol]


class Door:
    """Creates the protocol of each connection by `inner`, and passes it the data as long as the connection keeps to the
    limits.

    `turned_away` counts connections that were closed for exceeding a limit.
    """

    def __init__(self) -> None:
        self.inner: Factory = asyncio.Protocol
        self.visitors: dict[asyncio.BaseTransport, _Visitor] = {}
        self._of: Counter[str] = Counter()
        self._budgets: dict[str, Budget] = {}
        self.turned_away = 0

    def __call__(self) -> asyncio.Protocol:
        return _Visitor(self, self.inner())

    @web.middleware
    async def attend(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Middleware: a complete head has come; after the response the wait for the next one begins."""
        visitor = self.visitors.get(request.transport) if request.transport is not None else None
        if visitor is None:
            return await handler(request)
        visitor.heard()
        try:
            if visitor.address and (wait := self._budget(visitor.address).spend(len(request.raw_path), ASKING)) > 0:
                await asyncio.sleep(wait)
            return await handler(request)
        finally:
            visitor.wait()

    def _budget(self, address: str) -> Budget:
        """The budget of an address's requests."""
        budget = self._budgets.pop(address, None) or Budget()
        if len(self._budgets) >= ADDRESSES:
            del self._budgets[next(iter(self._budgets))]
        self._budgets[address] = budget
        return budget

    def stays(self, transport: asyncio.BaseTransport) -> None:
        """The connection has become a WebSocket, which has limits of its own (`budget`)."""
        if (visitor := self.visitors.get(transport)) is not None:
            visitor.stays = True

    def enter(self, visitor: "_Visitor", transport: asyncio.BaseTransport) -> bool:
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) and peer else ""
        visitor.address = "" if is_loopback(address) else share(address)
        if len(self.visitors) >= CONNECTIONS or (visitor.address and self._of[visitor.address] >= OF_ONE_ADDRESS):
            self.turned_away += 1
            return False
        self.visitors[transport] = visitor
        self._of[visitor.address] += 1
        return True

    def leave(self, visitor: "_Visitor", transport: asyncio.BaseTransport) -> None:
        if self.visitors.pop(transport, None) is not None:
            self._of[visitor.address] -= 1
            if not self._of[visitor.address]:
                del self._of[visitor.address]


class _Visitor(asyncio.Protocol):
    """One connection: everything is passed on to `inner`."""

    def __init__(self, door: Door, inner: asyncio.Protocol) -> None:
        self._door, self._inner = door, inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._said, self._in_head = 0, True
        self.stays = self._refused = False
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._door.enter(self, transport):
            self._refused = True
            self._transport.abort()
            return
        self._inner.connection_made(transport)
        self.wait()

    def heard(self) -> None:
        self._stop()
        self._said = 0

    def wait(self) -> None:
        """Starts the time limit for a request's head."""
        self._stop()
        self._said, self._in_head = 0, True
        if not self.stays:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._turn_away)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn_away(self) -> None:
        self._stop()
        if self._transport is None:
            return
        if self._said:
            self._door.turned_away += 1
            self._transport.abort()
        else:  # an idle browser, which may want something again later: close without an error
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data:  # what follows is the request's body, which aiohttp limits
            self._in_head = False
        if self._in_head and self._timer is not None:
            self._said += len(data)
            if self._said > HEAD:
                self._turn_away()
                return
        if not self._refused:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._refused else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._transport is not None:
            self._door.leave(self, self._transport)
        if not self._refused:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        if not self._refused:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if not self._refused:
            self._inner.resume_writing()


class Runner(web.AppRunner):
    """An application whose connections go through a door."""

    def __init__(self, application: web.Application, door: Door) -> None:
        # No access log: it would be written between a press and its line.
        super().__init__(application, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        self._door, door.inner = door, self._knock

    def _knock(self) -> asyncio.Protocol:
        server = super().server
        assert server is not None
        made: asyncio.Protocol = server()
        return made

    @property
    def server(self) -> web.Server | None:  # the protocol factory that sites listen with
        return self._door if super().server is not None else None  # type: ignore[return-value]

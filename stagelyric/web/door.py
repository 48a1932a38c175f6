"""Limits connections before they become requests: how many there may be, how long a request's head may take, its size,
and how much of what comes is looked at.

aiohttp waits for the end of a request's head for ever and accepts any number of headers; a few hundred incomplete
requests would use up all of the show's file descriptors. It parses all that comes, however fast: requests behind one
that is not answered yet, and frames without end of a message that is never whole.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger
from aiohttp.typedefs import Handler

from stagelyric.web import units
from stagelyric.web.budget import ASKING, Budget, Rate, share
from stagelyric.web.guard import is_loopback
from stagelyric.web.units import ENDLESS

CONNECTIONS = 768  # at once, including displays
OF_ONE_ADDRESS = 192  # at once, except from this machine
PATIENCE = 8.0  # seconds in which a complete request head must come, from the connection or from the previous response
LARGEST = 1 << 20  # bytes of a body or a frame that are counted; a larger one is refused

ADDRESSES = 1000  # whose requests are counted; the one that asked least recently is forgotten for another

_BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

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
        """Middleware: after the response the wait for the next request begins."""
        visitor = self.visitors.get(request.transport) if request.transport is not None else None
        if visitor is None:
            return await handler(request)
        try:
            return await handler(request)
        finally:
            visitor.wait()

    def budget(self, address: str) -> Budget:
        """The budget of an address's requests."""
        budget = self._budgets.pop(address, None) or Budget()
        if len(self._budgets) >= ADDRESSES:
            del self._budgets[next(iter(self._budgets))]
        self._budgets[address] = budget
        return budget

    def stays(self, transport: asyncio.BaseTransport, rate: Callable[[], Rate]) -> None:
        """The connection has become a WebSocket, whose frames may come at `rate`."""
        if (visitor := self.visitors.get(transport)) is not None:
            visitor.stay(rate)

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
    """One connection. `inner` gets a request, or a frame of a WebSocket, only when the request before is answered and
    the budget allows it. Until then nothing looks at it, and no more is read.
    """

    def __init__(self, door: Door, inner: asyncio.Protocol) -> None:
        self._door, self._inner = door, inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None  # for a request's head
        self._holding: asyncio.TimerHandle | None = None  # until what is held may go on
        self._held = bytearray()
        self._more = 0  # bytes of a body or a frame that are still to be passed on
        self._busy = False  # a request is being answered
        self._paid = False  # what comes next is counted already
        self._paused = False
        self._refused = False  # there are too many connections already
        self._over = False  # the connection is being closed, and nothing more of it is passed on
        self._rate: Callable[[], Rate] | None = None  # of a WebSocket
        self._budget = Budget()
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._door.enter(self, transport):
            self._refused = True
            self._transport.abort()
            return
        self._inner.connection_made(transport)
        self.wait()
        if self.address and (wait := self._door.budget(self.address).spend(0, ASKING)) > 0:
            self._hold(wait)
            self._pause(True)

    def wait(self) -> None:
        """The next request may come. Starts the time limit for its head."""
        self._stop()
        self._busy = False
        if self._more == ENDLESS:
            self._more = 0
        if self._rate is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._turn_away)
        self._go_on_soon()

    def stay(self, rate: Callable[[], Rate]) -> None:
        """From now on frames of a WebSocket come, at `rate`."""
        self._rate, self._busy, self._more = rate, False, 0
        self._stop()
        self._go_on_soon()

    def _go_on_soon(self) -> None:
        if self._held:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn_away(self) -> None:
        self._stop()
        if self._transport is None or self._over:
            return
        if self._held:
            self._over = True
            self._door.turned_away += 1
            self._transport.abort()
        else:  # an idle browser, which may want something again later: close without an error
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if not (self._refused or self._over):
            self._held += data
            self._go_on()

    def _go_on(self) -> None:
        """Passes on what may be passed on now."""
        while self._held and self._holding is None and not self._over:
            if self._more:
                self._pass(min(self._more, len(self._held)))
            elif self._busy or not self._begin():
                break
        self._pause(bool(self._held) and (self._busy or self._holding is not None))

    def _begin(self) -> bool:
        """Passes the next request or frame on, or has it wait; returns whether it was passed on."""
        try:
            unit = units.request(self._held) if self._rate is None else units.frame(self._held)
        except ValueError:
            self._over = True
            self._door.turned_away += 1
            if self._transport is not None:
                self._transport.write(_BAD)
                self._transport.close()
            return False
        if unit is None:
            if len(self._held) > units.HEAD:
                self._turn_away()
            return False
        self._stop()
        wait = 0.0 if self._paid else self._spend(unit)
        self._paid = wait > 0
        if self._paid:
            self._hold(wait)
            return False
        self._busy = self._rate is None
        # A stranger's body in chunks has no size to be counted, so it does not come: its request is answered with 408.
        self._more = unit.size + (0 if unit.more == ENDLESS and self.address else unit.more)
        self._pass(unit.size)
        return True

    def _spend(self, unit: units.Unit) -> float:
        size = unit.size + min(unit.more, LARGEST)
        if self._rate is not None:
            return self._budget.spend(size, self._rate(), unit.cost)
        return self._door.budget(self.address).spend(size, ASKING, unit.cost) if self.address else 0.0

    def _pass(self, size: int) -> None:
        data = bytes(self._held[:size])
        del self._held[:size]
        if self._more != ENDLESS:
            self._more -= size
        self._inner.data_received(data)

    def _hold(self, seconds: float) -> None:
        self._holding = asyncio.get_running_loop().call_later(seconds, self._release)

    def _release(self) -> None:
        self._holding = None
        self._go_on()

    def _pause(self, wanted: bool) -> None:
        if self._transport is None or self._transport.is_closing() or (not wanted and not self._paused):
            return
        self._paused = wanted
        if wanted:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def eof_received(self) -> bool | None:
        return None if self._refused else self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._holding is not None:
            self._holding.cancel()
        self._held.clear()
        self._over = True
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


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether to log a failure. Invalid requests are not logged, since anybody can send any number of them."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


class Runner(web.AppRunner):
    """An application whose connections go through a door."""

    def __init__(self, application: web.Application, door: Door) -> None:
        server_logger.addFilter(_is_ours)
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

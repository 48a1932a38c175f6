"""A page to be used with one thumb: frames proposed in a file are shown one at a time, and kept or struck. For this
machine alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.web import files
from stagelyric.web.access import HEADERS, POLICY
from stagelyric.web.alone import HOST, serving
from stagelyric.web.guard import Hosts, Origins, is_loopback

_LARGEST = 4096


class Sheet(Protocol):
    """The list of frames that the page goes through. Its methods raise ValueError, with one sentence for the page."""

    def overview(self) -> JsonObject: ...
    def frame(self, number: int) -> JsonObject: ...
    def decide(self, number: int, row: int, at: int, text: str, *, keep: bool) -> JsonObject: ...
    def undo(self) -> JsonObject: ...
    def fillings(self, number: int, row: int | None, at: int | None) -> JsonObject: ...


class Thumb:
    """Serves the page of one sheet on the loopback address; `port` 0 takes any free one (`url` has its number)."""

    def __init__(self, sheet: Sheet, port: int = 0):
        self.sheet, self.port = sheet, port
        self.url = ""
        self._hosts, self._origins = Hosts((HOST,)), Origins()
        self._files = files.read_thumb()
        self._at_once = asyncio.Lock()  # allows one change of the file at a time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serves while the context is open. Raises ListenError, PortInUseError."""
        application = web.Application(client_max_size=_LARGEST, middlewares=[self._guard])
        application.on_response_prepare.append(_add_headers)
        application.router.add_get("/api/frames", self._answering(lambda asked: self.sheet.overview()))
        application.router.add_get("/api/frame", self._answering(lambda asked: self.sheet.frame(_number(asked, "n"))))
        application.router.add_get("/api/fillings", self._answering(self._fillings))
        application.router.add_post("/api/decide", self._answering(self._decide))
        application.router.add_post("/api/undo", self._answering(lambda asked: self.sheet.undo()))
        for path in self._files:
            application.router.add_get(path, self._file)
        async with serving(application, self.port) as address:
            self.url = f"{address}/"
            yield

    def _answering(self, do: Callable[[JsonMapping], JsonObject]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                asked: object = await request.json() if request.method == "POST" and request.can_read_body else {}
                if not isinstance(asked, dict):
                    raise ValueError("That is no request.")
                async with self._at_once:
                    return web.json_response(await asyncio.to_thread(do, {**request.query, **asked}))
            except ValueError as fault:
                return web.json_response({"error": str(fault)}, status=409)

        return answer

    def _decide(self, asked: JsonMapping) -> JsonObject:
        number, row, at = (_number(asked, name) for name in ("n", "row", "at"))
        return self.sheet.decide(number, row, at, str(asked.get("text", "")), keep=asked.get("keep") is True)

    def _fillings(self, asked: JsonMapping) -> JsonObject:
        row, at = ((_number(asked, name) if name in asked else None) for name in ("row", "at"))
        return self.sheet.fillings(_number(asked, "n"), row, at)

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files[request.path]
        return web.Response(
            body=found.body, content_type=found.kind, charset=found.charset, headers={"ETag": found.tag}
        )

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Middleware: accepts only this machine, by its own names, and no other site's page."""
        mine = is_loopback(request.remote) and self._hosts.allows(request.host, HOST)
        if not mine or not self._origins.allow(request.headers.get("Origin"), request.host):
            return web.json_response({"error": "This page is for its own machine alone."}, status=403)
        return await handler(request)


def _number(asked: JsonMapping, name: str) -> int:
    try:
        return int(asked[name])
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"That is no request: wanted a number for {name}.") from None


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = POLICY.format(host=request.host, also="")
    response.headers.setdefault("Cache-Control", "no-store")

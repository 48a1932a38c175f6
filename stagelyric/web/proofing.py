"""Proofreading a baked show on a page, for this machine alone: lines are struck and changed while they are read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from stagelyric.web.alone import HOST, serving
from stagelyric.web.guard import Hosts, Origins

MAX_MESSAGE = 64 * 1024
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


T = TypeVar("T")


class Proof(Protocol):
    """The show that the page displays and changes. Methods are called in a thread, never two at once."""

    def page(self) -> str: ...

    def script(self) -> str: ...

    def edit(self, wanted: Mapping[str, object], *, save: bool) -> dict[str, object]:
        """What was changed, or (without `save`) would be. Raises ValueError with a plain sentence if it can't be
        changed so."""
        ...


@asynccontextmanager
async def proofing(proof: Proof, port: int) -> AsyncIterator[str]:
    """Serves the page while the context is open; gives its address. Raises ListenError."""
    one_at_a_time = asyncio.Lock()

    async def told(work: Callable[[], T]) -> T:
        async with one_at_a_time:
            return await asyncio.to_thread(work)

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=await told(proof.page), content_type="text/html")

    async def script(request: web.Request) -> web.Response:
        return web.Response(text=await told(proof.script), content_type="text/javascript")

    async def edit(request: web.Request) -> web.Response:
        try:
            wanted = await request.json()
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict):
            return _refused("wanted a JSON object, found none")
        try:
            save = request.path == "/api/edit"
            return web.json_response({"ok": True, **await told(lambda: proof.edit(wanted, save=save))})
        except ValueError as error:
            return _refused(str(error))

    application = web.Application(client_max_size=MAX_MESSAGE, middlewares=[_guarded()])
    application.router.add_get("/", page)
    application.router.add_get("/proof.js", script)
    application.router.add_post("/api/edit", edit)
    application.router.add_post("/api/check", edit)
    async with serving(application, port) as address:
        yield address


def _guarded() -> Middleware:
    hosts, origins = Hosts((HOST,)), Origins()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if not hosts.allows(request.host, HOST):
            return _refused("the page is not opened by its address", 403)
        if request.method != "GET" and not origins.allow(origin, request.host):
            return _refused("this comes from another site's page", 403)
        response = await handler(request)
        response.headers.update({"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
        response.headers.update({"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"})
        return response

    return guard


def _refused(why: str, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": why}, status=status)

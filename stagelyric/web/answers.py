"""HTTP responses on the page's port: the pages' files, the state, commands, OSCQuery, the QR code."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from stagelyric.types.events import Emit
from stagelyric.types.lines import State
from stagelyric.web import files, guard, joining, messages
from stagelyric.web.access import Access, answer, offered
from stagelyric.web.door import PATIENCE
from stagelyric.web.joining import Addresses


class Tree(Protocol):
    """Answers OSCQuery requests on the page's port: see `gear.osc.oscquery`."""

    def answer(self, path: str, query: str, state: State) -> tuple[int, dict[str, object] | None]: ...

    def wanted_at_root(self, client: tuple[str, str], accept: str, query: str) -> bool: ...


class Answers:
    """`now`: returns the present state; `emit`: receives commands; `bad_message` is called for each invalid one;
    `replay`: whether there is the page that moves a replay."""

    def __init__(
        self,
        access: Access,
        addresses: Addresses,
        tree: Tree | None,
        *,
        now: Callable[[], State],
        emit: Emit,
        bad_message: Callable[[], None],
        replay: bool = False,
    ) -> None:
        self._access, self._addresses, self._tree = access, addresses, tree
        self._now, self._emit, self._bad_message = now, emit, bad_message
        self._files = files.read(replay)
        self._pages = [*files.PAGES, *(files.REPLAY if replay else ())]
        self._drawing = asyncio.Lock()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes of this class."""
        router.add_get("/api/state", self._get_state)
        router.add_post("/api/do", self._post_do)
        if self._tree is not None:
            router.add_get("/stagelyric{below:(/.*)?}", self._osc_query)
        router.add_get("/join.svg", self._join)
        for path in (*self._pages, files.WORKER, "/static/{name}"):
            router.add_get(path, self._file)

    async def _get_state(self, request: web.Request) -> web.Response:
        return web.json_response(messages.state(self._now()))

    async def _post_do(self, request: web.Request) -> web.Response:
        refusal = self._access.refusal(request.remote or "", offered(request))
        if refusal:
            return answer(403, refusal)
        try:
            async with asyncio.timeout(PATIENCE):
                body = await request.read()
            command = messages.command(messages.decode(body.decode()))
        except TimeoutError:
            return answer(408, f"A request wants to be whole within {PATIENCE:g} s.")
        except ValueError as fault:
            self._bad_message()
            return answer(400, "That is not UTF-8." if isinstance(fault, UnicodeError) else str(fault))
        self._emit(command)
        return web.json_response({"ok": True})

    async def _osc_query(self, request: web.Request) -> web.Response:
        assert self._tree is not None
        status, found = self._tree.answer(request.path, request.query_string, self._now())
        headers = {"Cache-Control": "no-store"}
        return web.Response(status=status, headers=headers) if found is None else web.json_response(found)

    def _wants_tree(self, request: web.Request) -> bool:
        if self._tree is None or request.path != "/":
            return False
        client = (request.remote or "", request.headers.get("User-Agent", ""))
        return self._tree.wanted_at_root(client, request.headers.get("Accept", ""), request.query_string)

    async def _file(self, request: web.Request) -> web.Response:
        if self._wants_tree(request):
            return await self._osc_query(request)
        found = self._files.get(request.path)
        if found is None:
            raise web.HTTPNotFound(text="There is no such page: try / or /operator or /audience.")
        if (
            request.path in files.PAGES
            and self._addresses.secure_port
            and not request.secure
            and not guard.is_loopback(request.remote)
        ):
            raise web.HTTPTemporaryRedirect(request.url.with_scheme("https").with_port(self._addresses.secure_port))
        headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == found.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.body, content_type=found.kind, charset=found.charset, headers=headers)

    async def _join(self, request: web.Request) -> web.Response:
        """A QR code with the page's address for another tablet: the address of this request, or the network's."""
        path = request.query.get("path", "/")
        if path.partition("?")[0] not in files.PAGES or len(path) > 200:
            raise web.HTTPNotFound(text="There is no such page: try / or /operator or /audience.")
        url = self._addresses.join_url(None if guard.is_loopback(request.url.host) else request.url.host) + path
        async with self._drawing:  # drawing takes tens of milliseconds, so it runs in a thread, one at a time
            picture = await asyncio.to_thread(joining.qr_svg, url)
        return web.Response(body=picture, content_type="image/svg+xml", headers={"X-Url": url})

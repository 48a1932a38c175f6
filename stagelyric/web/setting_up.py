"""The setup page's requests: the setlist's file is edited and checked beside the show, for its machine alone."""

from __future__ import annotations

import asyncio

from aiohttp import web

from stagelyric.setup.desk import LARGEST, Setup
from stagelyric.web import guard
from stagelyric.web.access import answer
from stagelyric.web.door import PATIENCE

BUSY = 4  # requests that may wait for another; further ones are refused with a message


class SettingUp:
    """`setup` None: the show has no setlist file."""

    def __init__(self, setup: Setup | None) -> None:
        self._setup = setup
        self._asked = 0

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes of this class."""
        router.add_get("/api/setup", self._told)
        for order in ("check", "save", "make"):
            router.add_post(f"/api/setup/{order}", self._ordered)

    async def _told(self, request: web.Request) -> web.Response:
        return self._refused(request) or await self._ask("told", b"{}")

    async def _ordered(self, request: web.Request) -> web.Response:
        if refusal := self._refused(request):
            return refusal
        try:
            async with asyncio.timeout(PATIENCE):
                body = await request.clone(client_max_size=LARGEST).read()
        except TimeoutError:
            return answer(408, f"A request wants to be whole within {PATIENCE:g} s.")
        except web.HTTPRequestEntityTooLarge:
            return answer(413, f"A set wants to be smaller than {LARGEST >> 10} KiB.")
        return await self._ask(request.path.rpartition("/")[2], body)

    def _refused(self, request: web.Request) -> web.Response | None:
        if not guard.is_loopback(request.remote):
            return answer(403, "The set is edited on the show's own machine only: open the page there.")
        if self._setup is None:
            return answer(404, "There is no setlist's file here: a baked show is changed with stagelyric bake edit.")
        return None

    async def _ask(self, order: str, body: bytes) -> web.Response:
        assert self._setup is not None
        if self._asked >= BUSY:
            return answer(503, "Too much is asked at once: try again.")
        self._asked += 1
        try:
            status, told = await self._setup.ask(order, body)
        except TimeoutError:
            return answer(503, "The check took too long, or its process died: try again.")
        finally:
            self._asked -= 1
        alone = {"X-Stagelyric-Alone": "1"} if self._setup.new else {}
        return web.Response(body=told, status=status, content_type="application/json", headers=alone)

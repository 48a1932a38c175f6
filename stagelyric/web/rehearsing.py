"""The rehearsal page's requests over HTTP: drafts, lines to choose from, checks of a line while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from aiohttp import web

from stagelyric.rehearsal.desk import Rehearsal, Stale, WriterlessError
from stagelyric.rehearsal.draft import MOST, Draft
from stagelyric.rehearsal.wishes import KINDS, Wish
from stagelyric.types.texts import NAME, SAYING
from stagelyric.web import messages
from stagelyric.web.access import Access, answer, offered
from stagelyric.web.client import Clients

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rehearsing:
    """`access`: who may use it; `clients`: the pages that are told when a draft has changed."""

    def __init__(self, rehearsal: Rehearsal, access: Access, clients: Clients) -> None:
        self._rehearsal, self._access, self._clients = rehearsal, access, clients
        rehearsal.told = self._tell

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes of this class."""
        router.add_get("/api/rehearsal/draft", self._asked(self._draft))
        router.add_post("/api/rehearsal/draft", self._asked(self._save))
        router.add_post("/api/rehearsal/options", self._asked(self._options))
        router.add_post("/api/rehearsal/look", self._asked(self._look))

    def _asked(self, handler: Handler) -> Handler:
        """Wraps a handler: only for clients that may change the show; errors are answered with a sentence."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            refusal = self._access.refusal(request.remote or "", offered(request))
            if refusal:
                return answer(403, refusal)
            try:
                return await handler(request)
            except ValueError as fault:
                return answer(400, "That is not UTF-8." if isinstance(fault, UnicodeError) else str(fault))
            except OSError as fault:
                return answer(500, f"The draft could not be read or written: {fault.strerror}.")

        return guarded

    async def _draft(self, request: web.Request) -> web.Response:
        return web.json_response(_told(await self._rehearsal.draft(_text(request.query, "song", NAME))))

    async def _save(self, request: web.Request) -> web.Response:
        given = await _body(request)
        revision = given.get("revision")
        if type(revision) is not int:
            raise ValueError("revision: wanted the number of the draft's revision")
        try:
            draft = await self._rehearsal.save(_text(given, "song", NAME), _lines(given), revision)
        except Stale as stale:
            return web.json_response({"ok": False, "error": f"{stale}."} | _told(stale.draft), status=409)
        return web.json_response(_told(draft))

    async def _options(self, request: web.Request) -> web.Response:
        given = await _body(request)
        kind, at = given.get("kind"), given.get("at", 0)
        if kind not in KINDS:
            raise ValueError(f"kind: wanted one of {', '.join(KINDS)}")
        if type(at) is not int:
            raise ValueError("at: wanted the number of a line, from 0")
        wish = Wish(kind, _text(given, "text", SAYING, needed=False), tuple(_lines(given)), at)
        try:
            options = await self._rehearsal.options(wish, _text(given, "song", NAME), _text(given, "section", NAME))
        except TimeoutError:
            return answer(503, "The writer is busy: try again.")
        except WriterlessError as none:
            return answer(409, f"{none}.")
        except Exception as error:  # whatever keeps the writer from writing, the page reports it and goes on
            return answer(503, f"Nothing could be written: {error}.")
        return web.json_response({"options": options})

    async def _look(self, request: web.Request) -> web.Response:
        given = await _body(request)
        at = given.get("at", -1)
        found = await asyncio.to_thread(
            self._rehearsal.look,
            _text(given, "text", SAYING, needed=False), _text(given, "song", NAME), _text(given, "section", NAME),
            _lines(given), at if type(at) is int else -1,
        )  # fmt: skip
        if found is None:
            raise ValueError("section: there is no such section")
        return web.json_response(asdict(found))

    def _tell(self, draft: Draft) -> None:
        for client in self._clients.operators:
            client.tell({"type": "draft"} | _told(draft))


def _told(draft: Draft) -> dict[str, object]:
    return {"song": draft.song, "lines": list(draft.lines), "revision": draft.revision}


async def _body(request: web.Request) -> dict[str, object]:
    given = messages.decode((await request.read()).decode())
    if not isinstance(given, dict):
        raise ValueError("wanted an object with the song and what is asked of it")
    return given


def _text(given: Mapping[str, object], key: str, most: int, *, needed: bool = True) -> str:
    value = given.get(key, "" if not needed else None)
    if not isinstance(value, str) or (needed and not value.strip()) or len(value) > most:
        raise ValueError(f"{key}: wanted a text of up to {most} characters")
    return value


def _lines(given: Mapping[str, object]) -> list[str]:
    lines = given.get("lines", [])
    if not isinstance(lines, list) or len(lines) > MOST or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"lines: wanted up to {MOST} lines")
    return lines

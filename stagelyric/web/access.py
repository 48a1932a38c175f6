"""Decides for each request whether it may reach the page's port, and whether it may change the show."""

import secrets
from collections.abc import Iterable
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler

from stagelyric.web import guard
from stagelyric.web.guard import Hosts, Origins, Pin
from stagelyric.web.tokens import KEY, Tokens

HEADERS = {
    "Server": "stagelyric",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; manifest-src 'self'; "
    "connect-src 'self' ws://{host} wss://{host}{also}; base-uri 'none'; form-action 'none'; "
    "frame-src 'self'; frame-ancestors 'self'"
)
VISITING = "This page is another server's: here it may watch, and change nothing."
ENDED = "This page is no longer joined (the PIN was changed, or the show begun anew): type the PIN in once more."


class Offered(NamedTuple):
    """What somebody shows who wants to change the show: the PIN, or the token that a page has since it joined."""

    pin: str | None = None
    token: str | None = None


class Access:
    """`host`: where the page listens; `closed`: why nobody may change anything, None if they may; the rest as for
    `Page`."""

    def __init__(
        self,
        host: str,
        pin: str | None,
        hosts: Iterable[str],
        also: Iterable[str],
        key: bytes | None = None,
        closed: str | None = None,
    ) -> None:
        self.closed = closed
        self._tokens = Tokens(pin, key or secrets.token_bytes(KEY)) if pin else None
        self.has_pin = bool(pin)
        self._origins = Origins(also)
        self._pin = Pin(pin)
        self._hosts = Hosts((host, *hosts))

    def refusal(self, address: str, offered: Offered) -> str | None:
        """Why somebody at this address may not change the show with what is offered; None: they may."""
        if self.closed is not None:
            return self.closed
        if guard.is_loopback(address):
            return None
        if offered.token and not offered.pin and self._tokens is not None:
            return None if self._tokens.holds(offered.token) else ENDED
        return self._pin.refusal(address, offered.pin)

    def token(self) -> str | None:
        """For a page that has given the right PIN."""
        return self._tokens.give() if self._tokens is not None else None

    def is_visiting(self, request: web.Request) -> bool:
        """Whether the request comes from a page of another server that the rig does not name."""
        return not self._origins.allow(request.headers.get("Origin"), request.host)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Middleware: refuses requests for a host name that is not ours, or that were started by another site's
        page."""
        here = request.transport.get_extra_info("sockname") if request.transport else None
        if not self._hosts.allows(request.host, here[0] if here else None):
            return answer(
                403,
                "The show is not known by that name: use its address, or name it in the rig's [web] names.",
            )
        origin = request.headers.get("Origin")
        live = request.path == "/live"
        watching = live and "also" in request.query and self._origins.may_watch(origin)
        if (live or request.method != "GET") and not watching and not self._origins.allow(origin, request.host):
            return answer(403, "This comes from another site's page, which may not touch the show.")
        return await handler(request)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Adds the security headers of every response, most importantly where its page may connect to."""
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
        also = self._origins.reach(request.query.get("also", ""))
        response.headers["Content-Security-Policy"] = POLICY.format(host=request.host, also=also)


def offered(request: web.Request) -> Offered:
    """The PIN or the token that a request brings."""
    headers, query = request.headers, request.query
    return Offered(
        headers.get("X-Stagelyric-Pin") or query.get("pin"), headers.get("X-Stagelyric-Token") or query.get("token")
    )


def answer(status: int, text: str) -> web.Response:
    """A text response, for a refusal or an error."""
    return web.json_response({"ok": False, "error": text}, status=status)

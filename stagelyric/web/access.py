"""Decides for each request whether it may reach the page's port, and whether it may change the show."""

from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from stagelyric.web import guard
from stagelyric.web.guard import Hosts, Origins, Pin

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


class Access:
    """`host`: where the page listens; the rest as for `Page`."""

    def __init__(self, host: str, pin: str | None, hosts: Iterable[str], also: Iterable[str]) -> None:
        self.has_pin = bool(pin)
        self._origins = Origins(also)
        self._pin = Pin(pin)
        self._hosts = Hosts((host, *hosts))

    def refusal(self, address: str, offered: str | None) -> str | None:
        """The reason why a client at this address, with this PIN, may not change the show; None if it may."""
        return None if guard.is_loopback(address) else self._pin.refusal(address, offered)

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


def offered_pin(request: web.Request) -> str | None:
    """The PIN that a request contains, if any."""
    return request.headers.get("X-Stagelyric-Pin") or request.query.get("pin")


def answer(status: int, text: str) -> web.Response:
    """A text response, for a refusal or an error."""
    return web.json_response({"ok": False, "error": text}, status=status)

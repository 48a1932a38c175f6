"""The page: an Input and an Output in one, over HTTP and a WebSocket.

A cue is serialised once, into the very bytes of its WebSocket frame, and written to every display at once.
All files are read into memory when the page opens: a disk that dies cannot take the teleprompter with it.
"""

import asyncio
import errno
import hashlib
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from stagelyric.devices import ListenError, PortInUseError
from stagelyric.events import Emit, Event, Level
from stagelyric.lines import Cue, Line, State
from stagelyric.web import messages
from stagelyric.web.client import Client, Display, Outbox
from stagelyric.web.guard import Hosts, Pin, is_loopback, same_origin
from stagelyric.web.oscquery import Tree

MAX_MESSAGE = 64 * 1024
MAX_CLIENTS = 128
HEARTBEAT = 10.0
# News that no performer waits for (the pool's filling, a wandering tempo) goes out this often at most.
CALM = 0.5
PAGES = {"/": "teleprompter.html", "/operator": "operator.html", "/audience": "audience.html"}
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
HEADERS = {
    "Server": "stagelyric",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
    "connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
EMPTY = State(
    song="", section="", number=0, line="", next="", ready=0, tempo=0.0, held=False, cleared=False, speech=False
)


class Page:
    """The teleprompter, the operator's page and the audience's page.

    `pin`: lets clients beyond this machine change the show; `hosts`: further names the machine is reached by;
    `port` 0 takes any free port (`address` tells which).
    """

    name = "page"

    def __init__(
        self, host: str = "127.0.0.1", port: int = 7740, pin: str | None = None, hosts: Iterable[str] = ()
    ) -> None:
        self.host = host
        self.port = port
        self.address: tuple[str, int] = (host, port)
        self.bad_messages = 0  # what was malformed or not allowed, since the start
        self._pin = Pin(pin)
        self._has_pin = bool(pin)
        self._hosts = Hosts((host, *hosts))
        self._clients: list[Client] = []
        self._emit: Emit = _nowhere
        self._state = EMPTY  # as last told by the stage
        self._known = EMPTY  # as the displays have it
        self._shown_at = (0, 0.0)  # the last cue's number, and when it was sent
        self._calm: asyncio.TimerHandle | None = None
        self._files: dict[str, tuple[str, bytes, str]] = {}
        self.tree: Tree | None = None  # answers OSCQuery where it is set

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the page."""
        host, port = self.address
        if host in ("", "0.0.0.0", "::"):
            host = "127.0.0.1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def displays(self) -> list[Display]:
        """Every page that is connected now."""
        return [client.display for client in self._clients]

    @asynccontextmanager
    async def serve(self, emit: Emit) -> AsyncIterator[None]:
        """Open while the context is: what comes in goes to `emit`. Raises ListenError, PortInUseError."""
        self._files = _read_files()
        self._emit = emit
        application = web.Application(client_max_size=MAX_MESSAGE, middlewares=[self._guard])
        application.on_response_prepare.append(_add_headers)
        application.on_shutdown.append(self._hang_up)
        application.router.add_get("/live", self._live)
        application.router.add_get("/api/state", self._get_state)
        application.router.add_post("/api/do", self._post_do)
        if self.tree is not None:
            application.router.add_get("/stagelyric{below:(/.*)?}", self._osc_query)
        for path in (*PAGES, "/static/{name}"):
            application.router.add_get(path, self._file)
        # No access log: it would be written between a press and its line.
        runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await runner.setup()
        watch = asyncio.get_running_loop().create_task(self._watch_displays())
        try:
            site = web.TCPSite(runner, self.host, self.port)
            try:
                await site.start()
            except OSError as fault:
                raise self._listen_error(fault) from fault
            host, port = runner.addresses[0][:2]
            self.address = (self.host or host, port)
            yield
        finally:
            watch.cancel()
            if self._calm is not None:
                self._calm.cancel()
                self._calm = None
            await runner.cleanup()
            self._emit = _nowhere

    listen = serve

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """As an output the page needs nothing more than `serve`."""
        yield

    # -- out: called by the stage; each returns at once

    def show(self, cue: Cue) -> None:
        """A cue to every display, before anything else is done."""
        self._send(self.encode(cue))
        self._shown_at = (cue.number, time.monotonic())
        self._known = replace(
            self._known,
            song=cue.song,
            section=cue.section,
            number=cue.number,
            line=cue.line.text if cue.line else "",
            cleared=cue.line is None,
        )

    def encode(self, cue: Cue) -> bytes:
        """The frame of a cue."""
        return messages.frame(messages.cue(cue))

    def state(self, state: State) -> None:
        """The state after a change. A display is sent only what the cue before did not tell it."""
        self._state = state
        known = self._known
        if state.next != known.next:
            self._known = known = replace(known, next=state.next)
            self._send(messages.frame(messages.following(state.next)))
        if state == known:
            return
        if replace(state, ready=known.ready, tempo=known.tempo) != known:
            self._send_state(state)
        elif self._calm is None:
            self._calm = asyncio.get_running_loop().call_later(CALM, lambda: self._send_state(self._now()))

    def alert(self, text: str, level: Level = "warning") -> None:
        self._send(messages.frame(messages.alert(text)))

    def beat(self, beat: float, tempo: float) -> None:
        frame = messages.frame(messages.beat(beat, tempo))
        for client in self._clients:
            client.outbox.put_if_prompt(frame)

    async def prepare(self, line: Line) -> None:
        """Text needs no making ready."""

    def _send(self, frame: bytes) -> None:
        for client in self._clients:
            client.outbox.put(frame)

    def _send_state(self, state: State) -> None:
        if self._calm is not None:
            self._calm.cancel()
            self._calm = None
        self._known = state
        self._send(messages.frame(messages.state(state)))

    def _now(self) -> State:
        """What is so at this moment, even between a cue and the state that follows it."""
        known = self._known
        return replace(
            self._state,
            song=known.song,
            section=known.section,
            number=known.number,
            line=known.line,
            cleared=known.cleared,
        )

    # -- in

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        """One display's connection: the state first, then whatever comes. It reads beside the sending."""
        if len(self._clients) >= MAX_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f"There are {MAX_CLIENTS} displays already.")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=MAX_MESSAGE, timeout=0.2)
        await socket.prepare(request)
        if request.transport is None:  # gone already
            return socket
        client = self._welcome(request, request.transport)
        self._clients.append(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(client, message.data)
                elif message.type is WSMsgType.BINARY:
                    self._complain(client, "A message is text, not bytes.")
        finally:
            self._clients.remove(client)
            client.outbox.close()
        return socket

    def _welcome(self, request: web.Request, transport: asyncio.WriteTransport) -> Client:
        address = request.remote or ""
        display = Display(
            page=request.query.get("page", "")[:20],
            name=request.query.get("name", "")[:40],
            address=address,
            heard=time.monotonic(),
        )
        offered = _offered_pin(request)
        refusal = self._refusal(address, offered)
        client = Client(display, Outbox(transport), allowed=refusal is None)
        client.outbox.put(messages.frame(messages.state(self._now())))
        if client.operator:
            client.outbox.put(messages.frame(messages.access(client.allowed, self._has_pin)))
        if refusal and offered:
            client.outbox.put(messages.frame(messages.error(refusal)))
        return client

    def _hear(self, client: Client, text: str) -> None:
        at = client.display.heard = time.monotonic()
        try:
            message = messages.read(messages.decode(text), at)
        except ValueError as fault:
            self._complain(client, str(fault))
            return
        match message:
            case messages.Painted():
                self._note_painted(client.display, message, at)
            case messages.Ping():
                client.outbox.put(messages.frame({"type": "pong"}))
            case messages.PinTry():
                self._try_pin(client, message.pin)
            case Event():
                if client.allowed:
                    self._emit(message)
                else:
                    self._complain(client, self._refusal(client.display.address, None) or "")

    def _note_painted(self, display: Display, painted: messages.Painted, at: float) -> None:
        display.painted, display.ms = painted.number, painted.ms
        number, sent = self._shown_at
        if painted.number == number:
            display.round_trip_ms = (at - sent) * 1000

    def _try_pin(self, client: Client, pin: str) -> None:
        refusal = self._refusal(client.display.address, pin)
        client.allowed = refusal is None
        if refusal:
            client.outbox.put(messages.frame(messages.error(refusal)))
        client.outbox.put(messages.frame(messages.access(client.allowed, self._has_pin)))

    def _refusal(self, address: str, offered: str | None) -> str | None:
        return None if is_loopback(address) else self._pin.refusal(address, offered)

    def _complain(self, client: Client, text: str) -> None:
        """To this client alone; a bad message never ends anything."""
        self.bad_messages += 1
        client.outbox.put(messages.frame(messages.error(text)))

    async def _get_state(self, request: web.Request) -> web.Response:
        return web.json_response(messages.state(self._now()))

    async def _post_do(self, request: web.Request) -> web.Response:
        refusal = self._refusal(request.remote or "", _offered_pin(request))
        if refusal:
            return _answer(403, refusal)
        try:
            command = messages.command(messages.decode((await request.read()).decode()))
        except ValueError as fault:
            self.bad_messages += 1
            return _answer(400, "That is not UTF-8." if isinstance(fault, UnicodeError) else str(fault))
        self._emit(command)
        return web.json_response({"ok": True})

    async def _osc_query(self, request: web.Request) -> web.Response:
        assert self.tree is not None
        status, found = self.tree.answer(request.path, request.query_string, self._now())
        headers = {"Cache-Control": "no-store"}
        return web.Response(status=status, headers=headers) if found is None else web.json_response(found)

    def _wants_tree(self, request: web.Request) -> bool:
        if self.tree is None or request.path != "/":
            return False
        client = (request.remote or "", request.headers.get("User-Agent", ""))
        return self.tree.wanted_at_root(client, request.headers.get("Accept", ""), request.query_string)

    async def _file(self, request: web.Request) -> web.Response:
        if self._wants_tree(request):
            return await self._osc_query(request)
        found = self._files.get(PAGES.get(request.path) or request.match_info.get("name", ""))
        if found is None:
            raise web.HTTPNotFound(text="There is no such page: try / or /operator or /audience.")
        kind, body, tag = found
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    # -- around

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        here = request.transport.get_extra_info("sockname") if request.transport else None
        if not self._hosts.allows(request.host, here[0] if here else None):
            return _answer(403, "This server does not go by that name: use its address, or name it in the rig.")
        changing = request.method != "GET" or request.path == "/live"
        if changing and not same_origin(request.headers.get("Origin"), request.host):
            return _answer(403, "This comes from another site's page, which may not touch the show.")
        return await handler(request)

    async def _watch_displays(self) -> None:
        """The operator sees every second how the displays are doing."""
        while True:
            await asyncio.sleep(1)
            operators = [client for client in self._clients if client.operator]
            if operators:
                frame = messages.frame({"type": "displays", "displays": [_health(d) for d in self.displays]})
                for client in operators:
                    client.outbox.put_if_prompt(frame)

    async def _hang_up(self, application: web.Application) -> None:
        for client in list(self._clients):
            client.outbox.hang_up()

    def _listen_error(self, fault: OSError) -> ListenError:
        where = f"{self.host or 'every address'}:{self.port}"
        if fault.errno == errno.EADDRINUSE:
            return PortInUseError(
                f"The page cannot open on {where}: another program has that port. "
                "End it (is another show running?) or choose another port with --port.",
            )
        reason = fault.strerror or str(fault)
        return ListenError(f"The page cannot open on {where}: {reason}. Choose another with --host and --port.")


def _nowhere(event: Event) -> None:
    """Where events go while nobody listens."""


def _health(display: Display) -> dict[str, object]:
    return {
        "page": display.page,
        "name": display.name,
        "address": display.address,
        "painted": display.painted,
        "ms": display.ms,
        "age": round(display.age, 1),
    }


def _offered_pin(request: web.Request) -> str | None:
    return request.headers.get("X-Stagelyric-Pin") or request.query.get("pin")


def _answer(status: int, text: str) -> web.Response:
    return web.json_response({"ok": False, "error": text}, status=status)


def _read_files() -> dict[str, tuple[str, bytes, str]]:
    """Name -> (content type, bytes, tag) of every static file."""
    found = {}
    for file in Path(__file__).with_name("static").iterdir():
        kind = TYPES.get(file.suffix)
        if kind:
            body = file.read_bytes()
            found[file.name] = (kind, body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
    return found


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = POLICY.format(host=request.host)
    response.headers.setdefault("Cache-Control", "no-store")

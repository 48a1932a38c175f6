"""The page: an Input and an Output in one, over HTTP and a WebSocket.

A cue is serialised once, into the very bytes of its WebSocket frame, and written to every display at once.
"""

import asyncio
import errno
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from stagelyric.show.learn import LearnSession
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.lines import Cue, State
from stagelyric.types.parts import Part, ignore
from stagelyric.web import files, joining, messages
from stagelyric.web.budget import ACTING, WATCHING, Budget, share
from stagelyric.web.client import Client, Clients, Display, Outbox
from stagelyric.web.desk import Desk, keep_telling
from stagelyric.web.guard import Hosts, Origins, Pin, is_loopback
from stagelyric.web.wordbox import WordBox

MAX_MESSAGE = 64 * 1024
MAX_CLIENTS = 256
MAX_AUDIENCE = 192  # a full room must not keep the singer's tablet out
RESERVED = 24  # places that only those who may change the show can take
ONE_ADDRESS = 96  # places of those who only watch from one address: a whole room may sit behind one router
HEARTBEAT = 10.0
MACHINE = "machine"  # the page that another machine of the same show asks for
# News that no performer waits for (the pool's filling, a wandering tempo) goes out this often at most.
CALM = 0.5
HEADERS = {
    "Server": "stagelyric",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
    "connect-src 'self' ws://{host} wss://{host}{also}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
VISITING = "This page is another server's: here it may watch, and change nothing."
EMPTY = State(
    song="", section="", number=0, line="", next="", ready=0, tempo=0.0, held=False, cleared=False, speech=False
)


class Tree(Protocol):
    """What answers OSCQuery on the page's port: see `gear.osc.oscquery`."""

    def answer(self, path: str, query: str, state: State) -> tuple[int, dict[str, Any] | None]: ...

    def wanted_at_root(self, client: tuple[str, str], accept: str, query: str) -> bool: ...


class Page(Part):
    """The teleprompter, the operator's page and the audience's page.

    `pin`: lets clients beyond this machine change the show; `hosts`: further names the machine is reached by; `also`:
    second servers, whose pages are as good as ours. `port` 0 takes any free port (`address` tells which). `secure`: a
    context for https, which then is on the port after it. `tree`: answers OSCQuery, on the
    same port. `desk`: where the operator's page has its knowledge from.
    """

    name = "page"
    first = True

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 7740,
        pin: str | None = None,
        hosts: Iterable[str] = (),
        also: Iterable[str] = (),
        secure: ssl.SSLContext | None = None,
        tree: Tree | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.address: tuple[str, int] = (host, port)
        self.secure_port: int | None = None
        self.desk = Desk()
        self.bad_messages = 0  # what was malformed or not allowed, since the start
        self._secure = secure
        self._origins = Origins(also)
        self._pin = Pin(pin)
        self._has_pin = bool(pin)
        self._hosts = Hosts((host, *hosts))
        self._clients = Clients()
        self.box = WordBox(self._clients)
        self._emit: Emit = _nowhere
        self._state = EMPTY  # as last told by the stage
        self._known = EMPTY  # as the displays have it
        self._shown_at = (0, 0.0)  # the last cue's number, and when it was sent
        self._calm: asyncio.TimerHandle | None = None
        self._files: dict[str, files.File] = {}
        self._tree = tree
        self.learning: LearnSession | None = None  # where pedals can be learned
        self.greet_machine: Callable[[], dict[str, object]] | None = None  # what another machine is told first

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
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Open while the context is: what comes in goes to `emit`. Raises ListenError, PortInUseError."""
        self._files = files.read()
        self._emit = emit
        application = web.Application(client_max_size=MAX_MESSAGE, middlewares=[self._guard])
        application.on_response_prepare.append(_add_headers)
        application.on_response_prepare.append(self._add_policy)
        application.on_shutdown.append(self._hang_up)
        application.router.add_get("/live", self._live)
        application.router.add_get("/api/state", self._get_state)
        application.router.add_post("/api/do", self._post_do)
        if self._tree is not None:
            application.router.add_get("/stagelyric{below:(/.*)?}", self._osc_query)
        application.router.add_get("/join.svg", self._join)
        for path in (*files.PAGES, files.WORKER, "/static/{name}"):
            application.router.add_get(path, self._file)
        # No access log: it would be written between a press and its line.
        runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await runner.setup()
        watch = asyncio.get_running_loop().create_task(keep_telling(lambda: self.desk, self._clients))
        try:
            await self._open(web.TCPSite(runner, self.host, self.port), self.port)
            host, port = runner.addresses[0][:2]
            self.address = (self.host or host, port)
            if self._secure is not None:
                self.secure_port = port + 1 if self.port else 0
                site = web.TCPSite(runner, self.host, self.secure_port, ssl_context=self._secure)
                await self._open(site, self.secure_port)
                self.secure_port = runner.addresses[-1][1]
            yield
        finally:
            watch.cancel()
            if self._calm is not None:
                self._calm.cancel()
                self._calm = None
            self.box.close()
            await runner.cleanup()
            self._emit = _nowhere

    async def _open(self, site: web.TCPSite, port: int) -> None:
        try:
            await site.start()
        except OSError as fault:
            raise self._listen_error(fault, port) from fault

    # -- out: called by the stage; each returns at once

    def show(self, cue: Cue) -> None:
        """A cue to every display, before anything else is done."""
        self._clients.send(self.encode(cue))
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
            self._clients.send(messages.frame(messages.following(state.next)))
        if state == known:
            return
        if replace(state, ready=known.ready, tempo=known.tempo) != known:
            self._send_state(state)
        elif self._calm is None:
            self._calm = asyncio.get_running_loop().call_later(CALM, lambda: self._send_state(self._now()))

    def alert(self, text: str, level: Level = "warning") -> None:
        self._clients.send(messages.frame(messages.alert(text)))

    def tell_machines(self, message: dict[str, object]) -> None:
        """To the machines that run in step with this one."""
        frame = messages.frame(message)
        for client in self._clients:
            if client.display.page == MACHINE:
                client.outbox.put(frame)

    def beat(self, beat: float, tempo: float) -> None:
        frame = messages.frame(messages.beat(beat, tempo))
        for client in self._clients:
            client.outbox.put_if_prompt(frame)

    def _send_state(self, state: State) -> None:
        if self._calm is not None:
            self._calm.cancel()
            self._calm = None
        self._known = state
        self._clients.send(messages.frame(messages.state(state)))

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
        if not self._has_place(request):
            raise web.HTTPServiceUnavailable(text=f"There are {len(self._clients)} displays already.")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT, compress=False, max_msg_size=MAX_MESSAGE, timeout=0.2, autoping=False
        )
        await socket.prepare(request)
        if request.transport is None:  # gone already
            return socket
        client = self._welcome(request, request.transport)
        self._clients.admit(client)
        try:
            budget = Budget()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(client, message.data)
                elif message.type is WSMsgType.BINARY:
                    self._complain(client, "A message is text, not bytes.")
                elif message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                # One that sends more than its share is read more slowly, and nobody else is.
                wait = budget.spend(len(message.data or ""), ACTING if client.allowed else WATCHING)
                if wait > 0:
                    await asyncio.sleep(wait)
        finally:
            self._clients.remove(client)
            client.outbox.close()
        return socket

    def _has_place(self, request: web.Request) -> bool:
        """Those who only watch leave places for those who act, and one address leaves some for the others."""
        audience = request.query.get("page") == "audience"
        if len(self._clients) >= MAX_CLIENTS or (audience and self._clients.audience >= MAX_AUDIENCE):
            return False
        address = request.remote or ""
        offered = _offered_pin(request)
        if is_loopback(address) or (offered and self._refusal(address, offered) is None):
            return True
        mine = share(address)
        watching = [client for client in self._clients if not client.allowed]
        beside = sum(share(client.display.address) == mine for client in watching)
        return len(watching) < MAX_CLIENTS - RESERVED and beside < ONE_ADDRESS

    def _welcome(self, request: web.Request, transport: asyncio.WriteTransport) -> Client:
        address = request.remote or ""
        display = Display(
            page=request.query.get("page", "")[:20],
            name=request.query.get("name", "")[:40],
            address=address,
            heard=time.monotonic(),
        )
        offered = _offered_pin(request)
        visiting = not self._origins.allow(request.headers.get("Origin"), request.host)
        refusal = VISITING if visiting else self._refusal(address, offered)
        client = Client(display, Outbox(transport), allowed=refusal is None, visiting=visiting)
        client.tell(messages.state(self._now()))
        if client.operator:
            client.tell(messages.access(client.allowed, self._has_pin))
            self.desk.greet(client)
        self.box.greet(client)
        if client.display.page == MACHINE and self.greet_machine is not None:
            client.tell(self.greet_machine())
        if refusal and offered:
            client.tell(messages.error(refusal))
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
                client.tell({"type": "pong"})
            case messages.PinTry():
                self._try_pin(client, message.pin)
            case messages.Offer():
                self.box.offer(client, message.word)
            case _ if not client.allowed:
                self._complain(
                    client, VISITING if client.visiting else self._refusal(client.display.address, None) or ""
                )
            case messages.Learn():
                self._learn(client, message.request)
            case messages.Opening():
                self.box.open(message.open)
            case messages.Verdict():
                self.box.judge(message, self._emit)
            case Event():
                self._emit(message)

    def _learn(self, client: Client, request: object) -> None:
        if self.learning is None:
            self._complain(client, "Learning wants a show that was started from a setlist's file.")
            return
        try:
            self.learning.ask(request, client.tell)
        except ValueError as fault:
            self._complain(client, str(fault))

    def _note_painted(self, display: Display, painted: messages.Painted, at: float) -> None:
        if painted.number == display.painted:
            return  # the same line once more, with news that did not change it
        display.painted, display.ms = painted.number, painted.ms
        number, sent = self._shown_at
        if painted.number == number and display.since <= sent:
            display.round_trip_ms = (at - sent) * 1000

    def _try_pin(self, client: Client, pin: str) -> None:
        refusal = VISITING if client.visiting else self._refusal(client.display.address, pin)
        client.allowed = refusal is None
        if refusal:
            client.tell(messages.error(refusal))
        client.tell(messages.access(client.allowed, self._has_pin))

    def _refusal(self, address: str, offered: str | None) -> str | None:
        return None if is_loopback(address) else self._pin.refusal(address, offered)

    def _complain(self, client: Client, text: str) -> None:
        """To this client alone; a bad message never ends anything."""
        self.bad_messages += 1
        client.tell(messages.error(text))

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
        if request.path in files.PAGES and self.secure_port and not request.secure and not is_loopback(request.remote):
            raise web.HTTPTemporaryRedirect(request.url.with_scheme("https").with_port(self.secure_port))
        headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == found.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.body, content_type=found.kind, charset="utf-8", headers=headers)

    async def _join(self, request: web.Request) -> web.Response:
        """The page's address as a picture for another tablet: the one this one came by, or the network's."""
        path = request.query.get("path", "/")
        if path.partition("?")[0] not in files.PAGES or len(path) > 200:
            raise web.HTTPNotFound(text="There is no such page: try / or /operator or /audience.")
        url = self.join_url(None if is_loopback(request.url.host) else request.url.host) + path
        return web.Response(body=joining.qr_svg(url), content_type="image/svg+xml", headers={"X-Url": url})

    def join_url(self, host: str | None = None) -> str:
        """The address for another machine's browser, by `host` or by this machine's best address."""
        if host is None:
            near = joining.reachable(self.host)
            if not near:
                return self.url
            host = near[0]
        host = f"[{host}]" if ":" in host else host
        return f"https://{host}:{self.secure_port}" if self.secure_port else f"http://{host}:{self.address[1]}"

    # -- around

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        here = request.transport.get_extra_info("sockname") if request.transport else None
        if not self._hosts.allows(request.host, here[0] if here else None):
            return _answer(403, "This server does not go by that name: use its address, or name it in the rig.")
        origin = request.headers.get("Origin")
        live = request.path == "/live"
        watching = live and "also" in request.query and self._origins.may_watch(origin)
        if (live or request.method != "GET") and not watching and not self._origins.allow(origin, request.host):
            return _answer(403, "This comes from another site's page, which may not touch the show.")
        return await handler(request)

    async def _add_policy(self, request: web.Request, response: web.StreamResponse) -> None:
        also = self._origins.reach(request.query.get("also", ""))
        response.headers["Content-Security-Policy"] = POLICY.format(host=request.host, also=also)

    async def _hang_up(self, application: web.Application) -> None:
        for client in list(self._clients):
            client.outbox.hang_up()

    def _listen_error(self, fault: OSError, port: int) -> ListenError:
        where = f"{self.host or 'every address'}:{port}"
        if fault.errno == errno.EADDRINUSE:
            return PortInUseError(
                f"The page cannot open on {where}: another program has that port. "
                "End it (is another show running?) or choose another port with --port.",
            )
        reason = fault.strerror or str(fault)
        return ListenError(f"The page cannot open on {where}: {reason}. Choose another with --host and --port.")


def _nowhere(event: Event) -> None:
    """Where events go while nobody listens."""


def _offered_pin(request: web.Request) -> str | None:
    return request.headers.get("X-Stagelyric-Pin") or request.query.get("pin")


def _answer(status: int, text: str) -> web.Response:
    return web.json_response({"ok": False, "error": text}, status=status)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")

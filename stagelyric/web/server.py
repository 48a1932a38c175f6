"""The pages' server: input and output in one part, over HTTP and a WebSocket.

A cue is serialised once, into the bytes of its WebSocket frame, and written to every display at once.
"""

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from aiohttp import web
from aiohttp.http import WSMsgType

from stagelyric.rehearsal.desk import Rehearsal
from stagelyric.setup.desk import Setup
from stagelyric.show.learn import LearnSession
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.lines import Cue, State
from stagelyric.types.parts import Part, ignore
from stagelyric.web import guard, messages, replayed
from stagelyric.web.access import VISITING, Access, Offered, offered
from stagelyric.web.answers import Answers, Tree
from stagelyric.web.budget import ACTING, WATCHING, share
from stagelyric.web.client import Client, Clients, Display, Outbox
from stagelyric.web.desk import Desk, keep_telling
from stagelyric.web.door import Door, Runner
from stagelyric.web.joining import Addresses
from stagelyric.web.rehearsing import Rehearsing
from stagelyric.web.replayed import Replayed
from stagelyric.web.setting_up import SettingUp
from stagelyric.web.wordbox import WordBox

MAX_MESSAGE = 64 * 1024
MAX_CLIENTS = 256
MAX_AUDIENCE = 192  # audience pages, so that a full room can't keep the singer's tablet out
RESERVED = 24  # places kept for those who may change the show
ONE_ADDRESS = 96  # places for those who only watch from one address; a whole room may sit behind one router
HEARTBEAT = 10.0
MACHINE = "machine"  # the page name with which another machine of the same show connects
# Seconds: updates that no performer waits for (the pool's filling, a drifting tempo) are sent no more often than this.
CALM = 0.5
EMPTY = State(
    song="", section="", number=0, line="", next="", ready=0, tempo=0.0, held=False, cleared=False, speech=False
)


class Page(Part):
    """The teleprompter, the operator's page and the audience's page.

    `pin`: lets clients beyond this machine change the show; `hosts`: further names by which the machine is reached;
    `also`: second servers, whose pages may connect like our own. `port` 0 takes any free port (`address` has its
    number). `secure`: a TLS context for https, which is served on the next port. `tree`: answers OSCQuery, on the same
    port. `desk`: the data of the operator's page; `learn_session`: learns pedals; `rehearsal`: keeps drafts;
    `setup`: edits the setlist's file; `greet_machine`: returns the first message to another machine of the same show;
    `key`: signs the tokens of pages that have joined (None: a new one, valid until the show ends); `replay`: the night
    that is shown again instead of a show, in which no page can change anything.
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
        *,
        desk: Desk | None = None,
        learn_session: LearnSession | None = None,
        rehearsal: Rehearsal | None = None,
        setup: Setup | None = None,
        greet_machine: Callable[[], dict[str, object]] | None = None,
        key: bytes | None = None,
        replay: Replayed | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._addresses = Addresses(host, (host, port))
        self.desk = desk or Desk()
        self.door = Door()
        self.bad_messages = 0  # messages that were malformed or not allowed, since the start
        self._secure = secure
        self._access = Access(host, pin, hosts, also, key, replay.why if replay is not None else None)
        self._replay = replay
        self._clients = Clients()
        self.box = WordBox(self._clients)
        self._emit: Emit = ignore
        self._state = EMPTY  # the state that the stage gave last
        self._known = EMPTY  # the state that the displays have
        self._shown_at = (0, 0.0)  # the last cue's number, and when it was sent
        self._due: float | None = None  # the beat that an action waits for
        self._calm: asyncio.TimerHandle | None = None
        self._tree = tree
        self.learn_session, self.rehearsal, self.setup = learn_session, rehearsal, setup
        self._greet_machine = greet_machine

    @property
    def address(self) -> tuple[str, int]:
        """The page's actual host and port."""
        return self._addresses.bound

    @property
    def secure_port(self) -> int | None:
        """The port for https, None if there is none."""
        return self._addresses.secure_port

    @property
    def url(self) -> str:
        """The page's address for a browser on this machine."""
        return self._addresses.url

    def join_url(self, host: str | None = None) -> str:
        """The page's address for another machine's browser, with `host` or this machine's best address."""
        return self._addresses.join_url(host)

    @property
    def displays(self) -> list[Display]:
        """All pages that are connected now."""
        return [client.display for client in self._clients]

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Serves while the context is open; incoming events go to `emit`. Raises ListenError, PortInUseError."""
        self._emit = emit
        application = web.Application(client_max_size=MAX_MESSAGE, middlewares=[self.door.attend, self._access.guard])
        application.on_response_prepare.append(self._access.add_headers)
        application.on_shutdown.append(self._hang_up)
        application.router.add_get("/live", self._live)
        answers = Answers(
            self._access, self._addresses, self._tree, now=self._now, emit=emit, bad_message=self._note_bad_message,
            replay=self._replay is not None,
        )  # fmt: skip
        answers.add_to(application.router)
        if self.rehearsal is not None:
            Rehearsing(self.rehearsal, self._access, self._clients).add_to(application.router)
        SettingUp(self.setup).add_to(application.router)
        runner = Runner(application, self.door)
        await runner.setup()
        watch = asyncio.get_running_loop().create_task(keep_telling(lambda: self.desk, self._clients))
        try:
            await self._open(web.TCPSite(runner, self.host, self.port), self.port)
            host, port = runner.addresses[0][:2]
            self._addresses.bound = (self.host or host, port)
            if self._secure is not None:
                secure_port = port + 1 if self.port else 0
                site = web.TCPSite(runner, self.host, secure_port, ssl_context=self._secure)
                await self._open(site, secure_port)
                self._addresses.secure_port = runner.addresses[-1][1]
            yield
        finally:
            watch.cancel()
            if self._calm is not None:
                self._calm.cancel()
                self._calm = None
            self.box.close()
            await runner.cleanup()
            self._emit = ignore

    async def _open(self, site: web.TCPSite, port: int) -> None:
        try:
            await site.start()
        except OSError as fault:
            raise self._listen_error(fault, port) from fault

    # -- output: called by the stage; each call returns at once

    def show(self, cue: Cue) -> None:
        """Sends a cue to every display, before anything else is done."""
        self._clients.send(self.encode(cue))
        self._shown_at = (cue.number, time.monotonic())
        self._known = replace(
            self._known,
            song=cue.song,
            section=cue.section,
            number=cue.number,
            line=cue.line.text if cue.line else "",
            cleared=cue.line is None,
            line_song=cue.song if cue.line else self._known.line_song,
        )

    def encode(self, cue: Cue) -> bytes:
        """The WebSocket frame of a cue."""
        return messages.frame(messages.cue(cue))

    def state(self, state: State) -> None:
        """Takes the state after a change. It is sent only if it differs from what the last cue told the displays."""
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
        """Sends a message to the machines that run in step with this one."""
        frame = messages.frame(message)
        for client in self._clients:
            if client.display.page == MACHINE:
                client.outbox.put(frame)

    def tell_replay(self) -> None:
        """Tells all pages where the replay is, after it was paused or moved."""
        if self._replay is not None:
            self._clients.send(messages.frame(self._replay.told()))

    def beat(self, beat: float, tempo: float) -> None:
        frame = messages.frame(messages.beat(beat, tempo))
        for client in self._clients:
            client.outbox.put_if_prompt(frame)

    def due(self, beat: float | None) -> None:
        self._due = beat
        self._clients.send(messages.frame(messages.due(beat)))

    def _send_state(self, state: State) -> None:
        if self._calm is not None:
            self._calm.cancel()
            self._calm = None
        self._known = state
        self._clients.send(messages.frame(messages.state(state)))

    def _now(self) -> State:
        """The state at this moment, also between a cue and the state update that follows it."""
        known = self._known
        return replace(
            self._state,
            song=known.song,
            section=known.section,
            number=known.number,
            line=known.line,
            cleared=known.cleared,
            line_song=known.line_song,
        )

    # -- input

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Handles one display's connection: sends the state first, then reads messages until it closes."""
        if not self._has_place(request):
            raise web.HTTPServiceUnavailable(text=f"There are {len(self._clients)} displays already.")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT, compress=False, max_msg_size=MAX_MESSAGE, timeout=0.2, autoping=False
        )
        try:
            await socket.prepare(request)
        except ConnectionError:  # it is gone already
            return web.Response()
        if request.transport is None:
            return socket
        client = self._welcome(request, request.transport)
        self.door.stays(request.transport, lambda: ACTING if client.allowed else WATCHING)
        self._clients.admit(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(client, message.data)
                elif message.type is WSMsgType.BINARY:
                    self._complain(client, "A message is text, not bytes.")
                elif message.type is WSMsgType.PING:
                    with suppress(ConnectionError):  # closed meanwhile: the loop ends with the next message
                        await socket.pong(message.data)
        finally:
            self._clients.remove(client)
            client.outbox.close()
        return socket

    def _has_place(self, request: web.Request) -> bool:
        """Whether there is a place for the client. Those who only watch leave some for those who act, and one address
        leaves some for others."""
        audience = request.query.get("page") == "audience"
        if len(self._clients) >= MAX_CLIENTS or (audience and self._clients.audience >= MAX_AUDIENCE):
            return False
        address = request.remote or ""
        brought = offered(request)
        if guard.is_loopback(address) or (any(brought) and self._access.refusal(address, brought) is None):
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
        brought = offered(request)
        visiting = self._access.is_visiting(request)
        refusal = VISITING if visiting else self._access.refusal(address, brought)
        client = Client(display, Outbox(transport), allowed=refusal is None, visiting=visiting)
        client.tell(messages.state(self._now()))
        if self._due is not None:
            client.tell(messages.due(self._due))
        if client.operator or any(brought):
            self._tell_access(client, joined=bool(brought.pin))
        if client.operator:
            self.desk.greet(client)
        self.box.greet(client)
        if self._replay is not None:
            client.tell(replayed.greeting(self._replay, client))
        if client.display.page == MACHINE and self._greet_machine is not None:
            client.tell(self._greet_machine())
        if refusal and any(brought):
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
            case messages.Move():
                self._move(client, message.request)
            case _ if not client.allowed:
                self._complain(
                    client,
                    VISITING if client.visiting else self._access.refusal(client.display.address, Offered()) or "",
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
        if self.learn_session is None:
            self._complain(client, "Learning wants a show that was started from a setlist's file.")
            return
        try:
            self.learn_session.ask(request, client.tell)
        except ValueError as fault:
            self._complain(client, str(fault))

    def _move(self, client: Client, request: object) -> None:
        refusal = replayed.refusal(self._replay, client)
        try:
            if refusal is not None or self._replay is None:
                raise ValueError(refusal)
            self._replay.ask(request)
        except ValueError as fault:
            self._complain(client, str(fault))

    def _note_painted(self, display: Display, painted: messages.Painted, at: float) -> None:
        if painted.number == display.painted:
            return  # the same line again, with an update that did not change it
        display.painted, display.ms = painted.number, painted.ms
        number, sent = self._shown_at
        if painted.number == number and display.since <= sent:
            display.round_trip_ms = (at - sent) * 1000

    def _try_pin(self, client: Client, pin: str) -> None:
        refusal = VISITING if client.visiting else self._access.refusal(client.display.address, Offered(pin))
        client.allowed = refusal is None
        if refusal:
            client.tell(messages.error(refusal))
        self._tell_access(client, joined=True)

    def _tell_access(self, client: Client, *, joined: bool) -> None:
        """`joined`: with the PIN; then the page is given a token, to be shown from now on instead of it."""
        token = self._access.token() if joined and client.allowed else None
        client.tell(messages.access(client.allowed, self._access.has_pin, token, self._access.closed))

    def _complain(self, client: Client, text: str) -> None:
        """Sends an error to this client alone; a bad message never closes anything."""
        self._note_bad_message()
        client.tell(messages.error(text))

    def _note_bad_message(self) -> None:
        self.bad_messages += 1

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
        if fault.errno == errno.EADDRNOTAVAIL or isinstance(fault, socket.gaierror):
            return ListenError(
                f"The page cannot open on {where}: this machine does not have that address. "
                "Choose another with --host, or 0.0.0.0 for all it has."
            )
        reason = fault.strerror or str(fault)
        return ListenError(f"The page cannot open on {where}: {reason}. Choose another with --host and --port.")

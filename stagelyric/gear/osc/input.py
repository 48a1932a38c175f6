"""OSC in, and OSC out through the same port: one UDP socket on the event loop.

A datagram is checked, parsed, looked up in one dict and emitted without a break, on the loop's thread.
"""

import asyncio
import contextlib
import errno
import ipaddress
import itertools
import logging
import math
import operator
import socket
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from stagelyric.gear.osc.addresses import ADDRESSES, PING, PONG, SUBSCRIBE, TABLE, UNSUBSCRIBE, port_number, released
from stagelyric.gear.osc.faults import EVERY, Counts, Faults, Kind
from stagelyric.gear.osc.output import OscOutput, Target, udp_socket
from stagelyric.gear.osc.packets import IMMEDIATELY, MalformedError, Message, ahead, read
from stagelyric.gear.osc.patterns import is_pattern, matches
from stagelyric.gear.osc.sieve import Sieve
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.events import Emit, Event, Notice, OscMessage
from stagelyric.types.parts import ignore

PENDING = 256  # bundles that may wait for their time; a further one is run at once
_RECEIVE_BUFFER = 1 << 20  # bytes: during a burst the kernel holds what the loop has no time for
_BARE_PING = 20  # length in bytes of a ping without type tags, which some receivers want
_SENDERS = 1024  # senders of which we remember whether they are allowed

_TIMETAG = operator.itemgetter(0)

_log = logging.getLogger(__name__)


class Osc(OscOutput):
    """OSC in and out on `host`:`port`; port 0 takes a free one (`address` has its number).

    `allow`: addresses and networks ("192.168.1.0/24") whose datagrams are read; none means everyone who can reach
    `host`, which beyond the loopback address is the whole network. `known`: the addresses that triggers use; other
    addresses are counted as unknown, but still emitted for those who watch. `clock`: monotonic seconds for the events;
    `wall`: unix seconds, for timetags. Raises ValueError if `allow` contains an invalid address or network.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 7744,
        reply_to: Iterable[tuple[str, int]] = (),
        allow: Sequence[str] = (),
        known: Collection[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(reply_to, clock)
        self._host = host
        self._port = port
        self._allow = [ipaddress.ip_network(network, strict=False) for network in allow]
        self._allowed: dict[str, bool] = {}
        self._known = known
        self._wall = wall
        self._emit: Emit = _nobody
        self._own_port: int | None = None
        self._faults = Faults(self._say, clock)
        self._telling: asyncio.TimerHandle | None = None
        self._sieve = Sieve(clock)
        self._letting_in: asyncio.TimerHandle | None = None
        self._pending: set[asyncio.TimerHandle] = set()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, as (host, port); the port is the actual one while the context is open."""
        if self._listening is None:
            return self._host, self._port
        host, port = self._listening.getsockname()[:2]
        return host, port

    @property
    def counts(self) -> Counts:
        counts = self._faults.counts
        counts.unsent = self.unsent
        return counts

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Opens output and input. Raises PortInUseError, or ListenError."""
        async with super().running(emit), self._listen(emit):
            yield

    @asynccontextmanager
    async def _listen(self, emit: Emit) -> AsyncIterator[None]:
        """Raises PortInUseError, or ListenError."""
        bound = await _bind(self._host, self._port)
        endpoint = _Endpoint(self)
        # Set before the endpoint exists: datagrams that wait in the socket are read before we are told that it does.
        self._emit, self._listening, self._own_port = emit, bound, bound.getsockname()[1]
        self._sieve.bind(bound)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: endpoint, sock=bound)
        # asyncio's own reader allocates a buffer of 256 KiB for every datagram, which costs more than the parsing.
        if hasattr(transport, "max_size"):
            transport.max_size = 65_536
        try:
            yield
        finally:
            self._emit, self._listening, self._own_port = _nobody, None, None
            self._subscribers.clear()
            for handle in self._pending:
                handle.cancel()
            self._pending.clear()
            self._sieve.bind(None)
            for timer in (self._telling, self._letting_in):
                if timer is not None:
                    timer.cancel()
            self._telling = self._letting_in = None
            transport.close()
            await endpoint.closed.wait()  # then the port is free again

    def receive(self, datagram: bytes, sender: Target) -> None:
        """Handles a datagram, now or at its timetag. Never raises because of the datagram's content."""
        at = self._clock()
        self._faults.counts.received += 1
        if sender[1] == self._own_port and _is_here(sender[0]):
            return  # sent by ourselves: /stagelyric/clear and /song go both ways, and would go round in circles
        if self._allow and not self._allows(sender[0]):
            self._turn_away("refused", sender, "is not in `allow`")
            if self._sieve.turned_away(sender[0]):
                self._let_in_later()
            return
        try:
            messages = read(datagram)
        except MalformedError as fault:
            self._turn_away("malformed", sender, str(fault))
            return
        for timetag, group in itertools.groupby(messages, _TIMETAG):
            wait = 0.0 if timetag == IMMEDIATELY else ahead(timetag, self._wall())
            batch = [message for _, message in group]
            if wait and len(self._pending) < PENDING:
                self._run_later(wait, batch, sender)
            else:
                self._run(at, batch, sender)

    def _let_in_later(self) -> None:
        if self._letting_in is not None:
            self._letting_in.cancel()
            self._letting_in = None
        wait = self._sieve.look()
        if wait is not None:
            self._letting_in = asyncio.get_running_loop().call_later(wait, self._let_in_later)

    @staticmethod
    def warm() -> None:
        """Parses a fake press and drops it, to keep the code in the processor's caches."""
        read(_PRESS)

    def _run_later(self, wait: float, batch: list[Message], sender: Target) -> None:
        def run() -> None:
            self._pending.discard(handle)
            self._run(self._clock(), batch, sender)

        handle = asyncio.get_running_loop().call_later(wait, run)
        self._pending.add(handle)

    def _run(self, at: float, batch: list[Message], sender: Target) -> None:
        source = f"osc {sender[0]}:{sender[1]}"
        for message in self._spelled_out(batch):
            try:
                event = self._event(at, source, message, sender)
            except MalformedError as fault:
                self._turn_away("malformed", sender, f"{message.address[:60]!r}: {fault}")
                continue
            if event is not None:
                self._emit(event)

    def _spelled_out(self, batch: list[Message]) -> Iterator[Message]:
        """Replaces address patterns by every address they match: the show's own and those of its triggers."""
        for message in batch:
            pattern = message.address
            if pattern in TABLE or not is_pattern(pattern) or (self._known and pattern in self._known):
                yield message
                continue
            shows = [entry.address for entry in ADDRESSES if entry.event is not None]
            found = [address for address in (*shows, *sorted(self._known or ())) if matches(pattern, address)]
            yield from (replace(message, address=address) for address in found) if found else (message,)

    def _event(self, at: float, source: str, message: Message, sender: Target) -> Event | None:
        entry = TABLE.get(message.address)
        if entry is None:
            return self._for_triggers(at, source, message, sender)
        if entry.event is not None:
            return entry.event(at, source, message.arguments)
        self._answer(message, sender)
        return None

    def _for_triggers(self, at: float, source: str, message: Message, sender: Target) -> Event:
        if any(isinstance(argument, float) and not math.isfinite(argument) for argument in message.arguments):
            raise MalformedError("a number that is not finite")
        address = message.address
        wanted = not address.startswith("/stagelyric/") if self._known is None else address in self._known
        if not wanted:
            self._turn_away("unknown", sender, f"unknown address {address[:60]!r}")
        return OscMessage(at, source, address, message.arguments)

    def _answer(self, message: Message, sender: Target) -> None:
        if message.address == PING:
            self._pong(message, sender)
            return
        if released(message.arguments):
            return
        port = port_number(message.arguments)
        target: Target = sender if port is None else (sender[0], port, *sender[2:])
        if message.address == UNSUBSCRIBE:
            self.unsubscribe(target)
        elif message.address == SUBSCRIBE and not self.subscribe(target):
            self._turn_away("refused", sender, "subscribed beyond the limit")

    def _pong(self, message: Message, sender: Target) -> None:
        # Both addresses have the same length, so the tags and the arguments can be returned byte for byte.
        tags_and_arguments = message.data[len(PING) :]
        if len(message.data) == _BARE_PING:
            tags_and_arguments += b",\0\0\0"
        self._send(PONG.encode() + tags_and_arguments, sender)

    def _allows(self, host: str) -> bool:
        allowed = self._allowed.get(host)
        if allowed is None:
            address = ipaddress.ip_address(host.partition("%")[0])
            address = getattr(address, "ipv4_mapped", None) or address
            allowed = any(address in network for network in self._allow)
            if len(self._allowed) >= _SENDERS:
                self._allowed.clear()
            self._allowed[host] = allowed
        return allowed

    def _turn_away(self, kind: Kind, sender: Target, why: str) -> None:
        self._faults.note(kind, f"from {sender[0]}:{sender[1]}: {why}")
        self._tell_the_rest()

    def _tell_the_rest(self) -> None:
        """Reports the remaining faults after a second, even if no more come."""
        if self._faults.waiting and self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(EVERY, self._tell_late)

    def _tell_late(self) -> None:
        self._telling = None
        self._faults.tell()
        self._tell_the_rest()

    def _say(self, text: str, to_stage: bool) -> None:
        _log.warning(text)
        if to_stage:
            self._emit(Notice(self._clock(), "osc", text))


def _nobody(event: Event) -> None:
    """Drops events while nobody listens."""


def _is_here(host: str) -> bool:
    """Whether an address belongs to this machine: only then can a socket be bound to it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with udp_socket(family) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


_PRESS = b"/stagelyric/line\0\0\0\0,i\0\0\0\0\0\1"


class _Endpoint(asyncio.DatagramProtocol):
    def __init__(self, osc: Osc) -> None:
        self._osc = osc
        self.closed = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Target) -> None:
        self._osc.receive(data, addr)

    def error_received(self, exc: Exception) -> None:
        self._osc.unsent += 1  # an answer that the receiver rejected

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


async def _bind(host: str, port: int) -> socket.socket:
    where = f"{host} port {port}"
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    except OSError as fault:
        raise ListenError(f'OSC cannot listen on {where}: there is no address "{host}" ({fault.strerror})') from None
    family, _, _, _, address = found[0]
    bound = udp_socket(family)
    with contextlib.suppress(OSError):  # the system does not allow a buffer of this size
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    try:
        bound.bind(address)
    except OSError as fault:
        bound.close()
        raise _in_plain_words(fault, where) from None
    return bound


def _in_plain_words(fault: OSError, where: str) -> ListenError:
    if fault.errno == errno.EADDRINUSE:
        return PortInUseError(
            f"OSC cannot listen on {where}: another program uses it. "
            "Close that program (perhaps another stagelyric), or choose another port with --osc-port."
        )
    if fault.errno == errno.EADDRNOTAVAIL:
        return ListenError(f"OSC cannot listen on {where}: this machine does not have that address now.")
    return ListenError(f"OSC cannot listen on {where}: {fault.strerror}.")

"""OSC out: the present line, the next one and the number of ready lines, sent to subscribers and to `reply_to`."""

import asyncio
import contextlib
import ipaddress
import itertools
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import cast

from pythonosc.osc_message_builder import OscMessageBuilder

from stagelyric.gear.osc.addresses import CLEAR, CUE, ERROR, NEXT, POOL, SECTION, SONG, SYLLABLE
from stagelyric.types.events import Emit, Level
from stagelyric.types.lines import Cue, State
from stagelyric.types.parts import Part, ignore

# (host, port), and for IPv6 also flow info and scope.
Target = tuple[str, int] | tuple[str, int, int, int]

LEASE = 60.0  # seconds that a subscription lasts
SUBSCRIBERS = 64
# subscribers of one host, so that a machine that asks from a new port each time does not keep the others out
OF_ONE_HOST = 16
POOL_EVERY = 0.25  # seconds between two /stagelyric/pool
RESOLVE_EVERY = 10.0  # seconds between two attempts to resolve a name that is not on the network yet

_log = logging.getLogger(__name__)


def encode(address: str, *arguments: str | int) -> bytes:
    """A message of strings (s) and 32-bit integers (i)."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        if isinstance(argument, str):
            # An OSC string ends at its first NUL, and a lone surrogate has no UTF-8.
            whole = argument.replace("\0", " ").encode("utf-8", "replace").decode()
            builder.add_arg(whole, OscMessageBuilder.ARG_TYPE_STRING)
        else:
            builder.add_arg(argument, OscMessageBuilder.ARG_TYPE_INT)
    return builder.build().dgram


class OscOutput(Part):
    """The output, usable alone. Sending never waits and never raises; `unsent` counts what the network refused.

    `reply_to`: (host, port) pairs that always get everything; a host may be a name, which is looked up in the
    background until it is found, or a broadcast address. `clock` gives seconds and is used for subscriptions and
    pacing.
    """

    name = "osc"

    def __init__(self, reply_to: Iterable[tuple[str, int]] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self.unsent = 0
        self._clock = clock
        self._reply_to = tuple(reply_to)
        self._resolved: dict[Target, None] = {}
        self._subscribers: dict[Target, float] = {}  # when each expires
        self._listening: socket.socket | None = None  # answers are sent from the port that was asked
        self._outgoing: dict[int, socket.socket] = {}  # by address family
        self._state: State | None = None
        self._to_sing: Iterator[int] = iter(())
        self._pool_told: int | None = None
        self._pool_told_at = float("-inf")
        self._pool_timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        for family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):  # the machine has no IPv6
                self._outgoing[family] = udp_socket(family)
        self._resolved = {target: None for target in self._reply_to if _is_numeric(target[0])}
        named = [target for target in self._reply_to if not _is_numeric(target[0])]
        resolving = asyncio.create_task(self._resolve(named))
        try:
            yield
        finally:
            resolving.cancel()
            await asyncio.wait([resolving])
            if self._pool_timer is not None:
                self._pool_timer.cancel()
                self._pool_timer = None
            for sender in self._outgoing.values():
                sender.close()
            self._outgoing.clear()

    def show(self, cue: Cue) -> None:
        self._to_sing = iter(range(len(cue.line.syllables) if cue.line else 0))
        if cue.line is None:
            self._publish(CLEAR)
        else:
            self._publish(CUE, cue.line.text, cue.song, cue.section, cue.number)

    def state(self, state: State) -> None:
        """Sends what changed; `ready` at most four times a second, and always its latest value."""
        before, self._state = self._state, state
        if before is None or before.song != state.song:
            self._publish(SONG, state.song)
        if before is None or before.section != state.section:
            self._publish(SECTION, state.section)
        if before is None or before.next != state.next:
            self._publish(NEXT, state.next)
        self._pace_pool()

    def alert(self, text: str, level: Level = "warning") -> None:
        if level == "warning":
            self._publish(ERROR, text)

    def beat(self, beat: float, tempo: float) -> None:
        """Sends the index (from 0) of one syllable of the present line for each beat after its cue."""
        index = next(self._to_sing, None)
        if index is not None:
            self._publish(SYLLABLE, index)

    def subscribe(self, target: Target) -> bool:
        """Subscribes a target for 60 s and sends it the present song, section, next line and pool at once. Returns
        False if there are 64 subscribers already, or 16 of its host."""
        now = self._clock()
        self._subscribers = {known: until for known, until in self._subscribers.items() if until > now}
        if target not in self._subscribers:
            beside = sum(known[0] == target[0] for known in self._subscribers)
            if len(self._subscribers) >= SUBSCRIBERS or beside >= OF_ONE_HOST:
                return False
        self._subscribers[target] = now + LEASE
        if self._state is not None:
            # Also to one that renews: a tablet that was restarted asks from the same port.
            for data in _greeting(self._state):
                self._send(data, target)
        return True

    def unsubscribe(self, target: Target) -> None:
        self._subscribers.pop(target, None)

    def _pace_pool(self) -> None:
        wait = self._pool_told_at + POOL_EVERY - self._clock()
        if wait <= 0:
            self._tell_pool()
        elif self._pool_timer is None:
            self._pool_timer = asyncio.get_running_loop().call_later(wait, self._tell_pool)

    def _tell_pool(self) -> None:
        if self._pool_timer is not None:
            self._pool_timer.cancel()
            self._pool_timer = None
        if self._state is not None and self._state.ready != self._pool_told:
            self._pool_told = self._state.ready
            self._pool_told_at = self._clock()
            self._publish(POOL, self._state.ready)

    def _publish(self, address: str, *arguments: str | int) -> None:
        if not self._resolved and not self._subscribers:
            return
        now = self._clock()
        targets = dict(self._resolved)
        targets.update((target, None) for target, until in self._subscribers.items() if until > now)
        data = encode(address, *arguments)
        for target in targets:
            self._send(data, target)

    def _send(self, data: bytes, target: Target) -> None:
        # Straight to the socket: a datagram is either sent or not, and no transport buffer can grow.
        family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        # The listening port comes first, since some surfaces answer to the port that a message came from. If it is
        # bound to the loopback address it can't send beyond; the other socket can.
        for sender in (self._listening, self._outgoing.get(family)):
            if sender is not None and sender.family == family:
                with contextlib.suppress(OSError):
                    sender.sendto(data, target)
                    return
        self.unsent += 1

    async def _resolve(self, missing: list[tuple[str, int]]) -> None:
        for attempt in itertools.count():
            for host, port in list(missing):
                try:
                    target = await _look_up(host, port)
                except (OSError, UnicodeError):
                    continue
                missing.remove((host, port))
                self._resolved[target] = None
            if not missing:
                return
            if attempt == 0:
                names = ", ".join(host for host, _ in missing)
                _log.warning("OSC reply_to: no address for %s yet; it is looked up again until there is", names)
            await asyncio.sleep(RESOLVE_EVERY)


async def _look_up(host: str, port: int) -> Target:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    return cast(Target, found[0][4])


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _greeting(state: State) -> list[bytes]:
    return [
        encode(SONG, state.song),
        encode(SECTION, state.section),
        encode(NEXT, state.next),
        encode(POOL, state.ready),
    ]


def udp_socket(family: int) -> socket.socket:
    """A UDP socket that never blocks and may broadcast. Raises OSError if the address family is not available."""
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return made

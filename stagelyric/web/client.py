"""One connected page: sending to it, and its health."""

import asyncio
import socket
import time
from dataclasses import dataclass, field

from stagelyric.types.json import JsonMapping
from stagelyric.web.mailbox import Mailbox
from stagelyric.web.messages import frame

# A display with this many unread bytes counts as no longer reading; then only its latest few messages are kept.
ROOM = 16 * 1024
LATEST = 8
# Seconds between checks of a display that stopped reading. It is late by seconds already.
LOOK_AGAIN = 0.02
# A complete close frame with the status 1001 (going away).
GOODBYE = b"\x88\x02\x03\xe9"


@dataclass(slots=True)
class Display:
    """A page's health, for the operator.

    `painted` and `ms`: the last cue that it painted, and the milliseconds that this took there; `round_trip_ms`: from
    sending the cue to the report that it is painted; `heard`: `time.monotonic()` of its last sign of life, `since` of
    its first.
    """

    page: str
    name: str
    address: str
    heard: float
    painted: int | None = None
    ms: float | None = None
    round_trip_ms: float | None = None
    dropped: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """Seconds since its last sign of life."""
        return time.monotonic() - self.heard

    def health(self) -> dict[str, object]:
        """The values shown on the operator's page."""
        return {
            "page": self.page,
            "name": self.name,
            "address": self.address,
            "painted": self.painted,
            "ms": self.ms,
            "round_trip_ms": self.round_trip_ms and round(self.round_trip_ms, 1),
            "age": round(self.age, 1),
        }


class Outbox(Mailbox[bytes]):
    """A client's outgoing frames: written directly to its connection while it reads; if it does not, only the latest
    few are kept.

    The direct write keeps a press fast: no task has to wake for it. Nothing here ever waits, so that a stalled display
    can't delay another.
    """

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        super().__init__(LATEST)
        self._transport = transport
        self._catching_up: asyncio.Task[None] | None = None
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            # What the system buffers for a stalled display would reach it late and all at once.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)

    @property
    def behind(self) -> bool:
        return self._catching_up is not None

    def put(self, item: bytes) -> None:
        if self._transport.is_closing():
            return
        if self._catching_up is None and self._transport.get_write_buffer_size() <= ROOM:
            self._transport.write(item)
            return
        super().put(item)
        if self._catching_up is None:
            self._catching_up = asyncio.get_running_loop().create_task(self._catch_up())

    def put_if_prompt(self, item: bytes) -> bool:
        """Sends a message at once or not at all, and returns whether it went: for what is worthless when late (a beat),
        or is offered again by the sender."""
        prompt = not self.behind and self._transport.get_write_buffer_size() <= ROOM
        if prompt and not self._transport.is_closing():
            self._transport.write(item)
            return True
        return False

    async def _catch_up(self) -> None:
        try:
            while self._items and not self._transport.is_closing():
                if self._transport.get_write_buffer_size() > ROOM:
                    await asyncio.sleep(LOOK_AGAIN)
                else:
                    self._transport.write(self._items.popleft())
        finally:
            self._catching_up = None

    def close(self) -> None:
        if self._catching_up is not None:
            self._catching_up.cancel()

    def hang_up(self) -> None:
        """Sends a close frame and ends the connection, without waiting for a client that has stopped reading."""
        self.close()
        if self._transport.is_closing():  # it closed by itself, and what it sent is still being read
            return
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.write(GOODBYE)
            self._transport.close()


@dataclass(slots=True)
class Known:
    """What an operator's page was told last: the desk's state, and the number of the latest journal entry."""

    desk: JsonMapping = field(default_factory=dict)
    journal: int = 0


class Client:
    """A connected page. `allowed`: it may change the show; `visiting`: its page is another server's, so it never may;
    `known`: for an operator."""

    def __init__(self, display: Display, outbox: Outbox, allowed: bool, visiting: bool = False) -> None:
        self.visiting = visiting
        self.display = display
        self.outbox = outbox
        self.allowed = allowed
        self.known = Known()

    @property
    def operator(self) -> bool:
        return self.display.page == "operator"

    def tell(self, message: dict[str, object]) -> None:
        """Sends a message to this page alone; does nothing if it is gone."""
        self.outbox.put(frame(message))


class Clients(list[Client]):
    """All connected pages, performers' before the audience's: what goes to all is sent in this order."""

    def admit(self, client: Client) -> None:
        self.insert(len(self) if client.display.page == "audience" else len(self) - self.audience, client)

    @property
    def audience(self) -> int:
        """The number of audience pages."""
        return sum(client.display.page == "audience" for client in self)

    @property
    def operators(self) -> list[Client]:
        return [client for client in self if client.operator]

    def send(self, data: bytes) -> None:
        for client in self:
            client.outbox.put(data)

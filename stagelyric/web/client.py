"""One connected page: how it is written to, and how it is doing."""

import asyncio
import socket
import time
from dataclasses import dataclass, field

from stagelyric.web.mailbox import Mailbox
from stagelyric.web.messages import frame

# A display that has this much unread has stopped reading: from there on only its latest few messages are kept.
ROOM = 16 * 1024
LATEST = 8
# How often a display that stopped reading is looked at. It is late by seconds already.
LOOK_AGAIN = 0.02
# A whole close frame, 1001 (going away).
GOODBYE = b"\x88\x02\x03\xe9"


@dataclass(slots=True)
class Display:
    """How a page is doing, for the operator.

    `painted` and `ms`: the last cue it has painted and how long that took there; `round_trip_ms`: from the cue's
    sending to the news of its painting; `heard`: `time.monotonic()` of its last sign of life, `since` of its first.
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
        """Seconds since it was last heard."""
        return time.monotonic() - self.heard

    def health(self) -> dict[str, object]:
        """For the operator."""
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
    """A client's frames: written straight to its connection while it reads, kept to the latest few when it does not.

    The direct write is what keeps a press quick: no task has to wake for it. Nothing here ever waits, so that
    a stalled display cannot delay another.
    """

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        super().__init__(LATEST)
        self._transport = transport
        self._catching_up: asyncio.Task[None] | None = None
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            # What the system holds for a stalled display would reach it late and all at once.
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

    def put_if_prompt(self, item: bytes) -> None:
        """For what is worthless when late (a beat): sent now or never."""
        if not self.behind:
            self.put(item)

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
        """Says goodbye and ends the connection, without waiting for one that has stopped reading."""
        self.close()
        if self._transport.is_closing():  # it went by itself, and what it sent is still being read
            return
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.write(GOODBYE)
            self._transport.close()


class Client:
    """A connected page. `allowed`: it may change the show; `visiting`: it is another server's, and never may."""

    def __init__(self, display: Display, outbox: Outbox, allowed: bool, visiting: bool = False) -> None:
        self.visiting = visiting
        self.display = display
        self.outbox = outbox
        self.allowed = allowed

    @property
    def operator(self) -> bool:
        return self.display.page == "operator"

    def tell(self, message: dict[str, object]) -> None:
        """To this page alone; one that is gone is told nothing."""
        self.outbox.put(frame(message))


class Clients(list[Client]):
    """Every connected page, the stage before the room: what is sent to all is sent in this order."""

    def admit(self, client: Client) -> None:
        self.insert(len(self) if client.display.page == "audience" else len(self) - self.audience, client)

    @property
    def audience(self) -> int:
        """How many are the room's."""
        return sum(client.display.page == "audience" for client in self)

    @property
    def operators(self) -> list[Client]:
        return [client for client in self if client.operator]

    def send(self, data: bytes) -> None:
        for client in self:
            client.outbox.put(data)

"""What the tests of the OSC endpoint share: another program, and an endpoint without a socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from osc_wire import message

from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.packets import read_message
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event
from stagelyric.types.lines import State

SENDER = ("127.0.0.1", 9001)


WALL = 1_763_890_000.0


LINE = message("/stagelyric/line")


STATE = State("Harbour Lights", "verse", 3, "up now", "up next", 37, 96.0, False, False, True)


class Peer(asyncio.DatagramProtocol):
    """Another program: sends to the endpoint, keeps what comes."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.came.put_nowait(data)

    async def got(self) -> tuple[object, ...]:
        found = read_message(await asyncio.wait_for(self.came.get(), 5))
        return (found.address, *found.arguments)


@asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(Peer, local_addr=("127.0.0.1", 0))
    try:
        yield protocol
    finally:
        transport.close()


def unserved(**options: object) -> tuple[Osc, list[Event]]:
    """An endpoint without a socket, to hand datagrams to."""
    events: list[Event] = []
    osc = Osc(**options)  # type: ignore[arg-type]
    osc._emit = events.append
    return osc, events


def dos(events: list[Event]) -> list[Do]:
    return [event.do for event in events if isinstance(event, Command)]

"""The sender and the receiver that `bench` uses, each in a process of its own, and the lower bound: plain UDP."""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import asyncio

SILENCE = 3.0  # seconds without a frame after which none is expected any more


def send_all(port: int, packets: list[bytes], rate: int, pipe: Connection) -> None:
    import gc
    import socket

    gc.disable()
    stream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.connect(("127.0.0.1", port))
    pipe.send(paced(stream.send, packets, rate))


def paced(send: Callable[[bytes], object], packets: list[bytes], rate: int) -> list[int]:
    """Sends at a steady rate and sleeps between packets, since busy waiting would take a core from the program being
    measured."""
    sent = []
    start = time.monotonic()
    for number, data in enumerate(packets):
        wait = start + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        sent.append(time.monotonic_ns())
        send(data)
    return sent


def receive_all(port: int, count: int, pipe: Connection) -> None:
    """A minimal WebSocket client: the times are those of the frames' arrival, without a client library's work."""
    import gc
    import socket

    stream = socket.create_connection(("127.0.0.1", port), timeout=10)
    stream.sendall(
        f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3RhZ2VseXJpYyBiZW5jaA==\r\n\r\n".encode()
    )
    data = b""
    while b"\r\n\r\n" not in data or b'"type":"state"' not in data:
        chunk = stream.recv(65536)
        if not chunk:
            raise ConnectionError("the page hung up before the first state")
        data += chunk
    data = data.split(b"\r\n\r\n", 1)[1]
    *_, data = split_frames(data)
    gc.disable()
    pipe.send("ready")
    received: list[tuple[int, bytes]] = [(0, data)]
    cues = 0
    with contextlib.suppress(TimeoutError):
        while cues < count:
            chunk = stream.recv(65536)
            if not chunk:  # the show has ended
                break
            received.append((time.monotonic_ns(), chunk))
            if _PING in chunk:  # a client that does not answer pings is disconnected
                stream.sendall(_PONG)
            cues += chunk.count(b'"type":"cue"')
            stream.settimeout(SILENCE)
    stream.close()
    frames: list[tuple[int, str]] = []
    rest = b""
    for at, chunk in received:
        *whole, rest = split_frames(rest + chunk)
        frames += [(at, text.decode()) for text in whole if b'"type":"cue"' in text]
    pipe.send(frames)


_PING, _PONG = b"\x89\x00", b"\x8a\x80\0\0\0\0"  # complete frames; JSON never contains a NUL


def split_frames(data: bytes) -> list[bytes]:
    """The payloads of the complete frames at the beginning of a server's data, followed by the rest of the data."""
    payloads = []
    while len(data) >= 2:
        size, begin = data[1] & 127, 2
        if size > 125:
            begin += 2 if size == 126 else 8
            size = int.from_bytes(data[2:begin])
        if len(data) < begin + size:
            break
        payloads.append(data[begin : begin + size])
        data = data[begin + size :]
    return [*payloads, data]


def floor_of(count: int, rate: int) -> dict[str, float]:
    """A plain asyncio echo in its own process: the least that two hops between processes cost here."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    echo = context.Process(target=echo_back, args=(theirs,), daemon=True)
    echo.start()
    port = ours.recv()
    here, there = context.Pipe()
    peer = context.Process(target=send_and_hear, args=(port, count, rate, there), daemon=True)
    peer.start()
    delays: list[float] = here.recv()
    peer.join()
    ours.send("over")
    echo.join()
    return percentiles(delays)


def echo_back(pipe: Connection) -> None:
    import asyncio

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.DatagramTransport", transport)  # uvloop's is no subclass of it

        def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
            self.transport.sendto(data, address)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        pipe.send(transport.get_extra_info("sockname")[1])
        await asyncio.to_thread(pipe.recv)
        transport.close()

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(run())


def send_and_hear(port: int, count: int, rate: int, pipe: Connection) -> None:
    import socket
    import threading

    from stagelyric.testing.play import packet

    stream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.connect(("127.0.0.1", port))
    stream.settimeout(SILENCE)
    heard: list[int] = []

    def hear() -> None:
        with contextlib.suppress(TimeoutError):
            while len(heard) < count:
                stream.recv(512)
                heard.append(time.monotonic_ns())

    listener = threading.Thread(target=hear)
    listener.start()
    sent = paced(stream.send, [packet("/stagelyric/line", 1)] * count, rate)
    listener.join()
    pipe.send([(back - gone) / 1e6 for gone, back in zip(sent, heard, strict=False)])


def loop_factory() -> "Callable[[], asyncio.AbstractEventLoop] | None":
    if sys.platform == "win32":
        import asyncio

        return asyncio.SelectorEventLoop
    import uvloop

    return uvloop.new_event_loop


def percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return dict.fromkeys(("p50", "p99", "p99_9", "max"), float("nan"))
    cuts = statistics.quantiles(values, n=1000, method="inclusive")
    named = {"p50": cuts[499], "p99": cuts[989], "p99_9": cuts[998], "max": max(values)}
    return {name: round(value, 3) for name, value in named.items()}

"""A stranger that sends as fast as it can: `python flooder.py KIND HOST PORT OSC_PORT SECONDS`. It reads no more of the
answers than it must, comes back whenever it is dropped, and prints how many bytes it could send."""

import selectors
import socket
import struct
import sys
import time

CONNECTIONS = 16  # at once
BLOCK = 65536  # bytes that are sent in one go


def frame(code: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    """A masked frame of a WebSocket, the mask being nothing."""
    size = len(payload)
    told = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return bytes([(0x80 if last else 0) | code]) + told + bytes(4) + payload


def get(path: str, host: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


def said(kind: str, host: str) -> tuple[bytes, bytes]:
    """What is said once on a connection, and what again and again."""
    upgrade = get(
        "/live",
        host,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    )
    return {
        "messages": (upgrade, frame(1, b'{"do": "panic"}')),
        "long messages": (upgrade, frame(1, b'{"do": {"say": "' + b"a" * 60_000 + b'"}}')),
        "pieces": (upgrade + frame(1, b"", last=False), frame(0, b"", last=False)),
        "pings": (upgrade, frame(9)),
        "PINs": (upgrade, frame(1, b'{"pin": "000000"}')),
        "requests": (b"", get("/api/state", host)),
        "OSC queries": (b"", get("/stagelyric", host)),
        "pages": (b"", get("/operator", host)),
        "no requests": (b"", b"\x16\x03\x01 nothing like it\r\n\r\n"),
        "bodies": (
            b"",
            f"POST /api/do HTTP/1.1\r\nHost: {host}\r\nContent-Length: 60000\r\n\r\n".encode() + bytes(60_000),
        ),
        "displays": (upgrade, b""),
    }[kind]


def packets(host: str, port: int, until: float) -> int:
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.bind((host, 0))
        stream.setblocking(False)
        while time.monotonic() < until:
            try:
                sent += stream.sendto(b"/stagelyric/panic\0\0\0,\0\0\0", (host, port))
            except BlockingIOError:
                time.sleep(0.0005)
    return sent


def connections(once: bytes, again: bytes, where: tuple[str, int], until: float) -> int:
    looked = selectors.DefaultSelector()
    sent = 0

    def come() -> None:
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(where)
        looked.register(link, selectors.EVENT_READ | selectors.EVENT_WRITE, bytearray(once))

    for _ in range(CONNECTIONS):
        come()
    while time.monotonic() < until:
        for key, events in looked.select(0.2):
            link: socket.socket = key.fileobj  # type: ignore[assignment]
            try:
                if events & selectors.EVENT_READ and (not link.recv(BLOCK) or not again):
                    raise ConnectionError
                if events & selectors.EVENT_WRITE:
                    if not key.data:
                        key.data.extend(again * (BLOCK // max(1, len(again)) + 1) if again else b"")
                    done = link.send(key.data)
                    del key.data[:done]
                    sent += done
            except BlockingIOError:
                continue
            except OSError:
                looked.unregister(link)
                link.close()
                come()
    return sent


if __name__ == "__main__":
    kind, host, port, osc, seconds = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    if kind == "OSC":
        print(packets(host, int(osc), end))
    else:
        print(connections(*said(kind, f"{host}:{port}"), (host, int(port)), end))

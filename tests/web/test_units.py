"""Where a request or a frame ends, wherever the stream is cut."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.testing.waiting import until
from stagelyric.web import budget, units
from stagelyric.web.budget import Rate
from stagelyric.web.server import Page

HOST = b"Host: 127.0.0.1\r\n"
UPGRADE = (
    b"GET /live HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def frame(code: int, payload: bytes, *, last: bool = True) -> bytes:
    size = len(payload)
    if size < 126:
        told = bytes([0x80 | size])
    else:
        told = b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size)
    return bytes([(0x80 if last else 0) | code]) + told + b"\0\0\0\0" + payload


sizes = st.sampled_from([0, 1, 125, 126, 300, 65535, 65536])
frames = st.lists(st.builds(lambda code, size: frame(code, b"x" * size), st.sampled_from([0, 1, 2, 9, 10]), sizes))


@given(frames.filter(bool), st.integers(0, 20))
def test_a_frame_ends_where_it_says_however_much_has_come(made: list[bytes], come: int) -> None:
    data = bytearray(b"".join(made))
    found = units.frame(data)
    assert found is not None
    assert (found.size, found.more) == (len(made[0]), 0)
    part = units.frame(data[:come])
    header = len(made[0]) - len(made[0].rpartition(b"\0\0\0\0")[2])
    if come < header - 4:
        assert part is None
    elif part is not None:
        assert part.size + part.more == len(made[0])
        assert part.size <= come


bodies = st.sampled_from(
    [(b"", 0), (b"content-LENGTH:  17 \r\n", 17), (b"Transfer-Encoding: chunked\r\n", units.ENDLESS)]
)


@given(bodies, st.sampled_from([b"/", b"/api/do", b"/live", b"/live?page=audience"]), st.binary(max_size=30))
def test_a_request_s_head_ends_at_the_empty_line(body: tuple[bytes, int], path: bytes, after: bytes) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + body[0] + b"\r\n"
    found = units.request(bytearray(head + after))
    assert found == (len(head), units.LIVE if path.startswith(b"/live") else 1.0, body[1])
    for cut in (0, 4, len(head) - 1):
        assert units.request(bytearray(head[:cut])) is None


@given(st.binary(max_size=60))
def test_what_is_no_request_is_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match="no request"):
        units.request(bytearray(b"\x16\x03" + noise.replace(b"\r\n\r\n", b"") + b"\r\n\r\n"))


@pytest.mark.parametrize("kind", ["pieces", "pings", "pongs"])
async def test_frames_that_are_no_message_cost_like_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes beyond the share is not even handed to what would read it."""
    monkeypatch.setattr("stagelyric.web.server.ACTING", Rate(50, 1 << 20, 1.0))
    first, flood = {
        "pieces": (frame(1, b"", last=False), frame(0, b"", last=False)),
        "pings": (b"", frame(9, b"")),
        "pongs": (b"", frame(10, b"")),
    }[kind]
    page = Page("127.0.0.1", 0)
    async with page.running():
        reader, writer = await asyncio.open_connection(*page.address)
        writer.write(UPGRADE + first)
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        await until(lambda: bool(page.displays), "the display")
        (visitor,) = page.door.visitors.values()
        passed, go_on = 0, visitor._pass

        def count(size: int) -> None:
            nonlocal passed
            passed += size
            go_on(size)

        monkeypatch.setattr(visitor, "_pass", count)
        writer.write(flood * 20_000)
        await asyncio.sleep(0.5)
        writer.close()
    assert len(flood) * 10 < passed <= len(flood) * 150


async def test_requests_that_wait_for_no_answer_are_read_one_by_one() -> None:
    page = Page("127.0.0.1", 0)
    async with page.running():
        reader, writer = await asyncio.open_connection(*page.address)
        asked = b"GET /api/state HTTP/1.1\r\n" + HOST + b"\r\n"
        posted = b"POST /api/do HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\n"
        writer.write(asked * 40 + posted)
        await asyncio.sleep(0.05)
        writer.write(b"null" + asked * 9 + b"nonsense\r\n\r\n")
        answers = await reader.read()
        assert answers.count(b"HTTP/1.1 200") == 49
        assert answers.count(b"HTTP/1.1 400") == 2  # what is no order, and what is no request; then it is closed
        writer.close()


def test_nobody_waits_for_ever() -> None:
    now = 0.0
    found = budget.Budget(lambda: now)
    for _ in range(100_000):
        last = found.spend(0, Rate(20, 1 << 14, 2.0))
    assert last == budget.LONGEST

"""Whoever knocks has so long, may say so much, and leaves places for the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from stagelyric.testing.waiting import until
from stagelyric.web import door
from stagelyric.web.server import Page


@contextlib.asynccontextmanager
async def opened(monkeypatch: pytest.MonkeyPatch, patience: float = 0.3) -> AsyncIterator[Page]:
    monkeypatch.setattr(door, "PATIENCE", patience)
    page = Page("127.0.0.1", 0)
    async with page.running():
        yield page


async def knock(page: Page, *parts: bytes) -> bytes:
    """Says the parts and gives what is answered before the connection ends."""
    reader, writer = await asyncio.open_connection(*page.address)
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                return await reader.read()
        return b""
    finally:
        writer.close()


def head(lines: int) -> bytes:
    host = "GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return (host + "".join(f"X-{line}: {'x' * 900}\r\n" for line in range(lines))).encode()


@pytest.mark.parametrize("said", [b"", b"GET /api/st", head(3)])
async def test_half_a_request_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    async with opened(monkeypatch) as page:
        assert await knock(page, said) == b""
        assert page.door.turned_away == (1 if said else 0)


async def test_a_head_without_an_end_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(monkeypatch, 20.0) as page:
        assert await knock(page, head(200)) == b""
        assert page.door.turned_away == 1


async def test_a_body_that_does_not_come_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stagelyric.web.answers.PATIENCE", 0.2)
    async with opened(monkeypatch) as page:
        said = b"POST /api/do HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30\r\n\r\n{"
        assert b"408" in await knock(page, said)


async def test_an_idle_connection_is_closed_and_one_that_asks_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(monkeypatch) as page:
        whole = head(1) + b"\r\n"
        answered = await knock(page, whole, whole)
        assert answered.count(b"200 OK") == 2
        assert page.door.turned_away == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.7"])
async def test_one_address_leaves_places_for_the_others(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(door, "OF_ONE_ADDRESS", 3)
    monkeypatch.setattr(door, "is_loopback", lambda found: address == "127.0.0.1")
    async with opened(monkeypatch, 20.0) as page:
        links = [await asyncio.open_connection(*page.address) for _ in range(5)]
        served = [asyncio.create_task(reader.read(1)) for reader, _ in links]
        done, _ = await asyncio.wait(served, timeout=0.5)
        assert len(done) == (0 if address == "127.0.0.1" else 2)
        for _, writer in links:
            writer.close()
        await asyncio.gather(*served, return_exceptions=True)

        def free() -> bool:
            return not page.door.visitors

        await until(free)

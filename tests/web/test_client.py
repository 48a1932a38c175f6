"""What is sent to one page, on a real connection of the loop that a show runs on."""

import asyncio
import socket
import sys

import pytest

from stagelyric.web.client import Outbox

if sys.platform == "win32":
    pytest.skip("there is no uvloop on Windows", allow_module_level=True)

import uvloop


async def hung_up(*, gone: bool = False, behind: bool = False) -> bytes:
    """What the other end of a connection reads last."""
    ours, theirs = socket.socketpair()
    with theirs:
        _, writer = await asyncio.open_connection(sock=ours)
        outbox = Outbox(writer.transport)
        if gone:
            writer.transport.abort()
            await asyncio.sleep(0.01)
        if behind:
            while not outbox.behind:
                outbox.put(b"x" * 10_000)
            await asyncio.sleep(0)
        outbox.hang_up()
        assert writer.transport.is_closing()
        await asyncio.sleep(0)
        assert not outbox.behind
        theirs.setblocking(True)
        return await asyncio.to_thread(theirs.recv, 100)


def test_a_page_is_told_that_it_is_hung_up_on() -> None:
    assert uvloop.run(hung_up())


def test_hanging_up_on_a_page_that_is_gone_raises_nothing() -> None:
    assert uvloop.run(hung_up(gone=True)) == b""


def test_a_page_that_does_not_read_is_not_waited_for() -> None:
    assert uvloop.run(hung_up(behind=True)).strip(b"x") == b""

"""Pages without a show: served on this machine's loopback address, and a port that can't be had is one sentence."""

import asyncio

import aiohttp
import click
import pytest
from aiohttp import web

from stagelyric.commands.common import Failure, Fault
from stagelyric.commands.pages import stay, until_ctrl_c
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.web import alone


def application() -> web.Application:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="here")

    made = web.Application()
    made.router.add_get("/", page)
    return made


async def test_a_page_is_served_while_it_is_open_and_no_longer() -> None:
    async with aiohttp.ClientSession() as session:
        async with alone.serving(application(), 0) as address:
            assert address.startswith("http://127.0.0.1:")
            async with session.get(address) as answer:
                assert await answer.text() == "here"
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(address)


async def test_a_port_that_another_page_has_is_said_and_the_other_goes_on() -> None:
    async with alone.serving(application(), 0) as address, aiohttp.ClientSession() as session:
        port = int(address.rpartition(":")[2])
        with pytest.raises(PortInUseError, match=rf"^The page cannot open on 127\.0\.0\.1:{port}: another program"):
            async with alone.serving(application(), port):
                pytest.fail("it was served twice")
        async with session.get(address) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("fault", [Fault, Failure])
def test_a_command_whose_page_cannot_open_ends_with_the_sentence(fault: type[click.ClickException]) -> None:
    async def page() -> None:
        raise ListenError("The page cannot open on 127.0.0.1:1: not allowed.")

    with pytest.raises(fault) as raised:
        until_ctrl_c(page(), fault)
    assert raised.value.message == "The page cannot open on 127.0.0.1:1: not allowed."
    assert raised.value.exit_code == fault.exit_code


def test_ctrl_c_ends_a_page_in_order() -> None:
    closed = []

    async def page() -> None:
        try:
            asyncio.get_running_loop().call_soon(lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
            await stay("http://127.0.0.1:1", opened=False)
        finally:
            closed.append(True)

    until_ctrl_c(page())
    assert closed == [True]

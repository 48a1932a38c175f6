"""What the network is told, found there by a browser of zeroconf services as an app would."""

import socket

import pytest
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from stagelyric.gear.osc.advertising import OSC, OSCQUERY, Advertising, reachable
from stagelyric.testing.waiting import until
from stagelyric.types.events import Event, Notice

HERE = ["127.0.0.1"]


def advertising(title: str, **changes: object) -> Advertising:
    places = {"osc": lambda: ("0.0.0.0", 7744), "page": lambda: ("0.0.0.0", 7740), "interfaces": HERE}
    return Advertising(title, **(places | changes))  # type: ignore[arg-type]


async def test_an_app_finds_both_ports_and_sees_them_go() -> None:
    seen: dict[str, ServiceStateChange] = {}

    def changed(zeroconf: object, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        seen[name] = state_change

    app = AsyncZeroconf(interfaces=HERE)
    browser = AsyncServiceBrowser(app.zeroconf, [OSC, OSCQUERY], handlers=[changed])
    events: list[Event] = []
    show = advertising("Friday at St. Mary's")
    async with show.running(events.append):
        await until(lambda: len(show.announced) == 2, "the announcement")
        names = list(show.announced)
        await until(lambda: set(names) <= set(seen), "the app to see them")
        for name, kind, port in zip(names, (OSC, OSCQUERY), (7744, 7740), strict=True):
            assert name.endswith(f"stagelyric Friday at St Mary's.{kind}")
            info = AsyncServiceInfo(kind, name)
            assert await info.async_request(app.zeroconf, 10_000)
            assert (info.port, info.parsed_addresses()) == (port, HERE)
    await until(lambda: all(seen[name] is ServiceStateChange.Removed for name in names), "their end")
    await browser.async_cancel()
    await app.async_close()
    assert events == []


async def test_what_only_this_machine_reaches_is_not_announced() -> None:
    quiet = advertising("x", osc=lambda: ("127.0.0.1", 7744), page=lambda: ("127.0.0.1", 7740), interfaces=None)
    assert quiet.services() == []
    async with quiet.running(lambda event: pytest.fail(str(event))):
        pass
    half = advertising("x", osc=lambda: ("127.0.0.1", 7744), page=lambda: ("192.0.2.7", 7740), interfaces=None)
    assert half.services() == []
    other = advertising("x", osc=lambda: ("192.0.2.7", 7744), page=lambda: ("127.0.0.1", 7740), interfaces=None)
    assert other.services() == [(OSC, 7744, ["192.0.2.7"])]


def test_which_addresses_others_can_reach() -> None:
    assert reachable("127.0.0.1") == reachable("localhost") == reachable("::1") == []
    assert reachable("192.0.2.7") == ["192.0.2.7"]
    assert not any(address.startswith("127.") or ":" in address for address in reachable("0.0.0.0"))
    assert not any(address == "::1" for address in reachable("::"))


async def test_a_machine_that_cannot_announce_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> socket.socket:
        raise OSError("network is unreachable")

    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf.__init__", refuse)
    events: list[Event] = []
    async with advertising("x").running(events.append):
        await until(lambda: events, "the notice")
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "the show is not announced on the network: network is unreachable"
    ]

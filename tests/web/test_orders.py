"""What pages send to the show: orders, keys, pads, and all that is none of these."""

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, KeyPress, PadPress
from stagelyric.web import server

from .conftest import LINE, Show
from .sockets import hear, hear_until, live

# -- in


@pytest.mark.parametrize(
    ("do", "wanted"),
    [
        ("next_line", Do("next_line")),
        ({"say": "Bonsoir"}, Do("say", "Bonsoir")),
        ({"wildness": 0.7}, Do("wildness", 0.7)),
        ({"goto": "chorus"}, Do("goto", "chorus")),
    ],
)
async def test_orders_arrive(show: Show, http: aiohttp.ClientSession, do: object, wanted: Do) -> None:
    async with http.ws_connect(live(show)) as ws:
        await ws.send_json({"do": do})
        await until(lambda: show.events)
    for body in ({"do": do}, do):
        async with http.post(show.page.url + "/api/do", json=body) as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})
    assert [event.do for event in show.events if isinstance(event, Command)] == [wanted] * 3
    assert {event.source for event in show.events} == {"page"}


async def test_keys_and_pads_arrive(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await ws.send_json({"key": "PageDown", "released": False})
        await ws.send_json({"key": "PageDown", "released": True})
        await ws.send_json({"pad": "Lights"})
        await until(lambda: len(show.events) == 3)
    down, up, pad = show.events
    assert (down.key, down.released) == ("PageDown", False)  # type: ignore[attr-defined]
    assert (up.key, up.released) == ("PageDown", True)  # type: ignore[attr-defined]
    assert isinstance(down, KeyPress)
    assert isinstance(pad, PadPress)
    assert (pad.pad, pad.released) == ("Lights", False)
    assert 0 < down.at <= up.at <= pad.at


BAD = [
    "", "{", "nonsense", "[" * 60_000, "[]", "null", "9" * 5000, '{"hello": 1}',
    '{"do": "nextline"}', '{"do": {"wildness": 7}}', '{"do": {"wildness": "value"}}', '{"do": {"say": "\\ud800"}}',
    '{"key": 7}', '{"key": ""}', '{"key": "a", "released": 1}', '{"key": "' + "x" * 100 + '"}',
    '{"painted": true, "ms": 1}',
    '{"painted": 1, "ms": NaN}', '{"painted": -1, "ms": 1}', '{"painted": 1, "ms": 1e999}',
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
async def test_a_bad_message_is_answered_there_alone_and_ends_nothing(
    show: Show, http: aiohttp.ClientSession, text: str
) -> None:
    async with http.ws_connect(live(show)) as bad, http.ws_connect(live(show)) as good:
        await hear(bad), await hear(good)
        await bad.send_str(text)
        answer = await hear(bad)
        assert answer["type"] == "error"
        assert 0 < len(answer["text"]) < 400
        show.cue(LINE)
        assert (await hear(bad))["text"] == LINE
        assert (await hear(good))["text"] == LINE
        assert show.page.bad_messages == 1
        assert show.events == []


async def test_bytes_are_refused_and_too_much_closes_that_socket_only(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as bad, http.ws_connect(live(show)) as good:
        await hear(bad), await hear(good)
        await bad.send_bytes(b"\x00\xff")
        assert (await hear(bad))["type"] == "error"
        await bad.send_str("x" * 100_000)
        assert (await bad.receive(timeout=20)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        show.cue(LINE)
        assert (await hear(good))["text"] == LINE


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'"nextline"', b"[]", b'{"do": 7}'])
async def test_a_bad_post_is_told_why(show: Show, http: aiohttp.ClientSession, body: bytes) -> None:
    async with http.post(show.page.url + "/api/do", data=body) as answer:
        assert answer.status == 400
        told = await answer.json()
    assert told["ok"] is False
    assert told["error"]
    assert show.events == []


async def test_a_huge_post_is_refused(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.post(show.page.url + "/api/do", data=b"x" * 1_000_000) as answer:
        assert answer.status == 413


async def test_a_page_may_ask_whether_the_link_is_alive(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        await ws.send_json({"ping": 1})
        assert await hear(ws) == {"type": "pong"}


async def test_what_displays_have_painted_is_recorded(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show, "?page=teleprompter&name=drums")) as ws:
        number = show.cue(LINE)
        await ws.send_json({"painted": number, "ms": 7.2})
        await until(lambda: show.page.displays[0].painted)
        (display,) = show.page.displays
        assert (display.page, display.name, display.address) == ("teleprompter", "drums", "127.0.0.1")
        assert (display.painted, display.ms) == (number, 7.2)
        assert display.round_trip_ms is not None
        assert display.age < 60
        async with http.ws_connect(live(show, "?page=operator")) as operator:
            told = await hear_until(operator, "displays")
        assert told["displays"][0]["name"] == "drums"
    await until(lambda: not show.page.displays, "the displays to be gone")


async def test_only_so_many_displays(show: Show, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_CLIENTS", 1)
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(live(show))
        assert refused.value.status == 503

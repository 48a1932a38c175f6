"""The page's server, through its own front door: HTTP and the WebSocket, with aiohttp's client."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.events import Command, KeyPress, PadPress
from stagelyric.types.lines import Cue, Line
from stagelyric.web import files, guard, server, tls
from stagelyric.web.client import LATEST
from stagelyric.web.desk import Desk, Song
from stagelyric.web.server import Page

from .conftest import LINE, Show, running

LONG = aiohttp.ClientTimeout(total=30)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=LONG) as session:
        yield session


def live(show: Show, query: str = "") -> str:
    return show.page.url.replace("http", "ws") + "/live" + query


async def hear(ws: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await ws.receive_json(timeout=20)
    return message


async def hear_until(ws: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while (message := await hear(ws))["type"] != kind:
        pass
    return message


@pytest.fixture
def from_afar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every client counts as one beyond this machine."""
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)


# -- out


async def test_the_state_comes_first_in_the_order_of_the_interface(show: Show, http: aiohttp.ClientSession) -> None:
    show.cue(LINE, next="Nobody sails")
    async with http.ws_connect(live(show)) as ws:
        first = await hear(ws)
    assert first == {"type": "state", **json.loads(json.dumps(asdict(show.now)))}
    assert list(first) == [
        "type", "song", "section", "number", "line", "next", "ready", "tempo", "held", "cleared", "speech",
        "wildness", "beats_per_bar", "alerts",
    ]  # fmt: skip


async def test_a_cue_is_all_of_what_the_interface_says(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        line = Line("Hold the water", "safety", syllables=("Hold", "the", "wa-", "ter"))
        show.page.show(Cue(line, "Harbour Lights", "verse", "now", 1.0, 13, 1763890000.123, 33.0))
        assert await hear(ws) == {
            "type": "cue",
            "number": 13,
            "text": "Hold the water",
            "song": "Harbour Lights",
            "section": "verse",
            "origin": "safety",
            "syllables": ["Hold", "the", "wa-", "ter"],
            "at": 1763890000.123,
            "beat": 33.0,
        }


async def test_cues_come_in_order_and_none_is_missed(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as one, http.ws_connect(live(show)) as two:
        await hear(one), await hear(two)
        numbers = [show.cue(f"line {i}") for i in range(200)]
        for ws in (one, two):
            assert [(await hear(ws))["number"] for _ in numbers] == numbers


async def test_a_cleared_stage(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        show.cue(LINE)
        number = show.cue(None)
        assert (await hear(ws))["type"] == "cue"
        assert await hear(ws) == {"type": "clear", "number": number}


async def test_the_next_line_follows_when_it_changes_and_only_then(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        show.cue("one", next="two")
        show.cue("one again")
        show.page.alert("end")
        kinds = [await hear(ws) for _ in range(4)]
    assert [m["type"] for m in kinds] == ["cue", "next", "cue", "alert"]
    assert kinds[1] == {"type": "next", "text": "two"}


@pytest.mark.parametrize(
    "change", [{"held": True}, {"speech": False}, {"song": "Polly"}, {"section": "chorus"}, {"cleared": True}]
)
async def test_a_change_without_a_cue_is_told_in_full(
    show: Show, http: aiohttp.ClientSession, change: dict[str, Any]
) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        show.tell(**change)
        assert await hear(ws) == {"type": "state", **json.loads(json.dumps(asdict(show.now)))}


async def test_the_pools_filling_is_told_in_one_message_and_not_with_every_line(
    show: Show, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        for ready in range(100):
            show.tell(ready=ready, tempo=96.0 + ready / 1000)
        show.page.alert("end")
        assert (await hear(ws))["type"] == "alert"
        told = await hear(ws)
        assert (told["type"], told["ready"]) == ("state", 99)


async def test_a_state_between_a_cue_and_its_own_state_is_not_the_old_one(
    show: Show, http: aiohttp.ClientSession
) -> None:
    show.page.show(Cue(Line(LINE, "model"), "Polly", "chorus", "now", 0.0, 7))
    async with http.ws_connect(live(show)) as ws:
        first = await hear(ws)
    assert (first["line"], first["song"], first["section"], first["number"]) == (LINE, "Polly", "chorus", 7)


async def test_beats_and_alerts(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        show.page.beat(34.0, 96.0)
        show.page.alert("The port FCB1010 is gone.")
        assert await hear(ws) == {"type": "beat", "beat": 34.0, "tempo": 96.0}
        assert await hear(ws) == {"type": "alert", "text": "The port FCB1010 is gone."}


@pytest.mark.parametrize("text", ["", "x" * 60, "é" * 200, "港" * 30_000, 'quo"te\n\\', "\ud800 half", "🎸" * 70])
async def test_any_text_makes_a_proper_frame(show: Show, http: aiohttp.ClientSession, text: str) -> None:
    async with http.ws_connect(live(show)) as ws:
        await hear(ws)
        show.cue(text)
        assert (await hear(ws))["text"] == text.encode("utf-8", "replace").decode()


async def test_the_api_gives_the_state(show: Show, http: aiohttp.ClientSession) -> None:
    show.cue(LINE)
    async with http.get(show.page.url + "/api/state") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.json() == {"type": "state", **json.loads(json.dumps(asdict(show.now)))}


async def test_preparing_takes_no_time(show: Show) -> None:
    await show.page.prepare(Line(LINE, "model"))


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


# -- slow displays


@asynccontextmanager
async def stalled_display(show: Show) -> AsyncIterator[asyncio.StreamReader]:
    """A display that shook hands and then stopped reading, with little room on the way."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    host, port = show.page.address
    await asyncio.get_running_loop().sock_connect(raw, (host, port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_a_stalled_display_delays_nobody_and_wakes_up_to_the_latest_lines(
    show: Show, http: aiohttp.ClientSession
) -> None:
    async with stalled_display(show) as reader, http.ws_connect(live(show)) as good:
        await hear(good)
        stalled = server_side(show)
        sent = 0
        while stalled.dropped < 50:
            sent = show.cue("x" * 2000 + f" {show.now.number}")
            while (message := await hear(good))["type"] != "cue":
                pass
            assert message["number"] == sent
        assert stalled.behind
        read = b""
        while f'"number":{sent},'.encode() not in read:
            part = await asyncio.wait_for(reader.read(65536), 20)
            assert part
            read += part
        numbers = [int(piece.split(b",")[0]) for piece in read.split(b'"cue","number":')[1:]]
        assert numbers == sorted(numbers)
        assert numbers[-LATEST:] == list(range(sent - LATEST + 1, sent + 1))
        await until(lambda: not stalled.behind, "the display to have caught up")
        last = show.cue("and on it goes")
        assert (await hear(good))["number"] == last


def server_side(show: Show) -> Any:
    return show.page._clients[0].outbox


# -- who may


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_sites_page_may_not_touch_the_show(show: Show, http: aiohttp.ClientSession, origin: str) -> None:
    headers = {"Origin": origin}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(live(show), headers=headers)
    assert refused.value.status == 403
    async with http.post(show.page.url + "/api/do", json="panic", headers=headers) as answer:
        assert answer.status == 403
    assert show.events == []


async def test_our_own_page_may(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.post(show.page.url + "/api/do", json="panic", headers={"Origin": show.page.url}) as answer:
        assert answer.status == 200
    async with http.ws_connect(live(show), headers={"Origin": show.page.url}) as ws:
        assert (await hear(ws))["type"] == "state"


@pytest.mark.parametrize("path", ["/", "/api/state", "/live", "/static/core.js"])
async def test_a_foreign_host_name_is_refused(show: Show, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(show.page.url + path, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
        assert "evil" not in await answer.text()


async def test_a_name_given_in_the_rig_is_ours(http: aiohttp.ClientSession) -> None:
    async with (
        running(hosts=["stage.example"]) as show,
        http.get(show.page.url + "/", headers={"Host": "stage.example:80"}) as answer,
    ):
        assert answer.status == 200


@pytest.mark.usefixtures("from_afar")
async def test_from_afar_without_a_pin_one_may_watch_only(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show)) as ws:
        assert (await hear(ws))["type"] == "state"
        for message in ({"do": "panic"}, {"key": "PageDown"}, {"pad": "A"}):
            await ws.send_json(message)
            told = await hear(ws)
            assert told["type"] == "error"
            assert "no PIN" in told["text"]
        show.cue(LINE)
        assert (await hear(ws))["text"] == LINE
        await ws.send_json({"painted": 1, "ms": 3})
        await until(lambda: show.page.displays[0].painted == 1)
    async with http.post(show.page.url + "/api/do", json="panic") as answer:
        assert answer.status == 403
    assert show.events == []


@pytest.mark.usefixtures("from_afar")
async def test_from_afar_the_pin_opens(http: aiohttp.ClientSession) -> None:
    async with running(pin="1967") as show:
        url = show.page.url + "/api/do"
        for options in ({}, {"headers": {"X-Stagelyric-Pin": "1"}}, {"params": {"pin": "2"}}):
            async with http.post(url, json="keep", **options) as answer:  # type: ignore[arg-type]
                assert answer.status == 403
                assert "PIN" in (await answer.json())["error"]
        for options in ({"headers": {"X-Stagelyric-Pin": "1967"}}, {"params": {"pin": "1967"}}):
            async with http.post(url, json="keep", **options) as answer:  # type: ignore[arg-type]
                assert answer.status == 200
        async with http.ws_connect(live(show, "?pin=1967")) as ws:
            await ws.send_json({"do": "veto"})
            await until(lambda: len(show.events) == 3)
        async with http.ws_connect(live(show)) as ws:
            await hear(ws)
            await ws.send_json({"do": "hold"})
            assert (await hear(ws))["type"] == "error"
            await ws.send_json({"pin": "1967"})
            told = await hear(ws)
            token = told.pop("token")
            assert told == {"type": "access", "allowed": True, "pin": True}
            await ws.send_json({"do": "hold"})
            await until(lambda: len(show.events) == 4)
        async with http.post(url, json="keep", headers={"X-Stagelyric-Token": token}) as answer:
            assert answer.status == 200


@pytest.mark.usefixtures("from_afar")
async def test_pins_are_not_to_be_guessed(http: aiohttp.ClientSession) -> None:
    async with running(pin="1967") as show, http.ws_connect(live(show)) as ws:
        await hear(ws)
        for pin in range(5):
            await ws.send_json({"pin": str(pin)})
            assert (await hear_until(ws, "error"))["text"] == "That is not the rig's PIN."
        await ws.send_json({"pin": "1967"})
        assert "Too many" in (await hear_until(ws, "error"))["text"]
        async with http.post(show.page.url + "/api/do?pin=1967", json="panic") as answer:
            assert answer.status == 403
        assert show.events == []


async def test_on_this_machine_no_pin_is_asked_for(http: aiohttp.ClientSession) -> None:
    async with running(pin="1967") as show:
        async with http.post(show.page.url + "/api/do", json="next_line") as answer:
            assert answer.status == 200
        async with http.ws_connect(live(show, "?page=operator")) as ws:
            await hear(ws)
            assert await hear(ws) == {"type": "access", "allowed": True, "pin": True}


# -- files and headers


@pytest.mark.parametrize(
    "path", ["/", "/operator", "/audience", "/static/core.js", "/static/base.css", "/static/icon.svg"]
)
async def test_pages_are_there_and_carry_their_guards(show: Show, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(show.page.url + path) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "aiohttp" not in answer.headers["Server"]
        tag = answer.headers["ETag"]
    async with http.get(show.page.url + path, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304


@pytest.mark.parametrize(
    "path", ["/static/nothing.js", "/static/..%2Fserver.py", "/etc/passwd", "/static/", "/operator/x"]
)
async def test_nothing_else_is(show: Show, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(show.page.url + path) as answer:
        assert answer.status == 404


def test_nothing_is_fetched_from_elsewhere() -> None:
    for name, file in files.read().items():
        if name.endswith("license.txt"):  # names its authors' home; nothing fetches it
            continue
        foreign = file.body.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"http://" not in foreign, name
        assert b"https://" not in foreign, name


# -- opening and closing


async def test_a_port_in_use_is_said_plainly(show: Show) -> None:
    host, port = show.page.address
    with pytest.raises(PortInUseError, match=rf"{host}:{port}.*another program.*--port"):
        async with Page(host, port).running(lambda event: None):
            pass
    with pytest.raises(ListenError, match=r"cannot open on 192\.0\.2\.1"):
        async with Page("192.0.2.1", 0).running(lambda event: None):
            pass


async def test_it_closes_with_open_sockets_even_stalled_ones(http: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as displays:
        async with running() as show:
            await displays.enter_async_context(stalled_display(show))
            ws = await displays.enter_async_context(http.ws_connect(live(show)))
            await hear(ws)
            stalled = server_side(show)
            while stalled.dropped < 3:
                number = show.cue("x" * 5000)
                assert (await hear_until(ws, "cue"))["number"] == number
        # Leaving the block waited for neither: the one that reads is told so, the other finds its line dead.
        message = await ws.receive(timeout=20)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.GOING_AWAY)
        assert show.page.displays == []


async def test_the_same_port_can_be_opened_again_at_once(http: aiohttp.ClientSession) -> None:
    async with running() as show:
        ws = await http.ws_connect(live(show))
        await hear(ws)
        port = show.page.address[1]
    async with running(port) as again:
        again.now = replace(again.now, number=3)
        again.cue(LINE)
        async with http.ws_connect(live(again)) as ws2:
            assert (await hear(ws2))["number"] == 4
    await ws.close()


async def test_the_stage_may_speak_to_a_page_that_nobody_watches(show: Show) -> None:
    show.cue(LINE)
    show.page.beat(1.0, 96.0)
    show.page.alert("nobody hears")
    assert json.loads(json.dumps(asdict(show.now)))["line"] == LINE


# -- https, second servers, other tablets


async def test_https_is_on_the_next_port(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    context = tls.context(tmp_path, [])
    trusting = ssl.create_default_context(cafile=tmp_path / "page.pem")
    async with running(secure=context) as show:
        url = f"https://127.0.0.1:{show.page.secure_port}"
        async with http.get(url + "/", ssl=trusting) as answer:
            assert answer.status == 200
        async with http.ws_connect(url + "/live", ssl=trusting, headers={"Origin": url}) as ws:
            await hear(ws)
            number = show.cue("x" * 30_000)
            assert (await hear(ws))["number"] == number
            await ws.send_json({"do": "keep"})
            await until(lambda: show.events)
        async with http.get(show.page.url + "/api/state") as answer:
            assert answer.status == 200  # and plain http stays where it was


@pytest.mark.usefixtures("from_afar")
async def test_from_afar_pages_go_to_https_where_there_is_one(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with running(secure=tls.context(tmp_path, [])) as show:
        async with http.get(show.page.url + "/operator?name=drums", allow_redirects=False) as answer:
            assert answer.status == 307
            assert answer.headers["Location"] == f"https://127.0.0.1:{show.page.secure_port}/operator?name=drums"
        async with http.get(show.page.url + "/api/state", allow_redirects=False) as answer:
            assert answer.status == 200


async def test_a_taken_https_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            async with Page("127.0.0.1", port - 1, secure=tls.context(tmp_path, [])).running(lambda event: None):
                pass


async def test_another_server_on_this_network_may_be_watched_and_not_touched(
    show: Show, http: aiohttp.ClientSession
) -> None:
    headers = {"Origin": "http://192.168.1.10:7740"}
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(live(show), headers=headers)
    async with http.ws_connect(live(show, "?page=operator&also=1"), headers=headers) as ws:
        assert (await hear(ws))["type"] == "state"
        assert (await hear_until(ws, "access"))["allowed"] is False
        for message in ({"do": "panic"}, {"key": "PageDown"}, {"pin": "1967"}, {"words": True}):
            await ws.send_json(message)
            assert "another server" in (await hear_until(ws, "error"))["text"]
        number = show.cue(LINE)
        assert (await hear_until(ws, "cue"))["number"] == number
    async with http.post(show.page.url + "/api/do?also=1", json="panic", headers=headers) as answer:
        assert answer.status == 403
    assert show.events == []


@pytest.mark.parametrize("origin", ["https://evil.example", "http://8.8.8.8", "null", "http://local", "ftp://10.0.0.2"])
async def test_no_web_sites_page_may_watch(show: Show, http: aiohttp.ClientSession, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(live(show, "?also=1"), headers={"Origin": origin})
    assert refused.value.status == 403


async def test_a_second_server_that_the_rig_names_is_as_good_as_this_one(http: aiohttp.ClientSession) -> None:
    async with (
        running(also=["http://backup.example:7740"]) as show,
        http.ws_connect(live(show), headers={"Origin": "http://backup.example:7740"}) as ws,
    ):
        await ws.send_json({"do": "keep"})
        await until(lambda: show.events)


@pytest.mark.parametrize(
    ("also", "reached"),
    [
        ("http://192.168.1.11:7740", " ws://192.168.1.11:7740 wss://192.168.1.11:7740"),
        ("10.0.0.2:7740,[fd00::1]:7740", " ws://10.0.0.2:7740 wss://10.0.0.2:7740 ws://[fd00::1]:7740 wss://[fd00::1]:7740"),
        ("backup.local", " ws://backup.local:80 wss://backup.local:80"),
        ("https://evil.example", ""),
        ("http://10.0.0.2; script-src *", ""),
        ("http://[fe80::1%25x; script-src *]", ""),
    ],
)  # fmt: skip
async def test_a_page_reaches_the_second_server_that_its_address_names(
    show: Show, http: aiohttp.ClientSession, also: str, reached: str
) -> None:
    async with http.get(show.page.url + "/", params={"also": also}) as answer:
        policy = answer.headers["Content-Security-Policy"]
    (connect,) = [part for part in policy.split("; ") if part.startswith("connect-src")]
    host = show.page.url.removeprefix("http://")
    assert connect == f"connect-src 'self' ws://{host} wss://{host}{reached}"
    assert "script-src *" not in policy


async def test_the_address_for_other_tablets_is_a_picture(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.get(show.page.url + "/join.svg?path=/audience") as answer:
        assert answer.content_type == "image/svg+xml"
        assert answer.headers["X-Url"] == show.page.url + "/audience"
        assert b"<svg" in await answer.read()
    async with http.get(show.page.url + "/join.svg?path=//evil.example") as answer:
        assert answer.status == 404


# -- the operator's knowledge and the audience's words


def desk(entries: list[dict[str, Any]], heard: dict[str, int]) -> Desk:
    return Desk(
        "Friday",
        (Song("Harbour Lights", ("verse", "chorus"), "Em", 96.0),),
        lambda: {"model": 37, "safety": 2},
        lambda: [[37, 12]],
        lambda: heard,
        lambda after: [entry for entry in entries if entry["seq"] > after],
    )


async def test_an_operator_is_told_the_set_the_stock_and_tonights_journal(
    show: Show, http: aiohttp.ClientSession
) -> None:
    entries = [{"seq": 1, "kind": "cue", "text": "one"}]
    heard = {"midi": 1}
    show.page.desk = desk(entries, heard)
    async with http.ws_connect(live(show, "?page=operator")) as ws:
        told = await hear_until(ws, "set")
        assert told["title"] == "Friday"
        assert told["songs"] == [
            {"title": "Harbour Lights", "sections": ["verse", "chorus"], "key": "Em", "tempo": 96.0}
        ]
        now = await hear_until(ws, "desk")
        assert (now["stock"], now["ready"], now["heard"]) == ({"model": 37, "safety": 2}, [[37, 12]], {"midi": 1})
        assert (await hear_until(ws, "journal"))["entries"] == entries
        heard["midi"] = 2
        entries.append({"seq": 2, "kind": "keep", "text": "one"})
        while (await hear_until(ws, "desk"))["heard"] != {"midi": 2}:
            pass
        while (await hear_until(ws, "journal"))["entries"][-1]["seq"] < 2:
            pass


async def test_a_display_is_told_nothing_of_the_desks(show: Show, http: aiohttp.ClientSession) -> None:
    show.page.desk = desk([{"seq": 1, "kind": "cue", "text": "one"}], {})
    async with http.ws_connect(live(show)) as ws, http.ws_connect(live(show, "?page=operator")) as operator:
        await hear(ws)
        await hear_until(operator, "displays")
        show.page.alert("end")
        assert (await hear(ws))["type"] == "alert"


async def test_a_line_painted_twice_counts_once(show: Show, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(live(show, "?page=teleprompter")) as ws:
        await hear(ws)
        number = show.cue(LINE)
        await ws.send_json({"painted": number, "ms": 7.2})
        await ws.send_json({"painted": number, "ms": 99})
        await ws.send_json({"ping": 1})
        await hear_until(ws, "pong")
        assert show.page.displays[0].ms == 7.2


async def test_the_audiences_word_goes_up_by_the_operators_hand_alone(show: Show, http: aiohttp.ClientSession) -> None:
    async with (
        http.ws_connect(live(show, "?page=audience")) as room,
        http.ws_connect(live(show, "?page=operator")) as operator,
    ):
        assert (await hear_until(operator, "words"))["open"] is False
        await room.send_json({"offer": "harbour"})
        assert await hear_until(room, "offered") == {
            "type": "offered", "taken": False, "text": "The word box is closed.",
        }  # fmt: skip
        await operator.send_json({"words": True})
        assert (await hear_until(room, "box"))["open"] is True
        await room.send_json({"offer": "harbour"})
        assert (await hear_until(room, "offered"))["taken"] is True
        waiting: list[dict[str, Any]] = []
        while not waiting:
            waiting = (await hear_until(operator, "words"))["waiting"]
        assert [(word["word"], word["times"]) for word in waiting] == [("harbour", 1)]
        assert show.events == []
        await operator.send_json({"let": waiting[0]["id"]})
        await until(lambda: show.events)
        (event,) = show.events
        assert isinstance(event, Command)
        assert (event.source, event.do) == ("audience", Do("word", "harbour"))
        assert (await hear_until(operator, "words"))["waiting"] == []
        await room.send_json({"offer": "window"})
        assert "The next one in" in (await hear_until(room, "offered"))["text"]


async def test_a_word_that_is_not_clean_is_thanked_for_and_dropped(show: Show, http: aiohttp.ClientSession) -> None:
    show.page.box.words.open = True
    async with http.ws_connect(live(show, "?page=audience")) as room:
        assert (await hear_until(room, "box"))["open"] is True
        await room.send_json({"offer": "shiiit"})
        assert (await hear_until(room, "offered"))["taken"] is True
    assert not show.page.box.words.waiting


@pytest.mark.usefixtures("from_afar")
async def test_from_afar_words_are_offered_and_not_let_through(http: aiohttp.ClientSession) -> None:
    async with running(pin="1967") as show, http.ws_connect(live(show, "?page=audience")) as room:
        await room.send_json({"words": True})
        assert "PIN" in (await hear_until(room, "error"))["text"]
        show.page.box.words.open = True
        await room.send_json({"offer": "harbour"})
        assert (await hear_until(room, "offered"))["taken"] is True
        await until(lambda: show.page.box.words.waiting)
        await room.send_json({"let": 1})
        assert "PIN" in (await hear_until(room, "error"))["text"]
        assert show.events == []


async def test_a_full_room_keeps_no_singer_out(
    show: Show, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_AUDIENCE", 1)
    async with http.ws_connect(live(show, "?page=audience")) as room:
        await hear(room)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(live(show, "?page=audience"))
        assert refused.value.status == 503
        async with http.ws_connect(live(show, "?page=teleprompter")) as singer:
            await hear(singer)
            assert [display.page for display in show.page.displays] == ["teleprompter", "audience"]

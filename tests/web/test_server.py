"""The page's server, through its own front door: HTTP and the WebSocket, with aiohttp's client."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, replace
from typing import Any

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.lines import Cue, Line
from stagelyric.web import files
from stagelyric.web.client import LATEST
from stagelyric.web.desk import Desk
from stagelyric.web.server import Page

from .conftest import LINE, Show, running
from .sockets import hear, hear_until, live

# -- out


async def test_the_state_comes_first_in_the_order_of_the_interface(show: Show, http: aiohttp.ClientSession) -> None:
    show.cue(LINE, next="Nobody sails")
    async with http.ws_connect(live(show)) as ws:
        first = await hear(ws)
    assert first == {"type": "state", **json.loads(json.dumps(asdict(show.now)))}
    assert list(first) == [
        "type", "song", "section", "number", "line", "next", "ready", "tempo", "held", "cleared", "speech",
        "wildness", "beats_per_bar", "alerts", "line_song",
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


# -- slow displays


@asynccontextmanager
async def stalled_display(show: Show, query: str = "") -> AsyncIterator[asyncio.StreamReader]:
    """A display that shook hands and then stopped reading, with little room on the way."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    host, port = show.page.address
    await asyncio.get_running_loop().sock_connect(raw, (host, port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(
        f"GET /live{query} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
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


async def test_a_desk_that_stalls_is_told_every_entry_of_the_journal_when_it_reads_again(
    show: Show, http: aiohttp.ClientSession
) -> None:
    entries = [{"seq": 1, "kind": "cue", "text": "one"}]
    heard, told = {"midi": 1}, list[dict[str, Any]]()

    def numbers(told: list[dict[str, Any]]) -> list[int]:
        return [entry["seq"] for message in told if message["type"] == "journal" for entry in message["entries"]]

    show.page.desk = Desk(
        journal=lambda after: [entry for entry in entries if entry["seq"] > after],  # type: ignore[operator]
        heard=lambda: heard,
    )
    async with stalled_display(show, "?page=operator") as reader, http.ws_connect(live(show, "?page=operator")) as good:
        stalled = next(client for client in show.page._clients if client.operator).outbox
        while stalled.dropped < 20:
            show.cue("x" * 2000 + f" {show.now.number}")
            told.append(await hear(good))
            entries.append({"seq": len(entries) + 1, "kind": "cue", "text": "a line"})
        assert stalled.behind
        while len(entries) < 250:
            entries.append({"seq": len(entries) + 1, "kind": "keep", "text": "another"})
        heard["midi"] = 7
        while numbers(told)[-1:] != [250]:
            told.append(await hear(good))
        read = b""
        while b'"seq":250,' not in read or b'"midi":7' not in read:
            part = await asyncio.wait_for(reader.read(65536), 20)
            assert part
            read += part
    assert numbers(told) == list(range(1, 251))
    assert [int(piece.split(b",")[0]) for piece in read.split(b'"seq":')[1:]] == list(range(1, 251))


def server_side(show: Show) -> Any:
    return show.page._clients[0].outbox


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
    with pytest.raises(ListenError, match=r"cannot open on 192\.0\.2\.1:\d+: this machine does not have that address"):
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

"""Who may watch and who may touch the show: other sites, other machines, PINs, HTTPS, second servers."""

import socket
import ssl
from pathlib import Path

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.devices import PortInUseError
from stagelyric.web import tls
from stagelyric.web.server import Page

from .conftest import LINE, Show, running
from .sockets import hear, hear_until, live

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

"""What an operator is told of the set, the stock and the night; and the audience's words."""

from typing import Any

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command
from stagelyric.web import server
from stagelyric.web.desk import Desk, Song

from .conftest import LINE, Show, running
from .sockets import hear, hear_until, live

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

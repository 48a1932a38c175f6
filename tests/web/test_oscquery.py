"""The OSCQuery tree: what a touch surface or a patch asks the page's port."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from stagelyric.gear.osc.addresses import ADDRESSES, TELLS
from stagelyric.gear.osc.oscquery import ATTRIBUTES, Tree
from stagelyric.web.server import EMPTY, Page

SONGS = {"Harbour Lights": ["verse", "chorus"], "Second Song": ["song"]}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0"}


class Client:
    """HTTP as a program would speak it, with a User-Agent of its own."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        async with self._session.get(self._url + path, headers={"User-Agent": "a surface", **headers}) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def node(self, path: str) -> Any:
        status, kind, body = await self.get(path)
        assert (status, kind) == (200, "application/json"), body
        return json.loads(body)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    page = Page(port=0, tree=Tree("stagelyric Test night", lambda: ("127.0.0.1", 7744), SONGS))
    async with page.running(lambda event: None):
        page.state(
            EMPTY.__class__("Harbour Lights", "verse", 3, "up", "next", 37, 96.0, False, False, speech=True),
        )
        yield page


@asynccontextmanager
async def asking(page: Page) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, page.url)


def leaves(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every node that is a method, by its path."""
    found = {node["FULL_PATH"]: node} if "TYPE" in node else {}
    for below in node.get("CONTENTS", {}).values():
        found |= leaves(below)
    return found


async def test_the_tree_has_every_address_with_its_range_and_value(page: Page) -> None:
    async with asking(page) as client:
        tree = await client.node("/stagelyric")
    assert tree["FULL_PATH"] == "/stagelyric"
    found = leaves(tree)
    assert set(found) == {entry.address for entry in ADDRESSES} | {told.address for told in TELLS}
    assert found["/stagelyric/line"] == {
        "FULL_PATH": "/stagelyric/line",
        "ACCESS": 2,
        "DESCRIPTION": "shows the next line",
        "TYPE": "I",
        "TAGS": ["in"],
    }
    wildness = found["/stagelyric/wildness"]
    assert (wildness["TYPE"], wildness["RANGE"], wildness["CLIPMODE"]) == ("f", [{"MIN": 0, "MAX": 1}], ["both"])
    song = found["/stagelyric/song"]
    assert (song["TYPE"], song["ACCESS"], song["VALUE"]) == ("s", 3, ["Harbour Lights"])
    assert song["RANGE"] == [{"VALS": ["Harbour Lights", "Second Song"]}]
    assert set(song["CONTENTS"]) == {"next", "previous"}
    assert found["/stagelyric/section"]["RANGE"] == [{"VALS": ["verse", "chorus"]}]
    cue = found["/stagelyric/cue"]
    assert (cue["TYPE"], cue["ACCESS"], cue["VALUE"]) == ("sssi", 1, ["up", "Harbour Lights", "verse", 3])
    assert (found["/stagelyric/speech"]["TYPE"], found["/stagelyric/speech"]["VALUE"]) == ("T", [True])
    for node in found.values():
        assert set(node) <= ATTRIBUTES
        if "VALUE" in node:
            assert len(node["VALUE"]) == len(node["TYPE"])


async def test_attributes_and_what_there_is_not(page: Page) -> None:
    async with asking(page) as client:
        assert await client.node("/stagelyric/pool?VALUE") == {"VALUE": [37]}
        assert (await client.get("/stagelyric/line?VALUE"))[0] == 204
        assert (await client.get("/stagelyric/line?COLOUR"))[0] == 400
        assert (await client.get("/stagelyric/lien"))[0] == 404
        assert (await client.get("/stagelyrics"))[0] == 404
        info = await client.node("/?HOST_INFO")
        assert (info["NAME"], info["OSC_IP"], info["OSC_PORT"]) == ("stagelyric Test night", "127.0.0.1", 7744)
        assert info["OSC_TRANSPORT"] == "UDP"
        assert (info["EXTENSIONS"]["RANGE"], info["EXTENSIONS"]["LISTEN"]) == (True, False)
        assert await client.node("/stagelyric/song?HOST_INFO") == info


async def test_the_root_is_the_teleprompter_but_for_osc_query_clients(page: Page) -> None:
    async with asking(page) as client:
        assert (await client.get("/"))[1] == "text/html"
        assert (await client.get("/", Accept="application/json"))[1] == "application/json"
        await client.node("/?HOST_INFO")
        assert "stagelyric" in (await client.node("/"))["CONTENTS"]
        assert (await client.get("/", **BROWSER))[1] == "text/html"
        assert (await client.get("/", **{"User-Agent": "another program"}))[1] == "text/html"
        assert (await client.get("/operator"))[1] == "text/html"


async def test_a_song_that_changes_changes_the_tree(page: Page) -> None:
    async with asking(page) as client:
        page.state(EMPTY.__class__("Second Song", "song", 3, "up", "next", 37, 96.0, False, False, speech=False))
        await asyncio.sleep(0)
        tree = await client.node("/stagelyric")
    assert tree["CONTENTS"]["section"]["RANGE"] == [{"VALS": ["song"]}]
    assert (tree["CONTENTS"]["speech"]["TYPE"], tree["CONTENTS"]["speech"]["VALUE"]) == ("F", [False])


def test_host_info_names_no_address_where_osc_is_heard_on_all() -> None:
    assert "OSC_IP" not in Tree("x", lambda: ("0.0.0.0", 7744), {}).host_info()


def test_a_crowd_of_programs_is_not_remembered_for_ever() -> None:
    tree = Tree("x", lambda: ("", 1), {})
    for number in range(1000):
        assert tree.wanted_at_root((f"10.0.0.{number}", ""), "*/*", "HOST_INFO")
    assert len(tree._clients) <= 256
    assert not tree.wanted_at_root(("10.0.0.0", ""), "*/*", "")

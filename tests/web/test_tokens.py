"""A page that has joined shows a token of its own: through a restart, past wrong PINs, until the PIN changes."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.events import Event
from stagelyric.web import guard, tokens
from stagelyric.web.access import ENDED
from stagelyric.web.tokens import KEY, KeyKeeper, Tokens, holds_key, kept_key

from .conftest import running
from .sockets import hear_until, live


@pytest.fixture(autouse=True)
def from_afar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)


async def test_a_token_is_good_after_a_restart_until_the_pin_is_changed(http: aiohttp.ClientSession) -> None:
    async with running(pin="1967", key=b"k" * 32) as show, http.ws_connect(live(show)) as ws:
        await ws.send_json({"pin": "1967"})
        token = (await hear_until(ws, "access"))["token"]
    for pin, key, allowed in (("1967", b"k", True), ("1968", b"k", False), ("1967", b"other", False)):
        async with running(pin=pin, key=key * 32) as show:
            async with http.ws_connect(live(show, f"?page=operator&token={token}")) as ws:
                assert await hear_until(ws, "access") == {"type": "access", "allowed": allowed, "pin": True}
                if not allowed:
                    assert (await hear_until(ws, "error"))["text"] == ENDED
                await ws.send_json({"do": "hold"})
                if not allowed:
                    assert "PIN" in (await hear_until(ws, "error"))["text"]
                else:
                    await until(lambda show=show: show.events)  # type: ignore[misc]
            assert len(show.events) == allowed


@pytest.mark.parametrize("spoil", [str.upper, lambda token: token[:-1], lambda token: "x" + token, lambda token: "é\0"])
async def test_no_other_token_will_do_and_a_joined_page_is_not_kept_out_by_wrong_pins(
    http: aiohttp.ClientSession, spoil: Callable[[str], str]
) -> None:
    async with running(pin="1967") as show, http.ws_connect(live(show)) as ws:
        await ws.send_json({"pin": "1967"})
        token = (await hear_until(ws, "access"))["token"]
        for pin in range(6):
            await ws.send_json({"pin": str(pin)})
        url = show.page.url + "/api/do"
        async with http.post(url, json="keep", params={"token": spoil(token)}) as answer:
            assert (await answer.json())["error"] == ENDED
        async with http.post(url, json="keep", params={"token": token}) as answer:
            assert answer.status == 200


def test_tokens_differ_and_are_good_for_their_pin_alone() -> None:
    tokens = Tokens("1967", b"k" * KEY)
    first, second = tokens.give(), tokens.give()
    assert first != second
    assert first.isalnum()
    assert tokens.holds(first)
    assert Tokens("1967", b"k" * KEY).holds(second)
    assert not Tokens("1968", b"k" * KEY).holds(first)
    for nonsense in ("", "x", first[:32], "\ud800" * 96, first + "0"):
        assert not tokens.holds(nonsense)


def test_the_key_is_kept_and_its_file_is_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "data" / "joined.key"
    key = kept_key(file)
    assert kept_key(file) == key
    assert file.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("there", [b"", b"short", b"x" * 33])
def test_a_damaged_key_is_made_anew(tmp_path: Path, there: bytes) -> None:
    file = tmp_path / "joined.key"
    file.write_bytes(there)
    key = kept_key(file)
    assert len(key) == KEY
    assert kept_key(file) == key


def test_where_no_key_can_be_kept_it_is_good_for_this_start(tmp_path: Path) -> None:
    (tmp_path / "joined.key").mkdir()
    (tmp_path / "file").touch()
    for file in (tmp_path / "joined.key", tmp_path / "file" / "joined.key"):
        assert len(kept_key(file)) == KEY


async def test_a_key_is_stored_as_soon_as_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "AGAIN", 0.01)
    (tmp_path / "data").touch()
    file = tmp_path / "data" / "joined.key"
    told: list[Event] = []
    key = kept_key(file)
    async with KeyKeeper(file, key).running(told.append):
        await asyncio.sleep(0.05)
        assert not told
        (tmp_path / "data").unlink()
        await until(lambda: told)
    assert holds_key(file, key)
    other = bytes(KEY)
    async with KeyKeeper(file, other).running(told.append):
        await asyncio.sleep(0.05)
    assert kept_key(file) == key  # another show's is left alone
    assert len(told) == 1

"""Ableton Live: names that lead somewhere, and a set that is launched in a fake AbletonOSC."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from ableton import Ableton, ableton
from product import playing

from stagelyric.gear.live import input
from stagelyric.gear.live.contents import (
    ASKED,
    CLIP,
    CLIPS,
    SCENE,
    SCENES,
    SLOT,
    TRACKS,
    TRIGGERED,
    Began,
    LiveSet,
    Look,
    Query,
)
from stagelyric.gear.live.input import Live
from stagelyric.gear.live.names import Place, leads, place
from stagelyric.testing.ports import free_port
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, Notice

SONGS = {
    "Harbour Lights": ["verse", "chorus", "middle eight"],
    "Rain": ["verse", "chorus 2", "chorus"],
    "99 Lanterns": ["song"],
    "Harbour": ["coda"],
}


@pytest.mark.parametrize(
    ("name", "song", "section"),
    [
        ("Harbour Lights", "Harbour Lights", None),
        ("harbour lights — chorus", "Harbour Lights", "chorus"),
        ("HARBOUR  LIGHTS - Middle Eight", "Harbour Lights", "middle eight"),
        ("Harbour Lights: verse 96 BPM 4/4", "Harbour Lights", "verse"),
        ("Harbour Lights verse", "Harbour Lights", "verse"),
        ("Harbour Lights 96.5bpm", "Harbour Lights", None),
        ("Harbour Lights (quiet)", "Harbour Lights", None),
        ("Harbour / coda", "Harbour", "coda"),
        ("3. Rain - chorus 2", "Rain", "chorus 2"),
        ("#4 Rain | chorus", "Rain", "chorus"),
        ("Rain 2", "Rain", None),
        ("99 Lanterns", "99 Lanterns", None),
        ("2 99 Lanterns", "99 Lanterns", None),
        ("chorus", None, "chorus"),
        ("Chorus 3", None, "chorus"),
        ("chorus (drums)", None, "chorus"),
        ("02 verse", None, "verse"),
    ],
)
def test_names_that_lead_to_a_place(name: str, song: str | None, section: str | None) -> None:
    assert place(name, SONGS, "Harbour Lights") == Place(song, section)


@pytest.mark.parametrize(
    "name", ["", "Rain stick", "Harbourside", "chorus drums", "12", "4-Audio", "bridge", "— chorus"]
)
def test_names_that_lead_nowhere(name: str) -> None:
    assert place(name, SONGS, "Harbour Lights") is None
    assert not leads(name, SONGS)


def test_a_section_is_of_the_song_that_is_up() -> None:
    assert place("coda", SONGS, "Rain") is None
    assert place("coda", SONGS, "Harbour") == Place(None, "coda")
    assert leads("coda", SONGS)
    assert place("chorus 2", SONGS, "Rain") == Place(None, "chorus 2")


def known(track: str | None = None) -> LiveSet:
    """Two tracks, three scenes: drums has clips in all but the last, voice in the second only."""
    found = LiveSet(track)
    assert found.changed(SCENES, (3,))
    assert found.changed(TRACKS, ("Drums", "Lead voice"))
    for number, name in enumerate(("one", "two", "three")):
        assert found.hear(SCENE, (number, name)) == []
    found.hear(CLIPS, (0, "beat", "fill", None))
    found.hear(CLIPS, (1, None, "verse", None))
    for track_number in (0, 1):
        assert found.hear(SLOT, (track_number, -1)) == [], "what plays when we come is no launch"
    return found


def test_a_clip_and_with_its_last_clip_a_scene() -> None:
    found = known()
    assert found.hear(SLOT, (0, 1)) == [Began("fill")]
    assert found.hear(SLOT, (1, 1)) == [Began("verse"), Began("two")]
    assert found.hear(SLOT, (1, 1)) == []
    assert found.hear(SLOT, (1, -1)) == []
    assert found.hear(SLOT, (0, 0)) == [Began("beat"), Began("one")]


def test_a_scene_that_waited_begins_unless_it_was_called_off() -> None:
    found = known()
    assert found.hear(TRIGGERED, (1, True)) == []
    assert found.hear(TRIGGERED, (1, False)) == [Look(1)]
    assert found.began(1) == [], "stopped before its bar came"
    found.hear(SLOT, (0, 1))
    assert found.began(1) == [Began("two")]
    found.hear(TRIGGERED, (2, True))
    assert found.hear(TRIGGERED, (2, 0)) == [Look(2)]
    assert found.began(2) == [Began("three")], "it has no clips"
    found.hear(TRIGGERED, (1, True))
    assert found.began(2) == [], "another waits in its place"
    assert found.hear(TRIGGERED, (0, False)) == [], "it never waited"


def test_only_the_clips_of_the_wanted_track() -> None:
    found = known("voice")
    assert found.hear(SLOT, (0, 1)) == []
    assert found.hear(SLOT, (1, 1)) == [Began("verse"), Began("two")]


def test_a_clip_that_is_new_is_asked_for() -> None:
    found = known()
    assert found.hear(SLOT, (1, 7)) == [Query(CLIP, (1, 7))]
    assert found.hear(CLIP, (1, 7, "bridge")) == [Began("bridge")]
    assert found.hear(CLIP, (1, 7, "bridge")) == []
    found.hear(SLOT, (1, 9))
    found.hear(SLOT, (1, 7))
    assert found.hear(CLIP, (1, 9, "late")) == [], "it plays no more"


def test_another_set() -> None:
    found = known()
    found.hear(SLOT, (0, 1))
    assert not found.changed(TRACKS, ("Drums", "Lead voice"))
    assert not found.changed(SCENES, (3,))
    assert found.changed(TRACKS, ("Piano",))
    assert found.hear(SLOT, (0, 2)) == []
    assert [query.arguments for query in found.names()] == [(0,)]


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        (SLOT, ()),
        (SLOT, ("x", 1)),
        (CLIPS, ()),
        (CLIP, (1, 2)),
        (SCENE, (1, None)),
        (TRIGGERED, (1,)),
        ("/live/x", (1,)),
    ],
)
def test_what_abletonosc_would_not_send_changes_nothing(address: str, arguments: tuple[int | str | None, ...]) -> None:
    assert known().hear(address, arguments) == []
    assert not known().changed(address, arguments)


# -- with a fake AbletonOSC


SCENE_NAMES = ["Harbour Lights", "Harbour Lights — chorus", "Rain 120 BPM", "Rain - chorus 2", "end"]
CLIPS_OF = {
    "1-Drums": ["beat", "beat", "sticks", None, None],
    "Lyrics": ["verse", "chorus", None, "chorus 2", None],
}  # fmt: skip


class Hearing:
    """What an input emitted, and the song that it brought the show to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.song = "Harbour Lights"

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Command) and event.do.action == "song":
            self.song = str(event.do.value)

    @property
    def did(self) -> list[Do]:
        return [event.do for event in self.events if isinstance(event, Command)]

    @property
    def said(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input, "EVERY", 0.05)


def listener(there: Ableton, hearing: Hearing, track: str | None = None) -> Live:
    return Live(SONGS, lambda: hearing.song, "127.0.0.1", there.port, there.answers, track)


@asynccontextmanager
async def met(there: Ableton, track: str | None = None) -> AsyncIterator[Hearing]:
    hearing = Hearing()
    async with there.open(), listener(there, hearing, track).running(hearing.hear):
        await until(lambda: any(text.startswith("Live is here") for text in hearing.said))
        yield hearing


async def test_scenes_and_clips_lead_the_show() -> None:
    there = ableton(list(SCENE_NAMES), {name: list(clips) for name, clips in CLIPS_OF.items()})
    async with met(there) as hearing:
        assert hearing.said == ["Live is here: 5 scenes and 6 clips; 7 of their names lead to a song or a section"]
        assert hearing.did == []
        there.launch(1)
        await until(lambda: Do("song", "Harbour Lights") in hearing.did)
        assert hearing.did[:3] == [Do("goto", "chorus"), Do("song", "Harbour Lights"), Do("goto", "chorus")]
        there.launch(3, waits=False)
        await until(lambda: Do("goto", "chorus 2") in hearing.did)
        assert hearing.song == "Rain"
        there.launch_clip(1, 0)
        await until(lambda: hearing.did[-1] == Do("goto", "verse"))
        there.tracks["1-Drums"][4] = "Harbour - coda"  # recorded a moment ago
        there.launch_clip(0, 4)
        await until(lambda: hearing.did[-1] == Do("goto", "coda"))
        assert {address for address, _ in there.asked} == {address for address, _ in ASKED}, "what the README tells"


async def test_a_scene_without_clips_and_one_renamed() -> None:
    there = ableton(["intro", "Rain"], {"Drums": ["beat", None]})
    async with met(there) as hearing:
        there.launch(1)
        await until(lambda: hearing.did == [Do("song", "Rain")])
        there.rename(0, "Harbour — coda")
        there.launch(0)
        await until(lambda: hearing.did[-1] == Do("goto", "coda"))
        assert hearing.song == "Harbour"


async def test_a_scene_that_was_called_off_does_nothing() -> None:
    there = ableton(["Rain", "Harbour"], {"Drums": ["a", "b"]})
    async with met(there) as hearing:
        there.call_off(0, then=1)
        there.launch_clip(0, 1)
        there.begin(1)
        await until(lambda: bool(hearing.did))
        await asyncio.sleep(input.SETTLING * 2)
        assert set(hearing.did) == {Do("song", "Harbour")}


async def test_only_one_track() -> None:
    there = ableton(["x", "y"], {"Drums": ["Rain", "Rain"], "Lyrics": ["verse", "Harbour"]})
    async with met(there, track="lyric") as hearing:
        there.launch(1)
        await until(lambda: bool(hearing.did))
        assert hearing.did == [Do("song", "Harbour")]


async def test_live_goes_and_comes_back_with_another_set() -> None:
    there = ableton(["Rain"], {"Drums": ["beat"]})
    hearing = Hearing()
    async with listener(there, hearing).running(hearing.hear):
        await until(lambda: bool(hearing.said))
        assert "Live is not heard at 127.0.0.1 port" in hearing.said[0]
        assert "choose AbletonOSC as a control surface" in hearing.said[0]
        async with there.open():
            await until(lambda: "Live is here: 1 scenes" in hearing.said[-1])
            there.launch(0)
            await until(lambda: bool(hearing.did))
        await until(lambda: "does not answer any more" in hearing.said[-1])
        there.scenes, there.tracks, there.playing = ["end", "Harbour - coda"], {"Bass": [None, "low"]}, [-1]
        async with there.open():
            await until(lambda: "Live is here: 2 scenes and 1 clips" in hearing.said[-1])
            there.launch(1)
            await until(lambda: hearing.did[-1] == Do("goto", "coda"))


async def test_a_port_in_use_is_said_once_and_taken_up_when_it_is_free() -> None:
    there = ableton(["Rain"], {"Drums": ["beat"]})
    hearing = Hearing()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", there.answers))
        async with there.open(), listener(there, hearing).running(hearing.hear):
            await until(lambda: bool(hearing.said))
            await asyncio.sleep(input.EVERY * 4)
            (said,) = hearing.said
            assert f"UDP port {there.answers}" in said
            assert "used by another program; close that one" in said
            other.close()
            await until(lambda: "Live is here" in hearing.said[-1])


async def test_a_machine_that_is_not_there_is_named() -> None:
    hearing = Hearing()
    port = free_port()
    async with Live(SONGS, lambda: "", "no-such-machine.invalid", port, port).running(hearing.hear):
        await until(lambda: bool(hearing.said))
    assert hearing.said == ['Live: there is no machine "no-such-machine.invalid" on the network yet; it is looked for']


async def test_a_set_in_live_brings_a_running_show_to_its_places(tmp_path: Path) -> None:
    there = ableton(["Harbour Lights - chorus", "Second Song"], {"Keys": ["pad", "pad"]})
    rig = tmp_path / "rig.toml"
    rig.write_text(f"[live]\nport = {there.port}\nanswers = {there.answers}\n", encoding="utf-8")
    async with there.open(), playing(tmp_path, "--rig", str(rig), ready=0) as play, play.display() as display:
        await display.until(
            lambda: any("Live is here: 2 scenes" in message.get("text", "") for message in display.messages)
        )
        there.launch(0)
        await display.until(lambda: display.state["section"] == "chorus")
        there.launch(1)
        await display.until(lambda: display.state["song"] == "Second Song")

"""What is spoken, and when: the Output between a show, a voice and a device that are at hand."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stagelyric.setlist.rig import SpeechRig
from stagelyric.setlist.setlist import Setlist
from stagelyric.show.ahead import coming
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.speech import output as module
from stagelyric.speech.output import Ready, Speech
from stagelyric.speech.player import Stream
from stagelyric.speech.renderer import RenderError, UnkeptError
from stagelyric.testing.waiting import until
from stagelyric.types.events import Event, Notice
from stagelyric.types.lines import Cue, Line, State

LIMIT = 20.0
START = State("Harbour Lights", "verse", 0, "", "Line 0", 9, 96.0, False, True, True)


class Device:
    """In the place of a Player: notes down what it is told."""

    def __init__(self, opened: Callable[[], None]) -> None:
        self.stream: Stream | None = None
        self.told: list[tuple[Any, ...]] = []
        self.is_there = True
        self._opened = opened

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        if self.is_there:
            self.stream = Stream("Scarlett", 48_000, 0.005, (1, 2), (3, 4))
            self._opened()
        yield

    def load(self, path: Path) -> None:
        pass

    def play(self, path: Path, bus: str = "house") -> int:
        self.told.append((bus, path))
        return len(self.told)

    def stop(self, number: int) -> None:
        self.told.append(("stop", number))

    def silence(self) -> None:
        self.told.append(("silence",))


class Voice:
    """In the place of a Renderer: touches the file, unless it is told to hang."""

    def __init__(self) -> None:
        self.up = self.doubt = False
        self.problem = ""
        self.hangs = self.is_full = False
        self.asked: list[str] = []
        self.backlog = 0
        self._never = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.up = True
        yield

    async def ready(self) -> None:
        pass

    async def render(self, text: str, path: Path, rate: int, urgency: int) -> float:
        self.asked.append(text)
        if "unspeakable" in text:
            raise RenderError("the voice hung for 5 s, 5 times")
        if self.is_full:
            raise UnkeptError("No space left on device")
        if self.hangs:
            self.backlog += 1
            await self._never.wait()
        path.touch()
        return 1.0


class House:
    def __init__(self, folder: Path, rig: SpeechRig, texts: tuple[str, ...], ready: Ready | None = None) -> None:
        self.began: list[tuple[int, float]] = []
        self.speech = Speech(
            rig, folder, ahead=lambda: texts, ready=ready,
            spoken=lambda cue, at: self.began.append((cue.number, at)),
        )  # fmt: skip
        self.device = Device(self.speech._opened)
        self.voice = Voice()
        self.speech.player = self.device  # type: ignore[assignment]
        self.speech.renderer = self.voice  # type: ignore[assignment]
        self.notices: list[str] = []

    def heard(self, event: Event) -> None:
        assert isinstance(event, Notice)
        self.notices.append(event.text)

    def cue(self, text: str | None, number: int, beat: float = 0.0) -> None:
        line = Line(text, "model") if text else None
        self.speech.show(Cue(line, "Harbour Lights", "verse", "now", 0.0, number, beat=beat))

    def path(self, text: str) -> Path:
        return self.speech.cache.path(text)

    async def has(self, *texts: str) -> None:
        await until(lambda: all(self.speech.cache.has(text) for text in texts))


@asynccontextmanager
async def house(folder: Path, *texts: str, state: State = START, **rig: Any) -> AsyncIterator[House]:
    made = House(folder, SpeechRig.model_validate(rig), texts)
    async with made.speech.running(made.heard):
        made.speech.state(state)
        if state.speech and made.device.is_there:
            await made.has(state.next)
        yield made


async def test_a_cue_is_spoken_and_nothing_else_is(tmp_path: Path) -> None:
    async with house(tmp_path, "Line 1", "Line 2") as made:
        await made.has("Line 1", "Line 2")
        made.cue("Line 0", 1)
        assert made.device.told == [("house", made.path("Line 0"))]


async def test_everything_that_can_come_is_rendered_the_nearest_first(tmp_path: Path) -> None:
    async with house(tmp_path, "Line 1", "Line 2", "Safe") as made:
        await made.has("Safe")
        assert made.voice.asked == ["Line 0", "Line 1", "Line 2", "Safe"]


async def test_clear_and_the_switch_silence_it(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        made.cue("Line 0", 1)
        made.cue(None, 1)
        assert made.device.told[-1] == ("silence",)
        made.cue("Line 0", 2)
        made.speech.state(replace(START, speech=False))
        assert made.device.told[-1] == ("silence",)
        told = len(made.device.told)
        made.cue("Line 0", 3)
        made.speech.beat(4.0, 120.0)
        assert len(made.device.told) == told


async def test_a_vetoed_line_falls_silent(tmp_path: Path) -> None:
    async with house(tmp_path, "Line 1", overlap="mix") as made:
        await made.has("Line 1")
        made.cue("Line 0", 1)
        made.cue("Line 1", 2)
        made.speech.judgement("veto", "Line 0", "", "")
        assert made.device.told[2:] == [("stop", 1)]
        made.speech.judgement("veto", "Line 0", "", "")
        made.speech.judgement("veto", "Never spoken", "", "")
        assert len(made.device.told) == 3


async def test_a_line_that_nobody_knew_of_is_spoken_when_it_is_rendered(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        made.cue("A word", 1)
        await until(lambda: made.device.told)
        assert made.device.told == [("house", made.path("A word"))]


@pytest.mark.parametrize("passed", ["cue", "clear", "off"])
async def test_a_line_that_has_passed_is_not_spoken_late(tmp_path: Path, passed: str) -> None:
    async with house(tmp_path) as made:
        made.cue("A word", 1)  # its sound is made in the loop's next rounds
        if passed == "cue":
            made.cue("Line 0", 2)
        elif passed == "clear":
            made.cue(None, 1)
        else:
            made.speech.state(replace(START, speech=False))
        await made.has("A word")
        await asyncio.sleep(0.01)
        assert ("house", made.path("A word")) not in made.device.told


async def test_lines_that_wait_for_each_other_are_all_spoken(tmp_path: Path) -> None:
    async with house(tmp_path, overlap="wait") as made:
        made.cue("A word", 1)
        made.cue("Line 0", 2)
        await until(lambda: len(made.device.told) == 2)


async def test_the_stage_never_waits_for_a_voice_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    async with house(tmp_path) as made:
        await made.speech.prepare(Line("Prepared", "model"))
        assert made.speech.cache.has("Prepared")
        made.voice.hangs = True
        async with asyncio.timeout(LIMIT):
            for number in range(500):
                await made.speech.prepare(Line(f"Behind {number}", "model"))
        made.voice.up = False
        await made.speech.prepare(Line("Never asked for", "model"))
        assert "Never asked for" not in made.voice.asked


async def test_lines_that_came_while_the_voice_was_starting_are_rendered_when_it_is_up(tmp_path: Path) -> None:
    class Slow(Voice):
        def __init__(self) -> None:
            super().__init__()
            self.started = asyncio.Event()

        @asynccontextmanager
        async def running(self) -> AsyncIterator[None]:
            yield

        async def ready(self) -> None:
            await self.started.wait()
            self.up = True

    shelf: list[str] = []
    made = House(tmp_path, SpeechRig(), ())
    made.speech._ahead = lambda: shelf
    made.speech.renderer = made.voice = slow = Slow()  # type: ignore[assignment]
    async with made.speech.running(made.heard):
        made.speech.state(START)
        await until(lambda: made.device.stream is not None)
        for text in ("Line 1", "Line 2"):
            await made.speech.prepare(Line(text, "model"))
            shelf.append(text)
        slow.started.set()
        await made.has("Line 0", "Line 1", "Line 2")


async def test_with_nothing_to_play_on_nothing_is_rendered(tmp_path: Path) -> None:
    made = House(tmp_path, SpeechRig(), ("Line 1",))
    made.device.is_there = False
    async with made.speech.running(made.heard):
        made.speech.state(START)
        await made.speech.prepare(Line("Prepared", "model"))
        made.cue("Line 0", 1)
        await asyncio.sleep(0.05)
    assert made.voice.asked == []
    assert made.device.told == []


async def test_a_show_without_speech_starts_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, state=replace(START, speech=False)) as made:
        await asyncio.sleep(0.02)
        assert made.device.stream is None
        made.speech.state(START)
        await made.has("Line 0")


async def test_a_line_that_can_t_be_spoken_is_said_once(tmp_path: Path) -> None:
    async with house(tmp_path, "unspeakable 1", "unspeakable 2", "Line 1") as made:
        await made.has("Line 1")
        assert len(made.notices) == 1
        assert '"unspeakable 1" can\'t be spoken' in made.notices[0]


async def test_a_sound_that_is_gone_is_made_again(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        made.speech._failed(made.path("Line 0"))
        assert not made.path("Line 0").exists()
        await made.has("Line 0")


async def test_the_usual_voice_s_sounds_are_never_kept_as_another_s(tmp_path: Path) -> None:
    made = House(tmp_path, SpeechRig(voice="Anna"), ())
    anna = made.path("Line 0")
    made.voice.doubt = True
    async with made.speech.running(made.heard):
        made.speech.state(START)
        await made.has("Line 0")
    assert not anna.exists()
    assert made.path("Line 0").exists()


async def test_the_next_line_is_whispered_and_never_while_the_line_is_held(tmp_path: Path) -> None:
    async with house(tmp_path, whisper={"channel": [3, 4], "beats": 2}) as made:
        made.speech.state(replace(START, held=True))
        made.speech.beat(1.0, 120.0)
        assert made.device.told == []
        made.speech.state(START)
        made.speech.beat(2.0, 120.0)
        made.speech.beat(3.0, 120.0)
        assert made.device.told == [("whisper", made.path("Line 0"))]


async def test_it_tells_when_a_line_s_sound_began(tmp_path: Path) -> None:
    async with house(tmp_path) as made:
        made.cue("Line 0", 7)
        made.speech._begun(1, 12.5)
        made.speech._begun(99, 13.0)  # a whisper: nobody's cue
        assert made.began == [(7, 12.5)]


async def test_a_full_disk_is_a_state_that_ends_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.01)
    full = True

    def probe() -> None:
        if full:
            raise OSError(28, "No space left on device")

    made = House(tmp_path, SpeechRig(), ("Line 1", "Line 2"))
    monkeypatch.setattr(made.speech.cache, "probe", probe)
    made.voice.is_full = True
    async with made.speech.running(made.heard):
        made.speech.state(START)
        await until(lambda: len(made.notices) > 2)
        assert made.voice.asked == ["Line 0"]  # nothing is rendered that can't be stored
        assert len(set(made.notices)) == 1
        made.cue("Line 0", 1)
        assert not made.device.told
        full = made.voice.is_full = False
        await made.has("Line 0", "Line 1", "Line 2")
    assert made.notices[-1] == "speech: sounds can be kept again"


async def test_a_folder_that_can_t_be_had_is_said_and_the_show_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.01)
    (tmp_path / "file").write_text("")
    made = House(tmp_path / "file" / "speech", SpeechRig(), ())
    async with made.speech.running(made.heard):
        made.speech.state(START)
        await until(lambda: made.notices)
        made.cue("Line 0", 1)
        assert "sounds can't be kept" in made.notices[0]
        (tmp_path / "file").unlink()
        await made.has("Line 0")
        assert made.notices[-1] == "speech: sounds can be kept again"


def test_what_can_come_is_this_section_s_then_the_ladder_s_then_the_rest() -> None:
    setlist = Setlist.model_validate(
        {
            "title": "Friday",
            "triggers": [{"on": {"key": "s"}, "do": {"say": "Good  evening"}}],
            "songs": [
                {"title": "One", "sections": [{"name": "verse", "safety": ["Safe"]}, {"name": "chorus"}]},
                {"title": "Two"},
            ],
        }
    )
    pool = Pool()
    show = Show(setlist, pool)
    verse, chorus, two = show.every_ask()
    for ask, name in ((verse, "verse"), (chorus, "chorus"), (two, "two")):
        pool.put(ask, 0, [Line(f"{name} 0", "model"), Line(f"{name} 1", "model")])
    pool.take(verse, ())
    kept = {("One", "verse"): ["Kept"], ("Two", "song"): ["Kept too"]}
    texts = list(dict.fromkeys(coming(show, kept)))
    assert texts == [
        "verse 1", "Kept", "Safe", "Good evening", "One", "Two", "Kept too", "chorus 0", "chorus 1", "two 0", "two 1",
        *verse.names,
    ]  # fmt: skip


class Baked:
    """Sounds that were made before, all but for one that can't be read."""

    def __init__(self, *texts: str, lost: str = "") -> None:
        self.texts, self.lost = texts, lost

    def has(self, text: str) -> bool:
        return text in self.texts

    def read(self, text: str) -> bytes:
        if text == self.lost:
            raise OSError("the stick is gone")
        return f"the sound of {text}".encode()


async def test_baked_sounds_want_no_voice(tmp_path: Path) -> None:
    for old in range(5):
        (tmp_path / f"show{old}").mkdir()
        os.utime(tmp_path / f"show{old}", (old, old))
    house = House(tmp_path / "tonight", SpeechRig(), ("Line 0", "Line 1", "A title"), Baked("Line 0", "Line 1"))
    async with house.speech.running(house.heard):
        house.speech.state(START)
        await until(lambda: house.speech.cache.has("Line 1"))
        assert house.path("Line 0").read_text() == "the sound of Line 0"
        house.cue("Line 0", 1)
        assert house.device.told == [("house", house.path("Line 0"))]
        assert not house.voice.up
        house.cue("Somebody says this", 2)  # what nobody could know of is the voice's, if there is one
        await until(lambda: len(house.device.told) == 2)
        assert house.voice.asked == ["Somebody says this"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["show3", "show4", "tonight"]


async def test_a_baked_sound_that_can_t_be_read_is_said_and_the_others_are_heard(tmp_path: Path) -> None:
    house = House(tmp_path / "tonight", SpeechRig(), ("Line 0", "Line 1"), Baked("Line 0", "Line 1", lost="Line 0"))
    async with house.speech.running(house.heard):
        house.speech.state(START)
        await until(lambda: house.speech.cache.has("Line 1"))
        assert house.notices == ["speech: a baked sound can't be had (the stick is gone); the show goes on"]
        assert not house.speech.cache.has("Line 0")

"""Which shelves are filled, in which order and how often, and what is said where nothing comes. Nothing is waited for:
the writer answers at once, and time is moved by hand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from baked.shows import SET

from stagelyric.setlist.setlist import loads
from stagelyric.show.pool import CHUNK, FIRST, Pool
from stagelyric.show.show import Show
from stagelyric.stage.feeding import AGAIN, PATIENCE, REMEMBERED, Feeder
from stagelyric.stage.generator import GeneratorError
from stagelyric.testing.clock import ManualClock, settle
from stagelyric.testing.waiting import until
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part


class Writer:
    """Writes numbered lines at once; what `how` raises or returns instead is up to a test."""

    def __init__(self, how: Callable[[Ask], list[Line] | None] = lambda ask: None) -> None:
        self.asked: list[tuple[Ask, int, int, int, bool]] = []
        self._how = how

    async def write(
        self, ask: Ask, start: int, count: int, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        self.asked.append((ask, start, count, len(earlier), urgent))
        own = self._how(ask)
        return [Line(f"{ask.digest} {start + number}", "frame") for number in range(count)] if own is None else own


class Rig:
    """A feeder of a small set, and what it says."""

    def __init__(self, writer: Any, *parts: Part, store: Any = None, target: int = 2 * CHUNK) -> None:
        setlist = loads(SET, "set.toml")
        self.pool, self.time = Pool(target), ManualClock()
        self.show = Show(setlist, self.pool, seed=1967, words=None)
        self.alerts: list[str] = []
        self.troubles: list[tuple[str, str | None]] = []
        self.changes = 0
        self.feeder = Feeder(
            self.show, self.pool, writer, parts, store, alert=self.alerts.append, changed=self._change,
            trouble=lambda about, text: self.troubles.append((about, text)), time=self.time,
        )  # fmt: skip

    def _change(self) -> None:
        self.changes += 1

    @property
    def sections(self) -> list[Ask]:
        return list(dict.fromkeys(self.show.every_ask()))

    async def run(self, rounds: int = 40) -> None:
        """Runs until the feeder has nothing to do any more."""
        task = asyncio.create_task(self.feeder.run())
        for _ in range(rounds):
            await settle()
            await self.time.advance(AGAIN)
        task.cancel()
        await asyncio.gather(task, *self.feeder.close(), return_exceptions=True)


async def test_every_section_gets_its_lines_and_the_whole_set_is_prepared() -> None:
    rig = Rig(Writer())
    assert rig.feeder.prepared == (0, len(rig.sections))
    assert not rig.feeder.begun
    await rig.run()
    assert rig.feeder.prepared == (len(rig.sections), len(rig.sections))
    assert rig.feeder.begun
    assert rig.feeder.wait() is None
    assert all(rig.pool.ready(ask) >= CHUNK for ask in rig.sections)
    for ask in rig.sections:
        texts = [line.text for line in rig.pool.shelf(ask).lines]
        assert texts == [f"{ask.digest} {number}" for number in range(len(texts))]
    assert rig.alerts == []


async def test_the_wait_is_what_is_missing_at_the_speed_of_writing() -> None:
    rig = Rig(Writer())
    at_first = rig.feeder.wait()
    assert at_first == pytest.approx(0.1 * CHUNK * len(rig.sections))
    rig.pool.put(rig.sections[0], 0, [Line(f"{number}", "frame") for number in range(CHUNK // 2)])
    assert rig.feeder.wait() == pytest.approx(0.1 * (CHUNK * len(rig.sections) - CHUNK // 2))


async def test_a_show_that_nothing_writes_for_waits_for_nothing() -> None:
    rig = Rig(None)
    assert (rig.feeder.prepared, rig.feeder.begun, rig.feeder.wait()) == ((1, 1), True, None)
    rig.feeder.look()
    await rig.feeder.run()  # returns
    assert rig.feeder.close() == []


async def test_a_section_for_which_no_line_is_found_is_left_alone_and_said_once() -> None:
    rig = Rig(None)
    barren = rig.sections[0]
    writer = Writer(lambda ask: [] if ask == barren else None)
    rig = Rig(writer)
    await rig.run()
    assert sum(ask == barren for ask, *_ in writer.asked) == PATIENCE
    assert rig.alerts == ["the writer finds no lines for this section: nothing that it wrote could be shown"]
    others = len(rig.sections) - 1
    assert rig.feeder.prepared == (others, others)
    assert rig.feeder.begun  # none will come, so nobody need wait
    rig.feeder.look()
    await settle()
    assert sum(ask == barren for ask, *_ in writer.asked) == PATIENCE


async def test_a_writer_that_is_being_started_is_asked_again_and_costs_no_section() -> None:
    refusals = iter(range(2 * PATIENCE))

    def refuses(ask: Ask) -> list[Line] | None:
        if next(refusals, None) is not None:
            raise GeneratorError("the writer is being started")
        return None

    rig = Rig(Writer(refuses))
    await rig.run()
    assert rig.alerts == []
    assert rig.feeder.prepared == (len(rig.sections), len(rig.sections))


async def test_an_error_about_one_section_is_said_with_its_reason() -> None:
    def fails(ask: Ask) -> list[Line] | None:
        raise GeneratorError("no frame fits")

    rig = Rig(Writer(fails))
    await rig.run()
    assert set(rig.alerts) == {"the writer finds no lines for this section: no frame fits"}
    assert len(rig.alerts) == len(rig.sections)
    assert rig.feeder.prepared == (0, 0)
    assert rig.changes == 0


async def test_the_section_on_stage_gets_its_first_lines_at_once_and_once() -> None:
    writer = Writer()
    rig = Rig(writer)
    for _ in range(3):
        rig.feeder.look()
    await settle()
    assert writer.asked == [(rig.show.ask, 0, FIRST, 0, True)]
    assert rig.pool.ready(rig.show.ask) == FIRST
    rig.feeder.look()  # it has some
    await settle()
    assert len(writer.asked) == 1


async def test_the_writer_is_told_the_latest_lines_and_no_more() -> None:
    writer = Writer()
    rig = Rig(writer, target=3 * REMEMBERED)
    await rig.run(200)
    told = {(start, earlier) for _, start, _, earlier, _ in writer.asked}
    assert all(earlier == min(start, REMEMBERED) for start, earlier in told)
    assert any(start > REMEMBERED for start, _ in told)


class Speech(Part):
    """Prepares lines, or fails at it."""

    name = "speech"

    def __init__(self, fault: str = "") -> None:
        self.prepared: list[str] = []
        self._fault = fault

    async def prepare(self, line: Line) -> None:
        if self._fault:
            raise RuntimeError(self._fault)
        self.prepared.append(line.text)


async def test_a_part_that_cannot_prepare_a_line_costs_neither_the_line_nor_the_other_parts() -> None:
    broken, sound = Speech("no voice"), Speech()
    rig = Rig(Writer(), broken, sound)
    await rig.run()
    assert set(rig.alerts) == {"speech could not prepare a line (no voice); the show goes on"}
    written = [line.text for ask in rig.sections for line in rig.pool.shelf(ask).lines]
    assert sorted(sound.prepared) == sorted(written)
    assert all(rig.pool.ready(ask) >= CHUNK for ask in rig.sections)


class Store:
    """A disk that is full for its first so many chunks."""

    def __init__(self, full: int) -> None:
        self.full, self.kept = full, dict[str, int]()
        self.forgotten: set[str] = set()

    def append(self, ask: Ask, start: int, lines: Sequence[Line]) -> None:
        if self.full:
            self.full -= 1
            raise OSError(28, "No space left on device")
        self.kept[ask.digest] = max(self.kept.get(ask.digest, 0), start + len(lines))

    def forget(self, keep: set[str]) -> None:
        self.forgotten = keep


async def test_a_full_disk_is_said_and_taken_back_and_the_show_has_its_lines() -> None:
    rig = Rig(Writer(), store=(store := Store(2)))
    task = asyncio.create_task(rig.feeder.run())
    await until(lambda: bool(store.kept))  # the chunks are written in threads
    task.cancel()
    await asyncio.gather(task, *rig.feeder.close(), return_exceptions=True)
    said = [text for about, text in rig.troubles if about == "pool"]
    assert ["No space left on device" in str(text) for text in said[:2]] == [True, True]
    assert set(said[2:]) <= {None}
    assert rig.pool.ready(rig.sections[0]) > 0
    assert store.forgotten >= set(store.kept)

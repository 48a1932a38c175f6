"""The writer's process: asked, killed, hung, and asked again."""

import asyncio
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from product import MODEL

from stagelyric.show.pool import CHUNK
from stagelyric.stage.generator import Generator, GeneratorError
from stagelyric.testing.play import LIMIT
from stagelyric.testing.waiting import until
from stagelyric.types.lines import Ask, Line, as_line, as_list

# Wild: a shelf of the models' own lines takes long, one of frames no time.
ASK = Ask(syllables=(6, 9), rhyme="AABB", names=("Polly Magnet",), themes=("rain",), seed=1967, wildness=0.8)


async def test_lines_come_from_another_process_and_are_always_the_same() -> None:
    generator = Generator(MODEL)
    async with generator.running(), asyncio.timeout(LIMIT):
        first = await generator.write(ASK, 0, CHUNK)
        second = await generator.write(ASK, CHUNK, CHUNK, [line.text for line in first], urgent=True)
        again = await generator.write(ASK, 0, CHUNK, urgent=True)
    assert len(first) == len(second) == CHUNK
    assert first == again
    assert len({line.text for line in [*first, *second]}) == 2 * CHUNK
    assert [line.index for line in second] == list(range(CHUNK, 2 * CHUNK))


async def test_an_urgent_line_overtakes_and_does_not_change_the_others() -> None:
    async def write(name: str, ask: Ask, count: int, urgent: bool) -> list[Line]:
        lines = await generator.write(ask, count=count, urgent=urgent)
        order.append(name)
        return lines

    generator, order = Generator(MODEL), list[str]()
    async with generator.running(), asyncio.timeout(LIMIT):
        await until(lambda: generator.up)
        # The first lines of a process take a while, and are written by a thread that is not niced: on a busy machine a
        # niced one would take minutes.
        shelf = asyncio.create_task(write("shelf", ASK, 2 * CHUNK, False))
        await asyncio.sleep(0.02)  # the shelf is under way
        (line,) = await write("word", Ask(word="umbrella", seed=3), 1, True)
        alone = await generator.write(ASK, count=2 * CHUNK, urgent=True)
        assert await shelf == alone
    assert order == ["word", "shelf"]
    assert "umbrella" in line.text.lower()


async def test_a_word_does_not_wait_for_a_shelf_that_is_urgent_too() -> None:
    generator = Generator(MODEL)
    async with generator.running(), asyncio.timeout(LIMIT):
        await generator.write(ASK, urgent=True)  # it is up
        shelf = asyncio.create_task(generator.write(ASK, 0, 1000 * CHUNK, urgent=True))  # minutes of work
        await asyncio.sleep(0.05)  # it is under way
        (line,) = await generator.write(Ask(word="umbrella", seed=3), urgent=True)
        assert "umbrella" in line.text.lower()
        assert not shelf.done()
        shelf.cancel()
        await asyncio.wait([shelf])


async def test_what_is_under_way_is_dropped_once_nobody_waits_for_it() -> None:
    generator = Generator(MODEL)
    async with generator.running(), asyncio.timeout(LIMIT):
        await generator.write(ASK, urgent=True)  # it is up
        for _ in range(5):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await generator.write(ASK, 0, 1000 * CHUNK, urgent=True)  # minutes of work
        (line,) = await generator.write(Ask(word="umbrella", seed=3), urgent=True)
    assert "umbrella" in line.text.lower()


async def test_what_nobody_waits_for_any_more_is_not_written() -> None:
    generator = Generator(MODEL)
    async with generator.running(), asyncio.timeout(LIMIT):
        slow = asyncio.create_task(generator.write(ASK, count=CHUNK))  # under way before the others
        await asyncio.sleep(0.05)
        late = [asyncio.create_task(generator.write(ASK, 0, 1000 * CHUNK)) for _ in range(20)]  # an hour of work
        await asyncio.sleep(0.05)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await slow
        assert await generator.write(ASK, count=1)


async def test_a_killed_writer_is_said_and_started_anew() -> None:
    generator = Generator(MODEL)
    said: list[str | None] = []
    generator.on_trouble = said.append
    async with generator.running(), asyncio.timeout(LIMIT):
        first = await generator.write(ASK, 0, CHUNK)
        asked = asyncio.create_task(generator.write(ASK, 0, CHUNK))
        await asyncio.sleep(0)
        assert generator.pid is not None
        psutil.Process(generator.pid).kill()
        with pytest.raises(GeneratorError):
            await asked
        assert await generator.write(ASK, 0, CHUNK, urgent=True) == first
    assert generator.starts == 2
    assert "signal 9" in str(said[0])
    assert said[1:] == [None]  # and that it is over


async def test_a_writer_that_cannot_start_is_said_once(tmp_path: Path) -> None:
    generator = Generator(tmp_path)
    said: list[str | None] = []
    generator.on_trouble = said.append
    async with generator.running(), asyncio.timeout(LIMIT):
        while generator.starts < 3:
            await asyncio.sleep(0.05)
    assert len(said) == 1
    assert "could not be started" in (said[0] or "")


async def test_closing_leaves_no_process_behind() -> None:
    generator = Generator(MODEL)
    async with generator.running(), asyncio.timeout(LIMIT):
        await generator.write(ASK, 0, CHUNK)
        pid = generator.pid
    assert pid is not None
    with contextlib.suppress(psutil.NoSuchProcess):
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.slow
async def test_closing_in_the_middle_of_answers_always_ends() -> None:
    for moment in (0, 1, 2, 7):  # lines that are still asked for; a writer's start takes a second
        generator = Generator(MODEL)
        async with asyncio.timeout(LIMIT), generator.running():
            await generator.write(ASK, 0, CHUNK)
            asked = [asyncio.create_task(generator.write(ASK, urgent=True)) for _ in range(moment)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED) if asked else None
        await asyncio.gather(*asked, return_exceptions=True)


def test_a_writer_that_nobody_reads_any_more_ends_by_itself() -> None:
    command = [sys.executable, "-m", "stagelyric.types.process", "stagelyric.writing.process", str(MODEL)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"alive": True}
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=LIMIT) == 0


async def test_no_library_keeps_books_on_the_band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(place, str(tmp_path))
    generator = Generator(MODEL)
    async with asyncio.timeout(LIMIT), generator.running():
        await generator.write(ASK, 0, CHUNK)
    assert {path.name for path in tmp_path.iterdir()} <= {"stagelyric"}  # our own compiled frames


def test_a_line_is_the_same_after_the_pipe() -> None:
    line = Line("Mr Harbour, Montréal", "model", 1.25, ("Mr", "Har-", "bour,"), 7)
    assert as_line(json.loads(json.dumps(as_list(line)))) == line

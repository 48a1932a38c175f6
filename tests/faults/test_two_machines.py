"""Two machines that name each other stay in step, whatever becomes of one of them."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from baked import shows
from faults.harness import SET, UNSEEDED, ports, show, stock
from product import playing

from stagelyric.baked import file as files
from stagelyric.testing.play import Display, Play


def rig(folder: Path, other: tuple[int, int]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "rig.toml"
    file.write_text(f'[web]\nalso = ["127.0.0.1:{other[0]}"]\n')
    return str(file)


def there(state: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(state[key] for key in ("song", "section", "number", "line", "held"))


async def alike(*plays: Play) -> dict[str, Any]:
    """Until all are at the same place."""
    async with asyncio.timeout(10):
        while True:
            states = [await play.state() for play in plays]
            if len({there(state) for state in states}) == 1:
                return states[0]
            await asyncio.sleep(0.02)


async def together(plays: list[Play], display: Display) -> None:
    """A press that both hear."""
    before = len(display.cues)
    for play in plays:
        play.send("/stagelyric/line")
    await display.until(lambda: len(display.cues) > before)


async def test_an_extra_press_is_gone_before_the_next(tmp_path: Path) -> None:
    one, two = ports(), ports()
    async with (
        show(tmp_path / "a", one, "--rig", rig(tmp_path / "a", two)) as a,
        show(tmp_path / "b", two, "--rig", rig(tmp_path / "b", one)) as b,
        a.display() as up,
        b.display() as beside,
    ):
        for _ in range(3):
            await together([a, b], up)
        await alike(a, b)
        b.send("/stagelyric/line")
        await beside.until(lambda: bool(beside.cues) and beside.cues[-1]["number"] == 4)
        assert (await alike(a, b))["number"] == 3
        for number in range(4, 14):
            await together([a, b], up)
            state = await alike(a, b)
            assert (state["number"], state["line"]) == (number, up.lines[-1])
    assert "this machine follows" in b.printed
    assert "out of step" in b.printed


async def test_one_that_returns_or_joins_late_is_where_the_other_is(tmp_path: Path) -> None:
    one, two = ports(), ports()
    async with AsyncExitStack() as stack:
        a_rig, b_rig = rig(tmp_path / "a", two), rig(tmp_path / "b", one)
        b = await stack.enter_async_context(show(tmp_path / "b", two, "--rig", b_rig))
        first = await stack.enter_async_context(show(tmp_path / "a", one, "--rig", a_rig))
        beside = await stack.enter_async_context(b.display())
        for _ in range(3):
            await together([first, b], beside)
        await alike(first, b)
        await first.kill()
        b.send("/stagelyric/section", "chorus")
        for _ in range(2):
            await together([b], beside)
        a = await stack.enter_async_context(show(tmp_path / "a", one, "--rig", a_rig))
        state = await alike(a, b)
        assert (state["number"], state["section"]) == (5, "chorus")
        await together([a, b], beside)
        assert (await alike(a, b))["number"] == 6


async def test_two_baked_machines_sing_the_file_through_a_kill_and_a_late_join(tmp_path: Path) -> None:
    baked, one, two = tmp_path / "night.bake", ports(), ports()
    files.write(baked, shows.baked())
    a_rig, b_rig = rig(tmp_path / "a", two), rig(tmp_path / "b", one)
    verse = [one.line.text for one in shows.part("Harbour Lights", "verse", "").lines]
    how: dict[str, Any] = {"show": baked, "ready": 0}
    async with AsyncExitStack() as stack:
        a = await stack.enter_async_context(playing(tmp_path / "a", "--rig", a_rig, ports=one, **how))
        up = await stack.enter_async_context(a.display())
        await together([a], up)
        await together([a], up)
        b = await stack.enter_async_context(playing(tmp_path / "b", "--rig", b_rig, ports=two, **how))
        assert (await alike(a, b))["line"] == verse[1]  # it joins late, and is where the other is
        await together([a, b], up)
        await alike(a, b)
        await b.kill()
        await together([a], up)
        b = await stack.enter_async_context(playing(tmp_path / "b", "--rig", b_rig, ports=two, **how))
        assert (await alike(a, b))["line"] == verse[3]
        await together([a, b], up)
        assert (await alike(a, b))["number"] == 5
    assert up.lines == verse[:5]


async def test_they_come_together_whatever_seed_they_drew_and_when_the_link_is_cut(tmp_path: Path) -> None:
    one, two = ports(), ports()
    for folder in ("a", "b"):
        (tmp_path / folder / "cache").mkdir(parents=True)
    async with (
        show(tmp_path / "a", one, "--rig", rig(tmp_path / "a", two), setlist=UNSEEDED) as a,
        a.display() as up,
    ):
        await together([a], up)
        async with show(tmp_path / "b", two, "--rig", rig(tmp_path / "b", one), setlist=UNSEEDED) as b:
            async with asyncio.timeout(10):
                while (await b.state())["number"] != 1:
                    await asyncio.sleep(0.02)
            assert (await b.state())["line"] == up.lines[0]


async def test_in_step_again_at_the_next_press_through_kills_and_lost_presses(tmp_path: Path) -> None:
    one, two = ports(), ports()
    rigs = [rig(tmp_path / "a", two), rig(tmp_path / "b", one)]
    stock(tmp_path / "b", SET, only="verse")  # the chorus has an empty shelf on one of the two
    rng, here = random.Random(11), (one, two)
    async with AsyncExitStack() as stack:
        plays = [
            await stack.enter_async_context(show(tmp_path / name, where, "--rig", file))
            for name, where, file in zip("ab", here, rigs, strict=True)
        ]
        for turn in range(20):
            fault = rng.choice(["lost", "extra", "kill", "section", "none"])
            victim = rng.randrange(2)
            if fault == "kill":
                await plays[victim].kill()
                plays[1 - victim].send("/stagelyric/line")
                plays[victim] = await stack.enter_async_context(
                    show(tmp_path / "ab"[victim], here[victim], "--rig", rigs[victim])
                )
            elif fault == "section":
                for play in plays:
                    play.send("/stagelyric/section", rng.choice(["verse", "chorus"]) if turn % 2 else "verse")
            elif fault != "none":
                plays[victim].send("/stagelyric/line")
            await asyncio.sleep(0.4)
            for play in plays:
                play.send("/stagelyric/line")
            state = await alike(*plays)
            assert state["line"]

"""A show that is killed comes back where it was."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import aiohttp
from faults.harness import UNSEEDED, ports, press, show, stock

from stagelyric.types.lines import normal


async def test_all_that_makes_a_show_is_there_again_after_a_kill(tmp_path: Path) -> None:
    here = ports()
    async with show(tmp_path, here) as play:
        for address, *values in (
            ("/stagelyric/song", "Second Song"),
            ("/stagelyric/line",),
            ("/stagelyric/song", "Harbour Lights"),
            ("/stagelyric/section", "chorus"),
            ("/stagelyric/line",),
            ("/stagelyric/wildness", 0.9),
            ("/stagelyric/line",),
            ("/stagelyric/hold",),
        ):
            last = await press(play, address, *values)
        await play.kill()
    async with show(tmp_path, here) as play:
        again = await play.state()
        told = [key for key in last if key not in ("ready", "alerts")]
        assert {key: again[key] for key in told} == {key: last[key] for key in told}
        assert (again["number"], again["held"], again["section"]) == (3, True, "chorus")
        await play.until(lambda: "goes on where it was" in play.printed)
        await press(play, "/stagelyric/hold")
        assert (await press(play))["number"] == 4
        await play.kill()
    async with show(tmp_path, here, "--fresh") as play:
        anew = await play.state()
        assert (anew["number"], anew["song"], anew["line"]) == (0, "Harbour Lights", "")


async def test_the_beat_and_the_journal_go_on_too(tmp_path: Path) -> None:
    here = ports()
    rig = tmp_path / "rig.toml"
    rig.write_text('[clock]\nsource = "osc"\n')
    async with show(tmp_path, here, "--rig", str(rig)) as play:
        await press(play, "/stagelyric/tempo", 93.5)
        await press(play)
        await play.kill()
    async with show(tmp_path, here, "--rig", str(rig)) as play:
        assert (await play.state())["tempo"] == 93.5
        await press(play)
    from stagelyric.gear.journal import journal

    assert len(journal.shows(play.journal)) == 1
    cues = [row for row in journal.records(play.journal, "last") if row["kind"] == "cue"]
    assert [row["number"] for row in cues] == [1, 2]
    assert len({row["text"] for row in cues}) == 2


async def test_a_show_that_drew_its_seed_goes_on_with_it(tmp_path: Path) -> None:
    here = ports()
    async with show(tmp_path, here, setlist=UNSEEDED) as play:
        first = await press(play)
        await play.kill()
    seed = int(play.printed.partition("(seed ")[2].partition(")")[0])
    stock(tmp_path, UNSEEDED, seed=seed)
    async with show(tmp_path, here, setlist=UNSEEDED) as play:
        await play.until(lambda: play.printed.count(f"(seed {seed})") == 2)
        again = await press(play)
        # The press that found an empty shelf is counted: the second takes the second line.
        assert (again["number"], again["line"]) == (2, "Harbour Lights has its verse line 1")
        assert again["line"] != first["line"]
        await play.kill()
    async with show(tmp_path, here, "--fresh", setlist=UNSEEDED) as play:
        state = await press(play)
        assert (state["number"], state["line"]) == (1, "Harbour Lights has its verse line 2")


async def test_a_display_keeps_its_line_and_sees_no_other_song(tmp_path: Path) -> None:
    """One that knocks all the time, as every page does, is told of nothing but the song that is played."""
    here = ports()
    async with show(tmp_path, here) as play:
        await press(play, "/stagelyric/song", "Second Song")
        shown = await press(play)
        await play.kill()
    seen: list[tuple[str, str, int]] = []

    async def knock() -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(f"http://127.0.0.1:{here[0]}/live") as link:
                        state = await link.receive_json(timeout=1.0)
                        seen.append((state["song"], state["line"], state["number"]))
                except (OSError, aiohttp.ClientError, TypeError):
                    await asyncio.sleep(0.001)

    knocking = asyncio.create_task(knock())
    async with show(tmp_path, here):
        await asyncio.sleep(0.1)
    knocking.cancel()
    assert set(seen) == {(shown["song"], shown["line"], shown["number"])}


async def test_killed_at_any_moment_no_line_and_no_number_comes_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    here, rng = ports(), random.Random(7)
    shown: list[tuple[int, str]] = []
    for _ in range(6):
        async with show(tmp_path, here) as play, play.display() as display:
            state = display.state
            # What was written down may be one line ahead of what was seen.
            if state["number"] and (not shown or state["number"] != shown[-1][0]):
                assert state["number"] == (shown[-1][0] if shown else 0) + 1
                shown.append((state["number"], state["line"]))
            assert not shown or (state["number"], state["line"]) == shown[-1]
            for _ in range(rng.randrange(3, 8)):
                play.send("/stagelyric/line")
            await asyncio.sleep(rng.uniform(0.0, 0.05))
            await play.kill()
            await asyncio.wait([display.reading])  # to the end of what was on its way
            shown += [(cue["number"], cue["text"]) for cue in display.cues]
    record_property("sent", "6 kills")
    record_property("answered", f"{len(shown)} lines, none twice")
    assert [number for number, _ in shown] == list(range(1, len(shown) + 1))
    twice = [text for text, times in Counter(normal(text) for _, text in shown).items() if times > 1]
    assert twice == []
    assert len(shown) > 6


async def test_a_show_of_yesterday_is_over_and_says_how_to_go_on_with_it(tmp_path: Path) -> None:
    here = ports()
    async with show(tmp_path, here) as play:
        shown = await press(play)
    bookmark = tmp_path / "journal.sqlite3-show-fault-night"
    record = json.loads(bookmark.read_bytes().split(b"\0")[0].splitlines()[-1])
    written = bookmark.read_bytes()
    yesterday = written.replace(
        json.dumps(record["wall"]).encode(), json.dumps(round(time.time() - 86400.0, 3)).encode()
    )
    assert yesterday != written
    bookmark.write_bytes(yesterday)
    async with show(tmp_path, here) as play:
        assert (await play.state())["number"] == 0
        await play.until(lambda: "begins anew; to go on with it: --resume" in play.printed)
    async with show(tmp_path, here, "--resume") as play:
        assert (await play.state())["line"] == shown["line"]


async def test_two_shows_of_one_title_at_once_have_a_place_each(tmp_path: Path) -> None:
    first, second = ports(), ports()
    async with show(tmp_path, first) as one:
        await press(one)
        async with show(tmp_path, second) as other:
            assert (await other.state())["number"] == 0
            await press(other)
            await press(other)
        assert (await one.state())["number"] == 1
        await one.kill()
    async with show(tmp_path, first) as one:
        assert (await one.state())["number"] == 1

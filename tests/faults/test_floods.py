"""One page that sends as fast as it can, whatever it sends, costs the others little and drops nobody."""

import asyncio
import json
import statistics
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from faults.harness import hang_up, show, stock, waits

from stagelyric.testing.play import Play

KINDS = {
    "pings": '{"ping": 1}',
    "painted": '{"painted": 1, "ms": 1.0}',
    "nonsense": "{" * 2000,
    "words": '{"offer": "harbour"}',
    "pins": '{"pin": "000000"}',
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    """One show for all floods, one after another; each wants 120 lines of it."""
    folder: Path = tmp_path_factory.mktemp("flooded")
    stock(folder, lines=1024)
    async with show(folder) as play:
        yield play


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", [*KINDS, "control frames"])
async def test_a_flooder_is_read_no_faster_than_its_share(
    play: Play, kind: str, record_property: Callable[[str, object], None]
) -> None:
    async with play.display() as display:
        alone = await waits(play, display, 60)
        over, sent = asyncio.Event(), 0

        async def flood() -> None:
            nonlocal sent
            async with aiohttp.ClientSession() as session, session.ws_connect(f"{play.url}/live") as link:
                try:
                    while not over.is_set():
                        for _ in range(50):
                            if kind == "control frames":
                                await link.ping(b"x" * 100)
                            else:
                                await link.send_str(KINDS[kind])
                            sent += 1
                        await asyncio.sleep(0)
                finally:
                    hang_up(link)

        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0.3)
        beside = await waits(play, display, 60)
        over.set()
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        medians = [statistics.median(found) * 1e3 for found in (alone, beside)]
        told = f"{kind}: {sent} sent, a press {medians[0]:.1f} → {medians[1]:.1f} ms"
        record_property("sent", f"{sent} messages")
        record_property("answered", f"{len(beside)} of 60 presses")
        record_property("longest wait", f"{max(beside) * 1e3:.0f} ms")
        assert not display.link.closed
        assert json.dumps(display.messages).count('"cue"') >= 120
        assert statistics.median(beside) < 3 * statistics.median(alone) + 0.02, told

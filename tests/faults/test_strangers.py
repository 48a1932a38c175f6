"""A stranger on the network who may only watch and sends as fast as it can: no press is lost, nobody is dropped, and
the show has little work with it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from faults.harness import ports, show, stock
from programs import NO_NETWORK

from stagelyric.testing.play import Display, Play
from stagelyric.web.joining import addresses

KINDS = [
    "messages", "long messages", "pieces", "pings", "PINs", "requests", "OSC queries", "pages", "no requests", "bodies",
    "displays", "OSC",
]  # fmt: skip
SECONDS, PRESSES = 1.5, 20
FLOODER = Path(__file__).parent.parent / "flooder.py"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.needs("linux"),
    pytest.mark.skipif(not addresses(), reason=f"{NO_NETWORK}, so nobody is a stranger to it"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Play, list[Display]]]:
    """One show for all floods, with three displays of the band's own machine."""
    folder: Path = tmp_path_factory.mktemp("strangers")
    stock(folder, lines=1024)
    here = ports()
    (folder / "rig.toml").write_text(f'[osc]\nlisten = "0.0.0.0:{here[1]}"\nallow = ["127.0.0.1"]\n')
    options = ("--rig", str(folder / "rig.toml"), "--host", "0.0.0.0", "--pin", "471108")
    async with show(folder, here, *options) as play, AsyncExitStack() as stack:
        yield play, [await stack.enter_async_context(play.display(page)) for page in ("", "operator", "audience")]


def has(display: Display, cues: int) -> bool:
    return len(display.cues) >= cues


def work(pid: int) -> tuple[float, int]:
    """Seconds of processor time of the thread that has the event loop, and bytes of memory."""
    thread = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()
    return int(thread[0]) / 1e9, psutil.Process(pid).memory_info().rss


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stranger_s_flood_costs_no_press_and_little_work(
    house: tuple[Play, list[Display]], kind: str, record_property: Callable[[str, object], None]
) -> None:
    play, displays = house
    command = (sys.executable, str(FLOODER), kind, addresses()[0], str(play.page), str(play.osc), str(SECONDS))
    flood = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, start_new_session=True)
    await asyncio.sleep(0.4)
    first = len(displays[0].cues)
    clock = asyncio.get_running_loop().time
    (busy, memory), began, waited = work(play.process.pid), clock(), 0.0
    for number in range(1, PRESSES + 1):
        pressed = clock()
        play.send("/stagelyric/line")
        await displays[0].until(partial(has, displays[0], first + number), 20.0)
        waited = max(waited, clock() - pressed)
        await asyncio.sleep(0.03)
    (busy_now, memory_now), took = work(play.process.pid), clock() - began
    async with asyncio.timeout(30):
        sent = int((await flood.communicate())[0])
    numbers = [cue["number"] for cue in displays[0].cues]
    assert numbers == list(range(1, first + PRESSES + 1)), "no press is lost, and no panic came through"
    for other in displays:
        await other.until(partial(has, other, len(numbers)))
        assert not other.link.closed
    assert sent > 0
    assert (busy_now - busy) / took < 0.6, "of the loop's time"
    assert memory_now - memory < 40 << 20
    assert "Traceback" not in play.printed
    record_property("sent", f"{sent / 1e6:,.1f} MB in {SECONDS} s")
    record_property("answered", f"{PRESSES} of {PRESSES} presses, on three displays")
    record_property(
        "longest wait", f"{waited * 1e3:.0f} ms; the loop had work for {(busy_now - busy) / took:.0%} of it"
    )

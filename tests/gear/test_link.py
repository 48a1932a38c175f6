"""Link multicasts on the network, so two sessions meet here in a network namespace that has only a loopback."""

import json
import subprocess
import sys

import pytest

from stagelyric.types.extras import how_to_get

TWO_SESSIONS = """
import asyncio, json
import aalink
from stagelyric.types.events import Beat, Tempo
from stagelyric.gear.link import Link

async def main():
    heard = []
    peer = aalink.Link(97.0, asyncio.get_running_loop())
    peer.enabled = True
    async with Link().running(heard.append):
        async with asyncio.timeout(20):
            while not any(isinstance(event, Tempo) for event in heard) or len(heard) < 8:
                await asyncio.sleep(0.05)
    tempo = [event.bpm for event in heard if isinstance(event, Tempo)][-1]
    beats = [event.beat for event in heard if isinstance(event, Beat)]
    print(json.dumps({"tempo": tempo, "peer": peer.tempo, "rising": beats == sorted(beats)}))

asyncio.run(main())
"""


@pytest.mark.needs("package:aalink", "network namespace")
def test_the_tempo_of_a_session_is_heard() -> None:
    inside = ["sh", "-c", 'ip link set lo up && exec "$0" "$@"', sys.executable, "-c", TWO_SESSIONS]
    run = subprocess.run(["unshare", "--map-root-user", "--net", *inside], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["tempo"] == pytest.approx(97.0, abs=0.01)
    assert found["peer"] == pytest.approx(97.0, abs=0.01)
    assert found["rising"] is True


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from stagelyric.gear.link import Link
    from stagelyric.types.events import Notice

    monkeypatch.setitem(sys.modules, "aalink", None)
    heard: list[object] = []
    async with Link().running(heard.append):
        pass
    (notice,) = heard
    assert isinstance(notice, Notice)
    assert how_to_get("link") in notice.text

"""Ableton Link: tempo and beat shared over the network (optional: `pip install "stagelyric[link]"`)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from stagelyric.types.events import Beat, Emit, Notice, Tempo
from stagelyric.types.extras import how_to_get
from stagelyric.types.parts import Part, ignore

# Seconds before we join. When two sessions meet, Link keeps the older one; if their ages differ by less than half a
# second, it keeps either at random, and a show that starts together with a DAW would then set the DAW's tempo. A
# session that is switched on as soon as it is made may start up to another half second later.
SETTLING = 1.5
EVERY = 0.05  # seconds between two looks at the session; in between the clock runs on by itself


class Link(Part):
    """A part that reads Link's session. It never sets the tempo and never starts anything."""

    name = "link"

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        try:
            import aalink
        except ImportError:
            text = f"Ableton Link needs an extra: {how_to_get('link')}; the songs' own tempo goes on"
            emit(Notice(time.monotonic(), self.name, text))
            yield
            return
        session = aalink.Link(120.0, asyncio.get_running_loop())
        task = asyncio.create_task(self._follow(session, emit))
        try:
            yield
        finally:
            task.cancel()
            session.enabled = False

    # `Any`: aalink has no types.
    async def _follow(self, session: Any, emit: Emit) -> None:
        await asyncio.sleep(SETTLING)
        session.enabled = True
        tempo, peers = 0.0, -1
        while True:
            await asyncio.sleep(EVERY)
            if session.num_peers != peers:
                peers = session.num_peers
                emit(Notice(time.monotonic(), self.name, f"Link: {peers} peer{'' if peers == 1 else 's'}", "info"))
            if not peers:
                continue  # without other peers the tempo is only our own initial guess
            now = time.monotonic()
            if session.tempo != tempo:
                tempo = session.tempo
                emit(Tempo(now, self.name, tempo))
            emit(Beat(now, self.name, session.beat))

"""Ableton Live: whether AbletonOSC answers, and how many of the set's names match a place in the show."""

import asyncio
from collections.abc import Mapping, Sequence

from stagelyric.doctor.findings import Finding, fine, fix, look
from stagelyric.doctor.network import owner
from stagelyric.gear.live.input import EVERY, PATIENCE, Live
from stagelyric.setlist.rig import LiveRig
from stagelyric.types.events import Event, Notice

_NAMES = "name a scene or a clip as a song or a section of the setlist: Harbour Lights — chorus"


async def check(rig: LiveRig, songs: Mapping[str, Sequence[str]]) -> Finding:
    """`songs`: the setlist's sections by title; empty: checks only whether Live is there."""
    heard: asyncio.Queue[Event] = asyncio.Queue()
    part = Live(songs, lambda: next(iter(songs), ""), rig.host, rig.port, rig.answers, rig.track)
    async with part.running(heard.put_nowait), asyncio.timeout(EVERY * (PATIENCE + 8)):
        notice = await heard.get()
    assert isinstance(notice, Notice)
    text = notice.text.removeprefix("Live: ").partition("; the show goes on")[0]
    if part.is_there:
        return fine("Live", text) if notice.level == "info" or not songs else look("Live", text, _NAMES)
    who = owner(rig.answers, "udp")
    if who is not None and who.startswith("another stagelyric"):
        return look("Live", f"port {rig.answers} is in use by {who}: a show is up on this machine already")
    what, _, mend = text.partition("; " if "used by" in text else ": ")
    return fix("Live", f"{what} ({who})" if who else what, mend or None)

"""What the operator's page (the desk) is told beside the state: the set, the ready lines, activity of inputs, the
journal."""

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.web import messages
from stagelyric.web.client import Client, Clients

LOOK = 0.2  # seconds between two updates of the activity lights
A_SECOND = round(1 / LOOK)
LATEST = 100  # journal entries that a page gets when it opens, and in one message
MOST = 300  # journal entries of which a page that was busy is told later; it shows 150 lines


@dataclass(frozen=True, slots=True)
class Song:
    """A song of the set's list, with its sections by name."""

    title: str
    sections: tuple[str, ...]
    key: str | None = None
    tempo: float = 120.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The functions from which the operator's page gets its data. `stock`: ready lines of the present section, by
    origin; `ready`: of every section, by song; `bare`: the sections, as (song index, section index), that have nothing
    to fall back on while no line is ready; `wait`: seconds until every section has lines, None if they have; `heard`:
    how many messages came from each kind of source so far; `journal`: entries after a number; `step`: which of the
    machines in step leads, None if there is only one; `baked`: a description of a baked show, None if lines are written
    during the show; `song_at`: when the present song began, unix seconds."""

    title: str = ""
    songs: tuple[Song, ...] = ()
    stock: Callable[[], Mapping[str, int]] = field(default=dict)
    ready: Callable[[], Sequence[Sequence[int]]] = field(default=list)
    heard: Callable[[], Mapping[str, int]] = field(default=dict)
    journal: Callable[[int], Sequence[JsonMapping]] = field(default=lambda after: [])
    bare: Callable[[], Sequence[tuple[int, int]]] = field(default=list)
    wait: Callable[[], float | None] = field(default=lambda: None)
    step: Callable[[], JsonMapping | None] = field(default=lambda: None)
    baked: JsonMapping | None = None
    song_at: Callable[[], float | None] = field(default=lambda: None)

    def set(self) -> JsonObject:
        songs = [
            {"title": song.title, "sections": song.sections, "key": song.key, "tempo": song.tempo}
            for song in self.songs
        ]
        # Includes the server's time, since a tablet's clock may be minutes off.
        return {"type": "set", "title": self.title, "songs": songs, "wall": time.time(), "baked": self.baked}

    def now(self) -> JsonObject:
        return {
            "type": "desk",
            "stock": dict(self.stock()),
            "ready": self.ready(),
            "bare": self.bare(),
            "wait": self.wait(),
            "step": self.step(),
            "song_at": self.song_at(),
            "heard": dict(self.heard()),
        }

    def entries(self, after: int = 0) -> list[JsonMapping]:
        """The journal's entries after a number, each with its own number `seq`, oldest first; at most `MOST` of the
        latest."""
        return list(self.journal(after))[-MOST:]

    def greet(self, client: Client) -> None:
        """Sends everything to a page that has just connected. What it can't take at once, because the set is long, it
        is told by `keep_telling`."""
        client.tell(self.set())
        now, entries = self.now(), self.entries()[-LATEST:]
        if client.outbox.put_if_prompt(messages.frame(now)):
            client.known.desk = now
        if client.outbox.put_if_prompt(messages.frame(messages.journal(entries))):
            client.known.journal = entries[-1]["seq"] if entries else 0


async def keep_telling(desk: Callable[[], Desk], clients: Clients) -> None:
    """Sends the operators' pages updates: the activity lights a few times a second, everything else when it has
    changed. A page that can't take one at once gets it later, in order, and delays nobody."""
    for look in itertools.count():
        await asyncio.sleep(LOOK)
        operators = clients.operators
        if not operators:
            continue
        now = desk().now() if look % A_SECOND == 0 else None
        displays = _displays(clients) if look % A_SECOND == 0 else None
        heard = dict(desk().heard())
        for client in operators:
            if displays is not None:
                client.outbox.put_if_prompt(displays)
            _tell_state(client, now if now is not None else {**client.known.desk, "heard": heard})
            _tell_journal(client, desk())


def _displays(clients: Clients) -> bytes:
    return messages.frame({"type": "displays", "displays": [client.display.health() for client in clients]})


def _tell_state(client: Client, now: JsonObject) -> None:
    known = client.known.desk
    if now == known:
        return
    only_heard = {**known, "heard": now["heard"]} == now
    if client.outbox.put_if_prompt(messages.frame({"type": "desk", "heard": now["heard"]} if only_heard else now)):
        client.known.desk = now


def _tell_journal(client: Client, desk: Desk) -> None:
    """Tells the entries that the page does not know yet, in parts."""
    entries = desk.entries(client.known.journal)[:LATEST]
    if entries and client.outbox.put_if_prompt(messages.frame(messages.journal(entries))):
        client.known.journal = entries[-1]["seq"]

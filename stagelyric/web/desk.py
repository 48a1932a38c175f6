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
LATEST = 100  # journal entries that a page gets when it opens


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
        """The journal's latest entries, each with its number `seq`, oldest first."""
        return list(self.journal(after))[-LATEST:]

    def greet(self, client: Client) -> None:
        """Sends everything to a page that has just connected."""
        for message in (self.set(), self.now(), messages.journal(self.entries())):
            client.tell(message)


async def keep_telling(desk: Callable[[], Desk], clients: Clients) -> None:
    """Sends the operators' pages updates: the activity lights a few times a second, everything else when it has
    changed."""
    told: JsonObject = {}
    journal = 0  # number of the last entry that was sent
    for look in itertools.count():
        await asyncio.sleep(LOOK)
        operators = clients.operators
        if not operators:
            continue
        news: list[JsonObject] = []
        heard = dict(desk().heard())
        if look % A_SECOND == 0:
            news.append({"type": "displays", "displays": [client.display.health() for client in clients]})
            now = desk().now()
            if now != told:
                news.append(now)
                told = now
        elif heard != told.get("heard"):
            told = {**told, "heard": heard}
            news.append({"type": "desk", "heard": heard})
        entries = desk().entries(journal)
        if entries:
            journal = entries[-1]["seq"]
            news.append(messages.journal(entries))
        for message in news:
            frame = messages.frame(message)
            for client in operators:
                client.outbox.put_if_prompt(frame)

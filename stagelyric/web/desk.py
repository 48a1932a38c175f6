"""What the operator's page is told beside the state: the set, the stock of lines, who is heard, tonight's journal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LATEST = 100  # entries of the journal that a page is given when it opens


@dataclass(frozen=True, slots=True)
class Song:
    """A song of the set, for the list: its sections by name."""

    title: str
    sections: tuple[str, ...]
    key: str | None = None
    tempo: float = 120.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the page asks. `stock`: ready lines of the present section, by origin; `ready`: of every section, by
    song; `heard`: how many messages came from each kind of source so far; `journal`: entries after a number."""

    title: str = ""
    songs: tuple[Song, ...] = ()
    stock: Callable[[], Mapping[str, int]] = field(default=dict)
    ready: Callable[[], Sequence[Sequence[int]]] = field(default=list)
    heard: Callable[[], Mapping[str, int]] = field(default=dict)
    journal: Callable[[int], Sequence[Mapping[str, Any]]] = field(default=lambda after: [])

    def set(self) -> dict[str, Any]:
        songs = [
            {"title": song.title, "sections": song.sections, "key": song.key, "tempo": song.tempo}
            for song in self.songs
        ]
        return {"type": "set", "title": self.title, "songs": songs}

    def now(self) -> dict[str, Any]:
        return {"type": "desk", "stock": dict(self.stock()), "ready": self.ready(), "heard": dict(self.heard())}

    def entries(self, after: int = 0) -> list[Mapping[str, Any]]:
        """The journal's latest, each with its number `seq`, oldest first."""
        return list(self.journal(after))[-LATEST:]

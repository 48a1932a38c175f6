"""Finds lines with a requested word: written on demand, baked in advance, or ready on a shelf by chance."""

from collections.abc import Collection, Iterable, Mapping

from stagelyric.show.asks import word_ask
from stagelyric.show.pool import Pool
from stagelyric.types.lines import Ask, Line, normal

Baked = Mapping[tuple[str, str], Mapping[str, Line]]
"""The lines of a baked show by (song, section) and by the word that they contain, in lower case."""


class WordLines:
    """`times`: how often each word was requested tonight; `baked`: None if lines are written during the show."""

    def __init__(self, baked: Baked | None) -> None:
        self.baked = baked
        self.times: dict[str, int] = {}
        self._latest: str | None = None  # the word requested since the last record

    def ask(self, ask: Ask, word: str) -> Ask:
        """The request for a line with the word in the section of `ask`; it gives another line each time."""
        times = self.times[word] = self.times.get(word, 0) + 1
        self._latest = word
        return word_ask(ask, word, times)

    def change(self) -> dict[str, int]:
        """The word requested since the last call, with its count so far; empty if there was none."""
        latest, self._latest = self._latest, None
        return {} if latest is None else {latest: self.times[latest]}

    def of_baked(self, word: str, places: Iterable[tuple[str, str]], used: Collection[str]) -> Line | None:
        """A baked line with the word that has not been shown, from the first of the places that has one; None if there
        is none."""
        for place in places:
            line = (self.baked or {}).get(place, {}).get(word.casefold())
            if line is not None and normal(line.text) not in used:
                return line
        return None


def ready_with(word: str, pool: Pool, asks: Iterable[Ask], used: Collection[str]) -> Line | None:
    """A ready line with the word that has not been shown, from the nearest of these shelves; None if there is none."""
    wanted = f" {normal(word)} "
    for ask in asks:
        shelf = pool.shelf(ask)
        for line in shelf.lines[shelf.position :]:
            text = normal(line.text)
            if text not in used and wanted in f" {text} ":
                return line
    return None

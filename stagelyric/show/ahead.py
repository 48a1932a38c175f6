"""Lists the texts that may be shown next, so that their speech can be synthesised in advance."""

from collections.abc import Iterable, Iterator, Mapping

from stagelyric.show.show import Show
from stagelyric.types.lines import Ask


def coming(show: Show, kept: Mapping[tuple[str, str], Iterable[str]]) -> Iterator[str]:
    """Yields texts that may come next, most likely first: ready lines of this section; kept and safety lines, and what
    triggers say; ready lines of the neighbouring sections; then those of the whole set; last what this section falls
    back on when all these are used up. `kept`: lines kept in rehearsal by (song, section)."""
    asks = show.asks()
    yield from _ready(show, asks[0])
    yield from _standing(show, kept)
    for ask in [*asks[1:], *show.every_ask()]:
        yield from _ready(show, ask)
    yield from show.ladder.lowest(show.song, show.section, asks)


def _ready(show: Show, ask: Ask) -> Iterator[str]:
    shelf = show.pool.shelf(ask)
    for line in shelf.lines[shelf.position :]:
        yield line.text


def _standing(show: Show, kept: Mapping[tuple[str, str], Iterable[str]]) -> Iterator[str]:
    here = (show.song.title, show.section.name)
    songs = [show.song, *(song for song in show.setlist.songs if song is not show.song)]
    yield from kept.get(here, ())
    for song in songs:
        for section in song.sections:
            yield from section.safety
    for trigger in show.triggers():
        if trigger.do.action == "say":
            yield " ".join(str(trigger.do.value).split())
    for song in songs:
        yield song.title
        for section in song.sections:
            yield from kept.get((song.title, section.name), ())

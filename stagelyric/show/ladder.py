"""Chooses a fallback line while a section's shelf is empty, and never the same one twice in a row.

First come lines of this song that were not shown tonight, in this song or another: those kept in rehearsal, those that
another edition baked for the section, its safety lines, the song's own lyrics, those kept for its other sections or
ready there. Once all of these were shown, it is what the band wrote or kept, by how long ago it was shown; if that is
up already, the people and things that the song is about; lines from a shelf come again only if the song has nothing
else. Never a title, and never a line of another song.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice

from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.show.pool import Pool, Shelf
from stagelyric.types.lines import Ask, Line, Origin, normal

NEIGHBOURS = 8  # at most so many lines of another section's shelf are named as coming, or come again
COUNTED = 500  # ready lines are counted up to this number; nobody needs exact counts beyond it
LYRICS = 400  # at most so many lines of a song's lyrics are considered

Kept = dict[tuple[str, str], list[str]]


class Ladder:
    """`lyrics`: the songs' own words by title; `kept`: lines by (song, section); `cut`: splits a text into syllables.

    `meanwhile`: by (song, section) lines that were baked with another model, editor or version than writes tonight:
    good ones for while nothing is written, as in the first second of a show.

    `shown` maps the normal form of each line of the night, from the shelves too, to the number of the cue before its
    last showing.
    """

    def __init__(
        self,
        setlist: Setlist,
        pool: Pool,
        lyrics: Mapping[str, str],
        kept: Kept,
        cut: Callable[[str], tuple[str, ...]],
    ) -> None:
        self._setlist, self._pool, self._lyrics, self.kept, self._cut = setlist, pool, lyrics, kept, cut
        self.meanwhile: dict[tuple[str, str], list[Line]] = {}
        self._own: dict[tuple[str, tuple[int, int]], tuple[list[Line], list[Line]]] = {}
        self.shown: dict[str, int] = {}
        self._changed: dict[str, int] = {}  # what is new in `shown` since the last record

    def pick(
        self,
        song: Song,
        section: Section,
        asks: Sequence[Ask],
        used: Collection[str],
        up: str,
        vetoed: Collection[str] = (),
    ) -> Line:
        """Returns a fallback line. `asks`: those of the song's sections, this section's first; `used`: the normal forms
        of all that was shown or vetoed; `up`: the text that is up now, which is repeated only if there is nothing else;
        `vetoed`: those in `used` that were vetoed."""
        for line in self._rungs(song, section, asks, used):
            if normal(line.text) not in used and line.text != up:
                return line
        return self._again(song, section, asks, up, vetoed)

    def mark(self, text: str, number: int) -> None:
        """Notes that a line was shown, or passed over. `number`: that of the cue before."""
        self.shown[normal(text)] = self._changed[normal(text)] = number

    def whole(self) -> dict[str, int]:
        """`shown`, for a complete record."""
        self._changed = {}
        return dict(self.shown)

    def change(self) -> dict[str, int]:
        """What is new in `shown` since the last `whole` or `change`."""
        changed, self._changed = self._changed, {}
        return changed

    def stand(self, shown: Mapping[str, int]) -> None:
        """Continues from what a record says was shown."""
        self.shown, self._changed = {normal(text): number for text, number in shown.items()}, {}

    def lowest(self, song: Song, section: Section, asks: Sequence[Ask]) -> Iterator[str]:
        """The texts that come once there are neither ready lines, nor kept ones, nor safety lines; see `pick`."""
        for line in (*self._below(song, section, asks), *self._about(asks)):
            yield line.text

    def stock(self, song: Song, section: Section, shelf: Shelf, used: Collection[str]) -> dict[str, int]:
        """How many lines are ready for the section, by origin; at most `COUNTED` of its shelf."""
        end = min(len(shelf.lines), shelf.position + COUNTED)
        counted = Counter[str](shelf.lines[place].origin for place in range(shelf.position, end))
        kept = self.kept.get((song.title, section.name), ())
        counted["kept"] += sum(normal(text) not in used for text in kept)
        counted["safety"] += len(_safety(song, section))
        return dict(counted)

    def _last(self, line: Line) -> int:
        return self.shown.get(normal(line.text), -1)

    def _rungs(self, song: Song, section: Section, asks: Sequence[Ask], used: Collection[str]) -> Iterator[Line]:
        """What a section can fall back on, best first; of the lines on shelves only those that are not in `used`."""
        yield from self._kept(song, section)
        yield from self.meanwhile.get((song.title, section.name), ())
        yield from self._written(_safety(song, section), "safety")
        yield from self._below(song, section, asks, used)
        for ask in asks[1:]:
            family = self._pool.shelf(ask).family
            for shelf in sorted(family, key=lambda each: abs(each.ask.wildness - ask.wildness)):
                yield from shelf.lent(used)

    def _again(self, song: Song, section: Section, asks: Sequence[Ask], up: str, vetoed: Collection[str]) -> Line:
        """What was shown longest ago. A line from a shelf comes again only if there is nothing else, and a vetoed one
        only if there is nothing else and what is up was vetoed too."""
        fitting, others = self._sung(song, section)
        own = [
            *self._kept(song, section), *self._written(_safety(song, section), "safety"), *fitting,
            *self._elsewhere(song, section), *others,
        ]  # fmt: skip
        about = self._about(asks)
        shelves = (line for ask in asks[1:] for line in islice(self._not_vetoed(ask, vetoed), NEIGHBOURS))
        nothing_else = [*own, *about] if not up or normal(up) in vetoed else []
        for lines, never in ((own, vetoed), (about, vetoed), (shelves, vetoed), (nothing_else, ())):
            able = [line for line in lines if normal(line.text) != normal(up) and normal(line.text) not in never]
            if able:
                return min(able, key=self._last)
        return self._written((up or song.title,), "safety")[0]

    def _not_vetoed(self, ask: Ask, vetoed: Collection[str]) -> Iterator[Line]:
        return (line for line in self._pool.shelf(ask).lent(()) if normal(line.text) not in vetoed)

    def _below(self, song: Song, section: Section, asks: Sequence[Ask], used: Collection[str] = ()) -> Iterator[Line]:
        """Lines that belong to the song rather than to this section, nearest first."""
        fitting, others = self._sung(song, section)
        yield from fitting
        for each in song.sections:
            if each.name != section.name:
                yield from self._kept(song, each)
        for ask in asks[1:]:
            yield from islice(self._pool.shelf(ask).lent(used), NEIGHBOURS)
        for each in song.sections:
            yield from self._written(_safety(song, each), "safety")
        yield from others

    def _elsewhere(self, song: Song, section: Section) -> Iterator[Line]:
        """The kept lines and safety lines of the song's other sections."""
        for each in song.sections:
            if each.name != section.name:
                yield from self._kept(song, each)
                yield from self._written(_safety(song, each), "safety")

    def _kept(self, song: Song, section: Section) -> list[Line]:
        return self._written(self.kept.get((song.title, section.name), ()), "kept")

    def _about(self, asks: Sequence[Ask]) -> list[Line]:
        return self._written((*asks[0].names, *asks[0].themes), "safety")

    def _sung(self, song: Song, section: Section) -> tuple[list[Line], list[Line]]:
        """The lines of the song's lyrics, as (those whose syllable count fits the section, the others)."""
        key = (song.title, section.syllables)
        if key not in self._own:
            least, most = section.syllables
            lines = [
                line for line in self._lyrics.get(song.title, "").splitlines()[:LYRICS]
                if self._may_be_shown(line) and normal(line) != normal(song.title)
            ]  # fmt: skip
            whole = self._written(dict.fromkeys(" ".join(line.split()) for line in lines), "written")
            self._own[key] = (
                [line for line in whole if least <= len(line.syllables) <= most],
                [line for line in whole if not least <= len(line.syllables) <= most],
            )
        return self._own[key]

    def _may_be_shown(self, line: str) -> bool:
        spoken = f" {normal(line)} "
        return len(spoken) > 2 and not any(f" {normal(phrase)} " in spoken for phrase in self._setlist.avoid)

    def _written(self, texts: Collection[str], origin: Origin) -> list[Line]:
        return [Line(text, origin, syllables=self._cut(text)) for text in texts]


def _safety(song: Song, section: Section) -> list[str]:
    """A section's safety lines that are more than the song's title."""
    return [text for text in section.safety if normal(text) != normal(song.title)]


def bare(setlist: Setlist, kept: Collection[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """The sections, as (song, section), with nothing to fall back on while no line is ready: no safety lines, no lyrics
    of their song and no kept lines. `kept`: the sections that have kept lines."""
    return [
        (song.title, section.name)
        for song in setlist.songs
        for section in song.sections
        if not _safety(song, section) and not song.lyrics and (song.title, section.name) not in kept
    ]


def titles_alone(setlist: Setlist) -> Iterator[str]:
    """A warning, for people, about each safety line that is only its song's title."""
    for song in setlist.songs:
        for section in song.sections:
            if len(_safety(song, section)) < len(section.safety):
                yield f'"{song.title}", {section.name}: a safety line that is only the song\'s title is never shown'


def told(places: Sequence[tuple[str, str]]) -> str:
    """The warning about such sections, for people; "" if there are none."""
    if not places:
        return ""
    named = [f'"{song}", {section}' for song, section in places[:3]]
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    have = "has" if len(places) == 1 else "have"
    return (
        f"{'; '.join(named)}{more} {have} nothing to fall back on while no line is ready: give safety lines or lyrics"
    )

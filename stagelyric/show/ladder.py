"""Chooses a fallback line while a section's shelf is empty, and never the same one twice in a row.

In order of preference: lines kept in rehearsal, the section's safety lines, the song's own lyrics, lines kept for the
song's other sections or ready there, the line that was shown longest ago, and last the people and things that the song
is about. Never a title, and never a line of another song. A line that was written for a shelf comes again only where
there is nothing else.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.show.pool import Pool, Shelf
from stagelyric.types.lines import Ask, Line, Origin, normal

NEIGHBOURS = 8  # at most so many lines of another section's shelf are considered
COUNTED = 500  # ready lines are counted up to this number; nobody needs exact counts beyond it
LYRICS = 400  # at most so many lines of a song's lyrics are considered

_THEIRS: tuple[Origin, ...] = ("kept", "safety", "written")
"""Origins of lines that the band has kept or written itself, which may come again."""

Kept = dict[tuple[str, str], list[str]]


class Ladder:
    """`lyrics`: the songs' own words by title; `kept`: lines by (song, section); `cut`: splits a text into syllables.

    `shown` maps the text of each fallback line that has been shown to the cue number before it.
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
        self._own: dict[tuple[str, tuple[int, int]], tuple[list[Line], list[Line]]] = {}
        self.shown: dict[str, int] = {}

    def pick(self, song: Song, section: Section, asks: Sequence[Ask], used: Collection[str], up: str) -> Line:
        """Returns a fallback line. `asks`: those of the song's sections, this section's first; `up`: the text that is
        up now, which is repeated only if there is nothing else."""
        for line in self._written(self.kept.get((song.title, section.name), ()), "kept"):
            if normal(line.text) not in used:
                return line
        safety = [line for line in self._written(_safety(song, section), "safety") if line.text != up]
        if safety:
            fresh = [line for line in safety if normal(line.text) not in used]
            return min(fresh or safety, key=self._last)
        below = list(self._below(song, section, asks))
        for line in below:
            if normal(line.text) not in used:
                return line
        again = [*self._written(self.kept.get((song.title, section.name), ()), "kept"), *below]
        again = [line for line in again if line.text != up]
        theirs = [line for line in again if line.origin in _THEIRS]
        about = [line for line in self._about(asks) if line.text != up]
        if again := theirs or about or again:
            return min(again, key=self._last)
        return self._written((up or song.title,), "safety")[0]

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
        return self.shown.get(line.text, -1)

    def _below(self, song: Song, section: Section, asks: Sequence[Ask]) -> Iterator[Line]:
        """Lines that belong to the song rather than to this section, nearest first."""
        fitting, others = self._sung(song, section)
        yield from fitting
        for each in song.sections:
            if each.name != section.name:
                yield from self._written(self.kept.get((song.title, each.name), ()), "kept")
        for ask in asks[1:]:
            shelf = self._pool.shelf(ask)
            yield from shelf.lines[shelf.position : shelf.position + NEIGHBOURS]
        for each in song.sections:
            yield from self._written(_safety(song, each), "safety")
        yield from others

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

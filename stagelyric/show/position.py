"""The show's place in the set: song, section and wildness, the asks of the sections around it, and moving on."""

from collections.abc import Mapping

from stagelyric.gates import family
from stagelyric.setlist.setlist import Section, Setlist, Song, find_name
from stagelyric.show.asks import ask_for
from stagelyric.show.effects import Changed, Effect, Remark
from stagelyric.types.actions import Do
from stagelyric.types.lines import Ask
from stagelyric.types.standing import Standing
from stagelyric.types.texts import ECHO, NAME, cleaned
from stagelyric.words.alike import find

_ENDS = {"next_song": "last", "next_section": "last", "previous_song": "first", "previous_section": "first"}
"""Of steps: the one from which there is no further step."""


class Position:
    """Begins at the first section of the first song.

    `wildness`: the value set last in this song, 0.0 to 1.0; None: the song's own. `lyrics`: the songs' own words by
    title; `never_quote`, `frames`: see `Ask`; `fixed`: a baked show, which has only the lines written in advance, so
    its asks never depart from the setlist's.
    """

    def __init__(
        self,
        setlist: Setlist,
        seed: int,
        lyrics: Mapping[str, str],
        never_quote: str,
        frames: str,
        *,
        fixed: bool = False,
    ) -> None:
        self.setlist = setlist
        self.fixed = fixed
        self.seed = seed
        self.wildness: float | None = None
        self._song = 0
        self._section = 0
        self._lyrics, self._never_quote, self._frames = lyrics, never_quote, frames
        self._asks: dict[tuple[int, int, float | None], Ask] = {}

    @property
    def song(self) -> Song:
        return self.setlist.songs[self._song]

    @property
    def section(self) -> Section:
        return self.song.sections[self._section]

    @property
    def ask(self) -> Ask:
        return self._ask(self._song, self._section, self.wildness)

    def asks(self) -> list[Ask]:
        """The asks whose lines can come next, nearest first: this section, the song's other sections, the neighbouring
        songs."""
        sections = len(self.song.sections)
        near = [self.ask]
        near += [self._ask(self._song, (self._section + step) % sections, self.wildness) for step in range(1, sections)]
        near += [self._ask(song, 0) for song in (self._song + 1, self._song - 1) if 0 <= song < len(self.setlist.songs)]
        return near

    def every_ask(self) -> list[Ask]:
        """The asks of the whole set, in its order."""
        return [
            self._ask(place, index)
            for place, song in enumerate(self.setlist.songs)
            for index in range(len(song.sections))
        ]

    def sow(self, seed: int) -> bool:
        """Changes the seed, so that other lines are written from here on. Returns whether the show has that seed
        now."""
        if seed != self.seed and not self.fixed:
            self.seed = seed
            self._asks.clear()
        return seed == self.seed

    def stand(self, standing: Standing) -> None:
        """Goes to the place in `standing`, or to the first section if the set no longer has that song or section."""
        song = find_name(standing.song, [song.title for song in self.setlist.songs])
        self._song, self._section = song or 0, 0
        if song is not None:
            self._section = find_name(standing.section, [section.name for section in self.song.sections]) or 0
        self.wildness = standing.wildness

    def to_section(self, do: Do) -> list[Effect]:
        """Carries out `goto`, `next_section` or `previous_section`."""
        names = [section.name for section in self.song.sections]
        match do.action:
            case "next_section":
                place: int | None = self._section + 1
            case "previous_section":
                place = self._section - 1
            case _:
                place = _place(do.value, names, [section.given for section in self.song.sections], self._section)
        if place is None or not 0 <= place < len(names):
            if end := _ENDS.get(do.action):
                return [Remark(f'this is the {end} section of "{self.song.title}"')]
            wanted = _named_back(do.value)
            return [Remark(f'no section {wanted} in "{self.song.title}"; there is: {", ".join(names)}')]
        moved, self._section = place != self._section, place
        return [Changed()] if moved else []

    def to_song(self, do: Do) -> list[Effect]:
        """Carries out `song`, `next_song` or `previous_song`. The wildness returns to the song's own."""
        titles = [song.title for song in self.setlist.songs]
        match do.action:
            case "next_song":
                place: int | None = self._song + 1
            case "previous_song":
                place = self._song - 1
            case _:
                place = _place(do.value, titles, [song.given for song in self.setlist.songs], self._song)
        if place is None or not 0 <= place < len(titles):
            if end := _ENDS.get(do.action):
                return [Remark(f"this is the {end} song of the set")]
            return [Remark(f"no song {_named_back(do.value)}; there is: {', '.join(titles)}")]
        if place == self._song and do.action == "song":
            return []
        self._song, self._section, self.wildness = place, 0, None
        return [Changed()]

    def _ask(self, song: int, section: int, wildness: float | None = None) -> Ask:
        # Rounded, since otherwise each value of a knob would be an ask of its own.
        wildness = None if wildness is None or self.fixed else round(wildness, 1)
        key = (song, section, wildness)
        ask = self._asks.get(key)
        if ask is None:
            written = self.setlist.songs[song]
            ask = self._asks[key] = ask_for(
                self.setlist,
                written,
                written.sections[section],
                seed=self.seed,
                lyrics=self._lyrics.get(written.title, ""),
                wildness=wildness,
                never_quote=self._never_quote,
                frames=self._frames,
            )
        return ask


def _place(wanted: str | int | float | None, names: list[str], given: list[str], here: int) -> int | None:
    """The index of a name, or of a 1-based number. A number given as text counts as a number unless a name equals it.

    If several places were given the same name, it is the next one after `here`.
    """
    if isinstance(wanted, str):
        found = find(wanted, given, here)
        found = find_name(wanted, names) if found is None else found
        return int(wanted) - 1 if found is None and wanted.strip().isdecimal() else found
    return None if wanted is None else int(wanted) - 1


def _named_back(value: object) -> str:
    """What was asked for, to quote in a message that everybody sees; left out if it is long or not family friendly."""
    text = cleaned(str(value), NAME)
    return f'"{text}"' if len(text) <= ECHO and family.found(text) is None else "with that name"

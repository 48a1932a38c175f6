"""The setlist, its songs and their sections, read from TOML into frozen models."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from stagelyric.setlist import faults
from stagelyric.setlist.faults import nearest, shown
from stagelyric.setlist.triggers import Trigger, Written
from stagelyric.types import server
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.lines import Drafter, Hand, RhymeKind, Scheme
from stagelyric.words.alike import alike, find, numbered
from stagelyric.words.reading import LYRICS

Syllables = Annotated[int, Field(ge=1, le=40)]
FileName = Annotated[str, Field(min_length=1)]
Kept = Literal["first", "fallback"]
FileNames = FileName | tuple[FileName, ...]


def _ordered(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError(f"wanted the fewest first, found [{span[0]}, {span[1]}]")
    return span


Mood = Literal["dark", "bright", "calm", "fierce"]


def _moods(written: object) -> object:
    """Splits a text into its words. Raises ValueError for what is no mood; the union would report each of its forms."""
    found = tuple(written.split()) if isinstance(written, str) else written
    if isinstance(found, int | float) and 0 <= found <= 1:
        return found
    if isinstance(found, list | tuple) and all(word in get_args(Mood) for word in found):
        return found
    raise ValueError(f"wanted 0 to 1, or {', '.join(get_args(Mood))}, found {shown(written)}")


Moods = Annotated[
    Annotated[float, Field(ge=0, le=1)] | tuple[Mood, ...],
    BeforeValidator(_moods, json_schema_input_type=float | str | tuple[Mood, ...]),
]


class Section(Written):
    """A part of a song: properties of its lines, and what is shown if nothing else is ready.

    `elisions`: syllables are counted as singers elide them: "fire" and "heaven" 1, "every" and "memory" 2. `mood`: 0
    dark to 1 bright, or words ("dark", "bright", "calm", "fierce"); by default the song's. `rhyme_kind`: "perfect",
    "slant" or "any"; by default perfect rhymes are preferred.
    """

    name: Annotated[str, Field(min_length=1)]
    syllables: Annotated[tuple[Syllables, Syllables], AfterValidator(_ordered)] = (5, 11)
    rhyme: Scheme = "free"
    elisions: bool = False
    mood: Moods | None = None
    rhyme_kind: RhymeKind | None = None
    safety: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    triggers: tuple[Trigger, ...] = ()

    _given: str = PrivateAttr("")

    def labelled(self, name: str) -> "Section":
        """The section under another name, if an earlier one in the song has the same name."""
        if name == self.name:
            return self
        section = self.model_copy(update={"name": name})
        section._given = self.name
        return section

    @property
    def given(self) -> str:
        """The name as it was written, without the number added to a repeated name."""
        return self._given or self.name


class Song(Written):
    """`lyrics`: the song's own words, a file beside the setlist (plain text, LRC or ChordPro).

    `hand`: the style of frames that is preferred; by default one is chosen by title and mood. `mood`: as for a section.
    `kept`: by default the set's.
    """

    title: Annotated[str, Field(min_length=1)]
    tempo: Annotated[float, Field(ge=20, le=400)] = 120.0
    time_signature: Annotated[str, Field(pattern=r"^\d{1,2}/(1|2|4|8|16|32)$")] = "4/4"
    key: str | None = None
    names: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    wildness: Annotated[float, Field(ge=0, le=1)] = 0.5
    lyrics: str | None = None
    hand: Hand | None = None
    mood: Moods | None = None
    kept: Kept | None = None
    sections: tuple[Section, ...] = (Section(name="song"),)
    triggers: tuple[Trigger, ...] = ()

    _given: str = PrivateAttr("")

    @model_validator(mode="after")
    def _sections(self) -> "Song":
        if not self.sections:
            raise ValueError("wanted at least one section, found none")
        labels = numbered([section.name for section in self.sections])
        again = tuple(section.labelled(label) for section, label in zip(self.sections, labels, strict=True))
        object.__setattr__(self, "sections", again)
        return self

    def labelled(self, title: str) -> "Song":
        """The song under another title, if an earlier one has the same title."""
        if title == self.title:
            return self
        song = self.model_copy(update={"title": title})
        song._given = self.title
        return song

    @property
    def given(self) -> str:
        """The title as it was written, without the number added to a repeated title."""
        return self._given or self.title

    @property
    def beats_per_bar(self) -> float:
        """Quarter notes per bar."""
        count, unit = self.time_signature.split("/")
        return int(count) * 4 / int(unit)


def _named(written: str) -> str:
    """Refuses a server's address that is none. Which hosts may be asked is the rig's to say."""
    if server.is_url(written):
        server.parse(written, None)
    return written


def _listed(written: object) -> object:
    return (written,) if isinstance(written, str) else written


class Setlist(Written):
    """A whole show. `min_gap_ms`: a press sooner than this after the last line is ignored, which is shown.

    `never_quote`: one or several text files beside the setlist (plain text, LRC, ChordPro, OpenLyrics), of which no
    five words and no 24 characters in a row appear in any line that is written. `drafters`: which drafters write, by
    default all. `frames`: one or several files of the band's own frames beside the setlist. `kept`: whether lines kept
    in rehearsal come before new ones, or only if there is no new one.
    """

    title: Annotated[str, Field(min_length=1)]
    model: Annotated[str, AfterValidator(_named)] = "transformer"
    seed: Annotated[int, Field(ge=-(1 << 53), le=1 << 53)] | None = None
    family_friendly: bool = True
    avoid: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    never_quote: Annotated[tuple[FileName, ...], BeforeValidator(_listed, json_schema_input_type=FileNames)] = ()
    drafters: tuple[Drafter, ...] = ()
    frames: Annotated[tuple[FileName, ...], BeforeValidator(_listed, json_schema_input_type=FileNames)] = ()
    kept: Kept = "fallback"
    min_gap_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    triggers: tuple[Trigger, ...] = ()
    songs: tuple[Song, ...] = ()

    @model_validator(mode="after")
    def _songs(self) -> "Setlist":
        if not self.songs:
            raise ValueError("wanted at least one [[songs]], found none")
        labels = numbered([song.title for song in self.songs], "{} ({})")
        again = tuple(song.labelled(label) for song, label in zip(self.songs, labels, strict=True))
        object.__setattr__(self, "songs", again)
        return self

    def sections(self) -> dict[str, list[str]]:
        """The sections' names by their song's title."""
        return {song.title: [section.name for section in song.sections] for song in self.songs}

    def every_trigger(self) -> Iterator[Trigger]:
        """The triggers of the set, then of its songs, then of their sections."""
        yield from self.triggers
        for song in self.songs:
            yield from song.triggers
        for song in self.songs:
            for section in song.sections:
                yield from section.triggers

    def with_trigger(self, trigger: Trigger, song: str | None = None, section: str | None = None) -> "Setlist":
        """The setlist with a trigger added to it, or to the song or section of that name, replacing one for the same
        contact. If the name does not exist, the setlist is unchanged."""

        def put(level: Setlist | Song | Section) -> dict[str, tuple[Trigger, ...]]:
            return {"triggers": (*(each for each in level.triggers if not each.on.same_contact(trigger.on)), trigger)}

        if song is None:
            return self.model_copy(update=put(self))
        songs = list(self.songs)
        place = find_name(song, [each.title for each in songs])
        if place is None:
            return self
        if section is None:
            songs[place] = songs[place].model_copy(update=put(songs[place]))
        else:
            sections = list(songs[place].sections)
            within = find_name(section, [each.name for each in sections])
            if within is None:
                return self
            sections[within] = sections[within].model_copy(update=put(sections[within]))
            songs[place] = songs[place].model_copy(update={"sections": tuple(sections)})
        return self.model_copy(update={"songs": tuple(songs)})


def load(path: Path) -> Setlist:
    """The setlist in a TOML file. Raises FileError with all errors in it."""
    return faults.load(path, Setlist, _cross_faults)


def checked(data: JsonMapping, path: Path) -> Setlist:
    """The setlist from a file's data, as `faults.parsed` gives it. Raises FileError with all errors in it."""
    return faults.checked(data, path, Setlist, _cross_faults)


def loads(text: str, name: str) -> Setlist:
    """The setlist in a text; errors name the file as `name`. Files that it refers to need not exist. Raises
    FileError."""
    return faults.loads(text, Path(name), Setlist)


def _cross_faults(data: JsonMapping, folder: Path) -> Iterator[str]:
    """Errors that involve more than one key: a trigger with an unknown destination, a lyrics file that does not exist.

    Works on the file's data as written, so that these are reported together with all other errors.
    """
    songs = _tables(data.get("songs"))
    titles = _known(_names(songs, "title"))
    everywhere = _known([name for song in songs for name in _names(_tables(song.get("sections")), "name")])
    for key in ("never_quote", "frames"):
        named = _listed(data.get(key, []))
        for name in named if isinstance(named, list | tuple) else ():
            if isinstance(name, str) and not (folder / name).is_file():
                yield f'{key}: wanted a file beside the setlist, found none at "{name}"'
    yield from _aims(data, "", titles, everywhere)
    for number, song in enumerate(songs, 1):
        place = f"songs[{number}]" + (f' "{song["title"]}"' if isinstance(song.get("title"), str) else "")
        sections = _tables(song.get("sections"))
        names = _known(_names(sections, "name"))
        yield from _aims(song, f"{place}, ", titles, names)
        lyrics = song.get("lyrics")
        if isinstance(lyrics, str) and not (folder / lyrics).is_file():
            yield f'{place}, lyrics: wanted a file beside the setlist, found none at "{lyrics}"'
        for index, section in enumerate(sections, 1):
            yield from _aims(section, f"{place}, sections[{index}], ", titles, names)


def _tables(value: object) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _names(tables: list[JsonObject], key: str) -> list[str]:
    return [table[key] for table in tables if isinstance(table.get(key), str)]


def _known(names: list[str]) -> tuple[frozenset[str], list[str]]:
    """Names in the form in which they are compared, and as they were written."""
    return frozenset(map(alike, names)), names


def _aims(
    table: JsonMapping, place: str, titles: tuple[frozenset[str], list[str]],
    sections: tuple[frozenset[str], list[str]],
) -> Iterator[str]:  # fmt: skip
    for number, trigger in enumerate(_tables(table.get("triggers")), 1):
        do = trigger.get("do")
        for action, (forms, there) in (("goto", sections), ("song", titles)):
            value = do.get(action) if isinstance(do, dict) else None
            if not isinstance(value, str) or alike(value) in forms:
                continue
            hint = nearest(value, there) or f"there is: {', '.join(dict.fromkeys(there)) or 'none'}"
            yield f'{place}triggers[{number}], do, {action}: found no "{value}"; {hint}'


def find_name(wanted: str, names: Sequence[str]) -> int | None:
    """The index of a name, compared as people see names; the first if there are several. None if there is none."""
    return find(wanted, names)


def read_lyrics(path: Path) -> str:
    """The words of a lyrics file in any format, one line per line, with blank lines between stanzas.

    Raises FileError.
    """
    from stagelyric.words import formats  # not needed by sets without lyrics, which start sooner

    try:
        found = formats.read(path, most=LYRICS)
    except formats.LyricsError as error:
        raise faults.FileError([str(error)]) from error
    return "\n\n".join(song.text for song in found.songs if song.stanzas)

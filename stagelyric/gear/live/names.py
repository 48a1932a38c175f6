"""Finds the place in the show that a scene's or a clip's name means: a song, a section, or both."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stagelyric.words.alike import alike

# tempo and time signature, which Live reads from a scene's name
_TEMPO = re.compile(r"\b\d+(?:\.\d+)? ?bpm\b|\b\d{1,2}/(?:1|2|4|8|16|32)\b", re.IGNORECASE)
_NUMBER = re.compile(r"#?\d+\s*[.):\-\u2013\u2014]?\s*")
_MARKS = " \t-\u2013\u2014/|:;,.·•>→([)]#"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the show. `song` None: the section of the present song."""

    song: str | None
    section: str | None


def place(name: str, songs: Mapping[str, Sequence[str]], here: str) -> Place | None:
    """The place that a name means, or None. `songs`: sections by title; `here`: the present song's title.

    The name may be a song's title, a section's name, or both in this order: "Harbour Lights", "chorus", "Harbour Lights
    — chorus". Case, a number before or after and Live's tempo do not matter ("3. chorus", "Chorus 2", "Harbour Lights
    96 BPM"), nor does anything after a punctuation mark ("chorus (drums)"). A plain word after it makes it a different
    name: "Rain stick" is not the song "Rain".
    """
    whole = alike(_TEMPO.sub(" ", name))
    for text in dict.fromkeys((whole, _NUMBER.sub("", whole, count=1) if _NUMBER.match(whole) else whole)):
        found = _title(text, songs) or _section(text, songs.get(here, ()))
        if found is not None:
            return found
    return None


def leads(name: str, songs: Mapping[str, Sequence[str]]) -> bool:
    """Whether a name means a place in any song."""
    return any(place(name, songs, here) for here in songs)


def _title(text: str, songs: Mapping[str, Sequence[str]]) -> Place | None:
    for title, rest in _begins(text, songs):
        section = _section(rest.lstrip(_MARKS), songs[title])
        if section is not None:
            return Place(title, section.section)
        if _is_aside(rest):
            return Place(title, None)
    return None


def _section(text: str, sections: Iterable[str]) -> Place | None:
    return next((Place(None, name) for name, rest in _begins(text, sections) if _is_aside(rest)), None)


def _begins(text: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """The names that the text begins with, as whole words, each with the rest of the text; the longest name first."""
    folded = [(name, alike(name)) for name in names]
    begun = [(name, text[len(start) :]) for name, start in folded if text.startswith(start)]
    whole = [(name, rest) for name, rest in begun if not rest[:1].isalnum()]
    return sorted(whole, key=lambda found: len(found[1]))


def _is_aside(rest: str) -> bool:
    """Whether the rest is nothing, a number, or separated from the name by a punctuation mark."""
    rest = rest.strip()
    return not rest or rest[0] in _MARKS or _NUMBER.fullmatch(rest) is not None

"""The tags above a frame: themes, mood, person, tense, scheme, place in the song, hand."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace

from stagelyric.types.json import JsonObject

HANDS = ("plain", "ballad", "ranter", "tender", "list", "comic", "dreamer", "chant")
MOODS = ("dark", "bright", "calm", "fierce")
WHO = ("I", "you", "he", "she", "we", "they", "nobody", "named")
TENSES = ("past", "present", "future", "none")
PLACES = ("opening", "middle", "turn", "chorus", "ending")
SCHEMES = {2: ("AA", "free"), 4: ("AABB", "ABAB", "ABCB", "AAAA", "free")}
"""The allowed schemes of a frame, by its number of lines."""


def words(text: str) -> tuple[str, ...]:
    """The words of a space-separated list, e.g. of tags."""
    return tuple(text.split())


THEMES = words(
    "rain snow weather sea harbour river garden farm forest city street home kitchen window bed work factory "
    "office shop market bar cafe party dance music radio football games school childhood family mother father "
    "sister brother friend neighbour stranger love desire wedding parting jealousy loneliness grief anger fear "
    "shame hope joy money rent debt luck travel train bus car road bicycle airport letter phone news politics "
    "faith church hospital illness ageing sleep dream night morning summer autumn winter spring animals dog cat "
    "birds food drink clothes machines tools light fire moon stars time memory lies crime war peace sport holiday "
    "town island mountain"
)
_ONE_OR_MORE = re.compile(r"[,\s]+")


class TagError(ValueError):
    """A wrong tag: what was expected and found, and its position in the text of the tags (0-based)."""

    def __init__(self, told: str, at: int = 0):
        super().__init__(told)
        self.at = at


@dataclass(frozen=True, slots=True)
class Tags:
    """A frame's tags; those not given are "" or ()."""

    scheme: str = ""
    mood: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    tense: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    hand: str = ""
    form: str = ""
    slant: bool = False
    own: bool = False


_LISTS: dict[str, tuple[tuple[str, ...], int]] = {
    "mood": (MOODS, 3),
    "who": (WHO, 2),
    "tense": (TENSES, 2),
    "at": (PLACES, 5),
    "themes": (THEMES, 6),
}
"""The tags with several values: which are allowed, and how many at most."""
_SINGLE: dict[str, tuple[str, ...]] = {
    "scheme": ("AA", *SCHEMES[4]),
    "hand": HANDS,
    "form": ("couplet", "quatrain"),
}
_BARE = ("slant", "own")
_OTHER_NAMES = {"theme": "themes", "moods": "mood", "person": "who"}


def read(text: str, base: Tags) -> Tags:
    """The tags in `text` ("scheme ABCB; mood dark calm; slant"); the others from `base`. Raises TagError."""
    found: JsonObject = {}
    at = 0
    for part in text.split(";"):
        start = at + len(part) - len(part.lstrip())
        at += len(part) + 1
        # In "mood ?dark" the "?" marks a guess, which counts until somebody changes it.
        words = [word.removeprefix("?") for word in _ONE_OR_MORE.split(part.strip()) if word]
        if not words:
            continue
        key = words[0].rstrip(":")
        key = _OTHER_NAMES.get(key, key)
        if key in _BARE and len(words) == 1:
            found[key] = True
        elif key in _SINGLE:
            found[key] = _one(key, words[1:], start)
        elif key in _LISTS:
            found[key] = _some(key, words[1:], start)
        else:
            raise TagError(f'wanted a tag ({", ".join((*_SINGLE, *_LISTS, *_BARE))}), found "{words[0]}"', start)
    return replace(base, **found)


def _one(key: str, values: list[str], at: int) -> str:
    known = _SINGLE[key]
    if len(values) != 1:
        raise TagError(f"{key}: wanted one of {', '.join(known)}, found {' '.join(values) or 'nothing'}", at)
    if values[0] not in known:
        raise TagError(f'{key}: wanted one of {", ".join(known)}, found "{values[0]}"', at)
    return values[0]


def _some(key: str, values: list[str], at: int) -> tuple[str, ...]:
    known, most = _LISTS[key]
    if not 1 <= len(values) <= most:
        raise TagError(f"{key}: wanted one to {most} words, found {len(values)}", at)
    for value in values:
        if value not in known:
            close = difflib.get_close_matches(value, known, 3, 0.5)
            hint = f" (is it {' or '.join(close)}?)" if close else ""
            listed = "a theme of the table" if key == "themes" else f"one of {', '.join(known)}"
            raise TagError(f'{key}: wanted {listed}, found "{value}"{hint}', at)
    return tuple(dict.fromkeys(values))

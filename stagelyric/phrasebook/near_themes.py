"""Maps a song's words to the frames' themes, with a table written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from stagelyric.phrasebook.tags import THEMES

FILE = "themes.words"
_CLOSE, _KIN = 0.7, 0.5
"""The weight of a theme that a word is close to, and of one related to a theme that was asked for by name."""
_FORMS = ("", "s", "es", "ing", "ed", "d", "er")


@lru_cache(maxsize=4)
def load(file: Path) -> Mapping[str, tuple[str, ...]]:
    """For each word in the table its themes, and each theme itself; only the themes if there is no file."""
    table: dict[str, list[str]] = {theme: [theme] for theme in THEMES}
    try:
        text = file.read_text("utf-8")
    except OSError:
        text = ""
    for line in text.split("\n"):
        theme, colon, words = line.partition(":")
        if colon and theme in THEMES:
            for word in words.split():
                table.setdefault(word, []).append(theme)
    return {word: tuple(dict.fromkeys(themes)) for word, themes in table.items()}


def wanted(themes: Sequence[str], table: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The weight of each of the frames' themes for a song about `themes`: 1 if named itself, less if only close."""
    worth: dict[str, float] = {}
    for theme in themes:
        for word in theme.lower().split():
            stem = next((stem for stem in _stems(word) if stem in table), None)
            for close in table[stem] if stem is not None else ():
                value = 1.0 if close in _stems(word) else _KIN if stem in THEMES else _CLOSE
                worth[close] = max(worth.get(close, 0.0), value)
    return worth


def _stems(word: str) -> list[str]:
    """A word and the words that it may be a form of."""
    found = [word]
    for ending in _FORMS[1:]:
        if word.endswith(ending) and len(word) - len(ending) > 2 and (ending != "d" or word.endswith("ed")):
            stem = word[: -len(ending)]
            found += [stem, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem]
    return list(dict.fromkeys(found))

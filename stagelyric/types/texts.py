"""Texts from outside are cut and cleaned before anything looks at them, so that none takes long to process."""

import unicodedata

SAYING = 500  # maximum length in characters of a text that is shown as it comes
WORD = 80  # of a word that a line is requested for
NAME = 200  # of a title or a section's name
ECHO = 40  # of input that is quoted in a message

_JOINERS = "\u200c\u200d"  # zero-width joiners, which some scripts and emoji need


def cleaned(text: str, most: int = SAYING) -> str:
    """The text, at most `most` characters long, without control characters, direction marks and surrogates; runs of
    white space become one space."""
    kept = (letter if _is_shown(letter) else " " for letter in text[: 2 * most])
    return " ".join("".join(kept).split())[:most].rstrip()


def count(number: int, what: str) -> str:
    """A number of things, as "1 song" or "2 songs"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) in ("Co", "Cn")

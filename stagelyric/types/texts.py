"""Texts from outside: cut and cleaned before anything looks at them, so that none costs more than its share."""

import unicodedata

SAYING = 500  # characters of a text that is shown as it comes
WORD = 80  # of a word that a line is wanted for
NAME = 200  # of a title or a section's name
ECHO = 40  # of what somebody sent, where it is named in a message

_JOINERS = "\u200c\u200d"  # scripts and emoji are written with them


def cleaned(text: str, most: int = SAYING) -> str:
    """At most so many characters, without control characters, marks of direction and halves of characters; runs of
    white space are one space."""
    kept = (letter if _is_shown(letter) else " " for letter in text[: 2 * most])
    return " ".join("".join(kept).split())[:most].rstrip()


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) in ("Co", "Cn")

"""The tokens of the structure model: songs in which words are replaced by their parts of speech.

    SONG  (SYLLABLES 7  RHYME A  NAMED  the ADJ NOUN VERB|Fin PERSON  LINE) …  STANZA …

The most common function words are their own tokens, in lower case; other words are replaced by their tag, names by
slots. Facts about a line come before it; in training each is left out at random, so that any subset can be given later.
"""

from __future__ import annotations

from collections.abc import Sequence

SONG, STANZA, LINE = "SONG", "STANZA", "LINE"
NAMED, PLAIN = "NAMED", "PLAIN"
PERSON, PLACE = "PERSON", "PLACE"
OWN = "'S"
"""After a slot: the name is a possessive ("Polly's")."""

SLOTS = (PERSON, PLACE, PERSON + OWN, PLACE + OWN)
_SYLLABLES = 16
_LETTERS = "ABCDEFGH"
TAGS = (
    "ADJ", "ADP", "ADV", "AUX|Fin", "AUX|Inf", "AUX|Part", "CCONJ", "DET", "INTJ", "NOUN", "NOUN|s", "NUM", "PART",
    "PRON", "PROPN", "SCONJ", "VERB|Fin", "VERB|Fin|s", "VERB|Fin|ed", "VERB|Ger", "VERB|Ger|ing", "VERB|Inf",
    "VERB|Part", "VERB|Part|ing", "X",
)  # fmt: skip
"""Universal parts of speech with verb forms, subdivided by the word's ending."""

GRAMMAR = ("ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ")
"""The tags of function words, of which the most common words are tokens of their own."""

MARKS = (
    SONG, STANZA, LINE, NAMED, PLAIN,
    *(f"SYLLABLES {n}" for n in range(1, _SYLLABLES + 1)), *(f"RHYME {letter}" for letter in _LETTERS),
)  # fmt: skip


def symbols(words: Sequence[str]) -> tuple[str, ...]:
    """All tokens; `words` are those that are tokens of their own."""
    return (*MARKS, *SLOTS, *TAGS, *words)


def syllables(count: int) -> str:
    """The token for a line's number of syllables."""
    return f"SYLLABLES {max(1, min(count, _SYLLABLES))}"


def rhyme(number: int) -> str:
    """The token for a rhyme by its index in the stanza, from 0."""
    return f"RHYME {_LETTERS[min(number, len(_LETTERS) - 1)]}"


def refined(word: str, tag: str) -> str:
    """A tag ("VERB|Ger", "NOUN|-") subdivided by the word's ending."""
    tag, word = tag.removesuffix("|-"), word.lower()
    if tag == "NOUN" and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")):
        return "NOUN|s"
    if tag == "VERB|Fin" and word.endswith("s") and not word.endswith("ss"):
        return "VERB|Fin|s"
    if tag == "VERB|Fin" and word.endswith("ed") and len(word) > 4:
        return "VERB|Fin|ed"
    if tag in ("VERB|Ger", "VERB|Part") and word.endswith(("ing", "in'")):
        return tag + "|ing"
    return tag if tag in TAGS else "X"

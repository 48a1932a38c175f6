"""What the structure model reads: songs as rows of tokens, with the words taken out and their use left in.

    SONG  (SYLLABLES 7  RHYME A  NAMED  the ADJ NOUN VERB|Fin PERSON  LINE) …  STANZA …

The commonest words of grammar are tokens themselves, in small letters; all others are the tag of their use. Names are
slots. What is asked of a line stands before it; each part is left out at random in training, so that any may be.
"""

from __future__ import annotations

from collections.abc import Sequence

SONG, STANZA, LINE = "SONG", "STANZA", "LINE"
NAMED, PLAIN = "NAMED", "PLAIN"
PERSON, PLACE = "PERSON", "PLACE"
OWN = "'S"
"""After a slot: the name's own ("Polly's")."""

SLOTS = (PERSON, PLACE, PERSON + OWN, PLACE + OWN)
_SYLLABLES = 16
_LETTERS = "ABCDEFGH"
TAGS = (
    "ADJ", "ADP", "ADV", "AUX|Fin", "AUX|Inf", "AUX|Part", "CCONJ", "DET", "INTJ", "NOUN", "NOUN|s", "NUM", "PART",
    "PRON", "PROPN", "SCONJ", "VERB|Fin", "VERB|Fin|s", "VERB|Fin|ed", "VERB|Ger", "VERB|Ger|ing", "VERB|Inf",
    "VERB|Part", "VERB|Part|ing", "X",
)  # fmt: skip
"""Universal parts of speech with the form of the verb, parted further by the word's ending."""

GRAMMAR = ("ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ")
"""Tags of words of grammar: the commonest of these words are tokens themselves."""

MARKS = (
    SONG, STANZA, LINE, NAMED, PLAIN,
    *(f"SYLLABLES {n}" for n in range(1, _SYLLABLES + 1)), *(f"RHYME {letter}" for letter in _LETTERS),
)  # fmt: skip


def symbols(words: Sequence[str]) -> tuple[str, ...]:
    """All tokens, `words` being those that are tokens themselves."""
    return (*MARKS, *SLOTS, *TAGS, *words)


def syllables(count: int) -> str:
    """The token that says a line's length."""
    return f"SYLLABLES {max(1, min(count, _SYLLABLES))}"


def rhyme(number: int) -> str:
    """The token of the rhyme that comes up as the `number`th of its stanza, from 0."""
    return f"RHYME {_LETTERS[min(number, len(_LETTERS) - 1)]}"


def refined(word: str, tag: str) -> str:
    """The tag of a word's use ("VERB|Ger", "NOUN|-"), parted by the word's ending."""
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

"""Songs become rows of tokens: for training only, with the tagger of the extra `report`.

The tagger was taught on prose. A line's first word is therefore given to it in small letters unless it is a name, and
a name is given as a common one.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from stagelyric.lm import codes
from stagelyric.lm.kinds.structure import tokens
from stagelyric.types.extras import how_to_get
from stagelyric.words.names import Names

_OWN = 72  # words of grammar that are tokens themselves
_LONGEST = 24  # words of a line
_WORD = re.compile(rf"[A-Za-z]+(?:'[A-Za-z]+)*'?|[{codes.PERSON}{codes.PLACE}](?:'s)?|[,.;:!?]")
_PARTS = re.compile(r"^(.+?)('(?:m|s|d|ll|re|ve)|n't)$", re.IGNORECASE)
_STANDS_FOR = {codes.PERSON: "Mary", codes.PLACE: "London"}
_SLOTS = {codes.PERSON: tokens.PERSON, codes.PLACE: tokens.PLACE}

Tagger = Callable[[list[str]], list[str]]


class NoTaggerError(Exception):
    """The tagger is not there: one sentence that says how to get it."""


def tagger() -> Tagger:
    """A tagger of words: universal parts of speech with the verb's form ("NOUN|-", "VERB|Fin"). Raises NoTaggerError.

    An averaged perceptron, 93.4 % right on the test set of the English Web Treebank that it was trained on.
    """
    try:
        found: Any = importlib.import_module("denckring_en_pos").tagger()
    except ImportError:
        told = f"a structure model needs denckring-en-pos, which is not installed: {how_to_get('report')}"
        raise NoTaggerError(told) from None
    return lambda words: [str(tag) for tag in found.tag(words)]


@dataclass(frozen=True, slots=True)
class TaggedLine:
    """One line's words in lower case (slots as their token) with the tag of each, and what is said of the line."""

    words: tuple[tuple[str, str], ...]
    syllables: int
    rhyme: int
    """Which of its stanza's rhymes it has, from 0 in the order that they come up."""

    @property
    def named(self) -> bool:
        return any(word in tokens.SLOTS for word, _ in self.words)


@dataclass(slots=True)
class Tagged:
    """Songs as stanzas of tagged lines, and how often each word was used as what."""

    songs: list[list[list[TaggedLine]]] = field(default_factory=list)
    uses: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def own(self) -> tuple[str, ...]:
        """The commonest words that are mostly of grammar."""
        grammar = {
            word: count.total()
            for word, count in self.uses.items()
            if 2 * sum(n for tag, n in count.items() if tag.split("|")[0] in tokens.GRAMMAR) > count.total()
        }
        return tuple(sorted(grammar, key=lambda word: (-grammar[word], word))[:_OWN])


def tag_songs(
    songs: Iterable[str],
    names: Names,
    tag: Tagger,
    syllables: Callable[[str], int],
    sound: Callable[[str], object],
    tell: Callable[[int], None] = lambda lines: None,
) -> Tagged:
    """Tags songs, each a text with a blank line between stanzas.

    `syllables` counts them in a line; two lines rhyme where `sound` of their last words is the same. `tell` is called
    with the number of lines so far.
    """
    made, lines = Tagged(), 0
    for song in songs:
        stanzas: list[list[TaggedLine]] = []
        for stanza in song.strip("\n").split("\n\n"):
            tagged: list[TaggedLine] = []
            rhymes: dict[object, int] = {}
            for line in stanza.split("\n"):
                words = tuple(_tagged(codes.slotted(line, names), tag))
                if words and len(words) <= _LONGEST:
                    number = rhymes.setdefault(sound(words[-1][0]), len(rhymes))
                    tagged.append(TaggedLine(words, syllables(line), number))
                    for word, use in words:
                        made.uses[word][use] += 1
                lines += 1
            if tagged:
                stanzas.append(tagged)
        if stanzas:
            made.songs.append(stanzas)
        tell(lines)
    return made


def _tagged(line: str, tag: Tagger) -> Iterator[tuple[str, str]]:
    """The words of a line with slots in it, each with the tag of its use."""
    parts: list[str] = []
    at: list[tuple[str, int]] = []
    for number, word in enumerate(_WORD.findall(line)):
        if not word[0].isalpha() and word[0] not in _SLOTS:
            parts.append(word)
            continue
        at.append((word, len(parts)))
        if word[0] in _SLOTS:
            parts += [_STANDS_FOR[word[0]], "'s"] if len(word) > 1 else [_STANDS_FOR[word[0]]]
            continue
        plain = word.lower() if number == 0 and word != "I" and not word.startswith("I'") else word
        split = _PARTS.match(plain)
        parts += split.groups() if split else (plain,)
    found = tag(parts) if at else []
    for word, place in at:
        if word[0] in _SLOTS:
            slot = _SLOTS[word[0]] + (tokens.OWN if len(word) > 1 else "")
            yield slot, slot
        else:
            yield word.lower(), tokens.refined(word, found[place])


def rows(tagged: Tagged, own: Sequence[str]) -> list[list[list[list[str]]]]:
    """The songs' stanzas' lines as tokens, without what is asked of a line."""
    words = frozenset(own)

    def of(line: TaggedLine) -> list[str]:
        return [word if word in words and tag.split("|")[0] in tokens.GRAMMAR else tag for word, tag in line.words]

    return [[[of(line) for line in stanza] for stanza in song] for song in tagged.songs]

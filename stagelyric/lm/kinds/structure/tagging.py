"""Converts songs to tokens, for training only, with the tagger of the extra `report`.

The tagger was trained on prose. Therefore it gets a line's first word in lower case unless it is a name, and each name
replaced by a common one.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from stagelyric.lm import codes
from stagelyric.lm.kinds.structure import tokens
from stagelyric.types.extras import how_to_get
from stagelyric.words.names import Names

_OWN = 72  # this many of the most common function words are tokens of their own
_LONGEST = 24  # words of a line, at most
_WORD = re.compile(rf"[A-Za-z]+(?:'[A-Za-z]+)*'?|[{codes.PERSON}{codes.PLACE}](?:'s)?|[,.;:!?]")
_PARTS = re.compile(r"^(.+?)('(?:m|s|d|ll|re|ve)|n't)$", re.IGNORECASE)
_STANDS_FOR = {codes.PERSON: "Mary", codes.PLACE: "London"}
_SLOTS = {codes.PERSON: tokens.PERSON, codes.PLACE: tokens.PLACE}

Tagger = Callable[[list[str]], list[str]]


class NoTaggerError(Exception):
    """The tagger isn't installed; the message is one sentence that says how to get it."""


def tagger() -> Tagger:
    """A part-of-speech tagger: universal tags with the verb's form ("NOUN|-", "VERB|Fin"). Raises NoTaggerError.

    An averaged perceptron trained on the English Web Treebank; 93.4 % accuracy on its test set.
    """
    try:
        found = importlib.import_module("denckring_en_pos").tagger()
    except ImportError:
        told = f"a structure model needs denckring-en-pos, which is not installed: {how_to_get('report')}"
        raise NoTaggerError(told) from None
    return lambda words: [str(tag) for tag in found.tag(words)]


@dataclass(frozen=True, slots=True)
class TaggedLine:
    """One line: its words in lower case (slots as tokens), each with its tag, and the facts about the line."""

    words: tuple[tuple[str, str], ...]
    syllables: int
    rhyme: int
    """The index of its rhyme in the stanza, in order of appearance, from 0."""

    @property
    def named(self) -> bool:
        return any(word in tokens.SLOTS for word, _ in self.words)


@dataclass(slots=True)
class Tagged:
    """Songs as stanzas of tagged lines, and how often each word had each tag."""

    songs: list[list[list[TaggedLine]]] = field(default_factory=list)
    uses: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def own(self) -> tuple[str, ...]:
        """The most common words that are mostly function words."""
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
    """Tags songs, each a text with blank lines between stanzas.

    `syllables` counts the syllables of a line; two lines rhyme if `sound` is the same for their last words. `tell` is
    called with the number of lines so far.
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
    """The words of a line with slots, each with its tag."""
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
    """The lines of the songs' stanzas as tokens, without the facts about each line."""
    words = frozenset(own)

    def of(line: TaggedLine) -> list[str]:
        return [word if word in words and tag.split("|")[0] in tokens.GRAMMAR else tag for word, tag in line.words]

    return [[[of(line) for line in stanza] for stanza in song] for song in tagged.songs]

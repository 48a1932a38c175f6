"""Counts the words of a text: occurrences, capitals, stanzas with the word, and line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stagelyric.words.lists import DETERMINERS

_TOKEN = re.compile(r"[A-Za-z]+(?:'[a-z]+)*|[.!?:]")


@dataclass(slots=True)
class Survey:
    """The counts, by word in lower case."""

    lower: Counter[str] = field(default_factory=Counter)
    upper: Counter[str] = field(default_factory=Counter)  # capitalised where that isn't required
    total: Counter[str] = field(default_factory=Counter)
    stanzas_with: Counter[str] = field(default_factory=Counter)
    determined: Counter[str] = field(default_factory=Counter)  # directly after "the", "my", …
    last: Counter[str] = field(default_factory=Counter)  # at the end of a line
    stanzas: int = 0
    lines: list[str] = field(default_factory=list)
    stanza_words: list[list[str]] = field(default_factory=list)


def read_stanzas(texts: Iterable[str]) -> Iterable[list[str]]:
    """Stanzas as lists of lines; marker lines ("=== ") are left out."""
    for text in texts:
        stanza: list[str] = []
        for line in [*text.splitlines(), ""]:
            line = line.strip()
            if line and not line.startswith("=== "):
                stanza.append(line)
            elif stanza:
                yield stanza
                stanza = []


def survey(texts: Iterable[str]) -> Survey:
    """Counts words over stanzas; repeated lines are counted once."""
    s = Survey()
    seen: set[str] = set()
    for stanza in read_stanzas(texts):
        words: list[str] = []
        for line in stanza:
            if line in seen:
                continue
            seen.add(line)
            s.lines.append(line)
            words += _count(line, s)
        if words:
            s.stanzas += 1
            s.stanzas_with.update(set(words))
            s.stanza_words.append(words)
    return s


def _count(line: str, s: Survey) -> list[str]:
    words: list[str] = []
    before = "."
    for token in _TOKEN.findall(line):
        if token in ".!?:":
            before = "."
            continue
        word = token.lower()
        words.append(word)
        s.total[word] += 1
        if before != ".":
            (s.upper if token[0].isupper() else s.lower)[word] += 1
            if before in DETERMINERS:
                s.determined[word] += 1
        before = word
    if words:
        s.last[words[-1]] += 1
    return words


def words_of(line: str) -> list[str]:
    """A line's words in lower case."""
    return [token.lower() for token in _TOKEN.findall(line) if token not in ".!?:"]

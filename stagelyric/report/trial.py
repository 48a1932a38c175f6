"""A model's lines for many contexts, measured; and how far they are what was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from stagelyric.report.contexts import LINES, Context
from stagelyric.report.lyrics import Song, Stanza, all_lines, mates, words
from stagelyric.report.measures import form, whole
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Ask, Line
from stagelyric.writing.planning import has_word

PLAIN_TEMPERATURE = 0.7
PRESSES = 200
_QUATRAIN = 4


class Writes(Protocol):
    """The part of `writer.Writer` that is needed."""

    def write(self, ask: Ask, start: int = 0, count: int = 1) -> list[Line]: ...

    def raw(self, ask: Ask, count: int) -> list[Line]: ...


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that one writer (or people) gave for each context, in order."""

    name: str
    songs: tuple[Song, ...]

    @property
    def texts(self) -> list[str]:
        return all_lines(self.songs)

    @property
    def groups(self) -> list[int]:
        """For each line, the index of its context."""
        return [number for number, song in enumerate(self.songs) for _ in song.lines]


def by_people(contexts: Sequence[Context]) -> Lines:
    """The songs' own continuations."""
    return Lines("people", tuple(Song(context.title, context.after) for context in contexts))


def by_writer(name: str, writer: Writes, contexts: Iterable[Context], count: int = LINES) -> Lines:
    """The lines of a shelf for each context, as in a show: quatrains in the scheme asked for."""
    return Lines(name, tuple(_quatrains(c, [line.text for line in writer.write(c.ask, 0, count)]) for c in contexts))


def by_sampling(name: str, writer: Writes, contexts: Iterable[Context], count: int = LINES) -> Lines:
    """Plain sampling at temperature 0.7 without any rules: what the model itself would say."""
    made = []
    for context in contexts:
        lines = writer.raw(replace(context.ask, wildness=_wildness(PLAIN_TEMPERATURE)), count)
        made.append(_quatrains(context, [line.text for line in lines]))
    return Lines(name, tuple(made))


def _wildness(temperature: float) -> float:
    """The wildness with a given temperature: the inverse of `writer.temperature`."""
    return float(((temperature - 0.55) / 0.55) ** (2 / 3))


def _quatrains(context: Context, lines: Sequence[str]) -> Song:
    stanzas = [Stanza(tuple(lines[i : i + _QUATRAIN])) for i in range(0, len(lines), _QUATRAIN)]
    return Song(context.title, tuple(stanzas), {"scheme": context.ask.rhyme})


def report(lines: Lines, quotes: Callable[[str], bool] | None = None) -> JsonObject:
    """The result of `whole.measure` for these lines."""
    return whole.measure(lines.songs, quotes=quotes)


def kept_to(contexts: Sequence[Context], lines: Lines) -> JsonObject:
    """How far the lines are what was asked for: syllables within one of the range, rhymes, names that return."""
    within = total = 0
    rhymes: Counter[str] = Counter()
    named = names = back = 0
    for context, song in zip(contexts, lines.songs, strict=True):
        low, high = context.ask.syllables
        for line in song.lines:
            total += 1
            within += low - 1 <= form.syllables(line) <= high + 1
            named += any(_has(line, name) for name in context.ask.names)
        for stanza in song.stanzas:
            for a, b in mates(song.scheme(stanza), len(stanza.lines)):
                rhymes[form.rhyme(stanza.lines[a], stanza.lines[b]) or "none"] += 1
        uses = [sum(_has(line, name) for line in song.lines) for name in context.ask.names]
        names += sum(count > 0 for count in uses)
        back += sum(count > 1 for count in uses)
    asked = rhymes.total()
    made: JsonObject = whole.rounded(
        {
            "syllables_within_one": within / max(1, total),
            "rhymed_where_asked": (rhymes["perfect"] + rhymes["slant"]) / asked if asked else None,
            "same_word_rhymes": rhymes["same"] / asked if asked else None,
            "rhymes": dict(rhymes.most_common()),
            "lines_with_a_name_asked_for": named / max(1, total),
            "names_that_come_back": back / names if names else None,
        }
    )
    return made


def _has(line: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line, re.IGNORECASE) is not None


def wanted_words(writer: Writes, contexts: Iterable[Context]) -> JsonObject:
    """The share of lines (one for each context with a word to ask for) that have the word or a form of it."""
    missed, total = [], 0
    for context in contexts:
        line = writer.write(replace(context.ask, word=context.word), 0, 1)[0].text
        total += 1
        if not has_word(line, context.word):
            missed.append({"word": context.word, "line": line})
    return {"rate": round(1 - len(missed) / max(1, total), 4), "missed": missed}


def one_show(writer: Writes, ask: Ask, presses: int = PRESSES) -> JsonObject:
    """A number of presses on one shelf: the share of lines that repeat an earlier one exactly, and that nearly do.

    Nearly: five words in a row are the same as in an earlier line of the show.
    """
    lines = [line.text for line in writer.write(ask, 0, presses)]
    seen: set[tuple[str, ...]] = set()
    runs: set[tuple[str, ...]] = set()
    again = nearly = 0
    for line in lines:
        of = words(line)
        own = {of[i : i + 5] for i in range(len(of) - 4)}
        again += of in seen
        nearly += not own.isdisjoint(runs)
        seen.add(of)
        runs |= own
    return {"presses": len(lines), "repeated_rate": again / len(lines), "nearly_repeated_rate": nearly / len(lines)}

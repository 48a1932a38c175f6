"""Drafts whole quatrains with the editor's language model, which continues a few songs of the songbook.

The model reads a verse of four songs near the theme, a title made of the song's first name and a theme, and the lines
so far; then it is sampled (`automata.pieces`), from where the quatrain's lines break off that are begun for it
(`beginnings`). Several quatrains are written side by side (a beam search), and those
whose lines follow best go on. This takes seconds, so it is done only ahead of time, where there is an editor; nothing
waits for it. The same seed gives the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.editor import Editor
from stagelyric.editor.memory import Memory
from stagelyric.phrasebook import near_themes
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.words.lists import PRONOUNS, STOCK_ENDS, STOP
from stagelyric.words.phonetics import line_syllables, plain
from stagelyric.words.rhyme import kind_of_sounds, tail
from stagelyric.writing import beginnings, planning
from stagelyric.writing.automata.pieces import Alphabet, NextLine, Sampled, Sampler, words_of
from stagelyric.writing.beginnings import Begun
from stagelyric.writing.drafters import songbook
from stagelyric.writing.drafters.contract import Between, temperature
from stagelyric.writing.drafters.songbook import Texts, sung
from stagelyric.writing.rules import Rules

NAME: Final = "editor"
ROWS = 96
"""Samples of one place, over all quatrains under way; so many pieces are read in one call, in about 0.1 seconds."""

BAND = (2.2, 3.2)
"""The editor's sense, in nats a piece. Higher than for lines by others, since these are its own."""

_SONGS, _BEAMS, _FROM_ONE, _BEFORE = 4, 3, 2, 4
_MANY, _MANY_ROWS = 6, 144
"""Quatrains under way, and samples, while a rhyme is open: more, so that it is one that comes by itself."""

_PLANNED = 64  # ends that are tried for a line that is to answer one
_FIGURES = 3  # quatrains that are written, each from another figure; the best is taken
_ROOM = 2400  # places of memory: what is read first, and sampled for one line
_LIVING = 30  # times in the corpus; a line doesn't end on a rarer word
_ABOUT = 0.8  # what a word of the song's themes adds to a line
_ANSWERED = 1.0  # what an end adds with which one rhymes that comes by itself in the line that answers it
_STOCK = 1.0  # what a stock end takes from it, unless it is one of these
_TOTAL = 0.2  # for each nat of ln p of what the model says after a beginning, which a longer end has more of
_AND = 0.9  # taken from a line that was begun for an "and" of the model's own: mostly a second thing for the rhyme
_LEAST = -4.7  # nats; a line with a piece that is less likely than this is dropped
_MOST_PRONOUNS = 0.2
_OF_IT_IS = re.compile(r"\b(?:at|by|for|from|in|into|of|on|onto|over|to|under|with) it's\b")  # a mistake it makes
_GRAIN = 0.05  # scores are rounded to this, so that rounding differences between processors rarely change a choice

Fits = Callable[[str, Sequence[str]], bool]
"""Whether a line may follow the earlier lines of its stanza."""


@dataclass(frozen=True, slots=True)
class Beam:
    """A quatrain under way: `at` is the memory place after its last line, `log_p` (V,) what may follow."""

    score: float
    lines: tuple[str, ...]
    at: int
    log_p: NDArray[np.float32]


class EditorDrafter:
    """Writes quatrains for any ask. Not thread-safe."""

    def __init__(self, editor: Editor, read: Callable[[Between], Texts], digest: str):
        """`read`: reads the texts, when the first quatrain is asked for; `digest` identifies them."""
        self.editor, self.digest, self._read = editor, digest, read
        self._texts: Texts | None = None

    def texts(self, between: Between) -> Texts:
        """What is read. `between` may ask for another quatrain, which then reads it too: so nothing is locked."""
        if self._texts is None:
            self._texts = self._read(between)
        return self._texts

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.editor.pieces)

    def stanza(
        self, ask: Ask, number: int, told: Sequence[str], rules: Rules, fits: Fits, between: Between
    ) -> tuple[str, ...]:
        """The four lines of a shelf's stanza `number`, after the lines `told`; () if none is found."""
        texts = self.texts(between)
        if len(texts.songs) < _SONGS:
            return ()
        quatrain = _Quatrain(self, texts, ask, number, told, rules, fits, between)
        due = list(dict.fromkeys(quatrain.due.values()))
        found: list[Beam] = []
        figures = texts.begun.of(ask, number, due) if texts.begun else ()
        for begun in figures:
            found += quatrain.written(begun)
            if len(found) == _FIGURES:
                break
        found = found or quatrain.written(None)
        return max(found, key=lambda beam: beam.score).lines if found else ()


class _Quatrain:
    """The writing of one quatrain."""

    def __init__(
        self, drafter: EditorDrafter, texts: Texts, ask: Ask, number: int, told: Sequence[str], rules: Rules,
        fits: Fits, between: Between,
    ):  # fmt: skip
        self.drafter, self.texts, self.ask, self.rules = drafter, texts, ask, rules
        self.fits, self.between = fits, between
        self.told = [line for line in told if line.strip()][-_BEFORE:]
        editor = drafter.editor
        self.rng = np.random.default_rng([int(ask.digest, 16), int.from_bytes(editor.digest.encode()), number])
        self.memory = editor.memory(_ROOM)
        self.sampler = Sampler(self.memory, drafter.alphabet, self._syllables, self.rng, temperature(ask), between)
        names = [name for name in ask.names if planning.spelled(name)]
        self.due = planning.named_in(ask, number, names)
        self.beginning: Begun | None = None
        self.answers: dict[int, dict[str, float]] = {}
        self.near = near_themes.wanted(ask.themes, texts.table)
        self.themes = {word for theme in ask.themes for word in words_of(plain(theme))}

    @property
    def named(self) -> dict[int, str]:
        """By place, the name that a line has to say, unless the beginnings do."""
        told = self.beginning.names if self.beginning else ()
        return {place: planning.spelled(name) for place, name in self.due.items() if name not in told}

    def written(self, begun: Begun | None) -> list[Beam]:
        """The best quatrain whose lines begin so (None: as the model likes); none if none is found."""
        self.beginning = begun
        start, size = self._start
        self.memory.cut(size)
        self.answers = self._answers(start) if begun else {}
        beams = [start]
        for place in range(planning.STANZA):
            rows = ROWS if len(beams) <= _BEAMS else _MANY_ROWS
            found = self.sampler.lines([self._next(beam, place) for beam in beams], rows)
            options = [
                (score, number, line)
                for number, (beam, lines) in enumerate(zip(beams, found, strict=True))
                for score, line in self._scored(beam, lines, place)
            ]
            beams = self._gone_on(beams, sorted(options, key=lambda own: (-own[0], own[2].text)), place)
            if not beams:
                return []
        return [max(beams, key=lambda beam: beam.score)]

    def _answers(self, start: Beam) -> dict[int, dict[str, float]]:
        """For each place that is rhymed on later, the ends with which ends rhyme that come by themselves in the line
        that has to answer it, as that is begun; with how likely these are, 0 to 1."""
        found: dict[int, dict[str, float]] = {}
        size = self.memory.size
        for later, place in enumerate(planning.MATES[self.ask.rhyme]):
            if place is None:
                continue
            (lines,) = self.sampler.lines([replace(self._next(start, later, free=True), rhymed=True)], ROWS, _PLANNED)
            self.memory.cut(size)
            likely: dict[str, float] = {}
            for line in lines:
                end = words_of(line.text)[-1]
                likely[end] = max(likely.get(end, 0.0), 1 - line.least / _LEAST)
            own: dict[str, float] = {}
            for end, chance in likely.items():
                for word in self._rhyming(end) if chance > 0 else ():
                    own[word] = max(own.get(word, 0.0), chance)
            earlier = found.get(place)
            found[place] = own if earlier is None else {w: min(p, own[w]) for w, p in earlier.items() if w in own}
        return found

    def _rhyming(self, end: str) -> list[str]:
        sound, lexicon = self.rules.sound(end), self.rules.lexicon
        group = lexicon.by_tail.get(tail(sound)) or ()
        return [lexicon.words[n] for n in group if kind_of_sounds(lexicon.phones(n), sound) == "perfect"]

    @cached_property
    def _start(self) -> tuple[Beam, int]:
        """The state after the songs, the title and the lines so far, and how many places that takes."""
        own = _title(self.ask, float(self.rng.random())) + "\n" + "".join(f"{sung(line)}\n" for line in self.told)
        text = "\n".join([*self._songs(), own]) + ("\n" if self.told else "")
        at, log_p = _read(self.memory, self.drafter.alphabet.pieces.encode(text), -1, self.between)
        return Beam(0.0, (), at, log_p), self.memory.size

    def _songs(self) -> list[str]:
        """A verse of each song that is nearest to the theme, the nearest last."""
        wanted = [words_of(plain(theme)) for theme in self.ask.themes]
        songs = self.texts.songs
        near = [sum(song.words.issuperset(words) for words in wanted) for song in songs]
        draw = self.rng.random(len(songs))
        ranked = sorted(range(len(songs)), key=lambda i: (near[i] + 0.9 * draw[i], i))[-_SONGS:]
        verses = [songs[i].verses[int(self.rng.integers(len(songs[i].verses)))] for i in ranked]
        return [
            f"{songs[i].title}\n" + "".join(f"{line}\n" for line in own) for i, own in zip(ranked, verses, strict=True)
        ]

    def _next(self, beam: Beam, place: int, *, free: bool = False) -> NextLine:
        """What the next line of a quatrain under way needs; `free`: it needs no rhyme."""
        low, high = planning.metre(self.ask)
        name, begun = self.named.get(place, ""), self._begins(place)
        high += bool(begun) * beginnings.MORE
        at, log_p = beam.at, beam.log_p
        if begun:
            at, log_p = _read(self.memory, self.drafter.alphabet.pieces.encode(begun), at, self.between)
        said = [word for line in beam.lines for word in words_of(line) if word not in STOP]
        said += [w for line in self.told for w in words_of(plain(line)) if w not in STOP and w not in self.themes]
        said += [words_of(line)[0] for line in beam.lines]
        said += self.beginning.never if self.beginning else ()
        own = {form for word in words_of(name) for form in (word, f"{word}'s")}
        counts = {word: line_syllables(word) for word in own.union(words_of(begun))}
        rhymed = planning.MATES[self.ask.rhyme][place] is not None and not free
        ends = self._ends(beam, place, rhymed)
        if (answers := self.answers.get(place)) and not free:
            answered = {word: syllables for word, syllables in ends.items() if word in answers}
            if answered:
                ends, rhymed = answered, True
        return NextLine(
            at, log_p, low, high, ends, rhymed,
            frozenset(said) - own - {"the", "a"}, name, counts, begun,
        )  # fmt: skip

    def _begins(self, place: int) -> str:
        """How a line is to begin, "" for as it likes."""
        return self.beginning.lines[place] if self.beginning else ""

    def _ends(self, beam: Beam, place: int, rhymed: bool) -> Mapping[str, int]:
        """The words that a line may end on, with their syllables."""
        mates, rules = planning.MATES[self.ask.rhyme], self.rules
        mate, last = mates[place], [planning.last_word(words_of(line)) for line in beam.lines]
        if mate is None or not rhymed:
            numbers = [int(n) for n in rules.free(20 if place in mates else 0).numbers]
        else:
            numbers = planning.rhymes(rules, rules.sound(last[mate]), last, 0, self.ask.rhyme_kind or None)
        lexicon = rules.lexicon
        living = [n for n in numbers if int(lexicon.count[n]) >= _LIVING and lexicon.words[n] not in last]
        return {lexicon.words[n]: int(lexicon.syllables[n]) for n in living}

    def _syllables(self, word: str) -> int | None:
        number = self.rules.lexicon.index.get(word)
        if number is None or not self.rules.allowed[number]:
            return None
        return int(self.rules.lexicon.syllables[number])

    def _scored(self, beam: Beam, lines: Sequence[Sampled], place: int) -> list[tuple[float, Sampled]]:
        """The lines that may follow, each with the score that the quatrain would have with it."""
        begun = self._begins(place)
        closes = 1 + (place + 1 == planning.STANZA)  # readers forgive the last line least
        before = [*self.told, *beam.lines]
        fit = [line for line in lines if line.least > _LEAST and _is_new(line.text, begun, before)]
        fit = [line for line in fit if self.fits(line.text, beam.lines)]
        senses = self.drafter.editor.score([line.text for line in fit], [before] * len(fit), self.between)
        draws = self.rng.random(len(fit))
        found = []
        for line, sense, draw in zip(fit, senses, draws, strict=True):
            words = words_of(line.text)
            pronouns = sum(word in PRONOUNS for word in words) / max(1, len(words))
            own = words_of(line.text.removeprefix(begun))
            about = max(map(self._closeness, own), default=0.0)
            # What is begun is best gone on with briefly; free lines are about as long as each other.
            likely = _TOTAL * line.total if begun else 0.8 * min(max(line.mean, -3.2), -1.6)
            above = 0.0 if begun else max(0.0, sense - BAND[1])  # beginnings are alike, which by itself has much sense
            score = (
                min(0.0, sense - BAND[0]) - 0.5 * above
                + closes * (likely + 0.35 * line.least) + _ABOUT * about - (_AND if begun and "and" in own else 0.0)
                + _ANSWERED * self.answers.get(place, {}).get(words[-1], 0.0)
                - (_STOCK if words[-1] in STOCK_ENDS and not self._closeness(words[-1]) else 0.0)
                - 3.0 * max(0.0, pronouns - _MOST_PRONOUNS) + 0.3 * draw
            )  # fmt: skip
            found.append((beam.score + round(score / _GRAIN) * _GRAIN, line))
        return found

    def _closeness(self, word: str) -> float:
        """How close a word is to the song's themes, 0 to 1."""
        return max((self.near.get(theme, 0.0) for theme in self.texts.table.get(word, ())), default=0.0)

    def _gone_on(self, beams: Sequence[Beam], options: Sequence[tuple[float, int, Sampled]], place: int) -> list[Beam]:
        """The best of the quatrains that are a line longer; not all from the same, nor all with the same beginning."""
        most = _MANY if place in planning.MATES[self.ask.rhyme] else _BEAMS
        used: dict[int, int] = {}
        starts: set[tuple[str, ...]] = set()
        found: list[Beam] = []
        for score, number, line in options:
            start = tuple(words_of(line.text.removeprefix(self._begins(place)))[:2])
            used[number] = used.get(number, 0) + 1
            if (len(beams) > 1 and used[number] > _FROM_ONE) or start in starts:
                continue
            starts.add(start)
            own = beams[number]
            at, log_p = own.at, own.log_p
            if place + 1 < planning.STANZA:
                pieces = self.drafter.alphabet.pieces.encode(f"{line.text}\n")
                at, log_p = _read(self.memory, pieces, own.at, self.between)
            found.append(Beam(score, (*own.lines, line.text), at, log_p))
            if len(found) == most:
                break
        return found


def _read(memory: Memory, pieces: Sequence[int], at: int, between: Between) -> tuple[int, NDArray[np.float32]]:
    """Reads pieces one after another after place `at`; returns the last place and ln p of what may follow."""
    log_p = np.zeros((1, 0), np.float32)
    for start in range(0, len(pieces), ROWS):
        part = pieces[start : start + ROWS]
        first = memory.size
        between()
        log_p = memory.read(part, [at, *range(first, first + len(part) - 1)], [len(part) - 1])
        at = memory.size - 1
    return at, log_p[0]


def _is_new(text: str, begun: str, before: Sequence[str]) -> bool:
    """Whether a line says something, nothing twice, is spelled well, and repeats no three words of the lines before;
    as it was `begun` it may."""
    words = words_of(text.removeprefix(begun))
    content = [word for word in words if word not in STOP]
    if len(words_of(text)) < 3 or not content or len(set(content)) < len(content) or _OF_IT_IS.search(text):
        return False
    earlier = {run for line in before for run in _runs(words_of(plain(line)))}
    return earlier.isdisjoint(_runs(words))


def _runs(words: Sequence[str]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    return list(pairwise(pairwise(words)))


def _title(ask: Ask, draw: float) -> str:
    """A title that tells the model what the song is about, with one of its themes; `draw`: 0 to 1."""
    names = [planning.spelled(name) for name in ask.names[:1] if planning.spelled(name)]
    theme = plain(ask.themes[int(draw * len(ask.themes))]) if ask.themes else ""
    if not names:
        return f"The {theme or 'song'}"
    if planning.is_place(names[0]):
        return f"The {theme or 'road'} in {names[0]}"
    return f"{names[0]}'s {theme or 'song'}"


def make(editor: object) -> EditorDrafter | None:
    """The drafter; None if what scores lines is no `Editor`, or there are too few songs to continue."""
    folder = paths.songbook()
    if not isinstance(editor, Editor) or folder is None:
        return None
    if len(songbook.sheets(folder)) < _SONGS:
        return None
    return EditorDrafter(editor, partial(songbook.read, folder), songbook.digest(folder))


def is_turn(ask: Ask) -> bool:
    """Whether this drafter may write an ask's quatrains: only where it is named, since it takes seconds and some
    hundred megabytes for each, and the shelves would fill several times more slowly."""
    return not ask.word and not ask.rhyme_with and NAME in ask.drafters

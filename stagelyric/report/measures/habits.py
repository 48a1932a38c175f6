"""Repetitions by name: phrases, openings, rhymes, frames and words, with the number of songs that have them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from stagelyric.gates.cliches import stock_phrases
from stagelyric.report import language, reference
from stagelyric.report.lyrics import Song, in_order, words
from stagelyric.report.measures.form import end_word, pairs, rhyme
from stagelyric.report.measures.repetition import grams
from stagelyric.report.measures.wording import Wording, is_name
from stagelyric.words.lists import STOP
from stagelyric.words.phonetics import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MACHINE_WORDS = _words(
    "neon whisper whispers whispered whispering echo echoes echoed echoing shadow shadows shattered shatter "
    "shattering ember embers tapestry shimmer shimmers shimmering glimmer glimmers glimmering flicker flickers "
    "flickering fragment fragments kaleidoscope symphony mosaic labyrinth void abyss ethereal celestial cosmic "
    "stardust silhouette silhouettes unravel unravels unraveling unravelling unspoken untold endless realm realms "
    "beacon testament delve ache aching crimson velvet midnight horizon horizons heartbeat gravity fragile ashes "
    "wildfire starlight moonlight electric pulse bloom blooming woven weave weaving stitched tangled drifting "
    "fading haunting haunted hollow lullaby solace serenade serenity sanctuary wanderer wandering timeless "
    "boundless dancing chasing hum humming constellation constellations galaxy infinite infinity eternal forgotten "
    "faded"
)
"""Words that language models overuse in lyrics (our own list). One of them is no fault, many are."""

WORST = _words("neon whisper whispers echo echoes shadow shadows shattered ember embers tapestry")
"""The most notorious of them."""

_EXAMPLES = 3
RUN = 6
"""Two songs should not share a sequence of this many words."""


@dataclass(slots=True)
class Habit:
    """Something repeated: the songs that have it, and the number of lines."""

    what: str
    lines: int = 0
    songs: set[int] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """The habit as JSON data."""
        return {"text": self.what, "songs": len(self.songs), "lines": self.lines, "for_example": self.examples}


def _collect(
    songs: Sequence[Song], found: Callable[[str], Iterable[Hashable]], least: int, *, by_lines: bool = False
) -> list[Habit]:
    """Whatever `found` finds in the lines of at least `least` songs (or in as many lines), most frequent first."""
    seen: Counter[Hashable] = Counter()  # counted first, to keep no data of the majority that occur once
    for song in songs:
        if by_lines:
            seen.update(what for line in song.lines for what in set(found(line)))
        else:
            seen.update({what for line in song.lines for what in found(line)})
    habits: dict[Hashable, Habit] = {}
    for number, song in enumerate(songs):
        for line in song.lines:
            for what in set(found(line)):
                if seen[what] < least:
                    continue
                habit = habits.setdefault(what, Habit(" ".join(what) if isinstance(what, tuple) else str(what)))
                _note(habit, number, song, line)
    return _sorted(habits.values(), least, by_lines)


def _note(habit: Habit, number: int, song: Song, line: str) -> None:
    habit.lines += 1
    if number not in habit.songs:
        habit.songs.add(number)
        if len(habit.examples) < _EXAMPLES:
            habit.examples.append(f"{line} ({song.title})")


def _sorted(habits: Iterable[Habit], least: int, by_lines: bool = False) -> list[Habit]:
    kept = [habit for habit in habits if (habit.lines if by_lines else len(habit.songs)) >= least]
    return sorted(kept, key=lambda h: (-h.lines if by_lines else -len(h.songs), -h.lines, h.what))


def four_grams(songs: Sequence[Song], least: int = 2) -> list[Habit]:
    """Sequences of four words within a line that occur in at least `least` songs, by number of songs."""
    return _collect(songs, lambda line: grams(words(line), 4), least)


def openings(songs: Sequence[Song], least: int = 2) -> list[Habit]:
    """The first three words of lines, by number of lines."""
    return _collect(songs, lambda line: grams(words(line)[:3], 3), least, by_lines=True)


def two_words(songs: Sequence[Song], least: int = 3) -> list[Habit]:
    """Pairs of adjacent words, by number of lines: these keep `distinct_2` low."""
    return _collect(songs, lambda line: grams(words(line), 2), least, by_lines=True)


def first_words(songs: Sequence[Song], least: int = 2) -> list[Habit]:
    """The first words of lines, by number of lines."""
    return _collect(songs, lambda line: words(line)[:1], least, by_lines=True)


def rhyme_pairs(songs: Sequence[Song], least: int = 2) -> list[Habit]:
    """Pairs of different rhyming last words, by the song's scheme or else within three lines; by number of songs."""
    habits: dict[tuple[str, str], Habit] = {}
    for number, song in enumerate(songs):
        for a, b, line in _rhymes(song):
            key = (a, b) if a < b else (b, a)
            _note(habits.setdefault(key, Habit(" / ".join(key))), number, song, line)
    return _sorted(habits.values(), least)


def _rhymes(song: Song) -> Iterable[tuple[str, str, str]]:
    if song.schemes:
        for pair in pairs([song]):
            a, b = pair.ends
            if a != b:
                yield a, b, pair.later
        return
    for stanza in song.stanzas:
        for place, line in enumerate(stanza.lines):
            for before in stanza.lines[max(0, place - 3) : place]:
                if rhyme(before, line) in ("perfect", "slant") and end_word(before) != end_word(line):
                    yield end_word(before), end_word(line), line


def frames(songs: Sequence[Song], least: int = 3) -> list[Habit]:
    """Sequences of six words with content words left open ("in the … of the …"), in at least `least` songs."""

    def moulds(line: str) -> list[str]:
        shape = [word if word in STOP else "…" for word in words(line)]
        runs = [run for run in grams(shape, 6) if 1 <= run.count("…") <= 3 and len(set(run)) > 3]
        return [" ".join(run) for run in runs]

    return _collect(songs, moulds, least)


def end_words(songs: Sequence[Song], least: int = 3) -> list[Habit]:
    """The last words of lines, by number of songs."""
    return _collect(songs, lambda line: words(line)[-1:], least)


def machine_words(songs: Sequence[Song]) -> list[Habit]:
    """The words of `MACHINE_WORDS` that occur, by number of songs."""
    return _collect(songs, lambda line: MACHINE_WORDS.intersection(words(line)), 1)


def names(songs: Sequence[Song], read: Wording) -> list[Habit]:
    """Names of people and places, by number of lines; `read` has all the songs' lines, in order."""
    habits: dict[str, Habit] = {}
    lines = iter(read.lines)
    for number, song in enumerate(songs):
        for line in song.lines:
            for stem in {word.stem for word in next(lines) if is_name(word, read.names)}:
                _note(habits.setdefault(stem, Habit(stem.capitalize())), number, song, line)
    return _sorted(habits.values(), 1, by_lines=True)


def stock(songs: Sequence[Song]) -> list[Habit]:
    """Stock phrases (`gates.cliches`), by number of songs."""
    return _collect(songs, lambda line: stock_phrases(plain(line)), 1)


def cliche_rate(lines: Sequence[str]) -> float:
    """The share of lines with a sequence of four words that occurs in at least five lines of the reference."""
    worn = reference.load().worn
    return sum(worn.worn(plain(line)) > 0 for line in lines) / len(lines) if lines else float("nan")


@dataclass(frozen=True, slots=True)
class Favourite:
    """A word used far more often than in English overall: its count, its songs, the ratio to its usual rate."""

    word: str
    count: int
    songs: int
    times: float


def favourites(songs: Sequence[Song], most: int = 30) -> list[Favourite]:
    """Words typical of these lyrics: in at least three songs (or all of fewer), by Dunning's log-likelihood (1993).

    Compared with the word's usual frequency (wordfreq): G² = 2·(c·ln(c/e) - (c - e)) for count c, expected e, c > e.
    """
    counts: Counter[str] = Counter()
    within: dict[str, set[int]] = defaultdict(set)
    for number, song in enumerate(songs):
        for line in song.lines:
            for word in words(line):
                counts[word] += 1
                within[word].add(number)
    total, least = counts.total(), min(3, len(songs))
    weighed = []
    for word, count in counts.items():
        if word in STOP or len(within[word]) < least:
            continue
        expected = total * 10 ** (max(language.zipf(word), 1.0) - 9)
        if count > expected:
            strength = 2 * (count * math.log(count / expected) - (count - expected))
            weighed.append((strength, Favourite(word, count, len(within[word]), count / expected)))
    return [favourite for _, favourite in sorted(weighed, key=lambda item: (-item[0], item[1].word))[:most]]


@dataclass(frozen=True, slots=True)
class Shared:
    """A sequence of words that occurs in a song and somewhere else."""

    run: str
    song: str
    line: str
    other: str
    other_line: str


def shared_between(songs: Sequence[Song], length: int = RUN) -> list[Shared]:
    """Sequences of `length` words within a line that occur in two songs; one entry for each pair of lines."""
    first: dict[tuple[str, ...], tuple[int, str]] = {}
    found: dict[tuple[int, str, int, str], Shared] = {}
    for number, song in enumerate(songs):
        for line in song.lines:
            for run in grams(words(line), length):
                at, other = first.setdefault(run, (number, line))
                if at != number:
                    entry = Shared(" ".join(run), song.title, line, songs[at].title, other)
                    found.setdefault((number, line, at, other), entry)
    return list(found.values())


def shared_with(songs: Sequence[Song], others: Iterable[Song], length: int = RUN) -> list[Shared]:
    """Sequences of `length` words within a line that a line of `others` has; one entry for each of our lines."""
    ours: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for song, _, _, line in in_order(songs):
        for run in grams(words(line), length):
            ours[run].append((song.title, line))
    found: dict[tuple[str, str], Shared] = {}
    for other in others:
        for line in other.lines:
            of = words(line)
            for i in range(len(of) - length + 1):
                for title, own in ours.get(of[i : i + length], ()):
                    found.setdefault((title, own), Shared(" ".join(of[i : i + length]), title, own, other.title, line))
    return list(found.values())

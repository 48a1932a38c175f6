"""The report of `analyse` on a set of lyrics, as plain data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from stagelyric.gates.novelty import CHARACTERS, WORDS, normal
from stagelyric.report import language
from stagelyric.report.lyrics import Song, all_lines, words
from stagelyric.report.measures import average, form, habits, repetition, sense, whole, wording
from stagelyric.report.measures.repetition import grams
from stagelyric.report.measures.whole import HUMAN_BANDS
from stagelyric.types.json import JsonObject

MOST = 40  # entries of a list, at most


def analyse(songs: Sequence[Song], others: Sequence[Song] = ()) -> JsonObject:
    """The measures (`whole.KEYS`) and, under further keys, details with names and lines.

    `others`: lyrics that must not be quoted.
    """
    lines = all_lines(songs)
    found = average.find(songs)
    quotes = quoting(songs, others) if others else None
    read = whole.read(songs)
    report = whole.measure(songs, read, quotes=quotes.__contains__ if quotes is not None else None)
    own = list(form.pairs(songs))
    kinds = Counter(pair.rhyme or "none" for pair in own)
    lists = {
        "four_grams": habits.four_grams(songs),
        "openings": habits.openings(songs),
        "rhyme_pairs": habits.rhyme_pairs(songs),
        "frames": habits.frames(songs),
        "pairs_of_words": habits.two_words(songs),
        "names": habits.names(songs, read) if language.has_report() else [],
        "stock_phrases": habits.stock(songs),
        "machine_words": habits.machine_words(songs),
        "first_words": habits.first_words(songs),
        "end_words": habits.end_words(songs),
    }
    extra = {
        "songs": len(songs),
        "distinct_lines": len({normal(line) for line in lines}),
        "average": found and {**asdict(found), "how": found.how},
        "distinct_2_lowest_in_a_row": repetition.lowest_distinct(lines, 2),
        "end_rhymes": {kind or "none": n for kind, n in form.end_rhymes([s for x in songs for s in x.stanzas]).items()},
        "most_songs_with_a_four_gram": max((len(h.songs) for h in lists["four_grams"]), default=1),
        "most_lines_with_an_opening": max((h.lines for h in lists["openings"]), default=1),
        "most_songs_with_a_rhyme_pair": max((len(h.songs) for h in lists["rhyme_pairs"]), default=1),
        "machine_word_line_rate": line_rate(lines, habits.MACHINE_WORDS),
        "worst_machine_word_line_rate": line_rate(lines, habits.WORST),
        "scheme": {
            "pairs": len(own),
            "songs_without": sum(not song.schemes for song in songs),
            "rhyme_rate": form.rhymed_where_asked(own),
            "syllable_match_rate": form.matched_where_paired(own),
            "rhymes": {kind: kinds[kind] for kind in ("perfect", "slant", "assonance", "same", "none")},
            "faults": [_fault(pair) for pair in own if not _is_right(pair)],
        },
        "genres": genres(songs),
        **{key: [habit.plain() for habit in found[:MOST]] for key, found in lists.items()},
        "favourites": [asdict(f) for f in habits.favourites(songs)] if language.has_report() else [],
        "unreal_words": _unreal(read) if language.has_report() else [],
        "shared": [asdict(shared) for shared in habits.shared_between(songs)],
        "quoted": [asdict(shared) for shared in habits.shared_with(songs, others)],
        "human_bands": HUMAN_BANDS,
        "notes": _notes(songs),
    }
    made: JsonObject = report | whole.rounded(extra)
    return made


def genres(songs: Sequence[Song]) -> dict[str, dict[str, object]]:
    """The measures that differ most between genres, by genre; {} if the songs name none."""
    by_genre: dict[str, list[Song]] = {}
    for song in songs:
        if genre := song.tags.get("genre"):
            by_genre.setdefault(genre.lower(), []).append(song)
    return {genre: _of_genre(of) for genre, of in sorted(by_genre.items())}


def _of_genre(songs: Sequence[Song]) -> dict[str, object]:
    lines, own = all_lines(songs), list(form.pairs(songs))
    keys = ("you_i_line_rate", "name_line_rate", "hook_rate", "nidf_median")
    told = whole.measure(songs, keys=keys)
    return {
        "songs": len(songs),
        "lines": len(lines),
        **{key: told[key] for key in keys},
        "distinct_2": repetition.distinct(lines, 2),
        "rhyme_rate": form.rhymed_where_asked(own),
        "syllable_match_rate": form.matched_where_paired(own),
    }


def line_rate(lines: Sequence[str], any_of: frozenset[str]) -> float:
    """The share of lines with at least one of some words."""
    return sum(not any_of.isdisjoint(words(line)) for line in lines) / max(1, len(lines))


def quoting(songs: Sequence[Song], others: Iterable[Song]) -> set[str]:
    """The lines of songs that share five words or 24 characters in a row with another line; an exact comparison."""
    runs: dict[str, set[str]] = {}
    for line in all_lines(songs):
        for run in _runs(line):
            runs.setdefault(run, set()).add(line)
    found: set[str] = set()
    for other in others:
        for line in other.lines:
            for run in _runs(line):
                found |= runs.get(run, set())
    return found


def _runs(line: str) -> set[str]:
    text = normal(line)
    of_words = {" ".join(run) for run in grams(text.split(), WORDS)}
    return of_words | {text[i : i + CHARACTERS] for i in range(len(text) - CHARACTERS + 1)}


def _is_right(pair: form.Pair) -> bool:
    return pair.rhyme in ("perfect", "slant") and abs(pair.off) <= 1


def _fault(pair: form.Pair) -> dict[str, object]:
    return {
        "song": pair.song.title,
        "file": pair.song.file,
        "section": pair.stanza.kind,
        "lines": [pair.earlier, pair.later],
        "syllables": [form.syllables(pair.earlier), form.syllables(pair.later)],
        "rhyme": pair.rhyme,
    }


def _unreal(read: wording.Wording) -> list[dict[str, object]]:
    counts = wording.unreal_words(read)
    return [{"word": word, "count": count} for word, count in counts.most_common(MOST)]


def _notes(songs: Sequence[Song]) -> list[str]:
    notes = []
    if not language.has_report():
        notes.append(
            "Not measured: frequencies, nouns, names and hooks, which want two packages more: " + language.HINT
        )
    if why := sense.missing():
        notes.append(f"Not measured: sense; {why}")
    unlike = [s.title for s in songs if re.search(r"[^\x00-\u024f\u2010-\u2027]", "".join(s.lines))]
    if unlike:
        notes.append(f"Written in letters that these measures do not know: {', '.join(unlike[:5])}")
    return notes

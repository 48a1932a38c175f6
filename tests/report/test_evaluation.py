"""What `evaluate` puts together: the places, its columns, what is new in lines, and how they are told apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report.songs import quatrain, song

from stagelyric.lm import corpus
from stagelyric.lm.corpus import CorpusError, Source
from stagelyric.report import classifier, evaluation
from stagelyric.report.contexts import Context
from stagelyric.report.evaluation import TooFewError
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.report.trial import Lines
from stagelyric.types.lines import Ask

VERSE = "Polly ties the boat\nand Joe is late\nthe tide is out\nwe sit and wait"
words = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(" ".join)


def lines(name: str, *songs: list[str]) -> Lines:
    return Lines(name, tuple(song(f"{name} {number}", quatrain(*of)) for number, of in enumerate(songs)))


# The places


def source(*texts: str, title: str = "") -> Source:
    return Source("held.txt", "abc", [corpus.Song(title, text) for text in texts])


def test_songs_held_out_have_the_files_name_where_they_have_none() -> None:
    found = evaluation.held_out_songs([source(f"{VERSE}\n\n{VERSE.upper()}", "One\nTwo"), source("A\nB", title="Mine")])
    assert [one.title for one in found] == ["held.txt 1", "held.txt 2", "Mine"]
    assert [len(stanza.lines) for stanza in found[1].stanzas] == [2]


def test_too_few_places_are_told_of_with_the_files_names() -> None:
    other = VERSE.replace("boat", "harbour").replace("late", "early").replace("tide", "moon").replace("sit", "sing")
    long = f"{VERSE}\n\n{other}"
    with pytest.raises(TooFewError, match=r"held.txt, held.txt: wanted songs of two stanzas .* to go on from, found 1"):
        evaluation.places([source(long), source("A\nB\n\nC\nD")], 10, 0)
    found = evaluation.places([source(long, long.replace("Polly", "Nora"))], 10, 0)
    assert len(found) == 2
    assert {context.before for context in found} == {
        tuple(VERSE.split("\n")),
        tuple(VERSE.replace("Polly", "Nora").split("\n")),
    }


def test_a_songbook_without_songs_kept_out_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = source(VERSE, VERSE)
    monkeypatch.setattr(corpus, "read_source", lambda path: whole)
    monkeypatch.setattr(corpus, "split", lambda songs: (songs, []))
    with pytest.raises(CorpusError, match="wanted songs that are kept out of training, found none"):
        evaluation.songbook_held_out(tmp_path)
    monkeypatch.setattr(corpus, "split", lambda songs: (songs[:1], songs[1:]))
    found = evaluation.songbook_held_out(tmp_path)
    assert found.name == "held.txt, songs kept out"
    assert list(found.songs) == [whole.songs[1]]


# Columns


@settings(max_examples=40)
@given(st.lists(st.lists(words, max_size=4), max_size=4), st.lists(words, max_size=6))
def test_what_is_new_is_the_share_of_runs_that_the_training_text_lacks(own: list[list[str]], theirs: list[str]) -> None:
    made = lines("ours", *own)
    rows: dict[str, dict[str, object]] = {"ours": {}}
    evaluation._add_novelty(rows, [made], [song("", quatrain(*theirs))])
    for n, share in rows["ours"]["novelty"].items():  # type: ignore[attr-defined]
        runs = [run for line in made.texts for run in _runs(line, int(n))]
        known = [run for line in theirs for run in _runs(line, int(n))]
        assert share == pytest.approx(sum(run not in known for run in runs) / max(1, len(runs)), abs=1e-4)


def _runs(line: str, n: int) -> list[list[str]]:
    of = line.split()
    return [of[i : i + n] for i in range(len(of) - n + 1)]


def test_what_is_quoted_is_looked_for_in_the_training_text_where_there_is_one() -> None:
    class Writer:
        class copies:  # noqa: N801
            @staticmethod
            def quotes(line: str) -> bool:
                return line == "in the index"

    made = lines("ours", ["Polly ties the boat by feel", "in the index"])
    shipped = evaluation._quotes(Writer, [made], [])  # type: ignore[arg-type]
    assert [shipped(line) for line in made.texts] == [False, True]
    told = evaluation._quotes(Writer, [made], [song("", quatrain("So Polly ties the boat by hand"))])  # type: ignore[arg-type]
    assert [told(line) for line in made.texts] == [True, False]


@settings(max_examples=40)
@given(st.lists(st.lists(words, max_size=3), max_size=6))
def test_peoples_halves_are_all_of_them_and_share_no_song(own: list[list[str]]) -> None:
    people = lines("people", *own)
    one, other = evaluation._halves(people)
    assert sorted([*one.songs, *other.songs], key=lambda of: of.title) == sorted(people.songs, key=lambda of: of.title)
    assert {of.title for of in one.songs}.isdisjoint(of.title for of in other.songs)
    assert abs(len(one.songs) - len(other.songs)) <= 1


def test_a_sample_has_every_writers_lines_for_its_own_place() -> None:
    found = [Context(f"Song {n}", (f"before {n}",), (), Ask(syllables=(5, 7), names=("Polly",)), "") for n in range(3)]
    people, ours = (lines(name, *([f"{name} {n}"] for n in range(3))) for name in ("people", "ours"))
    made = evaluation.samples(found, [people, ours])
    assert json.loads(json.dumps(made)) == made
    for n, one in enumerate(made):
        assert one["lines"] == {"people": [f"people {n}"], "ours": [f"ours {n}"]}
        assert (one["song"], one["before"]) == (f"Song {n}", [f"before {n}"])
        assert one["asked"] == {"syllables": [5, 7], "rhyme": found[n].ask.rhyme, "names": ["Polly"]}


# Told apart


def test_fewer_than_twenty_lines_or_a_single_song_are_not_told_apart() -> None:
    few = [f"Line {n}" for n in range(classifier.LEAST - 1)]
    with pytest.raises(ValueError, match="wanted at least 20 lines on each side to tell apart, found 19"):
        classifier.tell_apart(few, [*few, "more", "and more"])
    many = [*few, "more"]
    with pytest.raises(ValueError, match="wanted lines of at least two songs to tell apart, found one"):
        classifier.tell_apart(many, many, [0] * 20, [0] * 20)
    assert evaluation._told(lines("a", few), lines("b", [*many, *few])) is None


@pytest.fixture
def spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As features of a line, its length and its vowels: the tagger is slow to open, and not what is tested."""

    def measured(of: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        return np.array([[len(line), sum(line.count(vowel) for vowel in "aeiou")] for line in of], dtype=np.float64)

    monkeypatch.setattr(classifier, "features", measured)


@pytest.mark.needs("package:scikit-learn")
@pytest.mark.usefixtures("spread")
def test_lines_that_differ_are_told_apart_and_equal_ones_are_not() -> None:
    short = [f"The {a}{b} sea" for a in "bcdf" for b in "aeiou"]
    long = [f"Nobody ever told me {a}{b} of it" for a in "ghkl" for b in "aeiou"]
    told = classifier.tell_apart(short, long)
    assert told.auc == max(told.logistic, told.trees) > 0.95
    assert told.letters > 0.95
    assert told == classifier.tell_apart(short, long)
    same = classifier.tell_apart([*short, *long], [*long, *short])
    assert same.auc < 0.75


@pytest.mark.needs("package:scikit-learn")
@pytest.mark.usefixtures("spread")
def test_how_a_line_is_printed_tells_nothing() -> None:
    """Final marks and a first letter's case are no help: only those differ here."""
    said = [f"{a}{b}o goes {b}{a}" for a in "bcdfg" for b in "aeiou"]
    told = classifier.tell_apart([f"{line}." for line in said], [f"{line.capitalize()}!" for line in said])
    assert max(told.auc, told.letters) < 0.7


marks = st.text(st.sampled_from("ab ,.;:!?-\"'()éß"), max_size=10)


@settings(max_examples=40)
@given(marks)
def test_a_line_is_bare_of_marks_at_its_ends_only(text: str) -> None:
    found = classifier.bare(text)
    assert found == classifier.bare(found) == classifier.bare(f" ({text}!) ")
    assert found[:1] == found[:1].upper()
    inner = text.strip(" .,;:!?-\"'()")
    assert found.lower() == inner.lower() or "ß" in inner[:1]


@pytest.mark.needs("package:wordfreq", "package:denckring-en-pos")
def test_a_line_without_content_has_the_mean_of_the_others() -> None:
    said = ["Mister Mustard sleeps in the park", "You and I are you and me", "", "A trout in a copper kettle"]
    table = classifier.features(said)
    assert table.shape == (4, 12)
    assert not np.isnan(table).any()
    assert table[1, 0] == table[2, 0] == pytest.approx((table[0, 0] + table[3, 0]) / 2)
    assert list(table[:, 7]) == [len(line) for line in said]
    assert list(table[:, 8]) == [len(line.split()) for line in said]


def test_songs_and_lines_of_nobody_are_none() -> None:
    empty = Lines("", (Song("", (Stanza(()),)),))
    assert (empty.texts, empty.groups) == ([], [])
    assert evaluation._told(empty, empty) is None

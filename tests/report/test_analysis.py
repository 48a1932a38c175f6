"""The report on a set of lyrics as a whole: what it always has, and what each part of it is counted from."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report.songs import quatrain, song

from stagelyric.gates.novelty import normal
from stagelyric.lm.corpus import Source
from stagelyric.report import analysis, held_out, language
from stagelyric.report.lyrics import Song, Stanza, all_lines, in_order, mates, words
from stagelyric.report.measures import average, form, habits, registry, whole
from stagelyric.report.measures.registry import Band
from stagelyric.report.measures.wording import Wording

WORDS = ("polly", "ties", "the", "boat", "by", "feel", "tonight")
lines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
stanzas = st.lists(lines, max_size=4).map(lambda of: Stanza(tuple(of)))
made = st.builds(Song, st.sampled_from(["One", "Two"]), st.lists(stanzas, max_size=3).map(tuple))

KETTLE = quatrain("Polly sold a copper kettle", "in a yellow hat", "on Marrow Street", "with her yellow cat")
BOAT = quatrain("Nobody ties the harbour", "shadows on the door"), quatrain("We count the coins", "on the floor")
RAIN = quatrain("Polly sold a copper kettle", "The neon rain came down")
TOLD = [
    Song("Kettle", (KETTLE,), {"genre": "Folk", "scheme": "ABCB"}),
    Song("Boat", BOAT, {"genre": "folk", "scheme": "AA"}),
    Song("Rain", (RAIN,), {"genre": "pop"}),
]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:  # as it is without the extra's packages, which are slow to open
        patch.setattr(language, "has_report", lambda: False)
        return analysis.analyse(TOLD)


# The whole


def test_it_is_plain_data_and_has_every_key(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert set(whole.KEYS) <= set(report)
    assert report["human_bands"].keys() == whole.BANDS.keys()


def test_without_the_extra_what_needs_it_is_none_and_a_note_says_so(report: dict[str, Any]) -> None:
    for key, one in registry.MEASURES.items():
        if one.extra and one.always:
            assert report[key] is None, key
    assert report["names"] == report["favourites"] == report["unreal_words"] == []
    assert any(note.startswith("Not measured: frequencies") and language.HINT in note for note in report["notes"])


def test_the_counts_are_those_of_the_songs(report: dict[str, Any]) -> None:
    assert (report["songs"], report["lines"], report["distinct_lines"]) == (3, 10, 9)
    assert sum(report["end_rhymes"].values()) == report["lines"]
    assert report["most_songs_with_a_four_gram"] == 2
    assert report["four_grams"][0]["text"] == "polly sold a copper"
    assert report["machine_word_line_rate"] == report["worst_machine_word_line_rate"] == 0.2
    assert report["repeated_rate"] == 0.1


def test_every_pair_of_a_scheme_is_right_or_a_fault(report: dict[str, Any]) -> None:
    scheme = report["scheme"]
    assert (scheme["pairs"], scheme["songs_without"]) == (3, 1)
    assert sum(scheme["rhymes"].values()) == scheme["pairs"]
    faults = {tuple(fault["lines"]): fault for fault in scheme["faults"]}
    assert set(faults) == {("Nobody ties the harbour", "shadows on the door"), ("We count the coins", "on the floor")}
    assert faults["We count the coins", "on the floor"]["song"] == "Boat"
    assert faults["We count the coins", "on the floor"]["syllables"] == [4, 3]
    assert scheme["rhyme_rate"] == pytest.approx(1 / 3, abs=1e-4)


def test_genres_are_one_in_either_case(report: dict[str, Any]) -> None:
    assert list(report["genres"]) == ["folk", "pop"]
    assert {key: (of["songs"], of["lines"]) for key, of in report["genres"].items()} == {"folk": (2, 8), "pop": (1, 2)}
    assert report["genres"]["pop"]["rhyme_rate"] is None
    assert analysis.genres([song("T", quatrain("a line"))]) == {}


def test_no_songs_are_measured_without_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "has_report", lambda: False)
    empty = analysis.analyse([])
    assert (empty["songs"], empty["lines"], empty["average"], empty["genres"]) == (0, 0, None, {})
    assert empty["scheme"]["rhyme_rate"] is None
    assert empty["notes"]


def test_letters_that_are_not_known_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "has_report", lambda: False)
    songs = [song("Latin", quatrain("Zoë Škoda – “ça va”")), song("Greek", quatrain("η βροχή πέφτει"))]
    (told,) = [note for note in analysis._notes(songs) if "letters" in note]
    assert told.endswith(": Greek")


# What is quoted


@settings(max_examples=60)
@given(made, st.lists(made, max_size=2))
def test_a_line_is_quoted_where_five_words_or_24_letters_are_somebody_elses(own: Song, others: list[Song]) -> None:
    theirs = [normal(line) for other in others for line in other.lines]
    found = analysis.quoting([own], others)
    for line in own.lines:
        text = normal(line)
        letters = any(text[i : i + 24] in other for other in theirs for i in range(len(text) - 23))
        of = text.split()
        run = any(f" {' '.join(of[i : i + 5])} " in f" {other} " for other in theirs for i in range(len(of) - 4))
        assert (line in found) == (letters or run), line
    assert found <= set(own.lines)


def test_24_letters_in_a_row_are_a_quote_and_23_are_none() -> None:
    run = "abcdefghijklmnopqrstuvwx"
    own = [song("", quatrain(f"One {run}", f"{run} one", f"Two {run[:-1]}"))]
    assert analysis.quoting(own, [song("", quatrain(f"x{run}x"))]) == {f"One {run}", f"{run} one"}
    assert analysis.quoting(own, [song("", quatrain(f"x{run[:-1]}y"))]) == set()


@settings(max_examples=40)
@given(st.lists(lines, max_size=6), st.frozensets(st.sampled_from(WORDS), max_size=3))
def test_a_line_counts_once_however_many_of_the_words_it_has(texts: list[str], any_of: frozenset[str]) -> None:
    share = sum(bool(any_of & set(line.split())) for line in texts)
    assert analysis.line_rate(texts, any_of) == pytest.approx(share / len(texts) if texts else 0.0)


@settings(max_examples=40)
@given(st.lists(made, max_size=3), st.integers(2, 6))
def test_what_two_songs_share_is_found_from_either_side(songs: list[Song], length: int) -> None:
    between = habits.shared_between(songs, length)
    for shared in between:
        assert f" {shared.run} " in f" {shared.line} "
        assert f" {shared.run} " in f" {shared.other_line} "
        assert len(shared.run.split()) == length
    for place, one in enumerate(songs):
        others = [*songs[:place], *songs[place + 1 :]]
        quoted = {shared.line for shared in habits.shared_with([one], others, length)}
        runs = {tuple(run) for other in others for line in other.lines for run in _runs(line, length)}
        assert quoted == {line for line in one.lines if any(tuple(run) in runs for run in _runs(line, length))}
        assert bool(quoted) <= bool(between)


def _runs(line: str, length: int) -> list[list[str]]:
    of = line.split()
    return [of[i : i + length] for i in range(len(of) - length + 1)]


@settings(max_examples=40)
@given(st.lists(made, max_size=4), st.integers(1, 3))
def test_habits_are_counted_by_songs_and_by_lines_and_come_sorted(songs: list[Song], least: int) -> None:
    counts: dict[str, tuple[set[int], int]] = {}
    for number, one in enumerate(songs):
        for line in one.lines:
            for run in {" ".join(run) for run in _runs(line, 4)}:
                of, times = counts.get(run, (set(), 0))
                counts[run] = (of | {number}, times + 1)
    wanted = {run: (len(of), times) for run, (of, times) in counts.items() if len(of) >= least}
    found = habits.four_grams(songs, least)
    assert {habit.what: (len(habit.songs), habit.lines) for habit in found} == wanted
    keys = [(-len(habit.songs), -habit.lines, habit.what) for habit in found]
    assert keys == sorted(keys)
    assert all(1 <= len(habit.examples) <= 3 for habit in found)


# The average line


def test_songs_with_nothing_in_common_have_no_average_line() -> None:
    """In so many songs a word counts from the second song on that has it: here none does."""
    letters = "abcdefghijklmnopqrst"
    songs = [song(a + b, quatrain(f"{a}{b}o {b}{a}i", f"{a}{b}u {b}{a}e")) for a in letters[:7] for b in letters[:7]]
    assert average.find(songs) is None


@settings(max_examples=40)
@given(st.lists(made, min_size=1, max_size=5))
def test_an_average_line_is_made_of_words_that_were_sung(songs: list[Song]) -> None:
    found = average.find(songs)
    kinds = {line for one in songs for line in one.lines}
    assert (found is None) == (len(kinds) < 2)
    if found is not None:
        assert set(words(found.text)) <= {word for line in kinds for word in line.split()}
        assert found.nearest in kinds
        assert found.likelihood < 0
        assert 1 <= len(words(found.text)) <= found.length
        assert found == average.find(songs)


# Stanzas by sound

ends = st.sampled_from(["hat", "cat", "time", "line", "sea", "see", "tell it", "sell it", "fire", "choir", "moon", ""])


@settings(max_examples=40)
@given(ends, ends)
def test_a_rhyme_has_no_direction(a: str, b: str) -> None:
    assert form.rhyme(f"the {a}", f"a {b}") == form.rhyme(f"a {b}", f"the {a}")
    assert form.rhyme(f"The {a}!", f"A, {b}.") == form.rhyme(f"the {a}", f"a {b}")


@settings(max_examples=40)
@given(st.lists(st.lists(ends.map("by the {}".format), max_size=6).map(lambda of: Stanza(tuple(of))), max_size=3))
def test_every_line_rhymes_in_one_way_with_one_of_three_before(stanzas: list[Stanza]) -> None:
    found = form.end_rhymes(stanzas)
    texts = [stanza.lines for stanza in stanzas]
    assert found.total() == sum(map(len, texts))
    perfect = sum(
        any(form.rhyme(before, of[at]) == "perfect" for before in of[max(0, at - 3) : at])
        for of in texts
        for at in range(len(of))
    )
    assert found["perfect"] == perfect
    rate, match = form.end_rhyme_rate(stanzas), form.syllable_match_rate(stanzas)
    assert math.isnan(rate) if not any(texts) else rate == pytest.approx(perfect / found.total())
    assert math.isnan(match) == (max(map(len, texts), default=0) < 2)


@settings(max_examples=40)
@given(st.text(st.sampled_from("ABCabX-.*_ 1"), max_size=6), st.integers(0, 14))
def test_a_schemes_pairs_are_of_one_letter_in_one_round_with_none_between(scheme: str, count: int) -> None:
    letters = [c for c in scheme.upper() if c in "ABCX-.*_"]
    found = mates(scheme, count)
    assert found == sorted(found, key=lambda pair: pair[1])
    wanted = [
        (a, b)
        for b in range(count if letters else 0)
        for a in range(b - b % len(letters), b)
        if letters[a % len(letters)] == letters[b % len(letters)] in list("ABC")
        and letters[b % len(letters)] not in [letters[c % len(letters)] for c in range(a + 1, b)]
    ]
    assert found == wanted


@settings(max_examples=40)
@given(st.lists(made, max_size=3))
def test_in_order_is_all_lines_each_with_its_place(songs: list[Song]) -> None:
    found = list(in_order(songs))
    assert [line for *_, line in found] == all_lines(songs)
    assert all(stanza.lines[place] == line and stanza in one.stanzas for one, stanza, place, line in found)


# The registry


def test_a_measures_key_is_used_once() -> None:
    before = dict(registry.MEASURES)
    with pytest.raises(ValueError, match='there is a measure "lines" already'):
        registry.measure("lines")(lambda given: 0)
    assert before == registry.MEASURES


def test_a_band_holds_its_edges() -> None:
    band = Band(0.25, 0.5, 0.75, "lines", "", "")
    assert [band.holds(value) for value in (0.2499, 0.25, 0.5, 0.75, 0.7501)] == [False, True, True, True, False]


def test_only_the_keys_that_were_asked_for_are_measured() -> None:
    songs = [song("T", quatrain("a yellow hat", "a yellow cat"))]
    found = whole.measure(songs, Wording.of([]), keys=("distinct_1", "end_rhyme_rate", "copied_rate"))
    assert found == {"end_rhyme_rate": 0.5, "distinct_1": 0.6667, "copied_rate": None}
    quoted = whole.measure(songs, Wording.of([]), quotes=lambda line: "cat" in line, keys=("copied_rate",))
    assert quoted == {"copied_rate": 0.5}


def test_numbers_are_rounded_however_deep_they_lie_and_none_is_nan() -> None:
    given_ = {"a": (1.23456789, float("nan")), "b": {"c": [float("nan"), "x", 3, None, True]}}
    assert whole.rounded(given_) == {"a": [1.2346, None], "b": {"c": [None, "x", 3, None, True]}}


# Figures that a training wrote down


@pytest.mark.parametrize(
    ("kept", "row", "found"),
    [
        ({"held": "abc"}, {"characters": 9}, True),  # the very text, by its hash
        ({"held": "xyz"}, {"characters": 12}, False),  # as long, but another text
        ({"held": ""}, {"characters": 12}, True),  # an older model, which wrote down no hash
        ({"held": ""}, {"characters": 13}, False),
        ({"other": "zzz", "held": "abc"}, {}, True),
    ],
)
def test_a_trainings_own_figures_are_of_this_very_text(kept: dict[str, str], row: dict[str, int], found: bool) -> None:
    trained = SimpleNamespace(held_out=kept, bits={"held": {"six_gram": 2.0, **row}})
    source = Source("text", "abc", [])
    got = held_out._recorded(trained, [source], 12)  # type: ignore[arg-type]
    assert (got.get("six_gram") == 2.0) is found
    assert held_out._recorded(trained, [source, source], 12) == {}  # type: ignore[arg-type]

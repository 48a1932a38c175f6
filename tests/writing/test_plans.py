"""Lengths, rhymes, names and wanted words before a line is written, beside plain reckoning over the verses' words."""

from collections.abc import Sequence
from dataclasses import replace

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.types.lines import Ask, RhymeKind, Scheme
from stagelyric.words.lists import TITLES
from stagelyric.words.phonetics import line_syllables, pronounce, readings
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.writing import planning, rules
from stagelyric.writing.planning import Plan
from stagelyric.writing.tasks import Must

PLAIN = rules.make(fakes.language())
WORDS = PLAIN.lexicon.words
ENDS = [word for number, word in enumerate(WORDS) if PLAIN.last_words[number]]
SCHEMES = st.sampled_from(list(planning.MATES))
RAIN = Must("rain", 1, may_end=True)
POLLY = Must("Polly Magnet", 4, own=True)


@settings(max_examples=60)
@given(st.integers(-5, 60), st.integers(-5, 60))
def test_a_metre_is_a_range_of_lengths_that_can_be_sung(one: int, other: int) -> None:
    low, high = planning.metre(Ask(syllables=(one, other)))
    assert 1 <= low <= high <= 24
    assert planning.metre(Ask(syllables=(other, one))) == (low, high)
    assert planning.metre(Ask(syllables=(low, high))) == (low, high)
    if min(one, other) >= 1 and max(one, other) <= 24:
        assert {low, high} == {one, other}


def test_the_wilder_an_ask_the_rarer_its_words() -> None:
    shifts = [planning.shift(Ask(wildness=wildness)) for wildness in (0, 0.5, 1)]
    assert shifts == pytest.approx([-0.07, 0, 0.07])


@settings(max_examples=40)
@given(SCHEMES, st.integers(0, 1000), st.integers(1, 12), st.integers(0, 8), st.booleans())
def test_a_stanza_is_planned_within_its_metre_and_by_its_scheme(
    scheme: Scheme, seed: int, low: int, more: int, themed: bool
) -> None:
    ask = Ask(rhyme=scheme, syllables=(low, low + more))
    themes = ("neon", "the silver screen") if themed else ()
    plans = planning.stanza(ask, np.random.default_rng(seed), 3, themes)
    assert plans == planning.stanza(ask, np.random.default_rng(seed), 3, themes)
    assert tuple(plan.mate for plan in plans) == planning.MATES[scheme]
    for number, plan in enumerate(plans):
        assert low <= plan.syllables <= low + more
        assert plan.to_be_rhymed == any(other.mate == number for other in plans)
        assert 0.2 < plan.rarity < 0.6
        if plan.must is not None:
            assert plan.must.text in themes
            assert plan.must.syllables <= plan.syllables - 2
            assert plan.must.may_end == (plan.mate is None and not plan.to_be_rhymed)
    assert sum(plan.must is not None for plan in plans) <= 1


def test_a_theme_has_two_syllables_beside_it_or_is_left_out() -> None:
    for length, room in ((3, False), (4, True)):
        plans = [
            plan
            for number in range(30)
            for plan in planning.stanza(Ask(syllables=(length, length)), np.random.default_rng(number), 0, ("neon",))
        ]
        assert any(plan.must for plan in plans) == room


def test_unrhymed_lines_alternate_in_length_too() -> None:
    for seed in range(10):
        plans = planning.stanza(Ask(rhyme="free", syllables=(3, 12)), np.random.default_rng(seed), 0)
        assert [plan.syllables for plan in plans[:2]] == [plan.syllables for plan in plans[2:]]


def test_a_theme_comes_in_about_half_of_the_stanzas() -> None:
    rng, ask = np.random.default_rng(1), Ask(syllables=(8, 10))
    themed = [any(plan.must for plan in planning.stanza(ask, rng, number, ("neon",))) for number in range(200)]
    assert sum(themed) / len(themed) == pytest.approx(planning.THEME_RATE, abs=0.1)


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_what_is_spelled_is_in_the_letters_of_drafts(text: str) -> None:
    spelled = planning.spelled(text)
    assert spelled.isascii()
    assert all(c.isalpha() or c in "'- " for c in spelled)
    assert spelled == " ".join(spelled.split())
    assert planning.spelled(spelled) == spelled


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Dover", True), ("Wolverhampton", True), ("Baker Street", True), ("Saint-Malo Harbour", True),
        ("Polly Magnet", False), ("Mr Dover", False), ("Lady Chester", False), ("Ford", False), ("", False),
        ("\u6771\u4eac", False),
    ],
)  # fmt: skip
def test_a_place_is_told_from_a_person_by_its_last_word_or_its_title(name: str, place: bool) -> None:
    assert planning.is_place(name) is place
    assert planning.as_name(name, may_end=True, slots=("p", "l")).slot == ("l" if place else "p")


@pytest.mark.parametrize("title", sorted(TITLES)[::9])
def test_whoever_has_a_title_is_a_person(title: str) -> None:
    assert not planning.is_place(f"{title.capitalize()} Dover")


@pytest.mark.parametrize(
    ("word", "text", "own", "may_end"),
    [
        ("RAIN", "rain", False, True), ("mary", "Mary", True, True), ("Neon", "Neon", True, True),
        ("the", "the", False, False), ("silver of the", "silver of the", False, False), ("I", "I", False, False),
        ("caf\u00e9", "cafe", False, True), ("!?", "", False, False), ("", "", False, False),
    ],
)  # fmt: skip
def test_a_wanted_word_is_written_as_the_lexicon_has_it(word: str, text: str, own: bool, may_end: bool) -> None:
    must = planning.as_word(word, PLAIN, may_end=True)
    assert (must.text, must.own, must.may_end) == (text, own, may_end)
    assert must.syllables >= 1
    assert not planning.as_word(word, PLAIN, may_end=False).may_end


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("rain", "rains rain's rained raining"), ("wave", "waves wave's waved"), ("church", "churches church's"),
        ("stop", "stops stopped stopping"), ("box", "boxes boxed"), ("run", "runs running"),
    ],
)  # fmt: skip
def test_every_form_of_a_word_counts_as_the_word(word: str, forms: str) -> None:
    language = fakes.language().taught([word, *forms.split(), word + "ment", word + "y"])
    own = rules.make(language)
    must = planning.as_word(word, own, may_end=True)
    found = planning.inflected(must, own)
    assert {form.text for form in found} == set(forms.split())
    for form in found:
        assert planning.has_word(f"And {form.text.upper()}!", word)
        assert form.syllables == line_syllables(form.text)
        assert form.may_end == (not form.text.endswith("'s"))
    assert not planning.has_word(f"{word}ment", word)


def test_names_function_words_and_barred_forms_have_no_other_form() -> None:
    language = fakes.language().taught(["rains", "rained", "them's"])
    own = rules.make(language, avoid=("rains",))
    rain = planning.as_word("rain", own, may_end=True)
    assert [form.text for form in planning.inflected(rain, own)] == ["rained"]
    assert planning.inflected(replace(rain, own=True), own) == []
    assert planning.inflected(planning.as_word("them", own, may_end=True), own) == []
    assert planning.inflected(planning.as_word("zephyrine", own, may_end=True), own) == []


@settings(max_examples=60)
@given(
    st.integers(3, 14), st.integers(0, 3), st.integers(1, 20), st.sampled_from([None, RAIN, POLLY]), st.integers(0, 99)
)
def test_most_drafts_of_a_line_keep_to_its_plan(
    length: int, spread: int, drafts: int, must: Must | None, seed: int
) -> None:
    low, high = length - min(spread, length - 1), length + spread
    plan = Plan(length, None, False, must)
    made = planning.tasks(plan, drafts, low, high, 5, np.random.default_rng(seed))
    assert len(made) == drafts * (1 if must is None else 2)
    for number, task in enumerate(made):
        assert task.ending == 5
        assert low <= task.syllables <= high
        assert abs(task.syllables - length) <= (1 if number % 4 == 3 else 0)
        assert task.must is (None if number % 8 == 7 else must)
        if task.must is None:
            assert task.after == 0
        elif task.after:
            assert task.after <= max(1, task.syllables - task.must.syllables)


def test_a_place_is_never_a_lines_first_word() -> None:
    dover = planning.as_name("Dover", may_end=True)
    made = planning.tasks(Plan(8, None, False, dover), 12, 6, 10, 0, np.random.default_rng(0))
    assert all(task.after >= 1 for task in made if task.must)


@settings(max_examples=60)
@given(
    st.sampled_from([RAIN, POLLY, replace(RAIN, may_end=False), Must("in", 1)]), st.integers(1, 16), st.integers(1, 9),
    st.integers(0, 4), st.integers(0, 99),
)  # fmt: skip
def test_a_wanted_word_has_room_in_every_draft_and_wanders_from_first_to_last(
    must: Must, drafts: int, low: int, more: int, seed: int
) -> None:
    ending = PLAIN.ending([PLAIN.lexicon.index["yellow"]])
    forms = [replace(must, text=f"{must.text}s", syllables=must.syllables + 1)]
    made = planning.wanted(must, drafts, low, low + more, ending, np.random.default_rng(seed), forms)
    assert len(made) == drafts
    for number, task in enumerate(made):
        assert task.must is (forms[0] if number % 4 == 3 else must)
        assert task.must is not None
        room = task.syllables - task.must.syllables - (0 if task.must.may_end else ending.least)
        assert 0 <= task.after <= room
        assert task.syllables >= low
        assert task.syllables <= low + more or room == 0
    assert made[0].after == 0
    assert all(
        task.must is must for task in planning.wanted(must, 8, low, low + more, ending, np.random.default_rng(1))
    )


def plainly(sound: Sequence[str], barred: set[str], wanted: str) -> set[str]:
    """The words that rhyme so with a sound, by comparing it with every word."""
    stems = {stem for word in barred for stem in planning.stems(word)}
    return {
        word
        for word in ENDS
        if kind_of_sounds(PLAIN.lexicon.phones(PLAIN.lexicon.index[word]), tuple(sound)) == wanted
        and stems.isdisjoint(planning.stems(word))
    }


def test_asked_for_perfect_rhymes_they_are_all_of_them_where_there_are_some() -> None:
    rhymed = 0
    for word in ENDS:
        sound = pronounce(word)
        found = {PLAIN.lexicon.words[n] for n in planning.rhymes(PLAIN, sound, {word}, 0, "perfect")}
        perfect = plainly(sound, {word}, "perfect")
        if perfect:
            rhymed += 1
            assert found == perfect
        else:
            assert found <= plainly(sound, {word}, "slant") | plainly(sound, {word}, "assonance")
    assert rhymed > 20


def test_looser_rhymes_are_let_in_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_LIVING", 1)  # every word of the verses is in common use
    sound = pronounce("light")
    allowed = [{"perfect"}, {"perfect"}, {"perfect", "slant"}, {"perfect", "slant", "assonance"}]
    for loose, kinds in enumerate(allowed):
        wanted = {word for kind in kinds for word in plainly(sound, {"light"}, kind)}
        assert {PLAIN.lexicon.words[n] for n in planning.rhymes(PLAIN, sound, {"light"}, loose)} == wanted
    assert plainly(sound, {"light"}, "assonance")


@pytest.mark.parametrize("kind", [None, "perfect", "slant", "any"])
@pytest.mark.parametrize("word", ["light", "wall", "river", "orange"])
def test_looser_rhymes_come_after_closer_ones_and_take_none_away(word: str, kind: RhymeKind | None) -> None:
    sound, barred = pronounce(word), {word, "night"}
    before: list[int] = []
    for loose in range(4):
        found = planning.rhymes(PLAIN, sound, barred, loose, kind)
        assert found[: len(before)] == before
        assert len(set(found)) == len(found)
        words = [PLAIN.lexicon.words[n] for n in found]
        kinds = [kind_of_sounds(PLAIN.lexicon.phones(n), sound) for n in found]
        closeness = ["perfect", "slant", "assonance"]
        assert kinds == sorted(kinds, key=lambda own: closeness.index(str(own)))
        assert set(words) <= set(ENDS) - barred
        before = found
    if kind != "perfect":
        everything = {w for wanted in ("perfect", "slant", "assonance") for w in plainly(sound, barred, wanted)}
        assert {PLAIN.lexicon.words[n] for n in before} == everything


def test_nothing_rhymes_with_silence() -> None:
    assert planning.rhymes(PLAIN, (), set(), 3) == []


@pytest.mark.parametrize("word", ENDS[::9])
def test_a_living_rhyme_is_a_common_word(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "_LIVING", 2)
    lexicon = PLAIN.lexicon
    wanted = any(
        lexicon.count[n] >= 2
        and kind_of_sounds(lexicon.phones(n), sound) == "perfect"
        and planning.stems(word).isdisjoint(planning.stems(other))
        for n, other in enumerate(lexicon.words)
        for sound in readings(word)
    )
    assert planning.has_living_rhyme(lexicon, word) == wanted


def test_nothing_rhymes_with_orange() -> None:
    assert not planning.has_living_rhyme(PLAIN.lexicon, "orange")


@settings(max_examples=60)
@given(st.sampled_from(WORDS), st.sampled_from(["s", "'s", "es", "ed", "ing", "er", "ly", "ness"]))
def test_a_word_is_a_form_of_itself_and_of_what_it_begins_with(word: str, ending: str) -> None:
    assert word in planning.stems(word)
    if len(word) > 2:
        assert word in planning.stems(word + ending)


def test_the_last_of_no_words_is_none() -> None:
    assert planning.last_word([]) == ""
    assert planning.last_word(("the", "rain")) == "rain"

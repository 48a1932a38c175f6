"""What a shelf's lines set out to be: who is named where."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from stagelyric.types.lines import Ask, RhymeKind
from stagelyric.words import classes, lexicon
from stagelyric.words.phonetics import pronounce
from stagelyric.words.rhyme import kind
from stagelyric.writing import planning, rules

NAMES = ("Mr Mustard", "Polythene Pam", "Montréal")


def named(ask: Ask, stanzas: int, names: tuple[str, ...] = NAMES) -> list[str | None]:
    """Who is due in each line."""
    rng = np.random.default_rng(1)
    plans = chain.from_iterable(planning.stanza(ask, rng, number, names=names) for number in range(stanzas))
    return [plan.must.text if plan.must else None for plan in plans]


@pytest.mark.parametrize("seed", range(20))
def test_the_first_name_is_met_at_once_and_again(seed: int) -> None:
    due = named(Ask(seed=seed, names=NAMES), planning.SCENE)
    assert due.count("Mr Mustard") == 2
    assert "Mr Mustard" in due[: planning.STANZA]


def test_who_is_named_is_named_twice_in_a_scene() -> None:
    lines = planning.SCENE * planning.STANZA
    due = named(Ask(names=NAMES), 60 * planning.SCENE)
    scenes = [[name for name in due[at : at + lines] if name] for at in range(0, len(due), lines)]
    assert {len(scene) for scene in scenes} == {0, 2}
    assert all(len(set(scene)) == 1 for scene in scenes if scene)
    peopled = [scene[0] for scene in scenes if scene]
    assert set(peopled) == {"Mr Mustard", "Polythene Pam", planning.spelled("Montréal")}
    assert peopled.count("Mr Mustard") == max(map(peopled.count, peopled))


def test_whoever_writes_the_quatrains_the_names_are_the_same() -> None:
    ask = Ask(seed=7, names=NAMES)
    alone = [plan.must for plan in planning.stanza(ask, np.random.default_rng(99), 1, names=NAMES)]
    assert [must.text if must else None for must in alone] == named(ask, 2)[planning.STANZA :]


def test_a_line_is_long_enough_for_its_name_where_lines_may_be() -> None:
    for seed in range(30):
        plans = planning.stanza(
            Ask(seed=seed, syllables=(3, 8)), np.random.default_rng(seed), 0, names=("Polly Magnet",)
        )
        assert all(plan.syllables >= 6 for plan in plans if plan.must)
        assert any(plan.must for plan in plans)


def test_a_name_too_long_for_the_song_s_lines_is_left_out() -> None:
    assert not any(named(Ask(syllables=(3, 4)), 4, ("Polly Magnet",)))


@pytest.mark.parametrize(
    ("word", "form"),
    [("window", "windows"), ("dark", "darkness"), ("make", "making"), ("love", "lover"), ("happy", "happy's")],
)
def test_a_form_of_a_word_is_known(word: str, form: str) -> None:
    assert not planning.stems(word).isdisjoint(planning.stems(form))
    assert planning.stems("rain").isdisjoint(planning.stems("train"))


@pytest.fixture(scope="module")
def spoken() -> rules.Rules:
    folder = Path(__file__).parents[2] / "models" / "transformer"
    words = lexicon.load(folder / lexicon.FILE)
    nothing = np.zeros((len(words.words), 1), dtype=np.float32)
    grammar = classes.load(folder / classes.FILE, len(words.words))
    return rules.make(rules.Language(words, nothing, grammar, None))


@pytest.mark.parametrize("word", ["rain", "kettle", "door", "money", "street", "again"])
def test_rhymes_are_perfect_where_there_are_such(spoken: rules.Rules, word: str) -> None:
    found = [spoken.lexicon.words[n] for n in planning.rhymes(spoken, pronounce(word), {word})]
    assert found
    assert {kind(other, word) for other in found} == {"perfect"}
    asked = [spoken.lexicon.words[n] for n in planning.rhymes(spoken, pronounce(word), {word}, 1, "slant")]
    assert set(found) <= set(asked)


@pytest.mark.parametrize("word", ["window", "orange", "month"])
def test_other_rhymes_come_where_nothing_else_is_there(spoken: rules.Rules, word: str) -> None:
    found = [spoken.lexicon.words[n] for n in planning.rhymes(spoken, pronounce(word), {word})]
    assert found
    assert all(planning.stems(other).isdisjoint(planning.stems(word)) for other in found)


@pytest.mark.parametrize("word", ["money", "rain", "door", "station", "kettle"])
@pytest.mark.parametrize("kind_asked", [None, "perfect"])
def test_a_word_that_ended_a_line_comes_back_before_a_looser_rhyme_does(
    spoken: rules.Rules, word: str, kind_asked: RhymeKind | None
) -> None:
    def found(avoided: set[str]) -> set[str]:
        numbers = planning.rhymes(spoken, pronounce(word), {word}, 0, kind_asked, avoided)
        return {spoken.lexicon.words[number] for number in numbers}

    common = found(set())
    assert {kind(other, word) for other in common} == {"perfect"}
    first = min(common)
    assert found({first}) in (common - {first}, common), "another one if it is in common use"
    assert found(common) == common


def test_words_that_ended_a_line_are_left_out_while_others_rhyme_as_well(spoken: rules.Rules) -> None:
    sound = pronounce("door")
    everything = planning.rhymes(spoken, sound, {"door"})
    lately = {"floor", "shore", "store"}
    left = [number for number in everything if spoken.lexicon.words[number] not in lately]
    assert planning.rhymes(spoken, sound, {"door"}, avoided=lately) == left
    assert 0 < len(left) < len(everything)

import numpy as np
import pytest

from stagelyric.report.measures import wording
from stagelyric.report.measures.wording import Wording

pytest.importorskip("wordfreq", reason="needs the extra report")
pytest.importorskip("denckring_en_pos", reason="needs the extra report")

BORING = "You know that I'm the one"
MUSTARD = "Mean Mister Mustard sleeps in the park"


def of(*lines: str) -> Wording:
    return Wording.of(lines)


def test_the_line_nobody_needs_is_common_and_the_line_with_somebody_in_it_is_not() -> None:
    common = wording.content_zipf(of(BORING, MUSTARD))
    assert common[0] > 5.9
    assert common[1] < 5.0
    rare = wording.nidf(of(BORING, MUSTARD))
    assert rare[0] < 0.3
    assert rare[1] > 0.5


def test_a_line_of_small_words_has_no_content_to_measure() -> None:
    assert np.isnan(wording.content_zipf(of("I'm with you and you're with me"))).all()
    assert wording.pronoun_share(of("I'm with you"))[0] == pytest.approx(2 / 3)
    assert list(wording.you_and_i(of("You'll see", "She'll see"))) == [1.0, 0.0]


def test_names_are_people_and_places_inside_a_line() -> None:
    lines = ("She sold it to Walter", "and sailed from Montréal", "Walter wept", "The Winter came", "winter in winter")
    assert list(wording.named(of(*lines))) == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_a_capital_at_a_line_s_beginning_makes_no_name() -> None:
    assert list(wording.named(of("Carries her shoes down the stair", "Counting the nails on the wall"))) == [0.0, 0.0]


def test_a_hook_is_a_thing_of_its_own() -> None:
    assert list(wording.hooked(of("a trout in a copper kettle", "the time of the day"))) == [1.0, 0.0]


def test_real_words_are_in_a_dictionary_or_are_names() -> None:
    assert wording.real_word_rate(of("the rain came down")) == 1.0
    spoiled = of("the rayne kame dwnnx")
    assert wording.real_word_rate(spoiled) < 1.0
    assert "dwnnx" in wording.unreal_words(spoiled)


def test_words_in_order_are_likelier_than_a_salad_of_them() -> None:
    right, salad = wording.grammar(
        of("The sailor sold his copper kettle to the cook", "the his kettle of copper to and cook")
    )
    assert right > salad + 0.2


def test_small_measures() -> None:
    assert list(wording.alliterates(of("copper kettles cool", "rain on tin"))) == [1.0, 0.0]
    assert list(wording.stammers(of("go go now", "go now go"))) == [1.0, 0.0]
    assert wording.archaic_word_rate(of("thou art mine")) == pytest.approx(2 / 3)

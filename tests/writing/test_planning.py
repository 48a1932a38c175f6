"""What a shelf's lines set out to be: who is named where."""

from itertools import chain

import numpy as np
import pytest

from stagelyric.types.lines import Ask
from stagelyric.writing import planning

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

"""Of two forms or frames the steadier one is preferred."""

import pytest
from phrasebook import frames

from stagelyric.phrasebook import casting, evenness, grammar
from stagelyric.phrasebook.compose import Composer, Due
from stagelyric.phrasebook.search import Query


def test_the_steadier_of_two_forms_is_preferred() -> None:
    book = frames.book(
        "@ scheme ABCB; themes rain\nShe {carried|folded} the letter {home|in}\nAnd put it {behind|beside} the door\n"
        "{She never read a word|Black words stood unread} of it\nAnd didn't {look|ask} any more"
    )
    steady = 0
    for seed in range(40):
        made = Composer(book, Query("ABCB", (2, 12), seed=seed), casting.cast(frames.KNOWN, [], [], seed))
        lines = made.stanza(0, lambda _: Due("any"), lambda _: True)
        steady += lines is not None and lines[2].text.startswith("She never")
    assert steady >= 36


def test_a_frame_that_limps_is_known_by_its_forms() -> None:
    steady, limping = grammar.parse(
        "@ scheme AA; mood dark\nThe {river|water} took the {table|ladder} down\nand {carried|floated} it to town\n\n"
        "@ scheme AA; mood dark\n{Cold black|Grim grey} rain fell hard down\nin {each|all} {dark|drab} drowned town\n",
        "two.frames",
    ).frames
    assert evenness.unsteady(steady) < 1 < evenness.unsteady(limping)
    assert evenness.unsteady(steady) == evenness.unsteady(steady)
    low, high = evenness.compared([steady, limping])
    assert low < 0 < high
    assert low + high == pytest.approx(0)

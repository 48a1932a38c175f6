"""Which texts may come next, so that their sound is there before them."""

from hypothesis import given
from hypothesis import strategies as st
from show.friday import do, show, texts_of

from stagelyric.show.ahead import coming

KEPT = {("Harbour Lights", "verse"): ["Kept here"], ("Second Song", "song"): ["Kept there"]}


def test_the_likeliest_come_first() -> None:
    made = show(3)
    found = list(coming(made, KEPT))
    here = [line.text for line in made.pool.shelf(made.ask).lines]
    assert found[:3] == here
    assert found[3:6] == ["Kept here", "Hold the light", "Row me home"]
    place = {text: found.index(text) for text in ("Sing!", "Second Song", "Kept there")}
    assert list(place.values()) == sorted(place.values())
    for ask in made.every_ask():
        assert {line.text for line in made.pool.shelf(ask).lines} <= set(found)


def test_a_line_that_was_shown_is_not_among_them() -> None:
    made = show(3)
    (first,) = texts_of(do(made, "next_line"))
    assert first not in list(coming(made, {}))


@given(st.lists(st.sampled_from(["next_line", "next_section", "next_song", "previous_song"]), max_size=25))
def test_whatever_is_pressed_next_its_text_was_among_them(presses: list[str]) -> None:
    made = show(4, kept=KEPT, lyrics={"Harbour Lights": "Harbour Lights\nOur own words\nAnd more of them"})
    for action in presses:
        before = set(coming(made, KEPT))
        shown = texts_of(do(made, action))
        known = {line.text for ask in made.every_ask() for line in made.pool.shelf(ask).lines} | before
        assert set(shown) <= (before if action == "next_line" else known)

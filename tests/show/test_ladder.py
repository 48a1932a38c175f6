"""Where a press's line comes from: fresh, kept, safety, the song's own words; and lines swapped before they are up."""

from itertools import pairwise

import pytest

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.effects import Changed, Judgement
from stagelyric.show.ladder import Ladder, bare, titles_alone
from stagelyric.types.actions import Do
from stagelyric.types.lines import Cue, Line

from .friday import SET, do, show, text, texts_of


def test_the_preview_is_what_comes_whatever_rung_it_is_on() -> None:
    made = show(lines=1, kept={("Harbour Lights", "verse"): ["A kept line"]})
    for _ in range(8):
        preview = made.upcoming().text
        assert preview == made.state(120.0).next == text(do(made, "next_line"))


def test_the_ladder_goes_down_rung_by_rung_and_has_no_end() -> None:
    made = show(lines=1, kept={("Harbour Lights", "verse"): ["A kept line"]})
    verse, chorus = made.every_ask()[:2]
    came = []
    for _ in range(8):
        (cue,) = do(made, "next_line")
        assert isinstance(cue, Cue)
        assert cue.line is not None
        came.append((cue.line.origin, cue.line.text))
    assert came == [
        ("model", f"{verse.seed % 97} line 0"),
        ("kept", "A kept line"),
        ("safety", "Hold the light"),
        ("safety", "Row me home"),
        ("model", f"{chorus.seed % 97} line 0"),
        ("kept", "A kept line"),
        ("safety", "Hold the light"),
        ("safety", "Row me home"),
    ]


def test_what_another_edition_baked_comes_before_what_was_written_by_hand_for_need() -> None:
    made = show(kept={("Harbour Lights", "verse"): ["A kept line"]})
    made.ladder.meanwhile = {("Harbour Lights", "verse"): [Line("Baked, one", "frame"), Line("Baked, two", "frame")]}
    do(made, "veto_next")
    assert [text(do(made, "next_line")) for _ in range(3)] == ["Baked, one", "Baked, two", "Hold the light"]
    do(made, "goto", "chorus")
    assert text(do(made, "next_line")) not in ("Baked, one", "Baked, two")


def test_with_nothing_at_all_the_song_s_people_come_and_never_a_title() -> None:
    made = show()
    do(made, "song", "Second Song")
    people = {*made.ask.names, *made.ask.themes}
    texts = [text(do(made, "next_line")) for _ in range(6)]
    assert set(texts) <= people
    assert all(one != other for one, other in pairwise(texts))
    do(made, "say", "Something else")
    assert text(do(made, "next_line")) in people


LYRICS = "Down by the harbour wall\n\nRow\nThe lights are out and the boats are in\nAnd nobody called me baby"


def test_an_empty_shelf_gives_the_song_s_own_words_then_what_its_other_sections_have() -> None:
    made = show(lyrics={"Harbour Lights": LYRICS}, kept={("Harbour Lights", "verse"): ["Kept for the verse"]})
    made.setlist = made.setlist.model_copy(update={"avoid": ("baby",)})
    made.ladder = Ladder(made.setlist, made.pool, {"Harbour Lights": LYRICS}, made.ladder.kept, made._cut)
    verse = made.ask
    made.pool.put(verse, 0, [Line("Ready in the verse", "model")])
    do(made, "goto", "chorus")
    texts = [text(do(made, "next_line")) for _ in range(12)]
    assert texts[:3] == [
        "Down by the harbour wall",
        "The lights are out and the boats are in",
        "Kept for the verse",
    ]
    assert {"Ready in the verse", "Hold the light", "Row me home", "Row"} <= set(texts)
    assert "And nobody called me baby" not in texts
    assert all(one != other for one, other in pairwise(texts))


def test_a_title_alone_is_no_line_whoever_wrote_it_down() -> None:
    lyrics = "Harbour lights!\n\nDown by the harbour wall\nHarbour lights are out"
    made = show()
    sections = made.setlist.songs[0].sections
    with_titles = tuple(one.model_copy(update={"safety": ("HARBOUR LIGHTS", *one.safety)}) for one in sections)
    first = made.setlist.songs[0].model_copy(update={"sections": with_titles})
    made.setlist = made.setlist.model_copy(update={"songs": (first, *made.setlist.songs[1:])})
    made.ladder = Ladder(made.setlist, made.pool, {first.title: lyrics}, {}, made._cut)
    bald = first.model_copy(update={"lyrics": None})
    assert len(list(titles_alone(made.setlist))) == len(sections)
    assert ("Harbour Lights", "chorus") in bare(made.setlist.model_copy(update={"songs": (bald,)}))
    texts = [text(do(made, "next_line")) for _ in range(4)]
    do(made, "goto", "chorus")
    texts += [text(do(made, "next_line")) for _ in range(6)]
    assert "Down by the harbour wall" in texts
    assert not [one for one in texts if one.casefold().strip("!") == "harbour lights"]


def test_another_song_s_line_never_stands_in() -> None:
    made = show()
    made.pool.put(made.every_ask()[0], 0, [Line("From the first song", "model")])
    do(made, "next_line")
    do(made, "song", "Second Song")
    assert "From the first song" not in [text(do(made, "next_line")) for _ in range(5)]


@pytest.mark.parametrize(("where", "first"), [("first", "A kept line"), ("fallback", None)])
def test_kept_lines_come_where_the_setlist_says(where: str, first: str | None) -> None:
    made = show(lines=3, set={"kept": where}, kept={("Harbour Lights", "verse"): ["A kept line"]})
    texts = [text(do(made, "next_line")) for _ in range(3)]
    assert (texts[0] == "A kept line") is (first is not None)
    # A press is counted, whatever came: the third takes the third line.
    assert texts[2].endswith("line 2")


def test_a_section_with_nothing_to_fall_back_on_is_named() -> None:
    setlist = Setlist.model_validate(SET)
    assert bare(setlist) == [("Harbour Lights", "chorus"), ("Second Song", "song")]
    assert bare(setlist, [("Harbour Lights", "chorus")]) == [("Second Song", "song")]


def test_no_line_is_given_twice_not_even_across_sections() -> None:
    made = show()
    for ask in made.every_ask():
        made.pool.put(ask, 0, [Line("The same line everywhere", "model"), Line(f"Line of {ask.seed}", "model")])
    first = text(do(made, "next_line"))
    do(made, "goto", "chorus")
    assert first == "The same line everywhere"
    assert text(do(made, "next_line")).startswith("Line of")


def test_a_vetoed_line_of_another_night_is_not_given() -> None:
    made = show(vetoed=["LINE zero!"])
    made.pool.put(made.ask, 0, [Line("Line, zero", "model"), Line("Line one", "model")])
    assert text(do(made, "next_line")) == "Line one"


def test_a_line_to_come_is_swapped_before_it_was_ever_up() -> None:
    here = show(lines=3)
    first, second = here.upcoming().text, here.pool.shelf(here.ask).lines[1].text
    assert here.due(Do("swap"), 0.0) == [Changed()]
    assert here.upcoming().text == second
    assert (here.number, here.up) == (0, None)
    texts = [texts_of(here.due(Do("next_line"), at)) for at in (1.0, 2.0)]
    assert texts[0] == [second]
    assert [first] not in texts


def test_a_line_to_come_that_is_vetoed_is_judged_and_never_shown() -> None:
    here = show(lines=2)
    here.due(Do("next_line"), 0.0)
    coming = here.upcoming().text
    judged, changed = here.due(Do("veto_next"), 1.0)
    assert judged == Judgement("veto", coming, "Harbour Lights", "verse")
    assert changed == Changed()
    assert here.up is not None
    assert here.up.text != coming
    assert here.upcoming().origin == "safety"


def test_safety_lines_can_be_swapped_and_so_can_what_is_below_them() -> None:
    here = show()
    assert here.upcoming().text == "Hold the light"
    here.due(Do("swap"), 0.0)
    assert here.upcoming().text == "Row me home"
    here.due(Do("song", 2), 1.0)
    coming = here.upcoming().text
    here.due(Do("swap"), 2.0)
    assert here.upcoming().text != coming

import codecs
from itertools import pairwise
from typing import Any, Literal

import pytest

from stagelyric.setlist.setlist import Setlist
from stagelyric.setlist.triggers import On, Trigger, parse_do
from stagelyric.show.effects import Changed, Deferred, Effect, Judgement, Remark, Unjudged, Wanted
from stagelyric.show.ladder import Ladder, bare
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import Do
from stagelyric.types.events import Beat, Command, ControlChange, KeyPress, NoteOff, NoteOn, OscMessage, SongSelect
from stagelyric.types.lines import Cue, Line

SET: dict[str, Any] = {
    "title": "Friday",
    "triggers": [
        {"on": {"control": 80}, "do": "next_line"},
        {"on": {"control": 81}, "do": {"goto": "chorus"}, "quantize": "bar"},
        {"on": {"control": 11}, "do": {"wildness": "value"}},
        {"on": {"osc": "/go"}, "do": "next_line"},
        {"on": {"osc": "/go"}, "do": "keep"},
        {"on": {"bar": 4}, "do": "next_line"},
    ],
    "songs": [
        {
            "title": "Harbour Lights",
            "sections": [
                {"name": "verse", "safety": ["Hold the light", "Row me home"]},
                {"name": "chorus", "triggers": [{"on": {"control": 80}, "do": {"say": "Sing!"}}]},
            ],
        },
        {"title": "Second Song", "wildness": 0.9, "time_signature": "3/4"},
    ],
}


def show(lines: int = 0, **given: Any) -> Show:
    made = Show(Setlist.model_validate(SET | given.pop("set", {})), Pool(), seed=1967, **given)
    for ask in made.every_ask():
        made.pool.put(ask, 0, [Line(f"{ask.seed % 97} line {number}", "model") for number in range(lines)])
    return made


def do(made: Show, action: str, value: Any = None, at: float = 0.0) -> list[Effect]:
    return made.perform(Command(at, "test", Do(action, value)))  # type: ignore[arg-type]


def text(effects: list[Effect]) -> str:
    """The text of the one cue among the effects."""
    (cue,) = [effect for effect in effects if isinstance(effect, Cue)]
    assert cue.line is not None
    return cue.line.text


def remark(effects: list[Effect]) -> str:
    (found,) = effects
    assert isinstance(found, Remark)
    return found.text


def pedal(value: int, at: float, control: int = 80, previous: int = 0) -> ControlChange:
    return ControlChange(at, "midi", "FCB1010", 1, control, value, previous)


def test_presses_give_the_shelf_in_order_with_growing_numbers() -> None:
    made = show(lines=3)
    preview = made.upcoming().text
    cues = [do(made, "next_line")[0] for _ in range(3)]
    assert [cue.number for cue in cues if isinstance(cue, Cue)] == [1, 2, 3]
    assert preview == text(cues[:1])
    assert len({text([cue]) for cue in cues}) == 3


def test_the_preview_is_what_comes_whatever_rung_it_is_on() -> None:
    made = show(lines=1, kept={("Harbour Lights", "verse"): ["A kept line"]})
    for _ in range(8):
        preview = made.upcoming().text
        assert preview == made.state(120.0).next == text(do(made, "next_line"))


def test_the_ladder_goes_down_rung_by_rung_and_has_no_end() -> None:
    made = show(lines=1, kept={("Harbour Lights", "verse"): ["A kept line"]})
    origins = []
    for _ in range(7):
        (cue,) = do(made, "next_line")
        assert isinstance(cue, Cue)
        assert cue.line is not None
        origins.append((cue.line.origin, cue.line.text))
    assert [origin for origin, _ in origins] == ["model", "kept", *["safety"] * 5]
    assert [line for _, line in origins[2:]] == [
        "Hold the light",
        "Row me home",
        "Hold the light",
        "Row me home",
        "Hold the light",
    ]


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


def test_triggers_are_looked_up_in_section_song_set() -> None:
    made = show(lines=5)
    assert text(made.perform(pedal(127, at=1.0))).endswith("line 0")
    do(made, "next_section")
    assert text(made.perform(pedal(127, at=2.0))) == "Sing!"


def test_a_bouncing_contact_is_one_press() -> None:
    made = show(lines=9)
    fired = [bool(made.perform(pedal(127, at))) for at in (1.000, 1.010, 1.029, 1.031, 1.100)]
    assert fired == [True, False, False, True, True]


BOUNCING = ((1.000, 127), (1.004, 0), (1.010, 127), (1.500, 0), (1.506, 127), (1.511, 0), (3.0, 127), (3.4, 0))


@pytest.mark.parametrize(
    ("press", "wanted"), [("press", [1.000, 3.0]), ("release", [1.500, 3.4]), ("both", [1.000, 1.500, 3.0, 3.4])]
)
@pytest.mark.parametrize("written_for", ["set", "section"])
def test_a_bouncing_pedal_counts_once_on_its_way_down_and_once_on_its_way_up(
    press: Literal["press", "release", "both"], wanted: list[float], written_for: str
) -> None:
    made = show(lines=9)
    trigger = Trigger(on=On(control=90, press=press), do="next_line")
    made.learn(trigger, *(("Harbour Lights", made.section.name) if written_for == "section" else ()))
    found, before = [], 0
    for at, value in BOUNCING:
        if made.perform(ControlChange(at, "midi x", "x", 1, 90, value, before)):
            found.append(at)
        before = value
    assert found == wanted


def test_a_release_of_the_set_knows_of_a_press_that_a_section_took() -> None:
    made = show(lines=9)
    made.learn(Trigger(on=On(control=90), do="next_line"), "Harbour Lights", made.section.name)
    made.learn(Trigger(on=On(control=90, press="release"), do="next_section"))
    did = [made.perform(ControlChange(at, "midi x", "x", 1, 90, value, 127 - value)) for at, value in BOUNCING[:4]]
    assert [[type(effect) for effect in effects] for effects in did] == [[Cue], [], [], [Changed]]


def test_a_machine_lets_a_note_go_in_the_moment_in_which_it_strikes_it_anew() -> None:
    made = show(lines=9)
    made.learn(Trigger(on=On(note=60), do="next_line"))
    notes = [(0.0, True), (0.5, False), (0.5, True), (0.9, False), (0.91, True)]
    did = [
        made.perform(NoteOn(at, "midi x", "x", 1, 60, 100) if down else NoteOff(at, "midi x", "x", 1, 60))
        for at, down in notes
    ]
    assert [bool(effects) for effects in did] == [True, False, True, False, True]


def test_all_triggers_of_the_level_that_fires_are_done() -> None:
    made = show(lines=3)
    effects = made.perform(OscMessage(0.0, "osc", "/go", ()))
    assert [type(effect) for effect in effects] == [Cue, Judgement]


def test_a_knob_sets_the_wildness_and_the_shelf() -> None:
    made = show(lines=3)
    before = made.ask
    for number in range(128):
        assert made.perform(pedal(number, at=number / 1000, control=11)) == [Changed()]
    assert made.ask.wildness == 1.0
    assert before.wildness == 0.5
    assert text(do(made, "next_line")).endswith("line 0")  # lent by the shelf that is full


def test_a_quantised_press_is_deferred_and_done_when_due() -> None:
    made = show()
    (later,) = made.perform(pedal(127, 0.0, control=81))
    assert isinstance(later, Deferred)
    assert (later.do, later.quantize, made.section.name) == (Do("goto", "chorus"), "bar", "verse")
    assert made.due(later.do, later.at, later.quantize) == [Changed()]
    assert made.section.name == "chorus"


def test_the_beat_presses_too() -> None:
    made = show(lines=2)
    assert made.perform(Beat(0.0, "clock", 15.0)) == []
    assert text(made.perform(Beat(0.0, "clock", 16.0)))


def test_hold_keeps_the_line_against_everything_but_clear_and_panic() -> None:
    made = show(lines=4)
    up = text(do(made, "next_line"))
    do(made, "hold")
    for action, value in [("next_line", None), ("again", None), ("say", "x"), ("word", "rain")]:
        assert "on hold" in remark(do(made, action, value))
    assert (made.state(120.0).line, made.held) == (up, True)
    do(made, "clear")
    assert (made.held, made.cleared, made.state(120.0).line) == (True, True, "")
    do(made, "panic")
    assert made.held is False
    assert text(do(made, "next_line")) != up


def test_clear_takes_no_number_and_the_next_line_comes_back() -> None:
    made = show(lines=2)
    do(made, "next_line")
    (cue,) = do(made, "clear")
    assert isinstance(cue, Cue)
    assert (cue.line, cue.number) == (None, 1)
    assert text(do(made, "again")).endswith("line 0")
    assert made.number == 2


def test_again_is_a_cue_of_its_own() -> None:
    made = show(lines=2)
    assert "no line has been up" in remark(do(made, "again"))
    first = text(do(made, "next_line"))
    (cue,) = do(made, "again")
    assert isinstance(cue, Cue)
    assert (text([cue]), cue.number) == (first, 2)


def test_panic_and_clear_call_off_what_is_pending() -> None:
    made = show()
    (wanted,) = do(made, "word", "rain")
    assert isinstance(wanted, Wanted)
    do(made, "panic")
    assert made.answer(wanted, Line("Rain", "model")) == []


def test_a_word_is_written_now_and_each_time_anew() -> None:
    made = show()
    (first,), (second,) = do(made, "word", "rain"), do(made, "word", "rain")
    assert isinstance(first, Wanted)
    assert isinstance(second, Wanted)
    assert (first.ask.word, first.ask.seed == second.ask.seed) == ("rain", False)
    (cue,) = made.answer(first, Line("The rain is in", "model"))
    assert isinstance(cue, Cue)
    assert cue.line is not None
    assert (cue.line.text, cue.line.origin) == ("The rain is in", "word")


def test_a_word_that_no_one_writes_comes_from_the_pool_or_stands_alone() -> None:
    made = show()
    made.pool.put(made.ask, 0, [Line("Sun all day", "model"), Line("Here comes the rain", "model")])
    (wanted,) = do(made, "word", "rain")
    assert isinstance(wanted, Wanted)
    assert text(made.answer(wanted, None)) == "Here comes the rain"
    assert text(made.answer(wanted, None)) == "Rain"


def test_veto_puts_the_next_line_in_its_place_and_keep_keeps() -> None:
    made = show(lines=3)
    first = text(do(made, "next_line"))
    (kept,) = do(made, "keep")
    assert kept == Judgement("keep", first, "Harbour Lights", "verse")
    judged, cue = do(made, "veto")
    assert judged == Judgement("veto", first, "Harbour Lights", "verse")
    assert isinstance(cue, Cue)
    assert text([cue]) != first
    do(made, "clear")
    assert "no line is up" in remark(do(made, "veto"))


def test_a_press_too_soon_is_disregarded_visibly() -> None:
    made = show(lines=5, set={"min_gap_ms": 500})
    assert text(do(made, "next_line", at=1.0))
    assert "sooner than 500 ms" in remark(do(made, "next_line", at=1.4))
    assert text(do(made, "next_line", at=1.5))


def test_places_by_name_by_number_and_step_by_step() -> None:
    made = show()
    do(made, "goto", "CHORUS")
    assert made.section.name == "chorus"
    do(made, "goto", 1)
    assert made.section.name == "verse"
    do(made, "goto", "2")
    assert made.section.name == "chorus"
    assert 'no section after the last in "Harbour Lights"' in remark(do(made, "next_section"))
    assert 'no section "bridge"' in remark(do(made, "goto", "bridge"))
    do(made, "next_song")
    assert (made.song.title, made.section.name, made.beats_per_bar) == ("Second Song", "song", 3.0)
    assert "no song after the last" in remark(do(made, "next_song"))
    made.perform(SongSelect(0.0, "midi", "p", 0))
    assert made.song.title == "Harbour Lights"
    assert "no song before the first" in remark(do(made, "previous_song"))


def test_two_rigs_that_tell_each_other_come_to_rest() -> None:
    made = show()
    assert do(made, "clear")
    assert do(made, "clear") == []
    assert do(made, "goto", "verse") == []
    assert do(made, "song", "Harbour Lights") == []
    assert do(made, "panic")


def test_a_song_has_its_own_wildness_again() -> None:
    made = show()
    do(made, "wildness", 0.2)
    assert made.ask.wildness == 0.2
    do(made, "next_song")
    assert made.ask.wildness == 0.9


def test_the_shelves_that_can_come_next_come_first() -> None:
    made = show()
    assert made.asks() == made.every_ask()
    assert len({ask.seed for ask in made.asks()}) == 3


@pytest.mark.parametrize(("key", "fires"), [("PageDown", True), ("Enter", True), (" ", True), ("x", False)])
def test_page_turner_pedals_work_without_a_line_in_the_set(key: str, fires: bool) -> None:
    assert bool(show(lines=1).perform(KeyPress(0.0, "page", key))) is fires


def test_a_set_with_keys_of_its_own_has_only_those() -> None:
    made = show(lines=1, set={"triggers": [{"on": {"key": "x"}, "do": "next_line"}]})
    assert made.perform(KeyPress(0.0, "page", "PageDown")) == []
    assert text(made.perform(KeyPress(0.0, "page", "x")))


def test_the_same_presses_give_the_same_lines() -> None:
    def run() -> list[str]:
        made = show(lines=8)
        presses = [*["next_line"] * 3, "goto", *["next_line"] * 3, "veto", "next_song", "next_line"]
        effects = [effect for press in presses for effect in do(made, press, 2 if press == "goto" else None)]
        return [text([effect]) for effect in effects if isinstance(effect, Cue)]

    assert run() == run()
    assert len(run()) == 8


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


@pytest.mark.parametrize(("action", "expected"), [("word", Wanted), ("say", Cue)])
def test_a_trigger_takes_the_text_of_an_osc_message(action: str, expected: type) -> None:
    made = show(lines=1, set={"triggers": [{"on": {"osc": "/singer"}, "do": {action: "value"}}]})
    effects = made.perform(OscMessage(0.0, "osc", "/singer", ("har\x07bour", 3, "light")))
    assert isinstance(effects[0], expected)
    found = effects[0]
    told = found.ask.word if isinstance(found, Wanted) else found.line.text  # type: ignore[union-attr]
    assert told == "har bour light"
    assert made.perform(OscMessage(1.0, "osc", "/singer", (3,))) == []


def test_a_text_of_a_message_is_judged_and_what_is_refused_is_not_repeated() -> None:
    made = show(lines=1, set={"triggers": [{"on": {"osc": "/singer"}, "do": {"say": "value"}}]})
    said = remark(made.perform(OscMessage(0.0, "osc", "/singer", ("oh shit",))))
    assert "shit" not in said
    assert "shit" not in remark(do(made, "goto", "shit creek"))
    assert '"nowhere"' in remark(do(made, "goto", "nowhere"))


def test_only_an_osc_trigger_has_a_text_to_take() -> None:
    with pytest.raises(ValueError, match="takes the text of an OSC message"):
        show(set={"triggers": [{"on": {"control": 3}, "do": {"word": "value"}}]})


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e300, float("inf"), float("nan"), 2.5, True, 0])
def test_a_number_of_any_size_is_refused_in_a_sentence(number: float) -> None:
    with pytest.raises(ValueError, match="wanted a title or a number from 1"):
        parse_do({"goto": number})


def test_the_state_tells_the_wildness_and_the_bar() -> None:
    here = show()
    assert (here.state(96.0).wildness, here.state(96.0).beats_per_bar) == (0.5, 4.0)
    here.due(Do("wildness", 0.8), 0.0)
    assert here.state(96.0).wildness == 0.8
    here.due(Do("song", 2), 0.0)
    assert (here.state(96.0).wildness, here.state(96.0).beats_per_bar) == (0.9, 3.0)


def texts_of(effects: list[Effect]) -> list[str]:
    return [effect.line.text for effect in effects if isinstance(effect, Cue) and effect.line is not None]


# What comes from outside is judged; what the band has written is not.

UNFIT = codecs.decode("shpx", "rot13")
DISGUISED = [UNFIT, UNFIT.replace("u", "*"), " ".join(UNFIT), UNFIT.replace("c", "\u0441"), "\u200b".join(UNFIT) + "er"]


@pytest.mark.parametrize("written", DISGUISED)
def test_what_is_said_from_outside_is_fit_for_a_family(written: str) -> None:
    made = show(3)
    do(made, "next_line")
    assert "not for a family" in remark(do(made, "say", f"Oh {written} it"))
    assert made.state(120).line.endswith("line 0")


@pytest.mark.parametrize("written", DISGUISED)
def test_an_unfit_word_gives_a_line_without_it(written: str) -> None:
    made = show(3)
    effects = do(made, "word", written)
    assert "not for a family" in remark(effects[:1])
    assert text(effects).endswith("line 0")


def test_an_unfit_word_of_a_trigger_never_stands_alone() -> None:
    made = show(3)
    (wanted,) = made.due(Do("word", UNFIT), 0.0)
    assert isinstance(wanted, Wanted)
    assert text(made.answer(wanted, None)).endswith("line 0")


def test_what_the_band_avoids_is_not_said_from_outside() -> None:
    made = show(3, set={"avoid": ["Baby", "the end"]})
    said = remark(do(made, "say", "My baby, oh"))
    assert "avoids" in said
    assert "baby" not in said.casefold()  # what was refused is not repeated
    assert "avoids" in remark(do(made, "say", "This is THE END"))
    assert text(do(made, "say", "The ending")) == "The ending"


def test_a_band_that_plays_for_no_family_may_say_what_it_likes() -> None:
    made = show(3, set={"family_friendly": False})
    assert text(do(made, "say", f"Oh {UNFIT} it")) == f"Oh {UNFIT} it"
    assert any(isinstance(effect, Remark) for effect in do(made, "word", UNFIT))
    assert isinstance(do(made, "word", "damn")[0], Wanted)


def test_the_bands_own_words_are_not_judged() -> None:
    section = {"name": "verse", "safety": ["Oh hell"], "triggers": [{"on": {"control": 80}, "do": {"say": "Damn it"}}]}
    made = show(set={"songs": [{"title": "Hell", "sections": [section]}]})
    assert text(do(made, "next_line")) == "Oh hell"
    assert text(made.perform(pedal(127, 1.0))) == "Damn it"


def test_a_song_that_names_no_one_is_given_a_person_and_a_place() -> None:
    from stagelyric.show.asks import ask_for
    from stagelyric.words import name_bank

    songs = [{"title": "Unnamed"}, {"title": "Named", "names": ["Polly"]}, {"title": "None", "names": []}]
    made = Setlist.model_validate({"title": "Friday", "songs": songs})
    asked = [ask_for(made, song, song.sections[0], seed=3).names for song in made.songs]
    assert asked == [name_bank.cast("Unnamed", 3), ("Polly",), ()]


LONG = "vw xq " * 60


def test_a_text_that_takes_long_to_judge_is_judged_beside_the_loop() -> None:
    made = show(3)
    (unjudged,) = do(made, "say", LONG + UNFIT)
    assert isinstance(unjudged, Unjudged)
    why = made.unfit(unjudged.do)
    assert why is not None
    assert "not for a family" in remark(made.judged(unjudged, why))
    (unjudged,) = do(made, "say", LONG)
    assert isinstance(unjudged, Unjudged)
    assert text(made.judged(unjudged, None)) == LONG.strip()


def test_a_text_that_is_still_being_judged_is_called_off_by_a_clear() -> None:
    made = show(3)
    (unjudged,) = do(made, "say", LONG)
    assert isinstance(unjudged, Unjudged)
    do(made, "clear")
    assert made.judged(unjudged, None) == []


def test_the_text_of_a_trigger_is_judged_and_waits_for_its_beat() -> None:
    said = {"on": {"osc": "/says"}, "do": {"say": "value"}, "quantize": "bar"}
    made = show(3, set={"triggers": [said]})
    (deferred,) = made.perform(OscMessage(0.0, "osc", "/says", ("Good evening",)))
    assert isinstance(deferred, Deferred)
    assert (deferred.do, deferred.quantize) == (Do("say", "Good evening"), "bar")
    assert "not for a family" in remark(made.perform(OscMessage(1.0, "osc", "/says", (UNFIT,))))

from typing import Literal

import pytest

from stagelyric.setlist.triggers import On, Trigger
from stagelyric.show.effects import Changed, Deferred, Judgement, Wanted
from stagelyric.types.actions import Do
from stagelyric.types.events import Beat, ControlChange, KeyPress, NoteOff, NoteOn, OscMessage, SongSelect
from stagelyric.types.lines import Cue, Line

from .friday import do, pedal, remark, show, text


def test_presses_give_the_shelf_in_order_with_growing_numbers() -> None:
    made = show(lines=3)
    preview = made.upcoming().text
    cues = [do(made, "next_line")[0] for _ in range(3)]
    assert [cue.number for cue in cues if isinstance(cue, Cue)] == [1, 2, 3]
    assert preview == text(cues[:1])
    assert len({text([cue]) for cue in cues}) == 3


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
    assert 'this is the last section of "Harbour Lights"' in remark(do(made, "next_section"))
    assert 'no section "bridge"' in remark(do(made, "goto", "bridge"))
    do(made, "next_song")
    assert (made.song.title, made.section.name, made.beats_per_bar) == ("Second Song", "song", 3.0)
    assert "this is the last song of the set" in remark(do(made, "next_song"))
    made.perform(SongSelect(0.0, "midi", "p", 0))
    assert made.song.title == "Harbour Lights"
    assert "this is the first song of the set" in remark(do(made, "previous_song"))


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


def test_between_two_songs_the_state_tells_whose_line_is_up() -> None:
    here = show()
    do(here, "next_line")
    here.due(Do("song", 2), 1.0)
    between = here.state(96.0)
    assert between.line
    assert (between.song, between.line_song) == ("Second Song", "Harbour Lights")
    do(here, "clear")
    assert (here.state(96.0).line, here.state(96.0).line_song) == ("", "Harbour Lights")
    do(here, "next_line")
    assert here.state(96.0).line_song == "Second Song"


def test_the_state_tells_the_wildness_and_the_bar() -> None:
    here = show()
    assert (here.state(96.0).wildness, here.state(96.0).beats_per_bar) == (0.5, 4.0)
    here.due(Do("wildness", 0.8), 0.0)
    assert here.state(96.0).wildness == 0.8
    here.due(Do("song", 2), 0.0)
    assert (here.state(96.0).wildness, here.state(96.0).beats_per_bar) == (0.9, 3.0)

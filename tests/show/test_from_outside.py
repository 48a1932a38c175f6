"""Words and texts that come from outside are judged; what the band has written is not."""

import codecs

import pytest

from stagelyric.setlist.setlist import Setlist
from stagelyric.setlist.triggers import parse_do
from stagelyric.show.effects import Deferred, Remark, Unjudged, Wanted
from stagelyric.types.actions import Do
from stagelyric.types.events import OscMessage
from stagelyric.types.lines import Cue

from .friday import do, pedal, remark, show, text

UNFIT = codecs.decode("shpx", "rot13")
DISGUISED = [UNFIT, UNFIT.replace("u", "*"), " ".join(UNFIT), UNFIT.replace("c", "\u0441"), "\u200b".join(UNFIT) + "er"]


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

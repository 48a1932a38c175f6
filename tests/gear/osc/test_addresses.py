"""What each address does with each kind of argument."""

import math
from typing import get_args

import pytest

from stagelyric.gear.osc.addresses import ADDRESSES, TABLE, Arguments, Kind, port_number
from stagelyric.gear.osc.packets import MalformedError
from stagelyric.types.actions import Action, Do
from stagelyric.types.events import Beat, Command, Event, Tempo

PRESSES: dict[str, Action] = {
    "line": "next_line",
    "again": "again",
    "hold": "hold",
    "clear": "clear",
    "panic": "panic",
    "keep": "keep",
    "veto": "veto",
    "swap": "swap",
    "veto/next": "veto_next",
    "song/next": "next_song",
    "song/previous": "previous_song",
    "section/next": "next_section",
    "section/previous": "previous_section",
}


def event(name: str, *arguments: object) -> Event | None:
    make = TABLE[f"/stagelyric/{name}"].event
    assert make is not None
    given: Arguments = arguments  # type: ignore[assignment]
    return make(2.5, "osc test", given)


def do(name: str, *arguments: object) -> Do | None:
    made = event(name, *arguments)
    if made is None:
        return None
    assert isinstance(made, Command)
    assert (made.at, made.source) == (2.5, "osc test")
    return made.do


@pytest.mark.parametrize("name", PRESSES)
def test_a_press_fires_and_a_release_does_not(name: str) -> None:
    for arguments in [(), (1,), (1.0,), (True,), (127,), (0.3,), (-1,), (None,)]:
        assert do(name, *arguments) == Do(PRESSES[name])
    for released in (0, 0.0, -0.0, False):
        assert do(name, released) is None


@pytest.mark.parametrize("arguments", [("bang",), (1, 1), (b"x",), (math.nan,), (math.inf,), (0, 0)])
def test_a_press_takes_one_number_or_nothing(arguments: tuple[object, ...]) -> None:
    with pytest.raises(MalformedError):
        do("line", *arguments)


def test_text_is_one_or_more_words() -> None:
    assert do("word", "harbour") == Do("word", "harbour")
    assert do("word", "harbour", "lights") == Do("word", "harbour lights")
    assert do("say", "Hold the light — Montréal 🎤") == Do("say", "Hold the light — Montréal 🎤")
    assert do("say", 99.0, "red", "balloons", 2, 0.5) == Do("say", "99 red balloons 2 0.5")
    assert do("say", "two\nlines\x1b[2J  and\u2028more") == Do("say", "two lines [2J and more")
    assert do("say", "0") == Do("say", "0")
    assert do("say", 5.0) == Do("say", "5")
    assert do("say", 0.0) is None


@pytest.mark.parametrize("arguments", [(), ("",), (" \n",), (True,), (b"x",), ("x", None), ("x", True), (math.nan,)])
@pytest.mark.parametrize("name", ["say", "word"])
def test_text_must_be_there(name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(MalformedError):
        do(name, *arguments)


@pytest.mark.parametrize(("name", "action"), [("song", "song"), ("section", "goto")])
def test_a_place_is_a_title_or_a_number_from_one(name: str, action: Action) -> None:
    assert do(name, "Harbour Lights") == Do(action, "Harbour Lights")
    assert do(name, "Harbour", "Lights", 2.0) == Do(action, "Harbour Lights 2")
    assert do(name, "2") == Do(action, "2")
    for two in (2, 2.0):
        found = do(name, two)
        assert found == Do(action, 2)
        assert found is not None
        assert type(found.value) is int
    assert do(name, True) == Do(action, 1)
    assert do(name, 0.0) is None
    for wrong in [(), ("",), (2.5,), (-1,), (math.inf,), (None,), (b"x",)]:
        with pytest.raises(MalformedError):
            do(name, *wrong)


def test_wildness_is_from_zero_to_one() -> None:
    for sent, value in [(0, 0.0), (0.0, 0.0), (False, 0.0), (0.7, 0.7), (1, 1.0), (True, 1.0)]:
        assert do("wildness", sent) == Do("wildness", value)
    for wrong in [(), (1.01,), (-0.01,), (64,), (math.nan,), ("0.5",), (0.5, 0.5), (None,)]:
        with pytest.raises(MalformedError):
            do("wildness", *wrong)


def test_speech_is_off_or_on() -> None:
    for off in (0, 0.0, False):
        assert do("speech", off) == Do("speech_off")
    for on in (1, 1.0, True, 127):
        assert do("speech", on) == Do("speech_on")
    for wrong in [(), ("on",), (math.nan,), (1, 1)]:
        with pytest.raises(MalformedError):
            do("speech", *wrong)


def test_tempo_and_beat_drive_the_clock() -> None:
    assert event("tempo", 96) == Tempo(2.5, "osc test", 96.0)
    assert event("beat", 0) == Beat(2.5, "osc test", 0.0)
    assert event("beat", 33.5) == Beat(2.5, "osc test", 33.5)
    for name, wrong in [
        ("tempo", 0),
        ("tempo", 19),
        ("tempo", 1000),
        ("tempo", "96"),
        ("beat", -1),
        ("beat", math.inf),
    ]:
        with pytest.raises(MalformedError):
            event(name, wrong)


def test_a_port_is_the_senders_own_unless_it_is_given() -> None:
    for own in [(), (1,), (1.0,), (True,), (None,)]:
        assert port_number(own) is None
    assert port_number((9001,)) == 9001
    assert port_number((9001.0,)) == 9001
    wrongs: list[Arguments] = [(53,), (65536,), (9001.5,), ("9001",), (9001, 1), (math.nan,), (-1,)]
    for wrong in wrongs:
        with pytest.raises(MalformedError):
            port_number(wrong)


def test_the_table_names_every_address_once_and_says_what_it_does() -> None:
    assert len(TABLE) == len(ADDRESSES) == 25
    for entry in ADDRESSES:
        assert entry.address.startswith("/stagelyric/")
        assert entry.does
        assert entry.argument in get_args(Kind)
    with pytest.raises(TypeError):
        TABLE["/x"] = ADDRESSES[0]  # type: ignore[index]

"""Which ports are to be open, and what people are told: names in, orders and sayings out; no driver."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.midi.ports import Roster


class Told(list[tuple[str, str]]):
    def __init__(self) -> None:
        super().__init__()
        self.lasting: dict[str, str] = {}  # warnings that are not over, by what they are about

    def __call__(self, text: str, level: str, about: str) -> None:
        self.append((level, text))
        if level == "warning":
            self.lasting[about] = text
        else:
            self.lasting.pop(about, None)

    @property
    def warnings(self) -> list[str]:
        return [text for level, text in self if level == "warning"]


def roster(*wanted: str, everything: bool = True) -> tuple[Roster, Told]:
    told = Told()
    return Roster(wanted, "MIDI input", told, everything), told


def open_all(roster: Roster, orders: list[dict[str, Any]]) -> list[str]:
    opened = [order["open"] for order in orders if "open" in order]
    for number, _ in opened:
        roster.opened(number)
    return [name for _, name in opened]


def test_with_nothing_wanted_every_port_is_opened_but_the_loopback() -> None:
    midi, told = roster()
    orders = midi.update(["Midi Through:Midi Through Port-0 14:0", "FCB1010:FCB1010 MIDI 1 20:0", "seq:out"])
    assert open_all(midi, orders) == ["FCB1010:FCB1010 MIDI 1 20:0", "seq:out"]
    assert midi.open_names == ("FCB1010:FCB1010 MIDI 1", "seq:out")
    assert told == [
        ("info", 'MIDI input "FCB1010:FCB1010 MIDI 1" is open'),
        ("info", 'MIDI input "seq:out" is open'),
    ]
    assert midi.update(["seq:out", "FCB1010:FCB1010 MIDI 1 20:0"]) == []


def test_the_loopback_is_opened_where_it_is_wanted() -> None:
    midi, _ = roster("through")
    assert open_all(midi, midi.update(["Midi Through:Midi Through Port-0 14:0"]))


def test_outputs_are_opened_only_where_they_are_wanted() -> None:
    assert roster(everything=False)[0].update(["synth:in"]) == []


def test_a_wanted_port_is_matched_by_part_of_its_name() -> None:
    midi, told = roster("fcb", "SEQ")
    assert open_all(midi, midi.update(["keys:out", "seq:out", "FCB1010 MIDI 1 20:0"])) == [
        "FCB1010 MIDI 1 20:0",
        "seq:out",
    ]
    assert told.warnings == []


def test_two_that_match_are_told_once_with_both_names() -> None:
    midi, told = roster("pedal")
    for _ in range(3):
        assert midi.update(["pedal-left:out", "pedal-right:out"]) == []
    (warning,) = told.warnings
    assert "'pedal-left:out' and 'pedal-right:out'" in warning
    assert list(told.lasting.values()) == [warning]
    assert open_all(midi, midi.update(["pedal-left:out"])) == ["pedal-left:out"]
    assert told.lasting == {}


def test_a_port_that_is_missing_is_told_once_and_taken_up() -> None:
    midi, told = roster("FCB1010")
    for _ in range(3):
        midi.update(["seq:out"])
    (warning,) = told.warnings
    assert 'no MIDI input matches "FCB1010"' in warning
    assert "'seq:out'" in warning
    assert list(told.lasting.values()) == [warning]
    open_all(midi, midi.update(["seq:out", "FCB1010 24:0"]))
    assert told[-1] == ("info", 'MIDI input "FCB1010" is open')
    assert told.lasting == {}


def test_a_port_that_comes_back_renumbered_is_the_same_port() -> None:
    for wanted in ((), ("fcb",)):
        midi, told = roster(*wanted)
        for number in range(3):
            open_all(midi, midi.update([f"FCB1010 {20 + number}:0"]))
            assert told.lasting == {}
            for _ in range(2):
                midi.update([])
            assert len(told.lasting) == 1
        gone = 'MIDI input "FCB1010" is gone; it is taken up again when it is back'
        assert told.warnings == [gone] * 3
        assert [text for level, text in told if level == "info"] == [
            'MIDI input "FCB1010" is open',
            'MIDI input "FCB1010" is back',
            'MIDI input "FCB1010" is back',
        ]
        assert midi.open_names == ()


def test_renumbered_between_two_looks_it_is_closed_and_opened() -> None:
    midi, _ = roster("fcb")
    open_all(midi, midi.update(["FCB1010 20:0"]))
    close, opening = midi.update(["FCB1010 24:0"])
    assert "close" in close
    assert opening["open"][1] == "FCB1010 24:0"
    assert opening["open"][0] != close["close"]


def test_a_port_that_does_not_open_is_tried_again_and_told_once() -> None:
    midi, told = roster()
    for _ in range(4):
        (order,) = midi.update(["held:out"])
        midi.failed(order["open"][0], "busy")
    assert len(told.warnings) == 1
    assert "busy" in told.warnings[0]
    open_all(midi, midi.update(["held:out"]))
    assert told[-1] == ("info", 'MIDI input "held:out" is open')


def test_a_driver_that_died_takes_every_port_with_it() -> None:
    midi, told = roster()
    open_all(midi, midi.update(["a:out", "b:out"]))
    midi.lose_all()
    assert len(told.warnings) == 2
    assert midi.open_names == ()
    open_all(midi, midi.update(["a:out"]))
    assert told[-1] == ("info", 'MIDI input "a:out" is back')


def test_answers_about_ports_that_are_gone_change_nothing() -> None:
    midi, told = roster()
    midi.opened(99)
    midi.failed(99, "?")
    assert told == []


names = st.sampled_from(["pedal 20:0", "pedal 24:0", "keys:out", "Midi Through 14:0", "pads"])


@given(st.lists(names, max_size=2), st.lists(st.lists(names, unique=True), max_size=8))
def test_what_is_open_is_always_there(wanted: list[str], looks: list[list[str]]) -> None:
    midi, _ = roster(*wanted)
    is_open: dict[int, str] = {}
    for look in looks:
        for order in midi.update(look):
            if "close" in order:
                del is_open[order["close"]]
            else:
                number, name = order["open"]
                assert number not in is_open
                is_open[number] = name
                midi.opened(number)
        assert set(is_open.values()) <= set(look)
        assert len(midi.open_names) == len(is_open)

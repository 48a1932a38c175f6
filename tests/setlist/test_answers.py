"""Which events fire which triggers: `fires`, `edge`, `means`, `same_contact` beside one another; what is a press."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stagelyric.setlist.contacts import Presses
from stagelyric.setlist.triggers import FROM_EVENT, On, Trigger, event_text, event_value, parse_do, resolved, write_do
from stagelyric.types.actions import ACTIONS, TABLE, Do
from stagelyric.types.events import (
    EVENT_KINDS,
    Beat,
    ControlChange,
    Event,
    KeyPress,
    NoteOff,
    NoteOn,
    OscMessage,
    PadPress,
    ProgramChange,
)

small = st.integers(0, 2)
places = {"at": st.just(0.0), "source": st.just("x"), "port": st.sampled_from(["A", "b"]), "channel": st.integers(1, 2)}
plain = {"at": st.just(0.0), "source": st.just("x")}
levels = st.sampled_from([0, 1, 63, 64, 100, 127])
keys = st.sampled_from([" ", "Space", "space", "b", "B", "Esc", "Escape"])
numbers = st.sampled_from([0, 0.0, False, True, 1, 0.25, 3, 127.0, -1.0])
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(NoteOn, **places, note=small, velocity=st.integers(1, 127)),
    st.builds(NoteOff, **places, note=small),
    st.builds(ControlChange, **places, control=small, value=levels, previous=levels),
    st.builds(ProgramChange, **places, program=small, bank=st.none() | small),
    st.builds(
        OscMessage, **plain, address=st.sampled_from(["/a", "/b"]),
        arguments=st.lists(numbers | st.sampled_from(["", " so ", "é\n"]) | st.none(), max_size=3).map(tuple),
    ),
    st.builds(KeyPress, **plain, key=keys, released=st.booleans()),
    st.builds(PadPress, **plain, pad=st.sampled_from(["A", "B"]), released=st.booleans()),
    st.builds(Beat, **plain, beat=st.integers(0, 24).map(lambda half: half / 2)),
)  # fmt: skip
what = st.one_of(
    *(st.builds(lambda number, name=name: {name: number}, small) for name in ("note", "control", "program")),
    st.builds(lambda key: {"key": key}, keys), st.builds(lambda pad: {"pad": pad}, st.sampled_from(["A", "B"])),
    st.builds(lambda address: {"osc": address}, st.sampled_from(["/a", "/b"])),
    *(st.builds(lambda number, name=name: {name: number}, st.integers(1, 3)) for name in ("beat", "bar")),
)  # fmt: skip
further = st.fixed_dictionaries({}, optional={
    "channel": st.integers(1, 2), "port": st.sampled_from(["A", "b"]), "bank": small,
    "press": st.sampled_from(["press", "release", "both"]), "threshold": levels.filter(bool),
})  # fmt: skip


def contact(one: dict[str, Any], more: dict[str, Any]) -> On:
    """A bank is a program's alone, which has no release; a channel is what MIDI has."""
    kind = On.model_validate(one).kind
    none = {"press"} if kind.no_release else {"bank"}
    none |= set() if kind.placed else {"channel", "port"}
    return On.model_validate(one | {key: value for key, value in more.items() if key not in none})


contacts = st.builds(contact, what, further)


@settings(max_examples=60)
@given(st.lists(contacts, min_size=2, max_size=12, unique_by=str), st.lists(events, min_size=1, max_size=12))
def test_two_that_one_message_fires_are_of_the_same_contact(ons: list[On], heard: list[Event]) -> None:
    """All but the clock's: a fourth beat is a second one, too."""
    for event in heard:
        firing = [on for on in ons if on.fires(event) and not isinstance(event, Beat)]
        for one in firing:
            assert all(one.same_contact(other) for other in firing)


@settings(max_examples=60)
@given(contacts, contacts)
def test_to_be_the_same_contact_is_mutual_and_everyone_s_with_himself(one: On, other: On) -> None:
    assert one.same_contact(one)
    assert one.same_contact(other) == other.same_contact(one)
    assert one.same_contact(On.model_validate(one.model_dump(exclude_defaults=True)))


@pytest.mark.parametrize(("one", "other"), [(" ", "Space"), ("space", "Spacebar"), ("b", "B"), ("Esc", "escape")])
def test_a_key_is_the_same_contact_in_each_of_its_spellings(one: str, other: str) -> None:
    assert On(key=one).same_contact(On(key=other))
    assert not On(key=one).same_contact(On(key="PageDown"))


@settings(max_examples=60)
@given(contacts, st.lists(events, min_size=1, max_size=20), st.sampled_from([2.0, 3.0, 3.5]))
def test_what_fires_is_meant_and_reached_and_goes_the_way_that_was_asked_for(
    on: On, heard: list[Event], beats: float
) -> None:
    for event in heard:
        edge = on.edge(event)
        if isinstance(event, Beat):
            every = (on.beat or 0) + (on.bar or 0) * beats
            assert on.fires(event, beats) == bool(every and event.beat and not event.beat % every)
            assert edge is None
            continue
        if edge is not None:
            assert on.means(event)
            assert on.reaches(event)
        if on.kind.no_release:
            assert on.fires(event) == (edge is not None)
        else:
            assert on.fires(event) == (edge is not None and on.press in ("both", "press" if edge else "release"))
        if on.moves(event):
            assert on.means(event)
            assert on.reaches(event)


@settings(max_examples=60)
@given(what, st.lists(events, min_size=1, max_size=20))
def test_a_channel_or_a_port_only_ever_takes_away(one: dict[str, Any], heard: list[Event]) -> None:
    wide = On.model_validate(one)
    for narrow in ({"channel": 1}, {"port": "a"}, {"bank": 1}):
        for event in heard:
            if On.model_validate(one | narrow).fires(event):
                assert wide.fires(event)


@settings(max_examples=60)
@given(st.lists(events, min_size=1, max_size=20))
def test_an_event_s_own_value_is_a_share_and_its_text_is_one_line(heard: list[Event]) -> None:
    for event in heard:
        value, text = event_value(event), event_text(event)
        assert value is None or 0 <= value <= 1
        assert text is None or (text == " ".join(text.split()) != "" and isinstance(event, OscMessage))
        share, word = Do("wildness", FROM_EVENT), Do("word", FROM_EVENT)
        assert resolved(share, event) == (None if value is None else Do("wildness", value))
        assert resolved(word, event) == (None if text is None else Do("word", text))
        assert resolved(Do("goto", 3), event) == Do("goto", 3)


share = st.floats(0, 1)
good_values = {
    "nothing": st.none(), "text": st.text(min_size=1).map(str.strip).filter(bool),
    "place": st.integers(1, 1_000_000) | st.text(min_size=1).filter(str.strip), "share": share | st.just(FROM_EVENT),
}  # fmt: skip


@settings(max_examples=60)
@given(st.sampled_from(TABLE).flatmap(lambda row: st.builds(Do, st.just(row.name), good_values[row.takes])))
def test_what_is_done_is_written_and_read_again(do: Do) -> None:
    written = write_do(do)
    assert parse_do(written) == do
    assert parse_do(do) is do
    assert isinstance(written, str) == (ACTIONS[do.action].takes == "nothing")


@pytest.mark.parametrize("action", [row.name for row in TABLE if row.takes == "nothing"])
def test_what_takes_no_value_may_be_sent_with_a_button_s_1(action: str) -> None:
    nothing: list[object] = [None, True, 1, {}]
    for pressed in nothing:
        assert write_do(parse_do({action: pressed})) == action
    for other in (0, False, 2, "x", [], [1]):
        with pytest.raises(ValueError, match=f'"{action}" takes no value, found'):
            parse_do({action: other})


@pytest.mark.parametrize("number", [0, -1, 1.5, 1_000_001, float("nan"), float("inf"), True, 10**40])
def test_a_place_is_a_whole_number_from_1(number: float) -> None:
    with pytest.raises(ValueError, match="goto: wanted a title or a number from 1, found") as caught:
        parse_do({"goto": number})
    assert len(str(caught.value)) < 120


def test_a_place_may_be_sent_as_a_float_and_is_a_whole_number_then() -> None:
    found = parse_do({"song": 2.0})
    assert found == Do("song", 2)
    assert isinstance(found.value, int)


@pytest.mark.parametrize("found", ["x" * 9999, ["x" * 9999], {"say": ["x" * 9999]}, {"x" * 9999: 1}], ids=range(4))
def test_however_long_what_was_found_the_sentence_is_short(found: object) -> None:
    with pytest.raises(ValueError, match=r"wanted|unknown") as caught:
        parse_do(found)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("on", [kind.name for kind in EVENT_KINDS if kind.text is None])
def test_a_text_is_taken_from_what_has_texts_only(on: str) -> None:
    value = "b" if on in ("key", "pad") else 1
    with pytest.raises(ValidationError, match=r'word = "value" takes the text of an OSC message: wanted on = \{ osc'):
        Trigger.model_validate({"on": {on: value}, "do": {"word": FROM_EVENT}})
    knob = Trigger.model_validate({"on": {on: value}, "do": {"wildness": FROM_EVENT}})
    assert knob.continuous()
    assert not Trigger.model_validate({"on": {on: value}, "do": {"wildness": 0.5}}).continuous()


@pytest.mark.parametrize(("quantize", "right"), [("now", True), ("bar", True), (0.5, True), (0, False), (-1, False)])
def test_a_trigger_waits_for_a_beat_to_come(quantize: object, right: bool) -> None:
    given = {"on": {"key": "b"}, "do": "keep", "quantize": quantize}
    if right:
        assert Trigger.model_validate(given).quantize == quantize
    else:
        with pytest.raises(ValidationError):
            Trigger.model_validate(given)


times = st.lists(st.integers(0, 400), min_size=1, max_size=40).map(sorted)


@settings(max_examples=60)
@given(times, st.data(), st.sampled_from([0, 30, 100]), st.sampled_from(["press", "release", "both"]))
def test_what_counts_is_apart_by_the_time_of_a_bounce(
    at: list[int], data: st.DataObject, debounce: int, press: str
) -> None:
    on = {"key": "b", "debounce_ms": debounce, "press": press}
    trigger, presses = Trigger.model_validate({"on": on, "do": "next_line"}), Presses()
    counted, moved = list[float](), list[bool]()
    for time in at:
        event = KeyPress(time / 1000, "page", "b", released=data.draw(st.booleans()))
        presses.hear(event)
        heard = presses.of(trigger, event)
        assert heard is not None
        assert heard.fires == trigger.on.fires(event)
        moved.append(heard.counts)
        if heard.fires and heard.counts:
            counted.append(event.at)
    assert all(later - earlier >= debounce / 1000 - 1e-9 for earlier, later in pairwise(counted))
    if debounce == 0 and press == "both":
        assert all(moved)  # nothing bounces where no time is given for it


@settings(max_examples=40)
@given(st.lists(st.integers(60, 400), min_size=1, max_size=12), st.integers(1, 59))
def test_clean_presses_count_however_they_follow_one_another(gaps: list[int], held: int) -> None:
    """Each is held for less than the debounce, or longer; those of a note that only presses fire."""
    trigger, presses = Trigger.model_validate({"on": {"note": 60}, "do": "next_line"}), Presses()
    time, count = 0, 0
    for gap in gaps:
        time += gap
        for event in (NoteOn(time / 1000, "m", "p", 1, 60, 9), NoteOff((time + held) / 1000, "m", "p", 1, 60)):
            presses.hear(event)
            heard = presses.of(trigger, event)
            assert heard is not None
            count += heard.fires and heard.counts
    assert count == len(gaps)


def test_a_pedal_that_bounces_when_the_foot_lifts_is_not_pressed_again() -> None:
    trigger, presses = Trigger.model_validate({"on": {"control": 80}, "do": "next_line"}), Presses()
    told, previous = list[bool](), 0
    for at, value in [(1.0, 127), (1.5, 0), (1.501, 127), (1.502, 0), (1.8, 127)]:
        event = ControlChange(at, "m", "p", 1, 80, value, previous)
        previous = value
        presses.hear(event)
        heard = presses.of(trigger, event)
        assert heard is not None
        told.append(heard.fires and heard.counts)
    assert told == [True, False, False, False, True]


def test_two_triggers_of_one_contact_count_for_themselves() -> None:
    first, second = (
        Trigger.model_validate({"on": {"note": 60, "debounce_ms": wait}, "do": "keep"}) for wait in (30, 300)
    )
    presses, counts = Presses(), list[tuple[bool, bool]]()
    for at in (1.0, 1.1, 1.4):
        event = NoteOn(at, "m", "p", 1, 60, 9)
        presses.hear(event)
        one, other = presses.of(first, event), presses.of(second, event)
        assert one is not None
        assert other is not None
        counts.append((one.counts, other.counts))
    assert counts == [(True, True), (True, False), (True, True)]


def test_knobs_and_the_clock_never_bounce() -> None:
    knob = Trigger.model_validate({"on": {"control": 7, "debounce_ms": 9999}, "do": {"wildness": FROM_EVENT}})
    bar = Trigger.model_validate({"on": {"bar": 1, "debounce_ms": 9999}, "do": "next_line"})
    presses = Presses()
    for number in range(1, 9):
        turned = ControlChange(number / 1000, "m", "p", 1, 7, number, number - 1)
        beat = Beat(number / 1000, "clock", float(number))
        for event in (turned, beat):
            presses.hear(event)
            for trigger, own in ((knob, turned), (bar, beat)):
                heard = presses.of(trigger, event, beats_per_bar=2.0)
                wanted = event is own and (own is turned or number % 2 == 0)
                assert (heard is not None and heard.fires and heard.counts) == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("FCB1010", "fcb", True),
        ("FCB1010 MIDI 1", "fcb1010 midi", True),
        ("FCB1010", "SoftStep", False),
        (None, "FCB", True),
    ],
)
def test_a_port_is_part_of_a_name(one: str | None, other: str, same: bool) -> None:
    assert On(note=36, port=one).same_contact(On(note=36, port=other)) == same

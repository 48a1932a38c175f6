"""What holds for every kind of event, whichever there are."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.setlist.triggers import On
from stagelyric.stage import replay
from stagelyric.types import events
from stagelyric.types.events import BY_EVENT, EVENT_KINDS, AnyKind, Event, Whole

CLASSES = sorted(
    (found for found in vars(events).values() if isinstance(found, type) and issubclass(found, Event)),
    key=lambda found: found.__name__,
)
BOUNDS = {
    "channel": st.integers(1, 16), "note": st.integers(0, 127), "control": st.integers(0, 119),
    "program": st.integers(0, 127), "value": st.integers(0, 127), "previous": st.integers(0, 127),
    "velocity": st.integers(1, 127), "bank": st.none() | st.integers(0, 16383),
    "bank_alone": st.none() | st.integers(0, 127), "address": st.text(min_size=0, max_size=9).map(lambda t: f"/{t}"),
    "arguments": st.lists(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=9) | st.binary(max_size=9), max_size=3,
    ).map(tuple),
    "key": st.text(min_size=1, max_size=9), "pad": st.text(min_size=1, max_size=9),
}  # fmt: skip


def made(cls: type[Event]) -> st.SearchStrategy[Any]:
    """Events of a class as its input makes them."""
    own = {field.name: field.type for field in dataclasses.fields(cls)[len(dataclasses.fields(Event)) :]}
    given = {name: BOUNDS[name] if name in BOUNDS else _as_wanted(cls, of) for name, of in own.items()}
    return st.builds(cls, **{name: strategy for name, strategy in given.items() if strategy is not None})


def _as_wanted(cls: type[Event], of: Any) -> st.SearchStrategy[Any] | None:
    """For a field that BOUNDS does not name: what a trigger for the event may have; None if any value will do."""
    wanted = BY_EVENT[cls].wanted if cls in BY_EVENT else None
    if of is int and isinstance(wanted, Whole):
        return st.integers(wanted.least, wanted.most)
    return st.text(min_size=1, max_size=9) if of is str else None


@pytest.mark.parametrize("cls", CLASSES)
@given(st.data())
def test_an_event_in_the_journal_is_read_as_it_was(cls: type[Event], data: st.DataObject) -> None:
    event = data.draw(made(cls))
    found = replay.read(repr(event))
    assert type(found) is cls
    assert repr(found) == repr(event)  # the same but for nan, which is not equal to itself


@pytest.mark.parametrize("kind", [kind for kind in EVENT_KINDS if kind.every is None], ids=lambda kind: kind.name)
@given(st.data())
def test_a_trigger_made_from_an_event_answers_it(kind: AnyKind, data: st.DataObject) -> None:
    """As `learn` writes one: what presses fires it, and what lets go fires one that waits for the release."""
    event = data.draw(st.sampled_from(kind.events).flatmap(made))
    written = {kind.name: kind.which(event)}
    on = On.model_validate(written)
    assert on.kind is kind
    assert on.means(event)
    edge = kind.edge(event, None)
    assert on.edge(event) == edge
    assert on.fires(event) == (edge is not None and (edge or bool(kind.no_release)))
    if not kind.no_release:
        assert On.model_validate(written | {"press": "release"}).fires(event) == (edge is False)
    assert kind.decoded(event).strip()
    assert 0 <= kind.level(event) <= 127
    value = kind.value(event)
    assert value is None or 0 <= value <= 1


@given(st.data())
def test_an_event_of_another_kind_never_fires(data: st.DataObject) -> None:
    one, other = data.draw(st.permutations([kind for kind in EVENT_KINDS if kind.every is None]))[:2]
    on = On.model_validate({one.name: one.which(data.draw(made(one.events[0])))})
    assert not on.fires(data.draw(made(other.events[0])))


def test_the_class_that_presses_comes_first_and_belongs_to_one_kind() -> None:
    for kind in EVENT_KINDS:
        assert BY_EVENT[kind.events[0]].events == kind.events
        assert set(kind.carries) <= set(kind.events)

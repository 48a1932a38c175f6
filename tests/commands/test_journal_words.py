"""What `journal show` says of an event."""

import pytest

from stagelyric.commands.journal import in_words
from stagelyric.types.actions import Do
from stagelyric.types.events import Beat, Command, ControlChange, KeyPress, OscMessage


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Command(1.5, "page", Do("next_line")), "next line, from the page"),
        (Command(1.5, "osc", Do("heard", "It's late, (so) late")), "heard It's late, (so) late, from osc"),
        (Command(1.5, "osc", Do("wildness", 0.7)), "wildness 0.7, from osc"),
        (KeyPress(1.5, "terminal", "a"), "key press, key a, from terminal"),
        (Beat(1.5, "clock", 4.0), "beat, beat 4.0, from clock"),
    ],
)
def test_an_event_is_told_in_words(event: object, said: str) -> None:
    assert in_words(str(event)) == said


def test_no_event_of_any_kind_is_told_as_code() -> None:
    events = [
        ControlChange(1.5, "FCB1010", "FCB1010", 1, 80, 127, 0),
        OscMessage(1.5, "10.0.0.2:9000", "/go", (1, "x")),
    ]
    for event in events:
        assert "(" not in in_words(str(event)).replace("(1, 'x')", "")
        assert "at " not in in_words(str(event))


def test_what_is_no_event_is_left_as_it_is() -> None:
    assert in_words("linked to 10.0.0.3") == "linked to 10.0.0.3"

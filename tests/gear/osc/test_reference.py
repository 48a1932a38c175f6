"""The one declaration: what is made from it must not fall behind it."""

from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage

from stagelyric.gear.osc.addresses import ADDRESSES, PONG, TELLS, Address
from stagelyric.gear.osc.output import OscOutput
from stagelyric.gear.osc.reference import arguments, example, reference, span
from stagelyric.types.lines import Cue, Line, State

ROOT = Path(__file__).parents[3]


def test_the_documentation_is_what_the_declaration_makes_of_itself() -> None:
    assert (ROOT / "docs" / "osc.md").read_text(encoding="utf-8") == reference(), (
        "python -m stagelyric.gear.osc.reference > docs/osc.md"
    )


@pytest.mark.parametrize("entry", ADDRESSES, ids=lambda entry: entry.address)
def test_every_address_says_what_a_person_needs(entry: Address) -> None:
    assert entry.label[0].isupper()
    assert len(entry.label) <= 16
    assert f"`{entry.address}` | {arguments(entry)} | {span(entry) or '—'} | {entry.does}" in reference()
    if entry.event is not None:
        assert entry.event(0.0, "test", entry.example) is not None, "its example does nothing"
    if entry.high is not None and isinstance(entry.example[0], int | float):
        assert entry.low is not None
        assert entry.low <= entry.example[0] <= entry.high


def test_an_example_is_typed_for_oscsend() -> None:
    assert example("/a", ("x y", 1, 0.5)) == '/a sif "x y" 1 0.5'
    assert example("/a", ()) == "/a"


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> tuple[OscOutput, list[OscMessage]]:
    sent: list[OscMessage] = []
    out = OscOutput(clock=lambda: 0.0)
    monkeypatch.setattr(out, "_send", lambda data, target: sent.append(OscMessage(data)))
    return out, sent


def test_what_is_sent_is_what_is_declared(output: tuple[OscOutput, list[OscMessage]]) -> None:
    out, sent = output
    assert out.subscribe(("127.0.0.1", 9000))
    out.state(State("Harbour Lights", "verse", 1, "up", "next", 3, 96.0, False, False, True))
    out.show(Cue(Line("Hold the light", "model", syllables=("Hold", "the", "light")), "s", "v", "now", 0.0, 1))
    out.beat(1.0, 96.0)
    out.show(Cue(None, "s", "v", "now", 0.0, 1))
    out.alert("a port is gone")
    declared = {told.address: told for told in TELLS}
    assert {message.address for message in sent} == set(declared)
    for message in sent:
        kinds = {"s": str, "i": int}
        assert [type(value) for value in message.params] == [kinds[tag] for tag in declared[message.address].tags]
    assert PONG not in declared

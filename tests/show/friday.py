"""What the tests of a show share: a set, a show of it, and what its effects say."""

from typing import Any

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.effects import Effect, Remark
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, ControlChange
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


def texts_of(effects: list[Effect]) -> list[str]:
    return [effect.line.text for effect in effects if isinstance(effect, Cue) and effect.line is not None]

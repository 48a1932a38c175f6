"""The worked examples of CONTRIBUTING.md do what they say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import fakes
import pytest

from stagelyric.gear.journal.exports import table as table_of_exports
from stagelyric.gear.journal.night import night
from stagelyric.lm.checkpoint import Meta
from stagelyric.lm.kinds.table import KINDS
from stagelyric.patches.target import Target
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.report.measures.registry import MEASURES, Given
from stagelyric.setlist.setlist import Setlist
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage.stage import Stage
from stagelyric.testing.clock import ManualClock, settle
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.contract import Parts
from stagelyric.writing.drafters.table import Ready, Row
from stagelyric.writing.writer import Writer

ROOT = Path(__file__).parents[1]
SET = {
    "title": "Friday",
    "triggers": [{"on": {"key": "m"}, "do": "next_line"}],
    "songs": [{"title": "Harbour Lights", "sections": [{"name": "verse", "safety": ["Safe"]}]}],
}


@pytest.fixture
def example(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The example that the test's marker names, as a module."""
    name = request.node.get_closest_marker("example").args[0]
    found = re.findall(rf"```python {name}\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
    assert len(found) == 1, f"CONTRIBUTING.md has {len(found)} examples of {name}"
    module = ModuleType(f"example_{name}")
    sys.modules[module.__name__] = module
    exec(compile(found[0], "CONTRIBUTING.md", "exec", dont_inherit=True), module.__dict__)
    yield module
    del sys.modules[module.__name__]


def stage(*parts: Part, time: ManualClock) -> Stage:
    pool, setlist = Pool(), Setlist.model_validate(SET)
    show = Show(setlist, pool)
    pool.put(show.ask, 0, [Line(f"Line {number}", "model") for number in range(20)])
    return Stage(show, pool, Clock(), None, parts=parts, time=time)


@pytest.mark.example("input")
async def test_an_input_presses(example: Any) -> None:
    time = ManualClock()
    made = stage(example.Metronome("m", 0.5, time), time=time)
    async with made.running():
        await time.advance(1.6)
    assert made.show.number == 3


_NEW_KIND = """
import sys
from types import ModuleType

module = sys.modules["example_event"] = ModuleType("example_event")
exec(compile(sys.stdin.read(), "CONTRIBUTING.md", "exec", dont_inherit=True), module.__dict__)
from stagelyric.types import events

events.ButtonPress, events.EVENT_KINDS = module.ButtonPress, (*events.EVENT_KINDS, module.KIND)
events.BY_EVENT[module.ButtonPress] = module.KIND

from stagelyric.commands import monitor
from stagelyric.doctor.wrong import near_miss
from stagelyric.setlist import reference
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.setup.form import form
from stagelyric.show.pedals import Watch
from stagelyric.stage import replay

down, up = module.ButtonPress(1.0, "box", 7), module.ButtonPress(1.2, "box", 7, True)
trigger = Trigger.model_validate({"on": {"button": 7}, "do": "next_line"})
late = Trigger.model_validate({"on": {"button": 7, "press": "release"}, "do": "next_line"})
assert trigger.on.fires(down) and not trigger.on.fires(up) and late.on.fires(up)
assert not trigger.on.fires(module.ButtonPress(1.0, "box", 8))
assert near_miss([trigger], down) is None
watch = Watch()
assert watch.hear(down) and watch.hear(up)
assert (watch.found().on, watch.found().kind) == ({"button": 7}, "momentary")
assert monitor.decoded(up) == "button 7 released" and "button" in monitor.KINDS
assert On.model_json_schema()["properties"]["button"]["anyOf"][0] == {"maximum": 99, "minimum": 1, "type": "integer"}
assert "| `button` | a whole number, 1 to 99 | none | a button of the box, by its number |" in reference.reference()
assert {"name": "button", "means": module.KIND.does, "text": False, "whole": True} in form()["kinds"]
assert replay.read(repr(down)) == down
"""


@pytest.mark.example("event")
def test_a_new_kind_of_event_is_known_everywhere() -> None:
    # In a process of its own: the tables are read once, where triggers are first imported.
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (written,) = re.findall(r"```python event\n(.*?)```", text, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", _NEW_KIND], input=written, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


@pytest.mark.example("output")
async def test_an_output_is_told(example: Any) -> None:
    from stagelyric.types.events import KeyPress

    slate, time = example.Slate(), ManualClock()
    made = stage(slate, time=time)
    async with made.running():
        made.hear(KeyPress(time.now(), "test", "m"))
        await settle()
    assert slate.text == "Line 0"


@pytest.mark.example("drafter")
def test_a_drafter_drafts(example: Any) -> None:
    engine, language = fakes.NGramEngine(), fakes.language()
    parts = Parts(engine, language)
    row = Row(example.make, tries=1)
    drafters = (Ready(row, example.make(parts)), *table.ready(parts))
    writer = Writer(engine, language, fakes.copies(), drafters=drafters)
    lines = [line.text for line in writer.write(Ask(syllables=(6, 9), seed=1), 0, 16)]
    assert tuple(lines[::4]) == example.FIRSTS
    assert not set(example.FIRSTS) & {line for number, line in enumerate(lines) if number % 4}


@pytest.mark.example("kind")
def test_a_kind_is_a_record(example: Any) -> None:
    meta = SimpleNamespace(kind="parrot")
    assert example.KIND.describe(meta) == "A parrot that says what it has heard."
    assert type(example.KIND) is type(KINDS["char-rnn"])
    assert Meta is not None


@pytest.mark.example("measure")
def test_a_measure_declares_itself(example: Any) -> None:
    declared = MEASURES.pop("question_rate")
    lines = ("Is it you?", "It is the rain", "Who is there?", "Nobody")
    songs = [Song("Rain", (Stanza(lines),))]
    assert declared.of(Given(songs, SimpleNamespace())) == 0.5  # type: ignore[arg-type]
    assert declared.band is not None


@pytest.mark.example("export")
def test_an_export_makes_files(example: Any) -> None:
    (file,) = example.files(Target())
    assert b"127.0.0.1:7744 /stagelyric/line\n" in file.data


@pytest.mark.example("format")
def test_an_export_of_a_night_is_a_module(example: Any) -> None:
    (export,) = example.EXPORTS
    rows = [
        {"kind": kind, "wall": 1.0, "number": 1, "song": "S", "section": "v", "text": text, "origin": "", "beat": 0.0}
        for kind, text in (("cue", "Kept"), ("keep", "Kept"), ("cue", "Not"))
    ]
    assert export.write(night({"id": "a", "title": "F", "started": 0.0, "seed": 1}, rows)) == "Kept\n"
    assert table_of_exports.every()["text"].write.__module__.endswith("exports.as_text")

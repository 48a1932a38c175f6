"""A trigger goes into a musician's file, and nothing else in it changes."""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.file import write_trigger
from stagelyric.setlist.setlist import load
from stagelyric.types.actions import Do

DEMO = (Path(__file__).parents[2] / "setlists" / "demo.toml").read_text(encoding="utf-8")
PEDAL = {"control": 90, "channel": 2}


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    (tmp_path / "harbour-lights.txt").write_text("Hold the light", encoding="utf-8")
    path = tmp_path / "demo.toml"
    path.write_text(DEMO, encoding="utf-8")
    return path


def changes(path: Path, before: str = DEMO) -> list[str]:
    after = path.read_text(encoding="utf-8")
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in compared if line[0] in "+-" and line[1:].strip()]


def test_a_new_trigger_is_three_lines_more(demo: Path) -> None:
    setlist, replaced = write_trigger(demo, PEDAL, Do("goto", "chorus"), "bar")
    assert not replaced
    assert changes(demo) == [
        "+ [[triggers]]",
        "+ on = { control = 90, channel = 2 }",
        '+ do = { goto = "chorus" }',
        '+ quantize = "bar"',
    ]
    assert setlist == load(demo)
    assert setlist.triggers[-1].do == Do("goto", "chorus")


def test_the_same_pedal_gets_another_task_and_its_comments_stay(demo: Path) -> None:
    text = DEMO.replace("on = { control = 80 }", "on = { control = 80 }  # the left one")
    demo.write_text(text, encoding="utf-8")
    setlist, replaced = write_trigger(demo, {"control": 80, "channel": 3}, Do("keep"))
    assert replaced
    assert changes(demo, text) == [
        "- on = { control = 80 }  # the left one",
        "+ on = { control = 80, channel = 3 }  # the left one",
        '- do = "next_line"',
        '+ do = "keep"',
    ]
    assert len(setlist.triggers) == len(load(demo).triggers)
    # Another channel is another pedal, and so is the other way of the same one.
    assert not write_trigger(demo, {"control": 80, "channel": 4}, Do("veto"))[1]
    assert not write_trigger(demo, {"control": 80, "channel": 3, "press": "release"}, Do("veto"))[1]


def test_it_can_belong_to_a_song_or_a_section(demo: Path) -> None:
    write_trigger(demo, PEDAL, Do("keep"), song="harbour lights")
    write_trigger(demo, PEDAL, Do("veto"), song="Harbour Lights", section="CHORUS")
    write_trigger(demo, {"note": 5}, Do("again"), song="Harbour Lights", section="CHORUS")
    song = load(demo).songs[0]
    assert [trigger.do.action for trigger in song.triggers] == ["keep"]
    assert [[trigger.do.action for trigger in section.triggers] for section in song.sections] == [[], ["veto", "again"]]
    assert not [line for line in changes(demo) if line.startswith("-")]
    with pytest.raises(FileError, match='found no "Lights"; there is: Harbour Lights, The Night Bus'):
        write_trigger(demo, PEDAL, Do("keep"), song="Lights")
    with pytest.raises(FileError, match='sections: found no "bridge"'):
        write_trigger(demo, PEDAL, Do("keep"), song="Harbour Lights", section="bridge")
    with pytest.raises(FileError, match="wanted a song"):
        write_trigger(demo, PEDAL, Do("keep"), section="bridge")


@pytest.mark.parametrize(
    "text",
    [
        'title = "x"\n\n[[songs]]\ntitle = "y" # z\n# the end\n',
        'title = "x"\ntriggers = [\n  { on = { note = 1 }, do = "keep" }, # one\n]\nsongs = [ { title = "y" } ]\n',
        'title = "x"\r\n[[songs]]\r\ntitle = "y"\r\n[[triggers]]\r\non.note = 1\r\ndo.say = "song"\r\n',
        'title = "x"\n[[songs]]\ntitle = "y"\n[[songs.sections]]\nname = "v"\n'
        '[[triggers]]\non = {key = "b"}\ndo = "keep"',
    ],
)
@pytest.mark.parametrize("place", [{}, {"song": "y"}])
def test_every_way_in_which_toml_is_written(text: str, place: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "set.toml"
    path.write_bytes(text.encode())
    before = load(path)
    after, _ = write_trigger(path, {"note": 7, "press": "both"}, Do("say", 'the "end" \\ é'), 0.5, **place)
    where = after.songs[0].triggers if place else after.triggers
    assert (where[-1].on.note, where[-1].do, where[-1].quantize) == (7, Do("say", 'the "end" \\ é'), 0.5)
    assert len(after.triggers) + len(after.songs[0].triggers) == len(before.triggers) + 1
    data = path.read_bytes()
    assert data.count(b"#") == text.count("#")
    if b"\r\n" in text.encode():
        assert data.count(b"\r\n") > 5


def test_a_file_that_is_wrong_or_cannot_be_written_stays_as_it_is(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.write_text(DEMO + "\nsongs = 3\n", encoding="utf-8")
    with pytest.raises(FileError, match="songs: unknown key"):
        write_trigger(demo, PEDAL, Do("keep"))
    demo.write_text(DEMO, encoding="utf-8")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match="could not be written: No space left"):
        write_trigger(demo, PEDAL, Do("keep"))
    assert demo.read_text(encoding="utf-8") == DEMO
    assert sorted(path.name for path in demo.parent.iterdir()) == ["demo.toml", "harbour-lights.txt"]


@pytest.mark.needs("links")
def test_a_link_stays_a_link_and_the_rights_stay(demo: Path) -> None:
    demo.chmod(0o640)
    link = demo.with_name("tonight.toml")
    link.symlink_to(demo)
    write_trigger(link, PEDAL, Do("keep"))
    assert link.is_symlink()
    assert demo.stat().st_mode & 0o777 == 0o640
    assert load(demo).triggers[-1].do == Do("keep")


_ON = st.one_of(
    st.fixed_dictionaries({"note": st.integers(0, 127), "channel": st.integers(1, 16)}),
    st.fixed_dictionaries({"osc": st.text(min_size=1).map(lambda text: "/" + text)}),
    st.fixed_dictionaries({"control": st.integers(0, 119), "debounce_ms": st.integers(0, 500)}),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(_ON, st.text(min_size=1).filter(str.strip)), min_size=1, max_size=5))
def test_whatever_is_learned_can_be_read_again(tmp_path_factory: pytest.TempPathFactory, learned: Any) -> None:
    path = tmp_path_factory.mktemp("sets") / "set.toml"
    path.write_text('# mine\ntitle = "x" # of all\n[[songs]] # one\ntitle = "y"\n', encoding="utf-8")
    for on, text in learned:
        setlist, _ = write_trigger(path, on, Do("say", text.strip()))
        assert any(trigger.do.value == text.strip() for trigger in setlist.triggers)
    written = path.read_text(encoding="utf-8")
    assert written.startswith('# mine\ntitle = "x" # of all\n')
    assert len(tomllib.loads(written)["triggers"]) == len(setlist.triggers)

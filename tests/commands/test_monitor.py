"""Every event in words, with what it would do; and the command, with real programs that play into it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jack import Jack
from product import SETLIST

from stagelyric.commands.monitor import Screen, decoded
from stagelyric.setlist import setlist as setlists
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.testing.play import LIMIT
from stagelyric.types.actions import Do
from stagelyric.types.events import (
    Beat,
    ClockPulse,
    Command,
    ControlChange,
    Event,
    KeyPress,
    NoteOff,
    NoteOn,
    Notice,
    OscMessage,
    ProgramChange,
    SongSelect,
    Tempo,
    Transport,
)

MORE = """
[[triggers]]
on = { control = 80 }
do = { goto = "chorus" }
quantize = "bar"
[[triggers]]
on = { control = 11 }
do = { wildness = "value" }
[[triggers]]
on = { osc = "/keep" }
do = "keep"
"""
SET = SETLIST.replace("[[songs]]", MORE + "[[songs]]", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "set.toml"
    path.write_text(SET, encoding="utf-8")
    return path


@pytest.fixture
def show(file: Path) -> Show:
    return Show(setlists.load(file), Pool(1))


def printed(show: Show | None, *events: Event, **options: Any) -> list[Any]:
    lines: list[str] = []
    screen = Screen(show, as_json=True, out=lines.append, **options)
    for event in events:
        screen.hear(event)
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (NoteOn(0, "midi x", "x", 10, 60, 99), "note 60 C4 on, velocity 99, channel 10"),
        (NoteOff(0, "midi x", "x", 10, 61), "note 61 C#4 off, channel 10"),
        (ControlChange(0, "midi x", "x", 1, 80, 127, 0), "control 80 value 127 (before 0), channel 1"),
        (ProgramChange(0, "midi x", "x", 1, 5, None), "program 5, channel 1"),
        (ProgramChange(0, "midi x", "x", 1, 5, 130), "program 5, bank 130, channel 1"),
        (SongSelect(0, "midi x", "x", 3), "song select 3"),
        (Transport(0, "midi x", "position", 16), "position 16"),
        (Transport(0, "midi x", "start"), "start"),
        (OscMessage(0, "osc y", "/a", (1, 0.5, "x y", True, None, b"\x01\x90")), '/a 1 0.5 "x y" True None 01 90'),
        (KeyPress(0, "keyboard", "PageDown"), 'key "PageDown"'),
        (Tempo(0, "osc y", 96), "tempo 96 BPM"),
        (Beat(0, "osc y", 3), "beat 3"),
        (Command(0, "osc y", Do("say", "hello")), "say hello"),
        (Notice(0, "midi", "the port is gone"), "the port is gone"),
    ],
)
def test_events_in_words(event: Event, words: str) -> None:
    assert decoded(event) == words


def test_what_an_event_would_do_and_where_the_show_then_is(show: Show) -> None:
    events = [
        NoteOn(0, "midi x", "x", 1, 60, 9),
        NoteOff(0.1, "midi x", "x", 1, 60),
        ControlChange(1, "midi x", "x", 1, 80, 127, 0),
        ControlChange(1.01, "midi x", "x", 1, 80, 127, 127),
        ControlChange(2, "midi x", "x", 1, 11, 127, 0),
        OscMessage(3, "osc y", "/keep", (1,)),
        OscMessage(3, "osc y", "/other", ()),
        Command(4, "osc y", Do("goto", "bridge")),
        SongSelect(5, "midi x", "x", 1),
        Command(6, "osc y", Do("next_section")),
    ]
    assert [told["does"] for told in printed(show, *events)] == [
        ["next_line"],
        [],
        ["goto chorus on the next bar"],
        [],  # it bounces
        ["wildness 1.0"],
        ["keep"],
        [],
        ['goto bridge (no section "bridge" in "Harbour Lights"; there is: verse, chorus)'],
        ["song 2"],
        ['next_section (this is the last section of "Second Song")'],
    ]


def test_a_filter_and_the_kinds(show: Show) -> None:
    events = [
        NoteOn(0, "midi FCB1010", "FCB1010", 1, 60, 9),
        OscMessage(0, "osc y", "/keep", ()),
        KeyPress(0, "keyboard", "b"),
        Transport(0, "midi x", "start"),
        Tempo(0, "osc y", 96),
    ]
    assert [told["type"] for told in printed(show, *events, only=("osc", "key"))] == ["osc", "key"]
    assert [told["type"] for told in printed(show, *events, only=("clock",))] == ["transport", "tempo"]
    assert [told["type"] for told in printed(show, *events, part="C4")] == ["note_on"]
    assert [told["type"] for told in printed(Show(show.setlist, Pool(1)), *events, part="next_LINE")] == ["note_on"]
    assert len(printed(None, *events)) == 5


def test_the_clock_is_told_once_a_second() -> None:
    pulses = [ClockPulse(number * 60 / (24 * 120), "midi x", "x") for number in range(24 * 4 + 1)]
    told = printed(None, *pulses)
    assert [each["decoded"] for each in told] == [
        "clock 120.0 BPM (1 pulse)", "clock 120.0 BPM (48 pulses)", "clock 120.0 BPM (48 pulses)",
    ]  # fmt: skip


def command(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "stagelyric", "monitor", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.needs("oscsend")
def test_osc_arrives_and_is_told_with_what_it_would_do(file: Path) -> None:
    with command(str(file), "--midi", "none", "--osc-port", "0", "--count", "3") as program:
        assert program.stderr is not None
        assert program.stdout is not None
        port = program.stderr.readline().rpartition(":")[2].strip()
        for arguments in (("/keep", "f", "1"), ("/stagelyric/song", "i", "2"), ("/stagelyric/wildness", "f", "7")):
            subprocess.run(["oscsend", "127.0.0.1", port, *arguments], check=True)
        rows = program.stdout.read().splitlines()
    assert program.returncode == 0
    assert rows[0].endswith("/keep 1.0  → keep (keep: no line is up)")
    assert rows[1].endswith("song 2  → song 2")
    assert "wanted a number from 0.0 to 1.0, found 7.0" in rows[2]


@pytest.mark.needs("jack_midiseq")
def test_midi_arrives_as_json(jack_server: Jack, file: Path) -> None:
    jack_server.sequence("pedal", (0, 60, 2400), loop=16_000)
    with command(
        str(file), "--no-osc", "--count", "4", "--only", "midi", "--filter", "note", "--json", **jack_server.env
    ) as it:
        assert it.stdout is not None
        told = [json.loads(line) for line in it.stdout]
    assert it.returncode == 0
    down = next(each for each in told if each["type"] == "note_on")
    assert (down["port"], down["note"], down["channel"], down["does"]) == ("pedal:out", 60, 1, ["next_line"])
    assert any(each["type"] == "note_off" and each["does"] == [] for each in told)


def test_a_port_in_use_is_said_in_plain_words(file: Path) -> None:
    with command("--midi", "none", "--osc-port", "0", "--seconds", "20") as first:
        assert first.stderr is not None
        port = first.stderr.readline().rpartition(":")[2].strip()
        with command("--midi", "none", "--osc-port", port, "--seconds", "1") as second:
            _, told = second.communicate(timeout=LIMIT)
        first.terminate()
    assert f"OSC cannot listen on 127.0.0.1 port {port}: another program uses it" in told
    assert second.returncode == 1

"""The rig looked over: on real ports, a real JACK server, and where something is wrong, what a musician is told."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from ableton import ableton
from jack import Jack
from product import SETLIST, playing

from stagelyric.doctor import audio, live, machine, midi, network
from stagelyric.doctor.findings import Finding
from stagelyric.doctor.wrong import near_miss
from stagelyric.gear.live import input as live_input
from stagelyric.gear.midi.ports import Listing, list_ports
from stagelyric.setlist.rig import ClockRig, LiveRig, MidiRig, OscRig, Rig, SpeechRig, WebRig
from stagelyric.setlist.triggers import Trigger
from stagelyric.testing.play import LIMIT
from stagelyric.testing.ports import free_port
from stagelyric.types.events import ClockPulse, ControlChange, Event, NoteOn, Notice, ProgramChange
from stagelyric.types.extras import how_to_get


def examined(*arguments: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
    """The command's exit status and its findings."""
    done = subprocess.run(
        [sys.executable, "-m", "stagelyric", "doctor", *arguments, "--json"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ | environment, timeout=LIMIT,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["ok"] is (done.returncode == 0), done.stderr
    assert sum(told["counts"].values()) == len(told["findings"])
    return done.returncode, told["findings"]


def about(findings: list[dict[str, Any]], text: str) -> dict[str, Any]:
    found = [finding for finding in findings if text in finding["text"]]
    assert len(found) == 1, (text, findings)
    return found[0]


def texts(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.text) for finding in findings]


# -- the network


def test_free_ports_and_a_round_trip() -> None:
    page, osc = free_port(), free_port()
    status, found = examined("--only", "network", "--port", str(page), "--osc-port", str(osc))
    assert status == 0
    assert {finding["level"] for finding in found} == {"fine"}
    assert about(found, "a ping to")["measured"]["round_trip_ms"] > 0
    assert "its screen is kept awake" in about(found, f"http://127.0.0.1:{page}/ answers")["text"]


def test_a_port_in_use_and_by_whom() -> None:
    """By a program that is no stagelyric: Python with a socket."""
    hold = "import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))\n"
    hold += "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        port = it.stdout.readline().strip()
        status, found = examined("--only", "network", "--port", "0", "--osc-port", port)
        it.kill()
    assert status == 1
    told = about(found, f"port {port} is in use by")
    assert (told["level"], told["about"]) == ("fix", "OSC")
    assert f"(process {it.pid})" in told["text"]
    assert told["mend"].startswith(f"kill {it.pid}")


async def test_a_show_that_is_up_is_no_fault_and_is_asked_itself(tmp_path: Path) -> None:
    async with playing(tmp_path) as play:
        rig = Rig(osc=OscRig(listen=f"127.0.0.1:{play.osc}"), web=WebRig(port=play.page))
        found = await network.check(rig)
    assert [finding.level for finding in found] == ["look", "look", "fine", "fine"]
    assert "in use by another stagelyric" in found[0].text
    assert f"a ping to 127.0.0.1:{play.osc} and back" in found[2].text


async def test_what_others_on_the_network_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "reachable", lambda host: ["127.0.0.2"] if host == "0.0.0.0" else [])
    monkeypatch.setattr(network, "_active_firewall", lambda: "ufw")
    rig = Rig(osc=OscRig(listen="0.0.0.0:0"), web=WebRig(host="0.0.0.0", port=0))
    found = texts(await network.check(rig))
    assert (
        "look",
        "the page is seen from the network, but without a PIN it changes the show from this machine only",
    ) in found
    assert ("look", "OSC is open to everyone on the network") in found
    assert ("look", "ufw is on: see that it lets other machines in on both ports") in found
    assert any(text.startswith("a ping to 127.0.0.2:") for _, text in found)
    safe = Rig(
        osc=OscRig(listen="0.0.0.0:0", allow=("192.168.1.0/24",)), web=WebRig(host="0.0.0.0", port=0, pin="4711")
    )
    found = texts(await network.check(safe))
    assert ("fine", "changing the show from another machine wants the PIN") in found
    assert not any("open to everyone" in text for _, text in found)


async def test_packets_that_do_not_come_through() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:  # open, and never answers: as behind a firewall
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        told = await network.echo("127.0.0.1", port)
    assert told.level == "fix"
    assert "was not answered" in told.text
    assert told.mend is not None
    assert str(port) in told.mend


# -- Live


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_input, "EVERY", 0.05)


@pytest.mark.usefixtures("quick")
async def test_live_is_there_and_its_names_lead_somewhere() -> None:
    there = ableton(["Harbour Lights", "end"], {"Keys": ["chorus", None]})
    rig = LiveRig(port=there.port, answers=there.answers)
    async with there.open():
        found = await live.check(rig, {"Harbour Lights": ["verse", "chorus"]})
        assert (found.level, found.mend) == ("fine", None)
        assert found.text == "Live is here: 2 scenes and 1 clips; 2 of their names lead to a song or a section"
        found = await live.check(rig, {"Second Song": ["song"]})
        assert found.level == "look"
        assert "name a scene or a clip as a song" in str(found.mend)
        assert (await live.check(rig, {})).level == "fine"


@pytest.mark.usefixtures("quick")
async def test_live_is_not_there_or_another_program_has_its_port() -> None:
    rig = LiveRig(port=free_port(), answers=free_port())
    found = await live.check(rig, {})
    assert found.level == "fix"
    assert found.text == f"Live is not heard at 127.0.0.1 port {rig.port}"
    assert found.mend == "start Live, and choose AbletonOSC as a control surface in its settings, Link, Tempo & MIDI"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", rig.answers))
        found = await live.check(rig, {})
    assert found.text.startswith(f"UDP port {rig.answers}, where AbletonOSC sends to, is used by another program (")
    assert str(found.mend).startswith("close that one")


# -- MIDI


@pytest.fixture
def server(jack_server: Jack) -> Iterator[Jack]:
    yield jack_server
    jack_server.stop_players()


@pytest.mark.needs("jack_midiseq")
def test_pedals_that_are_heard_and_one_on_the_wrong_channel(server: Jack, tmp_path: Path) -> None:
    setlist = tmp_path / "set.toml"
    setlist.write_text(SETLIST.replace("on = { note = 60 }", "on = { note = 60, channel = 10 }"), encoding="utf-8")
    server.sequence("pedal-left", (0, 60, 2400))
    server.sequence("pedal-right", (0, 62, 2400))
    status, found = examined(str(setlist), "--only", "midi", "--listen", "3", **server.env)
    assert status == 1
    assert about(found, "pedal-left:out is heard")["measured"]["heard"] > 2
    assert about(found, "pedal-right:out is heard")["level"] == "fine"
    assert "jack" in about(found, "speaks jack")["measured"]["apis"]
    wrong = about(found, "note 60 arrives on channel 1, and the setlist wants it on channel 10")
    assert (wrong["level"], wrong["mend"]) == ("fix", "write channel = 1, or set the pedal to channel 10")


@pytest.mark.needs("jack_midiseq")
async def test_listening_begins_once_the_inputs_are_open(server: Jack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    server.sequence("pedal-left", (0, 60, 2400))
    while "pedal-left:out" not in server.ports():
        await asyncio.sleep(0.05)
    begun: list[str] = []
    there = (await asyncio.to_thread(list_ports)).inputs
    findings = await midi.listen(Rig(), 0, (), there, lambda: begun.append("now"))
    assert begun == ["now"]
    assert [finding.text.split(" ")[0] for finding in findings] == ["pedal-left:out"]  # not one second was waited


@pytest.mark.needs("jack_midiseq")
def test_two_that_match_one_name_and_one_that_is_not_there(server: Jack) -> None:
    for name in ("pedal-left", "pedal-right"):
        server.sequence(name, (0, 60, 2400))
    for _ in range(200):
        if sum(port.endswith(":out") for port in server.ports()) == 2:
            break
    arguments = ("--only", "midi", "--listen", "0")
    status, found = examined(*arguments, "--midi", "pedal", **server.env)
    assert status == 1
    assert (
        about(found, "'pedal-left:out' and 'pedal-right:out' both match")["mend"]
        == "write more of the name into the rig"
    )
    status, found = examined(*arguments, "--midi", "FCB1010", **server.env)
    assert (status, about(found, 'no MIDI input matches "FCB1010"')["level"]) == (1, "fix")
    status, found = examined(*arguments, "--midi", "left", **server.env)
    assert (status, about(found, 'input "left" is pedal-left:out')["level"]) == (0, "fine")


@pytest.mark.needs("jack_midi_clock", "jack_transport")
def test_jacks_clock_is_measured(server: Jack, tmp_path: Path) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text('[clock]\nsource = "midi"\n', encoding="utf-8")
    server.play("jack_midi_clock", "-b", "120")
    subprocess.run(
        ["jack_transport"], input=b"play\n", env=os.environ | server.env, stdout=subprocess.DEVNULL, timeout=30
    )
    _, found = examined("--rig", str(rig), "--only", "midi", "--listen", "4", **server.env)
    told = about(found, "clock from jack_midi_clock")["measured"]
    assert 115 < told["tempo"] < 125
    assert told["jitter_ms"] > 0
    subprocess.run(
        ["jack_transport"], input=b"stop\n", env=os.environ | server.env, stdout=subprocess.DEVNULL, timeout=30
    )


def test_what_the_events_of_a_while_say() -> None:
    rig = Rig(clock=ClockRig(source="midi"))
    steady: list[Event] = [ClockPulse(number * 0.02, "midi daw", "daw") for number in range(60)]
    (told,) = midi.judge(steady, ["daw"], rig, 5.0)
    assert (told.level, told.measured["tempo"]) == ("fine", 125.0)
    late: list[Event] = [ClockPulse(number * 0.02 + (number % 5) * 0.004, "midi daw", "daw") for number in range(60)]
    (told,) = midi.judge(late, ["daw"], rig, 5.0)
    assert told.level == "look"
    assert told.measured["jitter_ms"] > 3
    assert texts(list(midi.judge([], ["FCB1010"], rig, 5.0))) == [
        ("look", "FCB1010 was not heard in 5 s"),
        ("fix", "the rig wants MIDI clock, and none was heard"),
    ]
    held = 'MIDI input "FCB1010" does not open, perhaps another program holds it: busy'
    found = list(midi.judge([Notice(0, "midi", held)], [], Rig(), 5.0))
    assert texts(found) == [("fix", held)]


def test_a_machine_without_midi() -> None:
    none = Listing(problem="no MIDI driver is installed: …")
    assert midi.driver(none, Rig())[0].level == "look"
    assert midi.driver(none, Rig(midi=MidiRig(inputs=("FCB1010",))))[0].level == "fix"
    assert midi.driver(none, Rig(clock=ClockRig(source="midi")))[0].mend == how_to_get("midi")
    assert [finding.level for finding in midi.driver(Listing("rtmidi", "alsa", (), (), None, ("alsa",)), Rig())] == [
        "fine",
        "look",
    ]


@pytest.mark.parametrize(
    ("on", "event", "told"),
    [
        ({"control": 80}, ControlChange(0, "midi x", "x", 1, 80, 100, 0), None),
        ({"control": 80}, ControlChange(0, "midi x", "x", 1, 81, 100, 0), None),
        ({"control": 80}, ControlChange(0, "midi x", "x", 1, 80, 0, 127), None),
        (
            {"control": 80},
            ControlChange(0, "midi x", "x", 1, 80, 40, 0),
            "below its threshold of 64: write threshold = 20",
        ),
        ({"note": 36, "channel": 10}, NoteOn(0, "midi x", "x", 1, 36, 9), "write channel = 1, or set the pedal"),
        ({"note": 36, "port": "FCB"}, NoteOn(0, "midi x", "x", 1, 36, 9), 'arrives from "x", and the setlist wants'),
        ({"program": 3, "bank": 1}, ProgramChange(0, "midi x", "x", 1, 3, None), "wants bank 1"),
    ],
)
def test_a_press_that_a_trigger_just_misses(on: dict[str, Any], event: Event, told: str | None) -> None:
    trigger = Trigger.model_validate({"on": on, "do": "next_line"})
    assert told in (near_miss([trigger], event), None) or told in (near_miss([trigger], event) or "")
    assert (near_miss([trigger], event) is None) is (told is None)


# -- audio


@pytest.mark.needs("portaudio")
def test_audio_opens_on_a_real_server_and_is_measured(server: Jack) -> None:
    (told,) = audio.check_in(SpeechRig(device="JACK"), 1.0, os.environ | server.env)
    assert told.level in ("fine", "look"), told
    assert "opens at 48000 Hz" in told.text
    assert told.measured["seconds"] == 1.0


def test_what_is_said_of_audio_that_does_not_open() -> None:
    busy = {"problem": "Error opening RawOutputStream: Device unavailable [PaErrorCode -9985]"}
    told = audio.judge(busy, SpeechRig(device="Scarlett"), 5.0)
    assert told.level == "fix"
    assert told.text.startswith("the audio device is held by another program: close that program")
    assert audio.judge({"problem": "there is no audio output"}, SpeechRig(), 5.0).level == "look"
    told = audio.judge({"missing": "portaudio"}, SpeechRig(), 5.0)
    assert (told.level, told.mend) == ("look", "sudo apt install libportaudio2")
    played = {"device": "Scarlett (ALSA)", "rate": 48000, "latency": 0.012, "underruns": 3, "seconds": 5.0}
    told = audio.judge(played, SpeechRig(), 5.0)
    assert (told.level, told.text) == ("look", "Scarlett (ALSA) opens at 48000 Hz, 12 ms; 3 underruns in 5 s")
    assert audio.judge(played | {"underruns": 0}, SpeechRig(), 5.0).level == "fine"
    assert audio.judge(played | {"underruns": 0, "latency": 0.4}, SpeechRig(), 5.0).level == "look"


def test_a_driver_that_hangs_or_crashes_costs_only_its_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("import os; os.abort()")
    (told,) = audio.check_in(SpeechRig(), 0.1, os.environ | {"PYTHONPATH": str(tmp_path)})
    assert (told.level, told.text) == ("fix", "the audio driver crashed when it was asked what there is")
    (tmp_path / "sounddevice.py").write_text("import time; time.sleep(100)")
    monkeypatch.setattr(audio, "_PATIENCE", 1.0)
    (told,) = audio.check_in(SpeechRig(), 0.1, os.environ | {"PYTHONPATH": str(tmp_path)})
    assert (told.level, "did not answer" in told.text) == ("fix", True)


# -- the machine and the model


def test_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = machine.disk([tmp_path / "not" / "yet", tmp_path])
    assert f"at {tmp_path}" in told.text
    for free, level in ((50 << 20, "fix"), (500 << 20, "look"), (5 << 30, "fine")):
        monkeypatch.setattr("shutil.disk_usage", lambda path, free=free: SimpleNamespace(free=free))
        assert [finding.level for finding in machine.disk([tmp_path])] == [level]
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (told,) = machine.disk([tmp_path])
    assert (told.level, told.text) == ("fix", f"{tmp_path} can't be written to")


@pytest.mark.parametrize(
    ("governor", "driver", "level"),
    [
        ("performance", "acpi-cpufreq", "fine"),
        ("powersave", "acpi-cpufreq", "look"),
        ("powersave", "intel_pstate", "fine"),
        ("schedutil", "cpufreq-dt", "fine"),
    ],
)
def test_the_governor(governor: str, driver: str, level: str, tmp_path: Path) -> None:
    folder = tmp_path / "cpu0" / "cpufreq"
    folder.mkdir(parents=True)
    (folder / "scaling_governor").write_text(f"{governor}\n")
    (folder / "scaling_driver").write_text(f"{driver}\n")
    assert [finding.level for finding in machine.governor(tmp_path)] == [level]
    assert list(machine.governor(tmp_path / "none")) == []


def test_on_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    battery = SimpleNamespace(power_plugged=False, percent=41.0)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert ("look", "on battery, 41 % left: the processor may be slowed") in texts(list(machine.power()))
    battery.power_plugged = True
    assert ("fine", "plugged in") in texts(list(machine.power()))


async def test_timers_are_measured() -> None:
    told = await machine.timers()
    assert 0 <= told.measured["p50_ms"] <= told.measured["p99_ms"]


def test_the_model_is_loaded_and_its_speed_measured() -> None:
    _, found = examined("--only", "model")
    assert about(found, "lines a second")["measured"]["lines_per_second"] > 0
    status, found = examined("--only", "model", "--model", "char-rn")
    assert status == 1
    assert 'did you mean "char-rnn"?' in found[0]["text"]


def test_for_people_it_says_what_to_do_and_counts() -> None:
    hold = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hold.bind(("127.0.0.1", 0))
    with hold:
        done = subprocess.run(
            [sys.executable, "-m", "stagelyric", "doctor", "--only", "network", "--port", "0",
             "--osc-port", str(hold.getsockname()[1])],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        )  # fmt: skip
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✗ OSC       port ")
    assert lines[1].strip().startswith(f"→ kill {os.getpid()}")
    assert lines[-1] == "2 fine, 1 must be fixed"

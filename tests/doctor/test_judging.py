"""What the doctor makes of what was heard and measured: pure, without any gear."""

import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.doctor import audio, machine, midi, network
from stagelyric.doctor.wrong import near_miss
from stagelyric.gear.midi.ports import Listing
from stagelyric.setlist.rig import ClockRig, MidiRig, OscRig, Rig, SpeechRig, WebRig
from stagelyric.setlist.triggers import Trigger
from stagelyric.types.events import ClockPulse, ControlChange, Event, KeyPress, NoteOff, NoteOn, ProgramChange

PULSES = 24


def pulses(tempo: float, count: int, port: str = "daw", late: float = 0.0) -> list[Event]:
    """A clock's pulses; every other one comes `late` seconds after its time."""
    gap = 60 / (PULSES * tempo)
    return [ClockPulse(number * gap + number % 2 * late, f"midi {port}", port) for number in range(count)]


@given(st.floats(30, 300), st.integers(PULSES, 120))
@settings(max_examples=40)
def test_a_steady_clock_s_tempo_is_what_it_is(tempo: float, count: int) -> None:
    (told,) = midi.clock(pulses(tempo, count), Rig())
    assert told.level == "fine"
    assert told.measured["tempo"] == pytest.approx(tempo, abs=0.02)
    assert told.measured["jitter_ms"] == pytest.approx(0.0, abs=1e-3)
    assert told.measured["pulses"] == count


@given(st.floats(60, 180), st.floats(0.0, 8.0))
@settings(max_examples=40)
def test_a_clock_whose_pulses_come_late_is_looked_at(tempo: float, late: float) -> None:
    """A gap is as much too long as the next one is too short."""
    (told,) = midi.clock(pulses(tempo, 49, late=late / 1000), Rig())
    assert told.measured["jitter_ms"] == pytest.approx(late, abs=0.01)
    if abs(late - midi.STEADY_MS) > 0.02:
        assert told.level == ("look" if late > midi.STEADY_MS else "fine")


def test_clocks_are_told_apart_by_their_ports_and_a_few_pulses_are_none() -> None:
    heard = [event for pair in zip(pulses(120, 48), pulses(90, 48, "drums"), strict=True) for event in pair]
    assert [round(told.measured["tempo"]) for told in midi.clock(heard, Rig())] == [120, 90]
    wanted = Rig(clock=ClockRig(source="midi"))
    assert [told.level for told in midi.clock(heard, wanted)] == ["fine", "fine"]
    few = pulses(120, PULSES - 1)
    assert list(midi.clock(few, Rig())) == []
    assert [(told.level, told.about) for told in midi.clock(few, wanted)] == [("fix", "clock")]


def test_a_port_that_sends_only_a_clock_is_no_pedal_and_no_dead_one() -> None:
    press = NoteOn(1.0, "midi pedal", "pedal", 1, 60, 90)
    heard = [*pulses(120, 48), press, NoteOff(1.1, "midi pedal", "pedal", 1, 60)]
    told = list(midi.judge(heard, ["daw", "pedal", "dead"], Rig(), 7.5))
    assert [(one.level, one.about) for one in told] == [("fine", "MIDI"), ("look", "MIDI"), ("fine", "clock")]
    assert told[0].text == "pedal is heard: 2 messages in 7.5 s"
    assert told[1].text == "dead was not heard in 7.5 s"


# -- presses that just miss

sevens = st.integers(0, 127)
events = st.one_of(
    st.builds(NoteOn, st.just(0.0), st.just("midi x"), st.sampled_from(["FCB1010", "Launchpad"]), st.integers(1, 3),
              st.integers(36, 38), st.integers(1, 127)),
    st.builds(ControlChange, st.just(0.0), st.just("midi x"), st.just("FCB1010"), st.integers(1, 3),
              st.integers(80, 82), sevens, sevens),
)  # fmt: skip
ons = st.builds(
    lambda which, channel, port, threshold: {**which, **channel, **port, **threshold},
    st.sampled_from([{"note": 36}, {"note": 37}, {"control": 80}, {"control": 81}]),
    st.sampled_from([{}, {"channel": 1}, {"channel": 2}]), st.sampled_from([{}, {"port": "fcb"}, {"port": "pad"}]),
    st.sampled_from([{}, {"threshold": 1}, {"threshold": 40}, {"threshold": 127}]),
)  # fmt: skip


def trigger(on: dict[str, Any]) -> Trigger:
    return Trigger.model_validate({"on": on, "do": "next_line"})


@given(st.lists(ons, min_size=1, max_size=3), events)
@settings(max_examples=60)
def test_whoever_does_what_is_said_is_heard_in_the_end(written: list[dict[str, Any]], event: Event) -> None:
    """Each advice taken leads on: after three at most (channel, port, threshold) the press fires."""
    assert isinstance(event, NoteOn | ControlChange)
    if isinstance(event, ControlChange):  # pressed from where it rests
        event = replace(event, previous=0)
    for times in range(4 * len(written)):
        said = near_miss(map(trigger, written), event)
        if said is None:
            is_pressed = isinstance(event, NoteOn) or event.value > 0
            assert not times or not is_pressed or any(trigger(on).on.fires(event) for on in written)
            return
        one = next(on for on in written if near_miss([trigger(on)], event) == said)
        if "write channel = " in said:
            assert said.partition("write channel = ")[2].startswith(f"{event.channel},")
            one["channel"] = event.channel
        elif "write another port" in said:
            assert f'"{event.port}"' in said
            one["port"] = event.port
        else:
            value = int(said.partition("write threshold = ")[2])
            assert 1 <= value < one.get("threshold", 64)
            one["threshold"] = value
    raise AssertionError("no advice helped")


@given(ons, events)
@settings(max_examples=60)
def test_a_press_that_fires_misses_nothing(on: dict[str, Any], event: Event) -> None:
    said = near_miss([trigger(on)], event)
    if trigger(on).on.fires(event):
        assert said is None
    assert near_miss([], event) is None
    firing = {"note": event.note} if isinstance(event, NoteOn) else {"note": 1}
    if isinstance(event, NoteOn):
        assert near_miss([trigger(on), trigger(firing)], event) is None


def test_each_near_miss_is_said_once_and_what_mends_it_apart() -> None:
    known = [trigger({"note": 36, "channel": 10}), trigger({"program": 3, "bank": 1})]
    one, other = NoteOn(0.0, "midi x", "x", 1, 36, 90), ProgramChange(0.0, "midi x", "x", 1, 3, 2)
    told = list(midi.missed([one, other, one, KeyPress(0.0, "page", "x"), other], known))
    assert [finding.mend for finding in told] == [
        "write channel = 1, or set the pedal to channel 10", "write another bank",
    ]  # fmt: skip
    assert told[1].text == "program 3 arrives with bank 2, and the setlist wants bank 1"


# -- what the rig names


def test_each_port_of_the_rig_is_found_or_mended() -> None:
    found = Listing(
        "rtmidi", "alsa", ("FCB1010 MIDI 1 20:0", "Launchpad X", "Launchpad Mini"), ("Synth",), None, ("alsa",)
    )
    rig = Rig(midi=MidiRig(inputs=("fcb", "launchpad", "Push"), outputs=("synth", "fcb")))
    told = midi.driver(found, rig)
    assert [finding.level for finding in told] == ["fine", "fine", "fix", "fix", "fine", "fix"]
    assert told[1].text == 'input "fcb" is FCB1010 MIDI 1'
    assert told[2].mend == "write more of the name into the rig"
    assert "write more" not in told[2].text  # said once, as what mends it
    assert told[3].mend == told[5].mend == "plug it in, or mend its name in the rig"
    assert told[5].text == "no MIDI output matches \"fcb\"; there is: 'Synth'"


# -- the network


@pytest.mark.parametrize(
    ("platform", "there", "expected"),
    [
        ("linux", ("firewall-cmd", "ufw"), "sudo firewall-cmd --add-port=7744/udp"),
        ("linux", ("ufw",), "sudo ufw allow 7744/udp"),
        ("linux", (), "sudo iptables -I INPUT -p udp --dport 7744 -j ACCEPT"),
    ],
)  # fmt: skip
def test_the_firewall_is_opened_by_the_program_that_is_there(
    platform: str, there: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    assert network._let_in(7744, "udp") == expected


def connection(port: int, pid: int | None, status: str = "NONE") -> SimpleNamespace:
    return SimpleNamespace(laddr=SimpleNamespace(port=port), pid=pid, status=status)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], None), ([connection(7744, None)], None), ([connection(7745, 5)], None),
        ([connection(7744, 5, "ESTABLISHED")], None), ([connection(7744, 6)], "qlab (process 6)"),
        ([SimpleNamespace(laddr=(), pid=1, status="NONE"), connection(7744, 5)], "another stagelyric (process 5)"),
        ([connection(7744, 5, "ESTABLISHED"), connection(7744, 6, "LISTEN")], "qlab (process 6)"),
        ([connection(7744, 7)], "python (process 7)"), ([connection(7744, 8)], "process 8"),
    ],
)  # fmt: skip
def test_who_uses_a_port(there: list[Any], expected: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = {
        5: ("python", "python -m stagelyric play set.toml"), 6: ("qlab", "/opt/qlab"),
        7: ("python", "python -m stagelyric check set.toml"),
    }  # fmt: skip

    def process(pid: int) -> SimpleNamespace:
        if pid not in commands:
            raise psutil.NoSuchProcess(pid)
        name, words = commands[pid]
        return SimpleNamespace(name=lambda: name, cmdline=lambda: words.split())

    monkeypatch.setattr(psutil, "net_connections", lambda kind: there)
    monkeypatch.setattr(psutil, "Process", process)
    assert network.owner(7744, "udp") == expected


def test_a_system_that_tells_nothing_of_its_connections_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(kind: str) -> None:
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil, "net_connections", refused)
    assert network.owner(7744, "udp") is None


@pytest.mark.parametrize("pin", ["", "4711"])
@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.20"])
def test_a_page_that_others_see_wants_a_pin(host: str, pin: str) -> None:
    told = list(network._pin(Rig(web=WebRig(host=host, pin=pin or None))))
    assert [finding.level for finding in told] == ([] if host == "127.0.0.1" else ["fine" if pin else "look"])


def test_osc_that_names_who_may_send_is_not_open_to_everyone() -> None:
    assert [told.level for told in network._allow(Rig())] == ["look"]
    assert list(network._allow(Rig(osc=OscRig(allow=("192.168.1.0/24",))))) == []


# -- audio and the machine

PLAYED = {"device": "Scarlett", "rate": 48000, "latency": 0.01, "underruns": 0, "seconds": 5.0}


@given(st.floats(0.001, 1.0), st.integers(0, 50))
@settings(max_examples=40)
def test_sound_is_fine_only_where_it_is_neither_late_nor_torn(latency: float, underruns: int) -> None:
    told = audio.judge(PLAYED | {"latency": latency, "underruns": underruns}, SpeechRig(), 5.0)
    assert (told.level == "fine") is (latency <= 0.15 and not underruns)
    assert (told.mend is None) is (told.level == "fine")
    assert told.measured["underruns"] == underruns
    if underruns:  # more of a buffer is what helps, though the sound then comes later
        assert 'latency = "high"' in str(told.mend)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (" lowpowermode         1\n", "look"), (" lowpowermode         0\n", None), ("", None),
        (" womp 1\n lowpowermode 1 (imposed)\n", "look"), (" highpowermode 1\n", None),
    ],
)  # fmt: skip
def test_a_mac_that_saves_power_is_looked_at(said: str, level: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=said))
    assert [told.level for told in machine._mac()] == ([level] if level else [])


def test_a_mac_without_pmset_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError("pmset")

    monkeypatch.setattr(subprocess, "run", missing)
    assert list(machine._mac()) == []

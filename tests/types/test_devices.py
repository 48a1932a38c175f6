"""Finding a device by part of its name, and the command that lists them."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.commands import devices as command
from stagelyric.doctor import midi
from stagelyric.gear.midi import ports
from stagelyric.gear.midi.ports import Listing, list_ports
from stagelyric.setlist.rig import Rig
from stagelyric.speech.listing import Output, Outputs, SystemVoice, Voices
from stagelyric.types import paths
from stagelyric.types.devices import DeviceError, find, plain
from stagelyric.types.extras import how_to_get

PORTS = ["FCB1010:FCB1010 MIDI 1 20:0", "Launchpad X", "Launchpad Mini"]


def test_a_port_is_found_by_part_of_its_name_in_any_case() -> None:
    assert find("fcb", PORTS) == PORTS[0]


def test_an_exact_name_wins() -> None:
    assert find("pad", ["pad", "pad 2"]) == "pad"


def test_the_numbers_are_no_part_of_the_name_but_the_whole_name_may_be_given() -> None:
    with pytest.raises(DeviceError):
        find("20", PORTS)
    twins = ["FCB1010 20:0", "FCB1010 24:0"]
    with pytest.raises(DeviceError):
        find("FCB1010", twins)
    assert find("FCB1010 24:0", twins) == "FCB1010 24:0"


def test_two_that_match_are_an_error_naming_both() -> None:
    with pytest.raises(DeviceError, match=r"'Launchpad Mini' and 'Launchpad X'"):
        find("launchpad", PORTS)


def test_none_that_matches_is_an_error_naming_what_there_is() -> None:
    with pytest.raises(DeviceError, match=r'no port matches "Push"; there is: .*Launchpad X'):
        find("Push", PORTS)


@pytest.mark.skipif(sys.platform == "win32", reason="there the number at the end is the place in the list")
def test_plain_names_keep_the_numbers_that_are_theirs() -> None:
    assert plain("FCB1010 MIDI 1 20:0") == "FCB1010 MIDI 1"
    assert plain("nanoKONTROL2") == "nanoKONTROL2"


@pytest.fixture
def a_full_house(monkeypatch: pytest.MonkeyPatch) -> None:
    midi = Listing("rtmidi", "alsa", ("FCB1010 MIDI 1 20:0",), ("Launchpad X",))
    monkeypatch.setattr(command, "list_ports", lambda: midi)
    monkeypatch.setattr(command, "list_outputs", lambda: Outputs((Output("Scarlett 2i2 (ALSA)", 4, 48_000),)))
    voices = (SystemVoice("Alba", "en-gb-scotland", "gmw/alba"), SystemVoice("Anna", "de", "gmw/de"))
    monkeypatch.setattr(command, "list_voices", lambda: Voices(voices))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setattr(paths, "models", lambda: {"char-rnn": Path("models/char-rnn")})


@pytest.mark.usefixtures("a_full_house")
def test_devices_lists_what_there_is() -> None:
    done = CliRunner().invoke(command.devices)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[:6] == [
        "MIDI in (ALSA)", "  FCB1010 MIDI 1", "MIDI out (ALSA)", "  Launchpad X", "Audio out",
        "  Scarlett 2i2 (ALSA)   4 channels, 48000 Hz",
    ]  # fmt: skip
    assert lines[6:9] == ["Voices", "  Alba   en-gb-scotland", "  … and 1 more: --all-voices"]
    assert "char-rnn" in lines[10]
    assert "Anna" in CliRunner().invoke(command.devices, ["--all-voices"]).output


@pytest.mark.usefixtures("a_full_house")
def test_devices_as_json() -> None:
    found = json.loads(CliRunner().invoke(command.devices, ["--json"]).output)
    assert found["midi"]["inputs"] == ["FCB1010 MIDI 1 20:0"]
    assert found["audio"]["outputs"] == ["Scarlett 2i2 (ALSA)"]
    assert found["audio"]["devices"][0]["channels"] == 4
    assert found["voices"]["voices"][1] == {"name": "Anna", "language": "de", "key": "gmw/de"}
    assert found["models"][0]["name"] == "char-rnn"


def test_with_nothing_installed_devices_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("rtmidi", "supriya_midi", "sounddevice", "pyttsx3"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed', name=__name__)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(paths, "models", dict)
    done = CliRunner().invoke(command.devices)
    assert done.exit_code == 0
    assert done.output.count(f"no MIDI driver is installed: {how_to_get('midi')}") == 1
    assert "MIDI out\n  none, as above\n" in done.output
    for name in ("sounddevice", "pyttsx3"):
        assert f"{name} is not installed: {how_to_get('speech')}" in done.output
    assert "stagelyric train" in done.output


def test_a_driver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    assert list_ports(0.2).problem == "the MIDI driver did not answer within 0.2 s"


def test_a_driver_that_crashes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_command", lambda *_: [sys.executable, "-c", "import os; os.abort()"])
    told = list_ports()
    assert told.problem == "the MIDI driver failed: it ended the process that asked it (signal 6)"
    assert "midi none" in str(midi.driver(told, Rig())[0].mend)


names = st.lists(st.text("abcXYZ 12:", min_size=1, max_size=8), max_size=5)


@given(st.text("abcXYZ 12:", min_size=1, max_size=4), names)
@settings(max_examples=60)
def test_what_is_found_has_the_name_and_what_is_not_is_told(wanted: str, names: list[str]) -> None:
    try:
        found = find(wanted, names, "MIDI input")
    except DeviceError as error:
        said = str(error)
        assert said.startswith(
            (f'MIDI input "{wanted}" is ambiguous: ', f'no MIDI input matches "{wanted}"; there is: ')
        )
        assert sum(repr(name) in said for name in names) >= (2 if "ambiguous" in said else len(names))
    else:
        assert names.count(found) == 1
        assert wanted.casefold() in found.casefold()
        assert find(wanted, [*names, "Push"]) == find(wanted.upper(), ["Push", *names]) == found


@given(st.sets(st.text("abc 12", min_size=1, max_size=6), min_size=1, max_size=6))
@settings(max_examples=40)
def test_each_port_is_found_by_its_whole_name_though_others_contain_it(names: set[str]) -> None:
    assert [find(name, sorted(names)) for name in names] == list(names)


@given(names)
@settings(max_examples=30)
def test_the_errors_do_not_hang_on_the_order_of_the_ports(names: list[str]) -> None:
    with pytest.raises(DeviceError) as one:
        find("nothing", names)
    with pytest.raises(DeviceError) as other:
        find("nothing", names[::-1])
    assert str(one.value) == str(other.value)


@given(st.text(max_size=20))
@settings(max_examples=30)
def test_numbers_are_taken_off_a_name_once_and_only_at_its_end(name: str) -> None:
    assert name.startswith(plain(name))
    if sys.platform != "win32":
        assert plain(f"{name} 20:0") == name.rstrip() or not name.strip() or name[-1:].isspace()
        assert plain(f"20:0 {name}x") == f"20:0 {name}x"

"""The gear as it is written: addresses, networks, ranges, and a voice's file beside the rig."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist import faults, rig
from stagelyric.setlist.faults import DEEPEST, FileError, nearest, parsed, read_toml, shown
from stagelyric.setlist.rig import Rig, address, load_rig

hosts = st.sampled_from(["127.0.0.1", "stage.local", "[::1]", "::1", ""])


@settings(max_examples=60)
@given(hosts, st.integers(0, 65535))
def test_an_address_is_a_host_and_a_port(host: str, port: int) -> None:
    plain = host.strip("[]")
    assert address(f"{host}:{port}") == (plain or "127.0.0.1", port)
    assert address(f"{host}:{port}", "0.0.0.0") == (plain or "0.0.0.0", port)
    assert address(port) == address(str(port)) == ("127.0.0.1", port)


@pytest.mark.parametrize("written", ["", "x", "x:", ":", "x:65536", 65536, -1, "1.5", "x:y", "x: 80", "x:-1", "x:²"])
def test_what_has_no_port_is_no_address(written: str | int) -> None:
    with pytest.raises(ValueError, match=f'^wanted "host:port" or a port from 0 to 65535, found "{written}"$'):
        address(written)


def loaded(text: str) -> Rig:
    return faults.loads(text, Path("rig.toml"), Rig)


def told(text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        loaded(text)
    assert all(fault.startswith("rig.toml: ") for fault in caught.value.faults)
    return [fault.removeprefix("rig.toml: ") for fault in caught.value.faults]


def test_a_port_by_itself_is_an_address_too() -> None:
    found = loaded('[osc]\nlisten = 9000\nreply_to = ["10.0.0.2:1", 7]\nallow = ["10.0.0.0/8", "::1"]\n')
    assert (found.osc.listen, found.osc.reply_to) == ("9000", ("10.0.0.2:1", "7"))
    assert found.osc.allow == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[osc]\nlisten = 70000", 'osc, listen: wanted "host:port" or a port from 0 to 65535, found "70000"'),
        ("[osc]\nlisten = true", "osc, listen: wanted a text, found true"),
        ('[osc]\nallow = ["10.0.0.1", "10.0.0"]', 'osc, allow[2]: wanted an address or a network like "192.168.1.0/24"'
         ', found "10.0.0"'),
        ("[web]\nport = 65536", "web, port: wanted 65535 or less, found 65536"),
        ("[web]\nport = -1", "web, port: wanted 0 or more, found -1"),
        ("[web]\nprot = 1", 'web, prot: unknown key; did you mean "port"?'),
        ("[speech]\nrate = 49", "speech, rate: wanted 50 or more, found 49"),
        ("[speech]\nchannel = [0]", "speech, channel[1]: wanted 1 or more, found 0"),
        ("[speech]\nduck = 1", "speech, duck: wanted 0 or less, found 1"),
        ("[speech]\nlatency = 0", "speech, latency: wanted more than 0 or \"low\" or \"high\", found 0"),
        ('[speech]\nlatency = "medium"', 'speech, latency: wanted a number or "low" or "high", found "medium"'),
        ("[speech.whisper]\nbeats = 65", "speech, whisper, beats: wanted 64 or less, found 65"),
        ('[clock]\nsource = "sun"', 'clock, source: wanted "internal", "midi", "link" or "osc", found "sun"'),
        ('[writer]\nhosts = [""]', 'writer, hosts[1]: wanted a text that is not empty, found ""'),
        ('[live]\nhost = ""', 'live, host: wanted a text that is not empty, found ""'),
        ("live = 3", "live: wanted a table, found 3"),
        ("[midi]\ninputs = \"FCB\"", 'midi, inputs: wanted a list, found "FCB"'),
        ("[lights]\nport = 1", "lights: unknown key; known here: clock, live, midi, osc, speech, web, writer"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_rig_is_one_sentence(text: str, sentence: str) -> None:
    (found,) = told(text + "\n")
    assert found.startswith(sentence)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(told('[web]\nport = -1\npin = 5\n[clock]\nsource = "sun"\n[nothing_like_it]\n')) == 4


def test_a_rig_of_nothing_is_the_usual_one(tmp_path: Path) -> None:
    file = tmp_path / "rig.toml"
    file.write_text("")
    assert load_rig(file) == Rig() == rig.checked({}, file)
    assert Rig().live is None


@pytest.mark.parametrize("there", [[], ["voice.onnx"], ["voice.onnx.json"], ["voice.onnx", "voice.onnx.json"]])
def test_a_voice_s_two_files_lie_beside_the_rig(tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / name).write_bytes(b"")
    file = tmp_path / "rig.toml"
    file.write_text('[speech]\nvoice = "voice.onnx"\nrate = 100\n')
    if len(there) == 2:
        found = load_rig(file)
        assert (found.speech.voice, found.speech.rate) == (str(tmp_path / "voice.onnx"), 100)
        return
    with pytest.raises(FileError) as caught:
        load_rig(file)
    assert len(caught.value.faults) == 2 - len(there)
    assert all("wanted a Piper voice and its .json beside the rig" in fault for fault in caught.value.faults)


def test_a_voice_by_name_is_no_file(tmp_path: Path) -> None:
    assert rig.checked({"speech": {"voice": "Alan"}}, tmp_path / "rig.toml").speech.voice == "Alan"


# -- what is read, before it is a rig or a set


def parse_fault(text: str) -> str:
    with pytest.raises(FileError) as caught:
        parsed(text, Path("a.toml"))
    (fault,) = caught.value.faults
    assert fault.startswith("a.toml: not valid TOML: ")
    assert "\n" not in fault
    return fault.removeprefix("a.toml: not valid TOML: ")


@pytest.mark.parametrize("key", ["a", '"a b"', r""" "\"" . 'c.d'""", " a ", '[[ "a b"', "[a"])
def test_a_key_of_too_many_parts_is_refused_before_the_parser_sees_it(key: str) -> None:
    deep = ".".join([key, *["b"] * DEEPEST])
    assert parse_fault(f"x = 1\n\n{deep} = 1\n") == f"a key of more than {DEEPEST} parts (at line 3)"
    fine = ".".join(['"a b"', *["a"] * (DEEPEST - 1)])
    assert list(parsed(f"{fine} = 1\n", Path("a.toml"))) == ["a b"]
    assert parsed("a = 'b" + ".b" * 99 + "'\n", Path("a.toml")) == {"a": "b" + ".b" * 99}  # a text is no key


def test_what_would_take_the_parser_too_deep_is_a_sentence() -> None:
    assert parse_fault(f"a = {'[' * 50_000}") == "its lists or tables are nested too deep"
    assert parse_fault(f"a = {'1' * 5000}").startswith("Exceeds the limit")


@pytest.mark.parametrize(
    ("text", "odd"), [("a = \u00a01\n", "U+00A0"), ("a\u200b = 1\n", "U+200B"), ("a = 1\u2028b = 2\n", "U+2028")]
)
def test_a_character_that_cannot_be_seen_is_named(text: str, odd: str) -> None:
    assert parse_fault(text).endswith(f"found a character that can't be seen ({odd})")
    assert parsed('a = "\u00a0\u200b"\n', Path("a.toml")) == {"a": "\u00a0\u200b"}  # in a text it is one's own


@pytest.mark.parametrize(("left", "right"), [("“", "”"), ("„", "“"), ("«", "»"), ("’", "’"), ("\uff02", "\uff02")])
def test_curly_quotes_are_told_apart_from_those_in_a_text(left: str, right: str) -> None:
    assert parse_fault(f'b = "straight"\na = {left}curly{right}\n').endswith(
        f'found curly quotes ({left}), wanted straight ones (")'
    )
    assert "curly" not in parse_fault(f'a = "{left}x{right}" b\n')


def test_a_file_that_is_missing_a_folder_or_no_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.toml: wanted a rig file, found none"):
        load_rig(tmp_path / "none.toml")
    with pytest.raises(FileError, match="could not be read: it is a folder and no file"):
        load_rig(tmp_path)
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_toml(tmp_path / "a.toml") == "a = 1\r\n"


@settings(max_examples=60)
@given(st.text(max_size=100) | st.lists(st.integers(), max_size=60) | st.booleans() | st.floats() | st.none())
def test_what_was_found_is_shown_short(found: Any) -> None:
    text = shown(found)
    assert 1 <= len(text) <= 60
    if isinstance(found, str) and len(found) <= 58:
        assert text == f'"{found}"'
    if isinstance(found, bool):
        assert text in ("true", "false")


def test_the_nearest_key_is_named_or_none() -> None:
    known = sorted(Rig.model_fields)
    assert [nearest(key, known) for key in known] == [f'did you mean "{key}"?' for key in known]
    assert nearest("spech", known) == 'did you mean "speech"?'
    assert nearest("zzzz", known) == nearest("", known) == nearest("web", []) == ""


def test_all_faults_are_one_message_and_each_by_itself() -> None:
    error = FileError(["a: one", "b: two"])
    assert (str(error), error.faults) == ("a: one\nb: two", ["a: one", "b: two"])

"""The patches: committed as they are made, whole, and read by the tools of those who know their formats."""

import json
import struct
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import py2tosc
import pytest
from py2max import Patcher

from stagelyric.gear.live.contents import ASKED
from stagelyric.patches import max_patches, pd, supercollider
from stagelyric.patches.export import KINDS, files
from stagelyric.patches.target import DOES, PRESSES, SAYS, Target, name
from stagelyric.setlist.rig import LiveRig, Rig

ROOT = Path(__file__).parents[2]
FILES = {file.path: file.data for file in files(Target())}
OTHER = {file.path: file.data for file in files(Target("192.168.1.20", 9001, 9002))}


def test_the_committed_patches_are_what_the_declaration_makes() -> None:
    committed = {
        path.relative_to(ROOT / "patches").as_posix(): path.read_bytes()
        for path in (ROOT / "patches").rglob("*")
        if path.is_file()
    }
    changed = [path for path, data in FILES.items() if committed.get(path) != data]
    assert changed == [], "stagelyric patches export patches"
    assert set(committed) == set(FILES)


def test_the_same_target_gives_the_same_bytes() -> None:
    again = {file.path: file.data for file in files(Target())}
    assert again == FILES


@pytest.mark.parametrize("folder", sorted({path.partition("/")[0] for path in FILES}))
def test_each_says_what_to_connect_and_shows_it(folder: str) -> None:
    readme = FILES[f"{folder}/README.md"].decode()
    assert "![" in readme
    assert "7744" in readme or "stagelyric play" in readme
    assert "stagelyric play" in readme
    picture = ElementTree.fromstring(FILES[f"{folder}/picture.svg"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert any(element.tag.endswith("text") for element in picture.iter())


def _told(path: str, data: bytes) -> str:
    return zlib.decompress(data).decode() if path.endswith(".tosc") else data.decode(errors="replace")


@pytest.mark.parametrize(
    "path", [path for path in FILES if not path.endswith(("README.md", ".svg", "-help.pd", ".scd"))]
)
def test_each_is_set_to_the_ports_it_is_made_for(path: str) -> None:
    here, there = _told(path, FILES[path]), _told(path, OTHER[path])
    if "7744" in here:
        assert "7744" not in there
        assert "127.0.0.1" not in there
        assert "9001" in there
        assert "192.168.1.20" in there
    assert not any(part in there for part in ("7745",))


@pytest.mark.parametrize(
    ("path", "everything"),
    [
        ("pure-data/stagelyric.pd", True),
        ("pure-data/README.md", True),
        ("max/stagelyric.maxpat", True),
        ("max/stagelyric.maxhelp", True),
        ("supercollider/Stagelyric.sc", True),
        ("sonic-pi/README.md", True),
        ("qlab/README.md", True),
        ("companion/README.md", False),
        ("open-stage-control/stagelyric.json", False),
        ("touchosc/stagelyric.tosc", False),
        ("max-for-live/stagelyric.amxd", False),
    ],
)
def test_none_falls_behind_the_declaration(path: str, everything: bool) -> None:
    """`everything`: all that can be done; else at least every press."""
    text = _told(path, FILES[path])
    for entry in DOES if everything else PRESSES:
        spellings = (entry.address, entry.address.strip("/").replace("/", " "), f"lyric :{name(entry.address)}",
                     f'"{name(entry.address)}"', f"{name(entry.address)} ", f"`{name(entry.address)}")  # fmt: skip
        assert any(spelling in text for spelling in spellings), entry.address


# -- Max


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("max") and "." in path[-8:-3]])
def test_max_finds_nothing_wrong(path: str, tmp_path: Path) -> None:
    if path.endswith((".md", ".svg")):
        return
    (tmp_path / Path(path).name).write_bytes(FILES[path])
    findings = Patcher.from_file(tmp_path / Path(path).name).lint()
    assert [finding for finding in findings if finding.severity == "error"] == []
    unknown = [finding.message for finding in findings if finding.code == "W-UNKNOWN-OBJECT"]
    assert all("'stagelyric'" in message for message in unknown)
    done = subprocess.run(
        [sys.executable, "-m", "py2max", "validate", str(tmp_path / Path(path).name)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_devices_chunks_are_as_live_reads_them() -> None:
    """ampf, a version and the kind of device; meta; ptch, which holds mx@c, the patcher as JSON, and the directory."""
    data = FILES["max-for-live/stagelyric.amxd"]
    assert data[:4] == b"ampf"
    assert struct.unpack("<I", data[4:8])[0] == 4
    assert data[8:12] == b"mmmm", "a MIDI effect"
    chunks, at = {}, 12
    while at < len(data):
        tag, size = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        chunks[tag] = data[at + 8 : at + 8 + size]
        at += 8 + size
    assert at == len(data)
    assert list(chunks)[-1] == b"ptch"
    inner = chunks[b"ptch"]
    assert inner[:4] == b"mx@c"
    end = struct.unpack(">I", inner[12:16])[0]
    patcher = json.loads(inner[16:end].rstrip(b"\0"))["patcher"]
    assert inner[end : end + 4] == b"dlst"
    assert (patcher["openinpresentation"], patcher["devicewidth"]) == (1, 360)
    texts = " ".join(str(box["box"].get("text", "")) for box in patcher["boxes"])
    for wanted in (
        "midiin",
        "midiout",
        "live.observer tempo",
        "current_song_time",
        "selected_scene",
        "/stagelyric/song",
    ):
        assert wanted in texts
    notes = texts.partition("select ")[2].split()[: len(PRESSES)]
    assert notes == [str(max_patches.FIRST_NOTE + place) for place in range(len(PRESSES))]


# -- TouchOSC and Open Stage Control


def test_touchosc_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "stagelyric.tosc"
    file.write_bytes(FILES["touchosc/stagelyric.tosc"])
    layout = py2tosc.load(file)
    assert layout.validate() == []
    done = subprocess.run([Path(sys.executable).with_name("py2tosc"), "validate", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "clean" in done.stdout
    ids = [control.id for control in layout.walk()]
    assert len(set(ids)) == len(ids)


def test_the_session_is_as_open_stage_control_writes_one() -> None:
    session: dict[str, Any] = json.loads(FILES["open-stage-control/stagelyric.json"])
    schema = json.loads((Path(__file__).parent / "open-stage-control.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(session, schema)
    widgets = session["content"]["widgets"]
    assert len({widget["id"] for widget in widgets}) == len(widgets)
    for one in widgets:
        assert 0 <= one["left"] <= one["left"] + one["width"] <= session["content"]["width"]
        for other in widgets:
            assert one is other or not _overlap(one, other), (one["id"], other["id"])


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["left"] < other["left"] + other["width"] and other["left"] < one["left"] + one["width"]
        and one["top"] < other["top"] + other["height"] and other["top"] < one["top"] + one["height"]
    )  # fmt: skip


# -- the rest


def test_a_rig_that_a_readme_shows_is_a_good_one() -> None:
    for path, data in FILES.items():
        for block in data.decode(errors="replace").split("```toml\n")[1:] if path.endswith(".md") else ():
            Rig.model_validate(tomllib.loads(block.partition("```")[0]))


def test_the_rig_for_live_listens_to_it() -> None:
    rig = Rig.model_validate(tomllib.loads(FILES["ableton-osc/rig.toml"].decode()))
    assert rig.live == LiveRig()
    readme = FILES["ableton-osc/README.md"].decode()
    assert all(f"| `{address}` | {why} |" in readme for address, why in ASKED)
    assert f"UDP port {rig.live.port} and sends to {rig.live.answers}" in readme
    assert "| `Harbour Lights — chorus` | Harbour Lights, chorus |" in readme


def test_names_in_other_languages() -> None:
    assert supercollider.method("/stagelyric/song/next") == "songNext"
    assert pd._example(DOES[1]) == "word harbour"
    assert set(SAYS) == {"cue", "clear", "next", "pool", "song", "section", "syllable", "error"}
    assert len(KINDS) == len(set(KINDS))


def test_the_command_writes_them_for_this_rig(tmp_path: Path) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text('[osc]\nlisten = "0.0.0.0:9001"\n', encoding="utf-8")
    command = [sys.executable, "-m", "stagelyric", "patches", "export", str(tmp_path / "out"), "--rig", str(rig)]
    done = subprocess.run([*command, "--host", "192.168.1.20", "--listen", "9002", "--json"], capture_output=True)
    told = json.loads(done.stdout)
    assert (told["host"], told["osc_port"], len(told["files"])) == ("192.168.1.20", 9001, len(FILES))
    for path, data in OTHER.items():
        assert (tmp_path / "out" / path).read_bytes() == data
    (tmp_path / "file").write_text("")
    wrong = subprocess.run([*command[:-3], str(tmp_path / "file")], capture_output=True, text=True)
    assert wrong.returncode == 1
    assert "could not be written" in wrong.stderr


def test_a_comma_in_an_example_does_not_begin_another_message() -> None:
    for path in ("pure-data/README.md", "pure-data/stagelyric-help.pd", "max/README.md", "max/stagelyric.maxhelp"):
        told = FILES[path].decode()
        assert "Thank you" in told
        assert "Thank you," not in told, path

"""`stagelyric devices --say`: one text out of the rig's channels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jack import Jack
from sound_server import JackRecorder

if sys.platform == "win32":
    pytest.skip("there is no sound server here", allow_module_level=True)

DEVICES = [sys.executable, "-m", "stagelyric", "devices"]


def test_a_text_comes_out_of_the_channels_that_were_asked_for(
    jack: Jack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in jack.env.items():
        monkeypatch.setenv(name, value)
    say = [*DEVICES, "--say", "Hold the light", "--channel", "3", "--channel", "4", "--device", "system", "--json"]
    with JackRecorder(jack.name, tmp_path, channels=4, early=True) as recorder:
        found = json.loads(subprocess.run(say, capture_output=True, timeout=120, check=True).stdout)
    assert found["channels"] == [3, 4]
    assert found["device"] == "system (JACK)"
    pcm = recorder.recording.pcm
    assert not pcm[:, :2].any()
    assert abs(pcm[:, 2]).max() > 0.1
    listed = json.loads(subprocess.run([*DEVICES, "--json"], capture_output=True, timeout=120, check=True).stdout)
    assert "system (JACK)" in listed["audio"]["outputs"]
    assert any(device["channels"] == 4 for device in listed["audio"]["devices"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--device", "Scarlett"], 'no audio output matches "Scarlett"'),
        (["--channel", "9"], 'wanted channel 9, and "'),
        (["--voice", "Nobody"], 'no voice matches "Nobody"'),
    ],
)
def test_what_is_not_there_is_said_plainly(
    jack: Jack, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    for name, value in jack.env.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run([*DEVICES, "--say", "Hold", *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr

"""Audio: whether the output opens, its latency, and how many underruns it has while playing silence."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from stagelyric.doctor.findings import Finding, fine, fix, look
from stagelyric.setlist.rig import SpeechRig
from stagelyric.speech.audio import in_plain_words
from stagelyric.types.extras import how_to_get
from stagelyric.types.json import JsonObject
from stagelyric.types.program import typed

SECONDS = 5.0
_PATIENCE = 15.0  # additional seconds for a driver to start
_LONGEST = 0.15  # seconds of latency from which a line is audibly late


def check(rig: SpeechRig) -> list[Finding]:
    """Plays silence for SECONDS and reports."""
    return check_in(rig, SECONDS, os.environ)


def check_in(rig: SpeechRig, seconds: float, environment: Mapping[str, str]) -> list[Finding]:
    """The same in a process of its own, with this environment, since a driver may hang or crash."""
    wish = {"device": rig.device, "latency": rig.latency or "low", "seconds": seconds, "channels": rig.channel}
    command = [sys.executable, "-m", "stagelyric.types.process", "stagelyric.doctor.audio_probe", json.dumps(wish)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds + _PATIENCE, stdin=subprocess.DEVNULL, env=environment
        )
        told: JsonObject = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        text = "the audio driver did not answer: another program may hold the device"
        return [fix("audio", text, "close it, or choose another: [speech] device in the rig")]
    except ValueError:
        return [
            fix("audio", "the audio driver crashed when it was asked what there is", "update the driver or PortAudio")
        ]
    return [judge(told, rig, seconds)]


def judge(told: JsonObject, rig: SpeechRig, seconds: float) -> Finding:
    """The finding for the probe's answer. Pure."""
    if "missing" in told:
        mend = "sudo apt install libportaudio2" if told["missing"] == "portaudio" and sys.platform == "linux" else (
            how_to_get("speech"))  # fmt: skip
        return look("audio", "there is nothing to play sound with: the show goes on without speech", mend)
    if "problem" in told:
        # If the rig names a device, somebody relies on it; without one the show may be meant to be silent.
        level = fix if rig.device else look
        return level("audio", in_plain_words(told["problem"]), f"{typed('devices')}   (lists what there is)")
    latency, dry = told["latency"] * 1000, told["underruns"]
    measured = {key: told[key] for key in ("device", "rate", "latency", "underruns", "seconds")}
    text = f"{told['device']} opens at {told['rate']} Hz, {latency:.0f} ms; {dry} underruns in {seconds:g} s"
    if dry:
        return look(
            "audio", text, '[speech] latency = "high"   (in the rig), or close what keeps the machine busy', **measured
        )
    if latency > _LONGEST * 1000:
        return look("audio", text, '[speech] latency = "low"   (in the rig)', **measured)
    return fine("audio", text, **measured)

"""Opens an audio output, plays silence and counts underruns: run by `types.process` with WISH; answers in JSON."""

import json
import os
import sys
import time
from typing import NoReturn

from stagelyric.speech.audio import Untyped, choose, library, outputs
from stagelyric.types.devices import DeviceError
from stagelyric.types.json import JsonObject


def probe(wish: JsonObject) -> JsonObject:
    """`wish`: device (part of its name or None), channels (counted from 1), latency, seconds."""
    try:
        sounddevice = library()
    except ImportError:
        return {"missing": "sounddevice"}
    except OSError:
        return {"missing": "portaudio"}
    underruns = 0

    def callback(out: Untyped, frames: int, now: object, status: Untyped) -> None:
        nonlocal underruns
        underruns += bool(status.output_underflow)
        out[:] = bytes(len(out))

    try:
        device = choose(wish["device"], outputs(sounddevice))
        channels = max(wish["channels"], default=min(device.channels, 2))
        if channels > device.channels:
            return {"problem": f'the rig wants channel {channels}, and "{device.label}" has {device.channels}: '
                    "write another [speech] channel, or another device"}  # fmt: skip
        with sounddevice.RawOutputStream(
            samplerate=device.rate, device=device.index, channels=channels, dtype="float32",
            latency=wish["latency"], callback=callback,
        ) as stream:  # fmt: skip
            time.sleep(0.2)
            underruns = 0  # underruns in the first buffers are not the rig's fault
            time.sleep(wish["seconds"])
            found = {"device": device.label, "rate": device.rate, "latency": round(float(stream.latency), 4)}
            return found | {"underruns": underruns, "seconds": wish["seconds"]}
    except (DeviceError, ValueError, sounddevice.PortAudioError) as error:
        return {"problem": str(error)}


def main(pipe: int) -> NoReturn:
    os.write(pipe, json.dumps(probe(json.loads(sys.argv[1]))).encode())
    os._exit(0)  # skips the driver's shutdown

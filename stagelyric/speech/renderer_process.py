"""The voice, in a process of its own: run by `types.process` with SETTINGS, or `voices`.

It may hang or end at any time; `renderer` is its other end and restarts it. Both ways go JSON objects, one per line:
{"text", "path", "rate"} in, and {"ready": voice, "seconds": limit} once, then for each, in order, {"seconds": length},
{"error"} or {"unkept"} back; the last means that the sound is made and can't be stored. {"missing"} or {"fatal"} say
why it ends by itself. It also ends when its standard input is closed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from stagelyric.types.json import JsonObject
from stagelyric.types.process import step_aside

if TYPE_CHECKING:
    from stagelyric.speech.voices import Voice


class _UnkeptError(Exception):
    """A sound can't be stored. The message says why."""


def main(pipe: int) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which then closes our input
    answers = os.fdopen(pipe, "w", encoding="utf-8")

    def say(**answer: object) -> None:
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        if sys.argv[1] == "voices":
            say(voices=_voices())
        else:
            step_aside(10)  # less than the generator does, since a line that is written needs its sound
            _serve(json.loads(sys.argv[1]), say)
    except ImportError as error:
        say(missing=error.name or str(error))
    except BrokenPipeError:
        pass  # nobody reads our output any more
    except Exception as error:  # the voices' libraries may raise anything, which is reported to the show
        say(fatal=str(error) or type(error).__name__)
    # Not an ordinary exit, since the voices' libraries may crash or hang during shutdown.
    os._exit(0)


def _serve(settings: JsonObject, say: Callable[..., None]) -> None:
    from stagelyric.speech import sound  # noqa: F401 - before it says that it is ready
    from stagelyric.speech.voices import VoiceError, open_voice

    doubt = None
    try:
        voice = open_voice(settings["voice"], settings["words_a_minute"])
    except VoiceError as error:  # use the default voice rather than none, and report it
        doubt = str(error)
        voice = open_voice(None, settings["words_a_minute"])
    say(ready=voice.name, seconds=voice.seconds, doubt=doubt)
    for number, line in enumerate(sys.stdin.buffer):
        raw = Path(settings["scratch"], f"{os.getpid()}-{number}.wav")  # a new name for each file
        try:
            answer: JsonObject = {"seconds": _render(voice, json.loads(line), raw)}
        except _UnkeptError as error:
            answer = {"unkept": str(error)}
        except Exception as error:  # this line can't be spoken, but the next one may be
            answer = {"error": f"{type(error).__name__}: {error}"}
        raw.unlink(missing_ok=True)
        say(**answer)


def _render(voice: "Voice", order: JsonObject, raw: Path) -> float:
    from stagelyric.speech import sound

    pcm = sound.SILENCE
    if any(letter.isalnum() for letter in order["text"]):  # otherwise a voice would say "dot dot dot", or hang
        voice.render(order["text"], raw)
        pcm = sound.finish(*sound.read(raw), order["rate"])
    try:
        sound.write(Path(order["path"]), pcm, order["rate"])
    except OSError as error:
        raise _UnkeptError(error.strerror or str(error)) from None
    return len(pcm) / float(order["rate"])


def _voices() -> list[JsonObject]:
    from dataclasses import asdict

    from stagelyric.speech.voices import known_voices

    return [asdict(voice) for voice in known_voices()]

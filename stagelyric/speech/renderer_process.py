"""The voice, in a process of its own: run by `types.process` with SETTINGS, or `voices`.

It may hang or end at any time; `renderer` is its other end and starts another. Both ways go JSON objects, one a line:
{"text", "path", "rate"} in, and {"ready": voice, "seconds": limit} once, then {"seconds": length} or {"error"} back
for each, in order. {"missing"} or {"fatal"} say why it ends by itself. The end of standard input ends it too.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from stagelyric.types.child import step_aside

if TYPE_CHECKING:
    from stagelyric.speech.voices import Voice


def main(pipe: int) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which closes our input
    answers = os.fdopen(pipe, "w", encoding="utf-8")

    def say(**answer: object) -> None:
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()

    try:
        if sys.argv[1] == "voices":
            say(voices=_voices())
        else:
            step_aside(10)  # before the generator: a line that is written wants its sound
            _serve(json.loads(sys.argv[1]), say)
    except ImportError as error:
        say(missing=error.name or str(error))
    except BrokenPipeError:
        pass  # nobody reads us any more
    except Exception as error:  # the voices' libraries raise what they like, and the show is told why
        say(fatal=str(error) or type(error).__name__)
    # Not a plain exit: the voices' libraries crash or hang as they are taken down.
    os._exit(0)


def _serve(settings: dict[str, Any], say: Callable[..., None]) -> None:
    from stagelyric.speech import sound  # noqa: F401 - before it says that it is ready
    from stagelyric.speech.voices import VoiceError, open_voice

    doubt = None
    try:
        voice = open_voice(settings["voice"], settings["words_a_minute"])
    except VoiceError as error:  # the usual voice is better than none, and the show says which it is
        doubt = str(error)
        voice = open_voice(None, settings["words_a_minute"])
    say(ready=voice.name, seconds=voice.seconds, doubt=doubt)
    for number, line in enumerate(sys.stdin.buffer):
        raw = Path(settings["scratch"], f"{os.getpid()}-{number}.wav")  # never a name used before
        try:
            answer: dict[str, Any] = {"seconds": _render(voice, json.loads(line), raw)}
        except Exception as error:  # this line can't be spoken; the next one may be
            answer = {"error": f"{type(error).__name__}: {error}"}
        raw.unlink(missing_ok=True)
        say(**answer)


def _render(voice: "Voice", order: dict[str, Any], raw: Path) -> float:
    from stagelyric.speech import sound

    pcm = sound.SILENCE
    if any(letter.isalnum() for letter in order["text"]):  # a voice would say "dot dot dot", or hang
        voice.render(order["text"], raw)
        pcm = sound.finish(*sound.read(raw), order["rate"])
    sound.write(Path(order["path"]), pcm, order["rate"])
    return len(pcm) / float(order["rate"])


def _voices() -> list[dict[str, Any]]:
    from dataclasses import asdict

    from stagelyric.speech.voices import known_voices

    return [asdict(voice) for voice in known_voices()]

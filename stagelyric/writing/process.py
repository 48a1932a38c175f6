"""The process that writes lines. It is started by `types.process` and receives requests on standard input.

Its arguments: MODEL [NEVER_QUOTE…] [-- FRAMES… [-- SERVER PATIENCE [HOSTS…]]].

It holds the model, serves an urgent request between two steps of any other, among urgent ones the one for fewer lines
first, drops a cancelled request between two steps, and reports every quarter of a second that it is alive. The show's
side of the pipe and the messages are in `generator`.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.types import heap
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Ask, as_list
from stagelyric.writing.turns import Turns, Work

ALIVE_EVERY = 0.25  # seconds between reports of being alive
URGENT, PATIENT = 0, 1

if TYPE_CHECKING:
    from stagelyric.writing.editing import Judge
    from stagelyric.writing.writer import Writer

Request = tuple[int, int, int, JsonObject]  # priority, how many lines if urgent, order of arrival, what was asked

log = logging.getLogger(__name__)


def main(pipe: int) -> None:
    """Runs the process: reads requests, writes lines, reports that it is alive, and exits when the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the show, which closes our pipe
    out, arguments = os.fdopen(pipe, "w", encoding="utf-8"), sys.argv[1:]
    requests: queue.PriorityQueue[Request] = queue.PriorityQueue()
    under_way: set[int] = set()  # ids of requests that are being served
    forgotten: set[int] = set()  # ids of requests that were cancelled
    threading.Thread(target=_read, args=(requests, under_way, forgotten), daemon=True).start()
    last_sign, saying = 0.0, threading.Lock()

    def say(answer: JsonObject) -> None:
        try:
            with saying:
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                out.flush()
        except OSError:
            os._exit(0)

    def sign() -> None:
        nonlocal last_sign
        now = time.monotonic()
        if now - last_sign >= ALIVE_EVERY:
            last_sign = now
            say({"alive": True})

    try:
        writer = _opened(arguments, sign)
    except Exception as error:  # the show is told why it can't write, whatever the reason
        say({"fatal": f"could not be started ({error})"})
        # Not sys.exit: the reading thread is blocked on standard input, which would crash the interpreter's shutdown.
        os._exit(1)

    heap.give_back()
    asked = _Asked(requests, under_way, forgotten, lambda request, between: say(_answer(writer, request, between)))
    turns = Turns(asked.urgent, asked.waits, sign)
    while True:
        sign()
        with contextlib.suppress(queue.Empty):
            priority, *_, request = requests.get(timeout=ALIVE_EVERY / 2)
            if priority == URGENT:
                asked.serve_urgent(request, sign)
            else:
                turns.do(partial(asked.serve, request))
                heap.give_back()


@dataclass(frozen=True, slots=True)
class _Asked:
    """The requests: `waiting`, `under_way` (ids of those being served), `forgotten` (ids of those cancelled). `grant`
    writes one."""

    waiting: queue.PriorityQueue[Request]
    under_way: set[int]
    forgotten: set[int]
    grant: Callable[[JsonObject, Callable[[], None]], None]

    def serve(self, request: JsonObject, between: Callable[[], None]) -> None:
        def still_wanted() -> None:
            if request["id"] in self.forgotten:
                raise _Forgotten
            between()

        self.under_way.add(request["id"])
        try:
            still_wanted()
            self.grant(request, still_wanted)
        except _Forgotten:
            pass
        finally:
            self.under_way.discard(request["id"])
            self.forgotten.discard(request["id"])

    def serve_urgent(self, request: JsonObject, between: Callable[[], None]) -> None:
        """Serves a request, and between two of its steps any urgent one that asks for fewer lines."""

        def smaller_first() -> None:
            between()
            while self.waits() and self.waiting.queue[0][1] < request["count"]:
                self.serve(self.waiting.get()[-1], between)

        self.serve(request, smaller_first)

    def waits(self) -> bool:
        """Whether an urgent request waits."""
        # Safe without a lock: the thread that calls this is the only one that takes requests out.
        return bool(self.waiting.queue) and self.waiting.queue[0][0] == URGENT

    def urgent(self) -> Work | None:
        return partial(self.serve_urgent, self.waiting.get()[-1]) if self.waits() else None


class _Forgotten(BaseException):
    """The request was cancelled. Not an Exception, so that no handler on the way takes it for a fault."""


def _answer(writer: "Writer", request: JsonObject, between: Callable[[], None]) -> JsonObject:
    written = request["ask"]
    lists = {key: tuple(value) for key, value in written.items() if isinstance(value, list)}
    ask = Ask(**(written | lists))
    try:
        made = writer.explain(ask, request["start"], request["count"], request["earlier"], between)
    except Exception as error:  # one request that can't be served must not end the others
        logging.exception("a request failed")
        return {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
    answer: JsonObject = {"id": request["id"], "lines": [as_list(line) for line, _ in made]}
    if request.get("why"):
        answer["why"] = [writer.why(line, marks) for line, marks in made]
    return answer


def told_apart(arguments: Sequence[str]) -> list[list[str]]:
    """The arguments split at each "--"."""
    parts: list[list[str]] = [[]]
    for argument in arguments:
        if argument == "--":
            parts.append([])
        else:
            parts[-1].append(argument)
    return [*parts, [], []][:3]


def _opened(arguments: Sequence[str], sign: Callable[[], None]) -> "Writer":
    """The writer for the process's arguments."""
    # Imported here, after the process has lowered its priority, so that an import error is reported like any other.
    from stagelyric.gates import novelty
    from stagelyric.types import paths, server
    from stagelyric.writing.writer import Writer

    (model, *names), own, asked = told_apart(arguments)
    files = [Path(name) for name in names]
    never = novelty.of_files(files, paths.quotes(), sign) if files else None
    there = server.parse(asked[0], asked[2:], float(asked[1])) if asked else None
    return Writer.open(
        Path(model), weights=_taste(), never=never, frames=list(map(Path, own)), editor=_editor(), server=there
    )


def _taste() -> Mapping[str, float]:
    """The weights learned from the band's judgements, if any. A damaged file is reported but doesn't stop the show."""
    from stagelyric.types import paths
    from stagelyric.writing import ranking, taste

    try:
        return taste.load(paths.taste())
    except taste.TasteError as error:
        log.warning("%s; lines are chosen as ever", error)
        return ranking.WEIGHTS


def _editor() -> "Judge | None":
    """The editor, if there is one. An editor that can't be used is reported but doesn't stop the show."""
    from stagelyric.editor.faults import EditorError
    from stagelyric.writing import editing

    try:
        return editing.ready()
    except EditorError as error:
        log.warning("%s; lines are chosen without it", error)
        return None


def _read(requests: queue.PriorityQueue[Request], under_way: set[int], forgotten: set[int]) -> None:
    for number, line in enumerate(sys.stdin.buffer):
        request = json.loads(line)
        if "forget" in request:
            waiting = {told["id"] for *_, told in list(requests.queue)}
            if request["forget"] in waiting | under_way:
                forgotten.add(request["forget"])
        elif request["urgent"]:
            requests.put((URGENT, request["count"], number, request))
        else:
            requests.put((PATIENT, 0, number, request))
    os._exit(0)  # the show has ended

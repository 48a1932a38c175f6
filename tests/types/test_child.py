"""A process that is kept: heard, found silent, stopped, started anew."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.testing.waiting import until
from stagelyric.types.child import BACKOFF, Child, End, JsonLines
from stagelyric.types.process import command

LIMIT = 60.0
PROGRAM = """
import json, os, sys, time

def main(pipe):
    out = os.fdopen(pipe, "w", encoding="utf-8")
    def say(**what):
        out.write(json.dumps(what) + "\\n")
        out.flush()
    say(up=os.getpid())
    for line in sys.stdin:
        order = json.loads(line)
        if "echo" in order:
            say(echo=order["echo"])
        elif "exit" in order:
            os._exit(order["exit"])
        elif "say" in order:
            out.write(order["say"] + "\\n")
            out.flush()
        elif "hang" in order:
            time.sleep(600)
    if os.environ.get("STUBBORN"):
        time.sleep(600)
"""


class Kept:
    """A child, and all that it said and how it ended."""

    def __init__(self, folder: Path, environment: dict[str, str], **settings: Any) -> None:
        (folder / "program.py").write_text(PROGRAM)
        path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.heard: list[dict[str, Any]] = []
        self.ends: list[End] = []
        self.child = Child(
            lambda: command("program"), JsonLines(), hear=self.heard.append, lost=self.ends.append,
            environment={**os.environ, "PYTHONPATH": path, **environment}, **settings,
        )  # fmt: skip

    def said(self, key: str) -> list[Any]:
        return [message[key] for message in self.heard if key in message]


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(environment: dict[str, str] | None = None, **settings: Any) -> AsyncIterator[Kept]:
        it = Kept(tmp_path, environment or {}, **settings)
        async with it.child.running("kept"):
            await until(lambda: bool(it.said("up")))
            yield it

    return make


async def test_what_is_sent_is_heard_in_order_however_long(kept: Callable[..., Any]) -> None:
    long = "x" * 700_000  # more than any pipe holds
    async with kept() as it:
        assert all(it.child.send({"echo": text}) for text in ("a", long, "b"))
        await until(lambda: len(it.said("echo")) == 3)
        assert it.said("echo") == ["a", long, "b"]


async def test_one_that_ends_is_started_anew_and_its_status_told(kept: Callable[..., Any]) -> None:
    async with kept() as it:
        it.child.well()
        it.child.send({"exit": 7})
        await until(lambda: len(it.said("up")) == 2)
        assert [(end.how, end.status, end.spoke) for end in it.ends] == [("ended with status 7", 7, True)]
        assert it.child.starts == 2
        psutil.Process(it.child.pid).kill()
        await until(lambda: len(it.said("up")) == 3)
        assert it.ends[1].status is not None
        assert it.ends[1].status < 0


async def test_one_that_is_silent_is_replaced(kept: Callable[..., Any]) -> None:
    async with kept(silence=1.0, ending=0.1) as it:
        it.child.send({"hang": True})
        await until(lambda: len(it.said("up")) == 2)
        assert it.ends[0].how == "gave no sign of life for 1 s"


@pytest.mark.needs("linux")
@pytest.mark.parametrize("limits", [{}, {"silence": 60.0}])
async def test_one_that_is_stopped_is_replaced_at_once_whatever_its_limits(
    kept: Callable[..., Any], limits: dict[str, float]
) -> None:
    async with kept(pauses=(0.0, 600.0), **limits) as it:
        for number in range(2):
            psutil.Process(it.child.pid).suspend()
            await until(lambda number=number: len(it.said("up")) == number + 2)  # type: ignore[misc]
        assert [(end.how, end.stopped) for end in it.ends] == [("was stopped", True)] * 2


async def test_one_that_talks_nonsense_is_replaced(kept: Callable[..., Any]) -> None:
    async with kept() as it:
        it.child.send({"say": "no JSON at all"})
        await until(lambda: len(it.said("up")) == 2)
        assert it.ends[0].how.startswith("said something that is no message")


async def test_one_is_ended_for_a_reason_and_given_up(kept: Callable[..., Any]) -> None:
    async with kept() as it:
        it.child.give_up()
        it.child.end("is of no use")
        await until(lambda: bool(it.ends))
        await asyncio.sleep(3 * BACKOFF[1])
        assert [end.how for end in it.ends] == ["is of no use"]
        assert it.child.starts == 1
        assert not it.child.send({"echo": "nobody"})


@pytest.mark.parametrize("stubborn", ["", "1"])
async def test_closing_leaves_no_process_behind(kept: Callable[..., Any], stubborn: str) -> None:
    async with kept({"STUBBORN": stubborn}, ending=0.3) as it:
        process = psutil.Process(it.child.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        assert process.status() == psutil.STATUS_ZOMBIE


async def test_what_hearing_raises_costs_no_message(kept: Callable[..., Any]) -> None:
    async with kept() as it:
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context["exception"]))

        def hear(message: dict[str, Any]) -> None:
            it.heard.append(message)
            if message.get("echo") == "bad":
                raise RuntimeError("not this one")

        it.child._life._hear = hear
        for text in ("bad", "good", "last"):
            it.child.send({"echo": text})
        await until(lambda: len(it.said("echo")) == 3)
        assert it.said("echo") == ["bad", "good", "last"]
        assert len(failures) == 1


messages = st.lists(st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=9), max_size=3))


@given(messages, st.lists(st.integers(0, 200), max_size=6))
def test_messages_are_the_same_wherever_the_stream_is_cut(sent: list[dict[str, Any]], cuts: list[int]) -> None:
    framing = JsonLines()
    stream = b"".join(framing.pack(message) for message in sent)
    found, rest, last = [], b"", 0
    for cut in [*sorted(cuts), len(stream)]:
        whole, rest = framing.unpack(rest + stream[last:cut])
        found += whole
        last = max(last, cut)
    assert found == [orjson.loads(orjson.dumps(message)) for message in sent]
    assert rest == b""
    with pytest.raises(ValueError, match="a line of more than"):
        JsonLines(10).unpack(b"x" * 11)

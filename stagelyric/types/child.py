"""Supervises a child process of ours: starts it, reads its messages, gives it up when it is silent, stops and restarts
it.

Every child begins in `types.process`. Its `Framing` defines the format of the messages on its pipes. A pipe is a file
descriptor on the event loop, so that a message is handled in the round in which it arrives; where the loop supports no
pipes (Windows), a thread reads it.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import orjson

from stagelyric.types.silence import STOPPED, Grace, Silence, look, wants_processor

BACKOFF = (0.0, 0.1, 0.5, 2.0, 5.0)  # seconds before each start after a run that was of no use (see `Child.well`)
ENDING = 2.0  # seconds that a child may take to exit after its input was closed, before it is killed
_EXITING = 1.0  # seconds that a child may take to exit after it closed its output; then it is killed
_UNSENT = 1 << 20  # bytes queued for a child that does not read; anything beyond is dropped

M = TypeVar("M")


class Framing(Protocol[M]):
    """How messages are split from a stream of bytes, and how orders are encoded."""

    def pack(self, order: M) -> bytes: ...

    def unpack(self, data: bytes) -> tuple[list[M], bytes]:
        """The complete messages at the beginning of `data`, and the rest of it. Raises ValueError for an invalid
        message."""
        ...


class JsonLines:
    """JSON objects, one per line. `longest`: maximum length of a line in bytes; a longer one is an error."""

    def __init__(self, longest: int = 1 << 20) -> None:
        self._longest = longest

    def pack(self, order: dict[str, object]) -> bytes:
        return orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE)

    def unpack(self, data: bytes) -> tuple[list[dict[str, object]], bytes]:
        *lines, rest = data.split(b"\n")
        if len(rest) > self._longest:
            raise ValueError(f"a line of more than {self._longest} bytes")
        return [orjson.loads(line) for line in lines], rest


@dataclass(frozen=True, slots=True)
class End:
    """How one run of the process ended: the reason in words; its exit status, if it has one (negative: killed by that
    signal); whether any message came from it; how many seconds it lasted; whether it was found stopped by a signal."""

    how: str
    status: int | None
    spoke: bool
    seconds: float
    stopped: bool = False


class Child(Generic[M]):
    """A process that is restarted whenever it ends.

    `command` is called for each start. `hear` gets each message, `lost` is told how each run ended. `starting`,
    `silence`: seconds within which the first sign of life (a message for which `alive` is true), and each later one,
    must come (`silence` None: no limit). A process that gets no turn at a processor may take longer, and so may one
    whose last run fell silent soon after its start. `pauses`: seconds before the first start, the second, and so on;
    `well` resets to the pause with the index `after_use`. A process that was stopped by a signal (SIGSTOP) is replaced
    without a pause, whatever its limits are. `ending`: see ENDING; 0 kills at once.
    """

    def __init__(
        self,
        command: Callable[[], Sequence[str]],
        framing: Framing[M],
        *,
        hear: Callable[[M], None],
        lost: Callable[[End], None],
        alive: Callable[[M], bool] = lambda message: True,
        starting: float = 20.0,
        silence: float | None = None,
        pauses: Sequence[float] = BACKOFF,
        after_use: int = 0,
        ending: float = ENDING,
        environment: Mapping[str, str] | None = None,
        quiet: bool = True,
    ) -> None:
        self._command, self._framing = command, framing
        self._hear, self._lost, self._alive = hear, lost, alive
        self._starting, self._silence = starting, silence
        self._grace = Grace()
        self._pauses, self._after_use, self._ending = pauses, after_use, ending
        self._environment, self._quiet = environment, quiet
        self._life: _Life[M] | None = None
        self._failures = 0
        self.starts = 0
        self._given_up = False

    @property
    def pid(self) -> int | None:
        return self._life.process.pid if self._life is not None else None

    @property
    def given_up(self) -> bool:
        return self._given_up

    def give_up(self) -> None:
        """No restart after the present run."""
        self._given_up = True

    def well(self) -> None:
        """The present run has been of use, so the pauses begin again at `after_use`."""
        self._failures = self._after_use

    def again_soon(self) -> None:
        """The run ended through no fault of its own, so the next pause is the second shortest."""
        self._failures = 1

    def send(self, order: M) -> bool:
        """Sends an order; returns whether there is a process to send it to. Never waits."""
        return self._life is not None and self._life.send(self._framing.pack(order))

    def kill(self) -> None:
        """Kills the present process at once, also if it hangs."""
        if self._life is not None:
            self._life.process.kill()

    def end(self, why: str) -> None:
        """Ends the present run, and passes the reason `why` to `lost`; another run follows."""
        if self._life is not None:
            self._life.end(why)

    @asynccontextmanager
    async def running(self, name: str) -> AsyncIterator[None]:
        """The process is kept running while this context is open, and ended on exit. `name`: the task's name, for
        tracebacks."""
        keeper = asyncio.create_task(self.keep(), name=name)
        try:
            yield
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def keep(self) -> None:
        """Runs and restarts the process until cancelled or given up."""
        clock = asyncio.get_running_loop().time
        while not self._given_up:
            await asyncio.sleep(self._pauses[min(self._failures, len(self._pauses) - 1)])
            self._failures += 1
            began = clock()
            try:
                how, life = await self._live()
                ended = End(how, life.process.returncode, life.spoke, clock() - began, life.stopped)
                self._grace.ended(life.silent, ended.seconds)
                if life.stopped and life.spoke:
                    self._failures = 0  # it was stopped from outside, so it is no failure of its own
            except OSError as error:
                ended = End(str(error), None, False, clock() - began)
            self._lost(ended)

    async def _live(self) -> "tuple[str, _Life[M]]":
        """Runs the process once; returns the reason of its end, and the run."""
        starting = asyncio.ensure_future(asyncio.to_thread(self._spawn))
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await _stopped(await starting, self._ending)
            raise
        factor, silence = self._grace.factor, self._silence
        limits = (self._starting * factor, None if silence is None else silence * factor)
        life = _Life(process, self._framing, self._hear, self._alive, limits)
        self._life, self.starts = life, self.starts + 1
        try:
            how = await life.ended()
        finally:
            self._life = None
            life.close()
            await _stopped(process, max(self._ending, _EXITING) if life.finished else self._ending)
        status = process.returncode
        if how:
            return how, life
        return (f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"), life

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # Not in a session of its own: with the kernel's autogroup scheduling, niceness counts only within a session.
        process = subprocess.Popen(
            self._command(), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if self._quiet else None, env=self._environment,
        )  # fmt: skip
        if sys.platform != "win32" and process.stdin is not None and process.stdout is not None:
            os.set_blocking(process.stdin.fileno(), False)
            os.set_blocking(process.stdout.fileno(), False)
        return process


class _Life(Generic[M]):
    """One run of the process: its messages, what is sent to it, and its silence."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        framing: Framing[M],
        hear: Callable[[M], None],
        alive: Callable[[M], bool],
        limits: tuple[float, float | None],
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self._framing, self._hear, self._alive = process, framing, hear, alive
        self._loop = asyncio.get_running_loop()
        self._in, self._out = process.stdin.fileno(), process.stdout.fileno()
        self._buffer, self._unsent = b"", b""
        self._messages: deque[M] = deque()
        self._over = asyncio.Event()
        self._why = ""
        pid = process.pid
        self._silence = Silence(*limits, self._loop.time(), partial(look, pid), partial(wants_processor, pid))
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self.finished = False  # whether it closed its output itself
        self.stopped = False  # whether it was found stopped by a signal
        self.silent = False  # whether it was silent for too long
        if sys.platform == "win32":
            threading.Thread(target=self._read, name="child", daemon=True).start()
        else:
            self._loop.add_reader(self._out, self._readable)
        self._watch()

    def send(self, data: bytes) -> bool:
        if self._over.is_set() or self._closed:
            return False
        if len(self._unsent) + len(data) > max(_UNSENT, len(data)):
            return True  # it hangs and its pipe is full; its silence will be noticed
        self._unsent += data
        self._writable()
        return True

    def end(self, why: str) -> None:
        self._why = self._why or why
        self._over.set()

    async def ended(self) -> str:
        """Waits for the end of the run; returns the reason, or "" if the process closed its output itself."""
        await self._over.wait()
        return self._why

    @property
    def spoke(self) -> bool:
        return self._silence.spoke

    def _watch(self) -> None:
        """Checks whether the process was stopped or has been silent for too long, and schedules the next check."""
        if self._over.is_set() or self._closed:
            return
        if self._silence.due(self._loop.time()) and sys.platform != "win32":
            self._readable()  # it may be us who had no time to read
            if self._over.is_set():
                return  # it has ended, or said something that is no message
        why = self._silence.judge(self._loop.time())
        if why == STOPPED:
            self.stopped = True
            self.process.kill()  # a stopped process reacts to no other signal
        if why is not None:
            self.silent = not self.stopped
            self.end(why)
        else:
            if self._timer is not None:
                self._timer.cancel()  # reading, above, may have set another
            self._timer = self._loop.call_later(self._silence.next(self._loop.time()), self._watch)

    def close(self) -> None:
        if not self._closed and sys.platform != "win32":
            self._loop.remove_reader(self._out)
            self._loop.remove_writer(self._in)
        if self._timer is not None:
            self._timer.cancel()
        self._closed = True

    def _writable(self) -> None:
        """Sends what is queued, as far as the pipe accepts it."""
        try:
            sent = os.write(self._in, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:  # the process has ended
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        if sys.platform != "win32":
            if self._unsent:
                self._loop.add_writer(self._in, self._writable)
            else:
                self._loop.remove_writer(self._in)

    def _readable(self) -> None:
        try:
            data = os.read(self._out, 65536)
        except BlockingIOError:
            return
        self._received(data)

    def _read(self) -> None:
        data = b"?"
        while data:
            try:
                data = os.read(self._out, 65536)
            except OSError:  # closed while being read
                data = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._received, data)

    def _received(self, data: bytes) -> None:
        if not data and not self.finished:
            self.close()
            self.finished = True
            self._over.set()
        try:
            messages, self._buffer = self._framing.unpack(self._buffer + data)
        except ValueError as error:
            self.end(f"said something that is no message ({error})")
            return
        self._messages += messages
        while self._messages:
            message = self._messages.popleft()
            if self._alive(message):
                first = not self.spoke
                self._silence.sign(self._loop.time())
                if first and self._timer is not None:
                    self._timer.cancel()
                    self._watch()
            try:
                self._hear(message)
            except Exception as error:  # an error in `hear` must not cost the messages that follow
                self._loop.call_exception_handler({"message": "a message was not understood", "exception": error})


async def _stopped(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Closes its input, waits up to the limit, then kills it. Asked to exit first, since a program that just vanishes
    leaves a sound server busy."""
    stopping = asyncio.ensure_future(asyncio.to_thread(_stop, process, seconds))
    try:
        # Shielded, so that cancelling this leaves no process behind.
        await asyncio.shield(stopping)
    except asyncio.CancelledError:
        await stopping
        raise


def _stop(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    with process:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()

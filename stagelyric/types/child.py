"""A process of ours that is kept: started, heard, given up when it is silent, and started anew."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import orjson

BACKOFF = (0.0, 0.1, 0.5, 2.0, 5.0)  # seconds before each start that follows a life without a use
_ENDING_SECONDS = 2.0
_LONGEST = 1 << 20  # bytes of one message


class Child:
    """`python -m stagelyric.types.process MODULE ARGUMENTS`; JSON objects, one a line, both ways.

    `hear` gets each message; `lost` is told how a life ended, in words. `starting`, `silence`: how long the first
    message, and each later one, may take (None: it may be silent for as long as it likes).
    """

    def __init__(
        self,
        module: str,
        arguments: Callable[[], Sequence[str]],
        *,
        hear: Callable[[dict[str, Any]], None],
        lost: Callable[[str], None],
        starting: float = 20.0,
        silence: float | None = None,
    ) -> None:
        self._module, self._arguments = module, arguments
        self._hear, self._lost = hear, lost
        self._starting, self._silence = starting, silence
        self._process: asyncio.subprocess.Process | None = None
        self._failures = 0
        self.starts = 0
        self.given_up = False  # set it, and the next end is the last

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def well(self) -> None:
        """This life was of use: the next one may begin at once."""
        self._failures = 0

    def send(self, order: dict[str, Any]) -> bool:
        """Whether there was a process to send it to. Never waits."""
        if self._process is None or self._process.stdin is None or self._process.stdin.is_closing():
            return False
        self._process.stdin.write(orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE))
        return True

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def keep(self) -> None:
        """Goes on until it is cancelled or given up."""
        while not self.given_up:
            await asyncio.sleep(BACKOFF[min(self._failures, len(BACKOFF) - 1)])
            self._failures += 1
            try:
                how = await self._live()
            except OSError as error:
                how = str(error)
            self._lost(how)

    async def _live(self) -> str:
        """One life of the process; the way it ended."""
        # Not in a session of its own: under the kernel's autogroups a niceness counts only inside a session.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "stagelyric.types.process", self._module, *self._arguments(), limit=_LONGEST,
            # Sound libraries write to standard error whatever they do not find.
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self._process, self.starts = process, self.starts + 1
        assert process.stdout is not None
        limit: float | None = self._starting
        try:
            while True:
                try:
                    # Not wait_for: before Python 3.12 it can lose a cancellation that comes with an answer.
                    async with asyncio.timeout(limit):
                        message = await process.stdout.readline()
                except TimeoutError:
                    return f"gave no sign of life for {limit:g} s"
                if not message:
                    code = await process.wait()
                    return f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
                limit = self._silence
                self._hear(orjson.loads(message))
        except ValueError as error:
            return f"said something that is no message ({error})"
        finally:
            self._process = None
            # Shielded: whoever cancels this must not leave a process behind.
            await asyncio.shield(_end(process))


async def _end(process: asyncio.subprocess.Process) -> None:
    """In good order, if it can: a sound server is kept busy by a program that just vanishes."""
    if process.returncode is None and process.stdin is not None:
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_SECONDS):
                await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()


def step_aside(by: int = 15) -> None:
    """Gives the processor to the show and to whatever else plays tonight."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(by)

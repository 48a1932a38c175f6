"""A terminal that nobody reads (a frozen window, a lost ssh) costs no press and does not hold Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.harness import SET, ports, stock
from product import MODEL

from stagelyric.testing.play import LIMIT, Play, journal_of

pytestmark = [pytest.mark.needs("linux")]


@contextlib.contextmanager
def unread(folder: Path, keys: bool) -> Iterator[tuple[Play, subprocess.Popen[bytes], int]]:
    """The show in a terminal of its own whose screen is never read; `keys`: its keyboard is the show's."""
    page, osc = ports()
    stock(folder)
    (folder / "set.toml").write_text(SET, encoding="utf-8")
    ours, theirs = os.openpty()
    command = [
        sys.executable, "-m", "stagelyric", "play", str(folder / "set.toml"), "--no-open", "--no-speech",
        "--midi", "none", "--model", str(MODEL), "--port", str(page), "--osc-port", str(osc),
        "--journal", str(journal_of(folder)),
    ]  # fmt: skip
    places = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CACHE", "DATA")}
    process = subprocess.Popen(
        command,
        stdin=theirs if keys else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | places,
        start_new_session=True,
    )
    try:
        yield Play(process, page, osc, folder), process, theirs  # type: ignore[arg-type]
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for end in (ours, theirs):
            os.close(end)


def fill(terminal: int) -> None:
    """Until no byte more goes in, for long enough that nothing is on its way through it any more."""
    own = os.open(os.ttyname(terminal), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    still = 0
    while still < 10:
        try:
            os.write(own, b"x" * 64)
            still = 0
        except BlockingIOError:
            still += 1
            time.sleep(0.01)
    os.close(own)


@pytest.mark.parametrize(("full", "keys"), [("from the start", True), ("in mid-show", True), ("in mid-show", False)])
async def test_a_terminal_that_is_not_read_holds_neither_a_press_nor_ctrl_c(
    tmp_path: Path, full: str, keys: bool
) -> None:
    with unread(tmp_path, keys) as (play, process, terminal):
        if full == "from the start":
            fill(terminal)
        await play.ready(0)
        async with play.display() as display:
            if full == "in mid-show":
                fill(terminal)
            for number in range(1, 30):
                play.send("/stagelyric/line")
                await display.until(lambda number=number: len(display.cues) >= number)  # type: ignore[misc]
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait, LIMIT)
        assert process.returncode == 0
        assert time.monotonic() - began < 10

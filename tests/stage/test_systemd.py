"""What systemd is told: that the show is up, that its loop turns, that it ends."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagelyric.stage.systemd import notify, watched
from stagelyric.testing.waiting import until

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is a Linux program")


class Systemd:
    """A socket as systemd has it, and what it was told."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)
        self.told: list[str] = []

    def take(self) -> list[str]:
        while True:
            try:
                self.told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self.told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    monkeypatch.chdir(tmp_path)
    made = Systemd("notify")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    yield made
    made.close()


async def test_a_watchdog_is_fed_while_the_loop_turns(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "3000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    async with watched("Friday"):
        await until(lambda: systemd.take().count("WATCHDOG=1") >= 3, "the watchdog")
    assert systemd.take()[0] == "READY=1\nSTATUS=Friday"
    assert systemd.told[-1] == "STOPPING=1"
    assert set(systemd.told[1:-1]) == {"WATCHDOG=1"}
    await asyncio.sleep(0.02)
    assert systemd.take()[-1] == "STOPPING=1"  # nobody feeds it any more


@pytest.mark.parametrize(("limit", "process"), [("", ""), ("3000", "1"), ("often", ""), ("0", "")])
async def test_without_a_watchdog_of_this_process_it_is_told_of_begin_and_end(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch, limit: str, process: str
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit)
    monkeypatch.setenv("WATCHDOG_PID", process or str(os.getpid()))
    async with watched("Friday"):
        await asyncio.sleep(0.02)
    assert systemd.take() == ["READY=1\nSTATUS=Friday", "STOPPING=1"]


async def test_an_end_by_an_error_is_told_too(systemd: Systemd) -> None:
    with pytest.raises(KeyError):
        async with watched("Friday"):
            raise KeyError
    assert systemd.take()[-1] == "STOPPING=1"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="abstract sockets are Linux's")
def test_an_abstract_socket_is_told_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"stagelyric-test-{os.getpid()}"
    made = Systemd(f"\0{name}")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    assert notify("READY=1")
    assert made.take() == ["READY=1"]
    made.close()


@pytest.mark.parametrize("address", ["", "notify", "vsock:2:1234"])
async def test_a_show_that_systemd_did_not_start_tells_nobody(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    assert not notify("READY=1")
    async with watched("Friday"):
        pass


def test_nobody_who_listens_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify("READY=1")


def test_a_listener_that_is_too_slow_is_not_waited_for(systemd: Systemd) -> None:
    told = [notify("WATCHDOG=1") for _ in range(5000)]
    assert told[0]
    assert not told[-1]  # its buffer is full
    assert len(systemd.take()) == sum(told)

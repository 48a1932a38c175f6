"""A show at boot: the unit as systemd itself reads it, and a running show that tells systemd how it is."""

import asyncio
import os
import plistlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from product import SETLIST, playing

from stagelyric.stage import systemd as sd
from stagelyric.testing.play import LIMIT


def service(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stagelyric", "service", *arguments],
        capture_output=True, text=True, env=os.environ | environment, timeout=LIMIT,
    )  # fmt: skip


@pytest.fixture
def setlist(tmp_path: Path) -> Path:
    """In a folder with everything in its name that a shell, systemd or XML would read as its own."""
    folder = tmp_path / '50% of "Fri$day"; it\'s <ours> & yours'
    folder.mkdir()
    (folder / "set list.toml").write_text(SETLIST.replace("Test night", "Night at 100 %n"), encoding="utf-8")
    return folder / "set list.toml"


@pytest.mark.needs("systemd-analyze")
def test_systemd_reads_the_unit_and_starts_the_very_command(setlist: Path, tmp_path: Path) -> None:
    done = service("install", str(setlist), "--kind", "systemd", "--", "--host", "0.0.0.0", "--seed", "7")
    assert done.returncode == 0, done.stderr
    unit = tmp_path / "stagelyric.service"
    unit.write_text(done.stdout, encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "--user", "verify", str(unit)], capture_output=True, text=True)
    assert [line for line in verified.stderr.splitlines() if "stagelyric" in line] == []
    assert verified.returncode == 0 or "stagelyric" not in verified.stderr
    assert "Type=notify\n" in done.stdout
    assert "WatchdogSec=10\n" in done.stdout
    assert "Description=stagelyric: Night at 100 %%n\n" in done.stdout
    start = next(line for line in done.stdout.splitlines() if line.startswith("ExecStart="))
    assert start.endswith("--no-open --host 0.0.0.0 --seed 7")
    quoted = str(setlist).replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    assert f'play "{quoted}" --no-open' in start


def test_launchd_reads_the_agent(setlist: Path) -> None:
    done = service("install", str(setlist), "--kind", "launchd", "--name", "friday")
    agent = plistlib.loads(done.stdout.encode())
    assert agent["ProgramArguments"] == [sys.executable, "-m", "stagelyric", "play", str(setlist), "--no-open"]
    assert (agent["Label"], agent["KeepAlive"], agent["RunAtLoad"]) == ("org.stagelyric.friday", True, True)
    assert agent["WorkingDirectory"] == str(setlist.parent)


def test_it_is_written_where_the_system_looks_and_removed_again(setlist: Path, tmp_path: Path) -> None:
    places = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path)}
    done = service("install", str(setlist), "--kind", "systemd", "--write", **places)
    file = tmp_path / "config" / "systemd" / "user" / "stagelyric.service"
    assert done.stdout.startswith(f"written: {file}\n")
    assert "systemctl --user enable --now stagelyric" in done.stdout
    assert file.read_text(encoding="utf-8") == service("install", str(setlist), "--kind", "systemd").stdout
    assert service("uninstall", "--kind", "systemd", **places).returncode == 0
    assert not file.exists()
    gone = service("uninstall", "--kind", "systemd", **places)
    assert (gone.returncode, "found none at" in gone.stderr) == (2, True)


def test_what_is_wrong_is_said_before_anything_is_installed(setlist: Path, tmp_path: Path) -> None:
    for arguments, text in [
        ((str(tmp_path / "no.toml"),), "wanted a setlist file, found none"),
        ((str(setlist), "--rig", str(tmp_path / "no.toml")), "wanted a rig file, found none"),
        ((str(setlist), "--name", "../x"), "--name: wanted letters"),
    ]:
        done = service("install", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert text in done.stderr


async def test_a_show_says_when_it_is_ready_and_that_it_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(systemd, lambda: told.append(systemd.recv(1000).decode()))
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        async with playing(tmp_path / "show", "--midi", "none", environment=environment) as play:
            async with asyncio.timeout(LIMIT):
                while len(told) < 4:
                    await asyncio.sleep(0.05)
            assert told[0] == f"READY=1\nSTATUS=Test night: {play.url}"
        loop.remove_reader(systemd)
    assert told[-1] == "STOPPING=1"
    assert set(told[1:-1]) == {"WATCHDOG=1"}


async def test_a_systemd_that_does_not_read_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert [sd.notify("WATCHDOG=1") for _ in range(2000)][-1] is False


async def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not sd.notify("READY=1")
    async with sd.watched("x"):
        pass
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not sd.notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "relative")
    assert not sd.notify("READY=1")
    monkeypatch.setenv("WATCHDOG_USEC", "500000")
    assert sd._watchdog_seconds() == 0.5
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert sd._watchdog_seconds() is None

"""Ports for programs that are started: no two processes are given the same, and nobody's connection either."""

import socket
import subprocess
import sys

import pytest

from stagelyric.testing import ports

_MANY = "from stagelyric.testing.ports import free_port; print(*(free_port() for _ in range(150)), flush=True); input()"


@pytest.mark.needs("linux")
def test_processes_that_choose_at_once_are_given_different_ports() -> None:
    # They begin at the same place, the worst case.
    same = "import random; random.SystemRandom.randrange = lambda self, end: 77; " + _MANY
    pipe = subprocess.PIPE
    processes = [subprocess.Popen([sys.executable, "-c", same], stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    given = [process.stdout.readline().split() for process in processes if process.stdout]
    for process in processes:
        process.communicate("\n", timeout=60)
    assert [len(each) for each in given] == [150, 150, 150]
    assert len(set().union(*given)) == 450


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_somebody_has_is_passed_over(monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        port = ports.free_port()
        taken.bind(("127.0.0.1", port))
        monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
        with pytest.raises(OSError, match=f"{port} is free"):
            ports.free_port()
    assert ports.free_port() == port


def test_two_ports_in_a_row() -> None:
    first = ports.two_free_ports()
    with socket.socket() as one, socket.socket() as two:
        one.bind(("0.0.0.0", first))
        two.bind(("0.0.0.0", first + 1))
    assert first + 1 != ports.free_port()

"""Ports that a program may be told to listen on.

Asking the system for any free port and closing it again is a race: until the program opens it, a connection that
somebody makes, or another search, may be given the same one. So they are taken from a range that no system gives to
connections, and each is claimed until the claiming process ends: as a lock on one byte of a file that all processes of
this user share.
"""

import contextlib
import os
import random
import socket
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

PORTS = range(20_000, 32_000)  # Linux gives connections 32768 and up, macOS and Windows 49152 and up
_following = count(random.SystemRandom().randrange(len(PORTS)))  # two processes seldom begin at the same place


def free_port() -> int:
    """A port of this machine on which nobody listens, by TCP or UDP; no other process gets it from here while this one
    runs. Raises OSError if there is none."""
    for _ in PORTS:
        port = PORTS[next(_following) % len(PORTS)]
        if _is_free(port) and _claim(port):
            return port
    raise OSError(f"no port from {PORTS[0]} to {PORTS[-1]} is free")


def two_free_ports() -> int:
    """A port that is free, and the next one too."""
    while True:
        port = free_port()
        if free_port() == port + 1:
            return port


def _is_free(port: int) -> bool:
    """Whether it can be opened for every address of this machine."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        contextlib.suppress(OSError),
    ):
        stream.bind(("0.0.0.0", port))
        datagrams.bind(("0.0.0.0", port))
        return True
    return False


def _claim(port: int) -> bool:
    """Whether it is ours now, and was no other process's."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, lockf
    except ImportError:  # Windows: only the random beginnings keep processes apart
        return True
    with contextlib.suppress(OSError):
        lockf(_claims(), LOCK_EX | LOCK_NB, 1, port)
        return True
    return False


@cache
def _claims() -> int:
    """The file whose bytes stand for ports, as a descriptor: closing it would give up every claim."""
    return os.open(Path(tempfile.gettempdir()) / f"stagelyric-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT, 0o600)

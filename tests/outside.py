"""Which tests reach for anything outside of Python: those alone can be touched by what is hidden.

Where STAGELYRIC_REACHED names a file, a run writes into it which tests passed and never started a process, went beyond
this machine's own addresses, loaded or looked for a library, read from the environment where programs are, or looked
for models that somebody fetched. A run with STAGELYRIC_HIDE_PROGRAMS leaves those out and runs all others: CI's second
run, a minute after the first. Whoever sets STAGELYRIC_HIDE_PROGRAMS alone runs everything.

What happens in a fixture is heard wherever the fixture is used, and what happens when a file is imported counts for all
tests in it. What makes sound, and what happens in real time, is never left out (conftest.py).
"""

import functools
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from types import ModuleType
from typing import Any

import programs
import psutil
import pytest
from hearing import Hearing

from stagelyric.types import paths

NAMED = "STAGELYRIC_REACHED"
_EVENTS = {
    "subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system", "ctypes.dlopen",
    programs.AUDITED,
}  # fmt: skip
_ADDRESSED = {"socket.bind", "socket.connect", "socket.sendto"}  # with a socket and an address
_LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyname"}  # with a name
_FAMILIES = {socket.AF_INET, socket.AF_INET6, getattr(socket, "AF_UNIX", None)}
_READ = {"PATH", "PYTHONPATH", programs.HIDE}

_heard = Hearing()  # whatever reaches beyond


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _EVENTS:
        _heard.now |= arguments[:1] != (None,)  # ctypes.CDLL(None) is this process itself
    elif event in _ADDRESSED:
        _heard.now |= not (isinstance(arguments[1], tuple) and _is_here(arguments[1][0]))
    elif event in _LOOKED_UP:
        _heard.now |= not _is_here(arguments[0])
    elif event == "socket.__new__":
        _heard.now |= arguments[1] not in _FAMILIES


def _is_here(host: object) -> bool:
    """Whether an address is one that a machine in no network has too."""
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    return name in ("::1", "localhost") or name.startswith("127.")


def listen(config: pytest.Config) -> None:
    if NAMED in os.environ and programs.HIDE not in os.environ:
        _hear_all()
        config.pluginmanager.register(_heard)
        config.pluginmanager.register(Notes(Path(os.environ[NAMED])))


@functools.cache
def left_out() -> frozenset[str]:
    """The tests, as pytest names them, that another run has done as this one would; a file's name stands for all
    tests in it."""
    if NAMED not in os.environ or programs.HIDE not in os.environ:
        return frozenset()
    try:
        return frozenset(json.loads(Path(os.environ[NAMED]).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _hear_all() -> None:
    sys.addaudithook(_hear)
    environment = type(os.environ)
    read = environment.__getitem__

    def heard(self: "os._Environ[str]", key: str) -> str:
        if key in _READ:
            _heard.now = True
        return read(self, key)

    environment.__getitem__ = heard  # type: ignore[method-assign]
    _hear_calls(psutil, "net_if_addrs")
    _hear_calls(paths, "editors")


def _hear_calls(module: ModuleType, name: str) -> None:
    call: Callable[..., Any] = getattr(module, name)

    def heard(*arguments: Any) -> Any:
        _heard.now = True
        return call(*arguments)

    setattr(module, name, heard)


class Notes:
    """Kept in each process that runs tests; the first one gathers them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ran: set[str] = set()
        self._reached: set[str] = set()
        self._whole = True  # whether every process told

    def pytest_sessionstart(self) -> None:
        self._file.unlink(missing_ok=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        _heard.now = False
        try:
            return (yield)
        finally:
            if _heard.now and isinstance(collector, pytest.Module):
                self._reached.add(collector.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _heard.now = False
        try:
            return (yield)
        finally:
            self._ran.add(item.nodeid)
            needs = any(programs.is_hidden(need) for marker in item.iter_markers("needs") for need in marker.args)
            if needs or _heard.was_in(item):
                self._reached.add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._reached.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        told = getattr(node, "workeroutput", {}).get(NAMED)
        if error is not None or told is None:
            self._whole = False
        else:
            self._ran |= set(told[0])
            self._reached |= set(told[1])

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[NAMED] = [sorted(self._ran), sorted(self._reached)]
        elif exitstatus == 0 and self._whole:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            left_out = json.dumps(sorted(_without(self._ran, self._reached)), indent=1)
            self._file.write_text(left_out + "\n", encoding="utf-8")


def _without(ran: Set[str], reached: Set[str]) -> set[str]:
    """The tests among `ran` that are not among `reached`, nor is their file; a file that has no other by its name."""
    touched = {file_of(name) for name in reached}
    return {
        name if file_of(name) in touched else file_of(name)
        for name in ran
        if name not in reached and file_of(name) not in reached
    }

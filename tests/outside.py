"""Which files of tests reach for anything outside of Python: those alone can be touched by what is hidden.

Where STAGELYRIC_REACHED names a file, a run writes into it which files of tests passed whole and never started a
process, made a socket, loaded or looked for a library, or read from the environment where programs, packages or models
are. A run with STAGELYRIC_HIDE_PROGRAMS leaves those out and runs all others: CI's second run, a minute after the
first. Whoever sets STAGELYRIC_HIDE_PROGRAMS alone runs everything.

What happens in a fixture is heard wherever the fixture is used, and what happens when a file is imported counts for it.
What makes sound, and what happens in real time, is never left out (conftest.py).
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import programs
import pytest

NAMED = "STAGELYRIC_REACHED"
_EVENTS = {
    "subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system", "ctypes.dlopen",
    "socket.__new__", "socket.bind", "socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
    programs.AUDITED,
}  # fmt: skip
_READ = {"PATH", "PYTHONPATH", "XDG_DATA_HOME", programs.HIDE}


class _Heard:
    now = False
    fixtures: ClassVar[set[pytest.FixtureDef[Any]]] = set()


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event in _EVENTS and arguments[:1] != (None,):  # ctypes.CDLL(None) is this process itself
        _Heard.now = True


def listen(config: pytest.Config) -> None:
    if NAMED in os.environ and programs.HIDE not in os.environ:
        _hear_all()
        config.pluginmanager.register(Notes(Path(os.environ[NAMED])))


def left_out() -> frozenset[str]:
    """The files of tests, as pytest names them, that another run has done as this one would."""
    if NAMED not in os.environ or programs.HIDE not in os.environ:
        return frozenset()
    try:
        return frozenset(json.loads(Path(os.environ[NAMED]).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()


def _hear_all() -> None:
    sys.addaudithook(_hear)
    environment = type(os.environ)
    read = environment.__getitem__

    def heard(self: "os._Environ[str]", key: str) -> str:
        if key in _READ:
            _Heard.now = True
        return read(self, key)

    environment.__getitem__ = heard  # type: ignore[method-assign]


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
        _Heard.now = False
        try:
            return (yield)
        finally:
            if _Heard.now and isinstance(collector, pytest.Module):
                self._reached.add(collector.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        before, _Heard.now = _Heard.now, False
        try:
            return (yield)
        finally:
            if _Heard.now:
                _Heard.fixtures.add(fixturedef)
            _Heard.now |= before

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _Heard.now = False
        try:
            return (yield)
        finally:
            file = item.nodeid.partition("::")[0]
            self._ran.add(file)
            known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
            used = (made for name in item.fixturenames for made in known.get(name, ()))  # type: ignore[attr-defined]
            needs = any(programs.is_hidden(need) for marker in item.iter_markers("needs") for need in marker.args)
            if _Heard.now or needs or not _Heard.fixtures.isdisjoint(used):
                self._reached.add(file)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._reached.add(report.nodeid.partition("::")[0])

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
            left_out = json.dumps(sorted(self._ran - self._reached), indent=1)
            self._file.write_text(left_out + "\n", encoding="utf-8")

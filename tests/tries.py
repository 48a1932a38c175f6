"""A test that went by the machine's clock and failed is tried again: a machine that was busy elsewhere is no fault of
ours. Those that needed it are named at the end with what failed, for a fault of ours that comes now and then may be
among them.

Nobody lists these tests: what each does is heard. It goes by the clock if it starts a process or a thread, opens a
port, or waits (`testing.waiting`) for what others do, itself or in a fixture that it uses; or if it is marked as
needing a program or library that is not ours.

STAGELYRIC_TRIES is the number of tries in place of TRIES: 1 shows what fails now and then.
"""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from _pytest.runner import runtestprotocol
from hearing import Hearing

from stagelyric.testing import waiting

TRIES = 3
_CLOCKED = {
    "subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "socket.bind", "_thread.start_new_thread",
    waiting.AUDITED,
}  # fmt: skip
_AGAIN = "failed before"  # the section of a report with what failed, a line for each try
_LONGEST = 200  # characters of such a line


_heard = Hearing()  # whatever goes by the clock


def _hear(event: str, arguments: object) -> None:
    if event in _CLOCKED:
        _heard.now = True


def _start(thread: threading.Thread, start: Callable[[threading.Thread], None] = threading.Thread.start) -> None:
    _heard.now = True
    start(thread)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_heard)
    sys.addaudithook(_hear)
    if sys.version_info < (3, 12):  # no audit event tells of threads yet
        threading.Thread.start = _start  # type: ignore[assignment, method-assign]


def _is_clocked(item: pytest.Item) -> bool:
    """Whether the test that has just run went by the clock."""
    return _heard.was_in(item) or item.get_closest_marker("needs") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    tries = int(os.environ.get("STAGELYRIC_TRIES", TRIES))
    failed: list[str] = []
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    while True:
        _heard.now = False
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        why = _why(reports)
        if not why or len(failed) + 1 >= tries or not _is_clocked(item):
            break
        failed.append(why)
        _make_anew(item)
    for report in reports:
        report.sections += [(_AGAIN, "\n".join(failed))] if failed else []
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _why(reports: Sequence[pytest.TestReport]) -> str:
    """The first failure in a line, "" if there is none."""
    for report in reports:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            lines = str(crash.message if crash is not None else report.longrepr).strip().splitlines()
            return f"{report.when}: {lines[0] if lines else '?'}"[:_LONGEST]
    return ""


def _make_anew(item: pytest.Item) -> None:
    """Takes down the fixtures that tests share too: a show that failed one test is not to fail the next."""
    with suppress(Exception, pytest.fail.Exception):  # what cannot be taken down in order failed the try before
        item.session._setupstate.teardown_exact(None)
    item._initrequest()  # type: ignore[attr-defined]  # its own fixtures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    again = {
        report.nodeid: dict(report.sections)[_AGAIN]
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call" and _AGAIN in dict(report.sections)
    }
    for nodeid, told in sorted(again.items()):
        for number, why in enumerate(told.splitlines(), 1):
            terminalreporter.write_line(f"NOT AT ONCE {nodeid} - {number}: {why}", yellow=True)

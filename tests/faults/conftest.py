"""The table of faults: `make faults` prints it, and keeps it in docs/faults.md."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults import harness

from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.database import JournalError
from stagelyric.testing.play import Display, Play

_COLUMNS = ("sent", "answered", "longest wait", "said")
_ABOUT = """# Faults

What can go wrong on a stage, done to the real show (`make faults`, which writes this page): each row is a test in
`tests/faults/`. "Answered" counts the lines that came; "said" is the first thing that the show told of the fault;
"healed" means that the show was afterwards as it should be. Waits are those of a machine that had other work too.

"""
_rows: list[tuple[str, dict[str, Any], str, float]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults-page", metavar="FILE", help="Write the table of faults into this file too.")
    parser.addoption("--kills", type=int, default=2, metavar="N", help="How often a watched show is killed.")


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch, record_property: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test sends, what comes of it and what the show says, where the test itself records nothing else."""
    plays: list[Play] = []
    displays: list[Display] = []
    sent = 0
    start, send, connect = Play.__init__, Play.send, Display.__init__

    def started(self: Play, *about: Any) -> None:
        start(self, *about)
        plays.append(self)

    def told(self: Play, address: str, *arguments: Any) -> None:
        nonlocal sent
        sent += 1
        send(self, address, *arguments)

    def connected(self: Display, *about: Any) -> None:
        connect(self, *about)
        displays.append(self)

    monkeypatch.setattr(Play, "__init__", started)
    monkeypatch.setattr(Play, "send", told)
    monkeypatch.setattr(Display, "__init__", connected)
    harness.waited.clear()
    yield
    known = dict(request.node.user_properties)
    lines = max(len(harness.waited), sum(len(display.cues) for display in displays))
    found = {
        "sent": f"{sent} messages",
        "answered": f"{lines} lines" if lines else "",
        "longest wait": f"{max(harness.waited) * 1e3:.0f} ms" if harness.waited else "",
        "said": _said(plays, displays),
    }
    for column, value in found.items():
        if column not in known and value:
            record_property(column, value)


def _said(plays: list[Play], displays: list[Display]) -> str:
    """The first alert that a display was told, or that stands in the journal."""
    for display in displays:
        for message in display.messages:
            if message["type"] == "alert":
                return str(message["text"])
    for play in plays:
        with contextlib.suppress(JournalError):
            for row in memory.records(play.journal, "last"):
                if row["kind"] == "alert":
                    return str(row["text"])
    return ""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown" and "tests/faults/" in report.nodeid and _results.get(report.nodeid):
        name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        outcome, seconds = _results.pop(report.nodeid)
        _rows.append((name, dict(report.user_properties), outcome, seconds))
    elif report.when == "call" and not report.skipped:
        _results[report.nodeid] = ("yes" if report.passed else "NO", report.duration)


_results: dict[str, tuple[str, float]] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was done, what came of it, and whether the show was as it should be afterwards."""
    if not _rows:
        return
    table = ["| fault | " + " | ".join(_COLUMNS) + " | healed | seconds |", "|---" * (len(_COLUMNS) + 3) + "|"]
    for name, found, healed, seconds in _rows:
        cells = " | ".join(_cell(found.get(column, "")) for column in _COLUMNS)
        table.append(f"| {name} | {cells} | {healed} | {seconds:.1f} |")
    for line in table:
        terminalreporter.write_line(line)
    if page := terminalreporter.config.getoption("--faults-page"):
        part = Path(page).with_suffix(".part")
        part.write_text(_ABOUT + "\n".join(table) + "\n", encoding="utf-8")
        shutil.move(part, page)


def _cell(value: object) -> str:
    """Without folders that only this run had."""
    return re.sub(r"/(?:[\w.-]+/)+", "…/", str(value)).replace("|", "/")

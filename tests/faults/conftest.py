"""The table of faults: `make faults` prints it."""

from typing import Any

import pytest

_COLUMNS = ("sent", "answered", "longest wait", "said")
_rows: list[tuple[str, dict[str, Any], str, float]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and "tests/faults/" in report.nodeid:
        name = report.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        _rows.append((name, dict(report.user_properties), "yes" if report.passed else "NO", report.duration))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was done, what came of it, and whether the show was as it should be afterwards."""
    if not _rows:
        return
    terminalreporter.write_line("| fault | " + " | ".join(_COLUMNS) + " | healed | seconds |")
    terminalreporter.write_line("|---" * (len(_COLUMNS) + 3) + "|")
    for name, found, healed, seconds in _rows:
        cells = " | ".join(str(found.get(column, "")) for column in _COLUMNS)
        terminalreporter.write_line(f"| {name} | {cells} | {healed} | {seconds:.1f} |")

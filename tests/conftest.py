"""With STAGELYRIC_NO_SKIPS set, as on CI, where every program is installed, a skipped test fails the run."""

import os

import pytest
from hypothesis import settings

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if skipped and os.environ.get("STAGELYRIC_NO_SKIPS") and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and none may be here", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _nobody_s_taste(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has taught their own stagelyric is not what is tested."""
    monkeypatch.setenv("STAGELYRIC_TASTE", os.devnull + "-none")

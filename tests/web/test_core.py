"""The pages' pure core is tested where it runs: in JavaScript, by node's own test runner."""

import subprocess
from pathlib import Path

import pytest


@pytest.mark.needs("node")
def test_the_pure_core() -> None:
    tests = Path(__file__).with_name("core.test.mjs")
    done = subprocess.run(["node", "--test", str(tests)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

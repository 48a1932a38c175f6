"""The pages' pure core is tested where it runs: in JavaScript, by node's own test runner."""

import subprocess
from pathlib import Path

import pytest


@pytest.mark.needs("node")
@pytest.mark.parametrize("name", ["core.test.mjs", "setup.test.mjs", "rehearsal.test.mjs"])
def test_the_pure_core(name: str) -> None:
    tests = Path(__file__).with_name(name)
    done = subprocess.run(["node", "--test", str(tests)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

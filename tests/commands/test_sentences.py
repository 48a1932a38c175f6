"""What somebody typed wrongly is said as a person would say it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "--port", "80x"], '--port: wanted a whole number from 0 to 65535, found "80x"'),
        (["play", "--port", "99999"], '--port: wanted a whole number from 0 to 65535, found "99999"'),
        (["write", "-n", "0"], '-n: wanted a whole number from 1 to 10000, found "0"'),
        (["write", "--wildness", "hot"], '--wildness: wanted a number from 0 to 1, found "hot"'),
        (["write", "--wildness", "it's"], '--wildness: wanted a number from 0 to 1, found "it\'s"'),
    ],
)
def test_a_number_that_is_none(arguments: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "-m", "stagelyric", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"stagelyric: {said}\n")

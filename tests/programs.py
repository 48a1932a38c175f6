"""Real programs in tests: found, or the test is skipped and says what is missing."""

import shutil

import pytest


def require(program: str) -> str:
    """The program's path; skips the test where it is not installed."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path

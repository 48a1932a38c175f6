"""docs/samples.md is what the program writes: for a few of its quatrains, where frames and models are as they were."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("samples", ROOT / "tools" / "samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples"] = module
    spec.loader.exec_module(module)
    return module


def test_there_are_fifty_of_each(samples: ModuleType) -> None:
    text = samples.FILE.read_text("utf-8")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        assert [int(number) for number in re.findall(r"^(\d+)\. ", part, re.MULTILINE)] == list(range(1, 51))
        assert len(re.findall(r"^   \S", part, re.MULTILINE)) == 4 * samples.COUNT
    ways = re.findall(r"^## (\w+)", text, re.MULTILINE)
    assert ways[0] == "frames"
    assert ways == [way for way, _, _ in samples.WAYS if way in ways]


def test_those_of_frames_are_what_is_written(samples: ModuleType) -> None:
    text = samples.FILE.read_text("utf-8")
    stamp = f"<!-- {samples.stamp('frames', 'transformer')} -->"
    assert stamp in text, "frames were changed since docs/samples.md was made: make samples"
    made = samples.written(samples.writer("transformer"), "frames", samples.asks()[:12])
    for number, sample in enumerate(made, 1):
        assert samples.shown(number, sample) in text

"""Memory that was freed goes back to the system."""

import ctypes
import os
import platform
from pathlib import Path

import pytest

from stagelyric.types import heap


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed")
def test_what_was_freed_is_given_back() -> None:
    blocks = [number.to_bytes(1, "big") * 100_000 for number in range(256) for _ in range(4)]
    kept = blocks[::50]  # so that the blocks lie between others
    del blocks
    before = resident()
    heap.give_back()
    assert resident() < before - 30_000_000
    heap.give_back()  # nothing to give
    assert {len(block) for block in kept} == {100_000}


def test_where_there_is_nothing_to_give_back_with_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: None) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", none)
    heap.give_back()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    heap.give_back()

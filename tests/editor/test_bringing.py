"""The editor fetched while a show plays: when it is wanted, and what a network that comes and goes does to it."""

from __future__ import annotations

import importlib.metadata

import pytest

from stagelyric.editor import bringing, faults, fetch


@pytest.mark.parametrize(
    ("brings", "offline", "there", "wanted"),
    [
        (True, "", False, True), (True, "0", False, True), (True, "1", False, False), (True, "", True, False),
        (False, "", False, False),
    ],
)  # fmt: skip
def test_it_is_wanted_where_there_is_none_and_nobody_forbade_it(
    brings: bool, offline: str, there: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "BRINGS", brings)
    monkeypatch.setenv(fetch.OFFLINE, offline)
    monkeypatch.setattr(fetch, "chosen", lambda: fetch.SMOLLM2.path if there else None)
    assert bringing.is_wanted() is wanted


def test_a_broken_fetch_is_tried_again_after_longer_and_longer_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "check_packages", lambda: None)
    codes, breaks, asked = iter([1, 1, 0]), list[float](), list[list[str]]()

    def run(command: list[str]) -> int:
        asked.append(command)
        return next(codes)

    assert bringing.brought(5, breaks.append, run)
    assert [command[-2:] for command in asked] == [["fetch", "smollm2"]] * 3
    assert breaks == sorted(breaks)
    assert len(breaks) == 2


def test_what_builds_it_is_installed_first_and_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise faults.EditorError("no gguf")

    extras = ['gguf>=0.17; extra == "editor"', 'onnx>=1.17; extra == "train"', "onnx>=1.17; extra == 'editor'", "click"]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: extras)
    monkeypatch.setattr(faults, "check_packages", missing)
    assert bringing.needed() == ["gguf>=0.17", "onnx>=1.17"]
    asked: list[list[str]] = []

    def run(command: list[str]) -> int:
        asked.append(command)
        return 1

    assert not bringing.brought(2, lambda seconds: None, run)
    assert len(asked) == 2
    assert all("pip" in command and any("gguf" in part for part in command) for command in asked)

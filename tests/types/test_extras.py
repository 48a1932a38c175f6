"""The line that brings an extra can be typed where it is said."""

import sys
from pathlib import Path

import pytest

from stagelyric.types import extras
from stagelyric.types.extras import how_to_get


def test_in_a_checkout_it_is_the_checkouts_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "ROOT", tmp_path)
    assert how_to_get("train") == "python -m pip install 'stagelyric[train]'"
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert how_to_get("train", "report") == ".venv/bin/python -m pip install -e '.[train,report]'"
    (tmp_path / "constraints.txt").write_text("")
    monkeypatch.setattr(sys, "prefix", "/usr")
    assert how_to_get("train") == "python -m pip install -c constraints.txt -e '.[train]'"

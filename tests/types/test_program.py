"""A command that is named in a sentence can be copied and typed."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from stagelyric.types.program import typed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts are found by their endings there")


def _script(folder: Path) -> Path:
    folder.mkdir(parents=True)
    script = folder / "stagelyric"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    return script


def test_a_checkout_whose_environment_is_not_activated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = _script(tmp_path / ".venv" / "bin")
    monkeypatch.setattr(sys, "executable", str(script.parent / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    assert typed("play", "set.toml") == ".venv/bin/stagelyric play set.toml"
    (tmp_path / "songs").mkdir()
    monkeypatch.chdir(tmp_path / "songs")
    assert typed("doctor") == f"{shlex.quote(str(script))} doctor"


@pytest.mark.needs("links")
def test_by_its_name_where_the_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = _script(tmp_path / "env" / "bin")
    linked = tmp_path / "bin"
    linked.mkdir()
    (linked / "stagelyric").symlink_to(script)  # as pipx does it
    monkeypatch.setattr(sys, "executable", str(script.parent / "python"))
    for path in (script.parent, linked):
        monkeypatch.setenv("PATH", os.pathsep.join(["/nowhere", str(path)]))
        assert typed("journal show last") == "stagelyric journal show last"


def test_another_program_of_the_name_is_not_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, other = _script(tmp_path / "mine" / "bin"), _script(tmp_path / "other")
    monkeypatch.setattr(sys, "executable", str(script.parent / "python"))
    monkeypatch.setenv("PATH", str(other.parent))
    assert typed("check", "set.toml").startswith(shlex.quote(str(script)))


def test_what_the_shell_would_part_is_in_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = _script(tmp_path / "my music" / "bin")
    monkeypatch.setattr(sys, "executable", str(script.parent / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    name = "friday's; set $1.toml"
    assert shlex.split(typed("play", name)) == [str(script), "play", name]

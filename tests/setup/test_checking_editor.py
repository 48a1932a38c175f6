"""What `check` says of a set whose lines an editor should draft."""

from pathlib import Path

import pytest

from stagelyric.editor import fetch
from stagelyric.setup import checking
from stagelyric.setup.checking import Found

SET = 'title = "Night"\n{drafters}\n[[songs]]\ntitle = "Harbour Lights"\n[[songs.sections]]\nname = "verse"\n'


@pytest.mark.parametrize(
    ("drafters", "editor", "told"),
    [
        ('drafters = ["editor"]', "", "so the others will"),
        ('drafters = ["frames", "editor", "letters"]', "", "so frames and letters will"),
        ('drafters = ["frames"]', "", ""),
        ("", "", ""),
        ('drafters = ["editor"]', "some", ""),
    ],
)
def test_a_set_that_is_to_be_drafted_by_an_editor_that_is_not_here(
    drafters: str, editor: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "stamp", lambda: editor)
    file, found = tmp_path / "set.toml", Found()
    file.write_text(SET.format(drafters=drafters))
    checking.look_at(file, found)
    assert not found.faults
    said = [warning for warning in found.warnings if "drafters" in warning]
    assert len(said) == bool(told)
    assert all(told in warning for warning in said)

import os
from pathlib import Path

import pytest

from stagelyric.types import whole


@pytest.mark.needs("links")
def test_a_file_is_replaced_with_its_rights_and_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "set.toml", tmp_path / "link.toml"
    file.write_text("old")
    file.chmod(0o600)
    link.symlink_to(file)
    whole.replace(link, "new\r\nlines\n")
    assert file.read_bytes() == b"new\r\nlines\n"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_fails_leaves_the_file_as_it_was_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(file: int) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "set.toml"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        whole.replace(file, "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]

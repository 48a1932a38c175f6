"""What can't be used is put aside: nothing of it is lost, and its place is free."""

from pathlib import Path

import pytest

from stagelyric.types.aside import put_aside


def test_a_file_keeps_its_content_under_a_name_that_says_what_it_was(tmp_path: Path) -> None:
    file = tmp_path / "taste of [ours].toml"
    file.write_bytes(b"\xff\x00damaged")
    name = put_aside(file)
    assert name.startswith("taste of [ours].toml.damaged-")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"\xff\x00damaged")]


@pytest.mark.needs("links")
def test_a_link_is_put_aside_itself_and_not_what_it_leads_to(tmp_path: Path) -> None:
    theirs, link, nowhere = tmp_path / "theirs.txt", tmp_path / "link.txt", tmp_path / "nowhere.txt"
    theirs.write_text("theirs")
    link.symlink_to(theirs)
    nowhere.symlink_to(tmp_path / "none")
    for each in (link, nowhere):
        name = put_aside(each)
        assert (tmp_path / name).is_symlink()
        assert not each.is_symlink()
    assert theirs.read_text() == "theirs"


def test_a_folder_is_put_aside_with_all_that_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one.txt").write_text("one")
    name = put_aside(folder)
    assert (tmp_path / name / "deep" / "one.txt").read_text() == "one"
    folder.mkdir()  # its place is free


def test_what_is_not_there_cannot_be_put_aside(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_aside(tmp_path / "none.txt")
    assert list(tmp_path.iterdir()) == []

"""Only regular files of a sensible size are read; each refusal says what was found instead."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from stagelyric.words import reading
from stagelyric.words.reading import read_bytes


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_file_of_at_most_so_many_bytes_is_read_whole(tmp_path: Path, size: int) -> None:
    file = tmp_path / "it.txt"
    file.write_bytes(b"\r" * size)
    assert read_bytes(file, 100) == b"\r" * size


def test_one_byte_more_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "it.txt"
    file.write_bytes(b"x" * 101)
    with pytest.raises(OSError, match="are the most"):
        read_bytes(file, 100)


def test_a_large_file_is_refused_by_its_size_in_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "it.txt"
    with file.open("wb") as opened:
        opened.truncate(1_234_000_000)  # a hole: nothing is written, and nothing is to be read
    with pytest.raises(OSError, match=r"\bit has 1,234 MB, and 8 MB are the most") as raised:
        read_bytes(file, reading.LYRICS)
    assert raised.value.strerror == "it has 1,234 MB, and 8 MB are the most"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is a folder and no file"):
        read_bytes(tmp_path, 100)


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folder, and has no device file")
def test_what_is_refused_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, plain = [], os.open

    def noted(*args: Any, **more: Any) -> int:
        opened.append(plain(*args, **more))
        return opened[-1]

    monkeypatch.setattr(os, "open", noted)
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(OSError, match="and no file"):
            read_bytes(path, 100)
        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            os.fstat(opened[-1])


def test_what_would_never_end_is_not_waited_for(tmp_path: Path) -> None:
    others = {Path(os.devnull): "a device"} if os.path.exists(os.devnull) else {}
    if hasattr(os, "mkfifo"):
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        others[pipe] = "a pipe"
    for path, what in others.items():
        with pytest.raises(OSError, match=f"it is {what} and no file"):
            read_bytes(path, 100)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "nothing.txt", 100)

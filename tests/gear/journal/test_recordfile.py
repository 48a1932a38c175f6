"""The file that a press is written down in: what was appended is there, whatever cuts it short."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.gear.journal import recordfile
from stagelyric.gear.journal.recordfile import IN_ONE_GO, LEAST, RecordFile, encode, records

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\0\n\u00fc"), inner, max_size=4),
    max_leaves=6,
)
long = st.integers(1, 3 * IN_ONE_GO).map(lambda size: "x" * size)
on_posix = pytest.mark.skipif(not hasattr(os, "pwrite"), reason="there is no pwrite on Windows")


@given(st.lists(st.tuples(values | long, st.booleans()), max_size=12), st.sampled_from([LEAST, 1 << 16]))
@settings(max_examples=30)
def test_what_was_appended_is_there_in_order(
    tmp_path_factory: pytest.TempPathFactory, appended: list[tuple[Any, bool]], room: int
) -> None:
    path = tmp_path_factory.mktemp("file") / "records"
    file = RecordFile(path, room)
    kept: list[Any] = []
    for value, anew in appended:
        file.append(value, anew=anew)
        kept = [value] if anew else [*kept, value]
        assert list(records(path.read_bytes())) == kept
        assert not file.lost()
    file.close()
    assert list(records(path.read_bytes())) == kept
    assert file.end == sum(len(encode(value)) for value in kept)


@given(st.lists(st.lists(values, max_size=3), max_size=5), st.data())
@settings(max_examples=50)
def test_a_file_cut_anywhere_has_its_whole_records(appended: list[Any], data: st.DataObject) -> None:
    written = [encode(value) for value in appended]
    content = b"".join(written)
    cut = data.draw(st.integers(0, len(content)))
    whole = 0
    while whole < len(written) and sum(map(len, written[: whole + 1])) <= cut:
        whole += 1
    found = list(records(content[:cut] + b"\0" * 5))
    assert found in (appended[:whole], appended[: whole + 1])  # one that lacks its line's end alone is whole as well


@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_none(content: bytes) -> None:
    for record in records(content):
        assert list(records(encode(record))) == [record]


def _removed(path: Path) -> None:
    path.unlink()


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def _cut_short(path: Path) -> None:
    os.truncate(path, 100)


@on_posix
@pytest.mark.parametrize("what", [_removed, _replaced, _cut_short])
def test_a_file_that_is_no_longer_there_is_lost(tmp_path: Path, what: Any) -> None:
    file = RecordFile(tmp_path / "records", LEAST)
    file.append({"number": 1})
    assert not file.lost()
    what(tmp_path / "records")
    assert file.lost()
    file.close()


def _full(size: int) -> Any:
    """`os.pwrite` on a disk that has room for so many bytes."""
    real = os.pwrite

    def pwrite(file: int, data: bytes, at: int) -> int:
        fits = max(0, min(len(data), size - at))
        if not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, data[:fits], at)

    return pwrite


@on_posix
@given(st.integers(0, 1 << 17))
@settings(max_examples=25)
def test_a_disk_gives_the_room_that_it_has_or_nothing_is_left_behind(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    path = tmp_path_factory.mktemp("disk") / "records"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "pwrite", _full(size))
        if size < 1 << 13:  # it does with an eighth of the room
            with pytest.raises(OSError, match="No space left"):
                RecordFile(path, 1 << 16)
            assert not path.exists()
            return
        file = RecordFile(path, 1 << 16)
        assert LEAST <= file.room <= size
        while file.end + 200 < file.room:  # what was reserved is there
            file.append("x" * 100)
        while file.end + 1010 < size:
            file.append("x" * 1000)
        with pytest.raises(OSError, match="No space left"):
            file.append("x" * 1200)
        assert set(records(path.read_bytes())) <= {"x" * 100, "x" * 1000}
        file.close()


@on_posix
def test_a_mapping_that_is_cut_short_is_an_error_and_no_signal(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "records", 1 << 16)
    file.append("one")
    os.truncate(tmp_path / "records", 0)
    with pytest.raises(OSError, match="cut short"):
        file.append("two")
    file.close()


def test_a_file_system_without_mapping_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, room: int) -> None:
        raise ValueError("no mapping here")

    monkeypatch.setattr(recordfile, "_Mapped", refuse)
    file = RecordFile(tmp_path / "records", LEAST)
    for number in range(1000):
        file.append(number)
    file.close()
    assert list(records((tmp_path / "records").read_bytes())) == list(range(1000))

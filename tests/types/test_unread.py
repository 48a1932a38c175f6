"""Printing to a pipe or a terminal that nobody reads: it waits for nothing, and all of it can be read later."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from stagelyric.types import unread
from stagelyric.types.unread import ROOM, Unread, unblocked

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
SIZE = 1 << 12  # bytes of a text


class Pipe:
    def __init__(self) -> None:
        self.out, self.into = os.pipe()

    def read(self, count: int) -> bytes:
        found = b""
        while len(found) < count and (some := os.read(self.out, count - len(found))):
            found += some
        return found


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    for end in (made.out, made.into):
        with suppress(OSError):
            os.close(end)


def texts(count: int) -> list[bytes]:
    return [(b"%06d" % number).ljust(SIZE, b".") for number in range(count)]


def test_what_nobody_reads_yet_is_read_later_in_order(pipe: Pipe) -> None:
    printed = texts(ROOM // SIZE - 1)  # four times what a pipe takes
    stream = Unread(pipe.into)
    assert [stream.write(text) for text in printed] == [SIZE] * len(printed)
    assert not stream.drain(0)
    assert pipe.read(SIZE * len(printed)) == b"".join(printed)
    assert stream.drain(10)


def test_what_is_too_much_is_left_out_and_counted(pipe: Pipe) -> None:
    many = 4 * ROOM // SIZE
    stream = Unread(pipe.into)
    for text in texts(many):
        stream.write(text)
    found = b""
    while b"nobody read them" not in found:
        found += os.read(pipe.out, 1 << 16)
    whole, said = found[: len(found) // SIZE * SIZE], found[len(found) // SIZE * SIZE :].decode()
    kept = len(whole) // SIZE
    assert whole == b"".join(texts(many)[:kept])  # the oldest, none of them cut
    assert said == f"({many - kept} texts were not printed: nobody read them)\n"
    stream.write(b"and on it goes")
    assert pipe.read(14) == b"and on it goes"


def test_a_reader_that_is_gone_is_no_error(pipe: Pipe) -> None:
    stream = Unread(pipe.into)
    os.close(pipe.out)
    for text in texts(100):
        stream.write(text)
    assert stream.drain(10)


def test_a_descriptor_that_does_not_block_is_tried_again(pipe: Pipe) -> None:
    os.set_blocking(pipe.into, False)
    stream, printed = Unread(pipe.into), texts(40)
    for text in printed:
        stream.write(text)
    assert pipe.read(SIZE * len(printed)) == b"".join(printed)


def test_many_threads_print_whole_texts(pipe: Pipe) -> None:
    stream = Unread(pipe.into)
    threads = [
        threading.Thread(target=lambda letter=letter: [stream.write(letter * 100) for _ in range(50)])
        for letter in (b"a", b"b", b"c", b"d")
    ]
    for thread in threads:
        thread.start()
    found = pipe.read(4 * 50 * 100)
    for thread in threads:
        thread.join()
    pieces = [found[at : at + 100] for at in range(0, len(found), 100)]
    assert all(len(set(piece)) == 1 for piece in pieces)
    assert sorted(pieces) == sorted(letter * 100 for letter in (b"a", b"b", b"c", b"d") for _ in range(50))


def test_standard_output_to_a_pipe_is_put_behind_one_and_back(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    with os.fdopen(os.dup(pipe.into), "w") as own:
        monkeypatch.setattr(sys, "stdout", own)
        monkeypatch.setattr(sys, "stderr", None)
        with unblocked():
            assert sys.stdout is not own
            assert (sys.stdout.fileno(), sys.stderr) == (own.fileno(), None)
            print("Łódź")
        assert sys.stdout is own
    assert pipe.read(len("Łódź\n".encode())) == "Łódź\n".encode()


def test_a_file_is_written_to_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log").open("w") as log:
        monkeypatch.setattr(sys, "stdout", log)
        with unblocked():
            assert sys.stdout is log


@pytest.mark.parametrize("status", [0, 1])
def test_a_process_whose_output_nobody_reads_ends(pipe: Pipe, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(unread, "LAST_WORDS", 0.05)
    with os.fdopen(os.dup(pipe.into), "w") as own:
        monkeypatch.setattr(sys, "stdout", own)
        with suppress(KeyError), unblocked():
            print("x" * (ROOM // 2))
            if status:
                raise KeyError
        assert ended == [status]
        pipe.read(ROOM // 2)

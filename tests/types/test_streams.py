"""Printing where characters are missing: the nearest that there is, and never a traceback."""

import io
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.types.streams import HANDLER, is_unicode, make_safe, nearest

TEXT = "Łódka — “Nora”… ¼ → ✓ ─│┌ ██ ﬁ"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ångström naïve Čapek", "Angstrom naive Capek"), ("Straße, Łódź, Ørsted", "Strasse, Lodz, Orsted"),
        ("“Don’t” – no…", '"Don\'t" - no...'), ("┌─┬─┐│═║", "+-+-+|-|"), ("█▒▓", "###"), ("e\u0301", "e"),
        ("日本", "??"), ("1½ ™ ﬁ ① m²", "1 1/2 TM fi 1 m2"), ("\u266a la\u00a0la", "* la la"), ("", ""),
    ],
)  # fmt: skip
def test_the_nearest_is_what_a_person_would_write(text: str, plain: str) -> None:
    assert nearest(text) == plain


@given(st.text(st.characters(max_codepoint=127), max_size=30), st.text(max_size=10))
@settings(max_examples=50)
def test_plain_text_stays_and_each_character_is_told_by_itself(plain: str, text: str) -> None:
    assert nearest(plain) == plain
    assert nearest(plain + " " + text) == plain + " " + nearest(text)
    assert nearest(nearest(text)) == nearest(text)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", True), ("UTF_8", True), ("utf-16", True), ("utf8", True), ("cp1252", False), ("ascii", False)],
)
def test_whether_a_stream_takes_everything(encoding: str, expected: bool) -> None:
    assert is_unicode(io.TextIOWrapper(io.BytesIO(), encoding)) is expected


@pytest.mark.parametrize("stream", [None, io.StringIO(), object()])
def test_a_stream_without_an_encoding_takes_everything(stream: Any) -> None:
    assert is_unicode(stream)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "koi8-r", "shift_jis", "utf-8"])
def test_whatever_the_encoding_nothing_that_is_printed_fails(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, newline="\n") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    make_safe()
    for stream in streams:
        print(TEXT, "\ud800", file=stream, flush=True)
        told = stream.buffer.getvalue().decode(encoding)
        kept = "".join(c if _has(c, encoding) else nearest(c) for c in TEXT)
        assert told.startswith(kept.encode(encoding).decode(encoding))
        assert told.endswith(("\\ud800\n", "?\n"))


def _has(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_a_stream_that_is_closed_or_none_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", told)
    make_safe()
    print("Łódź", file=sys.stderr)
    assert told.getvalue() == "Łódź\n"


def test_a_fraction_behind_a_digit_stands_apart_also_where_a_stream_has_the_digit() -> None:
    make_safe()
    assert "1½ cups, ¼ 2¾".encode("ascii", HANDLER) == b"1 1/2 cups, 1/4 2 3/4"

"""Bytes to text: each encoding and line end that musicians' files come in, and never a byte lost in silence."""

import gzip
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.words.text import TextError, decode

WORDS = st.sampled_from(
    [
        "don’t",
        "we’ll",
        "“Home”",
        "café",
        "cœur",
        "naïve",
        "Zoë",
        "—",
        "…",
        "señor",
        "garçon",
        "über",
        "Straße",
        "façade",
        "She’s",
        "déjà",
        "rêve",
        "Björk",
        "‘til",
    ]
)
PLAIN = st.sampled_from(
    ["the", "lantern", "went", "down", "by", "a", "river", "and", "nobody", "knew", "Nora", "Tom", "quay"]
)
LINES = st.lists(st.lists(PLAIN | WORDS, min_size=2, max_size=8).map(" ".join), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    LINES,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    st.booleans(),
)
def test_what_unicode_can_say_comes_back_whole(lines: list[str], end: str, codec: str, packed: bool) -> None:
    written = end.join([*lines, ""])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
    data = mark + written.encode(codec)
    found = decode(gzip.compress(data) if packed else data)
    assert found.text == "\n".join([*lines, ""])
    assert not found.remarks


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_utf_16_without_a_mark_is_told_by_its_zeros(lines: list[str]) -> None:
    written = "\n".join(["Some plain words first", *lines])
    for codec in ("utf-16-le", "utf-16-be"):
        assert decode(written.encode(codec)).text == written


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from([("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman")]))
@example(
    ["Her cœur is in the kettle… and the kettle sings", "We’ll row by night—and never mind"], ("cp1252", "Windows-1252")
)
@example(["The café closes with the sun"], ("mac_roman", "Mac Roman"))
def test_the_two_old_encodings_are_told_apart(lines: list[str], encoding: tuple[str, str]) -> None:
    written = "\n".join(lines)
    codec, name = encoding
    found = decode(written.encode(codec))
    if not written.isascii():
        assert (found.text, found.encoding) == (written, name)


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_a_sentence(data: bytes) -> None:
    try:
        found = decode(data)
    except TextError:
        return  # what the sentence says of which bytes: below
    assert unicodedata.is_normalized("NFC", found.text)
    assert "\r" not in found.text
    assert "\ufffd" not in found.text or "could not be read" in " ".join(found.remarks)


def test_what_an_xml_declaration_says_is_heeded() -> None:
    written = "<?xml version='1.0' encoding='{}'?><song>Łódka płynie</song>"
    assert "Łódka płynie" in decode(written.format("ISO-8859-2").encode("iso-8859-2")).text
    assert "Łódka płynie" in decode(written.format("windows-1250").encode("cp1250")).text
    assert "Łódka płynie" in decode(written.format("ISO-8859-1").replace("ISO-8859-1", "no-such").encode()).text
    assert decode(b"<?xml version='1.0' encoding='rot13'?><song>It is</song>").text.endswith("It is</song>")


def test_a_file_of_two_encodings_is_read_line_by_line() -> None:
    found = decode("Café noir\n".encode() + "She’s gone\n".encode("cp1252"))
    assert found.text == "Café noir\nShe’s gone\n"
    assert found.remarks == ("some lines are Windows-1252, the others UTF-8",)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_what_was_encoded_twice_is_undone(lines: list[str]) -> None:
    written = "\n".join(lines)
    data = "".join(
        bytes([byte]).decode("cp1252", "replace") if bytes([byte]).decode("cp1252", "ignore") else chr(byte)
        for byte in written.encode()
    ).encode()
    assert decode(data).text == written


@pytest.mark.parametrize("text", ["CAFÉ… À LA CARTE", "Ça va…", "«Ô»", "Die Straße „DAS Ä“", "São Tomé"])
def test_text_that_only_looks_so_stays(text: str) -> None:
    assert decode(text.encode()).text == text
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.4\n", "a PDF"),
        (b"{\\rtf1 It is", r"a rich text \(RTF\) file"),
        (b"PK\x03\x04 word", "a zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Word file"),
        (b"MThd\0\0", "a MIDI file"),
        (b"\x1f\x8b\x08 broken", "a damaged one"),
        (b"one\0two", "binary data"),
        (b"\xff\xfeH\0i", "that breaks off"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, found: str) -> None:
    with pytest.raises(TextError, match=found):
        decode(data)


def test_what_can_not_be_seen_is_left_out() -> None:
    assert decode("\ufeffRow\u00a0me\u200b home\u2028and\u0085away\x0b".encode()).text == "Row me home\nand\naway\n"

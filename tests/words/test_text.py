"""Bytes to text: each encoding and line end that musicians' files come in, and never a byte lost in silence."""

import gzip
import pickle
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.words import text as text_
from stagelyric.words.text import TextError, decode, line, read, tidy, unpacked

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


# Files, and what is packed


def test_a_file_that_can_not_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"^wanted a readable text file, found: nothing of that name$"):
        read(tmp_path / "nothing.txt")
    with pytest.raises(TextError, match=r"^wanted a readable text file, found: it is a folder and no file$"):
        read(tmp_path)
    file = tmp_path / "it.txt"
    file.write_bytes(b"x" * 101)
    with pytest.raises(TextError, match="wanted a readable text file, found: it has 0 MB, and 0 MB are the most"):
        read(file, most=100)
    assert read(file, most=101).text == "x" * 101


@given(st.lists(st.text("ab \n", max_size=9), min_size=2, max_size=4), st.integers(0, 5))
@settings(max_examples=30)
def test_a_file_that_was_packed_in_parts_is_read_whole(parts: list[str], zeros: int) -> None:
    """As `cat a.gz b.gz` makes it, or a tape that is filled up with zeros."""
    data = b"".join(gzip.compress(part.encode()) for part in parts) + b"\0" * zeros
    assert unpacked(data).decode() == "".join(parts)


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("more", [0, 1])
def test_however_a_file_was_packed_it_may_not_become_too_large(
    parts: int, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_, "LARGEST", 3 << 20)
    sizes = [(3 << 20) // parts] * (parts - 1)
    sizes.append((3 << 20) - sum(sizes) + more)
    data = b"".join(gzip.compress(b"a" * size) for size in sizes)
    if more:
        with pytest.raises(TextError, match="wanted a packed text of at most 3 MB, found a larger one"):
            unpacked(data)
    else:
        assert len(unpacked(data)) == 3 << 20


@given(st.integers(2, 200))
@settings(max_examples=30)
def test_of_a_damaged_file_nothing_is_taken(cut: int) -> None:
    whole = gzip.compress(bytes(range(33, 127)) * 20, mtime=0)
    for data in (whole[:cut], whole[:-5] + b"x" + whole[-4:], whole + b"more"):
        if data != whole and len(data) > 1:
            with pytest.raises(TextError, match="wanted a whole gzip file, found a damaged one"):
                unpacked(data)
    assert unpacked(b"not packed") == b"not packed"


# Encodings that tell of themselves


def test_bytes_that_no_encoding_has_are_counted_and_shown() -> None:
    one = decode("The café of the détente, passé".encode("cp1252") + b" \x81 stay")  # which is no letter there
    assert one.text == "The café of the détente, passé \ufffd stay"
    assert one.remarks == ('one character could not be read ("ente, passé \ufffd stay"); save it as UTF-8',)
    two = decode("a\ufffdb\ufffd".encode())
    assert two.remarks == ('2 characters could not be read ("a\ufffdb\ufffd"); save it as UTF-8',)


def test_a_mark_of_utf_8_before_an_old_encoding_is_not_believed() -> None:
    found = decode(b"\xef\xbb\xbf" + "She’s gone to the café".encode("cp1252"))
    assert (found.text, found.encoding) == ("She’s gone to the café", "Windows-1252")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_text_that_breaks_off_is_refused(codec: str) -> None:
    mark = "\ufeff".encode(codec)
    assert decode(mark + "Row me".encode(codec)).text == "Row me"
    with pytest.raises(TextError, match=f"found {codec[:6].upper()} that breaks off"):
        decode(mark + "Row me".encode(codec)[:-1])


@pytest.mark.parametrize("data", [b"a\0", b"\0\0\0\0", b"a\0b\0c\0d", b"\0abc" * 9, bytes(range(256)) * 4])
def test_zeros_that_make_no_utf_16_are_binary(data: bytes) -> None:
    with pytest.raises(TextError, match="found binary data"):
        decode(data)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("held", [["Row me over"], {"a": 1}, "words", (1, 2)])
def test_a_pickle_is_refused_and_never_opened(held: object, protocol: int) -> None:
    with pytest.raises(TextError, match=r"found (?:a pickle; it was not opened|binary data)"):
        decode(pickle.dumps(held, protocol))


@pytest.mark.parametrize("words", ["I.", "(and home.", "So, I said.", "No.", "Let it be.", "c.", "V.", "]."])
def test_a_line_that_begins_like_a_pickle_is_text(words: str) -> None:
    assert decode(words.encode()).text == words


@pytest.mark.parametrize(
    "head", [b"\x89PNG", b"GIF8", b"ID3", b"OggS", b"bplist", b"BZh", b"\xfd7zXZ", b"SQLite format 3"]
)
def test_other_files_are_named_with_what_to_do(head: bytes) -> None:
    with pytest.raises(TextError, match=r"^wanted a text file, found an? [\w ]+; save its words as plain text$"):
        decode(head + b" words")


def test_an_xml_declaration_that_can_not_be_true_is_not_heeded() -> None:
    for name in ("utf-16", "utf-32", "utf-7", "hex", "base64", "cp037", "idna"):
        written = f"<?xml version='1.0' encoding='{name}'?><song>Café</song>"
        assert decode(written.encode()).text == written, name
    found = decode("<?xml version='1.0' encoding='ascii'?><song>Café</song>".encode())
    assert (found.text[-11:], found.encoding) == ("Café</song>", "UTF-8")
    assert decode("<?xml version='1.0' encoding='UTF8'?><song>Café</song>".encode()).encoding == "UTF-8"
    named = decode("<?xml version='1.0' encoding='KOI8-R'?><song>Дождь</song>".encode("koi8-r"))
    assert (named.text[-12:], named.encoding) == ("Дождь</song>", "KOI8-R")


# Lines


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_tidying_once_is_enough_and_leaves_one_kind_of_line_end(written: str) -> None:
    once = tidy(written)
    assert tidy(once) == once
    assert once.splitlines() == once.removesuffix("\n").split("\n") or not once
    assert unicodedata.is_normalized("NFC", once)
    assert [c for c in once if c.isalnum()] == [c for c in unicodedata.normalize("NFC", once) if c.isalnum()]


@given(LINES, st.sampled_from(["utf-8", "cp1252"]))
@settings(max_examples=40)
def test_a_line_alone_is_read_as_in_its_file(lines: list[str], codec: str) -> None:
    for written in lines:
        assert line(written.encode(codec) + b"\r\n") == decode(written.encode(codec)).text
        if codec == "utf-8":
            assert line(f"{written}\n".encode()) == written

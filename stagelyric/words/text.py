"""Decodes a user's files: one rule for training texts, lyrics, "never quote" files, word lists and TOML.

gzip is unpacked. The encoding is then determined, in this order: by a byte-order mark, by an XML declaration, as UTF-8,
else as Windows-1252, or Mac Roman if that reads better. No byte is dropped silently: guesses and undecodable bytes are
reported in `Text.remarks`.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

from stagelyric.words.reading import read_bytes


class TextError(ValueError):
    """Bytes that aren't text. The message says what was expected, found and can be done; the caller names the file."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, in NFC with lines ended by `\\n`; its encoding; and remarks for the user."""

    text: str
    encoding: str
    remarks: tuple[str, ...] = ()


_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),  # must come before UTF-16's mark, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_GZIP = b"\x1f\x8b"
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a rich text (RTF) file"),
    (b"PK\x03\x04", "a zip archive (Word and Pages files are such)"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"MThd", "a MIDI file"),
    (b"ID3", "a sound file"),
    (b"RIFF", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"OggS", "a sound file"),
    (b"bplist", "a property list"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format", "a database"),
)
_PICKLED, _PLAIN_PICKLES = b"\x80", (b"(", b"c", b"I", b"L", b"F", b"S", b"V", b"N", b"]", b")", b"}")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = dict.fromkeys(
    map(ord, "\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_SPACES = dict.fromkeys((160, 8199, 8239, *range(8192, 8199), 8200, 8201, 8202, 12288), " ")
_LOST = "\ufffd"
LARGEST = 256 * 2**20
"""Bytes that a packed file may have when unpacked."""


def read(path: Path, most: int = 0) -> Text:
    """The text of a file of at most `most` bytes (0: LARGEST). Raises TextError, also if the file can't be opened."""
    try:
        data = read_bytes(path, most or LARGEST)
    except OSError as error:
        found = "nothing of that name" if isinstance(error, FileNotFoundError) else error.strerror
        raise TextError(f"wanted a readable text file, found: {found}") from None
    return decode(data)


def decode(data: bytes) -> Text:
    """The text of a file's bytes. Raises TextError if they aren't text."""
    data = unpacked(data)
    _refuse_others(data)
    text, encoding, remarks = _decoded(data)
    if "\0" in text:
        raise TextError("wanted a text file, found binary data")
    text, twice = _undone(text)
    if twice:
        remarks = (*remarks, "its accents had been encoded twice, and were put right")
    if count := text.count(_LOST):
        many = "one character" if count == 1 else f"{count} characters"
        remarks = (*remarks, f"{many} could not be read ({_around(text, text.index(_LOST))}); save it as UTF-8")
    return Text(tidy(text), encoding, remarks)


def tidy(text: str) -> str:
    """`text` in NFC, with all line ends as `\\n`, and without invisible characters."""
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_UNSEEN).translate(_SPACES))


def unpacked(data: bytes) -> bytes:
    """The contents of a gzip file; other data unchanged. Raises TextError for a damaged one."""
    if data[:2] != _GZIP:
        return data
    import gzip  # imported here, as packed texts are rare

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:  # reads every part of a file that has several
            found = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise TextError("wanted a whole gzip file, found a damaged one") from error
    if len(found) > LARGEST:
        raise TextError(f"wanted a packed text of at most {LARGEST >> 20} MB, found a larger one")
    return found


def _refuse_others(data: bytes) -> None:
    for head, what in _OTHERS:
        if data.startswith(head):
            raise TextError(f"wanted a text file, found {what}; save its words as plain text")
    if data[:1] == _PICKLED or _is_plain_pickle(data):
        raise TextError("wanted a text file, found a pickle; it was not opened")


def _is_plain_pickle(data: bytes) -> bool:
    """Whether the data are a pickle of protocol 0, which consists of ASCII characters. It is parsed, never loaded."""
    if data[-1:] != b"." or data[:1] not in _PLAIN_PICKLES or b"\n" not in data:  # "No." alone is a line
        return False
    import pickletools  # imported here, as it is rarely needed

    try:
        return sum(1 for _ in pickletools.genops(data)) > 1
    except ValueError:  # raised by genops if the data aren't a pickle
        return False


def _decoded(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """(text, the encoding's name for people, remarks)."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec, name)
    if codec := _wide(data):
        return data.decode(codec, "replace"), "UTF-16", ()
    if (declared := _DECLARED.search(data[:300].lstrip())) and (found := _as_declared(data, declared[1].decode())):
        return found
    if b"\0" in data:
        raise TextError("wanted a text file, found binary data")
    try:
        return data.decode("utf-8"), "UTF-8", ()
    except UnicodeDecodeError as error:
        return _eight_bits(data, error.start)


def _marked(data: bytes, codec: str, name: str) -> tuple[str, str, tuple[str, ...]]:
    try:
        return data.decode(codec), name, ()
    except UnicodeDecodeError as error:
        if name == "UTF-8":  # a UTF-8 mark that an editor put before text in another encoding
            return _eight_bits(data, error.start)
        raise TextError(f"wanted a text file, found {name} that breaks off") from error


def _wide(data: bytes) -> str:
    """The codec of UTF-16 without a mark: with Latin letters, every other byte is zero."""
    head = data[:4096]
    if len(head) < 4 or len(data) % 2 or b"\0" not in head:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.7 * (len(head) // 2) or min(even, odd) > 0.02 * len(head):
        return ""
    codec = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return ""
    return codec if "\0" not in text else ""


def _as_declared(data: bytes, name: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Decodes as the XML declaration says; None if it names no text encoding, or the bytes don't fit it."""
    try:
        info = codecs.lookup(name)
        if info.name.startswith(("utf-16", "utf-32", "utf-7")) or b"<?xml".decode(info.name) != "<?xml":
            return None
        text = data.decode(info.name)
    except (LookupError, ValueError, TypeError):
        return None
    return (text, name if info.name != "utf-8" else "UTF-8", ()) if isinstance(text, str) else None


def _eight_bits(data: bytes, at: int) -> tuple[str, str, tuple[str, ...]]:
    """Decodes data that isn't UTF-8: either line by line, if some lines are, or by one of the two old encodings."""
    lines = data.split(b"\n")
    whole = [_utf8(line) for line in lines]
    if any(text is not None and not text.isascii() for text in whole):
        other = b"\n".join(line for line, text in zip(lines, whole, strict=True) if text is None)
        codec, name = _old(other)
        text = "\n".join(
            _as_old(line, codec) if text is None else text for line, text in zip(lines, whole, strict=True)
        )
        return text, "UTF-8", (f"some lines are {name}, the others UTF-8",)
    codec, name = _old(data)
    return _as_old(data, codec), name, ()


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def line(data: bytes) -> str:
    """Decodes one line of a text too large to be examined as a whole: UTF-8, else one of the old encodings."""
    text = _utf8(data)
    return tidy(_as_old(data, _old(data)[0]) if text is None else text).strip("\n")


def _as_old(data: bytes, codec: str) -> str:
    return data.decode(codec, "replace")


def _old(data: bytes) -> tuple[str, str]:
    """Decodes as Windows-1252, or as Mac Roman if its letters make better words."""
    windows, mac = (_likelihood(_as_old(data, codec)) for codec in ("cp1252", "mac_roman"))
    return ("mac_roman", "Mac Roman") if mac > windows else ("cp1252", "Windows-1252")


_CONTRACTED = re.compile(r"[’‘](?:s|t|d|m|ll|re|ve|em|n|til|cause|bout|round)\b", re.IGNORECASE)


def _likelihood(text: str) -> int:
    """A score for how well the non-ASCII characters fit their places: letters in words, punctuation between them."""
    score = 0
    for match in re.finditer(r"[^\x00-\x7f]", text):
        at, c = match.start(), match[0]
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if c in "’‘" and _CONTRACTED.match(text, at) and (c == "’" or not before.isalpha()):
            score += 3
        elif c == "’" and before.isalpha() and not after.isalpha():
            score += 2
        else:
            score += _fits(c, before, after)
    return score


def _fits(c: str, before: str, after: str) -> int:
    """+2 if a character fits between its neighbours, -3 if it can't stand there."""
    inside = before.isalpha() and after.isalpha()
    if c == _LOST or unicodedata.category(c) == "Cc":
        return -6
    if c in "ﬁﬂıƒªºˆ\u02dc¨¯˘˙˚\u00b8˝\u02dbˇ":
        return -3
    if c.isalpha():
        if c.isupper() and before.islower():
            return -3
        if c.islower() and before.isupper() and after.isupper():
            return -3
        common = c not in "ŠšŽžŸƒ"  # both encodings are for western languages, where these are rare
        return common + 1 if before.isalpha() or after.isalpha() else 0
    if c in "“‘«„‚‹¿¡":
        return 2 if not before.isalnum() and (after.isalnum() or after in "¿¡“‘«'\"…") else -2
    if c in "”»’›":
        return 2 if before and not before.isspace() and not after.isalpha() else (-1 if not inside or c != "’" else 1)
    if c == "…":
        return -1 if after.isalpha() and not before.isalpha() else 1
    if c in "–—":
        return 1
    return -3 if inside else -1  # a sign such as ¤ or ¶ inside a word


_TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)


def _undone(text: str) -> tuple[str, bool]:
    """Repairs "donâ€™t": UTF-8 that a program read as Windows-1252 and wrote as UTF-8 again.

    Only if nearly all non-ASCII characters are of that kind, since "CAFÉ…" contains such a pair by chance.
    """
    if not _TWICE.search(text):
        return text, False
    undone = _TWICE.sub(_again, text)
    before, after = (sum(c > "\x7f" for c in written) for written in (text, undone))
    changed = sum(len(match[0]) for match in _TWICE.finditer(text) if _again(match) != match[0])
    return (undone, True) if changed >= 0.8 * before and after < before else (text, False)


def _again(match: re.Match[str]) -> str:
    try:
        raw = b"".join(map(_byte, match[0]))
    except UnicodeEncodeError:
        return match[0]
    for length in range(len(raw), 1, -1):
        put = _utf8(raw[:length])
        if put is not None and len(put) == 1 and (put <= "\u017f" or "\u2010" <= put <= "\u20ac"):
            return put + match[0][length:]
    return match[0]


def _byte(c: str) -> bytes:
    """A character's byte in Windows-1252; the five codes that it leaves undefined map to themselves."""
    return bytes([ord(c)]) if ord(c) < 0xA0 else c.encode("cp1252")


def _around(text: str, at: int) -> str:
    return f'"{" ".join(text[max(0, at - 12) : at + 12].split())}"'

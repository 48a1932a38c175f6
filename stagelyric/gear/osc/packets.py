"""Parses datagrams into OSC messages: first a check of the structure, then python-osc's parser.

python-osc reads well-formed messages correctly and quickly, and others wrongly: an unknown type tag shifts the
arguments after it, a bundle with a negative size loops for ever, text that is not UTF-8 raises an uncaught exception.
So it gets only what has passed the check, and a bundle's messages one by one.

The limits keep the work for one datagram under about 1 ms, because an event loop may read 32 in a row.
"""

import struct
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage as Parser

from stagelyric.types.events import OscArgument

LONGEST = 16_384  # bytes in a datagram
MESSAGES = 128  # messages in a datagram
ARGUMENTS = 256  # arguments in a message, including brackets
DEPTH = 8  # nesting depth of bundles and of arrays
HORIZON = 2.0  # seconds: a timetag further ahead means that the sender's clock disagrees with ours
IMMEDIATELY = 1  # the timetag for "now"

_BUNDLE = b"#bundle\0"
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_TURN = 1 << 64  # timetags wrap around to 0 in 2036
_NULS = (b"", b"\0", b"\0\0", b"\0\0\0", b"\0\0\0\0")
_INT32 = struct.Struct(">i").unpack_from
_UINT64 = struct.Struct(">Q").unpack_from

# Bytes of each type; strings and blobs are measured in the data.
_SIZES = {"i": 4, "f": 4, "c": 4, "r": 4, "m": 4, "d": 8, "h": 8, "t": 8, "T": 0, "F": 0, "N": 0, "I": 0}
# The types that python-osc parses as we want. Others are replaced by a type of the same size and converted afterwards.
_PLAIN = "ifdhsbrTFN"
_RENAME = str.maketrans({"c": "i", "S": "s", "I": "T", "t": "h", "m": "i", "[": None, "]": None})


class MalformedError(ValueError):
    """Bytes that are not an OSC packet, or arguments that an address does not accept. The text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `data` is its own bytes.

    Among the arguments, `c` becomes a string of one character, `I` True, `m` four bytes, `r` and `t` unsigned integers;
    an array's items are inserted without their brackets.
    """

    address: str
    arguments: tuple[OscArgument, ...]
    data: bytes


def read(datagram: bytes) -> list[tuple[int, Message]]:
    """The messages in the order in which they were sent, each with its timetag (1: now).

    Raises MalformedError for the whole datagram if any part of it is wrong: half a bundle is worse than none.
    """
    if len(datagram) > LONGEST:
        raise MalformedError(f"longer than {LONGEST} bytes")
    if datagram.startswith(b"/"):
        return [(IMMEDIATELY, read_message(datagram))]
    found: list[tuple[int, Message]] = []
    _read_bundle(datagram, IMMEDIATELY, 1, found)
    return found


def ahead(timetag: int, wall: float) -> float:
    """Seconds to wait for a timetag at unix time `wall`: from 0.0 to 2.0; 0.0 if it is in the past or too far ahead."""
    now = int((wall + _NTP_EPOCH) * 2**32)
    seconds = ((timetag - now + _TURN // 2) % _TURN - _TURN // 2) / 2**32
    return seconds if timetag != IMMEDIATELY and 0.0 < seconds <= HORIZON else 0.0


def _read_bundle(data: bytes, outer: int, depth: int, found: list[tuple[int, Message]]) -> None:
    if not data.startswith(_BUNDLE):
        raise MalformedError("neither a message nor a bundle")
    if depth > DEPTH:
        raise MalformedError(f"bundles nested more than {DEPTH} deep")
    if len(data) < 16 or len(data) % 4:
        raise MalformedError("a bundle cut short")
    # A bundle's elements are never due before the enclosing bundle.
    timetag = max(outer, _UINT64(data, 8)[0])
    index = 16
    while index < len(data):
        (size,) = _INT32(data, index)
        index += 4
        if size <= 0 or size % 4 or index + size > len(data):
            raise MalformedError(f"a bundle element of {size} bytes")
        element = data[index : index + size]
        index += size
        if not element.startswith(b"/"):
            _read_bundle(element, timetag, depth + 1, found)
        elif len(found) < MESSAGES:
            found.append((timetag, read_message(element)))
        else:
            raise MalformedError(f"more than {MESSAGES} messages")


def read_message(data: bytes) -> Message:
    """Parses one message from bytes that begin with "/". Raises MalformedError."""
    if len(data) % 4:
        raise MalformedError("a message cut short")
    index = _end_of_string(data, 0)
    if index == len(data):
        tags, start = "", index
    else:
        start = _end_of_string(data, index)
        if data[index] != 0x2C:
            raise MalformedError("no type tags")
        tags = data[index + 1 : start].rstrip(b"\0").decode("latin-1")
        _check_arguments(data, start, tags)
    try:
        if not tags.strip(_PLAIN):
            parsed = Parser(data)
            return Message(parsed.address, tuple(parsed), data)
        plain = tags.translate(_RENAME)
        parsed = Parser(data[:index] + _string(plain) + data[start:])
        return Message(parsed.address, _read_back(tags, tuple(parsed)), data)
    except UnicodeDecodeError:
        raise MalformedError("text that is not UTF-8") from None


def _end_of_string(data: bytes, index: int) -> int:
    nul = data.find(b"\0", index)
    end = (nul | 3) + 1
    if nul < 0 or end > len(data) or data[nul:end] != _NULS[end - nul]:
        raise MalformedError("a string without an end")
    return end


def _check_arguments(data: bytes, index: int, tags: str) -> None:
    """Walks through the arguments by their type tags; they must end where the message ends."""
    if len(tags) > ARGUMENTS:
        raise MalformedError(f"more than {ARGUMENTS} arguments")
    depth = 0
    for tag in tags:
        size = _SIZES.get(tag)
        if size is not None:
            index += size
        elif tag in "sS":
            index = _end_of_string(data, index)
        elif tag == "b":
            index = _end_of_blob(data, index)
        elif tag in "[]":
            depth += 1 if tag == "[" else -1
            if not 0 <= depth <= DEPTH:
                raise MalformedError("brackets that do not match, or too deep")
        else:
            raise MalformedError(f"unknown type tag {tag!r}")
    if index != len(data) or depth:
        raise MalformedError("arguments that are not as the type tags say")


def _end_of_blob(data: bytes, index: int) -> int:
    if index + 4 > len(data):
        raise MalformedError("a blob without a size")
    size: int = _INT32(data, index)[0]
    last = index + 4 + size
    end = last + (-size % 4)
    if size < 0 or end > len(data) or data[last:end] != _NULS[end - last]:
        raise MalformedError(f"a blob of {size} bytes")
    return end


def _string(tags: str) -> bytes:
    text = b"," + tags.encode("latin-1")
    return text + _NULS[4 - len(text) % 4]


def _read_back(tags: str, arguments: tuple[OscArgument, ...]) -> tuple[OscArgument, ...]:
    kinds = [tag for tag in tags if tag not in "[]"]
    return tuple(_restored(tag, argument) for tag, argument in zip(kinds, arguments, strict=True))


def _restored(tag: str, argument: OscArgument) -> OscArgument:
    if tag == "t" and isinstance(argument, int):
        return argument % _TURN
    if tag == "m" and isinstance(argument, int):
        return struct.pack(">i", argument)
    if tag == "c" and isinstance(argument, int):
        if not 0 <= argument < 0x110000 or 0xD800 <= argument < 0xE000:
            raise MalformedError(f"a character of code {argument}")
        return chr(argument)
    return argument

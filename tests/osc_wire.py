"""OSC datagrams for tests, written from the specification and not with what the product uses."""

import struct

NTP_EPOCH = 2_208_988_800
NOW = 1


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return raw + b"\0" * (4 - len(raw) % 4)


def blob(raw: bytes) -> bytes:
    return struct.pack(">i", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def argument(tag: str, value: object) -> bytes:
    match tag:
        case "i" | "f" | "d":
            return struct.pack(f">{tag}", value)
        case "h":
            return struct.pack(">q", value)
        case "t":
            return struct.pack(">Q", value)
        case "r":
            return struct.pack(">I", value)
        case "c":
            return struct.pack(">I", ord(str(value)))
        case "m" if isinstance(value, bytes):
            return value
        case "s" | "S":
            return string(str(value))
        case "b" if isinstance(value, bytes):
            return blob(value)
    return b""


def message(address: str, tags: str = "", *values: object) -> bytes:
    """`values` are for the tags that carry data; T, F, N, I and brackets carry none."""
    carried = iter(values)
    body = b"".join(argument(tag, next(carried)) for tag in tags if tag not in "TFNI[]")
    return string(address) + string("," + tags) + body


def bundle(*elements: bytes, timetag: int = NOW) -> bytes:
    sized = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", timetag) + sized


def timetag(wall: float) -> int:
    """NTP time of unix seconds; it starts again at 0 in 2036."""
    return int((wall + NTP_EPOCH) * 2**32) % 2**64

"""Finds where a request or a WebSocket's frame ends without parsing it, so that its sender's budget is charged before
any time is spent on it."""

import re
import sys
from typing import NamedTuple

END = b"\r\n\r\n"
HEAD = 64 * 1024  # maximum bytes of a request's head
LIVE = 8.0  # a display that connects costs as much as so many other requests

_LINE = re.compile(rb"(?:\r\n)?[A-Z]{1,20} (\S{1,8192}) HTTP/1\.[01]\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
ENDLESS = sys.maxsize
"""Stands for the size of a body that comes in chunks, which is not known before its end."""


class Unit(NamedTuple):
    """What comes next on a connection: the bytes that are passed on together, what it costs (in requests or messages),
    and the bytes of it that follow later."""

    size: int
    cost: float
    more: int


def request(data: bytearray) -> Unit | None:
    """The request that begins there; None while its head is incomplete. Raises ValueError for what is no request."""
    end = data.find(END) + len(END)
    if end < len(END):
        return None
    line = _LINE.match(data)
    if line is None or end > HEAD:
        raise ValueError("no request")
    length = _LENGTH.search(data, 0, end)
    body = ENDLESS if _CHUNKED.search(data, 0, end) else int(length[1]) if length else 0
    return Unit(end, LIVE if line[1].startswith(b"/live") else 1.0, body)


def frame(data: bytearray) -> Unit | None:
    """The WebSocket frame that begins there (RFC 6455, 5.2), of whatever kind: control frames and pieces of a message
    cost as much as whole messages. None while its header is incomplete."""
    if len(data) < 2:
        return None
    told, header = data[1] & 127, 2
    if told >= 126:
        header += 2 if told == 126 else 8
        if len(data) < header:
            return None
        told = int.from_bytes(data[2:header], "big")
    size = header + (4 if data[1] & 128 else 0) + told
    passed = min(size, len(data))
    return Unit(passed, 1.0, size - passed)

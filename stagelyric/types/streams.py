"""Printing to any stream: characters that its encoding lacks are replaced by the nearest it has, without a
traceback."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from typing import TextIO

HANDLER = "stagelyric.nearest"
_NEAREST = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
    "\u2026": "...", "\u2192": "->",
    "\u2190": "<-", "\u00b7": "*", "\u2022": "*", "\u2713": "+", "\u2717": "x", "\u00d7": "x", "\u0141": "L",
    "\u0142": "l",
    "\u00d8": "O", "\u00f8": "o", "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE",
    "\u0110": "D", "\u0111": "d", "\u00fe": "th", "\u00de": "Th", "\u0131": "i", "\u2265": ">=", "\u2264": "<=",
    "\u00b1": "+-", "\u2044": "/", "\u2248": "~", "\u266a": "*", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip

_FRACTION = re.compile("(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215e])")  # "1\u00bd" is "1 1/2"


def nearest(text: str) -> str:
    """The nearest plain ASCII for each character, "?" if there is none."""
    return "".join(_plain(c) for c in _FRACTION.sub(" ", text))


def _plain(c: str) -> str:
    if c in _NEAREST:
        return _NEAREST[c]
    if 0x2500 <= ord(c) < 0x2580:  # box drawing, as in tables
        return "-" if c in "─━╌╍┄┅┈┉═╴╶╸╺" else "|" if c in "│┃╎╏┆┇┊┋║╵╷╹╻" else "+"
    if 0x2580 <= ord(c) < 0x25A0:  # block elements, as in bars
        return "#"
    whole = unicodedata.normalize("NFKD", c).replace("\u2044", "/")  # the stroke of a fraction such as one half
    plain = whole.encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(c) else "?")


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    gap = " " if _FRACTION.match(error.object, error.start) else ""  # the digit before it was printed already
    return gap + nearest(error.object[error.start : error.end]), error.end


def make_safe() -> None:
    """From now on, printing to standard output or error never fails because of a character."""
    codecs.register_error(HANDLER, _handle)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and not is_unicode(stream):
            reconfigure(errors=HANDLER)
        elif reconfigure is not None:
            reconfigure(errors="backslashreplace")  # a lone surrogate, as from the name of a damaged file


def is_unicode(stream: TextIO | None) -> bool:
    """Whether a stream can encode every character."""
    name = (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-")
    return name.startswith(("utf", "cp65001"))

"""Defines what a quotation is, and reads a band's "never quote" files. No numpy: the show's own process uses this.

The training text is checked by an index of hashes (`novelty`). So are "never quote" files where lines are written; for
the few lines that a show keeps, this module searches their text directly.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from stagelyric.words.phonetics import plain
from stagelyric.words.reading import LYRICS, read_bytes

WORDS = 5
CHARACTERS = 24
"""As many equal characters in a row are a quotation."""

_STEP = 4  # every run of 24 characters contains one of 21 that begins at a multiple of 4
_NOT_WORDS = re.compile(r"[^a-z ]+")


class QuotingError(ValueError):
    """A "never quote" file that can't be read. The message is one sentence for the user."""


def normal(text: str) -> str:
    """The form in which texts are compared: words in lower case, no apostrophes or accents, single spaces."""
    return " ".join(_NOT_WORDS.sub(" ", plain(text).lower().replace("'", "")).split())


def stamp(files: Sequence[Path]) -> str:
    """A hash of the files' contents, "" for no files. It is part of an ask, so that new files give new lines. Raises
    QuotingError."""
    whole = "".join(hashlib.sha256(_bytes(file)).hexdigest() for file in files)
    return hashlib.sha256(whole.encode()).hexdigest()[:16] if files else ""


def stanzas(file: Path) -> list[str]:
    """The normalised stanzas of a file. Whole stanzas are compared, since a quotation may cross a line end.

    Any format and encoding that `words.formats` reads. Raises QuotingError.
    """
    # imported here, as most shows don't need it and start faster without
    from stagelyric.words.formats import LyricsError, read

    try:
        found = read(file, _bytes(file))
    except LyricsError as error:
        raise QuotingError(str(error)) from error
    return [text for _, lines in found.stanzas if (text := normal(" ".join(lines)))]


def _bytes(file: Path) -> bytes:
    try:
        return read_bytes(file, LYRICS)
    except OSError as error:
        raise QuotingError(f"{file}: could not be read: {error.strerror}") from None


def quoting(texts: Iterable[str], files: Sequence[Path]) -> set[str]:
    """Those of a few `texts` that share five words or 24 characters in a row with one of the files.

    Raises QuotingError.
    """
    texts = list(texts)
    return quoting_of(texts, [stanza for file in files for stanza in stanzas(file)]) if texts else set()


def quoting_of(texts: Iterable[str], known: Sequence[str]) -> set[str]:
    """Those of a few `texts` that quote one of the given stanzas (as returned by `stanzas`)."""
    whole = "\n".join(f" {stanza} " for stanza in known)
    return {text for text in texts if _quotes(normal(text), whole)} if known else set()


def _quotes(text: str, whole: str) -> bool:
    words = text.split()
    runs = (" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))
    if any(f" {run} " in whole for run in runs):
        return True
    short = CHARACTERS - _STEP + 1
    near = any(text[i : i + short] in whole for i in range(0, len(text) - short + 1, _STEP))
    return near and any(text[i : i + CHARACTERS] in whole for i in range(len(text) - CHARACTERS + 1))

"""What is a quotation, and the texts that a band never wants to quote. Light: the show's own process reads this.

What must not be quoted in the training text is an index of hashes (`novelty`); a band's "never quote" files become one
where the lines are written, and are looked through as they are for the few lines that a show keeps.
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
"""So many in a row are a quotation."""

_STEP = 4  # a run of 24 characters holds one of 21 that begins at a multiple of 4
_NOT_WORDS = re.compile(r"[^a-z ]+")


class QuotingError(ValueError):
    """A "never quote" file that can't be read; its text is one sentence for the user."""


def normal(text: str) -> str:
    """What is compared: words in lower case, without apostrophes or accents, one space between them."""
    return " ".join(_NOT_WORDS.sub(" ", plain(text).lower().replace("'", "")).split())


def stamp(files: Sequence[Path]) -> str:
    """Names what stands in the files, "" for none: asks with another stamp are other asks. Raises QuotingError."""
    whole = "".join(hashlib.sha256(_bytes(file)).hexdigest() for file in files)
    return hashlib.sha256(whole.encode()).hexdigest()[:16] if files else ""


def stanzas(file: Path) -> list[str]:
    """The stanzas of a file in the form that is compared: a quotation may run over the end of a line.

    Any format and encoding that `words.formats` reads. Raises QuotingError.
    """
    from stagelyric.words.formats import LyricsError, read  # a show without such files starts sooner for it

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
    """Those of a few `texts` that have five words or 24 characters in a row of one of the files.

    Raises QuotingError.
    """
    texts = list(texts)
    return quoting_of(texts, [stanza for file in files for stanza in stanzas(file)]) if texts else set()


def quoting_of(texts: Iterable[str], known: Sequence[str]) -> set[str]:
    """Those of a few `texts` that quote one of some stanzas, which are as `stanzas` gives them."""
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

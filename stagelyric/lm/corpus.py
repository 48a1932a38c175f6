"""Lyrics from text files: read, cleaned, split by song, and mixed into training streams."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm import formats
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary, fold

MARKER = "=== "
"""A line that starts so names the song below it. It splits songs and is never trained on."""

_CHORUS_SHARE = 0.6  # a stanza with this share of its lines sung before in the same song is its chorus again
_COPY_SHARE = 0.85  # a song with this share of its lines known from earlier songs is another edition of one
_HELD_OUT = 0.05  # share of songs kept for validation where no validation file is given
_LEAST_TO_SPLIT = 20  # songs; with fewer, holding any back costs more than the number is worth


class CorpusError(ValueError):
    """A corpus that cannot be trained on; its text is one sentence for the user, naming the file."""


@dataclass(frozen=True, slots=True)
class Song:
    """One song: its marker's text ("" if it had none) and its lines, each ended by `\\n`, stanzas by a blank line."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """What one path gave. `weight` is how often an epoch sees each of its songs (0.5: every other)."""

    name: str
    sha256: str
    songs: tuple[Song, ...]
    weight: float = 1.0


def read_source(path: Path, weight: float = 1.0) -> Source:
    """Reads a file, or every file of lyrics in a folder and below it, in the order of their names: see `formats`.

    UTF-8, else Latin-1. Choruses are kept once a song, and a song that is nearly all known from earlier ones of this
    source is dropped (two sources may share lines: that is weight, and the giver's choice).
    Raises CorpusError where the path is missing, is not text, or holds fewer than two lyric lines.
    """
    files = _files(path)
    data = [_bytes(file) for file in files]
    songs = [
        song for file, content in zip(files, data, strict=True) for song in _read(file, content, _without_choruses)
    ]
    source = Source(path.name or str(path), _sha256(data), tuple(_without_copies(songs)), weight)
    _enough(path, source.songs)
    return source


def read_held_out(path: Path) -> Source:
    """Reads held-out text as `read_source` does, but keeps every chorus and copy: it is measured on as it stands."""
    files = _files(path)
    data = [_bytes(file) for file in files]
    songs = tuple(song for file, content in zip(files, data, strict=True) for song in _read(file, content, list))
    _enough(path, songs)
    return Source(path.name or str(path), _sha256(data), songs)


def _enough(path: Path, songs: Iterable[Song]) -> None:
    lines = sum(len(_lines(song.text)) for song in songs)
    if lines < 2:
        found = "one lyric line" if lines else "no lyric lines"
        raise CorpusError(f"{path}: wanted a corpus of at least two lyric lines, found {found}")


def _sha256(data: Sequence[bytes]) -> str:
    """Of the one file as it lies on the disk, or of the files' own digests one after another."""
    digests = [hashlib.sha256(content).hexdigest() for content in data]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def split(songs: Sequence[Song]) -> tuple[list[Song], list[Song]]:
    """(train, held out): whole songs, chosen by the hash of their text, so a growing corpus never moves one across."""
    if len(songs) < _LEAST_TO_SPLIT:
        return list(songs), []
    held = [int(hashlib.sha256(s.text.encode()).hexdigest()[:8], 16) < _HELD_OUT * 2**32 for s in songs]
    return [s for s, h in zip(songs, held, strict=True) if not h], [s for s, h in zip(songs, held, strict=True) if h]


def stream(songs: Iterable[Song], vocabulary: Vocabulary) -> NDArray[np.uint8]:
    """The songs one after another as ids, shape (T,), a boundary before the first and after each."""
    text = BOUNDARY + "".join(song.text + BOUNDARY for song in songs)
    return vocabulary.encode(text).astype(np.uint8)


Dress = Callable[[str, np.random.Generator], str]
"""Gives a song's text as it may be trained on besides: codes before its lines, slots for its names."""


class Mixture:
    """Encoded songs with a weight each; `epoch` shuffles them into one stream."""

    def __init__(
        self,
        sources: Sequence[Source],
        vocabulary: Vocabulary,
        *,
        emphasis: Sequence[tuple[str, float]] = (),
        dress: Dress | None = None,
    ):
        """`emphasis`: a song whose title holds one of these texts, in any case, has its weight multiplied.

        Raises CorpusError where the weights leave nothing to train on.
        """
        self._vocabulary, self._dress = vocabulary, dress
        self._songs: list[NDArray[np.uint8]] = []
        weights: list[float] = []
        self._boundary = np.array([vocabulary.boundary], dtype=np.uint8)
        for source in sources:
            for song in source.songs:
                self._songs.append(vocabulary.encode(song.text + BOUNDARY).astype(np.uint8))
                weights.append(source.weight * _factor(song.title, emphasis))
        self._weights = np.array(weights)
        self.sha256 = _digest(self._songs, self._weights)
        """Names the songs and their weights: a training is taken up again with the same mixture only."""
        if not len(self) > 1:
            raise CorpusError("the weights given leave nothing to train on")

    def __len__(self) -> int:
        """Characters in an epoch, on average."""
        return int(sum(w * s.size for w, s in zip(self._weights, self._songs, strict=True)))

    def epoch(self, seed: int, number: int, dressed: float = 0.0) -> NDArray[np.uint8]:
        """The ids (T,) of epoch `number`, the same for the same seed and number. A fractional weight is a chance.

        A share `dressed` of the songs comes dressed, where the mixture knows how.
        """
        rng = np.random.default_rng([seed, number])
        whole = np.floor(self._weights)
        counts = (whole + (rng.random(len(self._songs)) < self._weights - whole)).astype(np.int64)
        order = rng.permutation(np.repeat(np.arange(len(self._songs)), counts))
        if self._dress is None or not dressed:
            return np.concatenate([self._boundary, *(self._songs[i] for i in order)])
        coats = rng.random(len(order)) < dressed
        songs = (self._dressed(i, rng) if coat else self._songs[i] for i, coat in zip(order, coats, strict=True))
        return np.concatenate([self._boundary, *songs])

    def _dressed(self, number: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        assert self._dress is not None
        return self._vocabulary.spell(self._dress(self._vocabulary.decode(self._songs[number]), rng)).astype(np.uint8)


def _digest(songs: Sequence[NDArray[np.uint8]], weights: NDArray[np.float64]) -> str:
    digest = hashlib.sha256(weights.tobytes())
    for song in songs:
        digest.update(song.tobytes())
    return digest.hexdigest()


def _factor(title: str, emphasis: Sequence[tuple[str, float]]) -> float:
    factor = 1.0
    for text, times in emphasis:
        if text.lower() in title.lower():
            factor *= times
    return factor


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(f for f in path.rglob("*") if f.is_file() and f.name.lower().endswith(formats.ENDINGS))
        if not files:
            endings = ", ".join(formats.ENDINGS)
            raise CorpusError(f"{path}: wanted a folder with files of lyrics ({endings}), found none in it")
        return files
    if not path.is_file():
        raise CorpusError(f"{path}: wanted a text file or a folder of them, found nothing there")
    return [path]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CorpusError(f"{file}: wanted a readable text file, found: {error.strerror}") from error


def _text(file: Path, data: bytes) -> str:
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise CorpusError(f"{file}: wanted a whole gzip file, found a damaged one") from error
    if b"\0" in data:
        raise CorpusError(f"{file}: wanted a text file, found binary data")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


Keep = Callable[[Iterable[list[str]]], list[list[str]]]


def _read(file: Path, data: bytes, keep: Keep) -> Iterator[Song]:
    """The songs of one file: one in ChordPro, LRC and OpenLyrics, any number in text."""
    text = _text(file, data)
    if not formats.is_sheet(file.name):
        yield from _songs(text, keep)
        return
    try:
        sheet = formats.read_sheet(file.name, text)
    except formats.FormatError as error:
        raise CorpusError(f"{file}: wanted {error}") from error
    yield from _song(sheet.tags.get("title", ""), sheet.text, keep)


def _song(title: str, body: str, keep: Keep) -> Iterator[Song]:
    stanzas = keep(_stanzas(fold(body).replace(BOUNDARY, "")))
    if stanzas:
        yield Song(title, "\n".join("".join(line + "\n" for line in stanza) for stanza in stanzas))


def _songs(text: str, keep: Keep) -> Iterator[Song]:
    """Songs are split at markers; in a file without any, at two or more blank lines in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.search(rf"^{MARKER}", text, re.MULTILINE):
        head, *parts = re.split(rf"^{MARKER}", text, flags=re.MULTILINE)
        titled = [("", head), *((part.partition("\n")[0].strip(), part.partition("\n")[2]) for part in parts)]
    else:
        titled = [("", part) for part in re.split(r"\n(?:[ \t]*\n){2,}", text)]
    for title, body in titled:
        yield from _song(title, body, keep)


def _stanzas(text: str) -> Iterator[list[str]]:
    stanza: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line := " ".join(line.split()):
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []


def _key(line: str) -> str:
    """What two printings of a line share: its letters and digits, in lower case."""
    return re.sub(r"[^a-z0-9]", "", line.lower())


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _without_choruses(stanzas: Iterable[list[str]]) -> list[list[str]]:
    kept: list[list[str]] = []
    sung: set[str] = set()
    for stanza in stanzas:
        keys = [_key(line) for line in stanza]
        if sum(key in sung for key in keys) < _CHORUS_SHARE * len(keys):
            kept.append(stanza)
        sung.update(keys)
    return kept


def _without_copies(songs: Iterable[Song]) -> Iterator[Song]:
    known: set[str] = set()
    for song in songs:
        keys = [key for key in map(_key, _lines(song.text)) if key]
        if not keys:
            continue
        if sum(key in known for key in keys) < _COPY_SHARE * len(keys):
            yield song
        known.update(keys)

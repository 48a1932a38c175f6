"""Training texts: lyrics are read from files, cleaned, and split by song."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from stagelyric.lm.shards import Known, Shards
from stagelyric.lm.vocabulary import BOUNDARY, fold
from stagelyric.words import formats
from stagelyric.words import text as texts
from stagelyric.words.formats import MARKER

_CHORUS_SHARE = 0.6  # a stanza with at least this share of lines sung before in the song is taken for a repeated chorus
# a song with at least this share of lines known from earlier songs is taken for another edition of one
_COPY_SHARE = 0.85
_HELD_OUT = 0.05  # share of songs held out for validation if no validation file is given
LARGE = 128 * 2**20
"""Bytes of files above which a corpus is packed on disk and streamed."""

_LONGEST_LINE, _LONGEST_SONG = 10_000, 5_000  # bytes, lines; anything longer isn't a lyric
_DROPPED = {n: None for n in range(128) if not chr(n).isalnum()}
_MOST_HELD_OUT = 400  # songs held out, at most
_LEAST_TO_SPLIT = 20  # songs; with fewer, none are held out, as training needs them more


class CorpusError(ValueError):
    """A corpus that can't be trained on. The message is one sentence for the user that names the file."""


@dataclass(frozen=True, slots=True)
class Song:
    """One song: its marker's text ("" for none) and its lines, each ended by `\\n`; blank lines part stanzas."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The songs from one path. `weight`: how often an epoch has each song (0.5: every other epoch)."""

    name: str
    sha256: str
    songs: Sequence[Song]
    weight: float = 1.0


def with_number(argument: str) -> tuple[str, float] | None:
    """The two parts of "TEXT=NUMBER", such as "rain=1.5"; None for any other form."""
    text, _, number = argument.rpartition("=")
    try:
        return (text, float(number)) if text else None
    except ValueError:
        return None


def weighted(argument: str) -> tuple[Path, float]:
    """A path and its weight, from PATH or PATH=WEIGHT (unless a file has that whole name); the default weight is 1.

    Raises CorpusError if the weight isn't above 0 and at most 100.
    """
    found = None if Path(argument).exists() else with_number(argument)
    if found is None:
        return Path(argument), 1.0
    name, weight = found
    if not 0 < weight <= 100:
        raise CorpusError(f"{argument}: wanted a weight above 0 and up to 100, found {weight:g}")
    return Path(name), weight


def read_source(
    path: Path, weight: float = 1.0, scratch: Path | None = None, tell: Callable[[float], None] = lambda done: None
) -> Source:
    """Reads a lyrics file, or all of them in a folder and its subfolders, ordered by name: see `formats`.

    Decoded as in `words.text`. Repeated choruses are kept once in each song, and a song is dropped if nearly all its
    lines occur in earlier songs of this source (different sources may share lines). If the files have more than LARGE
    bytes, the songs are packed into `scratch` and read only when needed; `tell` is called with the share that has been
    packed, 0 … 1.

    Raises CorpusError if the path is missing, isn't text, or has fewer than two lyric lines.
    """
    files = _files(path)
    if scratch is None:
        _not_too_large(path, files)
    elif _size(files) > LARGE:
        return _packed(path, files, weight, scratch / f"shards-{_sha256([str(path).encode()])[:12]}", tell)
    data = [_bytes(file) for file in files]
    songs = [
        song for file, content in zip(files, data, strict=True) for song in _read(file, content, _without_choruses)
    ]
    source = Source(path.name or str(path), _sha256(data), tuple(_without_copies(songs)), weight)
    _enough(path, source.songs)
    return source


class _Packed(Sequence[Song]):
    """The first `count` songs of a corpus packed on disk."""

    def __init__(self, shards: Shards, count: int | None = None):
        self.shards, self._count = shards, len(shards) if count is None else count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Song: ...
    @overload
    def __getitem__(self, at: slice) -> list[Song]: ...
    def __getitem__(self, at: int | slice) -> Song | list[Song]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self._count))]
        if not -self._count <= at < self._count:
            raise IndexError(at)
        return Song(*self.shards[at % self._count])


def _packed(path: Path, files: Sequence[Path], weight: float, folder: Path, tell: Callable[[float], None]) -> Source:
    """Packs the songs on disk, without ever having all of them in memory."""
    digest, size, read = hashlib.sha256(), _size(files), 0

    def seen(data: bytes) -> None:
        nonlocal read
        digest.update(data)
        before, read = read, read + len(data)
        if read >> 20 != before >> 20:
            tell(min(1.0, read / size))  # unpacked text may be longer than the gzip files

    songs = (song for file in files for song in _streamed(file, seen))
    shards = Shards.write(folder, ((song.title, song.text) for song in _without_copies(songs, Known().seen)))
    source = Source(path.name or str(path), digest.hexdigest(), _Packed(shards), weight)
    _enough(path, itertools.islice(source.songs, 100))
    return source


def _streamed(file: Path, tell: Callable[[bytes], None]) -> Iterator[Song]:
    """The songs of a large text file, read line by line; `tell` gets each piece of the file's bytes."""
    if not formats.is_text(file.name):
        data = _bytes(file)
        tell(data)
        yield from _read(file, data, _without_choruses)
        return
    opened = gzip.open if _bytes(file, 2) == b"\x1f\x8b" else open
    title, lines, blank, marked = "", list[str](), 0, False
    with opened(file, "rb") as stream:
        while raw := stream.readline(_LONGEST_LINE + 1):
            tell(raw)
            if b"\0" in raw:
                raise CorpusError(f"{file}: wanted a text file, found binary data")
            if len(raw) > _LONGEST_LINE:
                raise CorpusError(f"{file}: wanted lyric lines, found one of more than {_LONGEST_LINE} bytes")
            line = texts.line(raw)
            blank = 0 if line.strip() else blank + 1
            starts = line.startswith(MARKER)
            if starts or (blank == 2 and not marked) or len(lines) > _LONGEST_SONG:
                yield from _song(title, formats.plain("\n".join(lines)).text, _without_choruses)
                title, lines, marked = (line.removeprefix(MARKER).strip() if starts else title), [], marked or starts
            if not starts:
                lines.append(line)
    yield from _song(title, formats.plain("\n".join(lines)).text, _without_choruses)


def read_held_out(path: Path) -> Source:
    """Reads held-out text like `read_source` but keeps repeated choruses and copies: it is measured as it is."""
    files = _files(path)
    _not_too_large(path, files)
    data = [_bytes(file) for file in files]
    songs = tuple(song for file, content in zip(files, data, strict=True) for song in _read(file, content, list))
    _enough(path, songs)
    return Source(path.name or str(path), _sha256(data), songs)


def _size(files: Sequence[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _not_too_large(path: Path, files: Sequence[Path]) -> None:
    if (size := _size(files)) > LARGE:
        raise CorpusError(f"{path}: wanted at most {LARGE >> 20} MB to read at once, found {size >> 20} MB")


def _enough(path: Path, songs: Iterable[Song]) -> None:
    lines = sum(len(_lines(song.text)) for song in songs)
    if lines < 2:
        found = "one lyric line" if lines else "no lyric lines in Latin letters"
        raise CorpusError(f"{path}: wanted a corpus of at least two lyric lines, found {found}")


def _sha256(data: Sequence[bytes]) -> str:
    """The hash of a single file's contents, or of the files' hashes, concatenated."""
    digests = [hashlib.sha256(content).hexdigest() for content in data]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def held_back(name: str, songs: Sequence[Song]) -> Source:
    """Songs to measure on, identified by the hash of their text."""
    return Source(name, _sha256(["\0".join(song.text for song in songs).encode()]), tuple(songs))


def split(
    songs: Sequence[Song], share: float = _HELD_OUT, least: int = 1, fewest: int = _LEAST_TO_SPLIT
) -> tuple[Sequence[Song], list[Song]]:
    """(train, held out): whole songs, chosen by the hash of their text, so that adding songs never moves one across.

    At least `least` songs are held out, at most _MOST_HELD_OUT; none if there are fewer than `fewest` songs.
    """
    if len(songs) < fewest:
        return list(songs), []
    if isinstance(songs, _Packed):  # too large for memory: hold out the last songs and leave the others packed
        count = min(_MOST_HELD_OUT, len(songs) // 20)
        return _Packed(songs.shards, len(songs) - count), songs[len(songs) - count :]
    order = sorted((hashlib.sha256(song.text.encode()).hexdigest(), i) for i, song in enumerate(songs))
    count = max(least, sum(int(digest[:8], 16) < share * 2**32 for digest, _ in order))
    held = {i for _, i in order[: min(count, _MOST_HELD_OUT)]}
    return [s for i, s in enumerate(songs) if i not in held], [s for i, s in enumerate(songs) if i in held]


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


def _bytes(file: Path, count: int = -1) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(count)
    except OSError as error:
        raise CorpusError(f"{file}: wanted a readable text file, found: {error.strerror}") from error


Keep = Callable[[Iterable[list[str]]], list[list[str]]]


def _read(file: Path, data: bytes, keep: Keep) -> Iterator[Song]:
    """The songs of one file of any format."""
    try:
        songs = formats.read(file, data).songs
    except formats.LyricsError as error:
        raise CorpusError(str(error)) from error
    for sheet in songs:
        yield from _song(sheet.tags.get("title", ""), sheet.text, keep)


def _song(title: str, body: str, keep: Keep) -> Iterator[Song]:
    stanzas = keep(_stanzas(fold(body).replace(BOUNDARY, "")))
    if stanzas:
        yield Song(title, "\n".join("".join(line + "\n" for line in stanza) for stanza in stanzas))


def _stanzas(text: str) -> Iterator[list[str]]:
    stanza: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line := " ".join(line.split()):
            stanza.append(line)
        elif stanza:
            yield stanza
            stanza = []


def _key(line: str) -> str:
    """A line's letters and digits in lower case, by which different editions are compared."""
    return line.lower().translate(_DROPPED) if line.isascii() else re.sub(r"[^a-z0-9]", "", line.lower())


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


class Sung:
    """The lines sung so far in a song."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def again(self, stanza: Sequence[str]) -> bool:
        """Whether at least 60 % of a stanza's lines were sung before, as in a chorus; adds the stanza's lines."""
        keys = [_key(line) for line in stanza]
        share = sum(key in self._keys for key in keys)
        self._keys.update(keys)
        return share >= _CHORUS_SHARE * len(keys)


def _without_choruses(stanzas: Iterable[list[str]]) -> list[list[str]]:
    sung = Sung()
    return [stanza for stanza in stanzas if not sung.again(stanza)]


def _without_copies(songs: Iterable[Song], known: Callable[[str], bool] | None = None) -> Iterator[Song]:
    """Leaves out songs nearly all of whose lines were in earlier ones. `known` says so of a line, and remembers it."""
    known = known or _Seen().before
    for song in songs:
        keys = dict.fromkeys(key for key in map(_key, _lines(song.text)) if key)
        if keys and sum([known(key) for key in keys]) < _COPY_SHARE * len(keys):
            yield song


class _Seen:
    def __init__(self) -> None:
        self._keys: set[str] = set()

    def before(self, key: str) -> bool:
        was = key in self._keys
        self._keys.add(key)
        return was

"""The file of a baked show: a zip with the SHA-256 of each member, so that no part of a damaged file is played.

A zip of JSON, TOML and FLAC runs no code when opened and can be inspected on any computer; `sha256sum -c SHA256SUMS`
checks it. Files are written atomically, so that a crash leaves the old one.
"""

import hashlib
import logging
import os
import re
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from stagelyric.baked.bake import Bake, Baked, Part, Spoken
from stagelyric.setlist import setlist
from stagelyric.setlist.faults import FileError
from stagelyric.types.json import JsonArray, JsonMapping, JsonObject
from stagelyric.types.lines import Line, as_line, as_list

FORM = "stagelyric bake"
ENDING = ".bake"
VERSION = 1
SUMS, SHOW, SETLIST, LINES = "SHA256SUMS", "show.json", "setlist.toml", "lines.json"
LARGEST = 128 << 20  # bytes of a member that is read into memory, at most
MOST = 1 << 32  # bytes of all members together, at most

log = logging.getLogger(__name__)

_SOUND = re.compile(r"speech/[0-9a-f]{32}\.flac")
_ROW = re.compile(r"([0-9a-f]{64})  ([\w./-]+)")
# bytes of a member's local header, and the offset in it of the lengths of the name and the extra field
_HEADER, _NAMES_AT = 30, 26
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of every member, so that the same show gives the same file


class BakeError(FileError):
    """A file that isn't a complete baked show. The message is one sentence that names it."""

    def __init__(self, told: str) -> None:
        super().__init__([told])


def sound_name(text: str) -> str:
    """The member with a text's sound."""
    return f"speech/{hashlib.sha256(' '.join(text.split()).encode()).hexdigest()[:32]}.flac"


@dataclass(frozen=True, slots=True)
class Opened:
    """A show's file, open as long as the show is. `digest` identifies its contents."""

    path: Path
    bake: Bake
    sounds: "Sounds"
    digest: str


class Sounds:
    """The sounds in an open file by text; can be used at any time and from any thread."""

    def __init__(self, path: Path, infos: Iterable[zipfile.ZipInfo]) -> None:
        """`infos`: those of all members; sounds are stored uncompressed. Raises OSError."""
        self._file = path.open("rb")
        self._reading = threading.Lock()
        self._places = {
            info.filename: (info.header_offset, info.file_size)
            for info in infos
            if _SOUND.fullmatch(info.filename) and info.compress_type == zipfile.ZIP_STORED
        }

    def __len__(self) -> int:
        return len(self._places)

    def has(self, text: str) -> bool:
        return sound_name(text) in self._places

    def read(self, text: str) -> bytes:
        """The bytes of a FLAC file. Raises OSError if reading fails, KeyError if the text has no sound."""
        return self.member(sound_name(text))

    def member(self, name: str) -> bytes:
        """As `read`, by the member's name. Doesn't use `zipfile`, which is slower than the disk."""
        at, size = self._places[name]
        with self._reading:
            self._file.seek(at + _NAMES_AT)
            names = self._file.read(4)
            self._file.seek(at + _HEADER + sum(struct.unpack("<HH", names)) if len(names) == 4 else at)
            data = self._file.read(size)
        if len(data) < size:
            raise OSError("the file is shorter than it was")
        return data

    def wrong(self, sums: Mapping[str, str]) -> str | None:
        """The name of a sound whose hash is not the one in `sums`, if any."""
        names = (name for name in sums if name in self._places)
        return next((name for name in names if hashlib.sha256(self.member(name)).hexdigest() != sums[name]), None)

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # missing if the file could not be opened
            self.close()


def read(path: Path) -> Opened:
    """The show in a file; every byte is checked first. Raises BakeError."""
    try:
        with zipfile.ZipFile(path) as file:
            sums, whole, digest = _checked(path, file)
            sounds = Sounds(path, file.infolist())
    except FileNotFoundError:
        raise BakeError(f"{path}: wanted a baked show, found no file") from None
    except OSError as error:
        raise BakeError(f"{path}: could not be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BakeError(f"{path}: wanted a baked show, found another kind of file, or a damaged one") from error
    try:
        return Opened(path, _understood(path, whole, sounds, sums), sounds, digest)
    except BaseException:  # on any error, including Ctrl-C, close the file
        sounds.close()
        raise


def _understood(path: Path, whole: Mapping[str, bytes], sounds: Sounds, sums: Mapping[str, str]) -> Bake:
    try:
        wrong = sounds.wrong(sums)
    except OSError as error:
        raise BakeError(f"{path}: could not be read: {error.strerror or error}") from None
    if wrong is not None:
        raise BakeError(f"{path}: is damaged: {wrong} is not what was baked; bake it again")
    try:
        return _bake(path, whole)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BakeError(f"{path}: is damaged: what it says makes no sense ({error!r}); bake it again") from None


def beside(setlist: Path, tell: Callable[[str], None] = log.warning) -> Opened | None:
    """The baked show next to a setlist with the same name; None if there is none that can be read, and `tell` gets
    why."""
    path = setlist.with_suffix(ENDING)
    if not path.is_file():
        return None
    try:
        return read(path)
    except BakeError as error:
        tell(f"{error}; the show is played without it")
        return None


def _checked(path: Path, file: zipfile.ZipFile) -> tuple[dict[str, str], dict[str, bytes], str]:
    """The members' hashes, the contents of all members except sounds, and an identifier for the whole file."""
    members = {info.filename: info for info in file.infolist()}
    if SHOW not in members or SUMS not in members:
        raise BakeError(f"{path}: wanted a baked show, found a zip file of something else")
    if sum(info.file_size for info in members.values()) > MOST:
        raise BakeError(f"{path}: wanted {MOST >> 30} GB at most, found more")
    _check_form(path, _json(path, _member(path, file, SHOW)))
    written = _member(path, file, SUMS)
    sums = dict(_sums(path, written))
    strange = {name for name, info in members.items() if _SOUND.fullmatch(name) and info.compress_type}
    if wrong := next(iter(sorted(((sums.keys() ^ members.keys()) - {SUMS}) | strange)), None):
        raise BakeError(f"{path}: is damaged: {wrong} is missing, or does not belong to it; bake it again")
    whole = {name: _member(path, file, name) for name in sums if not _SOUND.fullmatch(name)}
    for name, data in whole.items():
        if hashlib.sha256(data).hexdigest() != sums[name]:
            raise BakeError(f"{path}: is damaged: {name} is not what was baked; bake it again")
    return sums, whole, hashlib.sha256(written).hexdigest()


def _member(path: Path, file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).file_size > LARGEST:
        raise BakeError(f"{path}: is damaged: {name} is larger than {LARGEST >> 20} MB")
    return file.read(name)


def _json(path: Path, data: bytes) -> JsonObject:
    try:
        found = orjson.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BakeError(f"{path}: is damaged: {SHOW} can't be read; bake it again")
    return found


def _check_form(path: Path, told: JsonMapping) -> None:
    if told.get("form") != FORM:
        raise BakeError(f"{path}: wanted a baked show, found a zip file of something else")
    if told.get("version") != VERSION:
        raise BakeError(
            f"{path}: wanted a show baked in form {VERSION}, found form {str(told.get('version'))[:20]}, by stagelyric "
            f"{str(told.get('by'))[:20]}; bake it again with this version"
        )


def _sums(path: Path, data: bytes) -> Iterator[tuple[str, str]]:
    for row in data.decode("ascii", "replace").splitlines():
        found = _ROW.fullmatch(row)
        if found is None:
            raise BakeError(f"{path}: is damaged: {SUMS} can't be read; bake it again")
        yield found[2], found[1]


def _bake(path: Path, whole: Mapping[str, bytes]) -> Bake:
    told, written = orjson.loads(whole[SHOW]), whole[SETLIST].decode()
    try:
        show = setlist.loads(written, f"{path}, {SETLIST}")
    except FileError as error:  # written by a version with another setlist format
        raise BakeError(str(error)) from None
    spoken = told["spoken"]
    parts = tuple(_part(part) for part in orjson.loads(whole[LINES]))
    return Bake(
        written, show, int(told["seed"]), int(told["asked"]), str(told["model"]), str(told["edition"]), str(told["by"]),
        parts, tuple(map(str, told["wanted"])), dict(told["lyrics"]),
        tuple(told["quotes"]), str(told["never_quote"]), str(told["frames"]),
        None if spoken is None else Spoken(spoken["voice"], spoken["words_a_minute"]),
        {(song, section): [str(text) for text in texts] for song, section, texts in told["kept"]},
    )  # fmt: skip


def _part(told: JsonMapping) -> Part:
    lines = tuple(
        Baked(
            int(one["number"]),
            _line(one["line"]),
            dict(one.get("why", {})),
            bool(one.get("struck")),
            _line(one["first"]) if "first" in one else None,
        )
        for one in told["lines"]
    )
    words = {str(word): _line(line) for word, line in told["words"].items()}
    return Part(told["song"], told["section"], told["digest"], lines, words)


def _line(told: JsonArray) -> Line:
    line = as_line(told)
    if not isinstance(line.text, str) or not isinstance(line.index, int) or not line.text:
        raise ValueError(f"wanted a line, found {str(told)[:40]}")
    return line


def write(path: Path, bake: Bake, sounds: Mapping[str, Callable[[], bytes]] | None = None) -> None:
    """Writes the file atomically. `sounds`: for each text that has one, a function that returns its FLAC bytes.

    Raises OSError.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with zipfile.ZipFile(part, "w") as file:
            rows = [_put(file, name, data) for name, data in _members(bake)]
            texts = [text for text in bake.texts() if text in (sounds or {})]
            for text in {sound_name(text): text for text in texts}.values():
                rows.append(_put(file, sound_name(text), (sounds or {})[text]()))
            _put(file, SUMS, "".join(rows).encode())
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _members(bake: Bake) -> Iterable[tuple[str, bytes]]:
    spoken = bake.spoken
    told = {
        "form": FORM, "version": VERSION, "by": bake.by, "title": bake.setlist.title, "seed": bake.seed,
        "asked": bake.asked, "wanted": list(bake.wanted), "model": bake.model, "edition": bake.edition,
        "never_quote": bake.never_quote, "frames": bake.frames, "lyrics": dict(bake.lyrics),
        "quotes": list(bake.quotes), "kept": [[*place, list(texts)] for place, texts in bake.kept.items()],
        "spoken": None if spoken is None else {"voice": spoken.voice, "words_a_minute": spoken.words_a_minute},
    }  # fmt: skip
    parts = [
        {
            "song": part.song, "section": part.section, "digest": part.digest,
            "lines": [_as_told(baked) for baked in part.lines],
            "words": {word: as_list(line) for word, line in part.words.items()},
        }
        for part in bake.parts
    ]  # fmt: skip
    return [(SHOW, _dumped(told)), (SETLIST, bake.written.encode()), (LINES, _dumped(parts))]


def _as_told(baked: Baked) -> JsonObject:
    told: JsonObject = {"number": baked.number, "line": as_list(baked.line)}
    told |= {"why": dict(baked.why)} if baked.why else {}
    told |= {"struck": True} if baked.struck else {}
    return told | ({"first": as_list(baked.first)} if baked.first is not None else {})


def _dumped(told: object) -> bytes:
    return orjson.dumps(told)


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> str:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".flac") else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    file.writestr(info, data)
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n"

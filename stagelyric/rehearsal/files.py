"""Drafts on disk: a text file for each song, readable in any editor; written atomically, so none is ever lost."""

from __future__ import annotations

import errno
import hashlib
import re
from pathlib import Path

from stagelyric.rehearsal import draft
from stagelyric.rehearsal.draft import Draft
from stagelyric.types import whole
from stagelyric.types.aside import put_aside
from stagelyric.words.alike import alike
from stagelyric.words.reading import read_bytes

_LARGEST = 1 << 20  # bytes; a larger file isn't a draft
_NO_FILE = (errno.EINVAL, errno.EFBIG, errno.EISDIR, errno.ELOOP, errno.ENXIO)  # as opposed to a disk that fails


class Drafts:
    """The drafts of one set, in a folder. Song names are compared ignoring case and kinds of apostrophe.

    Every method that reads or writes may raise OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, song: str) -> Path:
        """The path of a song's draft."""
        name = re.sub(r"[^\w]+", "-", alike(song)).strip("-")[:60]
        mark = hashlib.sha256(alike(song).encode()).hexdigest()[:6]
        return self.folder / f"{name or 'song'}-{mark}.txt"

    def load(self, song: str) -> Draft:
        """A song's draft; empty if there is none. What isn't a text file is renamed and kept."""
        file = self.file(song)
        try:
            return draft.read(read_bytes(file, _LARGEST).decode("utf-8"), song)
        except FileNotFoundError:
            if not file.is_symlink():
                return Draft(song)
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
        except ValueError:
            pass
        put_aside(file)
        return Draft(song)

    def save(self, made: Draft) -> None:
        """Writes a draft atomically."""
        self.folder.mkdir(parents=True, exist_ok=True)
        whole.replace(self.file(made.song), made.text)


def folder_of(drafts: Path, title: str) -> Path:
    """The folder for a set's drafts."""
    name = re.sub(r"[^\w]+", "-", alike(title)).strip("-")[:60]
    return drafts / f"{name or 'set'}-{hashlib.sha256(alike(title).encode()).hexdigest()[:6]}"

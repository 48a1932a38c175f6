"""Drafts on the disk: a text file a song, which any editor opens; written whole, so that a power cut loses none."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

from stagelyric.rehearsal import draft
from stagelyric.rehearsal.draft import Draft
from stagelyric.types import whole
from stagelyric.words.alike import alike

_LARGEST = 1 << 20  # bytes; a larger file is no draft


class Drafts:
    """The drafts of one set, in a folder. Songs are told apart as people do: case and kinds of apostrophe count not.

    Every method that reads or writes may raise OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, song: str) -> Path:
        """Where a song's draft is."""
        name = re.sub(r"[^\w]+", "-", alike(song)).strip("-")[:60]
        mark = hashlib.sha256(alike(song).encode()).hexdigest()[:6]
        return self.folder / f"{name or 'song'}-{mark}.txt"

    def load(self, song: str) -> Draft:
        """The draft of a song, empty where there is none. A file that is no text is put aside under another name."""
        file = self.file(song)
        try:
            with file.open("rb") as opened:
                data = opened.read(_LARGEST + 1)
        except FileNotFoundError:
            return Draft(song)
        try:
            if len(data) > _LARGEST:
                raise ValueError("too large")
            return draft.read(data.decode("utf-8"), song)
        except ValueError:
            os.replace(file, file.with_suffix(f".damaged-{int(time.time())}"))
            return Draft(song)

    def save(self, made: Draft) -> None:
        """Writes a draft, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        whole.replace(self.file(made.song), made.text)


def folder_of(drafts: Path, title: str) -> Path:
    """The folder for a set's drafts."""
    name = re.sub(r"[^\w]+", "-", alike(title)).strip("-")[:60]
    return drafts / f"{name or 'set'}-{hashlib.sha256(alike(title).encode()).hexdigest()[:6]}"

"""What a show is made of beside its setlist, read from the files that the setlist names or from a baked show."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import tomli

from stagelyric.editor import fetch
from stagelyric.gates import quoting
from stagelyric.gear.journal import journal
from stagelyric.gear.journal.database import JournalError
from stagelyric.setlist.setlist import Setlist, read_lyrics
from stagelyric.show.show import Show
from stagelyric.types import paths
from stagelyric.types.aside import put_aside
from stagelyric.types.server import Server
from stagelyric.words.reading import read_bytes

if TYPE_CHECKING:
    from stagelyric.baked.bake import Bake

# Lines that another edition baked, for the seconds until some are written: of a section, and of all. They are also
# written into the journal, for a replay.
_MEANWHILE, _ALL_MEANWHILE = 16, 4096

Judgements = Mapping[tuple[str, str], Sequence[str]]
"""Texts by (song, section) in which they were sung."""


def _none(texts: Iterable[str]) -> set[str]:
    return set()


@dataclass(frozen=True, slots=True)
class Material:
    """`lyrics`: the songs' own words by title; `never_quote`, `frames`: see `Ask`; `quoting`: given some texts, returns
    those that quote what the band never wants to quote; `kept`: lines kept in rehearsal that a baked show brings."""

    lyrics: Mapping[str, str] = field(default_factory=dict)
    never_quote: str = ""
    frames: str = ""
    quoting: Callable[[Iterable[str]], set[str]] = _none
    kept: Judgements = field(default_factory=dict)


def beside(setlist: Setlist, folder: Path) -> Material:
    """Reads the files in a setlist's folder. Raises FileError, QuotingError."""
    never = [folder / name for name in setlist.never_quote]
    frames = [folder / name for name in setlist.frames]
    return Material(
        {song.title: read_lyrics(folder / song.lyrics) for song in setlist.songs if song.lyrics},
        quoting.stamp(never),
        _named(frames),
        lambda texts: quoting.quoting(texts, never),
    )


def _named(frames: Sequence[Path]) -> str:
    """A digest of the band's own frames; "" for none."""
    if not frames:
        return ""
    from stagelyric.phrasebook import compiled

    return compiled.stamp([file.read_bytes() for file in frames])


def baked(bake: "Bake") -> Material:
    """As it was when the show was baked."""
    return Material(
        bake.lyrics, bake.never_quote, bake.frames, lambda texts: quoting.quoting_of(texts, bake.quotes), bake.kept
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """Baked lines that lie beside a setlist which is played live. If `same`, they are the first lines of each shelf,
    exactly as they would be written; else another edition wrote them. `unwanted`: those of the shelves that the band
    struck or changed."""

    bake: "Bake"
    same: bool = True

    @property
    def unwanted(self) -> set[str]:
        return {(one.first or one.line).text for one in self.bake.lines if self.same and (one.struck or one.first)}

    def put(self, show: Show) -> None:
        """Puts the lines on the shelves that they were written for; the writer continues after them. Those of another
        edition are only there for while a shelf is empty (`Ladder.meanwhile`), so that what is written stays the
        same."""
        parts = {part.digest: part for part in self.bake.parts}
        left = _ALL_MEANWHILE
        for ask in show.every_ask():
            part = parts.get(ask.digest)
            if part is None:
                continue
            if self.same:
                show.pool.put(ask, 0, [one.first or one.line for one in part.lines])
            elif left:
                # Without their frames: on the shelves these may come as if they had not been heard.
                lines = [replace(line, frame="") for line in part.played[: min(_MEANWHILE, left)]]
                show.ladder.meanwhile[part.song, part.section] = lines
                left -= len(lines)


def sound_taste(tell: Callable[[str], None]) -> None:
    """Puts a taste file aside that can't be read, so that neither this show nor the writer meets it again; `tell` gets
    what was done."""
    file = paths.taste()
    try:
        weights = tomli.loads(read_bytes(file, paths.LARGEST_TASTE).decode()).get("weights", {})
        if isinstance(weights, dict):
            return
    except (OSError, ValueError, RecursionError):
        if not file.is_symlink() and not file.exists():
            return
    try:
        tell(f"the band's taste was damaged: it is {put_aside(file)} now, and lines are chosen as usual")
    except OSError as error:
        tell(f"the band's taste is damaged, and can't be put aside ({error}); lines are chosen as usual")


def prepared(setlist: Path, wrote: str, tell: Callable[[str], None]) -> Prepared | None:
    """The lines baked for a setlist; None if there are none. They are what would be written now if they were baked with
    the edition `wrote` (see `edition`). `tell` gets what is wrong with the file."""
    if not setlist.with_suffix(".bake").is_file():
        return None  # avoids an import that most shows don't need
    from stagelyric.baked import file as files

    opened = files.beside(setlist, tell)
    if opened is None:
        return None
    opened.sounds.close()
    return Prepared(opened.bake, opened.bake.edition == wrote)


def judged(file: Path, title: str, made_of: Material) -> tuple[Judgements, set[str]]:
    """The lines kept and those vetoed in earlier shows, by song and section. A kept line that is a forbidden quotation
    is left out."""
    try:
        kept, vetoed = journal.judgements(file, title)
    except JournalError as error:  # the journal's writer puts a damaged file aside and reports it
        logging.getLogger(__name__).warning("%s; nothing is known of earlier shows", error)
        kept, vetoed = {}, set()
    places = dict.fromkeys([*made_of.kept, *kept])
    all_kept = {place: [*dict.fromkeys([*made_of.kept.get(place, ()), *kept.get(place, ())])] for place in places}
    with_quotes = made_of.quoting([text for texts in all_kept.values() for text in texts])
    return {place: [text for text in texts if text not in with_quotes] for place, texts in all_kept.items()}, vetoed


def edition(model: Path, server: Server | None = None) -> str:
    """A name for everything that lines depend on beside the ask; lines of one edition are never used for another."""
    drafted = hashlib.sha256(server.url.encode()).hexdigest()[:8] if server else ""
    return paths.edition(model) + fetch.stamp() + drafted

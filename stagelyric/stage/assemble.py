"""A setlist and a rig become a stage, with the parts that `stage.parts` makes."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric import __version__
from stagelyric.gates import family
from stagelyric.gear.journal import journal
from stagelyric.gear.journal.bookmark import Bookmark
from stagelyric.gear.journal.journal import Journal
from stagelyric.gear.midi.input import Midi
from stagelyric.gear.osc.input import Osc
from stagelyric.setlist.rig import Rig
from stagelyric.setlist.setlist import Setlist
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage import material
from stagelyric.stage.generator import Generator
from stagelyric.stage.material import Judgements, Material, edition, judged
from stagelyric.stage.parts import Given
from stagelyric.stage.pool_files import PoolFiles
from stagelyric.stage.recall import Recalled, recall
from stagelyric.stage.stage import Stage
from stagelyric.stage.trace import made_of as made_of_show
from stagelyric.types import paths
from stagelyric.types.lines import Line
from stagelyric.types.server import Server
from stagelyric.types.standing import Standing
from stagelyric.web.server import Page
from stagelyric.words import text as texts
from stagelyric.words.syllables import syllabify

if TYPE_CHECKING:
    from stagelyric.baked.file import Opened


@dataclass(frozen=True, slots=True)
class Assembly:
    """The stage, and those of its parts that people are told about. `told`: how this show relates to the last one
    (continued or new)."""

    stage: Stage
    page: Page
    osc: Osc
    midi: Midi | None
    seed: int
    told: str = ""
    pin: str | None = None
    tally: Callable[[str], int] = field(default=lambda kind: 0)
    """The number of records of a kind ("cue", "keep", "veto") that this run of the show has written."""


def assemble(
    setlist: Setlist,
    rig: Rig,
    *,
    folder: Path,
    model: Path | None,
    seed: int | None = None,
    journal_path: Path | None = None,
    speech: bool = True,
    lines_ahead: int = 192,
    terminal: bool = True,
    midi: Sequence[str] | None = None,
    file: Path | None = None,
    fresh: bool = False,
    resume: bool = False,
    server: Server | None = None,
    baked: "Opened | None" = None,
) -> Assembly:
    """Builds the stage for a setlist and a rig. `folder`: the setlist's folder; `file`: the setlist file; `midi`: names
    of MIDI inputs instead of the rig's ([]: none); `server`: a language model server that drafts lines beside the
    model; `baked`: a baked show, which has all of its lines and needs no `model`."""
    found: dict[str, str] = {}
    journal_file = journal_path or paths.journal()
    bookmark = Bookmark(journal_file, setlist.title)
    before = recall(bookmark.last, bookmark.before, seed=seed, now=time.time(), fresh=fresh, resume=resume)
    shown_seed = seed if seed is not None else before.seed if before.seed is not None else secrets.randbelow(1 << 31)
    made_of = material.beside(setlist, folder) if baked is None else material.baked(baked.bake)
    kept, vetoed = judged(journal_file, setlist.title, made_of)
    prepared = None if file is None or model is None else _prepared(file, model, server, found)
    if prepared is not None:
        vetoed |= prepared.unwanted
    if seed is None and before.standing is None and not rig.web.also:
        vetoed |= _sung_lately(journal_file, setlist.title, kept)
    words = None if baked is None else {(part.song, part.section): part.words for part in baked.bake.parts}
    show = _show(setlist, made_of, Pool(lines_ahead), shown_seed, kept, vetoed, speech, words)
    generator, store = (None, None) if model is None else _writing(setlist, folder, model, server)
    _fill(show, store, baked, before, prepared)
    notes = Journal(
        journal_file, title=setlist.title, seed=shown_seed, version=__version__, show=before.show,
        model=model.name if model is not None else baked.bake.model if baked is not None else "",
    )  # fmt: skip
    given = Given(setlist, rig, show, kept, _inputs(rig, midi), terminal, notes, file, baked, generator)
    given.found.update(found)
    given.make()
    given.stage = stage = Stage(
        show,
        show.pool,
        Clock(rig.clock.source),
        generator,
        parts=given.parts,
        journal=notes,
        store=store,
        bookmark=bookmark,
        tempo=before.standing.tempo if before.standing is not None else None,
        warm=given.the(Osc).warm,
        intercept=given.learn_session.hear if given.learn_session else lambda event: False,
        moved=given.machines.own if given.machines else None,
        beside=family.look_ahead,
        found=given.found,
    )
    # the first check unpacks word lists and the dictionary; neither the start nor a press may wait for that
    family.postpone()
    _begin_trace(stage, _written(file, baked), made_of, vetoed, words)
    bookmark.begin(given.whole, anew=before.standing is None)
    return _assembled(stage, given, shown_seed, _told(baked, before))


def _prepared(file: Path, model: Path, server: Server | None, found: dict[str, str]) -> "material.Prepared | None":
    """The lines that were baked for this set. What is wrong with optional files goes into `found`."""
    material.sound_taste(partial(found.__setitem__, "taste"))
    return material.prepared(file, edition(model, server), partial(found.__setitem__, "bake"))


def _inputs(rig: Rig, named: Sequence[str] | None) -> tuple[str, ...] | None:
    """The names of the MIDI inputs: the rig's if none are given; () means all inputs, None means no MIDI."""
    return None if named == [] else tuple(rig.midi.inputs if named is None else named)


def _begin_trace(
    stage: Stage, written: str | None, made_of: Material, vetoed: set[str],
    words: Mapping[tuple[str, str], Mapping[str, Line]] | None,
) -> None:  # fmt: skip
    """Sets what a trace begins with: everything that the show was made of."""
    if stage.trace is not None and written is not None:
        stage.trace.begin = partial(
            made_of_show, written, made_of.lyrics, made_of.never_quote, made_of.frames, frozenset(vetoed), words
        )


def _assembled(stage: Stage, given: Given, seed: int, told: str) -> Assembly:
    page, osc, tally = given.the(Page), given.the(Osc), given.notes.tally
    return Assembly(stage, page, osc, given.midi_in, seed, told, given.rig.web.pin, tally.__getitem__)


def _written(file: Path | None, baked: "Opened | None") -> str | None:
    """The setlist as written in its file, or None if it is not known."""
    if baked is not None:
        return baked.bake.written
    try:
        return None if file is None else texts.read(file).text
    except (OSError, texts.TextError):
        return None


def _writing(setlist: Setlist, folder: Path, model: Path, server: Server | None) -> tuple[Generator, PoolFiles]:
    """The generator that writes lines, and the store that keeps them on disk."""
    never, frames = ([folder / name for name in names] for names in (setlist.never_quote, setlist.frames))
    return Generator(model, never, frames, server), PoolFiles(paths.pools(), edition(model, server))


def _sung_lately(file: Path, title: str, kept: Judgements) -> set[str]:
    """Lines shown on the last nights, which must not come again, except for those that were kept.

    Not used with a seed, which must give the same lines every night, nor with a second machine, which would not have
    the same past nights.
    """
    return journal.sung_lately(file, title) - {text for texts in kept.values() for text in texts}


def _show(
    setlist: Setlist, made_of: Material, pool: Pool, seed: int, kept: Judgements, vetoed: set[str], speech: bool,
    words: Mapping[tuple[str, str], Mapping[str, Line]] | None,
) -> Show:  # fmt: skip
    show = Show(
        setlist,
        pool,
        seed=seed,
        lyrics=made_of.lyrics,
        kept=kept,
        vetoed=vetoed,
        never_quote=made_of.never_quote,
        frames=made_of.frames,
        cut=syllabify,
        words=words,
    )
    show.speech = speech
    return show


def _fill(
    show: Show, store: PoolFiles | None, baked: "Opened | None", before: Recalled, prepared: "material.Prepared | None"
) -> None:
    """Puts baked, stored and prepared lines on the pool's shelves, and sets the show to where it was."""
    if prepared is not None:
        prepared.put(show)
    if store is not None:
        store.load(show.pool, show.every_ask())
    if baked is not None:
        for ask, part in zip(show.every_ask(), baked.bake.parts, strict=True):
            show.pool.lay(ask, part.played)
    if before.standing is not None:
        show.stand(before.standing)
    else:
        show.pool.place(Standing("", "", places=before.places))


def _told(baked: "Opened | None", before: Recalled) -> str:
    return before.told if baked is None else "\n  ".join(filter(None, (_in_short(baked), before.told)))


def _in_short(baked: "Opened") -> str:
    lines = sum(len(part.played) for part in baked.bake.parts)
    lacks = "" if baked.bake.whole else "; not every section has the lines that were wanted (bake --resume)"
    return f"baked     {baked.path.name}: {lines:,} lines, {len(baked.sounds):,} sounds{lacks}"

"""The parts of a show: for each a factory, which returns it, or None if this rig does not use it."""

import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stagelyric.gear.journal.journal import Journal
from stagelyric.gear.midi.input import Midi
from stagelyric.gear.midi.output import MidiOut
from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.oscquery import Tree
from stagelyric.gear.terminal.keyboard import Keyboard
from stagelyric.gear.terminal.output import Terminal
from stagelyric.rehearsal.desk import Rehearsal, WriterlessError
from stagelyric.rehearsal.files import Drafts, folder_of
from stagelyric.setlist.rig import Rig
from stagelyric.setlist.setlist import Setlist
from stagelyric.setlist.triggers import Trigger
from stagelyric.setup.desk import Setup
from stagelyric.show.ahead import coming
from stagelyric.show.ladder import bare
from stagelyric.show.learn import LearnSession
from stagelyric.show.show import Show
from stagelyric.show.step import Step
from stagelyric.speech.output import Speech
from stagelyric.stage.generator import Generator
from stagelyric.stage.inputs import INPUTS, Sources
from stagelyric.stage.material import Judgements
from stagelyric.stage.stage import Stage
from stagelyric.types import paths
from stagelyric.types.lines import Ask, Line
from stagelyric.types.parts import Part
from stagelyric.types.standing import Record, as_record
from stagelyric.web.desk import Desk, Song
from stagelyric.web.server import Page
from stagelyric.web.tokens import KeyKeeper, holds_key, kept_key

if TYPE_CHECKING:
    from stagelyric.baked.file import Opened
    from stagelyric.web.machines import Machines

P = TypeVar("P", bound=Part)


@dataclass
class Given:
    """What the factories make parts from. `midi`: names of inputs (() all, None no MIDI); `file`: the setlist's file,
    if there is one; `parts`: those made so far; `stage`: set once all parts are made."""

    setlist: Setlist
    rig: Rig
    show: Show
    kept: Judgements
    midi: tuple[str, ...] | None
    terminal: bool
    notes: Journal
    file: Path | None = None
    baked: "Opened | None" = None
    generator: Generator | None = None
    parts: list[Part] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    """What is wrong with optional files, by what it is about."""
    key: bytes | None = None
    """The key that signs the tokens of joined pages; None without a PIN."""
    machines: "Machines | None" = None
    addresses: set[str] = field(init=False)
    """OSC addresses that triggers use; learning a pedal adds to them."""
    learn_session: LearnSession | None = field(init=False)
    rehearsal: Rehearsal = field(init=False)
    setup: Setup | None = field(init=False)
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.addresses = {trigger.on.osc for trigger in self.show.triggers() if trigger.on.osc}
        self.learn_session = _learn_session(self)
        self.rehearsal = _rehearsal(self)
        self.setup = Setup(self.file) if self.file is not None else None

    def whole(self) -> Record:
        """The complete state of the show, from which this process or another can continue."""
        standing = self.show.standing(self.stage.clock.tempo)
        return as_record(standing) | {"seed": self.show.seed, "show": self.notes.show_id}

    def make(self) -> None:
        """Makes every part that the rig uses."""
        for factory in PARTS:
            if (part := factory(self)) is not None:
                self.parts.append(part)

    @property
    def midi_in(self) -> Midi | None:
        return next((part for part in self.parts if isinstance(part, Midi)), None)

    def the(self, kind: type[P]) -> P:
        """The part of a kind that is always present."""
        return next(part for part in self.parts if isinstance(part, kind))


def _machines(given: Given) -> Part | None:
    """The part that keeps other machines in step; they are asked for their state before the page opens."""
    if not given.rig.web.also:
        return None
    from stagelyric.web.machines import Machines

    step = Step(secrets.token_hex(8), given.setlist.title, time.monotonic(), given.rig.web.also)
    given.machines = Machines(
        step,
        page=lambda: given.the(Page),
        whole=given.whole,
        seed=lambda: given.show.seed,
        take=lambda standing, seed: given.stage.take_place(standing, seed),
    )
    return given.machines


def _page(given: Given) -> Page:
    web = given.rig.web
    if web.pin:
        given.key = kept_key(paths.joined(), partial(given.found.__setitem__, "joined"))
    tree = Tree(f"stagelyric {given.setlist.title}", lambda: given.the(Osc).address, given.setlist.sections())
    return Page(
        web.host,
        web.port,
        pin=web.pin,
        hosts=web.names,
        also=web.also,
        secure=_secure(given.rig),
        tree=tree,
        desk=_desk(given),
        learn_session=given.learn_session,
        rehearsal=given.rehearsal,
        setup=given.setup,
        greet_machine=given.machines.greeting if given.machines is not None else None,
        key=given.key,
    )


def _key(given: Given) -> KeyKeeper | None:
    if given.key is None or holds_key(paths.joined(), given.key):
        return None
    return KeyKeeper(paths.joined(), given.key)


def _speech(given: Given) -> Speech:
    ahead = partial(coming, given.show, given.kept)
    if given.baked is None or not len(given.baked.sounds):
        return Speech(given.rig.speech, paths.speech(), ahead=ahead, spoken=given.notes.spoken)
    folder = paths.baked_speech(given.baked.digest)
    return Speech(given.rig.speech, folder, ahead=ahead, ready=given.baked.sounds, spoken=given.notes.spoken)


def _link(given: Given) -> Part | None:
    if given.rig.clock.source != "link":
        return None
    from stagelyric.gear.link import Link

    return Link()


def _advertising(given: Given) -> Part | None:
    if not given.rig.osc.advertise:
        return None
    from stagelyric.gear.osc.advertising import Advertising

    osc, page = given.the(Osc), given.the(Page)
    return Advertising(given.setlist.title, lambda: osc.address, lambda: page.address)


def _rehearsal(given: Given) -> Rehearsal:
    titles = {song.title: song.given for song in given.setlist.songs}
    places = [(song.title, section.name) for song in given.setlist.songs for section in song.sections]

    async def write(ask: Ask, start: int, count: int, earlier: Sequence[str]) -> Sequence[Line]:
        if given.generator is None:
            raise WriterlessError
        return await given.generator.write(ask, start, count, earlier, urgent=True)

    def ask_for(song: str, section: str) -> Ask | None:
        return dict(zip(places, given.show.every_ask(), strict=True)).get((song, section))

    drafts = Drafts(folder_of(paths.drafts(), given.setlist.title))
    return Rehearsal(drafts, write, ask_for, titles)


def _input(row: Callable[[Sources], Part | None]) -> Callable[[Given], Part | None]:
    """The factory for a row of the table of inputs."""
    return lambda given: row(Sources(given.rig, given.midi, show=given.show, known=given.addresses, replies=True))


PARTS: tuple[Callable[[Given], Part | None], ...] = (
    _machines,
    _page,
    _key,
    _speech,
    lambda given: Terminal() if given.terminal else None,
    *map(_input, INPUTS),
    lambda given: MidiOut(given.rig.midi.outputs) if given.rig.midi.outputs else None,
    _link,
    _advertising,
    lambda given: given.rehearsal,
    lambda given: given.setup,
    lambda given: Keyboard() if given.terminal else None,
)
"""In the order in which they are opened and told; they are closed in reverse."""


def _secure(rig: Rig) -> ssl.SSLContext | None:
    if not rig.web.https:
        return None
    from stagelyric.web import joining, tls

    return tls.context(paths.certificates(), [*joining.reachable(rig.web.host), *joining.names(), *rig.web.names])


def _desk(given: Given) -> Desk:
    setlist, show, baked = given.setlist, given.show, given.baked

    def ready() -> list[list[int]]:
        counts = iter([show.pool.ready(ask) for ask in show.every_ask()])
        return [[next(counts) for _ in song.sections] for song in setlist.songs]

    def bare_places() -> list[tuple[int, int]]:
        alone = set(bare(setlist, [place for place, texts in show.ladder.kept.items() if texts]))
        return [
            (place, index)
            for place, song in enumerate(setlist.songs)
            for index, section in enumerate(song.sections)
            if (song.title, section.name) in alone
        ]

    songs = tuple(
        Song(song.title, tuple(section.name for section in song.sections), song.key, song.tempo)
        for song in setlist.songs
    )
    return Desk(
        setlist.title, songs, show.stock, ready, lambda: given.stage.heard, given.notes.tonight, bare_places,
        wait=lambda: given.stage.wait(),
        step=given.machines.step.told if given.machines is not None else lambda: None,
        baked=None if baked is None else told_of(baked), song_at=lambda: given.stage.song_at,
    )  # fmt: skip


def told_of(baked: "Opened") -> dict[str, object]:
    """What the operator's page is told about a baked show."""
    bake = baked.bake
    struck, changed = bake.touched
    words = len({word for part in bake.parts for word in part.words})
    counts = iter([len(part.played) for part in bake.parts])
    of = [[next(counts) for _ in song.sections] for song in bake.setlist.songs]
    return {
        "file": baked.path.name, "seed": bake.seed, "of": of, "struck": struck, "changed": changed, "words": words,
        "whole": bake.whole,
    }  # fmt: skip


def _learn_session(given: Given) -> LearnSession | None:
    if given.file is None:
        return None

    def learned(trigger: Trigger, song: str | None, section: str | None) -> None:
        given.stage.learned(trigger, song, section)
        if trigger.on.osc:
            given.addresses.add(trigger.on.osc)

    def ports() -> int:
        return 1 if given.midi_in is None else len(given.midi_in.ports)

    return LearnSession(given.file, given.show, ports=ports, learned=learned)

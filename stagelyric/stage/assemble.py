"""The one place that knows every concrete class: a setlist and a rig become a stage."""

import secrets
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stagelyric import __version__
from stagelyric.gates import family, quoting
from stagelyric.gear.journal import journal
from stagelyric.gear.journal.bookmark import Bookmark
from stagelyric.gear.journal.journal import Journal
from stagelyric.gear.live.input import Live
from stagelyric.gear.midi.input import Midi
from stagelyric.gear.midi.output import MidiOut
from stagelyric.gear.osc.advertising import Advertising
from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.oscquery import Tree
from stagelyric.gear.terminal.keyboard import Keyboard
from stagelyric.gear.terminal.output import Terminal
from stagelyric.phrasebook import compiled
from stagelyric.setlist.rig import LiveRig, Rig, address
from stagelyric.setlist.setlist import Setlist, read_lyrics
from stagelyric.setlist.triggers import Trigger
from stagelyric.show.ahead import coming
from stagelyric.show.clock import Clock
from stagelyric.show.ladder import bare
from stagelyric.show.learn import LearnSession
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.speech.output import Speech
from stagelyric.stage.generator import Generator
from stagelyric.stage.recall import recall
from stagelyric.stage.stage import Stage
from stagelyric.stage.store import Store
from stagelyric.types import paths
from stagelyric.types.events import Input
from stagelyric.types.lines import Output
from stagelyric.types.standing import Standing, as_record
from stagelyric.web.desk import Desk, Song
from stagelyric.web.server import Page
from stagelyric.words.syllables import syllabify


@dataclass(frozen=True, slots=True)
class Assembly:
    """The stage, and those of its parts that a person is told about; `told`: how it goes on with the last show."""

    stage: Stage
    page: Page
    osc: Osc
    midi: Midi | None
    seed: int
    told: str = ""


def assemble(
    setlist: Setlist,
    rig: Rig,
    *,
    folder: Path,
    model: Path,
    seed: int | None = None,
    journal_path: Path | None = None,
    speech: bool = True,
    lines_ahead: int = 192,
    terminal: bool = True,
    midi: Sequence[str] | None = None,
    file: Path | None = None,
    fresh: bool = False,
    resume: bool = False,
) -> Assembly:
    """`folder`: where the setlist lies; `file`: the setlist itself, where learned triggers go; `midi`: names that take
    the place of the rig's ([] for no MIDI at all); `fresh`, `resume`: see `recall`."""
    pool = Pool(lines_ahead)
    store = Store(paths.pools(), paths.edition(model))
    journal_file = journal_path or paths.journal()
    bookmark = Bookmark(journal_file, setlist.title)
    before = recall(bookmark.last, bookmark.before, seed=seed, now=time.time(), fresh=fresh, resume=resume)
    shown_seed = seed if seed is not None else before.seed if before.seed is not None else secrets.randbelow(1 << 31)
    kept, vetoed = journal.judgements(journal_file, setlist.title)
    lyrics = {song.title: read_lyrics(folder / song.lyrics) for song in setlist.songs if song.lyrics}
    never = [folder / name for name in setlist.never_quote]
    frames = [folder / name for name in setlist.frames]
    with_quotes = quoting.quoting([text for texts in kept.values() for text in texts], never)
    kept = {place: [text for text in texts if text not in with_quotes] for place, texts in kept.items()}
    show = Show(
        setlist,
        pool,
        seed=shown_seed,
        lyrics=lyrics,
        kept=kept,
        vetoed=vetoed,
        never_quote=quoting.stamp(never),
        frames=compiled.stamp([file.read_bytes() for file in frames]) if frames else "",
        cut=syllabify,
    )
    show.speech = speech
    # The gate unpacks its lists and the dictionary at its first look: a tenth of a second, not to be spent at a press.
    threading.Thread(target=family.found, args=("a f!rst look",), daemon=True).start()
    store.load(pool, show.every_ask())
    if before.standing is not None:
        show.stand(before.standing)
    else:
        pool.place(Standing("", "", places=before.places))

    host, port = address(rig.osc.listen)
    addresses = {trigger.on.osc for trigger in show.triggers() if trigger.on.osc}
    page = Page(
        rig.web.host, rig.web.port, pin=rig.web.pin, hosts=rig.web.names, also=rig.web.also, secure=_secure(rig)
    )
    osc = Osc(host, port, reply_to=[address(to) for to in rig.osc.reply_to], allow=rig.osc.allow, known=addresses)
    page.tree = Tree(f"stagelyric {setlist.title}", lambda: osc.address, setlist.sections())
    wanted = rig.midi.inputs if midi is None else midi
    ports = None if midi == [] else Midi(wanted)
    voice = Speech(rig.speech, paths.speech(), ahead=lambda: coming(show, kept))
    inputs: list[Input] = [page, osc, voice]  # it tells of a device that goes and comes
    outputs: list[Output] = [voice, osc]
    if ports is not None:
        inputs.append(ports)
    if rig.midi.outputs:
        lamps = MidiOut(rig.midi.outputs)
        outputs.append(lamps)
        inputs.append(lamps)  # it tells of ports that go and come
    if rig.clock.source == "link":
        from stagelyric.gear.link import Link

        inputs.append(Link())
    if rig.live is not None:
        inputs.append(live(rig.live, show))
    if rig.osc.advertise:
        inputs.append(Advertising(setlist.title, lambda: osc.address, lambda: page.address))
    if terminal:
        inputs.append(Keyboard())
        outputs.append(Terminal())
    notes = Journal(
        journal_file, title=setlist.title, seed=shown_seed, model=model.name, version=__version__, show=before.show
    )
    tempo = before.standing.tempo if before.standing is not None else None
    stage = Stage(
        show,
        pool,
        Clock(rig.clock.source),
        Generator(model, never, frames),
        inputs=inputs,
        prompt=[page],
        outputs=outputs,
        journal=notes,
        store=store,
        bookmark=bookmark,
        tempo=tempo,
        warm=osc.warm,
    )
    bookmark.begin(
        lambda: as_record(show.standing(stage.clock.tempo)) | {"seed": shown_seed, "show": notes.show_id},
        anew=before.standing is None,
    )
    stage.vetoed, voice.spoken = voice.unsay, notes.spoken
    page.desk = _desk(setlist, show, stage, notes)
    if file is not None:
        page.learning = _learning(file, show, ports, addresses)
        stage.intercept = page.learning.hear
    return Assembly(stage, page, osc, ports, shown_seed, before.told)


def live(rig: LiveRig, show: Show) -> Live:
    return Live(show.setlist.sections(), lambda: show.song.title, rig.host, rig.port, rig.answers, rig.track)


def _secure(rig: Rig) -> ssl.SSLContext | None:
    if not rig.web.https:
        return None
    from stagelyric.web import joining, tls

    return tls.context(paths.certificates(), [*joining.reachable(rig.web.host), *joining.names(), *rig.web.names])


def _desk(setlist: Setlist, show: Show, stage: Stage, notes: Journal) -> Desk:
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
    return Desk(setlist.title, songs, show.stock, ready, lambda: stage.heard, notes.tonight, bare_places, stage.wait)


def _learning(file: Path, show: Show, ports: Midi | None, addresses: set[str]) -> LearnSession:
    def learned(trigger: Trigger) -> None:
        if trigger.on.osc:
            addresses.add(trigger.on.osc)

    return LearnSession(file, show, ports=lambda: len(ports.ports) if ports is not None else 1, learned=learned)

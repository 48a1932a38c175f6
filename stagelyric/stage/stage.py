"""The running show: events come in, cues go out, and the pool is refilled. asyncio, one thread."""

import asyncio
import contextlib
import gc
import logging
import math
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from functools import partial

from stagelyric.gear.journal.bookmark import Bookmark
from stagelyric.gear.journal.journal import Journal
from stagelyric.setlist.triggers import Trigger
from stagelyric.show.answers import Answering
from stagelyric.show.clock import Clock
from stagelyric.show.effects import Changed, Deferred, Effect, Judgement, Remark, Unjudged, Wanted
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage.asleep import Asleep
from stagelyric.stage.feeding import Feeder
from stagelyric.stage.generator import Generator
from stagelyric.stage.pool_files import PoolFiles
from stagelyric.stage.quantised import SOON, Quantised
from stagelyric.stage.requests import Requests
from stagelyric.stage.trace import Told, Trace
from stagelyric.types import heap
from stagelyric.types.events import Beat, ClockPulse, Event, Level, Notice, Tempo, Transport
from stagelyric.types.lines import Alert, Cue, State
from stagelyric.types.parts import Part
from stagelyric.types.standing import Record, Standing, as_record
from stagelyric.types.time import MACHINE, Time

SYNC_EVERY = 1.0  # seconds between calls that force the journal to disk; a power cut loses no more than this
WARM_EVERY = 0.005  # seconds between two warming runs
MOST_ALERTS = 50  # alerts that stand in the state at once, at most
SAME_ALERT = 1.0  # seconds within which an identical alert is not repeated

_NO_PRESS = (Notice, ClockPulse, Transport, Tempo, Beat)

log = logging.getLogger(__name__)


class Stage:
    """Carries out what the show decides.

    A cue goes to the journal and to the parts that are `first` (the page) before anything else is done. The other
    `parts`, the state and the event's record follow in the loop's next round, when the frame is on its way.
    `intercept`: returns whether an event is taken away from the show (a pedal is being learned); `moved`: is told what
    each press changed, before its cue goes up; `warm`: runs through the code path of a press and changes nothing;
    `beside`: work done in a thread once everything is up; `found`: what is wrong from the start, by what it is about;
    `time`: the clock that everything here uses.
    """

    def __init__(
        self,
        show: Show,
        pool: Pool,
        clock: Clock,
        generator: Generator | None,
        *,
        parts: Sequence[Part] = (),
        journal: Journal | None = None,
        store: PoolFiles | None = None,
        bookmark: Bookmark | None = None,
        tempo: float | None = None,
        warm: Callable[[], None] = lambda: None,
        intercept: Callable[[Event], bool] = lambda event: False,
        moved: Callable[[Record], None] | None = None,
        beside: Callable[[], None] = lambda: None,
        found: Mapping[str, str] | None = None,
        time: Time = MACHINE,
    ) -> None:
        self._time = time
        self.show, self.pool, self.clock, self.generator = show, pool, clock, generator
        self.heard: Counter[str] = Counter()  # events so far, by the kind of their source ("midi", "osc")
        self._journal = journal
        self.trace = Trace(journal, show, time) if journal is not None else None
        self._parts: list[Part] = [*([journal] if journal else []), *parts]
        self._prompt = [part for part in self._parts if part.first]
        self._patient = [part for part in self._parts if not part.first]
        self._early: list[Event] | None = None  # events heard before every part is up; None afterwards
        self._warm, self._intercept, self._moved, self._beside = warm, intercept, moved, beside
        self._found = dict(found or {})
        self._pressed = 0.0  # when the last cue was given
        self._state_is_due = False
        self._bookmark, self._store, self._tempo = bookmark, store, tempo
        self._feeder = Feeder(
            show, pool, generator, self._parts, store,
            alert=self.alert, trouble=self.trouble, changed=self._publish_state, time=time,
        )  # fmt: skip
        self._rearm = asyncio.Event()
        self._requests = Requests(
            show, generator, self._feeder, time, carry_out=self._carry_out, note=self.note, alert=self.alert
        )
        self._quantised = Quantised(clock, self._perform_deferred, self._say_due, time)
        self._said: dict[str, float] = {}
        self._alerts: dict[str, Alert] = {}  # present alerts, by what they are about
        self._broken: set[str] = set()
        self._song = show.song.title
        self.song_at = time.wall()  # when the present song began (unix seconds)
        self._asleep = Asleep(self.alert, time)
        self._loop: asyncio.AbstractEventLoop

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything runs while this context is open. At its end all parts are closed, the journal last."""
        loop = self._loop = asyncio.get_running_loop()
        self.clock.song(self.show.song.tempo, self.show.song.beats_per_bar, self._time.now())
        if self._tempo is not None:
            self.clock.tempo = self._tempo
        if self.generator is not None:
            self.generator.on_trouble = partial(self.trouble, "writer")
        for about, text in self._found.items():
            self.trouble(about, text)
        self.trouble("shelves", self._store.damaged if self._store is not None else None)
        if self._bookmark is not None:
            self._bookmark.on_trouble = partial(self.trouble, "place")
            self.trouble("place", self._bookmark.trouble)
            self.trouble("last place", self._bookmark.damaged)
        if self._journal is not None:

            def told(about: str, text: str | None) -> None:  # runs on the journal's thread
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self.trouble, about, text)

            self._journal.on_trouble = told
        async with AsyncExitStack() as stack:
            stack.enter_context(self._asleep.watching())
            await self._open(stack)
            if self.generator is not None:
                await stack.enter_async_context(self.generator.running())
            self._publish_state()
            parts = (self._tick, self._feeder.run, self._sync, self._stay_warm)
            tasks = [asyncio.create_task(self._go_on(work)) for work in parts]
            # A full collection takes milliseconds. The objects made at start-up stay, so it need not look at them.
            gc.freeze()
            gc.enable()
            threading.Thread(target=self._settle, name="beside", daemon=True).start()
            try:
                yield
            finally:
                await self._stop(tasks)
                gc.unfreeze()

    def _settle(self) -> None:
        """Runs in a thread once everything is up."""
        self._beside()
        heap.give_back()

    async def _open(self, stack: AsyncExitStack) -> None:
        """Opens every part, one after another; events heard meanwhile are performed when all are up."""
        early: list[Event] = []
        self._early = early
        try:
            for part in self._parts:
                if part.first:  # a display that reconnects before the show is up must not see another song
                    self._tell(part.name, part.state, self._state())
                await stack.enter_async_context(part.running(self.hear))
        finally:
            self._early = None
        if self.trace is not None:
            self.trace.open(self.clock.tempo)
        for event in early:
            self.hear(event)

    async def _go_on(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Runs a part of the show, and restarts it if it fails. The failure is reported once; its traceback goes to the
        log."""
        while True:
            try:
                return await work()
            except Exception as error:  # whatever the bug, the show must go on
                log.exception("%s failed", work.__name__)
                self.alert(f"a part of the show failed ({error}) and is taken up again")
                await self._time.sleep(0.5)

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        self._quantised.close()
        for task in tasks:
            task.cancel()
        tasks += [*self._requests.close(), *self._feeder.close()]
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("a part of the show had failed", exc_info=result)
        if self._bookmark is not None:
            self._bookmark.close()

    @property
    def prepared(self) -> tuple[int, int]:
        """How many of the set's sections have lines, and how many sections there are; not counting those that get
        none."""
        return self._feeder.prepared

    @property
    def begun(self) -> bool:
        """Whether a press gives a fresh line now, or none will come for this section."""
        return self._feeder.begun

    def wait(self) -> float | None:
        """Estimated seconds until every section has a chunk of lines, at the recent writing speed; None if all have
        one."""
        return self._feeder.wait()

    def hear(self, event: Event) -> None:
        """Performs an event. This is the only way into the show; call it on the event loop's thread."""
        if self._early is not None:
            self._early.append(event)
            return
        if self._intercept(event) or (not isinstance(event, _NO_PRESS) and self._asleep.drops()):
            return
        self.clock.hear(event)
        match event:
            case Notice():
                if event.about and event.level == "warning":
                    self.trouble(event.about, event.text)
                else:
                    self.trouble(event.about, None)
                    self.alert(event.text, event.level)
            case ClockPulse() | Beat():
                self._clock_moved()
            case Transport() | Tempo():
                self._clock_moved()
                self._write_down()
                self._publish_state()
            case _:
                self._perform(event)
        self.heard[event.source.partition(" ")[0]] += 1

    def _clock_moved(self) -> None:
        """An external clock sent a beat or a tempo: recompute when waiting actions are due."""
        self._rearm.set()
        if self.clock.source != "internal":
            self._quantised.aim_again()

    def alert(self, text: str, level: Level = "warning") -> None:
        """Shows everyone a text once; the same text again within `SAME_ALERT` seconds is only counted in the log."""
        now = self._time.now()
        if now - self._said.get(text, float("-inf")) < SAME_ALERT:
            return
        if len(self._said) > 200:
            self._said.clear()
        self._said[text] = now
        log.info("%s", text)
        for part in self._parts:
            self._tell(part.name, part.alert, text, level)

    def trouble(self, about: str, text: str | None) -> None:
        """Something is wrong and stays so: it is reported once and stands in the state until it is over (`text`
        None)."""
        if text is None:
            if self._alerts.pop(about, None) is None:
                return
        elif (known := self._alerts.get(about)) is not None and known.text == text:
            return
        else:
            if len(self._alerts) >= MOST_ALERTS:
                del self._alerts[next(iter(self._alerts))]
            self._alerts[about] = Alert("warning", text, self._time.wall())
            self.alert(text)
        if self._early is None:
            self._publish_state()

    def _state(self) -> State:
        state = self.show.state(self.clock.tempo)
        return replace(state, alerts=tuple(self._alerts.values())) if self._alerts else state

    def _perform(self, event: Event) -> None:
        effects = self.show.perform(event)
        if effects:
            self._carry_out(effects)
        if self.trace is not None and (effects or not isinstance(event, Beat)):
            about = (event, bool(effects), self._time.wall(), self.pool.puts)
            asyncio.get_running_loop().call_soon(self._tell, "journal", self.trace.event, *about)

    def learned(self, trigger: Trigger, song: str | None, section: str | None) -> None:
        """Records a trigger that the show has learned, and of which song and section; None for the whole set."""
        self.note("learned", {"trigger": trigger.model_dump(mode="json"), "song": song, "section": section})

    def note(self, kind: str, told: Told) -> None:
        """Records, for a replay of the night, what came of an event later."""
        if self.trace is not None:
            about = (kind, told, self._time.wall(), self.pool.puts)
            asyncio.get_running_loop().call_soon(self._tell, "journal", self.trace.note, *about)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        self._write_down()
        for effect in effects:
            match effect:
                case Cue():
                    self._publish(effect)
                case Wanted() | Answering() | Unjudged():
                    self._requests.add(effect)
                case Deferred():
                    self._quantised.add(effect)
                case Judgement():
                    if self._journal is not None:
                        judged = (effect.verdict, effect.text, effect.song, effect.section, self._time.wall())
                        self._tell("journal", self._journal.judged, *judged)
                    for part in self._parts:
                        self._tell(part.name, part.judgement, effect.verdict, effect.text, effect.song, effect.section)
                case Remark():
                    self.alert(effect.text)
                case Changed():
                    pass
        self._take_up_song()
        if not self._state_is_due:
            self._state_is_due = True
            asyncio.get_running_loop().call_soon(self._publish_state)
        self._feeder.look()

    def _take_up_song(self) -> None:
        if self.show.song.title != self._song:
            self._song, self.song_at = self.show.song.title, self._time.wall()
            self.clock.song(self.show.song.tempo, self.show.song.beats_per_bar, self._time.now())
            self._rearm.set()

    def _write_down(self) -> None:
        """Writes the show's state down before the line is displayed: after a kill it must include every line that was
        shown."""
        if self._bookmark is None and self._moved is None:
            return
        record = self.show.change(self.clock.tempo)
        if self._moved is not None:
            self._moved(record)
        if self._bookmark is not None:
            self._bookmark.change(record)

    def take_place(self, standing: Standing, seed: int | None) -> None:
        """Takes over another machine's state, including the line that is up there. Whether this machine speaks stays as
        it is."""
        if seed is not None:
            other = "the machine that leads has another seed, and this show was baked: its lines are other ones"
            self.trouble("seed", None if self.show.sow(seed) else other)
        self.show.stand(replace(standing, speech=self.show.speech))
        if self._early is None:
            self.note("stand", {"standing": as_record(standing), "seed": seed})
        if self._bookmark is not None:
            self._bookmark.rewrite()
        self._take_up_song()
        if self._early is None:  # else every part is told the state when it opens
            self._publish_state()
        self._feeder.look()

    def _publish(self, cue: Cue) -> None:
        now = self._pressed = self._time.now()
        beat = self.clock.beat(now)
        stamped = Cue(cue.line, cue.song, cue.section, cue.quantize, cue.at, cue.number, self._time.wall(), beat)
        for part in self._prompt:
            self._tell(part.name, part.show, stamped)
        for part in self._patient:
            asyncio.get_running_loop().call_soon(self._tell, part.name, part.show, stamped)

    def _publish_state(self) -> None:
        self._state_is_due = False
        state = self._state()
        for part in self._parts:
            self._tell(part.name, part.state, state)

    def _tell(self, name: str, what: Callable[..., object], *about: object) -> None:
        """Calls one part's method. If it raises, that is reported once, and the other parts are told as usual."""
        try:
            what(*about)
        except Exception as error:  # a part may raise any exception
            if name not in self._broken:
                self._broken.add(name)
                log.exception("%s failed", name)
                self.alert(f"{name} failed ({error}); the show goes on")

    def _perform_deferred(self, wanted: Deferred) -> None:
        if wanted.epoch == self.show.epoch:
            self._carry_out(self.show.due(wanted.do, wanted.at, wanted.quantize))
            self.note("due", {"do": asdict(wanted.do), "at": wanted.at, "quantize": wanted.quantize})

    def _say_due(self, beat: float | None) -> None:
        """Tells the waiting beat in the loop's next round, after the cue that may come in this one."""
        for part in self._parts:
            asyncio.get_running_loop().call_soon(self._tell, part.name, part.due, beat)

    async def _tick(self) -> None:
        """Emits a Beat on every beat, to the parts and to the triggers."""
        last: float | None = None
        while True:
            now = self._time.now()
            beat = float(math.floor(self.clock.beat(now + SOON)))
            # A late pulse sets the beat back by less than one: that is no new beat.
            if self.clock.running(now) and last is not None and beat != last and beat != last - 1:
                for part in self._parts:
                    self._tell(part.name, part.beat, beat, self.clock.tempo)
                self._perform(Beat(now, "clock", beat))
            last = beat if last is None or beat != last - 1 else last
            self._rearm.clear()
            due = self.clock.next_beat(now + SOON)[0] - now if self.clock.running(now) else None
            with contextlib.suppress(TimeoutError):
                async with self._time.limit(due):
                    await self._rearm.wait()

    async def _stay_warm(self) -> None:
        """Runs through the code path of a press again and again, short of the cue.

        Between two presses the processor's caches lose that code. At 50 presses a second the median time from packet to
        cue was 0.34 ms without this and 0.24 ms with it; it costs about a hundredth of a core.
        """
        while True:
            await self._time.sleep(WARM_EVERY)
            self._asleep.look()
            if self._time.now() - self._pressed < WARM_EVERY:
                continue  # a press has just used this path
            self._warm()
            self.show.state(self.clock.tempo)
            cue = Cue(self.show.upcoming(), self.show.song.title, self.show.section.name, "now", 0.0, 0)
            for part in self._prompt:
                part.encode(cue)

    async def _sync(self) -> None:
        while self._bookmark is not None:
            await self._time.sleep(SYNC_EVERY)
            error = await asyncio.to_thread(self._bookmark.look)
            if error is not None:
                self._bookmark.lose(error)
            if self._bookmark.wants:
                self._write_down()


def quick() -> None:
    """Interpreter settings for a process whose loop must never wait long for another thread."""
    sys.setswitchinterval(0.0005)

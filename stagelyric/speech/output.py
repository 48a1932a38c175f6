"""The part that speaks lines: has each line rendered before it goes on a shelf, and plays it with its cue."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Literal, Protocol

from stagelyric.setlist.rig import SpeechRig
from stagelyric.speech.cache import Cache, forget_others
from stagelyric.speech.player import Player
from stagelyric.speech.renderer import LATER, NEXT, SOON, URGENT, Renderer, RenderError, UnkeptError
from stagelyric.speech.whisper import Whisper
from stagelyric.types.events import Emit, Level, Notice
from stagelyric.types.lines import Cue, Line, State
from stagelyric.types.parts import Part, ignore

PATIENCE = 0.4  # seconds to wait for a line's sound before the line is put on its shelf without
BACKLOG = 4  # lines that the voice may be behind and still be waited for
LATE = 2.0  # seconds after its cue within which a line without a sound may still be spoken
AGAIN = 5.0  # seconds between two attempts to store sounds, while they can't be stored
REMEMBERED = 32  # lines spoken last that can still be stopped

log = logging.getLogger(__name__)


class Ready(Protocol):
    """Sounds that were made before the show (baked)."""

    def has(self, text: str) -> bool: ...

    def read(self, text: str) -> bytes:
        """A FLAC file's bytes; called on any thread. Raises OSError, KeyError."""
        ...


class Speech(Part):
    """`folder`: where sounds are kept; `ahead`: returns the texts that can come next, nearest first; `ready`: baked
    sounds, which need no voice: it is then started only for a text without such a sound; `spoken`: called when a line's
    sound has begun.

    It also emits a Notice when the device or the voice is missing, lost or back. Device and voice are looked for when
    the show first has speech switched on, and not before the stage is up.
    """

    name = "speech"

    def __init__(
        self,
        rig: SpeechRig,
        folder: Path,
        *,
        ahead: Callable[[], Iterable[str]] = tuple,
        ready: "Ready | None" = None,
        spoken: Callable[[Cue, float], None] = lambda cue, at: None,
    ) -> None:
        self._rig, self._ahead, self._ready = rig, ahead, ready
        self._voice_is_wanted = asyncio.Event()
        self._folder = folder
        self.cache = Cache(folder, rig.voice, rig.rate, limit=rig.cache_mb << 20)
        self.player = Player(
            rig, tell=self._tell_of_device, opened=self._opened, failed=self._failed, begun=self._begun
        )
        self._spoken = spoken
        self.renderer = Renderer(rig.voice, rig.rate, tell=self._tell_of_voice)
        self._emit: Emit = lambda event: None
        self._wanted = asyncio.Event()
        self._device = asyncio.Event()
        self._more = asyncio.Event()
        self._tasks: set[asyncio.Task[object]] = set()
        self._on = False
        self._held = False
        self._place = ("", "")
        self._next = ""
        self._number = 0
        self._hushes = 0
        self._sounding: dict[int, Cue] = {}  # the lines spoken last, by the player's number
        self._unspeakable: set[str] = set()
        self._said_unspeakable = False
        self._stuck: asyncio.Task[object] | None = None  # while sounds can't be stored: waits until they can be
        self._whisper = Whisper(rig.whisper.beats) if rig.whisper.channel else None

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        self._emit = emit  # for notices about the device
        task = asyncio.create_task(self._run(), name="speech")
        try:
            yield
        finally:
            for left in [*self._tasks, task]:
                left.cancel()
            await asyncio.gather(*self._tasks, task, return_exceptions=True)
            await asyncio.to_thread(self.cache.close)
            self._emit = ignore

    async def prepare(self, line: Line) -> None:
        """Waits for the line's sound while the voice keeps up; does not wait for a voice that is behind or gone."""
        if self.cache.has(line.text):
            return
        if not self.renderer.up or not self._device.is_set():
            self._more.set()  # once there is a voice, it is rendered with the other lines ahead
            return
        rendering = self._spawn(self._render(line.text, SOON))
        if self.renderer.backlog <= BACKLOG:
            await asyncio.wait({rendering}, timeout=PATIENCE)

    def show(self, cue: Cue) -> None:
        self._number = cue.number
        if cue.line is None:
            self._hush()
            if self._whisper is not None:
                self._whisper.clear()
            return
        if self._whisper is not None:
            self._whisper.line(cue.beat)
        if not self._on:
            return
        if self.player.stream is None:
            return
        if self.cache.has(cue.line.text):
            self._say(cue, cue.line.text)
        else:
            self._spawn(self._say_late(cue, cue.line.text, self._hushes))

    def state(self, state: State) -> None:
        if state.speech:
            self._wanted.set()
        elif self._on:
            self._hush()
        self._on, self._held = state.speech, state.held
        if state.song != self._place[0] and self._whisper is not None:
            self._whisper.song()
        if (state.song, state.section) != self._place:
            self._place = (state.song, state.section)
            self._more.set()
        if state.next != self._next:
            self._next = state.next
            self._load_next()

    def beat(self, beat: float, tempo: float) -> None:
        if self._whisper is None or not self._on or self._held or not self.cache.has(self._next):
            return
        if self._whisper.due(beat, self._next):
            self.player.play(self.cache.use(self._next), "whisper")

    def judgement(self, verdict: Literal["keep", "veto"], text: str, song: str, section: str) -> None:
        """Silences a vetoed line that is sounding or waiting."""
        if verdict != "veto":
            return
        for number, cue in list(self._sounding.items()):
            if cue.line is not None and cue.line.text == text:
                del self._sounding[number]
                self.player.stop(number)

    # Helpers

    async def _run(self) -> None:
        try:
            await self._go()
        except Exception as error:  # whatever fails in speech, the show goes on without it
            log.exception("speech failed")
            self._tell(f"speech failed ({error}); the show goes on without", "warning")

    async def _go(self) -> None:
        try:
            await asyncio.to_thread(self.cache.open)
            if self._ready is not None:
                await asyncio.to_thread(forget_others, self._folder)
        except OSError as error:
            self._unkept(error.strerror or str(error))
        await self._wanted.wait()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.player.running())
            await self._device.wait()  # without a device nothing is rendered
            if self._ready is None:
                await stack.enter_async_context(self.renderer.running())
            else:
                self._spawn(self._start_voice(stack))
            while True:
                self._more.clear()
                await self._render_ahead()
                await self._more.wait()

    async def _start_voice(self, stack: AsyncExitStack) -> None:
        """Starts the voice once there is a text without a sound."""
        await self._voice_is_wanted.wait()
        await stack.enter_async_context(self.renderer.running())

    async def _render_ahead(self) -> None:
        """Renders texts that `prepare` did not see: lines stored on an earlier night, safety lines, lines that came
        while there was no device."""
        for text in [self._next, *self._ahead()]:
            if self._more.is_set():
                return  # the show has moved: other lines come next now
            if self._ready is not None and not self._ready.has(text):
                continue  # it will be rendered when it is shown, if there is a voice
            if not self.cache.has(text) and (text == self._next or not self.cache.full):
                await self._render(text, NEXT if text == self._next else LATER)

    async def _render(self, text: str, urgency: int) -> bool:
        """Makes the text's sound if it is missing; returns whether it exists now."""
        if self.cache.has(text) or text in self._unspeakable or not text:
            return self.cache.has(text)
        if self._stuck is not None:
            return False
        if self._ready is not None and self._ready.has(text):
            return await self._unpack(self._ready, text)
        self._voice_is_wanted.set()
        try:
            await self.renderer.ready()
            if self.renderer.doubt:
                self.cache.voice = None  # the default voice stands in, so the sound is stored under the default
            path = self.cache.path(text)
            stream = self.player.stream
            await self.renderer.render(text, path, stream.rate if stream else 48_000, urgency)
        except UnkeptError as error:
            self._unkept(str(error))
            return False
        except RenderError as error:
            self._unspeakable.add(text)
            if not self._said_unspeakable and not self.renderer.problem:
                self._said_unspeakable = True
                self._tell(f'speech: "{text}" can\'t be spoken ({error}); the show goes on', "warning")
            return False
        self._has(text, path)
        return True

    async def _unpack(self, ready: "Ready", text: str) -> bool:
        """Writes a baked sound to where the player finds it; returns whether that worked."""
        path = self.cache.path(text)
        try:
            content = await asyncio.to_thread(ready.read, text)
        except (OSError, KeyError) as error:
            if text not in self._unspeakable:
                self._unspeakable.add(text)
                self._tell(f"speech: a baked sound can't be had ({error}); the show goes on", "warning")
            return False
        try:
            await asyncio.to_thread(_write, path, content)
        except OSError as error:
            self._unkept(error.strerror or str(error))
            return False
        self._has(text, path)
        return True

    def _unkept(self, why: str) -> None:
        """A sound can't be stored: nothing is rendered until one can be, and everyone can see why until then."""
        text = f"speech: sounds can't be kept ({why}), which is tried again; the show goes on without"
        self._emit(Notice(monotonic(), self.name, text, "warning", "sounds"))
        if self._stuck is None:
            self._stuck = self._spawn(self._try_again())

    async def _try_again(self) -> None:
        while True:
            await asyncio.sleep(AGAIN)
            try:
                await asyncio.to_thread(self.cache.open)
                await asyncio.to_thread(self.cache.probe)
                break
            except OSError as error:
                self._unkept(error.strerror or str(error))
        self._stuck = None
        self._emit(Notice(monotonic(), self.name, "speech: sounds can be kept again", "info", "sounds"))
        self._more.set()

    def _has(self, text: str, path: Path) -> None:
        self.cache.add(path)
        if text == self._next:
            self.player.load(path)

    def _say(self, cue: Cue, text: str) -> None:
        self._sounding[self.player.play(self.cache.use(text))] = cue
        if len(self._sounding) > REMEMBERED:
            del self._sounding[next(iter(self._sounding))]

    def _begun(self, number: int, at: float) -> None:
        if number in self._sounding:
            self._spoken(self._sounding[number], at)

    async def _say_late(self, cue: Cue, text: str, hushes: int) -> None:
        """Speaks a text that was not known in advance (a word, a text from `say`) as soon as its sound is made."""
        done = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATE):
                done = await self._render(text, URGENT)
        passed = self._rig.overlap == "cut" and cue.number != self._number
        if done and self._on and hushes == self._hushes and not passed:
            self._say(cue, text)

    def _hush(self) -> None:
        self._hushes += 1
        self._sounding.clear()
        self.player.silence()

    def _load_next(self) -> None:
        if self.cache.has(self._next):
            self.player.load(self.cache.use(self._next))
        elif self.renderer.up or (self._ready is not None and self._ready.has(self._next)):
            self._spawn(self._render(self._next, NEXT))

    def _opened(self) -> None:
        self._device.set()
        self._load_next()

    def _failed(self, path: Path) -> None:
        self.cache.lose(path)
        self._more.set()

    def _tell_of_device(self, text: str, level: Level) -> None:
        self._emit(Notice(monotonic(), self.name, text, level, "audio"))

    def _tell_of_voice(self, text: str, level: Level) -> None:
        self._emit(Notice(monotonic(), self.name, text, level, "voice"))

    def _tell(self, text: str, level: Level) -> None:
        self._emit(Notice(monotonic(), self.name, text, level))

    def _spawn(self, work: Coroutine[None, None, object]) -> "asyncio.Task[object]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{threading.get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise

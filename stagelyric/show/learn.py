"""Learns a pedal during the show, from the operator's page: presses are watched instead of performed, and the new
trigger is written to the setlist file and added to the running show."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.triggers import On, Trigger, write_do
from stagelyric.show.show import Show
from stagelyric.types.events import Event
from stagelyric.types.json import JsonMapping
from stagelyric.types.time import MACHINE, Alarm, Time

if TYPE_CHECKING:
    from stagelyric.show.pedals import Found, Watch

WAIT = 30.0  # seconds to wait for a press; after that, presses belong to the show again
_LATE = 0.05  # seconds to wait after the watch for messages that were sent within it but are still on their way

Tell = Callable[[dict[str, object]], None]


class LearnSession:
    """One learning session at a time. `learned(trigger, song, section)` is called with each new trigger; `ports`
    returns the number of MIDI inputs.

    A page sends `{"learn": "start"}`, receives `{"type": "learn", "state": "waiting"}` and, 2 s after the press,
    `{"type": "learn", "state": "found", "on": …, "kind": …, "text": …, "does": …}`; it sends `{"learn": {"do":
    "next_line", "quantize": "bar", "song": "…", "section": "…"}}` (all but `do` may be left out) and receives the state
    `written`. `{"learn": "stop"}` ends the session; the state `over` tells that it ended. Every message has a `text`
    for people.
    """

    def __init__(
        self,
        file: Path,
        show: Show,
        *,
        ports: Callable[[], int] = lambda: 1,
        learned: Callable[[Trigger, str | None, str | None], None] = lambda trigger, song, section: None,
        time: Time = MACHINE,
    ) -> None:
        self._file = file
        self._show = show
        self._ports = ports
        self._learned = learned
        self._tell: Tell | None = None
        self._watch: Watch | None = None
        self._pressed = False  # whether the first press has come
        self._found: Found | None = None
        self._time = time
        self._timer: Alarm | None = None
        self._writing: asyncio.Task[None] | None = None

    def hear(self, event: Event) -> bool:
        """Returns whether the session took the event, in which case the show must not perform it."""
        watch = self._watch
        if watch is None or not watch.hear(event):
            return False
        if not self._pressed:
            self._pressed = True
            self._later(watch.seconds + _LATE, self._judge)
        return True

    def ask(self, request: object, tell: Tell) -> None:
        """Handles a page's request. Raises ValueError, with a plain sentence, if it is invalid."""
        match request:
            case "start":
                if self._tell is not None and self._tell != tell:
                    self._end("Another page has begun to learn.")
                self._start(tell)
            case "stop":
                self._end("Learning is over; presses are the show's again.")
            case {"do": do, **rest} if set(rest) <= {"quantize", "song", "section"}:
                self._choose(do, {str(key): value for key, value in rest.items()})
            case _:
                raise ValueError('learn: wanted "start", "stop" or what the press is to do: {"do": "next_line"}')

    def _start(self, tell: Tell) -> None:
        from stagelyric.show.pedals import Watch  # imported here since most shows never need it

        self._tell, self._found = tell, None
        self._watch = Watch(self._ports())
        self._pressed = False
        self._later(WAIT, lambda: self._end("No press came; presses are the show's again."))
        self._say("waiting", "Press the pedal and let go, as you would on stage.")

    def _judge(self) -> None:
        watch, self._watch, self._timer = self._watch, None, None
        found = self._found = watch.found() if watch is not None else None
        if found is None:
            self._end("Nothing came that could be a trigger.")
            return
        contact = On.model_validate(found.on)
        before = next((each for each in self._show.triggers() if each.on.same_contact(contact)), None)
        does = None if before is None else write_do(before.do)
        self._say("found", found.text, on=found.on, kind=found.kind, also=found.also, does=does)

    def _choose(self, do: object, wanted: JsonMapping) -> None:
        if self._found is None:
            raise ValueError('learn: wanted {"learn": "start"} and a press first')
        given = {"on": self._found.on, "do": do, "quantize": wanted.get("quantize", "now")}
        try:
            trigger = Trigger.model_validate(given)
        except ValueError as fault:
            raise ValueError(f"learn: {_first(fault)}") from None
        places = wanted.get("song"), wanted.get("section")
        if not all(place is None or isinstance(place, str) for place in places):
            raise ValueError("learn: wanted the song's and the section's names as text")
        found, self._found = self._found, None
        self._writing = asyncio.get_running_loop().create_task(self._write(found, trigger, *places))

    async def _write(self, found: "Found", trigger: Trigger, song: str | None, section: str | None) -> None:
        """Writes the file in a thread, so that the show does not wait for the disk."""
        tell, self._tell = self._tell, None
        try:
            before = await asyncio.to_thread(self._put, found, trigger, song, section)
        except FileError as fault:
            _send(tell, "over", str(fault))
            return
        self._show.learn(trigger, song, section)
        self._learned(trigger, song, section)
        how = "now does something else" if before else "is learned"
        _send(
            tell, "written", f"{found.what} {how}: {write_do(trigger.do)}. It is in {self._file.name}, and works now."
        )

    def _put(self, found: "Found", trigger: Trigger, song: str | None, section: str | None) -> bool:
        from stagelyric.setlist.file import write_trigger  # its library takes 20 ms to import

        where = {"song": song, "section": section}
        return write_trigger(self._file, found.on, trigger.do, trigger.quantize, **where)[1]

    def _end(self, why: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._watch = self._found = None
        tell, self._tell = self._tell, None
        _send(tell, "over", why)

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._time.call_later(seconds, what)

    def _say(self, state: str, text: str, **more: object) -> None:
        _send(self._tell, state, text, **more)


def _send(tell: Tell | None, state: str, text: str, **more: object) -> None:
    if tell is not None:
        tell({"type": "learn", "state": state, "text": text, **more})


def _first(fault: ValueError) -> str:
    """The first of pydantic's error messages, or the text of any other error."""
    errors = getattr(fault, "errors", None)
    return str(errors()[0]["msg"]).removeprefix("Value error, ") if callable(errors) else str(fault)

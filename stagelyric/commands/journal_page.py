"""The pages of `stagelyric journal replay --page`: a night is shown again on teleprompter, audience's page and desk."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import click

from stagelyric.commands.common import Failure, Fault
from stagelyric.commands.pages import stay, until_ctrl_c
from stagelyric.gear.journal.database import FOR_REPLAY
from stagelyric.gear.journal.night import Bound
from stagelyric.gear.terminal.keyboard import Keyboard
from stagelyric.gear.terminal.output import Terminal
from stagelyric.stage import moments
from stagelyric.stage.moments import NightAgain
from stagelyric.stage.player import FASTEST, SLOWEST, Player
from stagelyric.stage.replay import Replay
from stagelyric.types.events import Event, KeyPress
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.parts import Part
from stagelyric.web import joining
from stagelyric.web.desk import Desk, Song
from stagelyric.web.server import Page

log = logging.getLogger(__name__)

SECONDS = 10.0  # that an arrow key goes back or on
_UNSEEN = FOR_REPLAY | {"event"}  # kinds of record that the desk's log does not have
_SEEN = ("seq", "kind", "wall", "number", "song", "section", "text", "origin")


class Shown:
    """A night on the pages, to be seen only. `parts`: other parts that are told what the page is told; `speed`, `at`:
    see `Player`."""

    why = "This is a replay: presses change nothing."

    def __init__(
        self,
        title: str,
        night: NightAgain,
        rows: Sequence[JsonMapping],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        parts: Sequence[Part] = (),
        speed: float = 1.0,
        at: float = 0.0,
    ) -> None:
        self.title, self.night = title, night
        self.page = Page(
            host, port, replay=self, desk=Desk(title, self._songs(), journal=self.log, song_at=self.song_at)
        )
        self.player = Player(night, [self.page, *parts], speed=speed, at=at, changed=self.page.tell_replay)
        self._seen = [{name: row[name] for name in _SEEN} for row in rows if row["kind"] not in _UNSEEN]

    def told(self) -> JsonObject:
        return self.player.told() | {"title": self.title}

    def ask(self, request: object) -> None:
        self.player.ask(request)

    def take(self, night: NightAgain) -> None:
        """Goes on in a fuller account of the night: performed, where it was as written down until now."""
        self.night = night
        self.player.take(night)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serves and plays while the context is open. Raises ListenError, PortInUseError."""
        async with self.page.running():
            playing = asyncio.create_task(self.player.run())
            try:
                yield
            finally:
                playing.cancel()

    def _songs(self) -> tuple[Song, ...]:
        if (setlist := self.night.setlist) is not None:
            return tuple(
                Song(song.title, tuple(section.name for section in song.sections), song.key, song.tempo)
                for song in setlist.songs
            )
        sections: dict[str, dict[str, None]] = {}
        for moment in self.night.moments:
            sections.setdefault(moment.state.song, {})[moment.state.section] = None
        return tuple(Song(song, tuple(filter(None, names))) for song, names in sections.items())

    def log(self, after: int) -> list[JsonObject]:
        """The night's records so far, after the one with this number. If the replay was moved to before that one, all:
        the desk sees by the lower numbers that it must begin anew."""
        now = self.night.began + self.player.at
        found = [row for row in self._seen if row["wall"] <= now] or self._seen[:1]
        return found if found[-1]["seq"] < after else [row for row in found if row["seq"] > after]

    def song_at(self) -> float:
        """When the song would have begun if it had been in this replay's own time so far (unix seconds)."""
        at = self.player.at
        begun = max((begun for begun, _ in self.night.songs() if begun <= at), default=0.0)
        return round(datetime.now().timestamp() - (at - begun), 1)


def keys(player: Player) -> dict[str, tuple[Callable[[], None], str]]:
    """What the terminal's keys do, and what that is called."""
    return {
        " ": (lambda: player.play(not player.playing), "pause"),
        "ArrowLeft": (lambda: player.seek(player.at - SECONDS), "back"),
        "ArrowRight": (lambda: player.seek(player.at + SECONDS), "on"),
        "ArrowUp": (lambda: player.step(-1), "a line back"),
        "ArrowDown": (lambda: player.step(1), "a line on"),
        "+": (lambda: player.pace(player.speed * 2), "faster"),
        "-": (lambda: player.pace(player.speed / 2), "slower"),
        "Home": (lambda: player.seek(0.0), "to the beginning"),
    }


def serve(
    title: str, night: Replay, rows: Sequence[JsonMapping], start: Bound | None, speed: float, *, host: str, port: int,
    opened: bool,
) -> None:  # fmt: skip
    """Shows the night until Ctrl-C. `start`: where it begins, None for its beginning. Raises Fault if no line was shown
    that night or if it was over by `start`, and Failure if the port can't be opened."""
    if not SLOWEST <= speed <= FASTEST:
        raise Fault(f"--speed: wanted {SLOWEST:g} to {FASTEST:g} on a page, found {speed:g}")
    try:
        found = moments.written(night, rows)
    except ValueError as error:
        raise Fault(f"{title}: {error}") from None
    at = _place(found, start)
    if at is None:
        raise Fault(f"{title}: wanted a line at or after --from, found none; the last is {night.recorded[-1].number}")
    terminal = Terminal()
    shown = Shown(title, found, rows, host=host, port=port, parts=[terminal], speed=speed, at=at)
    _say_lacks(shown)
    until_ctrl_c(_serve(shown, terminal, partial(moments.again, night, rows), opened), Failure)
    for name, times in shown.player.failed.items():
        click.echo(f"{name} failed {times} time{'' if times == 1 else 's'}", err=True)


def _place(night: NightAgain, start: Bound | None) -> float | None:
    """Where in the night a part begins, in seconds; None if no line comes up there or later."""
    if start is None:
        return 0.0
    if start.number is not None:
        return night.place(start.number)
    at = max(start.wall - night.began, 0.0)
    return at if at < night.length else None


def _say_lacks(shown: Shown) -> None:
    if lacks := shown.night.lacks:
        click.echo(f"{shown.title}: shown as it was written down, since the journal lacks {lacks}", err=True)


async def _serve(shown: Shown, terminal: Terminal, perform: Callable[[], NightAgain], opened: bool) -> None:
    table = keys(shown.player)

    def press(event: Event) -> None:
        if isinstance(event, KeyPress) and event.key in table:
            table[event.key][0]()
            terminal.alert(_where(shown.player), "info")

    async with terminal.running(), shown.running(), Keyboard().running(press):
        _greet(shown, [f"{_named(key)} {told}" for key, (_, told) in table.items()])
        performing = asyncio.create_task(perform_beside(shown, perform))
        try:
            await stay(f"{shown.page.url}/replay", opened=opened)
        finally:
            performing.cancel()


async def perform_beside(shown: Shown, perform: Callable[[], NightAgain]) -> None:
    """Performs the night beside the pages, which show it as it was written down until then."""
    if shown.night.lacks:
        return  # it can't be performed, as was said
    try:
        shown.take(await asyncio.to_thread(perform))
    except Exception as error:  # whatever the bug, what was written down can be shown
        log.exception("performing the night failed")
        click.echo(f"{shown.title}: shown as it was written down, since performing it failed ({error})", err=True)
    _say_lacks(shown)


def _where(player: Player) -> str:
    how = f"× {player.speed:g}" if player.playing else "paused"
    return f"{_clock(player.at)} of {_clock(player.night.length)}, {how}"


def _named(key: str) -> str:
    return {" ": "Space", "ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓"}.get(key, key)


def _greet(shown: Shown, keys: Sequence[str]) -> None:
    night, page = shown.night, shown.page
    lines = sum(moment.cue is not None and moment.cue.line is not None for moment in night.moments)
    day = datetime.fromtimestamp(night.began)
    click.echo(f"{click.style(shown.title, bold=True)}, {day:%d %B %Y, %H:%M}: {lines} lines in {_clock(night.length)}")
    click.echo(f"  see it    {page.url}/replay   or one by one: {page.url}  /operator  /audience")
    for name in joining.reachable(page.host):
        click.echo(f"  tablets   {page.join_url(name)}")
    if sys.stdin.isatty():
        click.echo(f"  keys      {', '.join(keys)}")
    click.echo("  stop      Ctrl-C")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

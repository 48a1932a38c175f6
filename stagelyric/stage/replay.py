"""Replays a night from its journal: the same events into the same show give the same cues."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf, nan

from stagelyric.setlist import setlist as setlists
from stagelyric.setlist.faults import FileError
from stagelyric.setlist.setlist import Setlist
from stagelyric.setlist.triggers import Trigger
from stagelyric.show import judging
from stagelyric.show.answers import Answering
from stagelyric.show.effects import Effect, Unjudged, Wanted
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage.trace import FORMAT, Names, name_of
from stagelyric.types import events, standing
from stagelyric.types.actions import Do
from stagelyric.types.events import Event
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.types.lines import Ask, Cue, Line, as_line
from stagelyric.words.syllables import syllabify

CUES = ("cue", "clear")
_AT_ONCE = (*CUES, "keep", "veto")  # kinds of record that are written at once, so that a kill loses none of them
_LED = ("event", "due", "answer")  # kinds of record of what caused them, which are written a moment later
_NUMBERS = {"nan": nan, "inf": inf}
_CLASSES: dict[str, Callable[..., object]] = {
    name: found for name, found in vars(events).items() if isinstance(found, type) and issubclass(found, Event)
} | {"Do": Do}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown (`text` None: the stage was cleared). `wall` in unix seconds; `beat`: the clock's beat, known of
    what was recorded only; `syllables`: known of what is performed again only."""

    wall: float
    number: int
    song: str
    section: str
    text: str | None
    origin: str | None
    beat: float = 0.0
    syllables: tuple[str, ...] = ()

    @property
    def what(self) -> tuple[int, str, str, str | None, str | None]:
        """What is the same whenever the night is performed again."""
        return self.number, self.song, self.section, self.text, self.origin


@dataclass(slots=True)
class Replay:
    """A night to be replayed. `recorded`: what was shown that night; `missing`: what the journal lacks, in sentences;
    `again`: what the replay shows, complete once `run` is exhausted. `cut`: how many cues are
    shown as recorded, since a kill has cost what led to them, a tenth of a second before it at most."""

    recorded: list[Shown]
    missing: list[str] = field(default_factory=list)
    again: list[Shown] = field(default_factory=list)
    cut: int = 0
    _rows: Sequence[JsonMapping] = ()
    _kills: frozenset[int] = frozenset()
    _late: frozenset[str] = frozenset()  # the names of the texts that were judged beside the show
    _show: Show | None = None
    _names: Names = field(default_factory=Names)
    _pending: dict[str, Wanted | Answering | Unjudged] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        return [shown.what for shown in self.again] == [shown.what for shown in self.recorded]

    def differences(self) -> Iterator[tuple[Shown | None, Shown | None]]:
        """The (recorded, replayed) pairs that differ, in order; None where one of them has no more."""
        for place in range(max(len(self.recorded), len(self.again))):
            was = self.recorded[place] if place < len(self.recorded) else None
            now = self.again[place] if place < len(self.again) else None
            if was is None or now is None or was.what != now.what:
                yield was, now

    @property
    def show(self) -> Show | None:
        """The show as the last record that was performed left it; None if the journal does not say how the night
        began."""
        return self._show

    def run(self) -> Iterator[Shown]:
        """Performs the night and yields what is shown. Yields nothing if the journal does not say how the night
        began."""
        for _, shown in self.steps():
            if shown is not None:
                yield shown

    def steps(self) -> Iterator[tuple[JsonMapping, Shown | None]]:
        """Performs the night like `run`, and yields each record with what is shown at it, after that has happened in
        `show`. A record that shows nothing comes with None, one that shows several lines comes with each."""
        cues = 0
        last: JsonMapping = {}
        for row in self._rows:
            if row["kind"] == "begin":
                yield from ((last, shown) for shown in self._up_to_a_kill(cues))
            cues += row["kind"] in CUES
            some = False
            for effect in self._effects(row):
                match effect:
                    case Cue():
                        some, shown = True, _shown(effect, row["wall"])
                        self.again.append(shown)
                        yield row, shown
                    case Wanted() | Answering() | Unjudged():
                        self._pending[self._names.give(effect)] = effect
            if not some:
                yield row, None
            last = row
        yield from ((last, shown) for shown in self._up_to_a_kill(cues))

    def _up_to_a_kill(self, cues: int) -> Iterator[Shown]:
        """The recorded cues up to the kill after `cues` of them, if there was one and the replay has gone well so
        far."""
        done = [shown.what for shown in self.again]
        if (
            self._show is None
            or cues not in self._kills
            or done != [shown.what for shown in self.recorded[: len(done)]]
        ):
            return
        for shown in self.recorded[len(done) : cues]:
            self.again.append(shown)
            self.cut += 1
            yield shown

    def _effects(self, row: JsonMapping) -> Sequence[Effect]:
        if row["kind"] == "begin":
            self._begin(json.loads(row["detail"]))
        show = self._show
        if show is None:
            return ()
        match row["kind"]:
            case "event" | "input":
                try:
                    return show.perform(read(row["detail"]))
                except ValueError as error:
                    self.missing.append(str(error))
            case "lines":
                _lay(show, json.loads(row["detail"]))
            case "due":
                told = json.loads(row["detail"])
                return show.due(Do(**told["do"]), told["at"], told["quantize"])
            case "answer":
                return self._answer(show, json.loads(row["detail"]))
            case "look":
                wanted = json.loads(row["detail"])["shelf"]
                for shelf in show.pool.shelves():
                    if shelf.digest == wanted:
                        show.pool.peek(shelf.ask, show.used)
            case "learned":
                told = json.loads(row["detail"])
                show.learn(Trigger.model_validate(told["trigger"]), told["song"], told["section"])
            case "stand":
                told = json.loads(row["detail"])
                if told["seed"] is not None:
                    show.sow(told["seed"])
                show.stand(replace(standing.read(told["standing"]), speech=show.speech))
        return ()

    def _begin(self, told: JsonMapping) -> None:
        if told.get("format") != FORMAT:
            self.missing.append(
                f"how the night began is written in another way ({told.get('format')}, wanted {FORMAT})"
            )
            return
        try:
            setlist = setlists.loads(told["setlist"], "the setlist of that night")
        except FileError as error:
            self.missing.append(f"its setlist is no longer one: {error}")
            return
        words = told["words"]
        show = self._show = Show(
            setlist,
            Pool(),
            seed=told["seed"],
            lyrics=told["lyrics"],
            kept={(song, section): texts for song, section, texts in told["kept"]},
            vetoed=told["vetoed"],
            never_quote=told["never_quote"],
            frames=told["frames"],
            cut=syllabify,
            words=None if words is None else {(song, section): _lines(of) for song, section, of in words},
        )
        show.ladder.meanwhile = {
            (song, section): [as_line(line) for line in lines] for song, section, lines in told.get("meanwhile", ())
        }
        show.takes_long = self._took_long
        show.stand(standing.read(told["standing"]))
        show.speech = told["speech"]
        self._pending.clear()
        self._names = Names()

    def _took_long(self, text: Unjudged) -> bool:
        """Whether a text was judged beside the show that night: in a show's first moments every text is."""
        return name_of(text) in self._late or judging.takes_long(text.do)

    def _answer(self, show: Show, told: JsonMapping) -> Sequence[Effect]:
        lines = [as_line(line) for line in told.get("lines", ())]
        of = told["of"]
        if of not in self._pending:  # a night of before texts were named by what they say
            of = next((name for name in self._pending if name.startswith(f"{of} ")), of)
        match self._pending.pop(of, None):
            case Wanted() as wanted:
                return show.answer(wanted, lines[0] if lines else None)
            case Answering() as wanted:
                return show.answered(wanted, lines)
            case Unjudged() as text:
                return show.judged(text, told["why"])
        self.missing.append(f"what was answered had not been asked for ({told['of']})")
        return ()


def setlist_of(rows: Sequence[JsonMapping]) -> Setlist | None:
    """The setlist with which the night's last show began; None if the journal doesn't have it."""
    began = next((row["detail"] for row in reversed(rows) if row["kind"] == "begin"), None)
    try:
        return None if began is None else setlists.loads(json.loads(began)["setlist"], "the setlist of that night")
    except (FileError, ValueError, KeyError, TypeError):
        return None


def prepare(rows: Sequence[JsonMapping]) -> Replay:
    """Prepares the replay of a night from its records."""
    recorded = [
        Shown(row["wall"], row["number"], row["song"], row["section"], row["text"], row["origin"], row["beat"] or 0.0)
        for row in rows
        if row["kind"] in CUES
    ]
    late = frozenset(json.loads(row["detail"])["of"] for row in rows if row["kind"] == "answer")
    found = Replay(recorded, _rows=rows, _kills=frozenset(_killed(rows)), _late=late)
    if not any(row["kind"] == "begin" for row in rows):
        found.missing.append(
            "how it began (setlist, seed, kept lines), the lines that were ready, what came in and did nothing:"
            " this night was written down before they were"
        )
    return found


def _killed(rows: Sequence[JsonMapping]) -> Iterator[int]:
    """Where a show of the night was killed: the number of cues up to there.

    What goes up is written down at once, what led to it a moment later. So after a kill numbers are missing among the
    last records, or the last cue is followed by nothing that led to it.
    """
    cues = before = 0
    gap, led = False, True
    for row in [*rows, None]:
        if row is None or row["kind"] == "begin":
            if gap or not led:
                yield cues
            gap, led = False, True
        if row is not None:
            at_once = row["kind"] in _AT_ONCE
            gap = at_once and (gap or row["seq"] != before + 1)
            led = not at_once and (led or row["kind"] in _LED)
            cues, before = cues + (row["kind"] in CUES), row["seq"]


def read(text: str) -> Event:
    """Parses the `repr` of an event; only the classes of `types.events` are accepted. Raises ValueError."""
    try:
        found = _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"an event that can't be read: {text[:80]} ({error})") from None
    if not isinstance(found, Event):
        raise ValueError(f"an event that can't be read: {text[:80]}")
    return found


def _value(node: ast.expr) -> object:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[]) if name in _CLASSES:
            return _CLASSES[name](**{word.arg or "": _value(word.value) for word in node.keywords})
        case ast.Name(id=name) if name in _NUMBERS:
            return _NUMBERS[name]
        case ast.Tuple():
            return tuple(_value(each) for each in node.elts)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return -inf
    return ast.literal_eval(node)


def _lay(show: Show, told: JsonMapping) -> None:
    shelf = show.pool.shelf(_ask(told["ask"]))
    del shelf.lines[told["start"] :]
    # no press of the night looked at the lines in the gap, so empty ones fill it
    gap = told["start"] - len(shelf.lines)
    shelf.lines += [Line("", "model")] * gap + [as_line(line) for line in told["lines"]]


def _ask(told: JsonMapping) -> Ask:
    values: JsonObject = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Ask(**values)


def _lines(of: JsonMapping) -> dict[str, Line]:
    return {word: as_line(line) for word, line in of.items()}


def _shown(cue: Cue, wall: float) -> Shown:
    place = (wall, cue.number, cue.song, cue.section)
    if cue.line is None:
        return Shown(*place, None, None)
    return Shown(*place, cue.line.text, cue.line.origin, syllables=cue.line.syllables)

"""Where we are in the set, and what an event does there. Pure: no I/O, no await, no clock of its own."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.setlist.triggers import Trigger, resolved
from stagelyric.show import answers, judging
from stagelyric.show.answers import Answering, Answers
from stagelyric.show.effects import Changed, Deferred, Effect, Judgement, Remark, Unjudged, Wanted
from stagelyric.show.firing import Firing
from stagelyric.show.ladder import Ladder
from stagelyric.show.pool import Pool, Shelf
from stagelyric.show.position import Position
from stagelyric.show.word_lines import Baked, WordLines, ready_with
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, SongSelect
from stagelyric.types.lines import Ask, Cue, Line, Quantize, State, as_list, normal
from stagelyric.types.standing import Record, Standing
from stagelyric.types.texts import WORD, cleaned

COUNTED = 500  # ready lines: beyond these nobody asks how many of which


class Show:
    """`perform(event)` and `due(do)` give the effects, in order; the rest of the class is where we are.

    `lyrics`: the songs' own words by title; `kept`: lines kept in rehearsal by (song, section);
    `vetoed`: lines never to be shown; `never_quote`, `frames`: see `Ask`; `cut`: a text as syllables for singing;
    `words`: of a show that was baked, and has no other lines than its own, the lines by (song, section) and by the word
    that they have in them; None where lines are written while it is played.
    """

    def __init__(
        self,
        setlist: Setlist,
        pool: Pool,
        *,
        seed: int = 0,
        lyrics: Mapping[str, str] | None = None,
        kept: Mapping[tuple[str, str], Iterable[str]] | None = None,
        vetoed: Iterable[str] = (),
        never_quote: str = "",
        frames: str = "",
        cut: Callable[[str], tuple[str, ...]] = lambda text: tuple(text.split()),
        words: Baked | None = None,
    ) -> None:
        self.pool = pool
        self.number = 0
        self.held = False
        self.cleared = False
        self.speech = True
        self.up: Line | None = None
        self._words = WordLines(words)
        self._position = Position(setlist, seed, lyrics or {}, never_quote, frames, fixed=words is not None)
        self._cut = lru_cache(maxsize=1024)(cut)  # safety lines come again and again
        there = {place: list(texts) for place, texts in (kept or {}).items()}
        self.ladder = Ladder(setlist, pool, lyrics or {}, there, self._cut)
        self._vetoed = frozenset(normal(text) for text in vetoed)
        self._used = set(self._vetoed)
        self._shown: list[str] = []  # tonight's among them, in their order
        self._told = 0  # how many of these are in the records that were given
        self._moved: dict[str, Shelf] = {}  # that presses were counted on, since the last record
        self._shown_at = float("-inf")
        self._firing = Firing(self._position)
        self._answers = Answers()
        self._epoch = 0

    # Where we are

    @property
    def setlist(self) -> Setlist:
        return self._position.setlist

    @setlist.setter
    def setlist(self, setlist: Setlist) -> None:
        self._position.setlist = setlist
        self._firing.setlist_changed()

    @property
    def seed(self) -> int:
        return self._position.seed

    @property
    def song(self) -> Song:
        return self._position.song

    @property
    def section(self) -> Section:
        return self._position.section

    @property
    def beats_per_bar(self) -> float:
        return self.song.beats_per_bar

    @property
    def wildness(self) -> float:
        """What was set last in this song, or the song's own."""
        return self.song.wildness if self._position.wildness is None else self._position.wildness

    @property
    def used(self) -> Collection[str]:
        """The normal forms of the lines that are not to come (again)."""
        return self._used

    @property
    def epoch(self) -> int:
        """Grows when what is pending is called off (clear, panic)."""
        return self._epoch

    @property
    def ask(self) -> Ask:
        return self._position.ask

    def asks(self) -> list[Ask]:
        """The shelves that can come next, nearest first: this section, its song's others, the songs beside it."""
        return self._position.asks()

    def every_ask(self) -> list[Ask]:
        """The shelves of the whole set, in its order."""
        return self._position.every_ask()

    @property
    def baked(self) -> bool:
        """Whether its lines were written before it: there are no others, at no other wildness and of no other seed."""
        return self._words.baked is not None

    def sow(self, seed: int) -> bool:
        """Another seed: from here on every shelf is another. Whether the show has that seed now."""
        return self._position.sow(seed)

    def triggers(self) -> list[Trigger]:
        """Every trigger of the set, its songs and their sections."""
        return list(self.setlist.every_trigger())

    def triggered(self, event: Event) -> list[Trigger]:
        """The triggers that an event fires here; a contact that still bounces fires none."""
        return self._firing.triggered(event)

    def learn(self, trigger: Trigger, song: str | None = None, section: str | None = None) -> None:
        """Adds a trigger to the set, or to the song or the section of that name; one for the same contact goes."""
        self.setlist = self.setlist.with_trigger(trigger, song, section)

    def upcoming(self) -> Line:
        """The line that the next press gives, were it pressed now."""
        return self._next()

    def stock(self) -> dict[str, int]:
        """How many lines are ready for this section, by origin, down the ladder; of a long shelf its first part."""
        shelf = self.pool.shelf(self.ask)
        end = min(len(shelf.lines), shelf.position + COUNTED)
        counted = Counter[str](shelf.lines[place].origin for place in range(shelf.position, end))
        kept = self.ladder.kept.get((self.song.title, self.section.name), ())
        counted["kept"] += sum(normal(text) not in self._used for text in kept)
        counted["safety"] += len(self.section.safety)
        return dict(counted)

    def state(self, tempo: float) -> State:
        return State(
            song=self.song.title,
            section=self.section.name,
            number=self.number,
            line=self.up.text if self.up is not None and not self.cleared else "",
            next=self.upcoming().text,
            ready=self.pool.ready(self.ask),
            tempo=tempo,
            held=self.held,
            cleared=self.cleared,
            speech=self.speech,
            wildness=self.wildness,
            beats_per_bar=self.beats_per_bar,
        )

    def standing(self, tempo: float) -> Standing:
        """Where we are, whole. `tempo` in quarter notes a minute."""
        self._told = len(self._shown)
        return Standing(
            song=self.song.title,
            section=self.section.name,
            number=self.number,
            up=self.up,
            cleared=self.cleared,
            held=self.held,
            speech=self.speech,
            wildness=self._position.wildness,
            tempo=tempo,
            places=self.pool.places(),
            frames=dict(self.pool.sung_from),
            passed=self.pool.passed(),
            shown=tuple(self._shown),
            safety=dict(self.ladder.shown),
            words=dict(self._words.times),
        )

    def change(self, tempo: float) -> Record:
        """What may have changed since the last `standing` or `change`, as a record that is merged with those before."""
        shown, moved = self._shown[self._told :], self._moved
        self._told, self._moved = len(self._shown), {}
        record: Record = {
            "song": self.song.title,
            "section": self.section.name,
            "number": self.number,
            "up": None if self.up is None else as_list(self.up),
            "cleared": self.cleared,
            "held": self.held,
            "speech": self.speech,
            "wildness": self._position.wildness,
            "tempo": tempo,
            "places": {shelf.digest: shelf.position for shelf in moved.values()},
            "passed": {shelf.digest: dict(shelf.passed) for shelf in moved.values() if shelf.passed},
            "shown": shown,
        }
        if self.up is not None and self.up.frame in self.pool.sung_from:
            record["frames"] = {self.up.frame: self.pool.sung_from[self.up.frame]}
        if self.up is not None and self.up.text in self.ladder.shown:
            record["safety"] = {self.up.text: self.ladder.shown[self.up.text]}
        if words := self._words.change():
            record["words"] = words
        return record

    def stand(self, standing: Standing) -> None:
        """Goes on from there. A song or section that the set does not have any more leaves us at the first."""
        self._position.stand(standing)
        self.number = standing.number
        self.up = standing.up
        self.cleared, self.held, self.speech = standing.cleared, standing.held, standing.speech
        self.pool.place(standing)
        self._used, self._shown = {*self._vetoed, *standing.shown}, list(standing.shown)
        self.ladder.shown = dict(standing.safety)
        self._words.times = dict(standing.words)
        self._epoch += 1  # what was pending belongs to where we were

    # What happens

    def perform(self, event: Event) -> list[Effect]:
        """What an event does here. Section, song and set are looked through in this order; the first that has a
        trigger for the event decides."""
        if isinstance(event, Command):
            return self._from_outside(event.do, event.at)
        if isinstance(event, SongSelect):
            return self.due(Do("song", event.song + 1), event.at)
        effects: list[Effect] = []
        for trigger in self.triggered(event):
            do = resolved(trigger.do, event)
            if do is None:
                continue
            if do is not trigger.do:
                effects += self._from_outside(do, event.at, trigger.quantize)
            elif trigger.quantize == "now":
                effects += self.due(do, event.at)
            else:
                effects.append(Deferred(do, trigger.quantize, event.at, self._epoch))
        if not effects and (remark := self._firing.remark(event)) is not None:
            effects.append(Remark(remark))
        return effects

    def _from_outside(self, do: Do, at: float, quantize: Quantize = "now") -> list[Effect]:
        """What comes by OSC, from a page or from the audience: its words are not the setlist's, so they are judged."""
        unjudged = Unjudged(judging.cut_short(do), quantize, at, self._epoch)
        return [unjudged] if judging.takes_long(unjudged.do) else self.judged(unjudged, self.unfit(unjudged.do))

    def judged(self, text: Unjudged, why: str | None) -> list[Effect]:
        """What comes of words that `unfit` has looked at: nothing where what was pending has been called off since."""
        if text.epoch != self._epoch:
            return []
        if why is not None:
            return self._refused(text.do, why, text.at)
        if text.quantize == "now":
            return self.due(text.do, text.at)
        return [Deferred(text.do, text.quantize, text.at, text.epoch)]

    def _refused(self, do: Do, why: str, at: float) -> list[Effect]:
        """What was refused is not repeated. For a word another line goes up."""
        remark = Remark(f"{do.action}: not shown, {why}")
        if do.action == "say":
            return [remark]
        return [remark, *(self._guarded(at) or self._next_line(at, "now"))]

    def unfit(self, do: Do) -> str | None:
        """Why words may not be shown, None where they may (`judging.unfit`).

        May be asked on any thread; what takes its time for a text that is shown is done with it.
        """
        if do.action == "heard":  # is not shown; its words are looked up here, and are known from then on
            answers.answering(str(do.value), self.ask, 0)
        if do.action in ("say", "word"):
            self._cut(str(do.value))
        return judging.unfit(do, self.setlist)

    def due(self, do: Do, at: float, quantize: Quantize = "now") -> list[Effect]:
        """What is done, now. `at` is when it was asked for, in seconds of the event's clock."""
        match do.action:
            case "next_line":
                return self._guarded(at) or self._next_line(at, quantize)
            case "again":
                if self.up is None:
                    return [Remark("again: no line has been up yet")]
                return self._guarded(at) or [self._cue(self.up, at, quantize)]
            case "say":
                text = cleaned(str(do.value))
                if not text:
                    return [Remark("say: wanted a text, found none")]
                return self._guarded(at) or [self._cue(Line(text, "written", syllables=self._cut(text)), at, quantize)]
            case "word":
                return self._guarded(at) or self._word(cleaned(str(do.value), WORD), at)
            case "heard":
                return self._hear(cleaned(str(do.value)))
            case "goto" | "next_section" | "previous_section":
                return self._position.to_section(do)
            case "song" | "next_song" | "previous_song":
                return self._position.to_song(do)
            case "keep" | "veto":
                return self._judge(do.action, at)
            case "swap" | "veto_next":
                return self._pass_over(do.action)
            case "hold":
                self.held = not self.held
            case "clear" if self.cleared:
                return []  # two rigs that tell each other would never come to an end
            case "clear" | "panic":
                self.held = self.held and do.action == "clear"
                self.cleared = True
                self._epoch += 1
                self._answers.clear()
                return [Cue(None, self.song.title, self.section.name, "now", at, self.number)]
            case "speech_on" | "speech_off":
                self.speech = do.action == "speech_on"
            case "wildness" if self.baked:
                return [Remark("wildness: this show was baked, and its lines are as wild as they were written")]
            case "wildness":
                self._position.wildness = min(max(float(do.value or 0), 0.0), 1.0)
        return [Changed()]

    def answer(self, wanted: Wanted, line: Line | None) -> list[Effect]:
        """The line that was wanted has come, or (None) has not: then a ready line that has the word, or the word, or
        where that is unfit the next line."""
        if wanted.epoch != self._epoch or self.held:
            return []
        word = wanted.ask.word or ""
        places = [(self.song.title, section.name) for section in (self.section, *self.song.sections)]
        line = line or self._words.of_baked(word, places, self._used)
        if line is None or normal(line.text) in self._used:
            if self.unfit(Do("word", word)) is not None:
                return self._next_line(wanted.at, "now")
            ready = ready_with(word, self.pool, self.asks(), self._used)
            line = ready or Line(word[:1].upper() + word[1:], "word", syllables=self._cut(word))
        return [self._cue(replace(line, origin="word"), wanted.at, "now")]

    def answered(self, wanted: Answering, lines: Iterable[Line]) -> list[Effect]:
        """The answers to what was heard have come: they are the next lines, unless something else was heard since."""
        came = self._answers.take(wanted, lines, (self.song.title, self.section.name), self._used)
        return [Changed()] if came else []

    # How

    def _guarded(self, at: float) -> list[Effect]:
        """A remark where no line may go up now, else nothing."""
        if self.held:
            return [Remark("on hold: the line stays; press hold again to go on")]
        gap = self.setlist.min_gap_ms
        if gap and (at - self._shown_at) * 1000 < gap:
            return [Remark(f"disregarded: sooner than {gap:g} ms after the last line")]
        return []

    def _next_line(self, at: float, quantize: Quantize) -> list[Effect]:
        line = self._next()
        self.pool.count(self.ask)
        shelf = self.pool.shelf(self.ask)
        self._moved[shelf.digest] = shelf
        if line.origin not in ("model", "frame", "own"):
            self.ladder.shown[line.text] = self.number
        return [self._cue(line, at, quantize)]

    def _next(self) -> Line:
        """The line that the next press gives."""
        kept = self._kept_first()
        answer = self._answers.next((self.song.title, self.section.name), self._used)
        return answer or kept or self.pool.peek(self.ask, self._used) or self._fallback()

    def _hear(self, text: str) -> list[Effect]:
        if self.baked:
            return [Remark("heard: this show was baked, and no line is written to answer what is sung")]
        wanted = self._answers.hear(text, self.ask)
        return [wanted] if wanted is not None else [Remark("heard: wanted what was sung, found no words")]

    def _kept_first(self) -> Line | None:
        """What was kept in rehearsal, where the setlist wants it before anything new."""
        if (self.song.kept or self.setlist.kept) == "first":
            for text in self.ladder.kept.get((self.song.title, self.section.name), ()):
                if normal(text) not in self._used:
                    return Line(text, "kept", syllables=self._cut(text))
        return None

    def _fallback(self) -> Line:
        near = self.asks()[: len(self.song.sections)]
        up = self.up.text if self.up is not None else ""
        return self.ladder.pick(self.song, self.section, near, self._used, up)

    def _cue(self, line: Line, at: float, quantize: Quantize) -> Cue:
        self.number += 1
        self.up = line
        self.cleared = False
        self._shown_at = at
        self._use(normal(line.text))
        self.pool.sung(self.ask, line)
        return Cue(line, self.song.title, self.section.name, quantize, at, self.number)

    def _use(self, text: str) -> None:
        """`text`, in its normal form, has been up, or is never to be."""
        if text not in self._used:
            self._used.add(text)
            self._shown.append(text)

    def _word(self, word: str, at: float) -> list[Effect]:
        if not word:
            return [Remark("word: wanted a word, found none")]
        return [Wanted(self._words.ask(self.ask, word), at, self._epoch)]

    def _judge(self, verdict: Literal["keep", "veto"], at: float) -> list[Effect]:
        if self.up is None or self.cleared:
            return [Remark(f"{verdict}: no line is up")]
        judgement = Judgement(verdict, self.up.text, self.song.title, self.section.name)
        if verdict == "keep":
            self.ladder.kept.setdefault((judgement.song, judgement.section), []).append(judgement.text)
            return [judgement]
        # Off the stage at once, and what comes in its place must not wait for the minimum gap.
        self.held = False
        return [judgement, *self._next_line(at, "now")]

    def _pass_over(self, action: Literal["swap", "veto_next"]) -> list[Effect]:
        """The line to come gives way to another before it was ever up; `veto_next`: for good."""
        line = self.upcoming()
        self._use(normal(line.text))
        self.ladder.shown[line.text] = self.number
        if self.upcoming().text == line.text:
            return [Remark(f"{action}: there is no other line ready")]
        if action == "swap":
            return [Changed()]
        return [Judgement("veto", line.text, self.song.title, self.section.name), Changed()]

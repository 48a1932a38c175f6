"""The show's state, and what an event does in it. Pure: no I/O, no await, no clock of its own."""

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
from stagelyric.show.used import Used
from stagelyric.show.word_lines import Baked, WordLines, ready_with
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, SongSelect
from stagelyric.types.lines import Ask, Cue, Line, Quantize, State, as_list, normal
from stagelyric.types.standing import Record, Standing
from stagelyric.types.texts import WORD, cleaned


class Show:
    """The state of a show. `perform(event)` and `due(do)` change it and return the effects, in order.

    `lyrics`: the songs' own words by title; `kept`: lines kept in rehearsal by (song, section); `vetoed`: lines never
    to be shown; `never_quote`, `frames`: see `Ask`; `cut`: splits a text into syllables for singing; `words`: for a
    baked show, whose lines were all written in advance, its lines with a certain word by (song, section) and by that
    word; None if lines are written during the show.
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
        self._up_in = ""  # the title of the song in which `up` came up
        self._words = WordLines(words)
        self._position = Position(setlist, seed, lyrics or {}, never_quote, frames, fixed=words is not None)
        self._cut = lru_cache(maxsize=1024)(cut)  # cached, since safety lines come again and again
        there = {place: list(texts) for place, texts in (kept or {}).items()}
        self.ladder = Ladder(setlist, pool, lyrics or {}, there, self._cut)
        self._used = Used(vetoed)
        self._moved: dict[str, Shelf] = {}  # shelves that advanced since the last record
        self._shown_at = float("-inf")
        self._firing = Firing(self._position)
        self._answers = Answers()
        self._epoch = 0
        self.takes_long: Callable[[Unjudged], bool] = lambda text: judging.takes_long(text.do)

    # Place and state

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
        """The value set last in this song, or else the song's own, 0.0 to 1.0."""
        return self.song.wildness if self._position.wildness is None else self._position.wildness

    @property
    def used(self) -> Collection[str]:
        """The normal forms of the lines that must not come (again)."""
        return self._used.texts

    @property
    def epoch(self) -> int:
        """Increased whenever pending actions are cancelled (clear, panic)."""
        return self._epoch

    @property
    def ask(self) -> Ask:
        return self._position.ask

    def asks(self) -> list[Ask]:
        """The asks whose lines can come next, nearest first: this section, the song's other sections, the neighbouring
        songs."""
        return self._position.asks()

    def every_ask(self) -> list[Ask]:
        """The asks of the whole set, in its order."""
        return self._position.every_ask()

    @property
    def baked(self) -> bool:
        """Whether all lines were written before the show; then its wildness and its seed are fixed."""
        return self._words.baked is not None

    def sow(self, seed: int) -> bool:
        """Changes the seed, so that other lines are written from here on. Returns whether the show has that seed
        now."""
        return self._position.sow(seed)

    def triggers(self) -> list[Trigger]:
        """Every trigger of the set, its songs and their sections."""
        return list(self.setlist.every_trigger())

    def triggered(self, event: Event) -> list[Trigger]:
        """The triggers that an event fires here; none while the contact is still bouncing (debounce time)."""
        return self._firing.triggered(event)

    def learn(self, trigger: Trigger, song: str | None = None, section: str | None = None) -> None:
        """Adds a trigger to the set, or to the song or section of that name. It replaces one for the same contact."""
        self.setlist = self.setlist.with_trigger(trigger, song, section)

    def upcoming(self) -> Line:
        """The line that a press would give now."""
        return self._next()

    def stock(self) -> dict[str, int]:
        """How many lines are ready for this section, by origin, in the ladder's order; at most `ladder.COUNTED` of
        its shelf."""
        return self.ladder.stock(self.song, self.section, self.pool.shelf(self.ask), self._used.texts)

    def state(self, tempo: float) -> State:
        up = None if self.cleared else self.up
        return State(
            song=self.song.title,
            section=self.section.name,
            number=self.number,
            line=up.text if up is not None else "",
            next=self.upcoming().text,
            ready=self.pool.ready(self.ask),
            tempo=tempo,
            held=self.held,
            cleared=self.cleared,
            speech=self.speech,
            wildness=self.wildness,
            beats_per_bar=self.beats_per_bar,
            line_song=self._up_in,
        )

    def standing(self, tempo: float) -> Standing:
        """The complete state. `tempo` in quarter notes per minute."""
        return Standing(
            song=self.song.title,
            section=self.section.name,
            number=self.number,
            up=self.up,
            up_in=self._up_in,
            cleared=self.cleared,
            held=self.held,
            speech=self.speech,
            wildness=self._position.wildness,
            tempo=tempo,
            places=self.pool.places(),
            frames=dict(self.pool.sung_from),
            passed=self.pool.passed(),
            shown=self._used.whole(),
            safety=self.ladder.whole(),
            words=dict(self._words.times),
        )

    def change(self, tempo: float) -> Record:
        """What may have changed since the last `standing` or `change`, as a record to be merged with the earlier
        ones."""
        moved, self._moved = self._moved | self.pool.looked, {}
        self.pool.looked = {}
        record: Record = {
            "song": self.song.title,
            "section": self.section.name,
            "number": self.number,
            "up": None if self.up is None else as_list(self.up),
            "up_in": self._up_in,
            "cleared": self.cleared,
            "held": self.held,
            "speech": self.speech,
            "wildness": self._position.wildness,
            "tempo": tempo,
            "places": {shelf.digest: shelf.position for shelf in moved.values()},
            "passed": {shelf.digest: dict(shelf.passed) for shelf in moved.values() if shelf.passed},
            "shown": self._used.change(),
        }
        if self.pool.newly_sung:
            record["frames"], self.pool.newly_sung = self.pool.newly_sung, {}
        if shown := self.ladder.change():
            record["safety"] = shown
        if words := self._words.change():
            record["words"] = words
        return record

    def stand(self, standing: Standing) -> None:
        """Continues from that state, or at the first section if the set no longer has its song or section."""
        self._position.stand(standing)
        self.number = standing.number
        self.up, self._up_in = standing.up, standing.up_in
        self.cleared, self.held, self.speech = standing.cleared, standing.held, standing.speech
        self.pool.place(standing)
        self._used.stand(standing.shown)
        self.ladder.stand(standing.safety)
        self._words.times = dict(standing.words)
        self._epoch += 1  # cancels pending actions, which belonged to the previous place

    # Events

    def perform(self, event: Event) -> list[Effect]:
        """Carries out what an event does here. Section, song and set are searched in this order; the first with a
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
        """Carries out an action from OSC, a page or the audience. Its words are not from the setlist, so they are
        judged first."""
        unjudged = Unjudged(judging.cut_short(do), quantize, at, self._epoch)
        return [unjudged] if self.takes_long(unjudged) else self.judged(unjudged, self.unfit(unjudged.do))

    def judged(self, text: Unjudged, why: str | None) -> list[Effect]:
        """Carries out the action whose words `unfit` has judged; does nothing if pending actions were cancelled
        since."""
        if text.epoch != self._epoch:
            return []
        if why is not None:
            return self._refused(text.do, why, text.at)
        if text.quantize == "now":
            return self.due(text.do, text.at)
        return [Deferred(text.do, text.quantize, text.at, text.epoch)]

    def _refused(self, do: Do, why: str, at: float) -> list[Effect]:
        """Reports that words were refused, without repeating them. If a line with a word was asked for, the next line
        goes up."""
        remark = Remark(f"{do.action}: not shown, {why}")
        if do.action == "say":
            return [remark]
        return [remark, *(self._guarded(at) or self._next_line(at, "now"))]

    def unfit(self, do: Do) -> str | None:
        """The reason why words may not be shown, or None if they may (`judging.unfit`).

        Safe to call from any thread; the slow preparation of a text that is shown happens here too, and is cached.
        """
        if do.action == "heard":  # such a text is not shown; looking its words up here caches them
            answers.answering(str(do.value), self.ask, 0)
        if do.action in ("say", "word"):
            self._cut(str(do.value))
        return judging.unfit(do, self.setlist)

    def due(self, do: Do, at: float, quantize: Quantize = "now") -> list[Effect]:
        """Carries out an action now. `at`: when it was requested, in seconds of the events' clock."""
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
                return []  # otherwise two rigs that forward to each other would never stop
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
        """Shows the line that was wanted. If `line` is None (none was written), shows a ready line with the word, else
        the word itself, or the next line if the word is unfit."""
        if wanted.epoch != self._epoch or self.held:
            return []
        word = wanted.ask.word or ""
        places = [(self.song.title, section.name) for section in (self.section, *self.song.sections)]
        line = line or self._words.of_baked(word, places, self._used.texts)
        if line is None or normal(line.text) in self._used.texts:
            if self.unfit(Do("word", word)) is not None:
                return self._next_line(wanted.at, "now")
            ready = ready_with(word, self.pool, self.asks(), self._used.texts)
            line = ready or Line(word[:1].upper() + word[1:], "word", syllables=self._cut(word))
        return [self._cue(replace(line, origin="word"), wanted.at, "now")]

    def answered(self, wanted: Answering, lines: Iterable[Line]) -> list[Effect]:
        """Takes the answers to what was heard: they are the next lines, unless something else was heard since."""
        came = self._answers.take(wanted, lines, (self.song.title, self.section.name), self._used.texts)
        return [Changed()] if came else []

    # Helpers

    def _guarded(self, at: float) -> list[Effect]:
        """A remark if no line may go up now, else nothing."""
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
        return [self._cue(line, at, quantize)]

    def _next(self) -> Line:
        """The line that the next press gives."""
        kept = self._kept_first()
        answer = self._answers.next((self.song.title, self.section.name), self._used.texts)
        return answer or kept or self.pool.peek(self.ask, self._used.texts) or self._fallback()

    def _hear(self, text: str) -> list[Effect]:
        if self.baked:
            return [Remark("heard: this show was baked, and no line is written to answer what is sung")]
        wanted = self._answers.hear(text, self.ask)
        return [wanted] if wanted is not None else [Remark("heard: wanted what was sung, found no words")]

    def _kept_first(self) -> Line | None:
        """The next line kept in rehearsal, if the setlist wants these before new lines; else None."""
        if (self.song.kept or self.setlist.kept) == "first":
            for text in self.ladder.kept.get((self.song.title, self.section.name), ()):
                if normal(text) not in self._used.texts:
                    return Line(text, "kept", syllables=self._cut(text))
        return None

    def _fallback(self) -> Line:
        near = self.asks()[: len(self.song.sections)]
        up = self.up.text if self.up is not None else ""
        return self.ladder.pick(self.song, self.section, near, self._used.texts, up, self._used.vetoed)

    def _cue(self, line: Line, at: float, quantize: Quantize) -> Cue:
        self.ladder.mark(line.text, self.number)
        self.number += 1
        self.up = line
        self._up_in = self.song.title
        self.cleared = False
        self._shown_at = at
        self._used.add(normal(line.text))
        self.pool.sung(self.ask, line)
        return Cue(line, self.song.title, self.section.name, quantize, at, self.number)

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
        self._used.veto(normal(judgement.text))
        # The vetoed line goes off the stage at once; the next one must not wait for the minimum gap.
        self.held = False
        return [judgement, *self._next_line(at, "now")]

    def _pass_over(self, action: Literal["swap", "veto_next"]) -> list[Effect]:
        """Skips the next line before it was shown. `veto_next`: for later shows too."""
        line = self.upcoming()
        self._used.add(normal(line.text))
        self.ladder.mark(line.text, self.number)
        if self.upcoming().text == line.text:
            return [Remark(f"{action}: there is no other line ready")]
        if action == "swap":
            return [Changed()]
        self._used.veto(normal(line.text))
        return [Judgement("veto", line.text, self.song.title, self.section.name), Changed()]

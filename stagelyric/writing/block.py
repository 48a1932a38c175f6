"""Lines that are written together: planned, drafted side by side, judged, chosen, each going on from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stagelyric.editor.editor import BEFORE
from stagelyric.gates.novelty import Copies, normal
from stagelyric.lm.codes import CODED_ALPHABET, PERSON, PLACE
from stagelyric.lm.engine import Engine
from stagelyric.lm.state import Rows
from stagelyric.phrasebook.compose import Phrase
from stagelyric.types.lines import Ask, Origin
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.phonetics import Phones, plain, readings
from stagelyric.words.rhyme import kind_of_sounds, tail
from stagelyric.words.syllables import syllabify
from stagelyric.writing import editing, hearing, planning, ranking
from stagelyric.writing.automata.letters import Alphabet
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.contract import Between, Drafted, Job, Standing, Wanted
from stagelyric.writing.drafters.frames import Framer
from stagelyric.writing.editing import Judge
from stagelyric.writing.framed import Framed
from stagelyric.writing.gate import Gate
from stagelyric.writing.hearing import Heard
from stagelyric.writing.planning import Plan
from stagelyric.writing.ranking import Around, Draft
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.spelling import Spelling, slotted
from stagelyric.writing.tasks import Task

DRAFTS = 12
"""Drafts of each line of a shelf that rhymes with none before it."""

RHYMED_DRAFTS = 18
"""Drafts of one that does: most of them stumble where they land."""

WORD_DRAFTS = 16
"""Drafts of a line that is wanted now."""

_TRIES = 6
_ONCE, _OFTEN = 10, 20  # words that must be there to rhyme with, where a line is to be rhymed with
_RARE = 80  # times in the corpus; a theme below that is put into lines outright
_RANKED = 8  # of a drafter's drafts of a line, those that are marked in full
_AMONG = 3  # the best that pass, of which one is drawn
_HEARD = 6  # the best that pass, which the editor hears, where there is one


@dataclass(frozen=True, slots=True)
class Kit:
    """What a block is written with: the model of letters and the words it learned, an ask's rules, what is not to be
    quoted, what each mark counts for, the ways to draft, what writes with frames and who judges, if there are some."""

    engine: Engine
    alphabet: Alphabet
    lexicon: Lexicon
    rules: Rules
    copies: Copies
    weights: Mapping[str, float]
    drafters: tuple[table.Ready, ...]
    framer: Framer | None = None
    judge: Judge | None = None

    @property
    def coded(self) -> bool:
        """Whether the model of letters knows slots for names (`lm.codes`)."""
        return self.alphabet.symbols == CODED_ALPHABET

    def context(self, ask: Ask) -> str:
        """What a model reads before the first line; names are slots, where it knows slots."""
        text = ask.prime.rstrip() + "\n" if ask.prime.strip() else ""
        return slotted(text, ask.names) if self.coded else text


@dataclass(frozen=True, slots=True)
class Chosen:
    """The draft that was picked, its score and marks, and where the model stood at its end (one row; None where it
    was not asked). `frame` names the frame that it is a form of."""

    draft: Draft
    score: float
    marks: dict[str, float]
    state: Rows | None
    origin: Origin = "model"
    frame: str = ""


@dataclass(slots=True)
class _Place:
    """One line of a block under way, and what has been chosen for it and, where lines belong together, those after."""

    stanza: int
    number: int  # in its stanza, from 0
    plans: tuple[Plan, ...]  # of the stanza
    standing: Standing
    before: Sequence[str] = ()  # the words of the line before it
    chosen: tuple[Chosen, ...] = ()

    @property
    def plan(self) -> Plan:
        return self.plans[self.number]


@dataclass(frozen=True, slots=True)
class _Read:
    """A draft as it would be shown, and where the model of letters stands at its end."""

    draft: Draft
    heard: Heard
    origin: Origin


_Candidate = tuple[_Read, ...]
"""A draft of a line, or of lines that belong together."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate with a score and marks for each of its lines; `score` is their mean."""

    score: float
    lines: tuple[tuple[_Read, float, dict[str, float]], ...]

    @property
    def text(self) -> str:
        return "\n".join(read.draft.text for read, _, _ in self.lines)

    @property
    def named(self) -> bool:
        return any(read.draft.named for read, _, _ in self.lines)


class Block:
    """One block being written. Nothing of it is shared, so that another may be written in the middle of it."""

    def __init__(
        self, kit: Kit, ask: Ask, number: int, rng: np.random.Generator, earlier: Sequence[str], between: Between
    ):
        """`number`: of the block on its shelf; `earlier`: the texts of the shelf's lines before it."""
        if ask.word and not Gate(ask, kit.copies, earlier).is_fit(ask.word):
            # Whoever sent it: it is not shown, and a line is.
            ask = replace(ask, word=None)
        self.kit, self.rules, self.ask, self.number = kit, kit.rules, ask, number
        self.rng, self.between = rng, between
        self.gate = Gate(ask, kit.copies, earlier)
        self.count = 1  # stanzas
        self.told = [*ask.prime.splitlines(), *earlier][-BEFORE:]  # what the editor hears before the block
        self.framed = Framed(kit.framer, ask, self.gate, kit.judge, self.told, between)
        self.rare = [theme for theme in ask.themes if planning.spelled(theme) and self._is_rare(theme)]
        self.low, self.high = planning.metre(ask)
        self.spelling = Spelling((*ask.names, *self.rare, *((ask.word,) if ask.word else ())), self.rules)

    def quatrains(self, number: int, wanted: int) -> list[Chosen]:
        """The lines of quatrains in order, `wanted` of them at least: first those of frames, then the others, line by
        line, all of them side by side.

        Where frames give the first lines and no more are wanted, no model is asked.
        """
        self.count = number
        done: list[list[Chosen]] = []
        for stanza in range(number):
            done.append(self._framed(self.number * number + stanza, done))
            if _in_a_row(done) >= wanted:
                return [chosen for lines in done for chosen in lines]
        self._begin(number)
        begun = self._primed()
        stanzas = [self._planned(self.number * number + q) for q in range(number)]
        for stanza, lines in enumerate(done):
            self._tell(stanza, 0, lines)
        for place in range(planning.STANZA):
            still_open = [q for q in range(number) if len(done[q]) == place]
            if not still_open:
                continue
            states = [done[q][-1].state if place else None for q in still_open]
            known = [state for state in states if state is not None]
            gone = iter(self._go_on(known, place - 1) if known else ())
            standing = [begun if state is None else next(gone) for state in states]
            words = [done[q][-1].draft.words if done[q] else [] for q in still_open]
            places = [
                _Place(q, place, stanzas[q], at, said) for q, at, said in zip(still_open, standing, words, strict=True)
            ]
            self._fill(places, done)
            for one in places:
                self._tell(one.stanza, one.number, one.chosen)
                done[one.stanza] += one.chosen
        return [chosen for lines in done for chosen in lines]

    def _framed(self, stanza: int, done: Sequence[Sequence[Chosen]]) -> list[Chosen]:
        """A quatrain of the shelf from frames, or its first lines; nothing where it is not their turn."""
        before = [chosen.draft.text for lines in done for chosen in lines]
        chosen = [_of_frame(phrase) for phrase in self.framed.stanza(stanza, before)]
        for one in chosen:
            self.gate.take(one.draft)
        return chosen

    def word(self) -> Chosen:
        """One line with the ask's word in it."""
        if (phrase := self.framed.word(self.number)) is not None:
            return _of_frame(phrase)
        self._begin(1)
        place = _Place(0, 0, (Plan(self.high, None, False, None),), self._primed())
        self._fill([place], [[]])
        return place.chosen[0]

    def _begin(self, stanzas: int) -> None:
        lately = frozenset(word for words in self.gate.recent for word in words)
        job = Job(
            self.ask, self.rules, self.kit.context(self.ask), self.number * stanzas, stanzas, lately, self.rng,
            self.between,
        )  # fmt: skip
        self._rows = [ready.row for ready in self.kit.drafters]
        self._drafting = [ready.drafter.begin(job) for ready in self.kit.drafters]

    def _primed(self) -> Standing:
        return Standing(*self.kit.engine.prime(self.kit.context(self.ask)))

    def _planned(self, number: int) -> tuple[Plan, ...]:
        names = [name for name in self.ask.names if planning.spelled(name)]
        slots = (PERSON, PLACE) if self.kit.coded else ("", "")
        return planning.stanza(self.ask, self.rng, number, self.rare, names, slots)

    def _tell(self, stanza: int, first: int, lines: Sequence[Chosen]) -> None:
        """Tells the ways to draft which lines were chosen, the first of them for place `first`."""
        for drafting in self._drafting:
            for place, chosen in enumerate(lines, first):
                drafting.follow(stanza, place, chosen.draft.text)

    def _go_on(self, states: Sequence[Rows], place: int) -> list[Standing]:
        """Where the model stands after the lines of a place; it is told a mark that we do not show."""
        engine, mark = self.kit.engine, "." if place % 2 else ","
        state = type(states[0]).joined(states)
        for i in engine.vocabulary.encode(mark + "\n"):
            self.between()
            logits, state = engine.step(np.full(len(states), i, dtype=np.int64), state)
        return [Standing(logits[q : q + 1], state.take(np.array([q]))) for q in range(len(states))]

    def _fill(self, places: list[_Place], done: list[list[Chosen]]) -> None:
        """Chooses a line for each place; what is asked is loosened from try to try, safety never."""
        for attempt in range(_TRIES):
            open_places = [place for place in places if not place.chosen]
            if not open_places:
                return
            wanted = [self._wanted(place, done, i, attempt) for i, place in enumerate(open_places)]
            found = self._drafted(wanted, attempt)
            lines = [chosen.draft.words for lines in done for chosen in lines]
            for place, candidates in zip(open_places, found, strict=True):
                place.chosen = self._choose(place, candidates, done[place.stanza], lines, attempt)
                for chosen in place.chosen:
                    self.gate.take(chosen.draft)
        for place in places:
            if not place.chosen:
                place.chosen = (self._plainest(place),)

    def _wanted(self, place: _Place, done: list[list[Chosen]], number: int, attempt: int) -> Wanted:
        ending = self._ending(place, done[place.stanza], attempt)
        tasks = self._tasks(place, ending, number, attempt)
        return Wanted(place.stanza, place.number, place.plans, ending, tasks, place.before, place.standing)

    def _tasks(self, place: _Place, ending: Ending, number: int, attempt: int) -> list[Task]:
        low, high = max(1, self.low - max(0, attempt - 2)), self.high + max(0, attempt - 2)
        plan, ask = place.plan, self.ask
        if ask.word:
            must = planning.as_word(ask.word, self.rules, may_end=ask.rhyme_with is None)
            if must.text:
                forms = planning.inflected(must, self.rules)
                return planning.wanted(must, WORD_DRAFTS, low, high, ending, self.rng, forms)
        if attempt > 1:
            plan = replace(plan, must=None)
        if plan.syllables < ending.least:
            plan = replace(plan, syllables=ending.least, must=None)
        if plan.must is not None and plan.must.syllables + ending.least > min(plan.syllables, high):
            plan = replace(plan, must=None)
        drafts = RHYMED_DRAFTS if plan.mate is not None or ask.rhyme_with else DRAFTS
        made = planning.tasks(plan, drafts, max(low, ending.least), max(high, ending.least), number, self.rng)
        return [t if _possible(t, ending) else replace(t, must=None, after=0) for t in made]

    def _ending(self, place: _Place, lines: list[Chosen], attempt: int) -> Ending:
        loose = (0, 1, 1, 2, 2, 3)[attempt]
        mate = place.plan.mate
        ends = self.gate.ends
        others: tuple[Phones, ...] = ()
        if self.ask.rhyme_with:
            word = plain(self.ask.rhyme_with).split()[-1:]
            sound = self.rules.sound(" ".join(word))
            never = set(word)
            others = tuple(way for way in readings(" ".join(word)) if tail(way) != tail(sound))
        elif mate is not None:
            sound = self.rules.sound(planning.last_word(lines[mate].draft.words))
            never = {planning.last_word(chosen.draft.words) for chosen in lines}
        else:
            return self.rules.free((_OFTEN if self.ask.rhyme == "AAAA" else _ONCE) if place.plan.to_be_rhymed else 0)
        kind = self.ask.rhyme_kind or None
        # Rather a new word that rhymes than one of the last lines' again, and rather that than no rhyme.
        for barred in ((never | ends, never) if attempt < 2 else (never,)) if sound and loose < 3 else ():
            found = planning.rhymes(self.rules, sound, barred, loose, kind)
            for other in others:  # "wind" may be meant either way
                found += [n for n in planning.rhymes(self.rules, other, barred, loose, kind) if n not in found]
            ending = self.rules.ending(found)
            if ending.size and ending.least <= self.high:
                return ending
        return self.rules.free()

    def _drafted(self, wanted: Sequence[Wanted], attempt: int) -> list[list[list[_Candidate]]]:
        """For each line that is wanted, the candidates of each drafter that drafts at this try."""
        found: list[list[list[_Candidate]]] = [[] for _ in wanted]
        for at in table.at_try(self._rows, attempt):
            drafts = self._drafting[at].draft(wanted, attempt)
            read = iter(self._read([(one.standing, d) for one, own in zip(wanted, drafts, strict=True) for d in own]))
            for candidates, own in zip(found, drafts, strict=True):
                candidates.append([next(read) for _ in own])
        return found

    def _read(self, drafts: Sequence[tuple[Standing, Drafted]], place: int = 0) -> list[_Candidate]:
        """What the model of letters makes of each draft, and of the lines that belong to it; `place` counts these."""
        heard = [draft.heard for _, draft in drafts]
        unheard = [i for i, own in enumerate(heard) if own is None]
        if unheard:
            logits = np.concatenate([drafts[i][0].logits for i in unheard])
            states = [drafts[i][0].state for i in unheard]
            texts = [drafts[i][1].text for i in unheard]
            engine, state = self.kit.engine, type(states[0]).joined(states)
            read = hearing.hear(engine, self.kit.alphabet, texts, logits, state, self.between)
            for i, own in zip(unheard, read, strict=True):
                heard[i] = own
        firsts = [self._finished(draft, own) for (_, draft), own in zip(drafts, heard, strict=True) if own is not None]
        longer = [i for i, (_, draft) in enumerate(drafts) if draft.then]
        candidates: list[_Candidate] = [(first,) for first in firsts]
        if longer:
            standing = self._go_on([_end(firsts[i]) for i in longer], place)
            rest = [replace(drafts[i][1].then[0], then=drafts[i][1].then[1:]) for i in longer]
            for i, more in zip(longer, self._read(list(zip(standing, rest, strict=True)), place + 1), strict=True):
                candidates[i] += more
        return candidates

    def _finished(self, drafted: Drafted, heard: Heard) -> _Read:
        must = drafted.must
        if drafted.shown is not None:
            text = self.spelling.polished(drafted.shown, heard.closing)
        else:
            text = self.spelling.finished(drafted.text, must, heard.closing)
        draft = Draft(
            text, heard.flow, heard.landing, drafted.setting, says=must is not None,
            named=must is not None and must.own, syllables=drafted.syllables, phrasing=drafted.phrasing,
        )  # fmt: skip
        return _Read(draft, heard, drafted.origin)

    def _choose(
        self, place: _Place, candidates: list[list[_Candidate]], stanza: list[Chosen], lines: list[list[str]],
        attempt: int,
    ) -> tuple[Chosen, ...]:  # fmt: skip
        """One of the best candidates that pass every gate; nothing where none does."""
        judged = [self._judged(one, place, stanza, lines) for own in candidates for one in self._best_looking(own)]
        calls = place.plan.must is not None and place.plan.must.own
        judged.sort(key=lambda item: (calls and not item.named, -item.score, item.text))
        draw, by_ear = float(self.rng.random()), self._by_ear(place)
        passed = []
        for item in judged:
            if self._all_pass(item, place, stanza, attempt):
                passed.append(item)
            if len(passed) == (_HEARD if by_ear else _AMONG):
                break
        if not passed:
            return ()
        if by_ear and len(passed) > 1:
            passed = self._sensible(passed, stanza)
            passed.sort(key=lambda item: (calls and not item.named, -item.score, item.text))
            del passed[_AMONG:]
        picked = passed[ranking.pick([item.score for item in passed], draw)]
        return tuple(Chosen(own.draft, score, marks, _end(own), own.origin) for own, score, marks in picked.lines)

    def _by_ear(self, place: _Place) -> bool:
        """Whether the editor is heard on a line."""
        heard = editing.is_heard(self.number * self.count + place.stanza)
        return self.kit.judge is not None and not self.ask.word and heard

    def _sensible(self, passed: Sequence[_Judged], stanza: Sequence[Chosen]) -> list[_Judged]:
        """Those that passed, once the editor has been heard on their first lines."""
        assert self.kit.judge is not None
        before = [chosen.draft.text for chosen in stanza] or self.told
        firsts = [item.lines[0] for item in passed]
        heard = self.kit.judge.marks([read.draft.text for read, _, _ in firsts], before, self.between)
        found = []
        for item, (read, score, marks), sense in zip(passed, firsts, heard, strict=True):
            gained = sense * self.kit.weights["sense"]
            first = (read, score + gained, {**marks, "sense": sense} if sense else marks)
            found.append(_Judged(item.score + gained / len(item.lines), (first, *item.lines[1:])))
        return found

    def _best_looking(self, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """Those that are worth being marked in full, by what the models alone make of them."""

        def look(candidate: _Candidate) -> float:
            return sum(ranking.first_look(own.draft, self.kit.weights) for own in candidate) / len(candidate)

        return sorted(candidates, key=lambda candidate: -look(candidate))[:_RANKED]

    def _judged(self, candidate: _Candidate, place: _Place, stanza: list[Chosen], lines: list[list[str]]) -> _Judged:
        said = [chosen.draft for chosen in stanza]
        marked: list[tuple[_Read, float, dict[str, float]]] = []
        for own, plan in zip(candidate, place.plans[place.number :], strict=False):
            around = Around(
                before=(*self.gate.before, *map(tuple, lines), *(tuple(draft.words) for draft in said[-1:])),
                due=plan.must is not None,
                rarity=plan.rarity + planning.shift(self.ask),
            )
            draft = self._measured(own.draft, plan, said)
            marks = ranking.marks(draft, self.rules, around, self.kit.copies.worn(plain(draft.text)))
            marked.append((replace(own, draft=draft), ranking.score(marks, self.kit.weights), marks))
            said.append(draft)
        return _Judged(sum(score for _, score, _ in marked) / len(marked), tuple(marked))

    def _measured(self, draft: Draft, plan: Plan, said: Sequence[Draft]) -> Draft:
        """With its rhyme and its metre measured on the finished text; `said`: the lines of its stanza before it."""
        rhymes, wanted = 1.0, ""
        if self.ask.rhyme_with:
            wanted = plain(self.ask.rhyme_with).split()[-1] if self.ask.rhyme_with.split() else ""
        elif plan.mate is not None:
            wanted = planning.last_word(said[plan.mate].words)
        if wanted:
            last = self.rules.sound(planning.last_word(draft.words))
            kind = kind_of_sounds(last, self.rules.sound(wanted))
            if self.ask.rhyme_with and kind != "perfect":
                kind = "perfect" if any(kind_of_sounds(last, way) == "perfect" for way in readings(wanted)) else kind
            rhymes = {"perfect": 1.0, "slant": 0.5, "assonance": 0.25}.get(kind or "", 0.0)
        return replace(draft, rhymes=rhymes, off=max(0, self.low - draft.syllables, draft.syllables - self.high))

    def _all_pass(self, judged: _Judged, place: _Place, stanza: list[Chosen], attempt: int) -> bool:
        said = [chosen.draft for chosen in stanza]
        for (own, _, _), plan in zip(judged.lines, place.plans[place.number :], strict=False):
            if not self._passes(own.draft, plan, said, attempt):
                return False
            said.append(own.draft)
        return True

    def _passes(self, draft: Draft, plan: Plan, said: Sequence[Draft], attempt: int) -> bool:
        return self.gate.passes(draft, said, self.rules, first=plan.mate is None, attempt=attempt)

    def _is_rare(self, theme: str) -> bool:
        """Whether a theme is fit, and one that the model, of itself, would hardly come to."""
        known = self.kit.lexicon
        numbers = [known.index.get(word) for word in normal(plain(theme)).split()]
        return self.gate.is_fit(theme) and any(n is None or known.count[n] < _RARE for n in numbers)

    def _plainest(self, place: _Place) -> Chosen:
        """The last resort, which no model can spoil: a handful of things, named one after another."""
        numbers = np.flatnonzero(self.rules.last_words & (self.rules.lexicon.thing > 0.3))
        if not len(numbers):
            numbers = np.flatnonzero(self.rules.last_words)
        fit = draft = Draft("", -3.0, -3.0)
        for _ in range(200):
            words: list[str] = [self.ask.word] if self.ask.word else []
            left = int(place.plan.syllables) - len(syllabify(" ".join(words)))
            while left > 0 and len(words) < 12:
                number = int(self.rng.choice(numbers))
                words.append(self.rules.lexicon.words[number])
                left -= int(self.rules.lexicon.syllables[number])
            draft = Draft(self.spelling.polished(", ".join(words), "."), -3.0, -3.0)
            if self.gate.is_fit(draft.text):
                fit = draft
                if self._passes(draft, place.plan, [], _TRIES):
                    break
        return Chosen(fit, ranking.score({"flow": -1.0}), {"flow": -1.0}, place.standing.state)


def _in_a_row(stanzas: Sequence[Sequence[Chosen]]) -> int:
    """How many lines there are up to the first that is missing."""
    whole = next((i for i, lines in enumerate(stanzas) if len(lines) < planning.STANZA), len(stanzas))
    return whole * planning.STANZA + (len(stanzas[whole]) if whole < len(stanzas) else 0)


def _of_frame(phrase: Phrase) -> Chosen:
    draft = Draft(phrase.text, 0.0, 0.0, named=phrase.named, syllables=phrase.syllables)
    return Chosen(draft, phrase.score, {}, None, "own" if phrase.own else "frame", phrase.frame)


def _end(read: _Read) -> Rows:
    """Where the model stands at the draft's end, in one row."""
    return read.heard.state.take(np.array([read.heard.row]))


def _possible(task: Task, ending: Ending) -> bool:
    if task.must is None:
        return True
    return task.syllables >= task.must.syllables + (0 if task.must.may_end else ending.least)

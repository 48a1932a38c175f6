"""Writes a block of lines together: plans, drafts side by side, judges and chooses, each line following the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stagelyric.editor.editor import BEFORE
from stagelyric.gates.novelty import normal
from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.lm.state import Rows
from stagelyric.phrasebook.compose import Phrase
from stagelyric.types.lines import Ask
from stagelyric.words.phonetics import plain, readings
from stagelyric.words.rhyme import tail
from stagelyric.words.syllables import syllabify
from stagelyric.writing import editing, hearing, planning, ranking
from stagelyric.writing.choosing import Candidate, Chooser, Chosen, OpenLine, Read, end_of
from stagelyric.writing.drafters import editor as by_editor
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.contract import Between, Drafted, Job, Standing, Wanted
from stagelyric.writing.framed import Framed
from stagelyric.writing.gate import Gate
from stagelyric.writing.hearing import Heard
from stagelyric.writing.kit import Kit
from stagelyric.writing.planning import Plan
from stagelyric.writing.ranking import Draft
from stagelyric.writing.rules import Ending
from stagelyric.writing.spelling import Spelling
from stagelyric.writing.tasks import Task

DRAFTS = 12
"""Drafts of each line of a shelf that need not rhyme with an earlier one."""

RHYMED_DRAFTS = 18
"""Drafts of each line that must rhyme with an earlier one. More, since most are spoiled by their last words."""

WORD_DRAFTS = 16
"""Drafts of a line with a word that the stage has just asked for."""

_TRIES = 6
_ONCE, _OFTEN = 10, 20  # how many words must rhyme with a line's end where one line, or several, have to rhyme with it
_RARE = 80  # times in the corpus; a theme rarer than this is forced into lines as a word


class Block:
    """The writing of one block. It shares no state, so another block may be written between two of its steps."""

    def __init__(
        self, kit: Kit, ask: Ask, number: int, rng: np.random.Generator, earlier: Sequence[str], between: Between
    ):
        """`number`: the block's index on its shelf; `earlier`: the texts of the shelf's lines before it."""
        if ask.word and not Gate(ask, kit.copies, earlier).is_fit(ask.word):
            # An unfit word is dropped, whoever sent it; a line is still written.
            ask = replace(ask, word=None)
        self.kit, self.rules, self.ask, self.number = kit, kit.rules, ask, number
        self.rng, self.between = rng, between
        self.gate = Gate(ask, kit.copies, earlier)
        self.count = 1  # stanzas
        self.told = [*ask.prime.splitlines(), *earlier][-BEFORE:]  # lines before the block, which the editor reads
        self.framed = Framed(kit.framer, ask, self.gate, kit.judge, self.told, earlier, between)
        self.rare = [theme for theme in ask.themes if planning.spelled(theme) and self._is_rare(theme)]
        self.low, self.high = planning.metre(ask)
        self.chooser = Chooser(kit, ask, self.gate, rng, self.told, between)
        self.spelling = Spelling((*ask.names, *self.rare, *((ask.word,) if ask.word else ())), self.rules)

    def quatrains(self, number: int, wanted: int) -> list[Chosen]:
        """Lines of consecutive quatrains, at least `wanted`: first those from frames, then those that are drafted at
        once, then those by the editor's model, which take seconds.

        Where the first lines are there and no more are wanted, no more are written.
        """
        self.count = number
        done: list[list[Chosen]] = []
        for stanza in range(number):
            done.append(self._framed(self.number * number + stanza, done))
            if _in_a_row(done) >= wanted:
                return [chosen for lines in done for chosen in lines]
        later = [stanza for stanza in range(number) if not done[stanza] and self._has_time(stanza)]
        now = [stanza for stanza in range(number) if stanza not in later]
        if any(len(done[stanza]) < planning.STANZA for stanza in now):
            self._draft(now, done)
        if _in_a_row(done) >= wanted:
            return [chosen for lines in done[: _whole(done)] for chosen in lines]
        for stanza in later:
            done[stanza] = self._by_editor(stanza, done)
            if _in_a_row(done) >= wanted:
                return [chosen for lines in done[: _whole(done)] for chosen in lines]
        if not all(done):
            self._draft(later, done)
        return [chosen for lines in done for chosen in lines]

    def _draft(self, stanzas: Sequence[int], done: list[list[Chosen]]) -> None:
        """Drafts the missing lines of some stanzas, place by place for all of them together."""
        number = len(done)
        self._begin(number)
        begun = self._primed()
        plans = [self._planned(self.number * number + q) for q in range(number)]
        for stanza, lines in enumerate(done):
            self._tell(stanza, 0, lines)
        for position in range(planning.STANZA):
            still_open = [q for q in stanzas if len(done[q]) == position]
            if not still_open:
                continue
            states = [done[q][-1].state if position else None for q in still_open]
            known = [state for state in states if state is not None]
            gone = iter(self._go_on(known, position - 1) if known else ())
            standing = [begun if state is None else next(gone) for state in states]
            words = [done[q][-1].draft.words if done[q] else [] for q in still_open]
            open_lines = [
                OpenLine(q, position, plans[q], at, said)
                for q, at, said in zip(still_open, standing, words, strict=True)
            ]
            self._fill(open_lines, done)
            for one in open_lines:
                self._tell(one.stanza, one.number, one.chosen)
                done[one.stanza] += one.chosen

    def _framed(self, stanza: int, done: Sequence[Sequence[Chosen]]) -> list[Chosen]:
        """A quatrain from frames (or its first lines); empty if it is not the frames' turn."""
        before = [chosen.draft.text for lines in done for chosen in lines]
        chosen = [_of_frame(phrase) for phrase in self.framed.stanza(stanza, before)]
        for one in chosen:
            self.gate.take(one.draft)
        return chosen

    def _has_time(self, stanza: int) -> bool:
        """Whether the editor's own model, if there is one, may write a stanza of this block: not of a shelf's first,
        since a section that begins wants more than its first lines soon; of any where nobody else is asked."""
        if self.kit.composer is None or not by_editor.is_turn(self.ask):
            return False
        if self.ask.drafters == (by_editor.NAME,):
            return True
        return self.number > 0 and editing.is_heard(self.number * self.count + stanza)

    def _by_editor(self, stanza: int, done: Sequence[Sequence[Chosen]]) -> list[Chosen]:
        """A quatrain by the editor's own model; empty if none passes."""
        assert self.kit.composer is not None
        mates = planning.MATES[self.ask.rhyme]

        def fits(text: str, before: Sequence[str]) -> bool:
            said = [Draft(line, 0.0, 0.0) for line in before]
            first = mates[len(before)] is None
            return self.gate.passes(Draft(text, 0.0, 0.0), said, self.rules, first=first, attempt=0)

        told = [*self.told, *(chosen.draft.text for lines in done[:stanza] for chosen in lines)]
        number = self.number * self.count + stanza
        lines = self.kit.composer.stanza(self.ask, number, told, self.rules, fits, self.between)
        texts = [self.spelling.polished(line, "") for line in lines]
        drafts = [Draft(text, 0.0, 0.0, syllables=len(syllabify(text))) for text in texts]
        for draft in drafts:
            self.gate.take(draft)
        return [Chosen(draft, 0.0, {}, None, "editor") for draft in drafts]

    def word(self) -> Chosen:
        """One line that has the ask's word in it."""
        if (phrase := self.framed.word(self.number)) is not None:
            return _of_frame(phrase)
        self._begin(1)
        open_line = OpenLine(0, 0, (Plan(self.high, None, False, None),), self._primed())
        self._fill([open_line], [[]])
        return open_line.chosen[0]

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
        """Tells every drafter which lines were chosen for a stanza; `first` is the position of the first of them."""
        for drafting in self._drafting:
            for position, chosen in enumerate(lines, first):
                drafting.follow(stanza, position, chosen.draft.text)

    def _go_on(self, states: Sequence[Rows], position: int) -> list[Standing]:
        """The model's state after the lines at a position. Each is closed by a comma or full stop that isn't shown."""
        engine, mark = self.kit.engine, "." if position % 2 else ","
        state = type(states[0]).joined(states)
        for i in engine.vocabulary.encode(mark + "\n"):
            self.between()
            logits, state = engine.step(np.full(len(states), i, dtype=np.int64), state)
        return [Standing(logits[q : q + 1], state.take(np.array([q]))) for q in range(len(states))]

    def _fill(self, open_lines: list[OpenLine], done: list[list[Chosen]]) -> None:
        """Chooses each line. Requirements are loosened from try to try, but never the safety gates."""
        for attempt in range(_TRIES):
            unfilled = [open_line for open_line in open_lines if not open_line.chosen]
            if not unfilled:
                return
            wanted = [self._wanted(open_line, done, i, attempt) for i, open_line in enumerate(unfilled)]
            found = self._drafted(wanted, attempt)
            lines = [chosen.draft.words for lines in done for chosen in lines]
            for open_line, candidates in zip(unfilled, found, strict=True):
                open_line.chosen = self.chooser.choose(
                    open_line, candidates, done[open_line.stanza], lines, attempt, by_ear=self._by_ear(open_line)
                )
                for chosen in open_line.chosen:
                    self.gate.take(chosen.draft)
        for open_line in open_lines:
            if not open_line.chosen:
                open_line.chosen = (self._plainest(open_line),)

    def _wanted(self, open_line: OpenLine, done: list[list[Chosen]], number: int, attempt: int) -> Wanted:
        ending = self._ending(open_line, done[open_line.stanza], attempt)
        tasks = self._tasks(open_line, ending, number, attempt)
        return Wanted(
            open_line.stanza, open_line.number, open_line.plans, ending, tasks, open_line.before, open_line.standing
        )

    def _tasks(self, open_line: OpenLine, ending: Ending, number: int, attempt: int) -> list[Task]:
        low, high = max(1, self.low - max(0, attempt - 2)), self.high + max(0, attempt - 2)
        plan, ask = open_line.plan, self.ask
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

    def _ending(self, open_line: OpenLine, lines: list[Chosen], attempt: int) -> Ending:
        """The words that a line may end on. Preferred are words that no recent line ended on, if they rhyme as well."""
        mate, ask = open_line.plan.mate, self.ask
        if ask.rhyme_with:
            word = planning.last_word(plain(ask.rhyme_with).split())
            sound, never = self.rules.sound(word), {word}
            # a word with several pronunciations ("wind") is rhymed in all of them
            sounds = (sound, *(way for way in readings(word) if tail(way) != tail(sound)))
            # Every line answers the asked word: rather on the same end again than on a looser rhyme, unless asked for.
            loose = min(attempt, 2) if ask.rhyme_kind else 0
        elif mate is not None:
            sounds = (self.rules.sound(planning.last_word(lines[mate].draft.words)),)
            never = {planning.last_word(chosen.draft.words) for chosen in lines}
            loose = (0, 1, 1, 2, 2, 3)[attempt]
        else:
            return self.rules.free((_OFTEN if ask.rhyme == "AAAA" else _ONCE) if open_line.plan.to_be_rhymed else 0)
        lately = self.gate.ends if attempt < 2 else ()
        found: list[int] = []
        for sound in sounds if sounds[0] and loose < 3 else ():
            rhymes = planning.rhymes(self.rules, sound, never, loose, ask.rhyme_kind or None, lately)
            found += [number for number in rhymes if number not in found]
        ending = self.rules.ending(found)
        if not ending.size or ending.least > self.high:
            return self.rules.free()
        open_line.ends_again = all(self.rules.lexicon.words[number] in lately for number in found)
        return ending

    def _drafted(self, wanted: Sequence[Wanted], attempt: int) -> list[list[list[Candidate]]]:
        """For each wanted line, the candidates of each drafter that takes part in this try."""
        found: list[list[list[Candidate]]] = [[] for _ in wanted]
        for at in table.at_try(self._rows, attempt):
            drafts = self._drafting[at].draft(wanted, attempt)
            read = iter(self._read([(one.standing, d) for one, own in zip(wanted, drafts, strict=True) for d in own]))
            for candidates, own in zip(found, drafts, strict=True):
                candidates.append([next(read) for _ in own])
        return found

    def _read(self, drafts: Sequence[tuple[Standing, Drafted]], position: int = 0) -> list[Candidate]:
        """Scores each draft, and the lines that belong to it, with the letter model. `position`: a line's index in its
        candidate, since lines that belong together are scored one after another."""
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
        candidates: list[Candidate] = [(first,) for first in firsts]
        if longer:
            standing = self._go_on([end_of(firsts[i]) for i in longer], position)
            rest = [replace(drafts[i][1].then[0], then=drafts[i][1].then[1:]) for i in longer]
            for i, more in zip(longer, self._read(list(zip(standing, rest, strict=True)), position + 1), strict=True):
                candidates[i] += more
        return candidates

    def _finished(self, drafted: Drafted, heard: Heard) -> Read:
        must = drafted.must
        if drafted.shown is not None:
            text = self.spelling.polished(drafted.shown, heard.closing)
        else:
            text = self.spelling.finished(drafted.text, must, heard.closing)
        draft = Draft(
            text, heard.flow, heard.landing, drafted.setting, says=must is not None,
            named=must is not None and must.own, syllables=drafted.syllables, phrasing=drafted.phrasing,
        )  # fmt: skip
        return Read(draft, heard, drafted.origin)

    def _by_ear(self, open_line: OpenLine) -> bool:
        """Whether the editor has a say in choosing this line."""
        heard = editing.is_heard(self.number * self.count + open_line.stanza)
        return self.kit.judge is not None and not self.ask.word and heard

    def _is_rare(self, theme: str) -> bool:
        """Whether a theme may be sung, and is too rare for the model to mention without being made to."""
        known = self.kit.lexicon
        numbers = [known.index.get(word) for word in normal(plain(theme)).split()]
        return self.gate.is_fit(theme) and any(n is None or known.count[n] < _RARE for n in numbers)

    def _plainest(self, open_line: OpenLine) -> Chosen:
        """A fallback that needs no model: a line that lists a few nouns, and rhymes if it must."""
        numbers = np.flatnonzero(self.rules.last_words & (self.rules.lexicon.thing > 0.3))
        if not len(numbers):
            numbers = np.flatnonzero(self.rules.last_words)
        ends = self._ending(open_line, [], 0).numbers if self.ask.rhyme_with else numbers
        fit = draft = Draft("", -3.0, -3.0)
        for _ in range(200):
            end = self.rules.lexicon.words[int(self.rng.choice(ends if len(ends) else numbers))]
            words: list[str] = [self.ask.word] if self.ask.word else []
            left = int(open_line.plan.syllables) - len(syllabify(" ".join([*words, end])))
            while left > 0 and len(words) < 12:
                number = int(self.rng.choice(numbers))
                words.append(self.rules.lexicon.words[number])
                left -= int(self.rules.lexicon.syllables[number])
            words.append(end)
            draft = Draft(self.spelling.polished(", ".join(words), "."), -3.0, -3.0)
            if self.gate.is_fit(draft.text):
                fit = draft
                if self.chooser.passes(draft, open_line.plan, [], _TRIES):
                    break
        return Chosen(fit, ranking.score({"flow": -1.0}), {"flow": -1.0}, open_line.standing.state)


def _in_a_row(stanzas: Sequence[Sequence[Chosen]]) -> int:
    """How many lines there are before the first missing one."""
    whole = _whole(stanzas)
    return whole * planning.STANZA + (len(stanzas[whole]) if whole < len(stanzas) else 0)


def _whole(stanzas: Sequence[Sequence[Chosen]]) -> int:
    """How many whole stanzas there are before the first missing line."""
    return next((i for i, lines in enumerate(stanzas) if len(lines) < planning.STANZA), len(stanzas))


def _of_frame(phrase: Phrase) -> Chosen:
    draft = Draft(phrase.text, 0.0, 0.0, named=phrase.named, syllables=phrase.syllables)
    return Chosen(draft, phrase.score, {}, None, "own" if phrase.own else "frame", phrase.frame)


def _possible(task: Task, ending: Ending) -> bool:
    if task.must is None:
        return True
    return task.syllables >= task.must.syllables + (0 if task.must.may_end else ending.least)

"""Lines that are written together: planned, drafted side by side, judged, chosen, each going on from the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates.novelty import normal
from stagelyric.lm.codes import PERSON, PLACE, prefix
from stagelyric.types.lines import Ask
from stagelyric.words.lists import STOP
from stagelyric.words.phonetics import plain
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.words.syllables import syllabify
from stagelyric.writing import hearing, planning, ranking
from stagelyric.writing.automata.letters import Drafts
from stagelyric.writing.drafters import letters
from stagelyric.writing.drafters.backward import Backwriter
from stagelyric.writing.drafters.letters import Spelled
from stagelyric.writing.gate import Gate
from stagelyric.writing.hearing import Heard
from stagelyric.writing.ranking import Around, Draft
from stagelyric.writing.rules import Ending
from stagelyric.writing.spelling import Spelling
from stagelyric.writing.tasks import Task

if TYPE_CHECKING:
    from stagelyric.writing.writer import Writer

DRAFTS = 12
"""Drafts of each line of a shelf that rhymes with none before it."""

RHYMED_DRAFTS = 18
"""Drafts of one that does: most of them stumble where they land."""

WORD_DRAFTS = 16
"""Drafts of a line that is wanted now."""

_TRIES = 6
_LETTERS_FROM = 3  # tries last word first, after which drafts are made letter by letter
_ONCE, _OFTEN = 10, 20  # words that must be there to rhyme with, where a line is to be rhymed with
_RHYMES = 600  # words; an ending of more is no rhyme
_ABOUT = 0.4  # of the drafts are asked to hold a theme's word
_RARE = 80  # times in the corpus; a theme below that is put into lines outright
_RANKED = 8  # of the drafts of a line, those that are marked in full

Between = Callable[[], None]


@dataclass(slots=True)
class Place:
    """One line of a block under way: where the model stands before it, and what has been chosen for it."""

    quatrain: int
    logits: NDArray[np.float32]  # (1, V)
    state: Any  # one row
    plan: planning.Plan
    before: Sequence[str] = ()  # the words of the line before it
    shape: Any = None  # where the structure model stands, if there is one
    back: Any = None  # where the backward model stands, if there is one
    rhyme: int = 0  # of the stanza's rhymes, from 0 in the order that they come up
    chosen: Chosen | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The draft that was picked, its score and marks, and where the model stood at its end."""

    draft: Draft
    score: float
    marks: dict[str, float]
    state: Any


class Block:
    """One block being written. Nothing of it is shared, so that another may be written in the middle of it."""

    def __init__(self, writer: Writer, ask: Ask, block: int, earlier: list[str], between: Between):
        self.writer, self.ask, self.between = writer, ask, between
        self.rng = writer.random(ask, block)
        self.gate = Gate(ask, writer.copies, earlier)
        if ask.word and not self.gate.is_fit(ask.word):
            # Whoever sent it: it is not shown, and a line is.
            self.ask = ask = self.gate.ask = replace(ask, word=None)
        self.rules = writer.rules(ask)
        self.block = block
        self.rare = [theme for theme in ask.themes if planning.spelled(theme) and self._is_rare(theme)]
        self.low, self.high = planning.metre(ask)
        self.spelling = Spelling((*ask.names, *self.rare, *((ask.word,) if ask.word else ())), self.rules)

    def quatrains(self, number: int) -> list[Chosen]:
        """Quatrains line by line, all of them side by side; their lines in order."""
        engine = self.writer.engine
        logits, state = engine.prime(self.writer.context(self.ask))
        stanzas = [self._planned(self.block * number + q) for q in range(number)]
        done: list[list[Chosen]] = [[] for _ in range(number)]
        standing = [(logits, state)] * number
        shapes, backs = [self._shape()] * number, [self._back()] * number
        for place in range(planning.STANZA):
            words = [lines[-1].draft.words if lines else [] for lines in done]
            places = [Place(q, *standing[q], stanzas[q][place], words[q], shapes[q], backs[q]) for q in range(number)]
            for at in places:
                at.rhyme = planning.rhyme_of(self.ask.rhyme, place)
            self._fill(places, done)
            for q, at in enumerate(places):
                assert at.chosen is not None
                done[q].append(at.chosen)
                shapes[q], backs[q] = self._shape(at), self._back(at)
            if place + 1 < planning.STANZA:
                standing = self._go_on([lines[-1].state for lines in done], "." if place % 2 else ",")
        return [chosen for lines in done for chosen in lines]

    def _planned(self, number: int) -> tuple[planning.Plan, ...]:
        names = [name for name in self.ask.names if planning.spelled(name)]
        slots = (PERSON, PLACE) if self.writer.coded else ("", "")
        return planning.stanza(self.ask, self.rng, number, self.rare, names, slots)

    def word(self) -> Chosen:
        """One line with the ask's word in it."""
        logits, state = self.writer.engine.prime(self.writer.context(self.ask))
        plan = planning.Plan(self.high, None, False, None)
        place = Place(0, logits, state, plan, shape=self._shape(), back=self._back())
        self._fill([place], [[]])
        assert place.chosen is not None
        return place.chosen

    def _shape(self, place: Place | None = None) -> Any:
        """Where the structure model stands at the block's beginning, or after a line that has been chosen."""
        sketcher = self.writer.sketcher
        if sketcher is None:
            return None
        if place is None or place.chosen is None:
            return sketcher.begin(self.writer.context(self.ask))
        return sketcher.after(place.shape, place.chosen.draft.text, self.ask.names, place.rhyme)

    def _back(self, place: Place | None = None) -> Any:
        """Where the backward model stands at the block's beginning, or after a line that has been chosen."""
        backwriter = self.writer.backwriter
        if backwriter is None:
            return None
        if place is None or place.chosen is None:
            return backwriter.begin(self.writer.context(self.ask))
        return backwriter.after(place.back, self.writer.slotted(place.chosen.draft.text, self.ask.names))

    def _go_on(self, states: list[Any], mark: str) -> list[tuple[NDArray[np.float32], Any]]:
        """Where the model stands at the beginning of the next lines; it is told a mark that we do not show."""
        state = type(states[0]).joined(states)
        for i in self.writer.engine.vocabulary.encode(mark + "\n"):
            self.between()
            logits, state = self.writer.engine.step(np.full(len(states), i, dtype=np.int64), state)
        return [(logits[q : q + 1], state.take(np.array([q]))) for q in range(len(states))]

    def _fill(self, places: list[Place], done: list[list[Chosen]]) -> None:
        """Chooses a line for each place; what is asked is loosened from try to try, safety never."""
        for attempt in range(_TRIES):
            open_places = [place for place in places if place.chosen is None]
            if not open_places:
                return
            endings: list[Ending] = []
            tasks: list[Task] = []
            owner: list[Place] = []
            for place in open_places:
                ending = self._ending(place, done[place.quatrain], attempt)
                made = self._tasks(place, ending, len(endings), attempt)
                endings.append(ending)
                tasks += made
                owner += [place] * len(made)
            for place, drafts in self._drafted(endings, tasks, owner, attempt):
                lines = [chosen.draft.words for lines in done for chosen in lines]
                place.chosen = self._choose(place, drafts, done[place.quatrain], lines, attempt)
                if place.chosen is not None:
                    self.gate.take(place.chosen.draft)
        for place in places:
            if place.chosen is None:
                place.chosen = self._plainest(place)

    def _tasks(self, place: Place, ending: Ending, number: int, attempt: int) -> list[Task]:
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

    def _ending(self, place: Place, lines: list[Chosen], attempt: int) -> Ending:
        loose = (0, 1, 1, 2, 2, 3)[attempt]
        mate = place.plan.mate
        ends = self.gate.ends
        if self.ask.rhyme_with:
            word = plain(self.ask.rhyme_with).split()[-1:]
            sound = self.rules.sound(" ".join(word))
            never = set(word)
        elif mate is not None:
            sound = self.rules.sound(planning.last_word(lines[mate].draft.words))
            never = {planning.last_word(chosen.draft.words) for chosen in lines}
        else:
            return self.rules.free((_OFTEN if self.ask.rhyme == "AAAA" else _ONCE) if place.plan.to_be_rhymed else 0)
        # Rather a new word that rhymes than one of the last lines' again, and rather that than no rhyme.
        for barred in ((never | ends, never) if attempt < 2 else (never,)) if sound and loose < 3 else ():
            ending = self.rules.ending(planning.rhymes(self.rules, sound, barred, loose))
            if ending.size and ending.least <= self.high:
                return ending
        return self.rules.free()

    def _drafted(
        self, endings: list[Ending], tasks: list[Task], owner: list[Place], attempt: int
    ) -> Iterator[tuple[Place, list[tuple[Draft, Any]]]]:
        """The finished drafts of each place."""
        backwriter = self.writer.backwriter
        if backwriter is not None and attempt < _LETTERS_FROM:
            finished = self._drafted_backwards(backwriter, endings, tasks, owner)
        else:
            finished = self._drafted_by_letters(endings, tasks, owner)
        for place in dict.fromkeys(map(id, owner)):
            here = [i for i, p in enumerate(owner) if id(p) == place]
            yield owner[here[0]], [finished[i] for i in here if i in finished]

    def _drafted_by_letters(
        self, endings: list[Ending], tasks: list[Task], owner: list[Place]
    ) -> dict[int, tuple[Draft, Any]]:
        """The finished drafts by task."""
        if self.writer.sketcher is not None:
            rhymes, shapes = [place.rhyme for place in owner], [place.shape for place in owner]
            tasks = self.writer.sketcher.sketched(self.rules, endings, tasks, rhymes, shapes, self.rng)
        logits = np.concatenate([place.logits for place in owner])
        state = type(owner[0].state).joined([place.state for place in owner])
        if self.writer.coded:
            self.between()
            logits, state = self._asked([self._code(task, endings[task.ending]) for task in tasks], state)
        about = np.stack([self._about(place) for place in owner])
        made = letters.spell(
            self.writer.engine, Drafts(self.rules, self.writer.alphabet, endings, tasks, about), logits, state,
            rng=self.rng, temperature=temperature(self.ask), between=self.between,
        )  # fmt: skip
        return {
            row: (self._finished(own, tasks[row], own.text, own.setting), (own.state, own.row))
            for row, own in made.items()
        }

    def _drafted_backwards(
        self, backwriter: Backwriter, endings: list[Ending], tasks: list[Task], owner: list[Place]
    ) -> dict[int, tuple[Draft, Any]]:
        """Drafts last word first by task, as the model of letters reads them."""
        back = type(owner[0].back).joined([place.back for place in owner])
        lately = frozenset(word for words in self.gate.recent for word in words)
        rarity = np.array([place.plan.rarity + planning.shift(self.ask) for place in owner])
        made = backwriter.draft(
            self.rules, endings, tasks, back, rarity, temperature(self.ask), self.rng, self.between, lately
        )
        rows = sorted(made)
        if not rows:
            return {}
        logits = np.concatenate([owner[row].logits for row in rows])
        state = type(owner[0].state).joined([owner[row].state for row in rows])
        texts = [made[row].text for row in rows]
        heard = hearing.hear(self.writer.engine, self.writer.alphabet, texts, logits, state, self.between)
        finished: dict[int, tuple[Draft, Any]] = {}
        for row, text, own in zip(rows, texts, heard, strict=True):
            draft = self._finished(own, tasks[row], text, made[row].setting, made[row].flow)
            finished[row] = draft, (own.state, own.row)
        return finished

    def _finished(self, own: Spelled | Heard, task: Task, text: str, setting: float, phrasing: float = 0.0) -> Draft:
        must = task.must
        return Draft(
            self.spelling.finished(text, must, own.closing), own.flow, own.landing, setting,
            says=must is not None, named=must is not None and must.own, syllables=task.syllables, phrasing=phrasing,
        )  # fmt: skip

    def _asked(self, codes: list[str], state: Any) -> tuple[NDArray[np.float32], Any]:
        """The model, after each row has read the codes of its line."""
        vocabulary = self.writer.engine.vocabulary
        rows = [vocabulary.spell(code) for code in codes]
        counts = np.array([len(row) for row in rows])
        ids = np.zeros((len(rows), int(counts.max())), dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        logits, state = self.writer.engine.extend(ids, counts, state)
        return logits[np.arange(len(ids)), counts - 1], state

    def _code(self, task: Task, ending: Ending) -> str:
        """What one draft is asked for: its length, the word it rhymes on, what it says, what it is about."""
        must, lexicon = task.must, self.rules.lexicon
        last = seed = None
        if 0 < ending.size <= _RHYMES:
            weights = np.sqrt(lexicon.count[ending.numbers].astype(np.float64) + 1)
            last = lexicon.words[int(self.rng.choice(ending.numbers, p=weights / weights.sum()))]
        if must is not None and not must.slot:
            seed = must.text.split()[-1].lower()
        elif self.rules.themes and self.rng.random() < _ABOUT:
            seed = lexicon.words[int(self.rng.choice(list(self.rules.themes)))]
        return prefix(syllables=task.syllables, last=last, named=must is not None and bool(must.slot), seed=seed)

    def _about(self, place: Place) -> NDArray[np.float32]:
        """What a line is to be about: the ask's themes, and the line before it."""
        vectors, index = self.rules.vectors, self.rules.lexicon.index
        themes = list(self.rules.themes)
        before = [n for word in place.before if word not in STOP and (n := index.get(word)) is not None]
        about = 0.8 * vectors[themes].sum(axis=0) / max(1, len(themes)) + 0.4 * vectors[before].sum(axis=0)
        return np.asarray(about / max(1.0, float(np.linalg.norm(about))), dtype=np.float32)

    def _choose(
        self, place: Place, drafts: list[tuple[Draft, Any]], stanza: list[Chosen], lines: list[list[str]], attempt: int
    ) -> Chosen | None:
        """One of the best drafts that pass every gate; None where none does."""
        around = Around(
            before=(*self.gate.before, *map(tuple, lines), *(tuple(chosen.draft.words) for chosen in stanza[-1:])),
            due=place.plan.must is not None,
            rarity=place.plan.rarity + planning.shift(self.ask),
        )
        judged: list[tuple[float, dict[str, float], Draft, Any]] = []
        for draft, end in sorted(drafts, key=lambda item: -ranking.first_look(item[0], self.writer.weights))[:_RANKED]:
            draft = self._measured(draft, place, stanza)
            marks = ranking.marks(draft, self.rules, around, self.writer.copies.worn(plain(draft.text)))
            judged.append((ranking.score(marks, self.writer.weights), marks, draft, end))
        calls = place.plan.must is not None and place.plan.must.own
        judged.sort(key=lambda item: (calls and not item[2].named, -item[0], item[2].text))
        draw = float(self.rng.random())
        passed = []
        for item in judged:
            if self._passes(item[2], place, stanza, attempt):
                passed.append(item)
            if len(passed) == 3:
                break
        if not passed:
            return None
        total, marks, draft, (state, i) = passed[ranking.pick([item[0] for item in passed], draw)]
        return Chosen(draft, total, marks, state.take(np.array([i])))

    def _measured(self, draft: Draft, place: Place, stanza: list[Chosen]) -> Draft:
        """With its rhyme and its metre measured on the finished text."""
        rhymes, wanted = 1.0, ""
        if self.ask.rhyme_with:
            wanted = plain(self.ask.rhyme_with).split()[-1] if self.ask.rhyme_with.split() else ""
        elif place.plan.mate is not None:
            wanted = planning.last_word(stanza[place.plan.mate].draft.words)
        if wanted:
            kind = kind_of_sounds(self.rules.sound(planning.last_word(draft.words)), self.rules.sound(wanted))
            rhymes = {"perfect": 1.0, "slant": 0.5, "assonance": 0.25}.get(kind or "", 0.0)
        return replace(draft, rhymes=rhymes, off=max(0, self.low - draft.syllables, draft.syllables - self.high))

    def _passes(self, draft: Draft, place: Place, stanza: list[Chosen], attempt: int) -> bool:
        said = [chosen.draft for chosen in stanza]
        return self.gate.passes(draft, said, self.rules, first=place.plan.mate is None, attempt=attempt)

    def _is_rare(self, theme: str) -> bool:
        """Whether a theme is fit, and one that the model, of itself, would hardly come to."""
        known = self.writer.lexicon
        numbers = [known.index.get(word) for word in normal(plain(theme)).split()]
        return self.gate.is_fit(theme) and any(n is None or known.count[n] < _RARE for n in numbers)

    def _plainest(self, place: Place) -> Chosen:
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
                if self._passes(draft, place, [], _TRIES):
                    break
        return Chosen(fit, ranking.score({"flow": -1.0}), {"flow": -1.0}, place.state)


def temperature(ask: Ask) -> float:
    """From .55, sober, to 1.1, wild; .74 halfway, since lines come apart sooner than they grow dull."""
    return 0.55 + 0.55 * float(min(1.0, max(0.0, ask.wildness)) ** 1.5)


def _possible(task: Task, ending: Ending) -> bool:
    if task.must is None:
        return True
    return task.syllables >= task.must.syllables + (0 if task.must.may_end else ending.least)

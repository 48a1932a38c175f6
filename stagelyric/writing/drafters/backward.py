"""Drafts with a model that writes words from the rhyme backwards. The letter model scores these drafts afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates.novelty import Copies
from stagelyric.lm.codes import CODED_ALPHABET
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, OWN, STANZA, UNKNOWN, BackwardWords
from stagelyric.lm.kinds.char_rnn.runtime import State
from stagelyric.types import paths
from stagelyric.writing import planning
from stagelyric.writing.automata.words import PLACE_IS_RARE, BackwardDrafts, Vocabulary, vocabulary
from stagelyric.writing.drafters.contract import Drafted, Drafting, Job, Parts, Wanted
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.spelling import slotted
from stagelyric.writing.tasks import Task

HEAT = 1.45
"""Factor on the temperature of the letter drafters: a word has more alternatives than a letter."""

LIFT, UNLIFTED = 45.0, 0.31
"""Nats that a word gains for its rarity, for each unit by which a line is to be rarer than unbiased drafts."""

NAMED = 2.5
"""Factor on how well something fits where it is said: higher for a name than for a wanted word."""

MIN_P = 0.02
READ = "backward.copies.npz"
"""A file beside the model: runs of words from texts that only this model was trained on (`gates.novelty`)."""

_SPREAD = 0.7  # nats; the spread of the lift among the drafts of one line
_KNOWN, _LEAST = 0.5, 1000  # the model is used if it knows this share of a lexicon's words, and this many of them
_LONGEST = 40  # words and signs of a draft
_UNUSUAL = 4.0  # nats; a name that is more likely than this where it stands counts as fitting
_READ = 12  # earlier lines that the model reads


@dataclass(frozen=True, slots=True)
class Worded:
    """A draft with slots for its names, and its score by its own model: mean ln p of a word."""

    text: str
    flow: float
    setting: float
    """ln p of what had to be said, at the place where it is said; 0 if nothing had to be."""


class BackwardDrafter:
    """Drafts with a word model that writes the last word first."""

    def __init__(self, model: BackwardWords, copies: Copies | None = None):
        """`copies`: texts that only the word model was trained on, and which must not be quoted either."""
        self.model, self.copies = model, copies
        self._vocabulary = lru_cache(maxsize=8)(self._made)
        self._begun = lru_cache(maxsize=64)(self._begin)

    @property
    def digest(self) -> str:
        return self.model.digest

    def begin(self, job: Job) -> BackwardDrafting:
        return BackwardDrafting(self, job, self._begun(job.context))

    def vocabulary(self, rules: Rules) -> Vocabulary:
        """The model's words with the values that an ask's rules give them. The last eight are cached."""
        return self._vocabulary(rules)

    def _made(self, rules: Rules) -> Vocabulary:
        return vocabulary(self.model, rules)

    def _begin(self, context: str) -> State:
        """The model's state after a context, at the start of a new stanza."""
        stanza = [self.model.sign(STANZA)]
        lines = [line for line in context.split("\n") if line.strip()][-_READ:]
        read = [number for line in lines for number in self.model.numbers(line)]
        return self.model.read(self.model.start(), stanza + read + (stanza if lines else []))


def make(parts: Parts) -> BackwardDrafter | None:
    """The word model in the model's folder, or else the one shipped with the program; None if it can't be used.

    It can't where the letter model knows no slots or has templates of its own, or where the word model knows less than
    half of its words. Raises ModelError.
    """
    if parts.engine.vocabulary.symbols != CODED_ALPHABET or parts.engine.templates is not None:
        return None
    file = paths.backward(parts.folder) if parts.folder is not None else None
    if file is None:
        return None
    model = runtime.load(file)
    if not is_of_use(model, parts.language.lexicon.words):
        return None
    read = file.with_name(READ)
    return BackwardDrafter(model, Copies.load(read) if read.is_file() else None)


def is_of_use(model: BackwardWords, words: Sequence[str]) -> bool:
    """Whether a word model knows enough of a lexicon's words to draft with it."""
    return sum(word in model.index for word in words) >= max(_LEAST, _KNOWN * len(words))


class BackwardDrafting(Drafting):
    """Drafts one block, last words first. Keeps the word model's state for each stanza."""

    def __init__(self, drafter: BackwardDrafter, job: Job, begun: State):
        self._model, self._words, self._job = drafter.model, drafter.vocabulary(job.rules), job
        self._copies, self._states = drafter.copies, [begun] * job.stanzas

    def follow(self, stanza: int, position: int, text: str) -> None:
        numbers = self._model.numbers(slotted(text, self._job.ask.names))
        self._states[stanza] = self._model.read(self._states[stanza], numbers)

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> list[list[Drafted]]:
        owner = [number for number, one in enumerate(wanted) for _ in one.tasks]
        tasks = [task for one in wanted for task in one.tasks]
        state = State.joined([self._states[wanted[number].stanza] for number in owner])
        rarity = np.array([wanted[number].plan.rarity + planning.shift(self._job.ask) for number in owner])
        made = self._worded([one.ending for one in wanted], tasks, state, rarity)
        drafts: list[list[Drafted]] = [[] for _ in wanted]
        for row in sorted(made):
            own, task = made[row], tasks[row]
            if self._quotes(own.text, task):
                continue
            drafts[owner[row]].append(Drafted(own.text, task.syllables, task.must, own.setting, own.flow))
        return drafts

    def _quotes(self, text: str, task: Task) -> bool:
        if self._copies is None:
            return False
        said = text.replace(task.must.slot, task.must.text) if task.must is not None and task.must.slot else text
        return self._copies.quotes(said)

    def _worded(
        self, endings: Sequence[Ending], tasks: Sequence[Task], state: State, rarity: NDArray[np.float64]
    ) -> dict[int, Worded]:
        """Drafts by the index of their task; tasks for which no last word is possible are left out.

        `state` has one row for each task; `rarity` (B,) is how rare the words are to be (`Lexicon.rarity`).
        """
        job, rng, between = self._job, self._job.rng, self._job.between
        lift = LIFT * (rarity - UNLIFTED) + rng.normal(0, _SPREAD, len(tasks))
        model = self._model
        signs = model.sign(LINE), model.sign(COMMA), model.sign(OWN)
        drafts = BackwardDrafts(self._words, job.rules, endings, tasks, signs, lift, job.lately)
        begins = drafts.can_begin()
        drafts.keep(begins)
        if not len(drafts):
            return {}
        state = state.take(np.flatnonzero(begins))
        total, count, setting = np.zeros(len(tasks)), np.zeros(len(tasks)), np.zeros(len(tasks))
        lengths = model.length(np.array([tasks[row].syllables for row in drafts.rows.tolist()]))
        between()
        logits, state = model.step(state, lengths)
        made: dict[int, Worded] = {}
        for _ in range(_LONGEST):
            mask, bias = drafts.allowed()
            mask[~mask.any(axis=1), model.sign(LINE)] = True
            forced = drafts.forced()
            ids = _drawn(logits + bias, mask, job.temperature * HEAT, rng)
            for i in forced:
                ids[i] = self._number(tasks[int(drafts.rows[i])])
            gained = _gained(logits, ids)
            rows = drafts.rows
            total[rows] += gained
            count[rows] += 1
            owed = drafts.owed.copy()
            done = drafts.take(ids, forced)
            said = owed & ~drafts.owed
            for row, own in zip(rows[said].tolist(), gained[said].tolist(), strict=True):
                setting[row] = _setting(tasks[row], own)
            for row in rows[done]:
                made[int(row)] = Worded(drafts.text(int(row)), float(total[row] / count[row]), float(setting[row]))
            if done.any():
                drafts.keep(~done)
                if not len(drafts):
                    break
                ids, state = ids[~done], state.take(np.flatnonzero(~done))
            between()
            logits, state = model.step(state, ids)
        return made

    def _number(self, task: Task) -> int:
        assert task.must is not None
        last = task.must.text.split()[-1].lower()
        return self._model.index.get(last, self._model.sign(UNKNOWN))


def _setting(task: Task, gained: float) -> float:
    """A penalty (≤ 0) for something that fits ill where it is said, from its ln p there; 0 if it fits."""
    assert task.must is not None
    usual = gained + _UNUSUAL + PLACE_IS_RARE * task.must.place
    return min(0.0, usual) * (NAMED if task.must.own else 1.0)


def _drawn(
    scores: NDArray[np.float32], mask: NDArray[np.bool_], temperature: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draws as `lm.sample.choose` does with MIN_P, (B,), but skips the thousands of negligible words."""
    scores = np.where(mask, scores, -np.inf)
    scores -= scores.max(axis=1, keepdims=True)
    rows, words = np.nonzero(scores >= temperature * np.log(MIN_P))
    sums = np.cumsum(np.exp(scores[rows, words].astype(np.float64) / temperature))
    ends = np.searchsorted(rows, np.arange(len(scores)), side="right")
    before = np.concatenate([[0.0], sums[ends[:-1] - 1]])
    at = np.searchsorted(sums, before + rng.random(len(scores)) * (sums[ends - 1] - before), side="right")
    return np.asarray(words[np.minimum(at, ends - 1)], dtype=np.int64)


def _gained(logits: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """ln p of the chosen words, (B,)."""
    most = logits.max(axis=1, keepdims=True)
    whole = np.log(np.exp(logits - most).sum(axis=1)) + most[:, 0]
    return np.asarray(logits[np.arange(len(ids)), ids] - whole, dtype=np.float32)

"""Drafts by a model of words that begins with the rhyme. They are read to the model of letters afterwards."""

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
"""Times the temperature of drafts by letters: a word has more to choose among than a letter."""

LIFT, UNLIFTED = 45.0, 0.31
"""Nats that a word gains for its rarity, for each unit that a line is to be rarer than drafts are by themselves."""

NAMED = 2.5
"""How much more than for a word it counts for a name whether it belongs where it is said."""

MIN_P = 0.02
READ = "backward.copies.npz"
"""Beside the model: runs of what it alone has read (`gates.novelty`)."""

_SPREAD = 0.7  # nats; of the lift among the drafts of a line
_KNOWN, _LEAST = 0.5, 1000  # the share of a lexicon's words, and how many, that the model has to know to be of use
_LONGEST = 40  # words and signs of a draft
_UNUSUAL = 4.0  # nats; a name is less usual than that where it does not belong
_READ = 12  # lines of a context


@dataclass(frozen=True, slots=True)
class Worded:
    """A draft with slots for its names, and what its own model made of it: mean ln p of a word."""

    text: str
    flow: float
    setting: float
    """ln p of what had to be said, where it was said; 0 for nothing."""


class BackwardDrafter:
    """Drafts last word first, with a model of words."""

    def __init__(self, model: BackwardWords, copies: Copies | None = None):
        """`copies`: what it read beyond what the model of letters read, and must not quote either."""
        self.model, self.copies = model, copies
        self._vocabulary = lru_cache(maxsize=8)(self._made)
        self._begun = lru_cache(maxsize=64)(self._begin)

    @property
    def digest(self) -> str:
        return self.model.digest

    def begin(self, job: Job) -> BackwardDrafting:
        return BackwardDrafting(self, job, self._begun(job.context))

    def vocabulary(self, rules: Rules) -> Vocabulary:
        """The model's words, with what an ask's rules say of each. Remembered for the last eight."""
        return self._vocabulary(rules)

    def _made(self, rules: Rules) -> Vocabulary:
        return vocabulary(self.model, rules)

    def _begin(self, context: str) -> State:
        """Where the model stands after a context, before a new stanza."""
        stanza = [self.model.sign(STANZA)]
        lines = [line for line in context.split("\n") if line.strip()][-_READ:]
        read = [number for line in lines for number in self.model.numbers(line)]
        return self.model.read(self.model.start(), stanza + read + (stanza if lines else []))


def make(parts: Parts) -> BackwardDrafter | None:
    """With the words in a model's folder, else with those that are shipped for all; None where they are of no use.

    They are where the model of letters knows no slots, drafts by templates of its own, or has mostly words that the
    model of words does not know. Raises ModelError.
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
    """Whether a model of words knows enough of a lexicon's to draft for it."""
    return sum(word in model.index for word in words) >= max(_LEAST, _KNOWN * len(words))


class BackwardDrafting(Drafting):
    """A block drafted last word first. It remembers where the model of words stands in each stanza."""

    def __init__(self, drafter: BackwardDrafter, job: Job, begun: State):
        self._model, self._words, self._job = drafter.model, drafter.vocabulary(job.rules), job
        self._copies, self._states = drafter.copies, [begun] * job.stanzas

    def follow(self, stanza: int, place: int, text: str) -> None:
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
        """The drafts of these tasks by their place; those that can't begin are left out.

        `state` has a row for each; `rarity` (B,) is how rare its words are to be (`Lexicon.rarity`).
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
    """How ill it fits where it is said, of the ln p it had there; 0 where it belongs."""
    assert task.must is not None
    usual = gained + _UNUSUAL + PLACE_IS_RARE * task.must.place
    return min(0.0, usual) * (NAMED if task.must.own else 1.0)


def _drawn(
    scores: NDArray[np.float32], mask: NDArray[np.bool_], temperature: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """As `lm.sample.choose` with MIN_P, (B,), without reckoning with the thousands of words that have no chance."""
    scores = np.where(mask, scores, -np.inf)
    scores -= scores.max(axis=1, keepdims=True)
    rows, words = np.nonzero(scores >= temperature * np.log(MIN_P))
    sums = np.cumsum(np.exp(scores[rows, words].astype(np.float64) / temperature))
    ends = np.searchsorted(rows, np.arange(len(scores)), side="right")
    before = np.concatenate([[0.0], sums[ends[:-1] - 1]])
    at = np.searchsorted(sums, before + rng.random(len(scores)) * (sums[ends - 1] - before), side="right")
    return np.asarray(words[np.minimum(at, ends - 1)], dtype=np.int64)


def _gained(logits: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """ln p of what was chosen, (B,)."""
    most = logits.max(axis=1, keepdims=True)
    whole = np.log(np.exp(logits - most).sum(axis=1)) + most[:, 0]
    return np.asarray(logits[np.arange(len(ids)), ids] - whole, dtype=np.float32)

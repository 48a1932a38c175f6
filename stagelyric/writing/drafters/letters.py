"""Drafts letter by letter: steps the model until every draft is complete, allowing only what metre and rhyme permit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.codes import CODED_ALPHABET, prefix
from stagelyric.lm.engine import Engine
from stagelyric.lm.sample import choose
from stagelyric.lm.state import Rows
from stagelyric.words.lists import STOP
from stagelyric.writing.automata.letters import Alphabet, Drafts
from stagelyric.writing.drafters.contract import Drafted, Drafting, Job, Parts, Wanted
from stagelyric.writing.hearing import Heard
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Task

MIN_P = 0.05
_LONGEST = 120  # characters of a draft, at most
_HARDLY = -6.0  # nats; less likely than this counts no worse, for something that had to be said


_RHYMES = 600  # words; an ending of more than this is not a rhyme
_ABOUT = 0.4  # share of the drafts that are asked to have a word of the theme


class LetterDrafter:
    """Drafts with the letter model alone."""

    digest = ""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.alphabet = Alphabet(engine.vocabulary.symbols)
        self.coded = engine.vocabulary.symbols == CODED_ALPHABET
        """Whether the model can be asked for syllables, a last word and a name: see `lm.codes`."""

    def begin(self, job: Job) -> LetterDrafting:
        return LetterDrafting(self, job)


def make(parts: Parts) -> LetterDrafter:
    """The drafter, which every model can support."""
    return LetterDrafter(parts.engine)


class LetterDrafting(Drafting):
    """Drafts one block letter by letter. Stateless: each line brings the model's state before it."""

    def __init__(self, drafter: LetterDrafter, job: Job):
        self._drafter, self._job = drafter, job

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> list[list[Drafted]]:
        return self.of_tasks(wanted, [task for one in wanted for task in one.tasks])

    def follow(self, stanza: int, position: int, text: str) -> None:
        """Does nothing, since this drafter keeps no state."""

    def of_tasks(self, wanted: Sequence[Wanted], tasks: Sequence[Task]) -> list[list[Drafted]]:
        """As `draft`, but with `tasks` (for all lines, in order) in place of the lines' own tasks."""
        job, drafter = self._job, self._drafter
        owner = [number for number, one in enumerate(wanted) for _ in one.tasks]
        endings = [one.ending for one in wanted]
        logits = np.concatenate([wanted[number].standing.logits for number in owner])
        states = [wanted[number].standing.state for number in owner]
        state = type(states[0]).joined(states)
        if drafter.coded:
            job.between()
            logits, state = self._asked([self._code(task, endings[task.ending]) for task in tasks], state)
        about = np.stack([_about(wanted[number].before, job.rules) for number in owner])
        made = spell(
            drafter.engine, Drafts(job.rules, drafter.alphabet, endings, tasks, about), logits, state,
            rng=job.rng, temperature=job.temperature, between=job.between,
        )  # fmt: skip
        drafts: list[list[Drafted]] = [[] for _ in wanted]
        for row in sorted(made):
            own, task = made[row], tasks[row]
            drafts[owner[row]].append(Drafted(own.text, task.syllables, task.must, own.setting, heard=own.heard))
        return drafts

    def _asked(self, codes: list[str], state: Rows) -> tuple[NDArray[np.float32], Rows]:
        """Logits and state of the model after each row has read the codes of its line."""
        engine = self._drafter.engine
        rows = [engine.vocabulary.spell(code) for code in codes]
        counts = np.array([len(row) for row in rows])
        ids = np.zeros((len(rows), int(counts.max())), dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        logits, state = engine.extend(ids, counts, state)
        return logits[np.arange(len(ids)), counts - 1], state

    def _code(self, task: Task, ending: Ending) -> str:
        """The codes that ask the model for one draft: its length, rhyme word, what it must say, its subject."""
        must, rules, rng = task.must, self._job.rules, self._job.rng
        lexicon = rules.lexicon
        last = seed = None
        if 0 < ending.size <= _RHYMES:
            weights = np.sqrt(lexicon.count[ending.numbers].astype(np.float64) + 1)
            last = lexicon.words[int(rng.choice(ending.numbers, p=weights / weights.sum()))]
        if must is not None and not must.slot:
            seed = must.text.split()[-1].lower()
        elif rules.themes and rng.random() < _ABOUT:
            seed = lexicon.words[int(rng.choice(list(rules.themes)))]
        return prefix(syllables=task.syllables, last=last, named=must is not None and bool(must.slot), seed=seed)


def _about(before: Sequence[str], rules: Rules) -> NDArray[np.float32]:
    """Vectors of what a line is to be about: the ask's themes and the line before it."""
    vectors, index = rules.vectors, rules.lexicon.index
    themes = list(rules.themes)
    numbers = [n for word in before if word not in STOP and (n := index.get(word)) is not None]
    about = 0.8 * vectors[themes].sum(axis=0) / max(1, len(themes)) + 0.4 * vectors[numbers].sum(axis=0)
    return np.asarray(about / max(1.0, float(np.linalg.norm(about))), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Spelled:
    """One draft, with slots for names. `setting`: the sum of ln p of what it had to say.

    The letters that it had to say are left out of the letter model's score.
    """

    text: str
    setting: float
    heard: Heard


def spell(
    engine: Engine,
    drafts: Drafts,
    logits: NDArray[np.float32],
    state: Rows,
    *,
    rng: np.random.Generator,
    temperature: float,
    between: Callable[[], None] = lambda: None,
) -> dict[int, Spelled]:
    """Steps the model from `logits` (B, V) and `state` until every draft is done; returns the drafts by row.

    Drafts that are not done after 120 characters are left out.
    """
    a, n = drafts.alphabet, len(drafts)
    chars = np.zeros((n, _LONGEST), dtype=np.uint8)
    total, chosen_by_model = np.zeros(n), np.zeros(n)
    landing, last_letters, setting = np.zeros(n), np.zeros(n), np.zeros(n)
    closing = np.zeros(n, dtype=np.int64)
    ends: list[tuple[NDArray[np.int64], Rows]] = []
    for t in range(_LONGEST):
        mask, bias = drafts.allowed()
        at_word, forced = drafts.at_word, drafts.spoken_for
        most = logits.max(axis=1, keepdims=True)
        weights = np.exp(logits - most)
        ending_weights = weights[:, a.closing]
        logs = logits - most - np.log(weights.sum(axis=1, keepdims=True))
        # A line may close on any mark, so sum over them: which one is shown is decided later.
        logs[:, a.newline] = np.log(ending_weights.sum(axis=1) / weights.sum(axis=1) + 1e-12)
        ids = choose(logs + bias, rng, temperature=temperature, min_p=MIN_P, mask=mask)
        rows = drafts.rows
        gained = logs[np.arange(len(rows)), ids]
        own = ~forced
        total[rows] += np.where(own, gained, 0)
        chosen_by_model[rows] += own
        landing[rows] = np.where(at_word, 0, landing[rows]) + gained
        last_letters[rows] = np.where(at_word, 0, last_letters[rows]) + 1
        if forced.any():
            setting[rows] += np.where(forced, _set(drafts, logs, ids, chars, t), 0)
        chars[rows, t] = ids
        done = drafts.take(ids)
        if done.any():
            closing[rows[done]] = a.closing[ending_weights[done].argmax(axis=1)]
            ends.append((rows[done], state.take(np.flatnonzero(done))))
            going = ~done
            drafts.keep(going)
            if not len(drafts):
                break
            ids, state = ids[going], state.take(np.flatnonzero(going))
        between()
        logits, state = engine.step(ids, state)
    flow = total / np.maximum(chosen_by_model, 1)
    made: dict[int, Spelled] = {}
    for rows, final in ends:
        for i, row in enumerate(map(int, rows)):
            lands = float(landing[row] / max(1, last_letters[row]))
            heard = Heard(float(flow[row]), lands, a.symbols[closing[row]], final, i)
            made[row] = Spelled(a.text(chars[row]), max(float(setting[row]), _HARDLY), heard)
    return made


def _set(
    drafts: Drafts, logs: NDArray[np.float32], ids: NDArray[np.int64], chars: NDArray[np.uint8], t: int
) -> NDArray[np.float64]:
    """ln p of characters that are forced. Of a name only the chance of a capital counts, not its letters."""
    a = drafts.alphabet
    gained = logs[np.arange(len(ids)), ids].astype(np.float64)
    own = drafts.own[drafts.rows] & a.spoken[ids]  # a slot is one character, so it is scored as it is
    if not own.any():
        return gained
    fresh = chars[drafts.rows, t - 1] == a.space if t else np.zeros(len(ids), dtype=bool)
    capital = np.log(np.exp(logs[:, a.upper]).sum(axis=1) + 1e-9)
    return np.where(own, np.where(fresh & a.is_upper[ids], capital, 0), gained)

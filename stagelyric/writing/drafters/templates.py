"""Drafts from templates: a structure model proposes each line's word kinds, limited to those that words can be found
for.

Castro and Attarian (arXiv 1811.04651) combine a model of structure with a model of vocabulary. Here this is done line
by line: the structure model draws a template, given the lines before it and what is asked; the letter model then spells
a line of words of these kinds. Their method section was not available; this way of combining the two is our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm import codes
from stagelyric.lm.engine import Templates
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.sample import choose
from stagelyric.words.phonetics import line_syllables, plain
from stagelyric.writing import planning
from stagelyric.writing.automata.templates import Sketches, Slots
from stagelyric.writing.drafters.contract import Drafted, Drafting, Job, Parts, Wanted
from stagelyric.writing.drafters.letters import LetterDrafter, LetterDrafting
from stagelyric.writing.rules import Ending, Language, Rules
from stagelyric.writing.tasks import OWN, Task

Floats = NDArray[np.float32]

HEAT = 0.9
MIN_P = 0.02
_STEPS = 16
_BEFORE = 12  # earlier lines of the song that the model reads
_WORD = re.compile(rf"[A-Za-z]+(?:'[A-Za-z]+)*|[{codes.PERSON}{codes.PLACE}]")
_SLOTS = Slots(tokens.LINE, (tokens.PERSON, tokens.PLACE), OWN)
_NAMES = {codes.PERSON: tokens.PERSON, codes.PLACE: tokens.PLACE}


class TemplateDrafter:
    """Drafts letter by letter, each draft following a template."""

    digest = ""  # the structure model is already part of the engine's digest

    def __init__(self, source: TemplateSource, letters: LetterDrafter):
        self.source, self.letters = source, letters

    def begin(self, job: Job) -> TemplateDrafting:
        return TemplateDrafting(self.source, self.letters.begin(job), job)


def make(parts: Parts) -> TemplateDrafter | None:
    """The drafter; None if the model has no templates."""
    if parts.engine.templates is None:
        return None
    return TemplateDrafter(TemplateSource(parts.engine.templates, parts.language), LetterDrafter(parts.engine))


class TemplateDrafting(Drafting):
    """Drafts one block from templates. Keeps the structure model's state for each stanza."""

    def __init__(self, source: TemplateSource, letters: LetterDrafting, job: Job):
        self._source, self._letters, self._job = source, letters, job
        self._states = [source.begin(job.context)] * job.stanzas

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> list[list[Drafted]]:
        tasks = [task for one in wanted for task in one.tasks]
        rhymes = [self._rhyme(one.position) for one in wanted for _ in one.tasks]
        states = [self._states[one.stanza] for one in wanted for _ in one.tasks]
        endings = [one.ending for one in wanted]
        found = self._source.with_templates(self._job.rules, endings, tasks, rhymes, states, self._job.rng)
        return self._letters.of_tasks(wanted, found)

    def follow(self, stanza: int, position: int, text: str) -> None:
        state, names = self._states[stanza], self._job.ask.names
        self._states[stanza] = self._source.after(state, text, names, self._rhyme(position))

    def _rhyme(self, position: int) -> int:
        return planning.rhyme_of(self._job.ask.rhyme, position)


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A structure model, and the language whose words fill its templates."""

    templates: Templates
    language: Language

    def begin(self, text: str) -> Floats:
        """The state (1, 1, H) before a stanza that follows `text`, the song so far with slots (`lm.codes`)."""
        rows = [self._spelled(line) for line in text.strip().split("\n")[-_BEFORE:] if line.strip()]
        return self.templates.prime(tuple(token for row in rows for token in row) + (tokens.STANZA,) * bool(rows))

    def after(self, state: Floats, text: str, names: Sequence[str], rhyme: int) -> Floats:
        """The state after one more line, which has these `names` and the stanza's rhyme number `rhyme`."""
        slotted = plain(text)
        for name in names:
            slotted = slotted.replace(plain(name), codes.PERSON) if name else slotted
        return self.templates.read(self._spelled(slotted, tokens.rhyme(rhyme)), state)

    def with_templates(
        self,
        rules: Rules,
        endings: Sequence[Ending],
        tasks: Sequence[Task],
        rhymes: Sequence[int],
        states: Sequence[Floats],
        rng: np.random.Generator,
    ) -> list[Task]:
        """The tasks, each with a template if one was found; `rhymes` and `states` (1, 1, H) are by task."""
        made = Sketches(rules, self.templates.symbols, _SLOTS, endings, tasks)
        logits, state = self._asked(tasks, rhymes, np.concatenate(states, axis=1))
        for _ in range(_STEPS):
            mask = made.allowed()
            able: NDArray[np.bool_] = np.asarray(mask.any(axis=1))
            made.keep(able)
            if not len(made):
                break
            ids = choose(logits[able], rng, temperature=HEAT, min_p=MIN_P, mask=mask[able])
            going: NDArray[np.bool_] = ~made.take(ids)
            made.keep(going)
            if not len(made):
                break
            logits, state = self.templates.step(ids[going], np.ascontiguousarray(state[:, able][:, going]))
        return [replace(t, template=template) for t, template in zip(tasks, made.templates, strict=True)]

    def _asked(self, tasks: Sequence[Task], rhymes: Sequence[int], state: Floats) -> tuple[Floats, Floats]:
        index = self.templates.index
        asked = [
            [tokens.syllables(task.syllables) for task in tasks],
            [tokens.rhyme(rhyme) for rhyme in rhymes],
            [tokens.NAMED if task.must is not None and task.must.own else tokens.PLAIN for task in tasks],
        ]
        ids: NDArray[np.int64] = np.array([[index[token] for token in row] for row in asked])
        for row in ids:
            logits, state = self.templates.step(row, state)
        return logits, state

    def _spelled(self, line: str, *asked: str) -> list[str]:
        """A line as tokens. Each word gets its most frequent tag, since no tagger runs during a show."""
        tags, lexicon = self.language.tags, self.language.lexicon
        assert tags is not None
        words = _WORD.findall(plain(line))
        row = [tokens.syllables(line_syllables(line)), *asked]
        row += [_NAMES[word] if word in _NAMES else tags.token(word.lower(), lexicon) for word in words]
        return [*row, tokens.LINE]

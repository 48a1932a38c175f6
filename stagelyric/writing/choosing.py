"""Chooses one of the drafts of a line: scores them, measures rhyme and metre, applies the gates, draws among the
best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stagelyric.lm.state import Rows
from stagelyric.types.lines import Ask, Origin
from stagelyric.words.phonetics import plain, readings
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.writing import planning, ranking
from stagelyric.writing.drafters.contract import Between, Standing
from stagelyric.writing.gate import Gate
from stagelyric.writing.hearing import Heard
from stagelyric.writing.kit import Kit
from stagelyric.writing.planning import Plan
from stagelyric.writing.ranking import Around, Draft

_RANKED = 8  # drafts of each drafter that get all marks
_AMONG = 3  # a line is drawn among this many of the best that pass the gates
_HEARD = 6  # as many of the best that pass are read by the editor, if there is one


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen draft, its score and marks, and the model's state at its end (one row; None if the model was not run).
    `frame`: the name of the frame that the line was made from."""

    draft: Draft
    score: float
    marks: dict[str, float]
    state: Rows | None
    origin: Origin = "model"
    frame: str = ""


@dataclass(slots=True)
class OpenLine:
    """One line of a block being written, and what has been chosen for it and for the lines that belong to it."""

    stanza: int
    number: int  # in its stanza, from 0
    plans: tuple[Plan, ...]  # of the stanza
    standing: Standing
    before: Sequence[str] = ()  # the words of the line before it
    chosen: tuple[Chosen, ...] = ()
    ends_again: bool = False  # whether it may end as a recent line did, since no other word rhymes as well

    @property
    def plan(self) -> Plan:
        return self.plans[self.number]


@dataclass(frozen=True, slots=True)
class Read:
    """A draft as it would be shown, and the letter model's state at its end."""

    draft: Draft
    heard: Heard
    origin: Origin


Candidate = tuple[Read, ...]
"""A draft of one line, or of several that belong together."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate with a score and marks for each of its lines; `score` is their mean."""

    score: float
    lines: tuple[tuple[Read, float, dict[str, float]], ...]

    @property
    def text(self) -> str:
        return "\n".join(read.draft.text for read, _, _ in self.lines)

    @property
    def named(self) -> bool:
        return any(read.draft.named for read, _, _ in self.lines)


class Chooser:
    """Chooses lines for one block, with its own random generator. `told`: the lines before it, for the editor."""

    def __init__(
        self, kit: Kit, ask: Ask, gate: Gate, rng: np.random.Generator, told: Sequence[str], between: Between
    ) -> None:
        self.kit, self.rules, self.ask, self.gate, self.rng = kit, kit.rules, ask, gate, rng
        self.told, self.between = told, between
        self.low, self.high = planning.metre(ask)

    def choose(
        self, open_line: OpenLine, candidates: list[list[Candidate]], stanza: list[Chosen], lines: list[list[str]],
        attempt: int, *, by_ear: bool,
    ) -> tuple[Chosen, ...]:  # fmt: skip
        """Draws one of the best candidates that pass every gate; returns () if none passes.

        `candidates`: one sequence for each drafter; `stanza`: the lines already chosen for this stanza; `lines`: the
        words of all lines chosen so far; `by_ear`: whether the editor has a say.
        """
        judged = [self._judged(one, open_line, stanza, lines) for own in candidates for one in self._best_looking(own)]
        calls = open_line.plan.must is not None and open_line.plan.must.own
        judged.sort(key=lambda item: (calls and not item.named, -item.score, item.text))
        draw = float(self.rng.random())
        passed = []
        for item in judged:
            if self._all_pass(item, open_line, stanza, attempt):
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
        return tuple(Chosen(own.draft, score, marks, end_of(own), own.origin) for own, score, marks in picked.lines)

    def _sensible(self, passed: Sequence[_Judged], stanza: Sequence[Chosen]) -> list[_Judged]:
        """The candidates, re-scored with the editor's mark of their first lines."""
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

    def _best_looking(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with the best scores by the models alone; only these get all marks."""

        def look(candidate: Candidate) -> float:
            return sum(ranking.first_look(own.draft, self.kit.weights) for own in candidate) / len(candidate)

        return sorted(candidates, key=lambda candidate: -look(candidate))[:_RANKED]

    def _judged(
        self, candidate: Candidate, open_line: OpenLine, stanza: list[Chosen], lines: list[list[str]]
    ) -> _Judged:
        said = [chosen.draft for chosen in stanza]
        marked: list[tuple[Read, float, dict[str, float]]] = []
        for own, plan in zip(candidate, open_line.plans[open_line.number :], strict=False):
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
        """The draft with rhyme and metre measured on its finished text; `said`: the earlier lines of its stanza."""
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

    def _all_pass(self, judged: _Judged, open_line: OpenLine, stanza: list[Chosen], attempt: int) -> bool:
        said = [chosen.draft for chosen in stanza]
        for (own, _, _), plan in zip(judged.lines, open_line.plans[open_line.number :], strict=False):
            first = len(said) == len(stanza)
            if not self.passes(own.draft, plan, said, attempt, ends_again=first and open_line.ends_again):
                return False
            said.append(own.draft)
        return True

    def passes(
        self, draft: Draft, plan: Plan, said: Sequence[Draft], attempt: int, *, ends_again: bool = False
    ) -> bool:
        """Whether a draft may follow `said`, the earlier lines of its stanza. `ends_again`: even if it ends as a recent
        line did."""
        first = plan.mate is None
        return self.gate.passes(draft, said, self.rules, first=first, attempt=attempt, ends_again=ends_again)


def end_of(read: Read) -> Rows:
    """The model's state at the draft's end, as a single row."""
    return read.heard.state.take(np.array([read.heard.row]))

"""Writes lines of a block from frames: whole stanzas, a line with a wanted word, lines that rhyme with such a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from stagelyric.gates.novelty import normal
from stagelyric.phrasebook.compose import Phrase
from stagelyric.types.lines import Ask
from stagelyric.writing import editing, planning
from stagelyric.writing.drafters import frames
from stagelyric.writing.drafters.contract import Between
from stagelyric.writing.drafters.frames import Framer
from stagelyric.writing.editing import Judge
from stagelyric.writing.gate import Gate

# if frames write more than this share of the stanzas, a line with a wanted word is looked for in frames first
_WORD_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Framed:
    """Writes one block's lines from frames. `told`: the lines before the block, for the editor; `earlier`: the shelf's
    lines before the block."""

    framer: Framer | None
    ask: Ask
    gate: Gate
    judge: Judge | None
    told: Sequence[str]
    earlier: Sequence[str]
    between: Between

    def stanza(self, number: int, before: Sequence[str]) -> list[Phrase]:
        """Stanza `number` of the shelf, after the block's lines `before`; [] if it is not the frames' turn or none
        suits. Where all lines must rhyme with one word there may be fewer than four."""
        if self.framer is None or not frames.is_turn(self.ask, number):
            return []
        if self.ask.rhyme_with:
            return self._rhyming(self.framer, number)
        choose = partial(self._by_ear, self.judge, before) if self.judge and editing.is_heard(number) else None
        return self.framer.stanza(self.ask, number, self.gate.admits, choose, [*self.earlier, *before]) or []

    def word(self, number: int) -> Phrase | None:
        """A line with the ask's word in it; `number` counts the lines asked for with this word, from 0."""
        if self.framer is None or not self.ask.word or frames.share(self.ask) <= _WORD_SHARE:
            return None
        return self.framer.word(self.ask, number, self.gate.admits)

    def _rhyming(self, framer: Framer, number: int) -> list[Phrase]:
        """Lines that answer the asked word: on ends that no recent line has, else on any, in other frames."""
        phrases: list[Phrase] = []
        for position in range(planning.STANZA):
            line = self._answer(framer, number * planning.STANZA, position, phrases)
            if line is None:
                break
            phrases.append(line)
        return phrases

    def _answer(self, framer: Framer, first: int, position: int, phrases: Sequence[Phrase]) -> Phrase | None:
        said, used = [phrase.text for phrase in phrases], {phrase.frame for phrase in phrases}
        anew, follows = partial(self._lands_anew, said), partial(self._follows, said)
        for how in framer.kinds(self.ask):
            line = framer.rhyming(self.ask, first + position, anew, how) or framer.rhyming(
                self.ask, first, follows, how, used
            )
            if line is not None:
                return line
        return None

    def _by_ear(self, judge: Judge, before: Sequence[str], options: Sequence[Sequence[str]]) -> int:
        """The index of the stanza that best continues the lines so far, by the editor."""
        return judge.best(options, [*self.told, *before], self.between)

    def _lands_anew(self, before: Sequence[str], lines: Sequence[str]) -> bool:
        """Whether lines may be shown, and none of them ends on the last word of a recent line."""
        ends = {planning.last_word(normal(text).split()) for text in before} | self.gate.ends
        anew = all(planning.last_word(normal(text).split()) not in ends for text in lines)
        return anew and self._follows(before, lines)

    def _follows(self, before: Sequence[str], lines: Sequence[str]) -> bool:
        """Whether lines may be shown after those of the stanza so far."""
        return self.gate.admits([*before, *lines])

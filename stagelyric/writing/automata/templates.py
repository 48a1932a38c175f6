"""Constrains templates (the kind of each word of a line), so that words for them exist that are in metre and rhyme.

Like a draft, a template under way is an automaton: it tracks which syllable counts its words so far can have. It may
end only where words of the lexicon can bring the line to its length, the last of them a word of its ending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import MUST, Must, Task, Template

_MOST = 14  # words in the longest line
_FAR = 99


@dataclass(frozen=True, slots=True)
class Slots:
    """The tokens that are not words: the line's end, and for each slot ("PERSON", "PLACE") it and its possessive."""

    end: str
    names: tuple[str, ...]
    own: str


class Sketches:
    """B templates advanced together, one for each task. Finished ones are removed, as in `Drafts`."""

    def __init__(
        self, rules: Rules, symbols: Sequence[str], slots: Slots, endings: Sequence[Ending], tasks: Sequence[Task]
    ):
        self.rules, self.symbols, self.slots, self.tasks = rules, tuple(symbols), slots, tuple(tasks)
        self.rows = np.arange(len(tasks))
        self.templates: list[Template | None] = [None] * len(tasks)
        self._end = self.symbols.index(slots.end)
        self._lengths = rules.lengths(self.symbols)  # (V,) bits
        self._last = [rules.lengths(self.symbols, ending) for ending in endings]  # one (V,) array for each of E endings
        self._tails = [min((_lowest(int(bits) << 1) for bits in last), default=_FAR) for last in self._last]
        self._shortest = np.array([_lowest(int(bits) << 1) for bits in self._lengths])
        self._words: list[list[int]] = [[] for _ in tasks]
        self._sums: list[list[int]] = [[1] for _ in tasks]
        """For each place, the syllable counts (as bits) that the words before it can add up to."""
        self._said = [-1] * len(tasks)  # where in the template the thing that must be said stands; -1: not yet
        standing = {task.must: self._standing_for(task.must) for task in tasks if task.must is not None}
        self._places = [[] if task.must is None else standing[task.must] for task in tasks]
        self._own = [s.endswith(slots.own) for s in self.symbols]

    def __len__(self) -> int:
        return len(self.rows)

    def allowed(self) -> NDArray[np.bool_]:
        """(B, V) which tokens may come next. A row that is all False is at a dead end: `keep` must remove it."""
        mask = np.zeros((len(self.rows), len(self.symbols)), dtype=bool)
        for i, row in enumerate(self.rows.tolist()):
            task, owed, sums = self.tasks[row], self._owed(row), self._sums[row][-1]
            tail = self._tails[task.ending]
            room = task.syllables - _lowest(sums)
            if len(self._words[row]) < _MOST:
                mask[i] = self._shortest <= room - (self._needed(owed, tail) if owed else tail)
                if owed is None:
                    mask[i] |= (self._last[task.ending] & _closing(sums, task.syllables)) != 0
                elif self._needed(owed, tail) <= room:
                    mask[i, self._places[row]] = True
            mask[i, self._end] = owed is None and self._may_end(row)
        return mask

    def _needed(self, must: Must, tail: int) -> int:
        return must.syllables + (0 if must.may_end else tail)

    def _owed(self, row: int) -> Must | None:
        return self.tasks[row].must if self._said[row] < 0 else None

    def _standing_for(self, must: Must) -> list[int]:
        """The tokens that a name or phrase may stand for."""
        if must.own:
            slot = self.slots.names[must.place]
            return [i for i, symbol in enumerate(self.symbols) if symbol.removesuffix(self.slots.own) == slot]
        tags, word = self.rules.language.tags, must.text.split()[-1].lower()
        assert tags is not None
        return [i for i, symbol in enumerate(self.symbols) if tags.may_be(word, symbol, self.rules.lexicon)]

    def _may_end(self, row: int) -> bool:
        """Whether the words so far can have exactly the line's syllables, with a last word of its ending."""
        words, task = self._words[row], self.tasks[row]
        if not words:
            return False
        before, last = self._sums[row][-2], words[-1]
        if self._said[row] == len(words) - 1:
            assert task.must is not None
            own = self._own[last]
            return task.must.may_end and not own and bool(before << task.must.syllables >> task.syllables & 1)
        return bool(_sums(before, int(self._last[task.ending][last])) >> task.syllables & 1)

    def take(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Advances by one token; returns (B,) which templates are now done. Call `keep` with the others afterwards."""
        for i, row in enumerate(self.rows.tolist()):
            at, task = int(ids[i]), self.tasks[row]
            if at == self._end:
                self.templates[row] = self._made(row)
                continue
            bits = int(self._lengths[at])
            if task.must is not None and self._says(row, at):
                self._said[row] = len(self._words[row])
                bits = 1 << (task.must.syllables - 1)
            self._words[row].append(at)
            self._sums[row].append(_sums(self._sums[row][-1], bits))
        done: NDArray[np.bool_] = ids == self._end
        return done

    def _says(self, row: int, at: int) -> bool:
        owed, task = self._owed(row), self.tasks[row]
        if owed is None or at not in self._places[row]:
            return False
        return owed.own or _lowest(self._sums[row][-1]) >= task.after or self._shortest[at] == _FAR

    def keep(self, going: NDArray[np.bool_]) -> None:
        """Removes the rows where `going` is False."""
        self.rows = self.rows[going]

    def _made(self, row: int) -> Template:
        task, words = self.tasks[row], self._words[row]
        tokens = [self.symbols[at] for at in words]
        lengths = [int(self._lengths[at]) for at in words]
        lengths[-1] = int(self._last[task.ending][words[-1]])
        if (said := self._said[row]) >= 0:
            assert task.must is not None
            tokens[said] = MUST + (self.slots.own if self._own[words[said]] else "")
            lengths[said] = 1 << (task.must.syllables - 1)
        rest = [1]
        for bits in reversed(lengths):
            rest.append(_sums(rest[-1], bits) & ((1 << 40) - 1))
        return Template(tuple(tokens), tuple(reversed(rest)))


def _sums(sums: int, lengths: int) -> int:
    """The possible sums (bits) after adding a word of one of the lengths (bit s-1: s syllables)."""
    total = 0
    while lengths:
        low = lengths & -lengths
        total |= sums << low.bit_length()
        lengths ^= low
    return total


def _closing(sums: int, whole: int) -> np.uint8:
    """The lengths (bits) of a last word that brings words with one of the `sums` to `whole` syllables."""
    return np.uint8(sum(1 << (s - 1) for s in range(1, 9) if s <= whole and sums >> (whole - s) & 1))


def _lowest(bits: int) -> int:
    """The index of the lowest set bit, which for lengths is one less than the length; a very large number for 0."""
    return (bits & -bits).bit_length() - 1 if bits else _FAR

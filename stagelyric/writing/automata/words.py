"""Constrains drafts that are written word by word from the last word to the first, so that each is in metre.

The rhyme word is chosen first, and the words that lead to it afterwards, so that no line has to be bent towards its
rhyme. A draft is an automaton over whole words, as `letters.Drafts` is over letters: `allowed` says which words are
possible, `take` advances by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.lexicon import UPPER
from stagelyric.words.lists import STOP
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Must, Task

LEANING = 0.8
"""Factor on the rules' preference for words (`rules.LEANINGS`): below 1 since a word model knows part of it already."""

BEGINNING = 0.7
"""Weight of how often a word begins lines, used where the next word is the line's first (the last to be chosen)."""

CALLED_FOR, OWNING = 3.5, 2.0
"""Nats in favour of a name that is due, and of its possessive 's: better where it fits than forced later."""

PLACE_IS_RARE = 2.5
"""Nats added for a place's name, which the model makes rarer than a person's where either fits."""

THING = 0.6
"""Nats in favour of a word for a thing that can be seen or touched."""

HEARD_LATELY = 1.5
"""Nats against a word that stands in the last few lines."""

_ARTICLES = ("a", "an", "the", "these", "those")  # not before a name
_SEEN = 0.25  # from this value of `Lexicon.thing` on, a word counts as a thing that can be seen or touched
_SELDOM = 0.004  # added to the share of a word's uses that begin a line, so that its logarithm stays finite
_MOST_COMMAS = 1
_COMMA_SYLLABLES = 3  # least syllables on either side of a comma


class Numbered(Protocol):
    """How the words and signs of a model are numbered: see `lm.kinds.backward.runtime.BackwardWords`."""

    words: tuple[str, ...]
    index: dict[str, int]
    first: NDArray[np.float32]
    correction: NDArray[np.float32]

    @property
    def size(self) -> int: ...
    def sign(self, number: int) -> int: ...
    def slot(self, character: str) -> int: ...


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Arrays (V,) by the model's word numbers: what the lexicon and an ask's rules say of each word."""

    numbered: Numbered
    of_lexicon: NDArray[np.int64]  # (V,) the word's number in the lexicon, -1 if it is not there
    syllables: NDArray[np.int64]  # 0 for signs
    allowed: NDArray[np.bool_]  # words only
    leaning: NDArray[np.float32]
    beginning: NDArray[np.float32]
    rarity: NDArray[np.float32]
    stop: NDArray[np.bool_]


def vocabulary(numbered: Numbered, rules: Rules) -> Vocabulary:
    """The vocabulary for one ask."""
    lexicon = rules.lexicon
    count, size = len(numbered.words), numbered.size
    of = np.array([lexicon.index.get(word, -1) for word in numbered.words], dtype=np.int64)

    def by_number(values: NDArray[np.generic]) -> NDArray[np.float32]:
        made = np.zeros(size, dtype=np.float32)
        made[:count] = np.where(of >= 0, values[of], 0)
        return made

    def among(group: frozenset[str]) -> NDArray[np.bool_]:
        return np.array([word in group for word in numbered.words] + [False] * (size - count), dtype=np.bool_)

    syllables = by_number(lexicon.syllables).astype(np.int64)
    leaning = LEANING * by_number(rules.leaning) + THING * by_number(lexicon.thing >= _SEEN)
    leaning[:count] += numbered.correction
    first = np.zeros(size, dtype=np.float32)
    first[:count] = np.log(numbered.first + _SELDOM)
    return Vocabulary(
        numbered=numbered,
        of_lexicon=of,
        syllables=syllables,
        allowed=(by_number(rules.allowed) > 0) & (syllables > 0),
        leaning=leaning,
        beginning=first,
        rarity=by_number(lexicon.rarity),
        stop=among(STOP),
    )


class BackwardDrafts:
    """B drafts advanced together. Finished drafts are removed from the arrays; `rows` lists the tasks that remain."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        rules: Rules,
        endings: Sequence[Ending],
        tasks: Sequence[Task],
        signs: tuple[int, int, int],
        lift: NDArray[np.float64],
        lately: frozenset[str] = frozenset(),
    ):
        """`signs`: the model's numbers of LINE, COMMA and OWN; `lately`: words of the last few lines.

        `lift` (B,): nats that a word of rarity 1 gains (`Lexicon.rarity`, 0 … 1); others gain in proportion.
        """
        self.vocabulary, self.tasks = vocabulary, tuple(tasks)
        self._line, self._comma, self._own = signs
        n = len(tasks)
        self.rows = np.arange(n)
        self._lift = lift.astype(np.float32)
        self._left = np.array([t.syllables for t in tasks], dtype=np.int64)
        self._begun = np.zeros(n, dtype=bool)
        self.owed = np.array([t.must is not None for t in tasks], dtype=bool)
        """(B,) whether there is still something that must be said."""
        self._must = np.array([t.must.syllables if t.must else 0 for t in tasks], dtype=np.int64)
        self._commas = np.zeros(n, dtype=np.int64)
        self._since = np.zeros(n, dtype=np.int64)  # syllables between here and the comma, or the end of the line
        self._last = np.full(n, -1, dtype=np.int64)
        self._named = np.zeros(n, dtype=bool)  # has just said a name
        self.said: list[list[str]] = [[] for _ in tasks]
        """The words of each task's draft so far, last word first; what must be said is its slot or its text."""
        self._called = [self._number(t.must) for t in tasks]
        # The words of what must be said are not allowed anywhere else in the line.
        index = vocabulary.numbered.index
        self._used = [[index[w] for w in t.must.text.lower().split() if w in index] if t.must else [] for t in tasks]
        self._articles = [index[word] for word in _ARTICLES if word in index]
        self._ends = np.zeros((len(endings), vocabulary.numbered.size), dtype=bool)
        place = np.full(len(rules.lexicon.words), -1, dtype=np.int64)
        known = vocabulary.of_lexicon >= 0
        place[vocabulary.of_lexicon[known]] = np.flatnonzero(known)
        for i, ending in enumerate(endings):
            numbers = place[ending.numbers]
            self._ends[i, numbers[numbers >= 0]] = True
        self._ends &= vocabulary.allowed
        self._bias = vocabulary.leaning.copy()
        self._bias[[index[word] for word in lately if word in index and word not in STOP]] -= HEARD_LATELY
        self._upper = (rules.lexicon.forms == UPPER)[np.maximum(vocabulary.of_lexicon, 0)]

    def _number(self, must: Must | None) -> int:
        """The model's number for what must be said; -1 if it has none."""
        if must is None:
            return -1
        numbered = self.vocabulary.numbered
        if must.slot:
            return numbered.slot(must.slot)
        word = must.text.lower()
        return numbered.index.get(
            word, numbered.index.get(word.replace("our", "or"), -1)
        )  # the corpus spells "harbour" as "harbor"

    def __len__(self) -> int:
        return len(self.rows)

    def can_begin(self) -> NDArray[np.bool_]:
        """(B,) whether any word is possible as the last word."""
        rows = self._ends[[self.tasks[row].ending for row in self.rows]]
        fits = rows & (self.vocabulary.syllables[None] <= (self._left - np.where(self.owed, self._must, 0))[:, None])
        own = np.array([self._may_end_on_must(i) for i in range(len(self.rows))], dtype=bool)
        can: NDArray[np.bool_] = fits.any(axis=1) | own
        return can

    def _may_end_on_must(self, i: int) -> bool:
        must = self.tasks[int(self.rows[i])].must
        return must is not None and must.may_end

    def allowed(self) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which words are possible, bool (B, V), and a bias to add to their logits, float (B, V)."""
        v = self.vocabulary
        room = self._left - np.where(self.owed, self._must, 0)
        mask = v.allowed[None] & (v.syllables[None] <= room[:, None])
        ending = np.array([self.tasks[row].ending for row in self.rows])
        mask &= np.where(self._begun[:, None], True, self._ends[ending])
        bias = self._bias[None] + self._lift[:, None] * v.rarity[None]
        last = v.syllables[None] == self._left[:, None]
        bias += BEGINNING * np.where(last, v.beginning[None], 0)
        for i, row in enumerate(self.rows.tolist()):
            mask[i, self._used[row]] = False
        mask[:, self._line] = self._begun & (self._left == 0)
        comma = self._begun & (self._commas < _MOST_COMMAS) & (self._since >= _COMMA_SYLLABLES)
        mask[:, self._comma] = comma & (room >= _COMMA_SYLLABLES) & (self._last != self._own)
        for i in np.flatnonzero(self.owed).tolist():
            self._offer(i, mask, bias)
        after_own = self._last == self._own
        if after_own.any():
            for i in np.flatnonzero(after_own).tolist():
                must = self.tasks[int(self.rows[i])].must
                assert must is not None
                mask[i] = False
                mask[i, v.numbered.slot(must.slot)] = True
        for i in np.flatnonzero(self._named).tolist():
            mask[i, self._articles] = False
        done = self._begun & (self._left == 0) & ~after_own
        mask[done] = False
        mask[done, self._line] = True
        return mask, bias

    def _offer(self, i: int, mask: NDArray[np.bool_], bias: NDArray[np.float32]) -> None:
        """Allows what must be said where the model may choose it, and insists on it when its place has come."""
        row = int(self.rows[i])
        must, after = self.tasks[row].must, self.tasks[row].after
        assert must is not None
        here = self._begun[i] or must.may_end
        number = self._called[row]
        if not here or self._left[i] < must.syllables or number < 0:
            return
        mask[i, number] = True
        bias[i, number] = CALLED_FOR + PLACE_IS_RARE * must.place
        mask[i, self._own] = bool(must.slot) and bool(self._begun[i]) and must.own and not must.text.endswith("s")
        bias[i, self._own] = OWNING
        if self._due(i, must, after):
            mask[i] = False
            mask[i, number] = True

    def _due(self, i: int, must: Must, after: int) -> bool:
        here = bool(self._begun[i]) or must.may_end
        return here and self._left[i] - must.syllables <= after

    def forced(self) -> list[int]:
        """The drafts that must now say something for which the model has no number."""
        found = []
        for i in np.flatnonzero(self.owed).tolist():
            task = self.tasks[int(self.rows[i])]
            unknown = self._called[int(self.rows[i])] < 0
            if task.must is not None and unknown and self._due(i, task.must, task.after):
                found.append(i)
        return found

    def take(self, ids: NDArray[np.int64], forced: Sequence[int] = ()) -> NDArray[np.bool_]:
        """Advances by one word; returns (B,) which drafts are now done. `forced`: drafts to say their forced text."""
        v, words = self.vocabulary, self.vocabulary.numbered.words
        for i, number in enumerate(ids.tolist()):
            row = int(self.rows[i])
            must = self.tasks[row].must
            self._named[i] = must is not None and must.own and self.owed[i] and number == self._called[row]
            if i in forced or (self.owed[i] and number == self._called[row]):
                assert must is not None
                text = must.slot or must.text
                self.said[row].append(text + "'s" if self._last[i] == self._own else text)
                self._left[i] -= must.syllables
                self._since[i] += must.syllables
                self.owed[i], self._begun[i] = False, True
            elif number == self._comma:
                self.said[row].append(",")
                self._commas[i] += 1
                self._since[i] = 0
            elif number < len(words):
                word = words[number]
                self.said[row].append(word.capitalize() if self._upper[number] else word)
                self._left[i] -= int(v.syllables[number])
                self._since[i] += int(v.syllables[number])
                self._begun[i] = True
                if not v.stop[number]:
                    self._used[row].append(number)
            self._last[i] = number
        done: NDArray[np.bool_] = ids == self._line
        return done

    def keep(self, going: NDArray[np.bool_]) -> None:
        """Removes the drafts where `going` is False."""
        self.rows = self.rows[going]
        for name in ("_lift", "_left", "_begun", "owed", "_must", "_commas", "_since", "_last", "_named"):
            setattr(self, name, getattr(self, name)[going])

    def text(self, row: int) -> str:
        """A task's draft in reading order."""
        return " ".join(reversed(self.said[row])).replace(" ,", ",")

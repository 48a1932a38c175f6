"""Constrains drafts written letter by letter, so that each is made of real words, in metre and on its rhyme.

A draft is an automaton. Its state is a node of the trie, the syllables left, and what it still has to say. Before each
character, `allowed` says which characters are possible (none of them leads to a dead end); `take` advances every draft
by one character. A word may end only where the remaining syllables can still be filled, and a line only on a word of
its ending with no syllables left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.lexicon import LETTERS, MOST_SYLLABLES
from stagelyric.writing.layout import Layout
from stagelyric.writing.rules import CAPITAL, COMPANY, FIRST, SMALL, Ending, Rules
from stagelyric.writing.tasks import MUST, OWN, Task

LOOK_AHEAD = 0.7
"""How strongly the last word but one is chosen so that a last word of the ending can follow it: 0 to 1."""
_OF_ROWS = (
    "_node", "_kind", "_left", "_ending", "_tail", "_owed", "_least", "_commas", "_said", "_forced", "_kinds", "_pull",
    "_about", "_named", "_wants_noun", "_templated", "_at", "_final",
)  # fmt: skip
_LONGEST = 32  # syllables in the longest line


def _fits(left: int, least: int) -> int:
    """Word lengths, as bits, after which the remaining syllables can still be filled."""
    return sum(1 << (s - 1) for s in range(1, MOST_SYLLABLES + 1) if left - s >= least)


_FITS = np.array([[_fits(left, least) for least in range(_LONGEST)] for left in range(_LONGEST)], dtype=np.uint8)
_EXACT = np.array([1 << (s - 1) if 0 < s <= MOST_SYLLABLES else 0 for s in range(_LONGEST)], dtype=np.uint8)


class Alphabet:
    """Maps a model's character set to the columns of its logits."""

    def __init__(self, symbols: str):
        def columns(letters: str) -> NDArray[np.int64]:
            return np.array([symbols.index(c) for c in letters], dtype=np.int64)

        self.size = len(symbols)
        self.lower = columns(LETTERS)
        self.upper = columns(LETTERS[:26].upper())
        self.space, self.comma, self.apostrophe, self.newline = columns(" ,'\n").tolist()
        self.closing = columns("\n,;.!?:-")
        self.letter = np.full(len(symbols), -1, dtype=np.int64)
        self.letter[self.lower] = np.arange(len(LETTERS))
        self.letter[self.upper] = np.arange(26)
        self.is_upper = np.zeros(len(symbols), dtype=bool)
        self.is_upper[self.upper] = True
        self.symbols = symbols
        self.spoken = np.ones(len(symbols), dtype=bool)  # all but control characters, which are not part of the lyric
        self.spoken[[i for i, c in enumerate(symbols) if ord(c) < 32 and c != "\n"]] = False
        self._codes = np.frombuffer(symbols.encode("ascii"), dtype=np.uint8)

    def text(self, ids: NDArray[np.uint8]) -> str:
        """Decodes character ids (T,)."""
        return self._codes[ids].tobytes().decode("ascii")


class Drafts:
    """B drafts advanced together. Finished drafts are removed from the arrays; `rows` lists the tasks that remain."""

    def __init__(self, rules: Rules, alphabet: Alphabet, endings: Sequence[Ending], tasks: Sequence[Task],
        about: NDArray[np.float32] | None = None,
    ):  # fmt: skip
        """`about` (B, D): what each line is about before it has any words, as vectors of the language."""
        self.rules, self.alphabet, self.tasks = rules, alphabet, tuple(tasks)
        n = len(tasks)
        self.rows = np.arange(n)
        self.own = np.array([t.must is not None and t.must.own for t in tasks], dtype=bool)  # (B,) must say a name
        self._layout = Layout(rules, endings, tasks)
        self._node = np.zeros(n, dtype=np.int64)
        self._kind = np.full(n, FIRST, dtype=np.int64)
        self._left = np.array([t.syllables for t in tasks], dtype=np.int64)
        self._ending = np.array([t.ending for t in tasks], dtype=np.int64)
        self._final = self._layout.final
        self._tail = np.array([endings[t.ending].least for t in tasks], dtype=np.int64)
        self._owed = np.array([t.must is not None for t in tasks], dtype=bool)
        self._least = np.array([self._needed(t, endings[t.ending].least) for t in tasks], dtype=np.int64)
        self._commas = np.ones(n, dtype=np.int64)
        self._said = np.zeros(n, dtype=bool)  # has just said what it must, which is no path in the trie
        self._kinds = np.zeros((n, 2), dtype=np.int64)  # the classes of the last two words
        self._suits = np.stack([rules.suits(e) for e in endings])  # (E, C)
        self._pull = np.zeros((n, self._suits.shape[1]), dtype=np.float32)  # weights of the next word's class
        self._about = np.zeros((n, rules.vectors.shape[1]), np.float32) if about is None else about
        self._named = np.zeros(n, dtype=bool)  # has just said a name
        self._wants_noun = np.zeros(n, dtype=bool)  # has just said "the", "my" …, which no name may follow
        self._templated = np.array([t.template is not None for t in tasks], dtype=bool)
        self._at = np.zeros(n, dtype=np.int64)  # the next word's index in the template
        self._script: list[list[int]] = [[] for _ in tasks]
        self._forced = np.full(n, -1, dtype=np.int64)  # the character that must come next
        self._look_ahead(np.arange(n))
        for i in range(n):
            self._say_if_due(i)

    def _look_ahead(self, rows: NDArray[np.int64]) -> None:
        """Sets the weights of the next word's class; near the line's end, favours what the last word can follow."""
        language = self.rules.language
        before, last = self._kinds[rows, 0], self._kinds[rows, 1]
        self._pull[rows] = language.pull[before, last]
        for i in rows[(self._left[rows] == 2) | (self._left[rows] == 3)]:
            suits = language.closing[self._kinds[i, 1]] @ self._suits[self._ending[i]]
            self._pull[i] *= (suits / suits.mean()) ** LOOK_AHEAD
        final = rows[self._left[rows] == 1]
        self._pull[final] *= language.closes[self._kinds[final, 1]]

    def _needed(self, task: Task, tail: int) -> int:
        if task.must is None:
            return tail
        return task.must.syllables + (0 if task.must.may_end else tail)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def at_word(self) -> NDArray[np.bool_]:
        """(B,) whether a draft is about to begin a word."""
        begins: NDArray[np.bool_] = (self._node == 0) & (self._forced < 0) & ~self._said
        return begins

    @property
    def spoken_for(self) -> NDArray[np.bool_]:
        """(B,) whether the next character is forced rather than chosen by the model."""
        return self._forced >= 0

    def allowed(self) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which characters are possible, bool (B, V), and a bias to add to their logits, float (B, V)."""
        mask, bias = self._allowed()
        stuck = self._templated & ~mask.any(axis=1)
        if stuck.any():  # a template that leads nowhere is dropped; the draft goes on without one
            self._loosen(np.flatnonzero(stuck))
            mask, bias = self._allowed()
        mask[~mask.any(axis=1), self.alphabet.newline] = True  # no word fits: end the line early rather than fail
        return mask, bias

    def _loosen(self, rows: NDArray[np.int64]) -> None:
        self._templated[rows] = False
        self._final[rows] = self._ending[rows]
        for i in rows:
            if self.at_word[i]:
                self._say_if_due(int(i))

    def _fitting(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
        """Returns three (B,) arrays: the lengths, as bits, allowed for the next word inside the line; those allowed for
        it as the last word; the index of the group of words that it must be one of."""
        fits = _FITS[self._left, np.minimum(self._least, _LONGEST - 1)]
        last = np.where(self._owed, 0, _EXACT[self._left]).astype(np.uint8)
        words = np.zeros(len(self.rows), dtype=np.int64)
        rows = np.flatnonzero(self._templated)
        if len(rows):
            layout, task = self._layout, self.rows[rows]
            at, left = self._at[rows], self._left[rows]
            words[rows] = layout.kinds[task, at]
            is_last = at + 1 == layout.length[task]
            after = left[:, None] - np.arange(1, MOST_SYLLABLES + 1)  # syllables left after a word of 1 … 8
            can = (after >= 0) & (layout.rest[task, at + 1][:, None] >> np.maximum(after, 0) & 1 > 0)
            bits = (can << np.arange(MOST_SYLLABLES)).sum(axis=1)
            fits[rows] = np.where(is_last, 0, bits)
            last[rows] = np.where(is_last, _EXACT[left], 0)
        return fits, last, words

    def _allowed(self) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        a, trie = self.alphabet, self.rules.lexicon.trie
        n = len(self.rows)
        mask = np.zeros((n, a.size), dtype=bool)
        bias = np.zeros((n, a.size), dtype=np.float32)
        children = trie.next[self._node]  # (B, 28)
        fits, last, words = self._fitting()
        root = self._node == 0
        kind = np.where(root, np.where(self._kind == FIRST, FIRST, SMALL), self._kind)
        mask[:, a.lower] = (
            self._open(kind, children, fits, last, words, self._final) & (~root | (kind == SMALL))[:, None]
        )
        if root.any():
            at = np.flatnonzero(root)
            first = np.where(self._kind[at] == FIRST, FIRST, CAPITAL)
            opened = self._open(first, children[at], fits[at], last[at], words[at], self._final[at])
            opened[self._named[at], :8] = opened[self._named[at], 9:] = False  # no name after a name, but "I"
            mask[at[:, None], a.upper] = opened[:, :26]
        there = (self._layout.word_ends[words, self._kind, self._node] & fits) != 0
        mask[:, a.space] = there
        mask[:, a.comma] = there & (self._commas > 0) & (self._left >= 4)
        mask[:, a.newline] = (self._layout.ends[self._final, self._kind, self._node] & last) != 0
        self._lean(bias, mask, children)
        self._offer_slots(mask)
        self._overrule(mask, bias)
        return mask, bias

    def _lean(self, bias: NDArray[np.float32], mask: NDArray[np.bool_], children: NDArray[np.int32]) -> None:
        """Biases each open letter by how well the words below it in the trie suit the ask and the line's structure."""
        a, rules = self.alphabet, self.rules
        pull = self._pull
        is_open = mask[:, a.lower]
        is_open[:, :26] |= mask[:, a.upper]
        row, letter = np.nonzero(is_open)
        child = children[row, letter]
        kinds = rules.language.kinds[child].astype(np.float32)
        ahead = rules.lean[child] + np.log(np.einsum("ij,ij->i", kinds, pull[row]) + 1e-6)
        at = np.where(self._templated, self._at, 0)  # a draft whose template was dropped may be past its end
        suited = np.where(self._templated, self._layout.suits[self.rows, at], 0)  # (B,)
        ahead += self._layout.suited[suited[row], 1, child]
        ahead += COMPANY * np.einsum("ij,ij->i", rules.language.company[child], self._about[row])
        bias[row, a.lower[letter]] = ahead
        cased = letter < 26
        bias[row[cased], a.upper[letter[cased]]] = ahead[cased]
        word = rules.lexicon.trie.word[self._node]
        ends = np.flatnonzero(word >= 0)
        kind = rules.language.word_classes.classes[word[ends]]
        here = rules.lean_of_word[self._node[ends]] + np.log(pull[ends, kind])
        here += self._layout.suited[suited[ends], 0, self._node[ends]]
        here += COMPANY * np.einsum("ij,ij->i", rules.vectors[word[ends]], self._about[ends])
        bias[ends[:, None], [a.space, a.comma]] = here[:, None]
        bias[ends, a.newline] = here + np.log(rules.language.pull[self._kinds[ends, 1], kind, 0])

    def _open(
        self,
        kind: NDArray[np.int64],
        children: NDArray[np.int32],
        fits: NDArray[np.uint8],
        last: NDArray[np.uint8],
        words: NDArray[np.int64],
        final: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """(B, 28) letters that lead to a fitting word: of group `words` inside the line, of `final` at its end."""
        middle = self._layout.words[words[:, None], kind[:, None], children] & fits[:, None]
        ends = self._layout.reach[final[:, None], kind[:, None], children] & last[:, None]
        is_open: NDArray[np.bool_] = (children > 0) & ((middle | ends) != 0)
        return is_open

    def _offer_slots(self, mask: NDArray[np.bool_]) -> None:
        """Allows a name that is still to be said at the start of any word, so that the model can choose the place."""
        for i in np.flatnonzero(self._owed & self.at_word & ~self._templated):
            must = self._task(int(i)).must
            if must is not None and must.slot and not self._wants_noun[i] and self._may_say(int(i)):
                mask[i, self.alphabet.symbols.index(must.slot)] = True

    def _overrule(self, mask: NDArray[np.bool_], bias: NDArray[np.float32]) -> None:
        """Restricts the drafts that are being forced to say something, or have just said it."""
        a = self.alphabet
        if self._said.any():
            said = np.flatnonzero(self._said & (self._forced < 0))
            mask[said] = False
            bias[said] = 0
            done = self._left[said] == 0
            mask[said, a.newline] = done
            mask[said, a.space] = ~done
            mask[said, a.comma] = ~done & (self._left[said] >= 3)
            own = [self._own(int(i)) for i in said]
            own_only = np.array([self._must_own(int(i)) for i in said], dtype=np.bool_)
            mask[said, a.apostrophe] = np.array(own, dtype=np.bool_) & ~done
            only = said[own_only & mask[said, a.apostrophe]]
            mask[only, a.space] = mask[only, a.comma] = False
        forced = np.flatnonzero(self._forced >= 0)
        mask[forced] = False
        mask[forced, self._forced[forced]] = True
        bias[forced] = 0

    def _task(self, i: int) -> Task:
        return self.tasks[int(self.rows[i])]

    def _own(self, i: int) -> bool:
        must = self._task(i).must
        asked = self._must_own(i) if self._templated[i] else True
        return must is not None and must.own and asked and not must.text.endswith("s")

    def _must_own(self, i: int) -> bool:
        """Whether the template puts a possessive 's after the name that was just said."""
        template = self._task(i).template if self._templated[i] else None
        return template is not None and template.tokens[int(self._at[i]) - 1] == MUST + OWN

    def take(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Advances by one character; returns (B,) which drafts are now done. Call `keep` with the others afterwards."""
        a, trie = self.alphabet, self.rules.lexicon.trie
        forced = self._forced >= 0
        letter = a.letter[ids]
        spelling = ~forced & ~self._said & (letter >= 0)
        start = spelling & (self._node == 0) & (self._kind != FIRST)
        self._kind[start] = np.where(a.is_upper[ids[start]], CAPITAL, SMALL)
        closing = ~forced & ~self._said & ((ids == a.space) | (ids == a.comma))
        word = trie.word[self._node[closing]]
        self._left[closing] -= self.rules.lexicon.syllables[word]
        self._kinds[closing, 0] = self._kinds[closing, 1]
        self._kinds[closing, 1] = self.rules.language.word_classes.classes[word]
        if closing.any():
            about = 0.7 * self._about[closing] + self.rules.vectors[word]
            self._about[closing] = about / np.maximum(np.linalg.norm(about, axis=1, keepdims=True), 1)
            self._look_ahead(np.flatnonzero(closing))
            self._at[closing] += 1
        self._node[spelling] = trie.next[self._node[spelling], letter[spelling]]
        self._node[closing] = 0
        self._named[closing] = False
        self._wants_noun[closing] = self.rules.language.determiners[word]
        self._kind[closing] = SMALL
        for i in np.flatnonzero(forced | self._said | closing):
            self._go_on(int(i), int(ids[i]), bool(forced[i]))
        for i in np.flatnonzero(~forced & ~a.spoken[ids]):
            self._say(int(i), offered=True)
        done: NDArray[np.bool_] = ids == a.newline
        return done

    def _go_on(self, i: int, taken: int, was_forced: bool) -> None:
        a = self.alphabet
        script = self._script[i]
        if was_forced:
            script.pop(0)
            if script:
                self._forced[i] = script[0]
                return
            self._forced[i] = -1
            if self._said[i]:
                return
        elif self._said[i]:
            if taken == a.newline:
                return
            if taken == a.apostrophe:
                self._force(i, "s ")
            self._said[i] = False
            self._named[i] = self.own[self.rows[i]]
        if taken == a.comma:
            self._commas[i] -= 1
            self._force(i, " ")
            return
        if self._forced[i] < 0:
            self._say_if_due(i)

    def _force(self, i: int, text: str) -> None:
        self._script[i] = [self.alphabet.symbols.index(c) for c in text]
        self._forced[i] = self._script[i][0]

    def _say_if_due(self, i: int) -> None:
        """At the start of a word, begins what must be said if its place has come or if it would no longer fit later."""
        if not self._owed[i]:
            return
        task = self._task(i)
        assert task.must is not None
        if self._templated[i] and task.template is not None:
            if task.template.tokens[int(self._at[i])].startswith(MUST):
                self._say(i)
            return
        sung = task.syllables - int(self._left[i])
        too_soon = sung < task.after or (task.must.own and self._wants_noun[i])
        if too_soon and self._left[i] > self._least[i]:
            return
        if self._may_say(i):
            self._say(i)

    def _may_say(self, i: int) -> bool:
        must = self._task(i).must
        assert must is not None
        left = int(self._left[i]) - must.syllables
        return left >= self._tail[i] or (left == 0 and must.may_end)

    def _say(self, i: int, *, offered: bool = False) -> None:
        """Begins what must be said. `offered`: the model chose it itself, as a slot, so it need not be forced."""
        task = self._task(i)
        assert task.must is not None
        text = task.must.slot or task.must.text
        if task.syllables == int(self._left[i]):
            text = text[0].upper() + text[1:]
        self._owed[i] = False
        self._at[i] += 1
        self._least[i] = self._tail[i]
        self._left[i] -= task.must.syllables
        self._kind[i] = SMALL
        language = self.rules.language
        number = None if task.must.own else language.lexicon.index.get(text.split()[-1].lower())
        unknown = number is None and not task.must.own
        self._kinds[i] = self._kinds[i, 1], language.thing if unknown else language.word_classes.of(number)
        self._look_ahead(np.array([i]))
        if not offered:
            self._force(i, text)
        self._said[i] = True

    def keep(self, going: NDArray[np.bool_]) -> None:
        """Removes the drafts where `going` is False."""
        self.rows = self.rows[going]
        for name in _OF_ROWS:
            setattr(self, name, getattr(self, name)[going])
        self._script = [self._script[i] for i in np.flatnonzero(going)]

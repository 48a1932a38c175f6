"""Lays out over the trie which words drafts may use: the words of each ending, and of each word kind in a template."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import MUST, Task


class Layout:
    """For B tasks whose longest template has L words, over a trie of N nodes.

    Last words: `reach`, `ends` (F, 3, N), see `rules.Ending`; `final` (B,) is each task's index in them. Other words:
    `words`, `word_ends` (K, 3, N), index 0 for drafts without a template; `kinds` (B, L + 1) is the index for each
    place. `suited` (S, 2, N): how well words suit a token (`Rules.suited`), index 0 all zeros; `suits` (B, L + 1) is
    the index for each place. `rest` (B, L + 2) and `length` (B,) are from the templates.
    """

    def __init__(self, rules: Rules, endings: Sequence[Ending], tasks: Sequence[Task]):
        longest = max((len(t.template.tokens) for t in tasks if t.template), default=0)
        self.final = np.array([t.ending for t in tasks], dtype=np.int64)
        self.kinds = np.zeros((len(tasks), longest + 1), dtype=np.int64)
        self.suits = np.zeros((len(tasks), longest + 1), dtype=np.int64)
        self.rest = np.zeros((len(tasks), longest + 2), dtype=np.int64)
        self.length = np.zeros(len(tasks), dtype=np.int64)
        laid, finals = list(endings), dict[tuple[int, str], int]()
        kinds, suited = {"": 0}, {"": 0}
        for row, task in enumerate(tasks):
            if task.template is None:
                continue
            tokens = ["" if token.startswith(MUST) else token for token in task.template.tokens]
            self.length[row] = len(tokens)
            self.rest[row, : len(tokens) + 1] = task.template.rest
            for place, token in enumerate(tokens):
                self.suits[row, place] = suited.setdefault("" if token.islower() else token, len(suited))
                if place + 1 < len(tokens):
                    self.kinds[row, place] = kinds.setdefault(token, len(kinds))
            last = (task.ending, tokens[-1])
            if last[1] and last not in finals:
                finals[last] = len(laid)
                laid.append(rules.tagged(last[1], endings[task.ending]))
            self.final[row] = finals.get(last, task.ending)
        middles = [rules.anywhere, *(rules.tagged(token) for token in list(kinds)[1:])]
        nothing = np.zeros((2, len(rules.lexicon.trie.parent)), dtype=np.float32)
        self.reach, self.ends = np.stack([e.reach for e in laid]), np.stack([e.ends for e in laid])
        self.words, self.word_ends = np.stack([e.reach for e in middles]), np.stack([e.ends for e in middles])
        self.suited = np.stack([nothing, *(rules.suited(token) for token in list(suited)[1:])])

"""Decides which lines may be shown at all, and rejects lines that repeat earlier ones of the shelf."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from stagelyric.gates import family, novelty
from stagelyric.gates.cliches import is_average
from stagelyric.gates.novelty import Copies, normal
from stagelyric.types.lines import Ask
from stagelyric.words.phonetics import plain
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.writing import planning
from stagelyric.writing.ranking import Draft, normal_words
from stagelyric.writing.rules import Rules

_REMEMBERED = 48  # earlier lines of the shelf that are kept for comparison
_RECENT = 8  # the last words of this many lines before the block may not be last words again


class Gate:
    """The checks that every line of a block must pass, however well it scores. Remembers the lines that were taken.

    `earlier`: the texts of the shelf's lines before the block.
    """

    def __init__(self, ask: Ask, copies: Copies, earlier: Sequence[str]):
        self.ask, self.copies = ask, copies
        self.before = [tuple(normal_words(text)) for text in earlier[-_REMEMBERED:]]
        self._avoid = [normal(plain(phrase)) for phrase in ask.avoid if normal(plain(phrase))]
        self._taken = {normal(text) for text in earlier}
        self._ends: set[str] = set()  # the last words of the block's lines so far

    @property
    def ends(self) -> set[str]:
        """The last words of recent lines and of the block's lines so far."""
        return {planning.last_word(line) for line in self.recent} | self._ends

    @property
    def recent(self) -> Sequence[tuple[str, ...]]:
        """The words of the last few lines before the block."""
        return self.before[-_RECENT:]

    def take(self, draft: Draft) -> None:
        """Records a chosen line: from now on it is a repetition, and so is its last word as a rhyme."""
        self._taken.add(normal(draft.text))
        self._ends.add(planning.last_word(draft.words))

    def passes(
        self, draft: Draft, stanza: Sequence[Draft], rules: Rules, *, first: bool, attempt: int,
        ends_again: bool = False,
    ) -> bool:  # fmt: skip
        """Whether a draft may follow the lines of its `stanza` so far.

        `first`: the line introduces a new rhyme; `ends_again`: it may end on the last word of a recent line. Checks of
        taste alone are dropped after some attempts.
        """
        words = draft.words
        if not words or any(a == b for a, b in pairwise(words)):
            return False
        if attempt < 2 and not ends_again and not self.ask.word and words[-1] in self.ends:
            return False
        if attempt < 3 and first and self._rhymes_by_chance(words[-1], stanza, rules):
            return False
        if normal(plain(draft.text)) in self._taken:
            return False
        if novelty.quotes_own(plain(draft.text), plain(self.ask.prime)) or self.copies.quotes(plain(draft.text)):
            return False
        return self.is_fit(draft.text)

    def admits(self, texts: Sequence[str]) -> bool:
        """Whether lines by a person may be shown one after another: not shown before, not quoted from others, not
        offensive.

        Checks of taste don't apply, since a person wrote them on purpose.
        """
        told = [normal(plain(text)) for text in texts]
        if len(set(told)) < len(told) or not self._taken.isdisjoint(told):
            return False
        return all(
            not novelty.quotes_own(plain(text), plain(self.ask.prime))
            and not self.copies.quotes(plain(text))
            and self._is_clean(text)
            for text in texts
        )

    def is_fit(self, text: str) -> bool:
        """Whether a line may be shown at all. The ask's names are the band's own and are not checked."""
        return not is_average(plain(text)) and self._is_clean(text)

    def _is_clean(self, text: str) -> bool:
        spoken = f" {normal(plain(text))} "
        if any(f" {phrase} " in spoken for phrase in self._avoid):
            return False
        for name in self.ask.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text) if name else text
        return family.is_clean(text, mild=self.ask.family_friendly)

    def _rhymes_by_chance(self, last: str, stanza: Sequence[Draft], rules: Rules) -> bool:
        """Whether a line that introduces a new rhyme rhymes with an earlier one, which makes ABAB into AAAA."""
        if self.ask.rhyme == "free" or self.ask.rhyme_with:
            return False
        sound = rules.sound(last)
        others = (rules.sound(draft.words[-1]) for draft in stanza if draft.words)
        return any(kind_of_sounds(sound, other) in ("perfect", "same") for other in others)

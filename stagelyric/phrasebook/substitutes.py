"""What may stand in a word's place: learned from slots that people wrote, from songs, and from the lexicon's vectors.

In a slot "{boat|ferry|dinghy}" somebody has said that each may stand for the others, so every file of frames is a
thesaurus of its own. Where it knows nothing of a word, words of the same kind and form are near it that keep the same
company. What comes of both must have been seen beside the small words that stand around the place: "moors the" is
English, "moors of" is a guess.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import family
from stagelyric.phrasebook.compiled import said_together
from stagelyric.phrasebook.ends import bare
from stagelyric.phrasebook.frame import Frame, Line, Slot, Text
from stagelyric.phrasebook.sounds import count, is_known
from stagelyric.phrasebook.tags import words as words_of
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import ARCHAIC, DETERMINERS, DIALECT, GRIM, PRONOUNS, STOP
from stagelyric.words.tags import Tags

_KINDS = ("NOUN", "VERB", "ADJ")
_SURE, _MAY = 0.6, 0.4  # of a word's uses that are of the kind it is taken for here; of a substitute's
_NEAR, _NEAR_OWN = 0.66, 0.5  # cosines from which a word of the lexicon, and one of the songs' own, may stand in
_OWN = 0.5  # what a word of their own is worth more
_THEME = 0.6
_COMMON = 40  # times that a word of the lexicon was seen
_MODALS = frozenset(
    words_of(
        "to can could will would shall should may might must i'll you'll we'll they'll he'll she'll don't didn't won't "
        "can't couldn't wouldn't let's"
    )
)
_SUBJECTS = frozenset(words_of("i you he she we they who"))


@dataclass(frozen=True, slots=True)
class Substitute:
    """A word or two, how well it does, and whether it is one of the songs' own."""

    text: str
    score: float
    own: bool = False


@dataclass
class Substitutes:
    """What frames and songs say of which word may stand for which. `tags`, `vectors`: by the lexicon's numbers."""

    lexicon: Lexicon
    tags: Tags
    vectors: NDArray[np.float32]
    beside: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pairs: set[tuple[str, str]] = field(default_factory=set)
    own: Counter[str] = field(default_factory=Counter)

    def learn_frames(self, frames: Iterable[Frame]) -> None:
        """From the slots of frames, and from which words stand side by side in their forms."""
        for frame in frames:
            self.pairs |= said_together(frame)
            for piece in frame.pieces():
                if isinstance(piece, Slot):
                    texts = [text for choice in piece.choices if (text := _plain(choice))]
                    for one in texts:
                        self.beside[one].update(other for other in texts if other != one)

    def learn_lines(self, lines: Iterable[str], *, own: bool) -> None:
        """From sung lines; `own`: they are the band's, whose words come first."""
        for line in lines:
            words = [bare(word) for word in line.split()]
            self.pairs.update(pairwise(words))
            if own:
                self.own.update(word for word in words if word not in STOP)

    def kind(self, words: Sequence[str], at: int) -> str:
        """What the word at a place of a line is used as, "" where that isn't sure."""
        number = self.lexicon.index.get(words[at])
        if number is None or words[at] in STOP or words[at] in PRONOUNS:
            return ""
        name: str = self.tags.names[self.tags.main[number]]
        if not name.startswith(_KINDS) or self.tags.shares[number].max() < 100 * _SURE:
            return ""
        before = words[at - 1] if at else ""
        verb = name.startswith("VERB")
        if (before in DETERMINERS and verb) or (before in _MODALS | _SUBJECTS and not verb):
            return ""
        if name.startswith("NOUN") and (
            not at or self._is_noun(before) or self._is_noun("".join(words[at + 1 : at + 2]))
        ):
            return ""  # part of a name of two words ("post office"), or an order ("mind the step")
        return name

    def _is_noun(self, word: str) -> bool:
        number = self.lexicon.index.get(word)
        if number is None or word in STOP:
            return False
        return bool(self.tags.names[self.tags.main[number]].startswith("NOUN"))

    def of(self, words: Sequence[str], at: int, about: Callable[[str], float]) -> list[Substitute]:
        """What may stand for the word at a place of a line, the best first; `about`: how near each word is to what the
        stanza is about."""
        kind = self.kind(words, at)
        if not kind:
            return []
        word = words[at]
        found: dict[str, float] = {}
        for other, times in self.beside.get(word, {}).items():
            found[other] = 0.6 + 0.5 * math.log2(1 + times)
        for other, near in self._near(word, kind):
            found[other] = found.get(other, 0.0) + near
        able = [
            Substitute(other, score + _OWN * (other in self.own) + _THEME * about(other), other in self.own)
            for other, score in found.items()
            if self._stands(other, word, kind) and self._fits(words, at, other)
        ]
        return sorted(able, key=lambda one: (-one.score, one.text))

    def _near(self, word: str, kind: str) -> list[tuple[str, float]]:
        """Words of one form that keep the same company, and how near each is (0 to 1)."""
        number = self.lexicon.index[word]
        # A verb that has no ending of its own may be of now or of then, so only hand-written slots tell.
        if not self.vectors[number].any() or kind in ("VERB|Fin", "VERB|Part"):
            return []
        cosines = self.vectors[self._of_kind[kind]] @ self.vectors[number]
        found = []
        for place in np.flatnonzero(cosines >= _NEAR_OWN):
            other = self.lexicon.words[int(self._of_kind[kind][place])]
            own = other in self.own
            if own or (cosines[place] >= _NEAR and self.lexicon.count[self.lexicon.index[other]] >= _COMMON):
                found.append((other, float(cosines[place])))
        return found

    @cached_property
    def _of_kind(self) -> dict[str, NDArray[np.int64]]:
        sure = self.tags.shares.max(axis=1) >= 100 * _SURE
        return {name: np.flatnonzero(sure & (self.tags.main == i)) for i, name in enumerate(self.tags.names)}

    def _stands(self, other: str, word: str, kind: str) -> bool:
        """Whether a substitute is another word of the same kind, form and length."""
        parts = other.split(" ")
        if other in STOP or _alike(parts[0], word) or abs(sum(map(count, parts)) - count(word)) > 1:
            return False
        if set(parts) & (ARCHAIC | DIALECT | GRIM) or not family.is_clean(other) or not all(map(is_known, parts)):
            return False
        head = parts[-1] if kind.startswith("NOUN") else parts[0]
        number = self.lexicon.index.get(head)
        if number is None:
            return False
        same = sum(
            int(self.tags.shares[number][i]) for i, name in enumerate(self.tags.names) if _same_form(name, kind)
        )  # fmt: skip
        return same >= 100 * _MAY

    def _fits(self, words: Sequence[str], at: int, other: str) -> bool:
        """Whether a substitute was seen beside the small words that stand around the place."""
        parts = other.split(" ")
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        before = {"an": "a"}.get(before, before)
        if before in STOP and not any((said, parts[0]) in self.pairs for said in {before, _an(before)}):
            return False
        return after not in STOP or (parts[-1], after) in self.pairs


def _an(word: str) -> str:
    return "an" if word == "a" else word


def _plain(choice: Line) -> str:
    """The words of a choice that is nothing but one to three of them, in small letters."""
    if len(choice) != 1 or not isinstance(choice[0], Text) or len(choice[0].words) > 3:
        return ""
    return " ".join(map(bare, choice[0].words))


def _alike(one: str, other: str) -> bool:
    """Whether two words are forms of one, as far as their letters tell: boat and boats, tie and tied."""
    short, long = sorted((one, other), key=len)
    stem = short[: max(3, len(short) - 1)]
    return long.startswith(stem) and len(long) - len(short) <= 4


def _same_form(name: str, kind: str) -> bool:
    """Whether two tags stand in the same place: "walked" for "went", not "boats" for "boat"."""
    if kind.startswith("VERB|Fin") and kind != "VERB|Fin|s":
        return name in ("VERB|Fin", "VERB|Fin|ed", "VERB|Part")
    if kind.startswith(("VERB|Ger", "VERB|Part|ing")):
        return name in ("VERB|Ger", "VERB|Ger|ing", "VERB|Part|ing")
    if kind == "VERB|Inf":
        return name in ("VERB|Inf", "VERB|Fin")
    return name == kind

"""Finds substitutes for a word: from slots written by people, from songs, and by the lexicon's vectors.

In a slot "{boat|ferry|dinghy}" a person has said that each can replace the others, so frame files serve as a thesaurus.
Words that they don't have get substitutes of the same part of speech and form with similar vectors. Both must have been
seen next to the function words around the place: "moors the" is English, "moors of" is a guess.
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
from stagelyric.phrasebook import spoken
from stagelyric.phrasebook.ends import bare
from stagelyric.phrasebook.frame import Frame, Line, Slot, Text
from stagelyric.phrasebook.sounds import count, is_known
from stagelyric.phrasebook.tags import words as words_of
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import ARCHAIC, DETERMINERS, DIALECT, GRIM, PRONOUNS, STOP
from stagelyric.words.tags import Tags

_KINDS = ("NOUN", "VERB", "ADJ")
_SURE, _MAY = 0.6, 0.4  # the share of uses with the assumed part of speech: of the word; of its substitute
_NEAR, _NEAR_OWN = 0.66, 0.5  # least cosine for a substitute from the lexicon; for one from the band's songs
_OWN = 0.5  # added to the score of a word from the band's songs
_THEME = 0.6
_COMMON = 40  # a substitute from the lexicon must be this frequent in the corpus
_MODALS = frozenset(
    words_of(
        "to can could will would shall should may might must i'll you'll we'll they'll he'll she'll don't didn't won't "
        "can't couldn't wouldn't let's"
    )
)
_SUBJECTS = frozenset(words_of("i you he she we they who"))


@dataclass(frozen=True, slots=True)
class Substitute:
    """A substitute (one to three words), its score, and whether it comes from the band's songs."""

    text: str
    score: float
    own: bool = False


@dataclass
class Substitutes:
    """Substitutes learned from frames and songs. `tags`, `vectors`: by the lexicon's word numbers."""

    lexicon: Lexicon
    tags: Tags
    vectors: NDArray[np.float32]
    slots: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    """The slots that have each text, with all that may stand in them."""
    pairs: set[tuple[str, str]] = field(default_factory=set)
    own: Counter[str] = field(default_factory=Counter)

    def learn_frames(self, frames: Iterable[Frame]) -> None:
        """Learns from the alternatives in slots, and from which words are adjacent in the frames' forms."""
        for frame in frames:
            self.pairs.update(spoken.pairs(frame))
            for piece in frame.pieces():
                if isinstance(piece, Slot):
                    texts = [text for choice in piece.choices if (text := _plain(choice))]
                    for one in texts:
                        self.slots[one].append(texts)

    def learn_lines(self, lines: Iterable[str], *, own: bool) -> None:
        """Learns from sung lines; `own`: they are the band's, whose words are preferred."""
        for line in lines:
            words = [bare(word) for word in line.split()]
            self.pairs.update(pairwise(words))
            if own:
                self.own.update(word for word in words if word not in STOP)

    def kind(self, words: Sequence[str], at: int) -> str:
        """The part of speech and form of a word in a line; "" if it is uncertain."""
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
            return ""  # may be part of a compound ("post office"), or the object of an order ("mind the step")
        return name

    def _is_noun(self, word: str) -> bool:
        number = self.lexicon.index.get(word)
        if number is None or word in STOP:
            return False
        return bool(self.tags.names[self.tags.main[number]].startswith("NOUN"))

    def of(self, words: Sequence[str], at: int, about: Callable[[str], float]) -> list[Substitute]:
        """The substitutes for a word of a line, best first; `about`: how close a word is to the stanza's subject."""
        kind = self.kind(words, at)
        if not kind:
            return []
        word = words[at]
        beside = Counter(other for texts in self.slots.get(word, ()) for other in texts if other != word)
        found = {other: 0.6 + 0.5 * math.log2(1 + times) for other, times in beside.items()}
        for other, near in self._near(word, kind):
            found[other] = found.get(other, 0.0) + near
        able = [
            Substitute(other, score + _OWN * (other in self.own) + _THEME * about(other), other in self.own)
            for other, score in found.items()
            if self._stands(other, word, kind) and self._fits(words, at, other)
        ]
        return sorted(able, key=lambda one: (-one.score, one.text))

    def _near(self, word: str, kind: str) -> list[tuple[str, float]]:
        """Words of the same form with similar vectors, each with the cosine."""
        number = self.lexicon.index[word]
        # An uninflected verb may be past or present ("put"), so its vector doesn't tell: only slots do.
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
        """Whether a substitute is another word of the same part of speech, form and length."""
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
        """Whether a substitute has been seen next to the function words around the place."""
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
    """The words of a choice in lower case, if it is just one to three words; else ""."""
    if len(choice) != 1 or not isinstance(choice[0], Text) or len(choice[0].words) > 3:
        return ""
    return " ".join(map(bare, choice[0].words))


def _alike(one: str, other: str) -> bool:
    """Whether two words are forms of one, judged by their letters: boat and boats, tie and tied."""
    short, long = sorted((one, other), key=len)
    stem = short[: max(3, len(short) - 1)]
    return long.startswith(stem) and len(long) - len(short) <= 4


def _same_form(name: str, kind: str) -> bool:
    """Whether two tags can fill the same place: "walked" for "went", but not "boats" for "boat"."""
    if kind.startswith("VERB|Fin") and kind != "VERB|Fin|s":
        return name in ("VERB|Fin", "VERB|Fin|ed", "VERB|Part")
    if kind.startswith(("VERB|Ger", "VERB|Part|ing")):
        return name in ("VERB|Ger", "VERB|Ger|ing", "VERB|Part|ing")
    if kind == "VERB|Inf":
        return name in ("VERB|Inf", "VERB|Fin")
    return name == kind

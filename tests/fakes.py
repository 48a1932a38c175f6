"""Small stand-ins for large things."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.gates.novelty import Copies
from stagelyric.lm.engine import Engine
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.state import Rows
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary, fold
from stagelyric.training import build
from stagelyric.words import classes, near, survey
from stagelyric.words import tags as craft_tags
from stagelyric.words.tags import Tags
from stagelyric.writing.rules import Language

VERSES = """
The rain came down on the harbour wall
And the gulls flew over the fishing town
I heard the rain on the window fall
While the last red lamp in the street burned down

She left her coat on the kitchen chair
And a silver spoon in a cup of tea
The night was cold and the road was bare
And the train went slowly along the sea

My brother drove in a stolen car
With a broken radio and a song
We followed the light of a yellow star
And the night was short and the road was long

The river carried the moon away
And the dogs lay down at the station door
We waited there for the break of day
And the tide came in on the silent shore

There is a light in the window pane
And a letter under the kitchen door
I ran for the bus in the morning rain
And I will not wait for you any more

The clock struck ten in the silver tower
And the crowd went home by the river side
She gave the driver a yellow flower
And the band went on with the evening tide

Old Mary sings in the market square
With a red guitar and a paper crown
The wind is playing with Mary's hair
And the sun is slow when the sun goes down

The snow lay white on the garden wall
And the lamp burned low in the empty hall
I heard the voice of the water call
And I heard the stars in the river fall

I gave my boots to a stranger there
I gave my coat to the open air
The morning came with a golden stare
And the light was caught in the dancer's hair

You said the train would be here by nine
I told old Mary the rain would pour
I hung your shirt on the washing line
And I swept the snow from the kitchen floor
"""


@dataclass(frozen=True, slots=True)
class Recent:
    """The last characters of each row, (1, B, 4)."""

    ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids[0])

    def expand(self, n: int) -> Recent:
        return Recent(np.repeat(self.ids, n, axis=1))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Recent:
        return Recent(self.ids[:, rows])

    @classmethod
    def joined(cls, states: Sequence[Recent]) -> Recent:
        return cls(np.concatenate([state.ids for state in states], axis=1))


class NGramEngine(Engine):
    """A model of five lines' worth: what followed the last four characters in a text, and shorter ones beside it."""

    order = 4

    def __init__(self, text: str = VERSES, digest: str = "0123456789abcdef0123456789abcdef"):
        super().__init__("n-gram", digest, Vocabulary())
        self._counts: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        ids = self.vocabulary.encode(BOUNDARY + text.strip() + "\n" + BOUNDARY).tolist()
        for i in range(1, len(ids)):
            for k in range(self.order + 1):
                if i >= k:
                    self._counts[tuple(ids[i - k : i])][ids[i]] += 1
        self.steps = 0

    def start(self, rows: int = 1) -> Recent:
        return Recent(np.zeros((1, rows, self.order), dtype=np.int64))

    def step(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], Recent]:
        assert isinstance(state, Recent)
        self.steps += 1
        recent = np.concatenate([state.ids[0, :, 1:], ids[:, None]], axis=1)  # (B, 4)
        logits = np.log(np.stack([self._chances(tuple(row)) for row in recent.tolist()])).astype(np.float32)
        return logits, Recent(recent[None])

    @cache  # noqa: B019 - engines are few, and as old as the tests
    def _chances(self, context: tuple[int, ...]) -> NDArray[np.float64]:
        chances = np.full(len(self.vocabulary), 1 / len(self.vocabulary))
        for k in range(self.order + 1):
            counts = self._counts.get(context[self.order - k :])
            if counts:
                total = sum(counts.values())
                seen = np.bincount(list(counts), list(counts.values()), minlength=len(chances))
                chances = (seen + len(counts) * chances) / (total + len(counts))
        return chances

    def prime(self, text: str) -> tuple[NDArray[np.float32], Recent]:
        state = self.start()
        logits = np.zeros((1, len(self.vocabulary)), dtype=np.float32)
        for i in self.vocabulary.encode(BOUNDARY + fold(text)):
            logits, state = self.step(np.array([i]), state)
        return logits, state


@cache
def language() -> Language:
    """What is to be learned from the verses, every word of them."""
    found = survey.survey([VERSES])
    words = build.build_lexicon(found, least=1)
    kinds = classes.build(map(survey.words_of, found.lines), words)
    vectors = near.build(found.stanza_words, words, least=1).astype(np.float32) / np.float32(127)
    return Language(words, vectors, kinds)


@cache
def copies() -> Copies:
    return Copies(novelty.build(VERSES.splitlines()))


_OWN = ("the", "and", "a", "of", "in", "on", "with", "my", "she", "i", "you", "to", "it", "we")
_VERBS = (
    "came",
    "flew",
    "heard",
    "fall",
    "left",
    "drove",
    "followed",
    "carried",
    "waited",
    "ran",
    "sings",
    "gave",
    "hung",
)
_ADJECTIVES = (
    "last",
    "red",
    "silver",
    "cold",
    "bare",
    "stolen",
    "broken",
    "yellow",
    "short",
    "long",
    "silent",
    "golden",
)


@cache
def tags() -> Tags:
    """What the verses' words are used for, as a child would sort them."""
    kinds = {"VERB|Fin": _VERBS, "ADJ": _ADJECTIVES, "PRON": ("she", "i", "you", "we", "it"), "ADP": ("of", "in", "on")}
    uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word in language().lexicon.words:
        tag = next((kind for kind, words in kinds.items() if word in words), "NOUN")
        uses[word][tag] += 1
    return craft_tags.build(uses, tokens.TAGS, _OWN, language().lexicon)

"""What a show has heard: pairs of adjacent words, those of the shelf's last lines and those that many frames have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from stagelyric.phrasebook import spoken
from stagelyric.phrasebook.ends import bare

SPAN = 112
"""The last lines of a shelf that count. At most the lines of a shelf that the writer is told, less those of a block, so
that a line depends on the lines before it only, not on where a request for lines began."""
_AGAIN = 0.25  # added for each further time that a pair was heard


class Heard:
    """The pairs of adjacent words in a shelf's last lines."""

    def __init__(self, common: Mapping[str, float], said: Sequence[str] = ()):
        """`common`: how many of all frames' lines are expected to have a pair ("on the"); `said`: the shelf's lines so
        far."""
        self._common, self._said = common, said[-SPAN:]
        self._times: dict[str, int] = {}
        self._costs: dict[str, float] = {}
        for text in self._said:
            for pair in pairs(text):
                self._times[pair] = self._times.get(pair, 0) + 1

    def repeats(self, texts: Sequence[str]) -> float:
        """How many pairs of these lines are probably repetitions in a show; those heard on the shelf certainly are."""
        costs, total = self._costs, 0.0
        seen: set[str] = set()
        for text in texts:
            for pair in pairs(text):
                cost = costs.get(pair)
                if cost is None:
                    cost = costs[pair] = self._cost(pair)
                total += 1.0 if pair in seen and cost < 1.0 else cost
                seen.add(pair)
        return total

    def has(self, name: str) -> bool:
        """Whether a name was said in full."""
        return any(name in text for text in self._said)

    def _cost(self, pair: str) -> float:
        times = self._times.get(pair, 0)
        if times:
            return 1.0 + _AGAIN * (times - 1)
        return spoken.chance(self._common.get(pair, 0.0))


def pairs(text: str) -> list[str]:
    """A line's pairs of adjacent words, each as "on the"."""
    words = [bare(word) for word in text.split()]
    return [f"{a} {b}" for a, b in pairwise(words)]

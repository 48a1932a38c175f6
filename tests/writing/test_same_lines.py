"""The promise that the same seed gives the same lines: 64 lines of each shipped model, against digests kept here.

A change of these digests is a change of what every band's seed gives. Make it knowingly, and say so in the changelog.
"""

import hashlib
import json

import numpy as np
import pytest

from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.writing.writer import Writer

RHYMED = Ask(
    prime="Odile walks down to the water\nthe lamps are lit in Leith",
    syllables=(6, 9), rhyme="AABB", names=("Odile", "Leith"), themes=("harbour", "winter"), seed=7,
)  # fmt: skip
CROSSED = Ask(rhyme="ABAB", syllables=(7, 10), wildness=0.9, themes=("kettle",), avoid=("heart",), seed=3)
FREE = Ask(family_friendly=False, elisions=True, wildness=0.2, seed=11)
WORDS = [Ask(word=word, syllables=(5, 9), seed=5) for word in ("lantern", "Marseille", "rain", "bicycle")] * 4

LINES = {
    "char-rnn": "2ae5d0d9a8d205f7",
    "structure": "3970437e26d5d481",
    "transformer": "cbedd64a6d13e167",
}

ARITHMETIC = {
    "char-rnn": "b4dcabbdb6553e16",
    "structure": "b4d7c5d797003c73",
    "transformer": "ff63da6ef3a862c3",
}
"""What each model makes of one text here. Processors round int8 differently: on one that does, lines are others."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@pytest.fixture(params=LINES)
def shipped(request: pytest.FixtureRequest) -> tuple[str, Writer]:
    """A model's name, and its writer; on a processor that rounds as the digests' did."""
    model = str(request.param)
    writer = Writer.open(paths.find_model(model))
    logits, _ = writer.engine.prime("the lamps are lit along the quay\n")
    here = digest(np.ascontiguousarray(logits).tobytes())
    if here != ARITHMETIC[model]:
        pytest.skip(f"this processor rounds {model} otherwise ({here})")
    return model, writer


@pytest.mark.slow
def test_a_seed_gives_the_lines_it_always_gave(shipped: tuple[str, Writer]) -> None:
    model, writer = shipped
    lines = [line for ask in (RHYMED, CROSSED, FREE) for line in writer.write(ask, count=16)]
    lines += [writer.write(ask, start=i // 4)[0] for i, ask in enumerate(WORDS)]
    written = json.dumps([[line.text, line.origin, line.score, line.syllables, line.index] for line in lines])
    assert len(lines) == 64
    assert digest(written.encode()) == LINES[model], "\n".join(line.text for line in lines)

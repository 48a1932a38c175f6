"""The real model, where it has been fetched: its graph of bytes beside torch, and whether it knows sense."""

import random
from pathlib import Path

import numpy as np
import pytest
from editor import tiny_gguf

from stagelyric.editor import fetch, usual
from stagelyric.editor.editor import Editor
from stagelyric.editor.llama import Llama
from stagelyric.words import formats

SONGBOOK = Path(__file__).parents[2] / "models" / "songbook"

_WHY = "not fetched: stagelyric models fetch smollm2"
pytestmark = pytest.mark.skipif(not fetch.SMOLLM2.path.is_file(), reason=_WHY)


@pytest.fixture(scope="module")
def editor() -> Editor:
    return Editor.open(fetch.SMOLLM2.path, usual.lexicon())


@pytest.fixture(scope="module")
def items() -> list[tuple[str, list[str]]]:
    """200 lines of the songbook with the lines before them."""
    found = []
    for file in sorted(SONGBOOK.glob("*/*.cho")):
        for _, lines in formats.read_sheet(file.name, file.read_text(encoding="utf-8")).stanzas:
            found += [(line, list(lines[:number])) for number, line in enumerate(lines) if number]
    return random.Random(1).sample(found, 200)


@pytest.mark.needs("package:torch")
@pytest.mark.slow
def test_bytes_lose_less_than_three_hundredths_of_a_nat(editor: Editor, items: list[tuple[str, list[str]]]) -> None:
    model = Llama(fetch.SMOLLM2.path)
    texts = [editor.encode(line, before) for line, before in items[:100]]  # a third of a second in torch
    found = np.concatenate(editor.log_p([text for text, _ in texts], [start for _, start in texts]))
    wanted = np.concatenate(
        [tiny_gguf.by_torch(model, editor.meta, t)[np.arange(start, len(t)), t[start:]] for t, start in texts]
    )
    assert abs(np.mean(found - wanted)) < 0.03
    assert np.sqrt(np.mean((found - wanted) ** 2)) < 0.4


def test_sense_is_told_from_the_same_words_shuffled(editor: Editor, items: list[tuple[str, list[str]]]) -> None:
    rng = random.Random(2)
    shuffled = [(" ".join(rng.sample(line.split(), len(line.split()))), before) for line, before in items]
    sense, nonsense = (
        np.array(editor.score([line for line, _ in each], [before for _, before in each])) for each in (items, shuffled)
    )
    assert np.mean(sense[:, None] > nonsense[None]) > 0.85
    assert 1.5 < sense.mean() < 2.7
    assert nonsense.mean() < 1

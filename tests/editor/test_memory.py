"""Texts continued piece by piece get the same chances as texts that are read as a whole."""

from pathlib import Path

import numpy as np
import pytest
from editor import tiny_gguf

from stagelyric.editor.editor import Editor
from stagelyric.editor.llama import Llama


def grown(editor: Editor, text: list[int], other: list[int], cut: bool) -> list[float]:
    """ln p of each piece of `text` after the first, read in three calls with another branch beside it."""
    memory = editor.memory(64)
    after = [memory.read(text[:3], [-1, 0, 1])]
    if cut:
        memory.read(other, [2] * len(other))
        memory.cut(3)
    after.append(memory.read([text[3], *other], [2] * (1 + len(other)), [0]))
    first = memory.size
    after.append(memory.read(text[4:], [3, *range(first, first + len(text) - 5)]))
    log_p = np.concatenate(after)
    return [float(log_p[place, piece]) for place, piece in enumerate(text[1:])]


@pytest.mark.parametrize("cut", [False, True])
def test_a_branch_is_read_as_the_text_that_it_is(editor: Editor, cut: bool) -> None:
    text, _ = editor.encode("The rain is on the sea and on my boat", [])
    other, _ = editor.encode("It is my rain", [])
    (wanted,) = editor.log_p([text], [1])
    assert grown(editor, text, other, cut) == pytest.approx(wanted.tolist(), abs=1e-4)


def test_chances_are_those_of_torch(source: Path, editor: Editor) -> None:
    text, _ = editor.encode("The rain is on the sea", [])
    wanted = tiny_gguf.by_torch(Llama(source), editor.meta, text)[np.arange(1, len(text)), text[1:]]
    found = np.array(grown(editor, text, [1, 2], cut=False))
    assert np.sqrt(np.mean((found - wanted) ** 2)) < 0.15 * wanted.std()


def test_all_chances_add_up(editor: Editor) -> None:
    memory = editor.memory(8)
    log_p = memory.read([5, 6, 7], [-1, 0, 0])
    assert np.exp(log_p).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert memory.size == 3
    assert memory.room == 5


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_pieces_spell_the_text_that_they_encode(kind: str, tmp_path: Path) -> None:
    made = Editor.open(tiny_gguf.write(tmp_path / "tiny.gguf", kind=kind), cache=tmp_path / "cache")
    for text in ("The rain is on my boat, and it is", "B's sea"):
        assert "".join(map(made.pieces.text, made.pieces.encode(text))) == text

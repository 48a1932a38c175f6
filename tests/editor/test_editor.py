"""The whole way from a GGUF file to a line's sense, on a llama made at random."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from editor import tiny_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.editor import build, folder, graph, reach
from stagelyric.editor.editor import LEAST, MOST, Editor, sung
from stagelyric.editor.llama import Llama
from stagelyric.editor.running import Graph

LINES = ["The rain is on the sea", "And it is on my boat", "My boat, it rains", "The rain is on the boat"]
BEFORE = [[], ["The rain is on the sea"], ["One", "Two", "Three", "Four", "Five"], []]


def exact(model: Llama, meta: folder.Meta, place: Path) -> Graph:
    """The graph in fp32."""
    weights, start = io.BytesIO(), meta.kept.index(meta.start)
    inside = reach.read(model, [[start, start]], meta.kept)
    (place / folder.GRAPH).write_bytes(graph.write_graph(model, meta.kept, weights, replace(inside, smoothing=None)))
    (place / folder.WEIGHTS).write_bytes(weights.getvalue())
    return Graph(place / folder.GRAPH)


def coded(editor: Editor) -> list[tuple[list[int], int]]:
    return [editor.encode(line, before) for line, before in zip(LINES, BEFORE, strict=True)]


@pytest.mark.parametrize(("kind", "quantised"), [("gpt2", "F32"), ("gpt2", "Q8_0"), ("gpt2", "Q4_1"), ("llama", "F16")])
def test_is_what_torch_reckons(kind: str, quantised: str, tmp_path: Path) -> None:
    source = tiny_gguf.write(tmp_path / "tiny.gguf", kind=kind, quantised=quantised)
    editor = Editor.open(source, cache=tmp_path / "cache")
    model = Llama(source)
    editor._graph = exact(model, editor.meta, tmp_path)
    texts = coded(editor)
    found = editor.log_p([text for text, _ in texts], [start for _, start in texts])
    for (text, start), log_p in zip(texts, found, strict=True):
        wanted = tiny_gguf.by_torch(model, editor.meta, text)[np.arange(start, len(text)), text[start:]]
        assert log_p == pytest.approx(wanted, abs=2e-4)


def test_bytes_lose_little(source: Path, tmp_path: Path) -> None:
    editor = Editor.open(source, cache=tmp_path / "cache")
    model = Llama(source)
    texts = [editor.encode(f"{line}, {other}", []) for line in LINES for other in LINES]
    wanted = np.concatenate(
        [tiny_gguf.by_torch(model, editor.meta, t)[np.arange(start, len(t)), t[start:]] for t, start in texts]
    )

    found = np.concatenate(editor.log_p([text for text, _ in texts], [start for _, start in texts]))
    assert np.sqrt(np.mean((found - wanted) ** 2)) < 0.15 * wanted.std()


def test_a_line_is_heard_alike_alone_and_among_others(editor: Editor) -> None:
    together = editor.score(LINES, BEFORE)
    assert together == [editor.score([line], [before])[0] for line, before in zip(LINES, BEFORE, strict=True)]
    assert len(set(together)) == len(LINES)


def test_a_lean_editor_hears_the_same(source: Path, tmp_path: Path) -> None:
    wanted = Editor.open(source, cache=tmp_path / "cache")
    place = next(place.parent for place in (tmp_path / "cache").rglob(folder.META))
    lean = Editor(place, folder.read(place), places=8, lean=True)
    assert lean.score(LINES, BEFORE) == pytest.approx(wanted.score(LINES, BEFORE), abs=1e-3)
    assert lean.digest == wanted.digest
    pieces, _ = wanted.encode(LINES[0], [])
    memories = [editor.memory(len(pieces)) for editor in (lean, wanted)]
    first, second = (memory.read(pieces, range(-1, len(pieces) - 1)) for memory in memories)
    assert first == pytest.approx(second, abs=1e-3)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=4)), min_size=1, max_size=6))
def test_any_text_has_a_sense_within_bounds(editor: Editor, items: list[tuple[str, list[str]]]) -> None:
    heard = editor.hear([line for line, _ in items], [before for _, before in items])
    for (line, _), one in zip(items, heard, strict=True):
        assert LEAST <= one.sense <= MOST
        assert (one.pieces == 0) == (not sung(line))


def test_the_lines_before_count_and_only_the_last_three(editor: Editor) -> None:
    line, far = "It is on my boat", ["The rain", "is on the sea", "and on the boat"]
    assert editor.score([line], [far]) == editor.score([line], [["What was", *far]])
    assert editor.score([line], [far]) != editor.score([line], [far[1:]])


def test_a_line_longer_than_the_model_reads(editor: Editor) -> None:
    [heard] = editor.hear(["zq" * 2000], [["The rain"]])
    assert heard.pieces == folder.LONGEST - 2


def test_quotes_dashes_and_what_ends_a_line_are_not_heard(editor: Editor) -> None:
    assert sung("  it's  raining\u2014on the sea,  ") == "It's raining-on the sea"
    assert editor.score(["it\u2019s on the sea!"], [[]]) == editor.score(["It's on the sea"], [[]])


def test_pieces_that_are_not_kept_are_spelled_by_smaller_ones(source: Path, tmp_path: Path) -> None:
    meta = build.build(source, tmp_path / "small", most=260)
    pieces, whole = meta.pieces(), meta.alphabet.pieces()
    assert len(pieces) == 260
    text = "The rain is on the sea"
    spelled = ["".join(meta.alphabet.tokens[meta.kept[n]] for n in pieces.encode(text))]
    assert spelled == ["".join(meta.alphabet.tokens[n] for n in whole.encode(text))]
    assert len(pieces.encode(text)) > len(whole.encode(text))

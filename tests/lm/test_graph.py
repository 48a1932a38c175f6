"""Graphs built node by node, run on small arrays beside numpy's own sums; and pictures and folders of models."""

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from stagelyric.lm import checkpoint
from stagelyric.lm.checkpoint import CARD, META, Corpus, Meta, ModelError, check_craft, note_files, read_file, read_meta
from stagelyric.lm.curve import Curve, _thinned, drawn
from stagelyric.lm.graph import Graph, Shape, Span, spans
from stagelyric.lm.vocabulary import ALPHABET


def run(graph: Graph, out: str, shape: Shape, **given: np.ndarray) -> np.ndarray:
    """What a graph makes of its inputs."""
    graph.add("Identity", out, out="result")
    inputs = [(name, value.dtype == np.int64, value.shape) for name, value in given.items()]
    session = onnxruntime.InferenceSession(graph.serialise(inputs, [("result", shape)]))
    return np.asarray(session.run(["result"], given)[0])


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_a_product_in_integers_is_within_its_steps_of_the_exact_one(signed: bool, seed: int) -> None:
    left, matrix, most = normal(5, 8, seed=seed), normal(8, 6, seed=seed + 9), 2.0
    left = np.clip(left if signed else np.abs(left), -most, most)
    matrix[:, 3] *= 100  # each column has its own scale
    graph = Graph(int8=True)
    found = run(graph, graph.matmul("x", matrix, most, signed=signed), (5, 6), x=left)
    step = most / (127 if signed else 255)
    scales = np.abs(matrix).max(axis=0) / 63
    bound = 0.5 * step * np.abs(matrix).sum(axis=0) + 0.5 * scales * (
        np.abs(left).sum(axis=1, keepdims=True) + 8 * step
    )
    assert (np.abs(found - left @ matrix) <= bound + 1e-4).all()
    assert np.abs(found - left @ matrix).max() > 1e-6


def test_an_outlier_is_clipped_and_a_column_of_nothing_stays_nothing() -> None:
    matrix = np.array([[1.0, 0.0]], dtype=np.float32)
    for signed, wanted in ((True, [2, 2, -2]), (False, [2, 2, 0])):
        graph = Graph(int8=True)
        left = np.array([[2.0], [50.0], [-50.0]], dtype=np.float32)
        found = run(graph, graph.matmul("x", matrix, 2.0, signed=signed), (3, 2), x=left)
        assert found[:, 0] == pytest.approx(wanted, rel=0.02)
        assert found[:, 1].tolist() == [0, 0, 0]


def test_a_row_s_product_does_not_depend_on_the_other_rows() -> None:
    left, matrix = normal(4, 8), normal(8, 6)
    alone = []
    for rows in (left, left[::-1], left[:1]):
        graph = Graph(int8=True)
        alone.append(run(graph, graph.matmul("x", matrix, 3.0), (len(rows), 6), x=np.ascontiguousarray(rows)))
    np.testing.assert_array_equal(alone[0], alone[1][::-1])
    np.testing.assert_array_equal(alone[0][:1], alone[2])


@pytest.mark.parametrize("int8", [True, False])
def test_rows_are_looked_up_exactly_or_in_eight_bits(int8: bool) -> None:
    table, ids = normal(7, 5), np.array([6, 0, 0, 3], dtype=np.int64)
    graph = Graph(int8=int8)
    found = run(graph, graph.lookup(table, "ids"), (4, 5), ids=ids)
    bound = 0.5 * np.abs(table).max() / 127 if int8 else 0
    assert np.abs(found - table[ids]).max() <= bound + 1e-6
    assert int8 == (not np.array_equal(found, table[ids]))


def test_a_table_of_nothing_is_looked_up_as_nothing() -> None:
    graph = Graph(int8=True)
    assert not run(graph, graph.lookup(np.zeros((3, 2), np.float32), "ids"), (1, 2), ids=np.array([1])).any()


@pytest.mark.parametrize("sizes", [[1, 5], [2, 2, 2], [6]])
def test_the_parts_of_a_value_are_its_parts_in_order(sizes: list[int]) -> None:
    value = normal(3, 6)
    for part, (first, last) in enumerate(pairwise(np.cumsum([0, *sizes]))):
        graph = Graph(int8=False)
        parts = graph.split("x", sizes)
        assert len(parts) == len(sizes)
        found = run(graph, parts[part], (3, sizes[part]), x=value)
        np.testing.assert_array_equal(found, value[:, first:last])


def test_small_constants_are_shared_by_type_shape_and_value() -> None:
    graph = Graph(int8=False)
    same = {graph.constant(2.0), graph.constant(np.array([2], np.float32)), graph.constant(1 + 1.0)}
    others = [graph.constant(np.array([2], np.int64)), graph.constant(np.array([[2]], np.float32)), graph.constant(3.0)]
    large = [graph.constant(np.zeros(256, np.float32)) for _ in range(2)]
    assert len(same) == 1
    assert len({*same, *others, *large}) == 6
    assert graph.ints(2) == others[0]
    assert graph.ints(1, 2) == graph.ints(1, 2) != graph.ints(2, 1)
    assert len(graph.constants) == 8


def test_a_tensor_is_where_its_span_says() -> None:
    tensors = {name: normal(*shape, seed=n).astype(np.float16) for n, (name, shape) in enumerate(
        {"a": (3, 2), "b.weight": (5,), "c": (1, 1, 4)}.items())}  # fmt: skip
    data = save(tensors)
    found = spans(data)
    assert set(found) == set(tensors)
    for name, span in found.items():
        held = np.frombuffer(data[span.offset : span.offset + span.length], np.float16)
        np.testing.assert_array_equal(held.reshape(tensors[name].shape), tensors[name])
    ends = sorted((span.offset, span.offset + span.length) for span in found.values())
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))
    assert ends[-1][1] == len(data)
    assert spans(save(tensors, {"who": "me"})).keys() == found.keys()


def test_a_weight_of_another_file_is_named_in_the_graph_and_not_held_by_it() -> None:
    graph = Graph(int8=False, outside={"w": Span("weights.safetensors", 80, 4000)})
    graph.weight({"w": normal(50, 40)}, "w")
    assert len(graph.serialise([], [])) < 1000
    entries = {entry.key: entry.value for entry in graph.constants[0].external_data}
    assert entries == {"location": "weights.safetensors", "offset": "80", "length": "4000"}
    inside = Graph(int8=False)
    inside.weight({"w": normal(50, 40)}, "w")
    assert len(inside.serialise([], [])) > 50 * 40 * 4


# -- the curve


points = st.lists(st.tuples(st.integers(0, 10**9).map(float), st.floats(0, 12)), max_size=8)


@settings(max_examples=60)
@given(points, points)
def test_all_points_of_a_picture_are_in_it(
    trained: list[tuple[float, float]], checked: list[tuple[float, float]]
) -> None:
    picture = drawn(trained, checked, "word")
    shown = [point for point in trained if point[1] < 8]
    assert (picture == "") == (len(shown) + len(checked) < 2)
    if not picture:
        return
    space = "{http://www.w3.org/2000/svg}"
    root = ElementTree.fromstring(picture)
    line = root.find(f"{space}polyline")
    assert line is not None
    found = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.iter(f"{space}circle")]
    assert (len(found), len(dots)) == (len(shown), len(checked))
    assert all(56 <= x <= 704 and 16 <= y <= 280 for x, y in (*found, *dots))
    heights = [float(text.attrib["y"]) for text in root.iter(f"{space}text")][:-2]
    assert heights == sorted(heights, reverse=True)
    assert (
        1 <= len(heights) <= 9 or max(y for _, y in (*shown, *checked)) - min(y for _, y in (*shown, *checked)) < 0.06
    )
    for (x, bits), (across, down) in zip([*shown, *checked], [*found, *dots], strict=True):
        for other, (further, lower) in zip([*shown, *checked], [*found, *dots], strict=True):
            assert x >= other[0] or across <= further
            assert bits <= other[1] or down <= lower


@settings(max_examples=60)
@given(st.integers(0, 3000))
def test_a_line_has_240_points_at_most_and_both_ends(count: int) -> None:
    whole = [(float(n), 1.0) for n in range(count)]
    kept = _thinned(whole)
    assert len(kept) <= 240
    assert kept == sorted(set(kept))
    assert set(kept) <= set(whole)
    assert kept[:1] == whole[:1]
    assert kept[-1:] == whole[-1:]
    if count < 240:
        assert kept == whole
    else:
        assert len(kept) > 110


def test_a_curve_s_figures_are_those_of_its_picture() -> None:
    went = Curve([(float(n), 3.0) for n in range(500)], [(9.0, 2.0)], "base", "word")
    files = {name: data.decode() for name, data in went.files().items()}
    told = json.loads(files["curve.json"])
    assert told["held_out"] == [[9.0, 2.0]]
    assert [tuple(point) for point in told["trained"]] == _thinned(went.trained)
    assert "bits per word; line: training text, dots: held-out songs" in files["curve.svg"]


# -- the folder


figures = st.dictionaries(st.text(max_size=5), st.floats(-9, 9) | st.integers(0, 2**40), max_size=3)
some_texts = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
metas = st.builds(
    Meta, name=st.text(max_size=8), kind=st.text(max_size=8),
    config=st.dictionaries(st.text(max_size=5), st.integers()),
    symbols=st.sampled_from([ALPHABET, "\x03\nab"]), seed=st.integers(), recipe=some_texts,
    corpora=st.lists(st.builds(Corpus, st.text(max_size=5), st.just("0" * 64), st.integers(0, 9), st.floats(0, 9),
                               st.sampled_from(["main", "finish"]), st.text(max_size=5)), max_size=3).map(tuple),
    training=figures, bits=st.dictionaries(st.text(max_size=5), figures, max_size=2), held_out=some_texts,
    parent=some_texts, tuning=figures,
)  # fmt: skip


@settings(max_examples=40)
@given(metas, st.dictionaries(st.sampled_from(["a.bin", "b.npz"]), st.binary(max_size=9)))
def test_what_is_written_of_a_model_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, meta: Meta, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("models") / "new"
    written = checkpoint.write_model(folder, meta, files, "# card é")
    assert written == read_meta(folder)
    for name in Meta.__dataclass_fields__:
        if name not in ("files", "alphabet"):
            assert getattr(written, name) == getattr(meta, name)
    assert written.files == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert {name: read_file(folder, name, written) for name in files} == files
    assert (folder / CARD).read_text("utf-8") == "# card é"
    assert sorted(file.name for file in folder.iterdir()) == sorted([*files, CARD, META])  # nothing half written


def small(folder: Path, **files: bytes) -> Meta:
    meta = Meta("dice", "char-rnn", {}, ALPHABET, 0, {}, ())
    return checkpoint.write_model(folder, meta, {name.replace("_", "."): data for name, data in files.items()}, "")


def test_a_file_that_came_later_is_known_too_and_the_others_stay_known(tmp_path: Path) -> None:
    meta = small(tmp_path, a_bin=b"1")
    (tmp_path / "near.npz").write_bytes(b"2")
    later = note_files(tmp_path, ["near.npz"])
    assert later.files == {**meta.files, "near.npz": hashlib.sha256(b"2").hexdigest()}
    check_craft(tmp_path, later)
    (tmp_path / "a.bin").write_bytes(b"3")
    check_craft(tmp_path, later)  # is no word data, and is read by others
    (tmp_path / "near.npz").write_bytes(b"3")
    with pytest.raises(ModelError, match=r"near\.npz: the file is damaged or of another model"):
        check_craft(tmp_path, later)
    (tmp_path / "near.npz").unlink()
    check_craft(tmp_path, later)


def test_a_file_is_refused_before_it_is_read_if_it_is_unknown_missing_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = small(tmp_path, a_bin=b"12345", b_bin=b"")
    with pytest.raises(ModelError, match=r"meta\.json: wanted an entry for c\.bin, found none"):
        read_file(tmp_path, "c.bin", meta)
    (tmp_path / "b.bin").unlink()
    with pytest.raises(ModelError, match=r"b\.bin: wanted a file of the model dice, found nothing there"):
        read_file(tmp_path, "b.bin", meta)
    monkeypatch.setattr(checkpoint, "_LARGEST", 4)
    with pytest.raises(ModelError, match=r"a\.bin: wanted a file of the model dice, found 5 bytes"):
        read_file(tmp_path, "a.bin", meta)


@pytest.mark.parametrize(
    "change",
    [
        {"corpora": [{"title": "a", "sha256": "0", "songs": "many", "weight": 1, "part": "main"}]},
        {"corpora": [{"title": 3, "sha256": "0", "songs": 1, "weight": 1, "part": "main"}]},
        {"corpora": [{"title": "a"}]}, {"corpora": 3}, {"training": {"steps": "many"}}, {"bits": {"a": {"b": None}}},
        {"bits": {"a": 3}}, {"files": 3}, {"config": [1]}, {"symbols": "aa\x03\n"}, {"symbols": "ab"},
        {"symbols": None},
    ],
)  # fmt: skip
def test_a_field_of_another_type_is_one_sentence(tmp_path: Path, change: dict[str, Any]) -> None:
    small(tmp_path)
    data = json.loads((tmp_path / META).read_text()) | change | {"alphabet": ""}
    (tmp_path / META).write_text(json.dumps(data))
    with pytest.raises(ModelError, match="wanted the description of a model, found a damaged file") as caught:
        read_meta(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_later_version_s_fields_are_passed_over_and_another_alphabet_is_not(tmp_path: Path) -> None:
    meta = small(tmp_path)
    data = json.loads((tmp_path / META).read_text())
    (tmp_path / META).write_text(json.dumps(data | {"mood": "calm"}))
    assert read_meta(tmp_path) == meta
    (tmp_path / META).write_text(json.dumps(data | {"symbols": ALPHABET[::-1]}))
    with pytest.raises(ModelError, match="wanted the vocabulary that the model was trained with, found another"):
        read_meta(tmp_path)
    (tmp_path / META).write_text(json.dumps(data | {"format": 2}))
    with pytest.raises(ModelError, match="wanted a model of format 1, found format 2"):
        read_meta(tmp_path)

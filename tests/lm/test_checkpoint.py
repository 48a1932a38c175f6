import hashlib
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from lm.tiny import random_weights

from stagelyric.lm.checkpoint import (
    META,
    STEP_INT8,
    WEIGHTS,
    ModelError,
    note_files,
    read_file,
    read_meta,
    read_weights,
)
from stagelyric.lm.runtime import load


@pytest.fixture
def model(random_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(random_model, tmp_path / "dice"))


class _Bomb:
    def __init__(self, fuse: Path):
        self.fuse = fuse

    def __reduce__(self) -> tuple[object, tuple[Path, ...]]:
        return Path.touch, (self.fuse,)


def rewrite(model: Path, **changes: object) -> None:
    file = model / META
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def sentence(error: pytest.ExceptionInfo[ModelError], file: Path) -> None:
    text = str(error.value)
    assert text.startswith(str(file))
    assert "\n" not in text


def test_a_model_is_read_back(model: Path) -> None:
    meta = read_meta(model)
    assert meta.name == "dice"
    assert meta.config["hidden"] == read_weights(model, meta)["lstm.weight_hh_l0"].shape[1]
    for name, value in read_weights(model, meta).items():
        np.testing.assert_allclose(value, random_weights()[name], rtol=1e-3, atol=1e-6)
    assert {hashlib.sha256(read_file(model, name, meta)).hexdigest() for name in meta.files} == set(meta.files.values())


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "longer"])
@pytest.mark.parametrize("name", [STEP_INT8, WEIGHTS])
def test_a_damaged_file_is_refused(model: Path, name: str, harm: str) -> None:
    file = model / name
    data = file.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    file.write_bytes({"flip": flipped, "cut": data[:-1], "empty": b"", "longer": data + b"\0"}[harm])
    with pytest.raises(ModelError, match="damaged or of another model") as caught:
        load(model) if name == STEP_INT8 else read_weights(model, read_meta(model))
    sentence(caught, file)


@pytest.mark.parametrize("name", [STEP_INT8, WEIGHTS])
def test_a_pickle_is_never_opened_even_with_a_forged_hash(model: Path, tmp_path: Path, name: str) -> None:
    fuse = tmp_path / "burnt"
    (model / name).write_bytes(pickle.dumps(_Bomb(fuse)))
    read = load if name == STEP_INT8 else lambda folder: read_weights(folder, read_meta(folder))
    with pytest.raises(ModelError, match="damaged"):
        read(model)
    digest = hashlib.sha256((model / name).read_bytes()).hexdigest()
    rewrite(model, files=dict(read_meta(model).files) | {name: digest})
    with pytest.raises(ModelError, match="found something else") as caught:
        read(model)
    sentence(caught, model / name)
    assert not fuse.exists()


def test_a_missing_file_is_named(model: Path) -> None:
    (model / STEP_INT8).unlink()
    with pytest.raises(ModelError, match="nothing there") as caught:
        load(model)
    sentence(caught, model / STEP_INT8)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"format": 1}', '"x"', "[" * 100_000])
def test_a_damaged_meta_is_refused(model: Path, text: str) -> None:
    (model / META).write_text(text)
    with pytest.raises(ModelError) as caught:
        load(model)
    sentence(caught, model / META)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": 2}, "wanted a model of format 1, found format 2"),
        ({"kind": "oracle"}, "found 'oracle'"),
        ({"symbols": "aa"}, "vocabulary"),
        ({"symbols": "\u0003\nabc"}, "the vocabulary that the model was trained with"),
        ({"symbols": "\u0003\nabc", "alphabet": ""}, "wanted a graph for 5 characters"),
        ({"bits": {"songs": {"cold-256": "low"}}}, "the bits on songs are no numbers"),
        ({"bits": []}, "damaged"),
        ({"training": {"steps": None}}, "the figures of the training are no numbers"),
        ({"corpora": [{"title": "x"}]}, "damaged"),
        ({"files": {}}, "wanted an entry for step.int8.onnx"),
    ],
)
def test_a_meta_of_another_model_is_refused(model: Path, changes: dict[str, object], complaint: str) -> None:
    rewrite(model, **changes)
    with pytest.raises(ModelError, match=complaint):
        load(model)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="found nothing"):
        load(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="found a file"):
        load(tmp_path / "file")
    with pytest.raises(ModelError, match=r"wanted a model's meta\.json"):
        load(tmp_path)


def test_the_files_of_the_craft_are_known_by_their_hash_too(model: Path) -> None:
    (model / "lexicon.npz").write_bytes(b"words")
    load(model)  # an older model, which names none
    note_files(model, ["lexicon.npz"])
    assert read_meta(model).files["lexicon.npz"] == hashlib.sha256(b"words").hexdigest()
    load(model)
    (model / "lexicon.npz").write_bytes(b"word")
    with pytest.raises(ModelError, match="damaged or of another model") as caught:
        load(model)
    sentence(caught, model / "lexicon.npz")

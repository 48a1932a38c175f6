"""Small models to test with: one with random weights, and one that was trained for a second."""

import os
from pathlib import Path

import pytest
from lm.tiny import HIDDEN, TRANSFORMER, lyrics, random_transformer, random_weights
from programs import require

# Models this small gain nothing from a second thread, and two that wait for each other on a busy machine lose a lot.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "songs.txt"
    file.write_text(lyrics(30), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model's folder with random weights. Read it; to harm it, copy it."""
    require("package:onnx", "package:safetensors")
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.vocabulary import ALPHABET
    from stagelyric.training.release import release

    folder = tmp_path_factory.mktemp("models") / "dice"
    config = {"vocabulary": 97, "embedding": 8, "hidden": HIDDEN, "dropout": 0.0}
    release(folder, Meta("dice", "char-rnn", config, ALPHABET, 0, {}, ()), random_weights())
    return folder


@pytest.fixture(scope="session")
def random_attention(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole transformer's folder with random weights."""
    require("package:torch", "package:onnx")
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.vocabulary import ALPHABET
    from stagelyric.training.release import release

    folder = tmp_path_factory.mktemp("models") / "coin"
    release(folder, Meta("coin", "transformer", TRANSFORMER, ALPHABET, 0, {}, ()), random_transformer())
    return folder


@pytest.fixture(scope="session")
def shipped_model() -> Path:
    """The model in the repository."""
    return Path(__file__).parents[1] / "models" / "char-rnn"

"""What drafts learns a band's songs too: words of its own, and turns that it likes."""

from __future__ import annotations

from pathlib import Path

import fakes
import numpy as np
import pytest
from programs import require

from stagelyric.lm.corpus import Song, split
from stagelyric.words import classes, lexicon, near

BAND = [
    "My mam said nowt when the rain came down\nMy mam went home by the bus\n" * 3 + "And I heard it all night\n"
] * 5
HELD = ["My mam said nowt in the kitchen light\nMy mam came home with the tea\n" * 4]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A model of the verses' words with random weights, taught the band's."""
    require("package:torch")
    import torch

    from stagelyric.lm.kinds.backward import runtime, texts
    from stagelyric.lm.kinds.backward.config import BackwardConfig
    from stagelyric.lm.kinds.backward.model import Backward
    from stagelyric.training import build
    from stagelyric.training.tune_words import tune

    folder, known = tmp_path_factory.mktemp("words"), fakes.language().lexicon
    torch.manual_seed(0)
    model = Backward(BackwardConfig(texts.size_of(len(known.words))))
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    weights["embedding"] *= 0.2
    runtime.save(folder / "old.npz", known.words, weights | {"first": np.full(len(known.words), 0.1, np.float32)})
    words = known.extended(build.own_words(BAND, known))
    bits = tune(folder / "old.npz", folder / "new.npz", words, BAND, HELD, steps=12, rate=3.0)
    return folder / "new.npz", bits


def test_songs_held_back_are_foretold_better(tuned: tuple[Path, dict[str, float]]) -> None:
    _, bits = tuned
    assert 1 < bits["words after"] < 0.75 * bits["words before"]


def test_its_own_words_become_words_and_are_said_where_the_band_says_them(tuned: tuple[Path, dict[str, float]]) -> None:
    from stagelyric.lm.kinds.backward import runtime

    model = runtime.load(tuned[0])
    assert {"mam", "nowt"} <= set(model.words)
    assert model.words[: len(fakes.language().lexicon.words)] == fakes.language().lexicon.words
    assert len(model.first) == len(model.correction) == len(model.words)
    state = model.read(model.start(), [*model.numbers("nowt when the rain came down")[:-1], model.index["said"]])
    logits, _ = model.step(state, np.array([model.index["said"]]))
    place = int((logits[0] > logits[0, model.index["mam"]]).sum())
    assert place < 10


def test_a_band_s_words_are_learned_and_names_and_slurs_are_not(tmp_path: Path) -> None:
    from stagelyric.training import build

    build.build(tmp_path, [fakes.VERSES])
    known = lexicon.load(tmp_path / lexicon.FILE)
    text = "My mam met Zorbo by the ginnel\nThe ginnel, mam, and Zorbo\nThe cunts the cunts\nOnce only a dottle\n"
    words = build.extend(_made(tmp_path / "new"), tmp_path, [text], [text])
    assert {"mam", "ginnel"} <= set(words.words)
    assert not {"zorbo", "cunts", "dottle"} & set(words.words)
    assert set(known.words) <= set(words.words)
    assert near.load(tmp_path / "new" / near.FILE, len(words.words)).shape[0] == len(words.words)
    assert len(classes.load(tmp_path / "new" / classes.FILE, len(words.words)).classes) == len(words.words)
    assert lexicon.load(tmp_path / "new" / lexicon.FILE).words == words.words


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("count", "held"), [(1, 0), (3, 0), (4, 2), (5, 2), (12, 2), (19, 2), (20, 2), (60, 2)])
def test_two_songs_are_held_back_whatever_their_number(count: int, held: int) -> None:
    songs = [Song(str(n), f"Song number {n} is here\nAnd that is all of it {n}\n") for n in range(count)]
    kept, back = split(songs, 0.0, 2, 4)
    assert (len(back), len(kept)) == (held, count - held)


@pytest.mark.needs("package:torch")
def test_what_a_tuning_came_to_is_said_with_a_figure_or_that_there_is_none() -> None:
    from stagelyric.training.release import tuned_from

    told = tuned_from({"before": 2.5, "after": 2.25, "copied": 0.01})
    assert "from 2.500 to 2.250" in told
    assert "0.000" not in tuned_from({"copied": 0.0})
    assert "No song was held back" in tuned_from({"copied": 0.0})

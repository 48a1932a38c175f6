from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from lm.tiny import lyrics
from programs import require

from stagelyric.lm.checkpoint import STEP_FP32, Meta, read_meta, read_weights
from stagelyric.lm.kinds.char_rnn.runtime import RnnEngine
from stagelyric.lm.runtime import load
from stagelyric.lm.vocabulary import ALPHABET, Vocabulary

torch = pytest.importorskip("torch", reason="the comparison is with torch")

from stagelyric.lm.corpus import read_source  # noqa: E402
from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig  # noqa: E402
from stagelyric.lm.kinds.char_rnn.mingru import MinGru, Scan, scanned  # noqa: E402
from stagelyric.lm.kinds.char_rnn.model import CharRnn, State  # noqa: E402
from stagelyric.lm.kinds.network import Network  # noqa: E402
from stagelyric.lm.kinds.table import TRAINED  # noqa: E402
from stagelyric.lm.mixture import Mixture, stream  # noqa: E402
from stagelyric.training.measuring import cold_bits  # noqa: E402
from stagelyric.training.recipe import Recipe  # noqa: E402
from stagelyric.training.release import release  # noqa: E402
from stagelyric.training.train import Trainer  # noqa: E402

TEXT = "The rain came down on Harbour Street\nAnd Polly held the light\n\nSo carry me over, carry me on\n" * 3
SHAPES = {
    "mingru": CharRnnConfig(embedding=16, hidden=24, dropout=0.0, cell="mingru", layers=3),
    "two LSTMs": CharRnnConfig(embedding=8, hidden=16, dropout=0.0, layers=2),
}
RECIPE = Recipe(epochs=0.5, streams=4, segment=16, seed=3, warmup=5, reset=0.3, threads=1)


def scrambled(config: CharRnnConfig, seed: int = 0) -> Network:
    """A model none of whose weights is 0, as some are before they are trained."""
    torch.manual_seed(seed)
    model: Network = TRAINED["char-rnn"].model(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.3)
    return model


@pytest.fixture(scope="module", params=SHAPES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("package:onnx")
    made, config = tmp_path_factory.mktemp("models") / "cells", SHAPES[request.param]
    weights = {name: value.numpy() for name, value in scrambled(config).state_dict().items()}
    release(made, Meta("cells", "char-rnn", asdict(config), ALPHABET, 0, {}, ()), weights)
    return made


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    return Vocabulary().encode(TEXT)


@pytest.fixture(scope="module")
def truth(folder: Path, ids: np.ndarray) -> np.ndarray:
    """Torch's logits (T, V), the whole text read at once."""
    meta = read_meta(folder)
    model = TRAINED["char-rnn"].model(CharRnnConfig(**meta.config)).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in read_weights(folder, meta).items()})
    with torch.no_grad():
        return np.asarray(model(torch.from_numpy(ids)[None])[0][0])


def engine_of(folder: Path, precision: str = "int8") -> RnnEngine:
    engine = load(folder, precision="fp32" if precision == "fp32" else "int8")
    assert isinstance(engine, RnnEngine)
    return engine


@pytest.mark.parametrize("length", [1, 2, 7, 36, 97, 128])
def test_a_scan_is_a_loop_over_time(length: int) -> None:
    torch.manual_seed(length)
    keep, new, h = torch.rand(length, 3, 5), torch.randn(length, 3, 5), torch.randn(3, 5)
    keep[length // 2] = 0.0  # a gate may be wholly open
    found, wanted = scanned(keep, new, h), []
    for k, n in zip(keep, new, strict=True):
        h = k * h + n
        wanted.append(h)
    torch.testing.assert_close(found, torch.stack(wanted))


@pytest.mark.parametrize("length", [1, 5, 12])
def test_the_gradient_of_a_scan_is_its_slope(length: int) -> None:
    torch.manual_seed(length)
    given = [torch.rand(length, 2, 3), torch.randn(length, 2, 3), torch.randn(2, 3)]
    assert torch.autograd.gradcheck(Scan.apply, [value.double().requires_grad_() for value in given])


@pytest.mark.parametrize("name", SHAPES)
def test_torch_reads_in_pieces_as_in_one_and_forgets_when_told(name: str) -> None:
    model = scrambled(SHAPES[name])
    ids = torch.randint(0, 97, (2, 37))
    with torch.no_grad():
        whole, _ = model(ids)
        first, state = model(ids[:, :1])
        second, state = model(ids[:, 1:20], state)
        third, _ = model(ids[:, 20:], state)
        torch.testing.assert_close(torch.cat([first, second, third], dim=1), whole, atol=1e-4, rtol=1e-4)
        assert isinstance(state, State)
        fresh, _ = model(ids[:, 20:])
        halved, _ = model(ids[:, 20:], state.forget(torch.tensor([True, False])))
        torch.testing.assert_close(halved, torch.stack([fresh[0], third[1]]), atol=1e-4, rtol=1e-4)
        many, _ = model(ids[1:, 20:].repeat(3, 1), state.take(slice(1, 2)).expand(3))
        torch.testing.assert_close(many, third[1:].repeat(3, 1, 1), atol=1e-4, rtol=1e-4)
        again, _ = model(
            ids[:, 20:], State(**State.joined([state.take(slice(0, 1)), state.take(slice(1, 2))]).tensors())
        )
        torch.testing.assert_close(again, third, atol=1e-4, rtol=1e-4)


def test_one_step_at_a_time_is_all_at_once(folder: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    np.testing.assert_allclose(engine_of(folder, "fp32").logits(ids[None])[0], truth, atol=2e-4)


def test_int8_is_close_and_no_copy(folder: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    quick = engine_of(folder).logits(ids[None])[0]
    assert 1e-6 < np.abs(quick - truth).mean() < 0.05 * np.abs(truth).mean()


def test_rows_do_not_touch_one_another(folder: Path) -> None:
    engine = engine_of(folder)
    together, alone = engine.start(8), engine.start()
    for row in np.random.default_rng(0).integers(0, 97, (40, 8)):
        logits, together = engine.step(row, together)
        single, alone = engine.step(row[3:4], alone)
        np.testing.assert_array_equal(logits[3:4], single)
    np.testing.assert_array_equal(together.take(np.array([3])).h, alone.h)
    np.testing.assert_array_equal(together.take(np.array([3])).c, alone.c)


def test_drafts_go_on_from_a_context_read_once(folder: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    engine = engine_of(folder, "fp32")
    logits, state = engine.read(ids[:60], engine.start())
    np.testing.assert_allclose(logits[0], truth[59], atol=2e-4)
    rows = state.expand(3)
    for place in range(60, 90):
        logits, rows = engine.step(np.full(3, ids[place]), rows)
        np.testing.assert_allclose(logits, truth[[place] * 3], atol=2e-4)
    logits, _ = engine.step(ids[60:61], state)  # the context's own state is as it was
    np.testing.assert_allclose(logits[0], truth[60], atol=2e-4)


def test_a_training_that_was_broken_off_goes_on_to_the_bit(corpus: Path, tmp_path: Path) -> None:
    mixture = Mixture([read_source(corpus)], Vocabulary())
    config = CharRnnConfig(embedding=8, hidden=12, dropout=0.1, cell="mingru", layers=2)
    straight = Trainer(config, RECIPE, mixture)
    assert straight.run(tmp_path / "straight")
    Trainer(config, RECIPE, mixture).run(tmp_path / "cut", stop_after=straight.step // 2)
    torch.manual_seed(999)
    resumed = Trainer(config, RECIPE, mixture)
    resumed.restore(tmp_path / "cut")
    assert resumed.run(tmp_path / "cut")
    assert all(torch.equal(value, straight.average[name]) for name, value in resumed.average.items())


def test_it_learns_to_spell(corpus: Path, tmp_path: Path) -> None:
    vocabulary = Vocabulary()
    held_out = tmp_path / "held out.txt"
    held_out.write_text(lyrics(10, seed=7), encoding="utf-8")
    ids = stream(read_source(held_out).songs, vocabulary)
    config = CharRnnConfig(embedding=24, hidden=32, dropout=0.0, cell="mingru", layers=2)
    recipe = Recipe(epochs=4, streams=8, segment=32, warmup=5, rate=2e-2, average=0.9, threads=1)
    trainer = Trainer(config, recipe, Mixture([read_source(corpus)], vocabulary))
    assert len(trainer.optimizers) == 2  # Muon steps the blocks
    assert cold_bits(trainer.averaged(), ids, 64) > 6
    trainer.run(tmp_path / "model")
    assert cold_bits(trainer.averaged(), ids, 64) < 2.5


def test_a_config_without_a_cell_is_an_lstm_s() -> None:
    config = CharRnnConfig(vocabulary=97, embedding=64, hidden=512, dropout=0.05)
    assert (config.cell, config.layers) == ("lstm", 1)
    assert isinstance(TRAINED["char-rnn"].model(config), CharRnn)
    assert TRAINED["char-rnn"].recipe(config) == {}


def test_a_cell_has_its_usual_sizes_and_another_is_refused() -> None:
    config = CharRnnConfig(cell="mingru", layers=2)
    assert (config.embedding, config.hidden, config.layers) == (192, 288, 2)
    assert isinstance(TRAINED["char-rnn"].model(config), MinGru)
    assert TRAINED["char-rnn"].recipe(config)["streams"] == 32
    with pytest.raises(ValueError, match="one of lstm, mingru, found 'gru'"):
        CharRnnConfig(cell="gru")  # type: ignore[arg-type]


def test_the_card_tells_of_the_cells(folder: Path) -> None:
    card = (folder / "README.md").read_text()
    assert "3 blocks 16 wide with 24 minGRUs each" in card or "2 layers of 16 cells" in card
    assert (folder / STEP_FP32).is_file()

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lm.tiny import TRANSFORMER

from stagelyric.lm.checkpoint import STEP_FP32, WEIGHTS, read_meta, read_weights
from stagelyric.lm.kinds.transformer.cache import Cache
from stagelyric.lm.kinds.transformer.runtime import AttentionEngine
from stagelyric.lm.runtime import load

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch", reason="the comparison is with torch")

TEXT = "The rain came down on Harbour Street\nAnd Polly held the light\n\nSo carry me over, carry me on\n" * 3


@pytest.fixture(scope="module")
def model(random_attention: Path) -> torch.nn.Module:
    from stagelyric.lm.kinds.transformer.config import TransformerConfig
    from stagelyric.lm.kinds.transformer.model import Transformer

    model = Transformer(TransformerConfig(**TRANSFORMER)).eval()
    weights = read_weights(random_attention, read_meta(random_attention))
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return model


@pytest.fixture(scope="module")
def engine(random_attention: Path) -> AttentionEngine:
    loaded = load(random_attention, precision="fp32")
    assert isinstance(loaded, AttentionEngine)
    return loaded


@pytest.fixture(scope="module")
def ids(engine: AttentionEngine) -> np.ndarray:
    return engine.vocabulary.encode(TEXT)


@pytest.fixture(scope="module")
def truth(model: torch.nn.Module, ids: np.ndarray) -> np.ndarray:
    """Torch's logits (T, V), the whole text read at once."""
    with torch.no_grad():
        return np.asarray(model(torch.from_numpy(ids)[None])[0][0])


def stepped(engine: AttentionEngine, ids: np.ndarray, state: Cache) -> tuple[np.ndarray, Cache]:
    rows = []
    for i in ids:
        logits, state = engine.step(np.full(len(state), i), state)
        rows.append(logits)
    return np.array(rows), state  # (T, B, V)


def test_torch_reads_in_pieces_as_in_one(model: torch.nn.Module, ids: np.ndarray, truth: np.ndarray) -> None:
    with torch.no_grad():
        first, state = model(torch.from_numpy(ids[:50])[None])
        second, _ = model(torch.from_numpy(ids[50:])[None].repeat(3, 1), state.expand(3))
    np.testing.assert_allclose(np.concatenate([first[0], second[2]]), truth, atol=1e-4)


def test_one_step_at_a_time_is_all_at_once(engine: AttentionEngine, ids: np.ndarray, truth: np.ndarray) -> None:
    found, _ = stepped(engine, ids, engine.start())
    np.testing.assert_allclose(found[:, 0], truth, atol=1e-4)
    np.testing.assert_allclose(engine.logits(ids[None])[0], truth, atol=1e-4)


def test_drafts_go_on_from_a_context_read_once(engine: AttentionEngine, ids: np.ndarray, truth: np.ndarray) -> None:
    logits, state = engine.read(ids[:90], engine.start())
    np.testing.assert_allclose(logits[0], truth[89], atol=1e-4)
    found, after = stepped(engine, ids[90:160], state.expand(4))
    np.testing.assert_allclose(found[:, 3], truth[90:160], atol=1e-4)
    logits, after = engine.read(ids[160:], after.take(np.array([2])))
    np.testing.assert_allclose(logits[0], truth[-1], atol=1e-4)


def test_a_state_gone_on_from_twice_is_the_same_state_twice(engine: AttentionEngine, ids: np.ndarray) -> None:
    _, state = stepped(engine, ids[:20], engine.start(2))
    one, _ = stepped(engine, ids[20:70], state)
    other, _ = stepped(engine, ids[100:150], state)
    again, _ = stepped(engine, ids[20:70], state)
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_rows_of_different_length_are_taken_and_joined(
    engine: AttentionEngine, ids: np.ndarray, truth: np.ndarray
) -> None:
    _, context = engine.read(ids[:60], engine.start())
    _, short = stepped(engine, ids[60:63], context)
    _, long = stepped(engine, ids[60:110], context)
    both = Cache.joined([short, long])
    assert both.positions.tolist() == [63, 110]
    logits, both = engine.step(ids[[63, 110]], both)
    np.testing.assert_allclose(logits, truth[[63, 110]], atol=1e-4)
    logits, _ = engine.step(ids[[111]], both.take(np.array([False, True])))
    np.testing.assert_allclose(logits[0], truth[111], atol=1e-4)
    with pytest.raises(ValueError, match="same context"):
        Cache.joined([short, engine.start()])


def test_each_row_reads_as_many_as_it_is_given(engine: AttentionEngine, ids: np.ndarray, truth: np.ndarray) -> None:
    _, context = engine.read(ids[:40], engine.start())
    counts = np.array([3, 9, 1])
    padded = np.stack([np.r_[ids[40 : 40 + n], np.full(9 - n, 5)] for n in counts])
    logits, state = engine.extend(padded, counts, context.expand(3))
    for row, count in enumerate(counts):
        np.testing.assert_allclose(logits[row, :count], truth[40 : 40 + count], atol=1e-4)
    logits, _ = engine.step(ids[40 + counts], state)
    np.testing.assert_allclose(logits, truth[40 + counts], atol=1e-4)


def test_a_char_rnn_extends_its_rows_as_well(random_model: Path) -> None:
    engine = load(random_model)
    ids = engine.vocabulary.encode(TEXT)
    counts = np.array([3, 9, 1])
    logits, state = engine.extend(np.stack([ids[:9]] * 3), counts, engine.start(3))
    for row, count in enumerate(counts):
        alone, _ = engine.read(ids[:count], engine.start())
        np.testing.assert_array_equal(logits[row, count - 1], alone[0])
    assert len(state) == 3
    following, _ = engine.step(ids[counts], state)
    np.testing.assert_array_equal(following[1], engine.read(ids[:10], engine.start())[0][0])


def test_int8_is_close_and_its_rows_do_not_touch(random_attention: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    quick = load(random_attention)
    assert isinstance(quick, AttentionEngine)
    found = quick.logits(ids[None])[0]
    assert 1e-6 < np.abs(found - truth).mean() < 0.1 * np.abs(truth).mean()
    rng = np.random.default_rng(0)
    together, alone = quick.start(8), quick.start()
    for row in rng.integers(0, 97, (40, 8)):
        logits, together = quick.step(row, together)
        single, alone = quick.step(row[3:4], alone)
        np.testing.assert_array_equal(logits[3:4], single)


def test_the_exact_graph_takes_its_numbers_from_the_weights(random_attention: Path) -> None:
    assert (random_attention / STEP_FP32).stat().st_size < (1 << 16)
    assert read_meta(random_attention).files.keys() >= {STEP_FP32, WEIGHTS}


@pytest.mark.parametrize("name", ["transformer", "structure"])
def test_plain_lines_of_a_coded_model_hold_no_code(name: str) -> None:
    from stagelyric.types.lines import Ask
    from stagelyric.writing.writer import Writer

    folder = Path(__file__).parents[3] / "models" / name
    lines = [line.text for line in Writer.open(folder).raw(Ask(wildness=1.0, seed=4), 24)]
    assert len(lines) == 24
    assert all(line.isprintable() for line in lines)
    assert not any(c.isdigit() for line in lines for c in line)  # how many syllables, as a code would have it

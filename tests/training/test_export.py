from pathlib import Path

import numpy as np
import pytest
from lm.tiny import HIDDEN

from stagelyric.lm.runtime import load

torch = pytest.importorskip("torch", reason="the comparison is with torch")

TEXT = "The rain came down on Harbour Street\nAnd Polly held the light\n\nSo carry me over, carry me on\n" * 4


def logits_of(model: Path, precision: str, ids: np.ndarray) -> np.ndarray:
    engine = load(model, precision=precision)  # type: ignore[arg-type]
    state, rows = engine.start(), []
    for i in range(len(ids)):
        logits, state = engine.step(ids[i : i + 1], state)
        rows.append(logits[0])
    return np.array(rows)


@pytest.fixture(scope="module")
def ids(random_model: Path) -> np.ndarray:
    return load(random_model).vocabulary.encode(TEXT)


@pytest.fixture(scope="module")
def truth(random_model: Path, ids: np.ndarray) -> np.ndarray:
    """Torch's logits (T, V) over the whole text."""
    from stagelyric.lm.checkpoint import read_meta, read_weights
    from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
    from stagelyric.lm.kinds.char_rnn.model import CharRnn

    shipped = read_weights(random_model, read_meta(random_model))
    model = CharRnn(CharRnnConfig(embedding=8, hidden=HIDDEN)).eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in shipped.items()})
    with torch.no_grad():
        logits, _ = model(torch.from_numpy(ids)[None])
    return np.asarray(logits[0])


def test_the_exported_step_is_torchs_over_a_whole_text(random_model: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    np.testing.assert_allclose(logits_of(random_model, "fp32", ids), truth, atol=1e-4)


def test_int8_is_close_and_no_copy(random_model: Path, ids: np.ndarray, truth: np.ndarray) -> None:
    quick = logits_of(random_model, "int8", ids)
    assert 1e-6 < np.abs(quick - truth).mean() < 0.02 * np.abs(truth).mean()


def test_torch_reads_in_pieces_as_in_one_and_forgets_when_told() -> None:
    from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
    from stagelyric.lm.kinds.char_rnn.model import CharRnn

    torch.manual_seed(0)
    model = CharRnn(CharRnnConfig(hidden=8)).eval()
    ids = torch.randint(0, 97, (2, 12))
    with torch.no_grad():
        whole, _ = model(ids)
        first, state = model(ids[:, :5])
        second, _ = model(ids[:, 5:], state)
        torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
        fresh, _ = model(ids[:, 5:])
        halved, _ = model(ids[:, 5:], state.forget(torch.tensor([True, False])))
        torch.testing.assert_close(halved, torch.stack([fresh[0], second[1]]))
        one, _ = model(ids[:1, 5:], model(ids[:1, :5])[1])
        both, _ = model(ids[:1, 5:].repeat(3, 1), model(ids[:1, :5])[1].expand(3))
        torch.testing.assert_close(both, one.repeat(3, 1, 1))


def test_the_forget_gate_begins_open_and_the_recurrence_orthogonal() -> None:
    from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
    from stagelyric.lm.kinds.char_rnn.model import CharRnn

    weights = CharRnn(CharRnnConfig(hidden=16)).state_dict()
    bias = weights["lstm.bias_ih_l0"] + weights["lstm.bias_hh_l0"]
    assert bias[16:32].tolist() == [1.0] * 16
    assert not bias[:16].any()
    square = weights["lstm.weight_hh_l0"][:16]
    torch.testing.assert_close(square @ square.T, torch.eye(16), atol=1e-5, rtol=0)

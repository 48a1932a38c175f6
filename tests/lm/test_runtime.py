import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stagelyric.lm.kinds.char_rnn.runtime import RnnEngine, State
from stagelyric.lm.runtime import load
from stagelyric.lm.vocabulary import BOUNDARY

CONTEXT = "The rain came down\nOn Harbour Street\n"


@pytest.fixture(params=["int8", "fp32"])
def engine(request: pytest.FixtureRequest, random_model: Path) -> RnnEngine:
    loaded = load(random_model, precision=request.param)
    assert isinstance(loaded, RnnEngine)
    return loaded


def test_an_engine_says_what_it_is(random_model: Path) -> None:
    quick, exact = load(random_model), load(random_model, precision="fp32")
    assert quick.name == exact.name == "dice"
    assert len(quick.vocabulary) == 97
    assert len({quick.digest, exact.digest}) == 2
    assert quick.digest == load(random_model).digest


def test_prime_reads_the_boundary_and_the_whole_text(engine: RnnEngine) -> None:
    logits, state = engine.read(engine.vocabulary.encode(BOUNDARY + CONTEXT), engine.start())
    primed_logits, primed = engine.prime(CONTEXT)
    assert isinstance(state, State)
    assert isinstance(primed, State)
    np.testing.assert_array_equal(primed_logits, logits)
    np.testing.assert_array_equal(primed.h, state.h)
    np.testing.assert_array_equal(primed.c, state.c)
    assert primed_logits.shape == (1, 97)
    assert len(primed) == 1


def test_prime_remembers_and_what_it_gives_cannot_be_written_to(engine: RnnEngine) -> None:
    logits, state = engine.prime(CONTEXT)
    assert engine.prime(CONTEXT)[1] is state
    assert engine.prime(CONTEXT.replace("Harbour", "Hárbour"))[1] is state
    assert engine.prime("")[1] is not state
    with pytest.raises(ValueError, match="read-only"):
        logits[...] = 0
    engine.step(np.array([3]), state)
    engine.step(np.array([3, 4]), state.expand(2))


def test_of_a_long_text_the_last_lines_are_read(engine: RnnEngine) -> None:
    line = "A line of some length to fill the room with words\n"
    lines = engine.prime_limit // len(line)
    many, few = engine.prime("Something before\n" + line * 50), engine.prime(line * lines)
    np.testing.assert_array_equal(many[0], few[0])
    endless, _ = engine.prime("x" * 5000)
    np.testing.assert_array_equal(endless, engine.prime("x" * engine.prime_limit)[0])


def test_the_same_call_gives_the_same_bits(random_model: Path, engine: RnnEngine) -> None:
    ids = np.arange(16) + 30
    states = [engine.start(16), engine.start(16)]
    for _ in range(30):
        (one, states[0]), (two, states[1]) = (engine.step(ids, state) for state in states)
        np.testing.assert_array_equal(one, two)


def test_rows_do_not_touch_one_another(random_model: Path) -> None:
    engine = load(random_model)
    rng = np.random.default_rng(0)
    text = rng.integers(0, 97, (20, 16))
    together, alone = engine.start(16), engine.start()
    for ids in text:
        logits, together = engine.step(ids, together)
        single, alone = engine.step(ids[5:6], alone)
        np.testing.assert_array_equal(logits[5:6], single)
    assert isinstance(together, State)
    assert isinstance(alone, State)
    np.testing.assert_array_equal(together.take(np.array([5])).c, alone.c)


def test_a_state_is_expanded_and_taken_from() -> None:
    state = State(np.array([[[1.0], [2.0]]], dtype=np.float32), np.array([[[3.0], [4.0]]], dtype=np.float32))
    assert state.take(np.array([False, True])).h.ravel().tolist() == [2.0]
    assert state.take(np.array([1])).expand(3).c.ravel().tolist() == [4.0] * 3
    assert len(state.expand(1)) == 2


def test_reading_nothing_is_refused(engine: RnnEngine) -> None:
    with pytest.raises(ValueError, match="at least one"):
        engine.read(np.array([], dtype=np.int64), engine.start())


def test_the_stage_never_imports_torch(random_model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from stagelyric.lm.runtime import load;"
        f"load(Path({str(random_model)!r})).prime('la');"
        "print([m for m in ('torch', 'onnx', 'safetensors') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_model_knows_english_from_noise(shipped_model: Path) -> None:
    from stagelyric.lm.evaluate import cold_bits

    engine = load(shipped_model)
    text = "I hear the rain upon the river\nAnd all the lamps are going down\nThe boys are coming home forever\n"
    ids = engine.vocabulary.encode(BOUNDARY + text)
    assert cold_bits(engine, ids, len(ids) - 1) < 2.3
    assert cold_bits(engine, np.concatenate([ids[:1], ids[:0:-1]]), len(ids) - 1) > 4


def test_the_shipped_model_loses_little_in_int8_and_is_small(shipped_model: Path) -> None:
    from stagelyric.lm.evaluate import cold_bits

    text = (
        "The harbour lights are going down\nAnd no one saw the ferry leave\n"
        "My brother walked the empty town\nWith all his heart upon his sleeve\n\n"
        "Oh bring me back the summer days\nThe apple tree, the open door\n"
        "The morning sun upon the bay\nAnd all the ones who come no more\n\n"
        "I never knew the reason why\nThe engine stopped on Sunday night\n"
        "We only saw the yellow sky\nAnd then the wind put out the light\n"
    )
    ids = load(shipped_model).vocabulary.encode(BOUNDARY + text)
    quick, exact = (cold_bits(load(shipped_model, precision=p), ids, len(ids) - 1) for p in ("int8", "fp32"))
    assert abs(quick - exact) < 0.02
    assert sum(file.stat().st_size for file in shipped_model.iterdir()) <= 12_000_000

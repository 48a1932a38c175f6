import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lm.tiny import lyrics

from stagelyric.lm.corpus import read_source
from stagelyric.lm.mixture import Mixture, stream
from stagelyric.lm.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch", reason="training needs torch")

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.training.measuring import cold_bits, sample_line
from stagelyric.training.recipe import BrokenTrainingError, Recipe, Report, TrainingError
from stagelyric.training.train import CHECKPOINT, Trainer

VOCABULARY = Vocabulary()
CONFIG = CharRnnConfig(embedding=8, hidden=16, dropout=0.2)
RECIPE = Recipe(epochs=4, streams=4, segment=16, seed=3, warmup=5, reset=0.3, threads=1, precision="fp32")


@pytest.fixture
def mixture(corpus: Path) -> Mixture:
    return Mixture([read_source(corpus)], VOCABULARY)


@pytest.fixture
def finish(tmp_path: Path) -> Mixture:
    file = tmp_path / "finish.txt"
    file.write_text(lyrics(20, seed=2).replace("polly", "jude").replace("Polly", "Jude"), encoding="utf-8")
    return Mixture([read_source(file)], VOCABULARY)


def weights(trainer: Trainer) -> list[torch.Tensor]:
    return [*trainer.model.state_dict().values(), *trainer.average.values()]


def same(one: Trainer, two: Trainer) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(two), strict=True))


def test_a_resumed_training_goes_on_to_the_bit(mixture: Mixture, finish: Mixture, tmp_path: Path) -> None:
    straight = Trainer(CONFIG, RECIPE, mixture, finish)
    assert straight.run(tmp_path / "straight")
    for stop in (1, straight.step // 2, straight.step - 2):
        folder = tmp_path / str(stop)
        assert not Trainer(CONFIG, RECIPE, mixture, finish).run(folder, stop_after=stop)
        torch.manual_seed(999)  # a new process has drawn nothing
        resumed = Trainer(CONFIG, RECIPE, mixture, finish)
        resumed.restore(folder)
        assert resumed.step == stop
        assert resumed.run(folder)
        assert resumed.step == straight.step
        assert same(resumed, straight)


def test_the_same_seed_trains_the_same_and_another_does_not(mixture: Mixture, tmp_path: Path) -> None:
    one, two, other = (Trainer(CONFIG, replace(RECIPE, seed=seed), mixture) for seed in (3, 3, 4))
    for trainer in (one, two, other):
        trainer.run(tmp_path, stop_after=5)
    assert same(one, two)
    assert not same(one, other)


def test_ctrl_c_keeps_what_there_is_and_the_old_handler(mixture: Mixture, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)

    def interrupt(report: Report) -> None:
        if report.step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    trainer = Trainer(CONFIG, RECIPE, mixture)
    assert not trainer.run(tmp_path, interrupt)
    assert trainer.step == 3
    assert signal.getsignal(signal.SIGINT) is before
    resumed = Trainer(CONFIG, RECIPE, mixture)
    resumed.restore(tmp_path)
    assert resumed.step == 3
    assert same(resumed, trainer)


def test_a_second_ctrl_c_interrupts(mixture: Mixture, tmp_path: Path) -> None:
    def interrupt(report: Report) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Trainer(CONFIG, RECIPE, mixture).run(tmp_path, interrupt)


def test_training_learns(mixture: Mixture, corpus: Path, tmp_path: Path) -> None:
    held_out = stream(read_source(corpus).songs, VOCABULARY)
    trainer = Trainer(CONFIG, replace(RECIPE, epochs=6, rate=0.02), mixture, None, held_out)
    before = trainer.check()
    reports: list[Report] = []
    trainer.run(tmp_path, reports.append, check_every=0.0)
    assert before > 6
    assert trainer.check() < 3
    assert reports[-1].checked == pytest.approx(trainer.check())
    assert reports[-1].done == 1
    assert [r.step for r in reports] == list(range(1, len(reports) + 1))
    peak = max(r.rate for r in reports)
    assert reports[0].rate < peak
    assert reports[-1].rate < 0.05 * peak
    line = sample_line(trainer.averaged(), VOCABULARY, np.random.default_rng(0))
    assert 0 < len(line) <= 60
    assert "\n" not in line


def test_the_last_share_is_spent_on_the_finishing_text(
    mixture: Mixture, finish: Mixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    taken = Trainer._next_segment

    def watched(self: Trainer) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = taken(self)
        seen.append("".join(VOCABULARY.decode(row) for row in x.numpy()))
        np.testing.assert_array_equal(x[:, 1:], y[:, :-1])
        return x, y

    monkeypatch.setattr(Trainer, "_next_segment", watched)
    trainer = Trainer(CONFIG, RECIPE, mixture, finish)
    trainer.run(tmp_path)
    last = round(0.7 * trainer.step)
    assert "jude" not in "".join(seen[: last - 1])
    assert "jude" in "".join(seen[last + 1 :])
    assert "polly" not in "".join(seen[last + 1 :]).lower()


def test_minutes_are_spent_and_pauses_are_not_charged(
    mixture: Mixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 500.0 if now == 4.0 else 0.5  # one of the steps is slept through
        return now

    monkeypatch.setattr("stagelyric.training.train.time.monotonic", clock)
    trainer = Trainer(CONFIG, replace(RECIPE, epochs=None, minutes=0.05), mixture)
    assert trainer.run(tmp_path, save_every=1e9)
    assert trainer.seconds == pytest.approx(3.0)
    assert now > 500


@pytest.mark.parametrize("change", [{"seed": 4}, {"streams": 2}, {"rate": 0.1}])
def test_another_recipe_is_not_resumed(mixture: Mixture, tmp_path: Path, change: dict[str, float]) -> None:
    Trainer(CONFIG, RECIPE, mixture).run(tmp_path, stop_after=2)
    with pytest.raises(TrainingError, match="another recipe"):
        Trainer(CONFIG, replace(RECIPE, **change), mixture).restore(tmp_path)  # type: ignore[arg-type]


def test_a_longer_budget_may_be_given_to_what_is_resumed(mixture: Mixture, tmp_path: Path) -> None:
    Trainer(CONFIG, RECIPE, mixture).run(tmp_path)
    longer = Trainer(CONFIG, replace(RECIPE, epochs=5), mixture)
    longer.restore(tmp_path)
    assert longer.done == pytest.approx(0.8, abs=0.01)


def test_another_corpus_or_shape_is_not_resumed(mixture: Mixture, finish: Mixture, tmp_path: Path) -> None:
    Trainer(CONFIG, RECIPE, mixture).run(tmp_path, stop_after=2)
    with pytest.raises(TrainingError, match="another corpus"):
        Trainer(CONFIG, RECIPE, finish).restore(tmp_path)
    with pytest.raises(TrainingError, match="another shape"):
        Trainer(replace(CONFIG, hidden=8), RECIPE, mixture).restore(tmp_path)


def test_a_checkpoint_from_before_there_were_other_cells_is_taken_up(mixture: Mixture, tmp_path: Path) -> None:
    straight = Trainer(CONFIG, RECIPE, mixture)
    assert straight.run(tmp_path / "straight")
    assert not Trainer(CONFIG, RECIPE, mixture).run(tmp_path / "old", stop_after=3)
    file = tmp_path / "old" / CHECKPOINT
    record = json.loads(safe_open(file, framework="pt").metadata()["training"])  # type: ignore[no-untyped-call]
    for part, keys in {
        "config": ("cell", "layers"),
        "recipe": ("accumulate", "patience", "check_steps"),
        "place": ("best_bits", "stale", "curve"),
    }.items():
        for key in keys:
            del record[part][key]
    save_file(load_file(file), file, {"training": json.dumps(record)})
    resumed = Trainer(CONFIG, RECIPE, mixture)
    resumed.restore(tmp_path / "old")
    assert resumed.run(tmp_path / "old")
    assert same(resumed, straight)
    other = Trainer(CharRnnConfig(embedding=8, hidden=16, dropout=0.2, cell="mingru", layers=1), RECIPE, mixture)
    with pytest.raises(TrainingError, match="another shape"):
        other.restore(tmp_path / "old")


@pytest.mark.parametrize("record", ["[]", "{}", '{"config": {}, "recipe": {}}', "null", "{"])
def test_a_checkpoint_that_says_nothing_is_refused(mixture: Mixture, tmp_path: Path, record: str) -> None:
    save_file({"random": torch.get_rng_state()}, tmp_path / CHECKPOINT, {"training": record})
    with pytest.raises(TrainingError, match="damaged"):
        Trainer(CONFIG, RECIPE, mixture).restore(tmp_path)


@pytest.mark.parametrize("harm", ["cut", "noise", "missing"])
def test_a_damaged_checkpoint_is_refused(mixture: Mixture, tmp_path: Path, harm: str) -> None:
    Trainer(CONFIG, RECIPE, mixture).run(tmp_path, stop_after=2)
    file = tmp_path / CHECKPOINT
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-9] if harm == "cut" else b"\x80\x04noise" * 99)
    with pytest.raises(TrainingError, match="found nothing there" if harm == "missing" else "found a damaged file"):
        Trainer(CONFIG, RECIPE, mixture).restore(tmp_path)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_checkpoint(mixture: Mixture, tmp_path: Path) -> None:
    trainer = Trainer(CONFIG, RECIPE, mixture)
    trainer.run(tmp_path, stop_after=2)
    kept = (tmp_path / CHECKPOINT).read_bytes()
    trainer.model.get_parameter("head.bias").data.fill_(float("nan"))
    with pytest.raises(BrokenTrainingError, match="stopped being a number at step 2"):
        trainer.run(tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == kept


def test_a_disk_that_takes_no_checkpoint_is_named(mixture: Mixture, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("a file where the folder should be")
    with pytest.raises(BrokenTrainingError, match="model"):
        Trainer(CONFIG, RECIPE, mixture).run(tmp_path / "model", stop_after=1)


@pytest.mark.parametrize("budget", [{"epochs": None}, {"epochs": 1, "minutes": 1}, {"epochs": 0}])
def test_a_recipe_needs_one_budget(budget: dict[str, float | None]) -> None:
    with pytest.raises(TrainingError, match="budget"):
        Recipe(**budget)  # type: ignore[arg-type]


def test_a_very_small_corpus_is_trained_on(tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text("La la la\nLa lo\n")
    trainer = Trainer(CONFIG, Recipe(epochs=20, threads=1), Mixture([read_source(file)], VOCABULARY))
    assert trainer.run(tmp_path)
    assert trainer.step > 10


def test_cold_bits_of_torch_and_of_the_runtime_agree(random_model: Path) -> None:
    from stagelyric.lm import evaluate
    from stagelyric.lm.checkpoint import read_meta, read_weights
    from stagelyric.lm.kinds.char_rnn.model import CharRnn
    from stagelyric.lm.runtime import load

    meta = read_meta(random_model)
    model = CharRnn(CharRnnConfig(**meta.config)).eval()
    model.load_state_dict({n: torch.from_numpy(v) for n, v in read_weights(random_model, meta).items()})
    ids = np.random.default_rng(0).integers(0, 97, 1000).astype(np.uint8)
    exact = evaluate.cold_bits(load(random_model, precision="fp32"), ids, 64)
    assert cold_bits(model, ids, 64) == pytest.approx(exact, abs=1e-5)

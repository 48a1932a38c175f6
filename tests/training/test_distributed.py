"""Two processes over gloo train what one does: run as a user would, under torchrun."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lm.tiny import lyrics

pytest.importorskip("torch", reason="training needs torch")

JOBS = """
import json, sys
from pathlib import Path
from stagelyric.lm.corpus import read_source
from stagelyric.lm.mixture import Mixture
from stagelyric.training.distributed import World
from stagelyric.lm.kinds.table import TRAINED
from stagelyric.training.recipe import Recipe
from stagelyric.training.train import Trainer
from stagelyric.lm.vocabulary import Vocabulary

corpus, out = Path(sys.argv[1]), Path(sys.argv[2])
world = World.joined()
for kind, folder, stop, resume, accumulate in json.loads(sys.argv[3]):
    sizes = {"embedding": 8, "hidden": 16, "dropout": 0.0}
    if kind == "transformer":
        sizes = dict(width=16, layers=2, heads=2, hidden=32, grams=2, rows=53, gram_width=4)
    recipe = Recipe(epochs=3, streams=8, segment=16, seed=3, warmup=5, reset=0.3, threads=1, precision="fp32",
                    accumulate=accumulate)
    trainer = Trainer(
        TRAINED[kind].config(**sizes), recipe, Mixture([read_source(corpus)], Vocabulary()), None, None, world
    )
    if resume:
        trainer.restore(out / folder)
    curve = []
    trainer.run(out / folder, lambda report: curve.append(report.bits), stop_after=stop or None)
    if world.leads:
        weights = [float(v.double().sum()) for v in trainer.average.values()]
        print(json.dumps({"curve": curve, "weights": weights}), flush=True)
    trainer.close()
world.leave()
"""
# The kind of model, its folder, the step to stop after (0: none), whether it is gone on with, parts of a step.
Job = tuple[str, str, int, bool, int]
ALONE: list[Job] = [
    (kind, f"{kind} {parts}", 0, False, parts) for kind in ("char-rnn", "transformer") for parts in (1, 4)
]
TOGETHER: list[Job] = [
    ("char-rnn", "straight", 0, False, 1),
    ("char-rnn", "cut", 7, False, 1),
    ("char-rnn", "cut", 0, True, 1),
    ("transformer", "attention", 0, False, 1),
]


def prepared(folder: Path, jobs: list[Job]) -> list[str]:
    """The arguments of JOBS."""
    (folder / "songs.txt").write_text(lyrics(30), encoding="utf-8")
    return [str(folder / "songs.txt"), str(folder), json.dumps(jobs)]


def results(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """In this process, which has imported torch."""
    folder, told = tmp_path_factory.mktemp("alone"), io.StringIO()
    with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(told):
        patched.setattr(sys, "argv", ["jobs.py", *prepared(folder, ALONE)])
        exec(JOBS, {})
    return results(told.getvalue())


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One start does all: to import torch takes longer than to train."""
    folder = tmp_path_factory.mktemp("together")
    (folder / "jobs.py").write_text(JOBS)
    starter = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(folder / "jobs.py")]
    done = subprocess.run(
        [sys.executable, *starter, *prepared(folder, TOGETHER)],
        capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return results(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "one", "two"), [("char-rnn", 0, 0), ("transformer", 2, 3)])
def test_two_processes_go_down_the_same_curve_as_one(
    kind: str, one: int, two: int, alone: list[dict[str, Any]], together: list[dict[str, Any]]
) -> None:
    assert (ALONE[one][0], TOGETHER[two][0]) == (kind, kind)
    curve, pieces, shared = alone[one]["curve"], alone[one + 1]["curve"], together[two]["curve"]
    assert len(curve) == len(shared) > 20
    assert curve[-1] < curve[0] - 0.5
    assert shared == pytest.approx(curve, abs=1e-3)
    assert pieces == pytest.approx(curve, abs=1e-3)


@pytest.mark.slow
def test_two_processes_resume_to_the_same_weights(together: list[dict[str, Any]]) -> None:
    straight, cut, resumed = together[:3]
    assert len(cut["curve"]) == 7
    assert cut["curve"] + resumed["curve"] == straight["curve"]
    assert resumed["weights"] == straight["weights"]

"""Two processes over gloo train what one does: run as a user would, under torchrun."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

SCRIPT = """
import json, sys
from pathlib import Path
from stagelyric.lm.corpus import Mixture, read_source
from stagelyric.training.distributed import World
from stagelyric.lm.kinds.table import TRAINED
from stagelyric.training.recipe import Recipe
from stagelyric.training.train import Trainer
from stagelyric.lm.vocabulary import Vocabulary

kind, corpus, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
stop, resume, accumulate = map(int, sys.argv[4:])
sizes = {"embedding": 8, "hidden": 16, "dropout": 0.0}
if kind == "transformer":
    sizes = dict(width=16, layers=2, heads=2, hidden=32, grams=2, rows=53, gram_width=4)
recipe = Recipe(epochs=3, streams=8, segment=16, seed=3, warmup=5, reset=0.3, threads=1, precision="fp32",
                accumulate=accumulate)
world = World.joined()
config = TRAINED[kind].config(**sizes)
trainer = Trainer(config, recipe, Mixture([read_source(corpus)], Vocabulary()), None, None, world)
if resume:
    trainer.restore(out)
curve = []
trainer.run(out, lambda report: curve.append(report.bits), stop_after=stop or None)
if world.leads:
    print(json.dumps({"curve": curve, "weights": [float(v.double().sum()) for v in trainer.average.values()]}))
trainer.close()
world.leave()
"""


def trained(
    kind: str, corpus: Path, out: Path, *, processes: int, stop: int = 0, resume: bool = False, accumulate: int = 1
) -> tuple[list[float], list[float]]:
    import json

    script = out.parent / "one_training.py"
    script.write_text(SCRIPT)
    start = [sys.executable]
    if processes > 1:
        start += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    arguments = [str(script), kind, str(corpus), str(out), str(stop), str(int(resume)), str(accumulate)]
    done = subprocess.run(
        [*start, *arguments], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    return found["curve"], found["weights"]


@pytest.mark.parametrize("kind", ["char-rnn", "transformer"])
@pytest.mark.slow
def test_two_processes_go_down_the_same_curve_as_one(kind: str, corpus: Path, tmp_path: Path) -> None:
    alone, _ = trained(kind, corpus, tmp_path / "one", processes=1)
    together, _ = trained(kind, corpus, tmp_path / "two", processes=2)
    pieces, _ = trained(kind, corpus, tmp_path / "pieces", processes=1, accumulate=4)
    assert len(alone) == len(together) > 20
    assert alone[-1] < alone[0] - 0.5
    assert together == pytest.approx(alone, abs=1e-3)
    assert pieces == pytest.approx(alone, abs=1e-3)


@pytest.mark.slow
def test_two_processes_resume_to_the_same_weights(corpus: Path, tmp_path: Path) -> None:
    _, straight = trained("char-rnn", corpus, tmp_path / "straight", processes=2)
    trained("char-rnn", corpus, tmp_path / "cut", processes=2, stop=7)
    _, resumed = trained("char-rnn", corpus, tmp_path / "cut", processes=2, resume=True)
    assert resumed == straight

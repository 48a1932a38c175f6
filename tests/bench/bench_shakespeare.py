"""Bits for seconds: our models and nanoGPT's, trained on tiny shakespeare for the same CPU-seconds of one thread.

    python tests/bench/bench_shakespeare.py --nanogpt FOLDER --text FILE [--seeds 3] [--model mingru|transformer]
    python tests/bench/bench_shakespeare.py --text FILE --long MINUTES [--threads 2]

FOLDER is a checkout of karpathy/nanoGPT, which is copied and run as it is: `train.py` with the command line that its
README gives for a CPU. Its seed is fixed in its code, so a configuration file of ours, which its command line allows,
moves it. FILE is the text (`input.txt` of karpathy/char-rnn); the last tenth is held out, as nanoGPT holds it out.

All that a process spends on one thread is counted, imports, checkpoints and (nanoGPT) its own estimates of the loss
included; then ours is trained by our own Trainer for as long. Scores are nats per character over the whole held-out
text, cold-256: in blocks of 256 characters, each begun with nothing read. nanoGPT looks back over 64 characters only:
inside a block its window is moved on by eight characters at a time, so that it has 56 to 63 of them for each, where
the block has as many. cold-64 is beside it.

--long trains one model of at most 1.5 million parameters for so many minutes of wall time; --keep leaves it in a
folder, as `stagelyric train` would, with what int8 costs on its card.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import os
import pickle
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

HELD_OUT = 0.1
PIECE = 4000  # characters; the text is cut between speeches and its pieces shuffled, so that no two epochs are alike
BLOCK, WINDOW, STRIDE = 256, 64, 8
README_COMMAND = (
    *("--device=cpu", "--compile=False", "--eval_iters=20", "--log_interval=1", "--block_size=64", "--batch_size=12"),
    *("--n_layer=4", "--n_head=4", "--n_embd=128", "--max_iters=2000", "--lr_decay_iters=2000", "--dropout=0.0"),
)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

MODELS: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "mingru": (
        "char-rnn",
        {"cell": "mingru", "embedding": 128, "hidden": 192, "layers": 4, "dropout": 0.0},
        {"streams": 16, "segment": 128, "rate": 1.2e-2, "muon_rate": 0.03, "warmup": 20},
    ),
    "transformer": (
        "transformer",
        {"width": 128, "heads": 4, "layers": 3, "hidden": 384, "rows": 2048, "gram_width": 32},
        {"streams": 8, "segment": 256, "rate": 4e-3, "warmup": 20},
    ),
    "long": (
        "char-rnn",
        {"cell": "mingru", "embedding": 192, "hidden": 288, "layers": 4, "dropout": 0.1},
        {"streams": 32, "segment": 128, "rate": 4e-3, "warmup": 50},
    ),
}


def parts(text: str) -> tuple[str, str]:
    """(train, held out), as nanoGPT's prepare.py cuts it."""
    cut = int(len(text) * (1 - HELD_OUT))
    return text[:cut], text[cut:]


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of about PIECE characters, each ended by a speech's end."""
    piece = ""
    for speech in text.split("\n\n"):
        piece += speech + "\n\n"
        if len(piece) >= PIECE:
            yield piece
            piece = ""
    yield piece


def train_ours(
    text: str, name: str, seed: int, out: Path, *, cpu: float = 0.0, minutes: float = 0.0, **more: Any
) -> Any:
    """Trains for `cpu` seconds of this process since it began, or for `minutes` of wall time; gives the trainer."""
    from stagelyric.lm.corpus import Song, Source
    from stagelyric.lm.kinds.table import TRAINED
    from stagelyric.lm.mixture import Mixture
    from stagelyric.lm.vocabulary import Vocabulary
    from stagelyric.training import train
    from stagelyric.training.recipe import Recipe, Report

    kind, sizes, settings = MODELS[name]
    training, held_out = parts(text)
    vocabulary = Vocabulary()
    songs = tuple(Song("", piece) for piece in pieces(training))
    mixture = Mixture([Source("text", hashlib.sha256(training.encode()).hexdigest(), songs)], vocabulary)
    config = TRAINED[kind].config(vocabulary=len(vocabulary), **sizes)
    if cpu:
        train.time = SimpleNamespace(monotonic=time.process_time)  # type: ignore[attr-defined, assignment]
        minutes = (cpu - time.process_time() - 1.0) / 60 * 0.98
    usual = {**TRAINED[kind].recipe(config), "epochs": None, "coded": (0.0, 0.0), "threads": 1, **settings}
    recipe = Recipe(**{**usual, "minutes": minutes, "seed": seed, **more})
    trainer = train.Trainer(config, recipe, mixture, held_out=vocabulary.encode(held_out).astype(np.uint8))
    told = time.monotonic()

    def tell(report: Report) -> None:
        nonlocal told
        if report.checked is not None or time.monotonic() - told > 30:
            told = time.monotonic()
            checked = "" if report.checked is None else f", held out {report.checked * math.log(2):.4f}"
            spent = f"{100 * report.done:.0f} %, {report.characters:,} characters"
            print(f"{spent}, {report.bits * math.log(2):.4f} nats{checked}", file=sys.stderr)

    trainer.run(out, tell, check_every=1e9 if cpu else 60.0)
    return trainer


def ours(given: argparse.Namespace) -> None:
    """In a process of its own: trains, then (not counted) scores and prints."""
    from stagelyric.training.measuring import cold_bits

    text = given.text.read_text(encoding="utf-8")
    more = json.loads(given.more)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        trainer = train_ours(text, given.ours, given.seed, Path(scratch), cpu=given.cpu, minutes=given.long, **more)
    spent, wall = time.process_time(), time.monotonic() - began
    model = trainer.averaged()
    nats = {f"cold-{block}": cold_bits(model, trainer._held_out, block) * math.log(2) for block in (BLOCK, WINDOW)}
    if given.keep:
        keep(given.keep, trainer)
    counted = sum(weight.numel() for weight in model.parameters())
    print(json.dumps({**nats, "cpu": spent, "wall": wall, "parameters": counted, "characters": trainer.characters}))


def keep(folder: Path, trainer: Any) -> None:
    from dataclasses import asdict

    from stagelyric.lm.checkpoint import Meta
    from stagelyric.lm.vocabulary import ALPHABET
    from stagelyric.training.release import HeldOut, release

    config, recipe = asdict(trainer.model.config), asdict(trainer.recipe)
    weights = {name: value.numpy() for name, value in trainer.average.items()}
    meta = Meta(folder.name, trainer.kind, config, ALPHABET, trainer.recipe.seed, recipe, ())
    release(folder, meta, weights, (HeldOut("the last tenth", "", trainer._held_out),))


def run_ours(given: argparse.Namespace, name: str, seed: int, cpu: float, minutes: float = 0.0) -> dict[str, float]:
    command = [sys.executable, __file__, "--text", str(given.text), "--ours", name, "--seed", str(seed)]
    command += ["--cpu", str(cpu), "--long", str(minutes), "--more", given.more]
    command += ["--keep", str(given.keep)] if given.keep and minutes else []
    env = os.environ | (ONE_THREAD if cpu else {})
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_peer(folder: Path, text: str, seed: int) -> dict[str, float]:
    """nanoGPT's own train.py on its own data format, then its best checkpoint scored."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) / "nanoGPT"
        shutil.copytree(folder, work, ignore=shutil.ignore_patterns(".git"))
        symbols = sorted(set(text))
        known = {symbol: number for number, symbol in enumerate(symbols)}
        data = work / "data" / "shakespeare_char"
        for name, part in zip(("train", "val"), parts(text), strict=True):
            np.array([known[symbol] for symbol in part], dtype=np.uint16).tofile(data / f"{name}.bin")
        (data / "meta.pkl").write_bytes(pickle.dumps({"vocab_size": len(symbols), "stoi": known, "itos": symbols}))
        (work / "moved.py").write_text(
            f"import functools, torch\ntorch.manual_seed = lambda n, _at=torch.manual_seed: _at(n + {seed})\n"
        )
        command = [sys.executable, "train.py", "config/train_shakespeare_char.py", "moved.py", *README_COMMAND]
        before = spent_by_children()
        done = subprocess.run(
            command, cwd=work, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{folder}: nanoGPT's training failed:\n{done.stderr[-2000:]}")
        cpu = spent_by_children() - before
        model = peer_model(work)
    ids = np.array([known[symbol] for symbol in parts(text)[1]])
    return {
        "cold-256": peer_nats(model, ids, BLOCK),
        "cold-64": peer_nats(model, ids, WINDOW),
        "cpu": cpu,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "characters": 12 * 64 * 2000,
    }


def spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peer_model(work: Path) -> Any:
    import torch

    spec = importlib.util.spec_from_file_location("nanogpt_model", work / "model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = torch.load(work / "out-shakespeare-char" / "ckpt.pt", map_location="cpu", weights_only=True)
    model = module.GPT(module.GPTConfig(**kept["model_args"]))
    model.load_state_dict(kept["model"])
    return model.eval()


def peer_nats(model: Any, ids: np.ndarray, block: int) -> float:
    """Nats per character in cold blocks, the window of 64 moved on by STRIDE inside each."""
    import torch
    from torch.nn.functional import cross_entropy

    whole = (len(ids) - 1) // block
    x = torch.from_numpy(ids[: whole * block]).view(whole, block)
    y = torch.from_numpy(ids[1 : whole * block + 1]).view(whole, block)
    nats = 0.0
    with torch.no_grad():
        for start in range(0, block - WINDOW + 1, STRIDE):
            new = WINDOW if start == 0 else STRIDE  # characters that no window before this one has scored
            span = slice(start, start + WINDOW)
            for xs, ys in zip(x[:, span].split(64), y[:, span].contiguous().split(64), strict=True):  # type: ignore[no-untyped-call]
                logits, _ = model(xs, ys)  # (B, 64, V); without targets it gives the last only
                scored = logits[:, -new:].flatten(0, 1), ys[:, -new:].flatten()
                nats += cross_entropy(*scored, reduction="sum").item()
    return nats / (whole * block)


def spread(values: list[float]) -> dict[str, float]:
    return {"mean": round(statistics.mean(values), 4), "sd": round(statistics.stdev(values) if values[1:] else 0.0, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="tiny shakespeare")
    parser.add_argument("--nanogpt", type=Path, help="a checkout of karpathy/nanoGPT")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--model", choices=[name for name in MODELS if name != "long"], default="mingru")
    parser.add_argument("--long", type=float, default=0.0, metavar="MINUTES")
    parser.add_argument("--threads", type=int, default=2, help="of --long")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where --long leaves its model")
    parser.add_argument("--more", default="{}", help="JSON: what the recipe is to have otherwise")
    parser.add_argument("--ours", choices=list(MODELS), help=argparse.SUPPRESS)
    parser.add_argument("--cpu", type=float, default=0.0, help="without --nanogpt: train ours for so many CPU-seconds")
    parser.add_argument("--seed", type=int, default=0, help="the first")
    given = parser.parse_args()
    if given.ours:
        ours(given)
        return
    result: dict[str, Any] = {"load": os.getloadavg()[0]}
    if given.long:
        given.more = json.dumps({"threads": given.threads, **json.loads(given.more)})
        result["long"] = run_ours(given, "long", given.seed, 0.0, given.long)
    text = given.text.read_text(encoding="utf-8")
    rows: list[dict[str, dict[str, float]]] = []
    for seed in range(given.seed, given.seed + (given.seeds if given.nanogpt or given.cpu else 0)):
        row = {"nanogpt": run_peer(given.nanogpt, text, seed)} if given.nanogpt else {}
        row["ours"] = run_ours(given, given.model, seed, row["nanogpt"]["cpu"] if row else given.cpu)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    if rows:
        result["seeds"] = rows
        for who in rows[0]:
            result[who] = {key: spread([row[who][key] for row in rows]) for key in ("cold-256", "cold-64", "cpu")}
    if rows and given.nanogpt:
        result["lower by"] = spread([row["nanogpt"]["cold-256"] - row["ours"]["cold-256"] for row in rows])
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

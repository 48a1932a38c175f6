"""What a line costs: the shipped model on one core, and beside it nanoGPT's way, in the same run.

    python tests/bench/bench_model.py [--nanogpt FOLDER] [--lines 50]

FOLDER is a checkout of karpathy/nanoGPT, which is imported as it is: its `GPT.generate`, as `sample.py` calls it
(temperature 0.8, top-k 200), on a network of random weights with as many parameters as the shipped model. A line is
40 characters after a context of none and of 200 characters. Times are milliseconds on one pinned core.
"""

import argparse
import importlib.util
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

LENGTH = 40
CONTEXT = ("Hold the light on the water, Polly Magnet paints the ferry blue,\n" * 4)[:200]


def timed(work: Callable[[], object], times: int) -> dict[str, float]:
    work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


def ours(model: Path, lines: int) -> dict[str, Any]:
    from stagelyric.lm import runtime
    from stagelyric.lm.sample import choose

    result: dict[str, Any] = {}
    for precision in ("int8", "fp32"):
        engine = runtime.load(model, precision="int8" if precision == "int8" else "fp32")
        rng = np.random.default_rng(1967)
        logits, state = engine.prime(CONTEXT)

        def line(rows: int, engine: Any = engine, logits: Any = logits, state: Any = state, rng: Any = rng) -> None:
            scores, rest = np.repeat(logits, rows, axis=0), state.expand(rows)
            for _ in range(LENGTH):
                ids = choose(scores, rng, temperature=0.8, min_p=0.02)
                scores, rest = engine.step(ids, rest)

        result[precision] = {f"{rows} rows": timed(lambda rows=rows: line(rows), lines) for rows in (1, 16, 64)}
    return result


def parameters(model: Path) -> int:
    from safetensors.numpy import load_file

    return sum(int(array.size) for array in load_file(model / "weights.safetensors").values())


def nanogpt(folder: Path, wanted: int, symbols: int, lines: int) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("nanogpt_model", folder / "model.py")
    assert spec is not None
    assert spec.loader is not None
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    # The width, in steps of 4 heads' worth, whose four layers come nearest to the wanted number of parameters.
    width = min(range(64, 513, 4), key=lambda d: abs(12 * 4 * d * d + (symbols + 256) * d - wanted))
    config = peer.GPTConfig(
        block_size=256, vocab_size=symbols, n_layer=4, n_head=4, n_embd=width, dropout=0.0, bias=False
    )
    model = peer.GPT(config).eval()
    result: dict[str, Any] = {"parameters": sum(tensor.numel() for tensor in model.parameters()), "width": width}
    for name, length in (("no context", 1), ("200 characters", 200)):
        context = torch.randint(0, symbols, (1, length))

        def line(context: Any = context) -> None:
            with torch.no_grad():
                model.generate(context, LENGTH, temperature=0.8, top_k=200)

        result[name] = timed(line, max(lines // 5, 5))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path(__file__).parents[2] / "models" / "char-rnn")
    parser.add_argument("--nanogpt", type=Path, help="a checkout of karpathy/nanoGPT")
    parser.add_argument("--lines", type=int, default=50)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    count = parameters(given.model)
    from stagelyric.lm.runtime import load

    symbols = len(load(given.model).vocabulary)
    result: dict[str, Any] = {"load": os.getloadavg()[0], "parameters": count, "ours": ours(given.model, given.lines)}
    if given.nanogpt:
        result["nanogpt"] = nanogpt(given.nanogpt, count, symbols, given.lines)
        mine = result["ours"]["int8"]["1 rows"]["p50"]
        names = ("no context", "200 characters")
        result["times faster"] = {name: round(result["nanogpt"][name]["p50"] / mine, 1) for name in names}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

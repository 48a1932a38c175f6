"""What a line costs: the shipped models on one core, and beside them nanoGPT and a torch loop, in the same run.

    python tests/bench/bench_model.py [--nanogpt FOLDER] [--model NAME ...] [--lines 100] > bench.json

JSON on standard output, the same as a table on standard error; milliseconds on one pinned core, one thread.

- line: 40 characters after a context of 200 that has been read, drawn one by one. Rows are drafts side by side.
- drafts, ranked: what `stagelyric write --word` does for one line: 16 drafts that hold the word, judged, one chosen;
  with the context read before (cached), and with one that was never read (cold).
- nanoGPT: FOLDER is a checkout of karpathy/nanoGPT, imported as it is: `GPT.generate` as its `sample.py` calls it
  (temperature 0.8, top-k 200) on a network of random weights with as many parameters as the model beside it.
- torch loop: our own network with its own weights and its own state (the cells, or the cache of keys and values), a
  character at a time in eager torch. An LSTM also without oneDNN, which is faster at one row; the better one counts.
- roofline: the bytes of the matrices that a step reads, by the graph, over the bandwidth measured on this core with an
  array of that size (so from the cache that it fits) and with one of 256 MB (from memory); a line reads them 40 times.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

MODELS = Path(__file__).parents[2] / "models"
LENGTH, DRAFTS = 40, 16
CONTEXT = ("Hold the light on the water, Polly Magnet paints the ferry blue,\n" * 4)[:200]
WORDS = ("lantern", "river", "mirror", "kitchen", "window", "engine", "ladder", "orange")
LARGE = 256 * 2**20  # bytes, more than any cache of a core
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Times = dict[str, float]


def timed(work: Callable[[], object], times: int) -> Times:
    work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return {"p50": round(float(np.percentile(spent, 50)), 2), "p99": round(float(np.percentile(spent, 99)), 2)}


def drawn(folder: Path, precision: str, rows: int, lines: int) -> Times:
    """Lines from a context that has been read."""
    from stagelyric.lm import runtime
    from stagelyric.lm.sample import choose

    engine: Any = runtime.load(folder, precision="int8" if precision == "int8" else "fp32")
    rng = np.random.default_rng(1967)

    def line() -> None:
        logits, state = engine.prime(CONTEXT)
        scores, rest = np.repeat(logits, rows, axis=0), state.expand(rows)
        for _ in range(LENGTH):
            scores, rest = engine.step(choose(scores, rng, temperature=0.8, min_p=0.02), rest)

    return timed(line, lines)


def ranked(folder: Path, lines: int) -> dict[str, Times]:
    """A line with a wanted word, as a show asks for it: 16 drafts, judged."""
    from stagelyric.types.lines import Ask
    from stagelyric.writing.writer import Writer

    writer, seeds = Writer.open(folder), count()

    def write(prime: str) -> None:
        seed = next(seeds)
        ask = Ask(
            prime=prime, word=WORDS[seed % len(WORDS)], seed=seed, names=("Polly Magnet",), themes=("rain", "harbour")
        )
        writer.write(ask)

    def fresh() -> Iterator[str]:
        for number in count():
            yield f"{number:04d}{CONTEXT[4:]}"

    contexts = fresh()
    return {
        "cached context": timed(lambda: write(CONTEXT), lines),
        "cold context": timed(lambda: write(next(contexts)), lines),
    }


def torch_loop(folder: Path, rows: int, lines: int) -> dict[str, Times]:
    """Our network, a character at a time, with its own state; drawing as nanoGPT draws."""
    import torch

    from stagelyric.lm.checkpoint import read_meta, read_weights
    from stagelyric.lm.kinds.table import TRAINED

    meta = read_meta(folder)
    weights, kind, config = read_weights(folder, meta), meta.kind, dict(meta.config)
    if kind == "structure":  # the network that spells; its templates are not drawn here
        under = "vocabulary."
        weights = {name.removeprefix(under): w for name, w in weights.items() if name.startswith(under)}
        kind, config = "transformer", dict(config["vocabulary"])
    model = TRAINED[kind].model(TRAINED[kind].config(**config))
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    model.eval()
    ids = torch.from_numpy(meta.vocabulary.encode(CONTEXT))[None]
    with torch.inference_mode():
        first, primed = model(ids)

    def line() -> None:
        with torch.inference_mode():
            logits, state = first[:, -1].expand(rows, -1), primed.expand(rows)
            for _ in range(LENGTH):
                chosen = torch.multinomial((logits / 0.8).softmax(dim=-1), 1)
                logits, state = model(chosen, state)
                logits = logits[:, -1]

    found = {"eager": timed(line, lines)}
    if kind == "char-rnn":
        torch.backends.mkldnn.enabled = False  # type: ignore[assignment]
        found["eager, without oneDNN"] = timed(line, lines)
        torch.backends.mkldnn.enabled = True  # type: ignore[assignment]
    return found


def nanogpt(folder: Path, wanted: int, symbols: int, lines: int, slow: int) -> dict[str, Any]:
    """nanoGPT's own way, which reads all of the line anew for each character."""
    import torch

    spec = importlib.util.spec_from_file_location("nanogpt_model", folder / "model.py")
    assert spec is not None
    assert spec.loader is not None
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    # The width, in steps of 4 heads' worth, whose four layers come nearest to the wanted number of parameters.
    width = min(range(64, 513, 4), key=lambda d: abs(12 * 4 * d * d + (symbols + 256) * d - wanted))
    sizes = {"block_size": 256, "vocab_size": symbols, "n_layer": 4, "n_head": 4, "n_embd": width}
    model = peer.GPT(peer.GPTConfig(**sizes, dropout=0.0, bias=False)).eval()
    result: dict[str, Any] = {"parameters": sum(tensor.numel() for tensor in model.parameters()), "width": width}
    for rows, length, times in ((1, 1, lines), (1, 200, lines), (DRAFTS, 1, slow), (DRAFTS, 200, slow)):
        context = torch.randint(0, symbols, (rows, length))

        def line(context: Any = context) -> None:
            with torch.no_grad():
                model.generate(context, LENGTH, temperature=0.8, top_k=200)

        result[f"{rows} x 40 after {length}"] = timed(line, times)
    return result


def bandwidth(size: int) -> float:
    """GB/s at which this core reads `size` bytes again and again: the best of two vectorised reductions."""
    import torch

    array = np.ones(max(1, size // 4), dtype=np.float32)
    tensor = torch.from_numpy(array)
    best = math.inf
    for read in (array.max, tensor.sum):
        for _ in range(max(5, LARGE // size // 2)):
            begun = time.perf_counter()
            read()
            best = min(best, time.perf_counter() - begun)
    return size / best / 1e9


def matrix_bytes(file: Path, width: int) -> int:
    """Bytes of a graph's matrices, `width` each number: all that a step reads whole, so not the looked-up tables."""
    import onnx

    graph = onnx.load(str(file), load_external_data=False).graph
    casts = {node.input[0]: node.output[0] for node in graph.node if node.op_type == "Cast"}
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    whole = [t for t in graph.initializer if t.name not in tables and casts.get(t.name) not in tables]
    return sum(math.prod(t.dims) * width for t in whole if len(t.dims) == 2)


def caches() -> dict[str, int]:
    """The data caches of this core by name, in bytes; empty where the system does not say."""
    (core,) = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else (0,)
    found = {}
    for folder in sorted(Path(f"/sys/devices/system/cpu/cpu{core}/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            found[f"L{level}"] = int(size.rstrip("K")) * 1024
    return found


def roofline(file: Path, width: int, line_ms: float, memory: float) -> dict[str, Any]:
    """How fast a line could be if reading the matrices were all there is to it, and the share of that reached."""
    size = matrix_bytes(file, width)
    fast = bandwidth(size)
    lies = next((name for name, room in sorted(caches().items()) if size <= room), "memory")
    limit, slow_limit = (LENGTH * size / (speed * 1e6) for speed in (fast, memory))
    return {
        "bytes a step": size, "fits": lies, "GB/s": round(fast, 1), "ms a line": round(limit, 3),
        "reached": round(limit / line_ms, 3), "GB/s from memory": round(memory, 1),
        "ms a line from memory": round(slow_limit, 3), "reached of memory's": round(slow_limit / line_ms, 3),
    }  # fmt: skip


def measured(folder: Path, lines: int, slow: int, peer: Path | None, memory: float) -> dict[str, Any]:
    """All that is told of one model."""
    from stagelyric.commands.models import parameters
    from stagelyric.lm.checkpoint import STEP_FP32, STEP_INT8, WEIGHTS, read_meta

    numbers = parameters(folder / WEIGHTS) or 0
    result: dict[str, Any] = {"parameters": numbers}
    for precision in ("int8", "fp32"):
        result[f"line, {precision}"] = drawn(folder, precision, 1, lines)
        result[f"{DRAFTS} drafts, {precision}"] = drawn(folder, precision, DRAFTS, lines)
    result[f"{DRAFTS} drafts, ranked"] = ranked(folder, lines)
    result["torch loop"] = {f"{rows} x 40": torch_loop(folder, rows, max(lines // 3, 5)) for rows in (1, DRAFTS)}
    result["roofline"] = {
        "int8": roofline(folder / STEP_INT8, 1, result["line, int8"]["p50"], memory),
        "fp32": roofline(folder / STEP_FP32, 4, result["line, fp32"]["p50"], memory),
    }
    if peer is not None:
        symbols = len(read_meta(folder).vocabulary)
        result["nanoGPT"] = nanogpt(peer, numbers, symbols, max(lines // 10, 5), slow)
    result["times faster"] = _faster(result)
    return result


def _faster(result: dict[str, Any]) -> dict[str, float]:
    """Our int8 p50 against theirs. Ranked, ours also reads the context anew, judges and chooses; theirs only draw."""
    loop = {name: min(way["p50"] for way in ways.values()) for name, ways in result["torch loop"].items()}
    line, drafts = result["line, int8"]["p50"], result[f"{DRAFTS} drafts, int8"]["p50"]
    judged = result[f"{DRAFTS} drafts, ranked"]["cold context"]["p50"]
    faster = {
        "line: torch loop": loop["1 x 40"] / line,
        "drafts: torch loop": loop[f"{DRAFTS} x 40"] / drafts,
        "drafts, ranked, cold: torch loop": loop[f"{DRAFTS} x 40"] / judged,
    }
    if peer := result.get("nanoGPT"):
        faster |= {
            "line: nanoGPT after 1": peer["1 x 40 after 1"]["p50"] / line,
            "line: nanoGPT after 200": peer["1 x 40 after 200"]["p50"] / line,
            "drafts, ranked, cold: nanoGPT after 1": peer[f"{DRAFTS} x 40 after 1"]["p50"] / judged,
            "drafts, ranked, cold: nanoGPT after 200": peer[f"{DRAFTS} x 40 after 200"]["p50"] / judged,
        }
    return {name: round(value, 1) for name, value in faster.items()}


def show(result: dict[str, Any]) -> None:
    """The figures as a table, a model a column."""
    from rich.console import Console
    from rich.table import Table

    out, models = Console(stderr=True, highlight=False, width=120), result["models"]
    table = Table(box=None, pad_edge=False, title=f"load {result['load']}, one core", title_justify="left")
    for head in ("", *models):
        table.add_column(head, justify="left" if not head else "right", no_wrap=True)
    flat = {name: dict(_rows(told)) for name, told in models.items()}
    for row in dict.fromkeys(row for told in flat.values() for row in told):
        table.add_row(row, *(told.get(row, "") for told in flat.values()))
    out.print(table)


def _rows(told: dict[str, Any], under: str = "") -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        label = f"{under} · {name}" if under else name
        if isinstance(value, dict) and "p50" in value:
            yield f"{label}, ms p50 / p99", f"{value['p50']:.2f} / {value['p99']:.2f}"
        elif isinstance(value, dict):
            yield from _rows(value, label)
        else:
            yield label, f"{value:,}" if isinstance(value, int) else str(value)


def alone() -> None:
    """Begins again on one core with one thread for all: BLAS looks once, as it is loaded."""
    if not all(os.environ.get(name) == value for name, value in ONE_THREAD.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", help="a model's name or folder (default: the three shipped ones)")
    parser.add_argument("--nanogpt", type=Path, help="a checkout of karpathy/nanoGPT")
    parser.add_argument("--lines", type=int, default=100, help="how often each of ours is done")
    parser.add_argument("--slow", type=int, default=3, help="how often nanoGPT's sixteen drafts are done")
    given = parser.parse_args()
    alone()
    import torch

    torch.set_num_threads(1)
    load, memory = [os.getloadavg()[0]], bandwidth(LARGE)
    models: dict[str, Any] = {}
    for name in given.model or ("char-rnn", "transformer", "structure"):
        folder = Path(name) if Path(name).is_dir() else MODELS / name
        models[folder.name] = measured(folder, given.lines, given.slow, given.nanogpt, memory)
        load.append(os.getloadavg()[0])
    result = {"load": [round(value, 2) for value in load], "caches": caches(), "models": models}
    show(result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

"""`stagelyric models`: lists the models, compares them, and fetches what can be downloaded."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click

from stagelyric.commands import models_editor
from stagelyric.commands.common import Fault, json_option, plain_faults, print_json
from stagelyric.commands.models_fetch import fetch
from stagelyric.types import paths
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Drafter
from stagelyric.types.program import typed

_HEAD = 8  # bytes with the length of a safetensors file's header
_LARGEST_HEAD = 1 << 20
_DRAFTED = 16  # lines


class _Models(click.Group):
    """Runs `list` by default, so that `models`, `models NAME…` and `models --json` work."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "-h", "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Models)
def models() -> None:
    """List the models and compare them, or fetch the editor's.

    `models [NAME…]` is `models list [NAME…]`.
    """


models.add_command(fetch)


@models.command(name="list")
@click.argument("names", nargs=-1)
@click.option("--drafters", is_flag=True, help="Each way of drafting too, and how fast it is here: some seconds more.")
@json_option
def list_models(names: tuple[str, ...], drafters: bool, as_json: bool) -> None:
    """List the models and compare them: kind, size, bits per character, speed.

    The editor judges lines, and drafts quatrains where it is named as a drafter (--drafters says how fast).

    NAMES are models, by name or folder; without any, all that are found. A damaged model, or one whose files
    are not those it was made with, is listed with what is wrong; if it is one of NAMES, the exit status is 2.
    """
    with plain_faults():
        folders = {name: paths.find_model(name) for name in names} or paths.models()
    told = [describe(name, folder) for name, folder in folders.items()]
    for model in told if drafters else ():
        model["drafters"] = {} if model["problem"] else drafter_speeds(Path(model["path"]))
    ear = None if names else models_editor.describe(drafters)
    told += [ear] if ear else []
    bad = [f"{model['name']} can't be used: {model['problem']}" for model in told if model["problem"]]
    if as_json:
        print_json(told)
    elif told:
        _print(told)
        if not names and ear is None:
            click.secho(
                f"no editor here, which judges lines and can draft them: {typed('models fetch smollm2')}", dim=True
            )
    else:
        click.echo(f"none; train one: {typed('train CORPUS --out models/NAME')}")
    if names and bad:
        raise Fault("; ".join(bad))
    for problem in bad if not as_json else ():
        click.secho(problem, fg="yellow")


def describe(name: str, folder: Path) -> JsonObject:
    """A model folder's properties; "problem" is None, or a sentence that says why the model can't be used.

    Bytes are those of all its files; bits per character are for held-out text, as measured when it was trained;
    "speed_ms" is for a line of 40 characters on one core of this machine, measured now.
    """
    from stagelyric.lm import checkpoint, evaluate, runtime
    from stagelyric.lm.kinds.table import KINDS

    told: JsonObject = {
        "name": name, "path": str(folder), "kind": None, "parameters": None, "bytes": _bytes(folder),
        "bits_per_character": {}, "speed_ms": None, "trained_on": [], "parent": None, "problem": None,
    }  # fmt: skip
    try:
        meta = checkpoint.read_meta(folder)
        told |= {
            "kind": meta.kind,
            "bits_per_character": {text: _bits(measured) for text, measured in meta.bits.items()},
            "trained_on": list(dict.fromkeys(text.title for text in meta.corpora)),
            "parent": meta.parent.get("name"),
        }
        for file in meta.files:
            checkpoint.read_file(folder, file, meta)
        told["parameters"] = parameters(folder / checkpoint.WEIGHTS)
        if meta.kind not in KINDS or KINDS[meta.kind].engine is not None:
            engine = runtime.load(folder)
            told["speed_ms"] = {key: round(value, 2) for key, value in evaluate.speed(engine).items()}
    except checkpoint.ModelError as error:
        told["problem"] = str(error)
    return told


def drafter_speeds(folder: Path) -> dict[str, float]:
    """Milliseconds per finished, ranked line for each of a model's drafters, on one core of this machine, measured now.

    Frames need no model; they are measured with the model that reads what is drafted beside them. {} for a model whose
    vocabulary is missing or damaged.
    """
    from stagelyric.commands.write import model_faults
    from stagelyric.types.lines import Ask
    from stagelyric.writing.drafters.frames import NAME
    from stagelyric.writing.writer import Writer

    try:
        with model_faults():
            writer = Writer.open(folder, frames=())
    except Fault:
        return {}
    names: list[Drafter] = [NAME] if writer.framer is not None else []
    names += [name for name in get_args(Drafter) if name in {ready.row.name for ready in writer.drafters}]
    took = {}
    for name in names:
        ask = Ask(seed=1, rhyme="AABB", drafters=(name,))
        writer.write(ask, 0, 1)  # loads and computes what is needed only once
        started = time.perf_counter()
        writer.write(replace(ask, seed=2), 0, _DRAFTED)
        took[str(name)] = round(1000 * (time.perf_counter() - started) / _DRAFTED, 2)
    return took


def parameters(file: Path) -> int | None:
    """The number of parameters in a safetensors file, from its header alone; None if there is no such file."""
    try:
        with file.open("rb") as opened:
            size = int.from_bytes(opened.read(_HEAD), "little")
            header = json.loads(opened.read(min(size, _LARGEST_HEAD)))
        return sum(int(math.prod(tensor["shape"])) for key, tensor in header.items() if key != "__metadata__")
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _bits(measured: Mapping[str, float]) -> dict[str, float]:
    from stagelyric.report.held_out import RECORDED

    named = {name: key for key, name in RECORDED.items()}
    return {named.get(key, key.replace("-", "_").replace(" ", "_")): value for key, value in dict(measured).items()}


def _print(told: list[JsonObject]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model", no_wrap=True)
    for head in ("kind", "parameters", "MB", "bits a character", "ms a line"):
        table.add_column(head, justify="left" if head == "kind" else "right")
    for model in told:
        size, count, speed = model["bytes"] / 1e6, model["parameters"], model["speed_ms"]
        table.add_row(
            model["name"],
            model["kind"] or "-",
            f"{count / 1e6:.2f} M" if count else "-",
            f"{size:.1f}",
            _shown(model["bits_per_character"]),
            f"{speed['p50']:.1f}" if speed else "-",
        )
    out.print(table)
    for model in told:
        if speeds := model.get("drafters"):
            each = ", ".join(f"{name} {value:.0f}" for name, value in speeds.items())
            out.print(Text(f"{model['name']}, ms for a finished line by drafter: {each}", style="dim"))
    texts = list(dict.fromkeys(text for model in told for text in model["bits_per_character"]))
    if texts:
        out.print(Text(f"bits a character: blocks of 256, read cold, of {_first(told)}", style="dim"))


def _first(told: list[JsonObject]) -> str:
    return ", ".join(dict.fromkeys(next(iter(m["bits_per_character"])) for m in told if m["bits_per_character"]))


def _shown(bits: dict[str, dict[str, float]]) -> str:
    first: dict[str, float] = next(iter(bits.values()), {})
    return f"{first['cold_256']:.3f}" if "cold_256" in first else "-"

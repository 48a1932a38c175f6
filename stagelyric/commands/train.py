"""`stagelyric train`: trains a model on lyrics and writes its folder."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault
from stagelyric.lm.kinds.table import KINDS, TRAINED
from stagelyric.types.extras import how_to_get
from stagelyric.types.json import JsonObject

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Meta
    from stagelyric.training.recipe import Report
    from stagelyric.training.texts import Pipeline, Texts
    from stagelyric.training.train import Trainer

_DOING_EVERY = 10.0  # s between the messages about what is being read
_LINE_EVERY = 30.0  # s between lines of progress if there is no terminal


@click.command()
@click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
@click.option("--kind", type=click.Choice(list(KINDS)), default="transformer", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The model's folder; its name is the model's."
)
@click.option("--resume", is_flag=True, help="Go on with the training that was stopped in --out.")
@click.option("--epochs", type=click.FloatRange(0, min_open=True), help="Times through the text.  [default: 10]")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Train for so long instead.")
@click.option("--from", "parent", type=click.Path(path_type=Path), help="Begin with this model: fine-tune it.")
@click.option("--vocabulary", metavar="MODEL", help="Backward, structure: the model whose words to use.")
@click.option("--words", multiple=True, metavar="CORPUS", help="Structure: learn here too what words are used for.")
@click.option(
    "--finish",
    multiple=True,
    metavar="CORPUS",
    help="Train on this instead for the last 30 %; may be given several times.",
)
@click.option("--valid", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="Measure on this text.")
@click.option(
    "--quotable",
    multiple=True,
    metavar="CORPUS",
    help="Train on this too; its lines may be quoted, since they are yours.",
)
@click.option(
    "--emphasis", multiple=True, metavar="TEXT=FACTOR", help="Count songs with TEXT in their title line FACTOR times."
)
@click.option("--licence", default="", help="The licence of the texts, for the model card.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all that training draws.")
@click.option("--cell", type=click.Choice(["lstm", "mingru"]), help="The cell of a char-rnn.  [default: lstm]")
@click.option(
    "--layers", type=click.IntRange(1, 64), help="How many layers.  [default: LSTM 1, minGRU 4, transformer 4]"
)
@click.option(
    "--hidden",
    type=click.IntRange(1, 4096),
    help="Cells in a layer, or width of a transformer's ReLU² layers.  [default: LSTM 512, minGRU 288; 768]",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 1, min_open=True),
    help="Learning rate of AdamW; Muon's goes with it.  [default: by kind]",
)
@click.option(
    "--blend",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="With --from: the share of the weights that is new; the rest stays the parent's.",
)
@click.option(
    "--patience",
    type=click.IntRange(0),
    help="With --from: end after so many checks that found nothing better; 0 spends the budget.  [default: 5]",
)
@click.option(
    "--accumulate",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Read each step's rows in so many pieces, which takes less memory.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def train(
    corpora: tuple[str, ...],
    kind: str,
    out: Path,
    resume: bool,
    epochs: float | None,
    minutes: float | None,
    parent: Path | None,
    vocabulary: str | None,
    words: tuple[str, ...],
    finish: tuple[str, ...],
    valid: tuple[Path, ...],
    quotable: tuple[str, ...],
    emphasis: tuple[str, ...],
    licence: str,
    seed: int,
    cell: str | None,
    layers: int | None,
    hidden: int | None,
    rate: float | None,
    blend: float,
    patience: int | None,
    accumulate: int,
    as_json: bool,
) -> None:
    """Train a model on lyrics.

    A CORPUS is a file of lyrics or a folder of them: plain text (gzipped or not), ChordPro, LRC, OpenLyrics. CORPUS=2
    counts every song of it twice, CORPUS=0.5 every other time. In a text, a line "=== Title" begins a song; without
    such lines, two blank lines do. Ctrl-C stops and keeps what there is; --resume goes on with it.

    --kind structure learns in some minutes how lines are built, and takes the words of a transformer trained before,
    on verse or prose: --vocabulary MODEL. --kind backward learns lines from their last word to their first, of that
    model's words, and drafts lines for it.

    With --from, a band's own songs are enough: the training stops when songs held back are written no better.

    On several machines or GPUs: torchrun --nproc-per-node 2 -m stagelyric train ...
    """
    if epochs is not None and minutes is not None:
        raise Fault("wanted --epochs or --minutes, found both")
    _need_torch()
    given = {
        "cell": cell, "layers": layers, "hidden": hidden, "vocabulary": vocabulary, "words": words,
        "emphasis": emphasis, "quotable": quotable,
    }  # fmt: skip
    _check_options({name: value for name, value in given.items() if value}, kind, parent)
    from stagelyric.training.texts import Texts

    pairs = tuple(_pair(text) for text in emphasis)
    texts = Texts(corpora, finish, valid, pairs, licence, quotable, words)
    sizes = {"cell": cell, "layers": layers, "hidden": hidden}
    recipe = {"minutes": minutes, "epochs": epochs, "seed": seed, "rate": rate, "accumulate": accumulate}
    recipe |= {"patience": patience} if parent is not None else {}
    _train(texts, kind, out, parent, blend, vocabulary, recipe, sizes, resume=resume, as_json=as_json)


def _check_options(given: JsonObject, kind: str, parent: Path | None) -> None:
    """Raises Fault for an option of another kind; `given`: the options that not all kinds have, by name."""
    if "cell" in given and parent is not None:
        raise Fault(f"--cell {given['cell']}: wanted for a new model, found --from {parent}")
    for name, value in given.items():
        able = [each for each, trained in TRAINED.items() if name in trained.options]
        if kind not in able and parent is None:
            found = f"--{name} {value}" if isinstance(value, str | int) else f"--{name}"
            raise Fault(f"{found}: wanted with --kind {' or '.join(able)}, found --kind {kind}")


def _train(
    texts: Texts, kind: str, out: Path, parent: Path | None, blend: float, vocabulary: str | None,
    recipe: JsonObject, sizes: JsonObject, *, resume: bool, as_json: bool,
) -> None:  # fmt: skip
    """Trains in the loop that all kinds share, and writes the model."""
    from stagelyric.lm.checkpoint import ModelError
    from stagelyric.lm.corpus import CorpusError
    from stagelyric.training.distributed import World
    from stagelyric.training.recipe import BrokenTrainingError, TrainingError
    from stagelyric.training.table import PIPELINES
    from stagelyric.training.texts import Parent
    from stagelyric.types import paths

    world = World.joined()
    try:
        if world.leads:
            _check_folder(out, resume)
        began_with = Parent.read(parent) if parent is not None else None
        words_of = paths.find_model(vocabulary) if vocabulary is not None else None
        kind = began_with.meta.kind if began_with else kind
        pipeline = PIPELINES[TRAINED[kind].reads](
            texts, kind, out, began_with, world, blend, _doing(quiet=not world.leads), words_of
        )
        trainer = pipeline.trainer(sizes=sizes, **recipe)
        if resume:
            trainer.restore(out)
    except (CorpusError, ModelError, TrainingError, paths.ModelNotFoundError) as error:
        raise Fault(str(error)) from error
    try:
        with _progress(pipeline.unit, quiet=not world.leads) as tell:
            complete = trainer.run(out, _with_samples(tell, trainer, pipeline))
        meta = pipeline.release(trainer, complete) if world.leads else None
    except BrokenTrainingError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out}: wanted to write the model, found: {error}") from error
    finally:
        trainer.close()
        world.leave()
    if meta is not None:
        _print_result(out, meta, trainer.done, pipeline, as_json)


def _doing(*, quiet: bool) -> Callable[[str, float], None]:
    """Reports other slow steps on standard error, one line every few seconds."""
    told = time.monotonic()

    def tell(doing: str, done: float) -> None:
        nonlocal told
        if not quiet and time.monotonic() - told >= _DOING_EVERY:
            told = time.monotonic()
            click.echo(f"{doing}: {100 * done:.0f} %" if done else f"{doing} …", err=True)

    return tell


def _need_torch() -> None:
    try:
        import onnx  # noqa: F401
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise Fault(f"training needs {error.name}, which is not installed: {how_to_get('train')}") from error


def _check_folder(out: Path, resume: bool) -> None:
    from stagelyric.lm.checkpoint import META
    from stagelyric.training.train import CHECKPOINT

    if out.exists() and not out.is_dir():
        raise Fault(f"{out}: wanted a folder for the model, found a file")
    if not resume and (out / CHECKPOINT).exists():
        raise Fault(f"{out}: wanted a new folder, found a training that was stopped; --resume goes on with it")
    if not resume and (out / META).exists():
        raise Fault(f"{out}: wanted a new folder, found a finished model; give another --out")


def _pair(text: str) -> tuple[str, float]:
    from stagelyric.lm.corpus import with_number

    found = with_number(text)
    if found is None or not 0 <= found[1] <= 100:
        raise Fault(f"--emphasis {text}: wanted TEXT=FACTOR with a factor from 0 to 100")
    return found


Tell = Callable[["Report", str], None]


def _with_samples(tell: Tell, trainer: Trainer, pipeline: Pipeline) -> Callable[[Report], None]:
    """Adds a sample line to every report that includes a measurement on held-out text."""
    import numpy as np

    def with_sample(report: Report) -> None:
        line = ""
        if report.checked is not None:
            line = pipeline.sample(trainer.averaged(), np.random.default_rng(report.step))
        tell(report, line)

    return with_sample


@contextmanager
def _progress(unit: str, *, quiet: bool = False) -> Iterator[Tell]:
    """A progress bar on a terminal, plain lines elsewhere; both on standard error."""
    if quiet:
        yield lambda report, sample: None
        return
    if not sys.stderr.isatty():
        yield _plain_lines(unit)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.percentage:5.1f} %"), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def tell(report: Report, sample: str) -> None:
            text = f"{report.bits:.3f} bits per {unit} · {_left(report)} left"
            bar.update(task, completed=report.done, description=text)
            if report.checked is not None:
                held_out = f"held-out {report.checked:.3f} bits per {unit}"
                bar.console.print(f"{held_out} · {sample}" if sample else held_out, markup=False)

        yield tell


def _plain_lines(unit: str) -> Tell:
    told = 0.0

    def tell(report: Report, sample: str) -> None:
        nonlocal told
        now = time.monotonic()
        if report.checked is None and now - told < _LINE_EVERY and report.done < 1:
            return
        told = now
        held_out = (
            "" if report.checked is None else f", held-out {report.checked:.4f}" + (f": {sample}" if sample else "")
        )
        click.echo(
            f"{100 * report.done:.1f} %, step {report.step}, {report.characters} {unit}s, "
            f"{report.bits:.4f} bits per {unit}, {_left(report)} left{held_out}",
            err=True,
        )

    return tell


def _left(report: Report) -> str:
    if not report.done:
        return "?"
    minutes = report.seconds * (1 - report.done) / report.done / 60
    return f"{minutes:.0f} min" if minutes >= 1 else f"{60 * minutes:.0f} s"


def _print_result(out: Path, meta: Meta, done: float, pipeline: Pipeline, as_json: bool) -> None:
    if as_json:
        result: JsonObject = {"model": str(out), "name": meta.name, "kind": meta.kind, "complete": done >= 1}
        result |= {"done": round(done, 4), "training": dict(meta.training)}
        result |= {f"bits_per_{pipeline.unit}": dict(meta.bits)}
        result |= {"fine_tuning": dict(meta.tuning)} if meta.tuning else {}
        click.echo(json.dumps(result, indent=1))
        return
    if done < 1:
        click.echo(f"{out}: stopped at {100 * done:.0f} %; the model so far can be used, and --resume goes on with it")
        return
    click.echo(f"{out}: trained on {meta.training[f'{pipeline.unit}s']:,} {pipeline.unit}s")
    for line in pipeline.told(meta):
        click.echo(f"  {line}")

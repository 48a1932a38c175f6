"""`stagelyric train`: lyrics in, a model's folder out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from stagelyric.lm.checkpoint import Corpus, Meta
    from stagelyric.lm.corpus import Source
    from stagelyric.lm.release import HeldOut
    from stagelyric.lm.train import Report, Trainer
    from stagelyric.lm.vocabulary import Vocabulary

_FINE_TUNING_RATE = 1e-3  # a trained model forgets less of what it knows at a lower rate
_LINE_EVERY = 30.0  # s between the plain lines written where there is no terminal


class Fault(click.ClickException):
    """What the user can put right: one plain sentence on standard error, exit status 2."""

    exit_code = 2


@click.command()
@click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
@click.option("--kind", type=click.Choice(["char-rnn", "transformer"]), default="transformer", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The model's folder; its name is the model's."
)
@click.option("--resume", is_flag=True, help="Go on with the training that was stopped in --out.")
@click.option("--epochs", type=click.FloatRange(0, min_open=True), help="Times through the text.  [default: 10]")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Train for so long instead.")
@click.option("--from", "parent", type=click.Path(path_type=Path), help="Begin with this model: fine-tune it.")
@click.option("--finish", multiple=True, metavar="CORPUS", help="Spend the last 30 % on this instead. Repeatable.")
@click.option("--valid", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="Measure on this text.")
@click.option("--emphasis", multiple=True, metavar="TEXT=FACTOR", help="Weigh songs whose title line holds TEXT.")
@click.option("--licence", default="", help="The licence of the texts, for the model card.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--hidden", type=click.IntRange(1, 4096), help="LSTM cells.  [default: 512, or as in --from]")
@click.option(
    "--rate", type=click.FloatRange(0, 1, min_open=True), help="Learning rate.  [default: 0.003; 0.001 with --from]"
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
    finish: tuple[str, ...],
    valid: tuple[Path, ...],
    emphasis: tuple[str, ...],
    licence: str,
    seed: int,
    hidden: int | None,
    rate: float | None,
    as_json: bool,
) -> None:
    """Train a model on lyrics.

    A CORPUS is a text file, plain or gzipped, or a folder of them; CORPUS=2 counts every song of it twice, CORPUS=0.5
    every other time. A line "=== Title" begins a song; without such lines, two blank lines do. Ctrl-C stops and keeps
    what there is; --resume goes on with it.
    """
    if epochs is not None and minutes is not None:
        raise Fault("wanted --epochs or --minutes, found both")
    _need_torch()
    from stagelyric.lm.checkpoint import ModelError
    from stagelyric.lm.corpus import CorpusError
    from stagelyric.lm.train import BrokenTrainingError, TrainingError

    try:
        _check_folder(out, resume)
        work = _Work(corpora, finish, valid, [_pair(text) for text in emphasis], licence, parent)
        trainer = work.trainer(kind, epochs, minutes, seed, hidden, rate, parent, out if resume else None)
    except (CorpusError, ModelError, TrainingError) as error:
        raise Fault(str(error)) from error
    try:
        with _progress() as tell:
            complete = trainer.run(out, _with_samples(tell, trainer, work.vocabulary))
        meta = work.release(out, kind, trainer, complete)
    except BrokenTrainingError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out}: wanted to write the model, found: {error}") from error
    _print_result(out, meta, trainer.done, as_json)


def _need_torch() -> None:
    try:
        import onnx  # noqa: F401
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise Fault(f'training needs {error.name}, which is not installed: pip install "stagelyric[train]"') from error


def _check_folder(out: Path, resume: bool) -> None:
    from stagelyric.lm.checkpoint import META
    from stagelyric.lm.train import CHECKPOINT

    if out.exists() and not out.is_dir():
        raise Fault(f"{out}: wanted a folder for the model, found a file")
    if not resume and (out / CHECKPOINT).exists():
        raise Fault(f"{out}: wanted a new folder, found a training that was stopped; --resume goes on with it")
    if not resume and (out / META).exists():
        raise Fault(f"{out}: wanted a new folder, found a finished model; give another --out")


def _pair(text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    try:
        factor = float(number)
    except ValueError:
        factor = -1.0
    if not name or not 0 <= factor <= 100:
        raise Fault(f"--emphasis {text}: wanted TEXT=FACTOR with a factor from 0 to 100")
    return name, factor


def _source(argument: str) -> Source:
    """A path, or a path with =WEIGHT after it where no file has that very name."""
    from stagelyric.lm.corpus import read_source

    name, _, number = argument.rpartition("=")
    if name and not Path(argument).exists():
        try:
            weight = float(number)
        except ValueError:
            return read_source(Path(argument))
        if not 0 < weight <= 100:
            raise Fault(f"{argument}: wanted a weight above 0 and up to 100, found {number}")
        return read_source(Path(name), weight)
    return read_source(Path(argument))


class _Work:
    """The texts of one training, and what is made of them."""

    def __init__(
        self,
        corpora: tuple[str, ...],
        finish: tuple[str, ...],
        valid: tuple[Path, ...],
        emphasis: list[tuple[str, float]],
        licence: str,
        parent: Path | None,
    ):
        from stagelyric.craft.phonetics import line_syllables
        from stagelyric.craft.words import STOP
        from stagelyric.lm.checkpoint import read_meta
        from stagelyric.lm.codes import CODED_ALPHABET, Coder
        from stagelyric.lm.corpus import Mixture, stream
        from stagelyric.lm.names import find_names
        from stagelyric.lm.vocabulary import Vocabulary

        self.vocabulary = read_meta(parent).vocabulary if parent else Vocabulary(CODED_ALPHABET)
        self.emphasis = emphasis
        self.parent: dict[str, str] = {}
        self.parent_folder: Path | None = None
        main = [_source(text) for text in corpora]
        last = [_source(text) for text in finish]
        self.held_out = self._held_out(valid) if valid else ()
        if not valid:
            main, last, self.held_out = self._without_held_out(main, last)
        names = find_names(line for source in (*main, *last) for song in source.songs for line in song.text.split("\n"))
        coded = self.vocabulary.symbols == CODED_ALPHABET
        dress = (coded and Coder(names, line_syllables, lambda word: len(word) > 2 and word not in STOP)) or None
        self.main = Mixture(main, self.vocabulary, emphasis=emphasis, dress=dress)
        self.finish = Mixture(last, self.vocabulary, emphasis=emphasis, dress=dress) if last else None
        self.songs = [song.text for source in (*main, *last) for song in source.songs]
        self.text = stream((song for source in main for song in source.songs), self.vocabulary)
        self.corpora = _described(main, "main", licence) + _described(last, "finish", licence)

    def trainer(
        self,
        kind: str,
        epochs: float | None,
        minutes: float | None,
        seed: int,
        hidden: int | None,
        rate: float | None,
        parent: Path | None,
        resume: Path | None,
    ) -> Trainer:
        """The trainer, at its beginning or where the checkpoint in `resume` left it."""
        from dataclasses import replace

        from stagelyric.lm.checkpoint import WEIGHTS, read_meta, read_weights
        from stagelyric.lm.kinds import KINDS
        from stagelyric.lm.train import Recipe, Trainer

        epochs = 10.0 if epochs is None and minutes is None else epochs
        kind = read_meta(parent).kind if parent else kind
        recipe = Recipe(**{"minutes": minutes, "epochs": epochs, "seed": seed, **KINDS[kind].recipe})
        recipe = replace(recipe, rate=rate or (_FINE_TUNING_RATE if parent else recipe.rate))
        begin = read_meta(parent) if parent else None
        sizes = dict(begin.config) if begin else {"vocabulary": len(self.vocabulary)}
        config = KINDS[kind].config(**(sizes | ({} if hidden is None else {"hidden": hidden})))
        trainer = Trainer(config, recipe, self.main, self.finish, self.held_out[0].ids if self.held_out else None)
        if begin and parent:
            trainer.begin_with(read_weights(parent, begin))
            self.parent_folder = parent
            self.parent = {"name": begin.name, "sha256": begin.files[WEIGHTS]}
        if resume:
            trainer.restore(resume)
        return trainer

    def release(self, out: Path, kind: str, trainer: Trainer, complete: bool) -> Meta:
        """Writes the model. One that was stopped is not measured, so that Ctrl-C is answered at once."""
        from dataclasses import asdict

        from stagelyric.craft import lexicon
        from stagelyric.craft.build import build, extend
        from stagelyric.lm.checkpoint import Meta
        from stagelyric.lm.release import release
        from stagelyric.lm.train import CHECKPOINT

        weights = {name: value.numpy() for name, value in trainer.average.items()}
        training = {"characters": trainer.characters, "steps": trainer.step, "seconds": round(trainer.seconds)}
        meta = Meta(
            name=out.resolve().name,
            kind=kind,
            config=asdict(trainer.model.config),
            symbols=self.vocabulary.symbols,
            seed=trainer.recipe.seed,
            recipe={**asdict(trainer.recipe), "emphasis": dict(self.emphasis)},
            corpora=self.corpora,
            parent=self.parent,
            training={**training, "done": round(trainer.done, 4)},
        )
        written = release(out, meta, weights, self.held_out if complete else (), self.text)
        if self.parent_folder is not None and (self.parent_folder / lexicon.FILE).is_file():
            extend(out, self.parent_folder, self.songs)
        else:
            build(out, self.songs)
        if complete:
            (out / CHECKPOINT).unlink()
        return written

    def _held_out(self, valid: tuple[Path, ...]) -> tuple[HeldOut, ...]:
        from stagelyric.lm.corpus import read_held_out, stream
        from stagelyric.lm.release import HeldOut

        sources = [read_held_out(path) for path in valid]
        return tuple(HeldOut(s.name, s.sha256, stream(s.songs, self.vocabulary)) for s in sources)

    def _without_held_out(
        self, main: list[Source], last: list[Source]
    ) -> tuple[list[Source], list[Source], tuple[HeldOut, ...]]:
        """Holds some whole songs of the main texts back; a corpus of a few songs is too small to spare any."""
        from dataclasses import replace

        from stagelyric.lm.corpus import split, stream
        from stagelyric.lm.release import HeldOut

        held = [song for source in main for song in split(source.songs)[1]]
        texts = {song.text for song in held}
        if not held:
            return main, last, ()

        def kept(source: Source) -> Source:
            return replace(source, songs=tuple(song for song in source.songs if song.text not in texts))

        ids = stream(held, self.vocabulary)
        return [kept(s) for s in main], [kept(s) for s in last], (HeldOut("held-out songs", "", ids),)


def _described(sources: list[Source], part: str, licence: str) -> tuple[Corpus, ...]:
    from stagelyric.lm.checkpoint import Corpus

    return tuple(Corpus(s.name, s.sha256, len(s.songs), s.weight, part, licence) for s in sources)


Tell = Callable[["Report", str], None]


def _with_samples(tell: Tell, trainer: Trainer, vocabulary: Vocabulary) -> Callable[[Report], None]:
    """Adds a sample line to every report that comes with a measure on held-out text."""
    import numpy as np

    from stagelyric.lm.train import sample_line

    def with_sample(report: Report) -> None:
        line = ""
        if report.checked is not None:
            line = sample_line(trainer.averaged(), vocabulary, np.random.default_rng(report.step))
        tell(report, line)

    return with_sample


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, plain lines elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.percentage:5.1f} %"), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def tell(report: Report, sample: str) -> None:
            text = f"{report.bits:.3f} bits per character · {_left(report)} left"
            bar.update(task, completed=report.done, description=text)
            if report.checked is not None:
                bar.console.print(f"held-out {report.checked:.3f} bits per character · {sample}", markup=False)

        yield tell


def _plain_lines() -> Tell:
    told = 0.0

    def tell(report: Report, sample: str) -> None:
        nonlocal told
        now = time.monotonic()
        if report.checked is None and now - told < _LINE_EVERY and report.done < 1:
            return
        told = now
        held_out = "" if report.checked is None else f", held-out {report.checked:.4f}: {sample}"
        click.echo(
            f"{100 * report.done:.1f} %, step {report.step}, {report.characters} characters, "
            f"{report.bits:.4f} bits per character, {_left(report)} left{held_out}",
            err=True,
        )

    return tell


def _left(report: Report) -> str:
    if not report.done:
        return "?"
    minutes = report.seconds * (1 - report.done) / report.done / 60
    return f"{minutes:.0f} min" if minutes >= 1 else f"{60 * minutes:.0f} s"


def _print_result(out: Path, meta: Meta, done: float, as_json: bool) -> None:
    if as_json:
        result: dict[str, Any] = {"model": str(out), "name": meta.name, "kind": meta.kind, "complete": done >= 1}
        result |= {"done": round(done, 4), "training": dict(meta.training), "bits_per_character": dict(meta.bits)}
        click.echo(json.dumps(result, indent=1))
        return
    if done < 1:
        click.echo(f"{out}: stopped at {100 * done:.0f} %; the model so far can be used, and --resume goes on with it")
        return
    click.echo(f"{out}: trained on {meta.training['characters']:,} characters")
    for title, row in meta.bits.items():
        click.echo(f"  {title}: {row['cold-256']:.3f} bits per character (int8 {row['int8 loss']:+.4f})")

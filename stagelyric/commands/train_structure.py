"""`stagelyric train --kind structure`: songs and a transformer in, the folder of a pair out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault

if TYPE_CHECKING:
    from stagelyric.training.structure import Tell

_LINE_EVERY = 30.0  # s between the plain lines written where there is no terminal


def train_structure(
    corpora: Sequence[str],
    words: Sequence[str],
    vocabulary: Path | None,
    out: Path,
    *,
    epochs: float | None,
    seed: int,
    licence: str,
    as_json: bool,
    others: Mapping[str, object],
) -> None:
    """Trains the structure model in one go, some minutes; `others` are options by name that are not for this kind."""
    unfit = next((name for name, value in others.items() if value), None)
    if unfit is not None:
        raise Fault(f"{unfit}: wanted with another kind of model, found --kind structure, which is trained in one go")
    if vocabulary is None:
        told = "wanted a trained transformer, whose words the lines will be made of, found no --vocabulary MODEL"
        raise Fault(f"--kind structure: {told}")
    from stagelyric.lm.checkpoint import ModelError
    from stagelyric.lm.corpus import CorpusError
    from stagelyric.lm.kinds.structure.model import StructureRecipe
    from stagelyric.lm.kinds.structure.tagging import NoTaggerError
    from stagelyric.training import structure
    from stagelyric.training.structure_release import PairError
    from stagelyric.types import paths
    from stagelyric.words.lexicon import LexiconError

    recipe = StructureRecipe(seed=seed) if epochs is None else StructureRecipe(epochs, seed=seed)
    try:
        folder = paths.find_model(str(vocabulary))
        with _progress() as tell:
            structure.check(folder)
            songs = structure.read(corpora, tell)
            more = structure.read(words, tell, hold_back=False) if words else []
            meta = structure.make(songs, more, folder, out, recipe, licence, tell)
    except (CorpusError, ModelError, PairError, LexiconError, NoTaggerError) as error:
        raise Fault(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out}: wanted to write the model, found: {error}") from error
    if as_json:
        result: dict[str, object] = {"model": str(out), "name": meta.name, "kind": meta.kind, "complete": True}
        click.echo(json.dumps({**result, "training": dict(meta.training)}, indent=1))
        return
    click.echo(f"{out}: the structure of {meta.training['tokens']:,.0f} tokens, with the words of {folder.name}")


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, plain lines elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console, told = Console(stderr=True), 0.0
    if console.is_terminal:
        columns = (BarColumn(), TextColumn("{task.percentage:5.1f} %"), TextColumn("{task.description}"))
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=1.0)
            yield lambda doing, done: bar.update(task, completed=done, description=doing)
        return

    def tell(doing: str, done: float) -> None:
        nonlocal told
        if time.monotonic() - told >= _LINE_EVERY:
            told = time.monotonic()
            click.echo(f"{100 * done:.1f} %, {doing}", err=True)

    yield tell

"""`stagelyric evaluate`: measures a model's quality, in bits per character and by its lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault, json_option, plain_faults, print_json, writable
from stagelyric.types import paths
from stagelyric.types.json import JsonObject

if TYPE_CHECKING:
    from stagelyric.lm.corpus import Source
    from stagelyric.lm.curve import Curve
    from stagelyric.report.contexts import Context
    from stagelyric.report.evaluation import Step, Trial
    from stagelyric.report.trial import Lines

_V0 = "char-rnn"
_SHOWN = 4  # contexts that are printed, and lines of each


@click.command()
@click.argument("model")
@click.argument("corpus", nargs=-1, type=click.Path(path_type=Path))
@click.option("--compare", metavar="OTHER", help="Another model, side by side.")
@click.option("--train", "training", multiple=True, type=click.Path(path_type=Path), help="The text it was trained on.")
@click.option(
    "--contexts",
    "count",
    default=60,
    show_default=True,
    type=click.IntRange(2),
    help="How many places in songs to go on from.",
)
@click.option("--seed", default=0, show_default=True, help="Another seed chooses other places.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write pictures: .html, .svg, .png or .pdf.")
@click.option("--card", is_flag=True, help="Put the report, and the speed here, into the model's card.")
@click.option("--blind", type=click.IntRange(1), metavar="N", help="Only a blind table of N pairs, for readers.")
@click.option("--quatrains", is_flag=True, help="With --blind: N quatrains of each, for sense, feeling and singing.")
@click.option(
    "--rated", multiple=True, type=click.Path(path_type=Path), metavar="JSON", help="A reader's ratings, with --key."
)
@click.option(
    "--key",
    default=Path("blind-key.json"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the key of the blind table goes.",
)
@json_option
def evaluate(
    model: str,
    corpus: tuple[Path, ...],
    compare: str | None,
    training: tuple[Path, ...],
    count: int,
    seed: int,
    plot: Path | None,
    card: bool,
    blind: int | None,
    quatrains: bool,
    rated: tuple[Path, ...],
    key: Path,
    as_json: bool,
) -> None:
    """Measure MODEL: bits per character, and 16 lines from each of 60 places beside the songs' own.

    CORPUS is songs the model did not read; without it, the songbook's songs that are kept out of training. With
    --train, a PPM and a 6-gram model are measured too, and copied passages are looked up in the training text.

    \b
    stagelyric evaluate transformer --blind 12 --quatrains > sheet.txt
    stagelyric evaluate transformer --rated anna.json --rated ben.json
    """
    if quatrains and blind is None:
        raise Fault("wanted --quatrains with --blind N, found no --blind")
    if rated:
        _print_ratings(rated, key, as_json)
        return
    from stagelyric.report import evaluation

    with _faults():
        _writable(plot, key if blind is not None else None)
        folder = paths.find_model(model)
        other = paths.find_model(compare) if compare is not None else None
        sources = _sources(corpus)
        found = evaluation.places(sources, count, seed)
        with _progress() as step:
            tried = evaluation.write(folder.name, folder, found, step)
            if blind is not None:
                _blind(tried, found, blind, seed, key, as_json, quatrains=quatrains)
                return
            result = evaluation.evaluate(tried, _v0(folder, found, step), found, sources, training, step)
            if other is not None:
                result["compare"] = _compared(other, folder, found, sources, training, step)
        if plot is not None:
            from stagelyric.report.render import file as pictures

            pictures.write(plot, _columns(result), _curves(result, folder, other))
        if card:
            from stagelyric.report.render import card as cards

            cards.write(folder, result)
    if as_json:
        print_json(result)
        return
    _print(result)


@contextmanager
def _faults() -> Iterator[None]:
    from stagelyric.lm.checkpoint import ModelError
    from stagelyric.lm.corpus import CorpusError
    from stagelyric.report.language import MissingExtraError

    try:
        with plain_faults():
            yield
    except (ModelError, CorpusError, MissingExtraError, ValueError) as error:
        raise Fault(str(error)) from None
    except OSError as error:
        raise Fault(f"{error.filename}: {error.strerror}") from None


@contextmanager
def _progress() -> Iterator[Step]:
    """If standard error is a terminal, shows there what is being done."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        yield lambda text: status.update(f"{text} …")


def _sources(corpus: tuple[Path, ...]) -> list[Source]:
    from stagelyric.lm.corpus import read_held_out
    from stagelyric.report import evaluation

    if corpus:
        return [read_held_out(path) for path in corpus]
    songbook = next((f for folder in paths.model_folders() if (f := folder / "songbook").is_dir()), None)
    if songbook is None:
        raise Fault(
            "CORPUS: wanted songs that the model did not read, found none given and no songbook beside the models"
        )
    return [evaluation.songbook_held_out(songbook)]


def _v0(folder: Path, found: list[Context], step: Step) -> Lines | None:
    """Lines sampled from our first model (v0), without ranking; None if it is the model itself or is missing."""
    from stagelyric.report import trial
    from stagelyric.writing.writer import Writer

    known = paths.models().get(_V0)
    if known is None or known == folder:
        return None
    step("v0 speaks")
    return trial.by_sampling("v0: char-rnn, T 0.7", Writer.open(known), found)


def _compared(
    folder: Path, first: Path, found: list[Context], sources: list[Source], training: tuple[Path, ...], step: Step
) -> JsonObject:
    from stagelyric.report import evaluation

    name = folder.name if folder.name != first.name else f"{folder.parent.name}/{folder.name}"
    return evaluation.evaluate(evaluation.write(name, folder, found, step), None, found, sources, training, step)


def _curves(result: JsonObject, folder: Path, other: Path | None) -> dict[str, Curve | None]:
    """The training curve of each model, by its name; None if its folder has none."""
    from stagelyric.lm import checkpoint, curve

    models = {result["model"]: folder} | ({result["compare"]["model"]: other} if other is not None else {})
    return {name: curve.read(where, checkpoint.read_meta(where)) for name, where in models.items()}


def _columns(result: JsonObject) -> dict[str, JsonObject]:
    """Each set of lines by name: the model's first, the other model's second."""
    columns: dict[str, JsonObject] = {result["model"]: result["rows"][result["model"]]}
    if other := result.get("compare"):
        columns[other["model"]] = other["rows"][other["model"]]
    return {**columns, **result["rows"]}


def _writable(plot: Path | None, key: Path | None) -> None:
    """Refuses files that could not be written after minutes of work. Raises Fault and ValueError."""
    if plot is not None:
        from stagelyric.report.render import file as pictures

        pictures.check(plot)
    for file in (plot, key):
        if file is not None:
            writable(file)


def _blind(
    tried: Trial, found: list[Context], count: int, seed: int, key_file: Path, as_json: bool, *, quatrains: bool
) -> None:
    """Prints the sheet of a blind test of pairs of lines or of quatrains, and writes its key."""
    from stagelyric.report import blind, trial

    make = blind.quatrains if quatrains else blind.pairs
    name, how = ("quatrains", blind.HOW_QUATRAINS) if quatrains else ("pairs", blind.HOW)
    sheet, key = make(found, trial.by_people(found), tried.lines, count, seed=seed)
    key_file.write_text(json.dumps({"model": tried.name, "key": key}, ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        print_json({"how": how, name: sheet})
        return
    click.echo(f"{how}\n")
    for one in sheet:
        if quatrains:
            click.echo(f"[{one['quatrain']}]\n" + "\n".join(one["lines"]) + "\n")
        else:
            click.echo(f"{one['pair']:3}  a  {one['a']}\n     b  {one['b']}\n")
    click.echo(f"The key is in {key_file}; open it when all is rated.", err=True)


def _print_ratings(files: tuple[Path, ...], key_file: Path, as_json: bool) -> None:
    """Prints each reader's ratings of people's quatrains and of the model's."""
    from stagelyric.report import blind

    told: dict[str, dict[str, dict[str, float]]] = {}
    key = _read_json(key_file).get("key")
    if not isinstance(key, list) or not all(isinstance(one, dict) and "quatrain" in one for one in key):
        raise Fault(f"{key_file}: wanted the key of a sheet of quatrains, found another file")
    for file in files:
        try:
            told[file.stem] = blind.scored(key, _read_json(file))
        except ValueError as error:
            raise Fault(f"{file}: {error}") from None
    if as_json:
        print_json(told)
        return
    for reader, rows in told.items():
        for who, means in rows.items():
            sung = f"would sing {means['sing'] * means['quatrains']:.0f} of {means['quatrains']:.0f}"
            click.echo(f"{reader:12} {who:8} sense {means['sense']:.2f}  feeling {means['feeling']:.2f}  {sung}")


def _read_json(file: Path) -> JsonObject:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Fault(f"{file}: wanted a file of JSON, found none ({error})") from None
    if not isinstance(found, dict):
        raise Fault(f"{file}: wanted an object of JSON, found something else")
    return found


def _print(result: JsonObject) -> None:
    from rich.text import Text

    from stagelyric.report.render import page

    out = page.console()
    columns = _columns(result)
    where = ", ".join(result["held_out"])
    out.print(Text(f"{result['model']}: 16 lines from each of {result['contexts']} places in {where}\n", style="bold"))
    out.print(page.measures(columns))
    every = [result, *([result["compare"]] if "compare" in result else [])]
    out.print(page.kept({name: kept for of in every for name, kept in of["kept_to"].items()}))
    for of in every:
        wanted, show = of["wanted_words"], of["show"]
        again, nearly = 100 * show["repeated_rate"], 100 * show["nearly_repeated_rate"]
        out.print(f"{of['model']}: a wanted word is in {100 * wanted['rate']:.0f} % of lines")
        out.print(f"  of {show['presses']} presses {again:.1f} % give a line again, {nearly:.1f} % nearly one")
    out.print(page.bits({of["model"]: of["bits_per_character"] for of in every}))
    out.print(Text(f"PPMd and the 6-gram: {result['bits_source']}", style="dim"))
    for at, sample in enumerate(result["samples"][:_SHOWN]):
        lines = dict(sample["lines"])
        if "compare" in result:
            lines |= result["compare"]["samples"][at]["lines"]
        first = {name: own[:_SHOWN] for name, own in lines.items()}
        out.print(page.sample(sample["song"], sample["before"][-2:], first))

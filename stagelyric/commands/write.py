"""`stagelyric write`: prints lines on standard output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, get_args

import click

from stagelyric.commands.common import Fault, frame_faults, json_option, plain_faults, print_json, server_named
from stagelyric.gates import quoting
from stagelyric.types import paths
from stagelyric.types.lines import Ask, Drafter, Hand, Line, Scheme
from stagelyric.types.program import typed

if TYPE_CHECKING:
    from stagelyric.writing.editing import Judge
    from stagelyric.writing.writer import Writer

MODEL = "transformer"
_PATIENCE = 60.0  # seconds that a line may wait for a server, if one is used
_SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
_HANDS: tuple[Hand, ...] = get_args(Hand)
_DRAFTERS: tuple[Drafter, ...] = get_args(Drafter)
_STANZA = 4

Explained = tuple[Line, dict[str, float]]


class Span(click.ParamType[tuple[int, int]]):
    """`6-9`, or `8` for exactly eight."""

    name = "FEWEST-MOST"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"\s*(\d{1,2})\s*(?:(?:-|\u2013|\.\.)\s*(\d{1,2})\s*)?", value)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= low <= high <= 24:
            self.fail(f'wanted syllables as 6-9 or 8, within 1 to 24, found "{value}"', param, ctx)
        return low, high


@click.command()
@click.option("-n", "number", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many lines.")
@click.option("--model", help=f"A model by name or folder (default: the setlist's, else {MODEL}).")
@click.option("--after", multiple=True, metavar="LINE", help="A line that comes before; may be given several times.")
@click.option("--word", metavar="WORD", help="A word that stands in every line.")
@click.option("--rhyme", metavar="WORD", help="A word that every line rhymes with.")
@click.option("--syllables", type=Span(), help="How many syllables a line has: 6-9, or 8.")
@click.option("--scheme", type=click.Choice(_SCHEMES, case_sensitive=False), help="Writes whole stanzas that rhyme so.")
@click.option("--names", multiple=True, metavar="NAMES", help="People and places, parted by commas.")
@click.option("--themes", multiple=True, metavar="THEMES", help="What the lines are about, parted by commas.")
@click.option("--wildness", type=click.FloatRange(0, 1), help="0 sober (frames alone) to 1 wild (the models' own).")
@click.option("--drafter", multiple=True, type=click.Choice(_DRAFTERS), help="Who drafts the lines; repeatable.")
@click.option("--hand", type=click.Choice(_HANDS), help="Whose frames are preferred, of eight writers.")
@click.option("--mood", metavar="MOOD", help="0 dark to 1 bright, or words: dark, bright, calm, fierce.")
@click.option("--seed", type=int, help="The same seed gives the same lines (default: other lines every time).")
@click.option("--setlist", type=click.Path(path_type=Path), help="Ask for lines as a show with this setlist does.")
@click.option("--song", metavar="TITLE", help="The setlist's song (default: its first).")
@click.option("--section", metavar="NAME", help="The song's section (default: its first).")
@click.option(
    "--never-quote",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A text of which no line has five words or 24 characters in a row; may be given several times.",
)
@click.option("--raw", is_flag=True, help="Sample plainly from the model, without rhyme, metre or ranking.")
@click.option("--explain", is_flag=True, help="Say below each line what it was chosen for.")
@json_option
def write(
    number: int,
    model: str | None,
    after: tuple[str, ...],
    word: str | None,
    rhyme: str | None,
    syllables: tuple[int, int] | None,
    scheme: Scheme | None,
    names: tuple[str, ...],
    themes: tuple[str, ...],
    wildness: float | None,
    drafter: tuple[Drafter, ...],
    hand: Hand | None,
    mood: str | None,
    seed: int | None,
    setlist: Path | None,
    song: str | None,
    section: str | None,
    never_quote: tuple[Path, ...],
    raw: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """Print lines.

    \b
    stagelyric write -n 4 --themes rain,harbour --names "Polly Magnet"
    stagelyric write --scheme AABB --syllables 7-9 --after "Hold the light"
    stagelyric write --word neon --wildness 0.8
    """
    _check(setlist, song or section, {"--word": word, "--rhyme": rhyme})
    ask, named, never, own = (Ask(), None, (), ()) if setlist is None else _show_ask(setlist, song, section, seed)
    shade, temper = _mood(mood)
    never = (*never, *never_quote)
    changes = {
        "prime": "\n".join(filter(None, (ask.prime, *after))) if after else None,
        "syllables": syllables,
        "rhyme": scheme,
        "names": _listed(names),
        "themes": _listed(themes),
        "wildness": wildness,
        "drafters": drafter,
        "hand": hand,
        "mood": shade,
        "temper": temper,
        "word": word,
        "rhyme_with": rhyme,
        "never_quote": _stamp(never),
        "seed": _any_seed() if seed is None and setlist is None else seed if setlist is None else None,
    }
    ask = replace(ask, **{key: value for key, value in changes.items() if value not in (None, (), "")})  # type: ignore[arg-type]
    if ask.word and (unfit := _unfit(ask)):
        click.echo(f'write: lines are written without "{ask.word}", {unfit}', err=True)
    writer, stanzas = _open(model or named or MODEL, never, own, drafter == ("editor",)), scheme not in (None, "free")
    if not raw:
        _look_for(ask.drafters, writer.drafting, strict=bool(drafter))
    number = -(-number // _STANZA) * _STANZA if stanzas else number
    made: list[Explained] = [(line, {}) for line in writer.raw(ask, number)] if raw else writer.explain(ask, 0, number)
    if as_json:
        print_json({"seed": ask.seed, "lines": [_as_json(line, marks, explain) for line, marks in made]})
    else:
        click.echo("\n".join(_shown(made, stanzas and not raw, explain)))


def _check(setlist: Path | None, part: str | None, words: dict[str, str | None]) -> None:
    if setlist is None and part:
        raise Fault("write: wanted --setlist with --song or --section, found none")
    for name, given in words.items():
        if given is not None and not any(c.isalpha() for c in given):
            raise Fault(f'write: wanted a word after {name}, found "{given}"')


def _stamp(never: Sequence[Path]) -> str:
    with plain_faults():
        return quoting.stamp(never)


def _mood(given: str | None) -> tuple[float | None, str]:
    from stagelyric.phrasebook import hands

    words = (given or "").replace(",", " ").split()
    try:
        return (float(words[0]) if 0 <= float(words[0]) <= 1 else _no_mood(given)), ""
    except (ValueError, IndexError):
        known = ("dark", "bright", "calm", "fierce")
        return hands.mood_of(words) if all(word in known for word in words) else _no_mood(given)


def _no_mood(given: str | None) -> NoReturn:
    raise Fault(f'write: --mood: wanted 0 to 1, or dark, bright, calm, fierce, found "{given}"')


Shown = tuple[Ask, str | None, tuple[Path, ...], tuple[Path, ...]]


def _show_ask(file: Path, song: str | None, section: str | None, seed: int | None) -> Shown:
    """What a show asks for at this place: its ask, model, "never quote" files, and own frames."""
    from stagelyric.phrasebook import compiled
    from stagelyric.setlist import setlist as setlists
    from stagelyric.show.asks import ask_for

    with plain_faults():
        written = setlists.load(file)
        titles = [one.title for one in written.songs]
        chosen = written.songs[_found(song, titles, f"{file}: --song")]
        sections = [one.name for one in chosen.sections]
        part = chosen.sections[_found(section, sections, f'{file}: --section of "{chosen.title}"')]
        lyrics = setlists.read_lyrics(file.parent / chosen.lyrics) if chosen.lyrics else ""
    number = next((s for s in (seed, written.seed) if s is not None), None)
    own = tuple(file.parent / name for name in written.frames)
    if told := frame_faults(own):
        raise Fault("\n".join(told))
    drawn = _any_seed() if number is None else number
    stamp = compiled.stamp([name.read_bytes() for name in own]) if own else ""
    ask = ask_for(written, chosen, part, seed=drawn, lyrics=lyrics, frames=stamp)
    return ask, written.model, tuple(file.parent / name for name in written.never_quote), own


def _found(wanted: str | None, names: Sequence[str], where: str) -> int:
    from stagelyric.setlist.setlist import find_name

    if wanted is None:
        return 0
    place = find_name(wanted, list(names))
    if place is None:
        raise Fault(f'{where}: wanted one of {", ".join(names)}, found "{wanted}"')
    return place


def _unfit(ask: Ask) -> str:
    """Why no line may contain a requested word, "" if it may."""
    from stagelyric.gates import family
    from stagelyric.types.lines import normal

    word = ask.word or ""
    if not family.is_clean(word, mild=ask.family_friendly):
        return "which is not for a family" if ask.family_friendly else "which is an obscenity or a slur"
    if any(f" {normal(phrase)} " in f" {normal(word)} " for phrase in ask.avoid):
        return "which the setlist avoids"
    return ""


def _listed(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for text in given for part in text.split(",") if part.strip()))


def _any_seed() -> int:
    import secrets

    return secrets.randbelow(2**32)


def _look_for(wanted: Sequence[Drafter], usable: Sequence[Drafter], *, strict: bool) -> None:
    """Says which of the wanted drafters can't be used here. If none can, others draft; with `strict` it is a fault."""
    cures = {"editor": f": {typed('models fetch smollm2')}", "server": ": --model URL#NAME names one"}
    missing = [name for name in wanted if name not in usable]
    told = "; ".join(f'"{name}" can\'t draft here{cures.get(name, " with this model")}' for name in missing)
    if strict and missing == list(wanted) and told:
        raise Fault(f"write: {told}")
    if told:
        click.echo(f"write: {told}", err=True)


def _editor(needed: bool) -> Judge | None:
    """The editor, if there is one. If it can't be used, that is said, and lines are chosen without it; a fault if it is
    `needed`."""
    from stagelyric.editor.faults import EditorError
    from stagelyric.writing import editing

    try:
        return editing.ready()
    except EditorError as error:
        if needed:
            raise
        click.echo(f"write: {error}; lines are chosen without it", err=True)
        return None


def _open(name: str, never: Sequence[Path], own: Sequence[Path], needed: bool) -> Writer:
    from stagelyric.gates import novelty
    from stagelyric.writing import taste

    with plain_faults():
        folder = paths.find_model(name)
        unquoted = novelty.of_files(never, paths.quotes()) if never else None
    from stagelyric.writing.writer import Writer

    with model_faults():
        return Writer.open(
            folder, weights=taste.load(paths.taste()), never=unquoted, frames=own, editor=_editor(needed),
            server=server_named(name, patience=_PATIENCE),
        )  # fmt: skip


@contextmanager
def model_faults() -> Iterator[None]:
    """Turns an error about a model into one sentence on standard error, with exit status 2."""
    from stagelyric.editor.faults import EditorError
    from stagelyric.lm.checkpoint import ModelError
    from stagelyric.phrasebook.book import BookError
    from stagelyric.writing.taste import TasteError

    try:
        yield
    except (BookError, EditorError, ModelError, TasteError) as error:
        raise Fault(str(error)) from None


def _as_json(line: Line, marks: dict[str, float], explain: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "text": line.text, "origin": line.origin, "score": line.score, "syllables": list(line.syllables),
        "index": line.index,
    }  # fmt: skip
    return shown | ({"marks": marks} if explain else {})


def _shown(made: Sequence[Explained], stanzas: bool, explain: bool) -> Iterator[str]:
    """The lines to print; on a terminal they stand out from the explanations."""
    for i, (line, marks) in enumerate(made):
        if i and ((stanzas and i % _STANZA == 0) or explain):
            yield ""
        yield click.style(line.text, bold=explain)
        if explain:
            cut = f"{len(line.syllables)} syllables: {' '.join(filter(None, line.syllables))}"
            yield click.style(f"  {line.score:5.2f}  {cut}", dim=True)
            for name, worth in sorted(marks.items(), key=lambda item: -abs(item[1])):
                yield f"  {click.style(f'{worth:+5.2f}', fg='green' if worth > 0 else 'red')}  {name}"

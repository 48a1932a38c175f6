"""`stagelyric analyse`: what a set of lyrics is like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from stagelyric.commands.common import Fault, classes_of_frames, json_option, print_json, writable
from stagelyric.types.json import JsonObject
from stagelyric.words import formats


@click.command()
@click.argument("corpus", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Lyrics that must not be quoted; says which lines do. Repeatable.",
)
@click.option("--faults", is_flag=True, help="List every line that breaks its song's scheme or metre.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write pictures: .html, .svg, .png or .pdf.")
@json_option
def analyse(
    corpus: tuple[Path, ...], against: tuple[Path, ...], faults: bool, plot: Path | None, as_json: bool
) -> None:
    """Describe a set of lyrics, compared with lines that people wrote.

    Frames (*.frames, or folders of them) are expanded to all their forms: how many of each kind, and their faults;
    of beginnings (*.beginnings) the faults alone.

    CORPUS is what `train` reads: text files, ChordPro, or folders of them. The average line, clichés, repetition,
    names, rhyme, syllables; for your own songs: what you always say.
    """
    from stagelyric.lm.corpus import CorpusError
    from stagelyric.report import analysis, reading

    if plot is not None:
        _check_plot(plot)
    if any(_is_of_frames(path) for path in corpus):
        _analyse_frames(corpus, faults, as_json)
        return

    try:
        songs = reading.read(corpus)
        others = reading.read(against) if against else []
    except CorpusError as error:
        raise Fault(str(error)) from None
    result = analysis.analyse(songs, others)
    if plot is not None:
        _plot(plot, {", ".join(path.name for path in corpus): result})
    if as_json:
        print_json(result)
        return
    _print(result, faults)


def _is_of_frames(path: Path) -> bool:
    """Whether a path contains only frames. In a folder with frames and songs, it is the songs that are analysed."""
    from stagelyric.phrasebook.grammar import ENDINGS

    if not path.is_dir():
        return path.suffix in ENDINGS
    files = [file for file in path.rglob("*") if file.is_file()]
    return any(f.suffix in ENDINGS for f in files) and not any(f.name.endswith(formats.ENDINGS) for f in files)


def _analyse_frames(corpus: Sequence[Path], faults: bool, as_json: bool) -> None:
    from stagelyric.phrasebook import analysis
    from stagelyric.phrasebook.grammar import FrameFileError

    try:
        found = analysis.read(analysis.files_in(corpus), classes_of_frames())
    except FrameFileError as error:
        raise Fault(str(error)) from None
    told = analysis.summary(found)
    if as_json:
        print_json(told)
        return
    if found.frames or not found.begun:
        _print_frames(told)
    if found.begun:
        click.echo(f"{told['begun']} beginnings")
    click.echo(f"{told['errors']} faults, {told['warnings']} warnings" + ("" if faults else " (--faults lists them)"))
    for finding in found.findings if faults else ():
        click.echo(finding)


def _print_frames(told: JsonObject) -> None:
    click.echo(f"{told['frames']} frames: {told['quatrains']} quatrains, {told['couplets']} couplets")
    click.echo(f"forms: {told['forms']['all']:,}, {told['forms']['median']:,} in the middle one")
    click.echo(f"{told['slots_a_line']} slots a line, {told['alternatives_a_slot']} alternatives a slot")
    for name, shares in told["shares"].items():
        click.echo(f"{name}: " + ", ".join(f"{key} {100 * share:.0f} %" for key, share in shares.items()))
    click.echo("themes: " + ", ".join(f"{theme} {count}" for theme, count in told["themes"].items()))
    click.echo("syllables: " + ", ".join(f"{count} of {length}" for length, count in told["syllables"].items()))
    click.echo(
        f"lines that begin with The {100 * told['first_word_the']:.0f} %, with I or you "
        f"{100 * told['first_word_i_or_you']:.0f} %; frames with a person {100 * told['with_person']:.0f} %, "
        f"with a place {100 * told['with_place']:.0f} %"
    )


def _check_plot(file: Path) -> None:
    """Refuses a file that could not be written after the work is done."""
    from stagelyric.report.render import file as pictures

    try:
        pictures.check(file)
    except ValueError as error:
        raise Fault(str(error)) from None
    writable(file)


def _plot(file: Path, reports: dict[str, JsonObject]) -> None:
    from stagelyric.report.language import MissingExtraError
    from stagelyric.report.render import file as pictures

    try:
        pictures.write(file, reports)
    except (MissingExtraError, ValueError) as error:
        raise Fault(str(error)) from None
    except OSError as error:
        raise Fault(f"{file}: wanted a file to write pictures to, found: {error.strerror}") from None


def _print(result: JsonObject, faults: bool) -> None:
    from rich.text import Text

    from stagelyric.report.render import page

    out = page.console()
    out.print(Text(f"{result['songs']} songs, {result['lines']} lines, {result['distinct_lines']} different"))
    if average := result["average"]:
        out.print(Text("\nThe average line: ", style="bold") + Text(average["text"], style="bold cyan"))
        out.print(Text(f"  {average['how']}; nearest of those sung: {average['nearest']}", style="dim"))
    out.print()
    out.print(page.measures({"here": result}))
    if result["scheme"]["pairs"]:
        out.print(Text("\nWhere the songs' own schemes pair lines", style="bold"))
        out.print(_scheme(result["scheme"]))
    if len(result["genres"]) > 1:
        out.print(page.genres(result["genres"]))
    for title, key, by in page.LISTS:
        if part := page.listed(title, result[key], by=by):
            out.print(part)
    if result["favourites"]:
        said = ", ".join(f"{f['word']} {f['count']} times" for f in result["favourites"][:14])
        out.print(Text("\nWords said more than English says them", style="bold"))
        out.print(Text(said))
    for title, key in (("Six words in a row shared between songs", "shared"), ("… with --against", "quoted")):
        for shared in result[key][:10]:
            out.print(Text(f"\n{title}: ", style="bold yellow") + Text(shared["run"]))
            out.print(Text(f"  {shared['song']}: {shared['line']}\n  {shared['other']}: {shared['other_line']}"))
    if faults:
        out.print(page.faults(result["scheme"]["faults"]))
    for note in result["notes"]:
        out.print(Text(f"\n{note}", style="dim"))


def _scheme(scheme: JsonObject) -> str:
    kinds = scheme["rhymes"]
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in kinds if kinds[kind])
    return (
        f"{scheme['pairs']} pairs: rhymed {100 * scheme['rhyme_rate']:.1f} % ({told}); "
        f"within a syllable {100 * scheme['syllable_match_rate']:.1f} %"
    )

"""`stagelyric learn-taste`: adapts the ranking to what the band kept and vetoed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stagelyric.commands.common import Fault, json_option, plain_faults, print_json, writable
from stagelyric.commands.write import MODEL
from stagelyric.gear.journal import journal as memory
from stagelyric.types import paths

if TYPE_CHECKING:
    from stagelyric.writing.taste import Judged, Taste
    from stagelyric.writing.writer import Writer

_BEFORE = 4  # lines shown before a line, with which it is judged
_PASSED = 400  # at most so many lines without a verdict, the latest
_WRITTEN = ("model", "word", "kept", None)  # origins of lines that the ranking chose
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line, the lines shown before it, and its verdict: "keep", "veto", or "pass" (none)."""

    text: str
    before: tuple[str, ...]
    kind: str


@click.command()
@click.argument("journals", nargs=-1, metavar="JOURNAL...", type=click.Path(path_type=Path))
@click.option("--model", help="The model whose lines were judged (default: that of the latest show).")
@click.option("--out", type=click.Path(path_type=Path), help="Where the taste goes (default: where shows look for it).")
@click.option(
    "--kept", type=click.Path(path_type=Path), help="Write the kept lines besides: a text to `train --from` on."
)
@click.option("--dry-run", is_flag=True, help="Say what would be learned, and write nothing.")
@json_option
def learn_taste(
    journals: tuple[Path, ...], model: str | None, out: Path | None, kept: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Fit the ranking to what the band kept and vetoed; this takes at least 20 judgements.

    JOURNAL is one or several journals that `play` wrote (default: this machine's). The result is a small file
    that `play` and `write` use from then on; delete it to forget, copy it to the second rig.
    """
    from stagelyric.writing import taste

    if kept is not None:
        writable(kept)
    journals = journals or (paths.journal(),)
    with plain_faults():
        verdicts = latest(verdict for path in journals for verdict in read(path))
        folder = paths.find_model(model or played_with(journals))
    try:
        learned = taste.fit(marked(verdicts, _open(folder)))
        file = out or paths.taste()
        if not dry_run:
            taste.save(file, learned)
        if kept is not None:
            kept.write_text("".join(f"{v.text}\n" for v in verdicts if v.kind == "keep"), encoding="utf-8")
    except taste.TasteError as error:
        raise Fault(f"{', '.join(map(str, journals))}: {error}") from None
    except OSError as error:
        raise Fault(f"{error.filename}: {error.strerror}") from None
    if as_json:
        print_json({**asdict(learned), "file": None if dry_run else str(file)})
        return
    for line in _told(learned):
        click.echo(line)
    if not dry_run:
        click.echo(f"Written to {file}; delete it to forget.")


def played_with(journals: Sequence[Path]) -> str:
    """The model of the latest show in the journals."""
    shows = [show for path in journals for show in memory.shows(path)]
    return str(max(shows, key=lambda show: show["started"])["model"]) if shows else MODEL


def read(path: Path) -> Iterator[Verdict]:
    """The lines shown in a journal's shows with their verdicts, earliest show first. Raises JournalError."""
    for show in reversed(memory.shows(path)):
        rows = [row for row in memory.records(path, show["id"]) if row["text"]]
        shown: list[str] = []
        places_of: dict[str, tuple[str, ...]] = {}
        judged: dict[str, str] = {}
        not_ours: set[str] = set()
        for row in rows:
            if row["kind"] == "cue":
                places_of.setdefault(row["text"], tuple(shown[-_BEFORE:]))
                shown.append(row["text"])
                if row["origin"] not in _WRITTEN:
                    not_ours.add(row["text"])
            elif row["kind"] in ("keep", "veto"):
                judged[row["text"]] = row["kind"]  # the latest verdict counts
        for text, before in {**places_of, **{t: places_of.get(t, ()) for t in judged}}.items():
            if text not in not_ours:
                yield Verdict(text, before, judged.get(text, "pass"))


def latest(verdicts: Iterator[Verdict]) -> list[Verdict]:
    """One verdict per line, the last that was given; of the lines without one, the latest 400."""
    by_text: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.kind != "pass" or verdict.text not in by_text:
            by_text.pop(verdict.text, None)
            by_text[verdict.text] = verdict
    passed = [v for v in by_text.values() if v.kind == "pass"]
    return [v for v in by_text.values() if v.kind != "pass"] + passed[-_PASSED:]


def marked(verdicts: Sequence[Verdict], writer: Writer) -> list[Judged]:
    """The verdicts with their lines' features. Lines without a verdict count as the opposite of the rarer verdict, keep
    or veto."""
    from stagelyric.writing.taste import LEAST, PASSED, Judged

    kept = sum(v.kind == "keep" for v in verdicts)
    vetoed = sum(v.kind == "veto" for v in verdicts)
    made = []
    if kept + vetoed < LEAST:  # too few: reported later, without having the model read those lines
        verdicts = [v for v in verdicts if v.kind != "pass"]
    for verdict in verdicts:
        passed = verdict.kind == "pass"
        liked = float(kept <= vetoed) if passed else float(verdict.kind == "keep")
        made.append(Judged(writer.judge(verdict.text, verdict.before), liked, PASSED if passed else 1.0))
    return made


def _open(folder: Path) -> Writer:
    from stagelyric.commands.write import model_faults
    from stagelyric.writing.writer import Writer

    with model_faults():
        return Writer.open(folder)


def _told(learned: Taste) -> Iterator[str]:
    yield f"Learned from {learned.kept} lines kept and {learned.vetoed} vetoed."
    if learned.kept and learned.vetoed:
        before, after = f"{100 * learned.before:.0f} %", f"{100 * learned.after:.0f} %"
        yield f"Of a kept and a vetoed line the ranking put the kept one first {before} of the time;"
        yield f"with the taste, on lines that it did not learn from, {after}."
    for name, step in list(learned.moved.items())[:_SHOWN]:
        weight = learned.weights[name]
        yield f"  {weight - step:+5.2f} → {weight:+5.2f}  {name}"

"""The report of `evaluate` on a model: bits per character, and its lines compared with people's for the same places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from stagelyric.lm import checkpoint, corpus, runtime
from stagelyric.lm.corpus import CorpusError, Source
from stagelyric.report import classifier, contexts, held_out, reading, trial
from stagelyric.report.analysis import quoting
from stagelyric.report.contexts import Context
from stagelyric.report.lyrics import Song, words
from stagelyric.report.measures import whole
from stagelyric.report.measures.repetition import grams
from stagelyric.report.measures.whole import HUMAN_BANDS
from stagelyric.report.trial import Lines
from stagelyric.writing.writer import Writer

Step = Callable[[str], None]
_NOVEL = (2, 3, 4, 5)  # lengths of word sequences that are searched for in the training text


@dataclass(frozen=True, slots=True)
class Trial:
    """A model and the lines that it wrote."""

    name: str
    folder: Path
    writer: Writer
    lines: Lines
    plain: Lines


class TooFewError(ValueError):
    """The corpus has no places to continue from; the message is one sentence."""


def held_out_songs(sources: Sequence[Source]) -> list[Song]:
    """The songs of held-out texts, for measuring."""
    return [reading.as_sung(song, f"{source.name} {n}") for source in sources for n, song in enumerate(source.songs, 1)]


def places(sources: Sequence[Source], count: int, seed: int) -> list[Context]:
    """The contexts to continue. Raises TooFewError if the songs have none."""
    found = contexts.choose(held_out_songs(sources), count, seed=seed)
    if len(found) < 2:
        names = ", ".join(source.name for source in sources)
        raise TooFewError(f"{names}: wanted songs of two stanzas and eight lines to go on from, found {len(found)}")
    return found


def write(name: str, folder: Path, found: Sequence[Context], step: Step) -> Trial:
    """Has a model continue every context. Raises e.g. ModelError."""
    writer = Writer.open(folder)
    step(f"{name} writes")
    lines = trial.by_writer(name, writer, found)
    step(f"{name} speaks freely")
    return Trial(name, folder, writer, lines, trial.by_sampling(f"{name}, T 0.7", writer, found))


def evaluate(
    model: Trial,
    v0: Lines | None,
    found: Sequence[Context],
    sources: Sequence[Source],
    training: Sequence[Path] = (),
    step: Step = lambda _: None,
) -> dict[str, object]:
    """The measures (`whole.KEYS`) of the model's lines, and also those of people's lines and of plain sampling.

    `v0`: lines by plain sampling from the model's first ancestor, if there is one. Copying is checked against the
    `training` text if given, else against the index shipped with the model.
    """
    people = trial.by_people(found)
    step("reading the lines")
    columns = [model.lines, people, model.plain, *([v0] if v0 is not None else [])]
    trained = reading.read(training) if training else []
    quotes = _quotes(model.writer, columns, trained)
    rows = {lines.name: trial.report(lines, quotes) for lines in columns}
    step("telling them from people's")
    for lines in columns:
        if lines is not people:
            told = _told(lines, people)
            rows[lines.name]["classifier_auc"] = told and round(told.auc, 4)
            rows[lines.name]["classifier"] = told and {key: round(value, 4) for key, value in asdict(told).items()}
    floor = _told(*_halves(people))
    rows[people.name]["classifier_auc"] = floor and round(floor.auc, 4)
    step("a show of 200 presses")
    show = trial.one_show(model.writer, found[0].ask)
    rows[model.lines.name]["repeated_rate"] = show["repeated_rate"]
    step("bits per character")
    engine = runtime.load(model.folder, precision="fp32")
    bits = held_out.measure(engine, checkpoint.read_meta(model.folder), sources, training)
    rows[model.lines.name]["bits_per_character"] = bits.bits
    if trained:
        _add_novelty(rows, columns, trained)
    return {
        **rows[model.lines.name],
        "model": model.name,
        "contexts": len(found),
        "held_out": [source.name for source in sources],
        "rows": rows,
        "bits_source": bits.source,
        "kept_to": {lines.name: trial.kept_to(found, lines) for lines in columns if lines is not people},
        "wanted_words": trial.wanted_words(model.writer, found),
        "show": show,
        "human_bands": HUMAN_BANDS,
        "samples": samples(found, columns),
    }


def _quotes(writer: Writer, columns: Iterable[Lines], trained: Sequence[Song]) -> Callable[[str], bool]:
    if not trained:
        return writer.copies.quotes
    return quoting([song for lines in columns for song in lines.songs], trained).__contains__


def _add_novelty(rows: dict[str, dict[str, object]], columns: Sequence[Lines], trained: Sequence[Song]) -> None:
    """Adds to each row the share of its sequences of two to five words that don't occur in the training text."""
    own = {
        lines.name: {n: [run for line in lines.texts for run in grams(words(line), n)] for n in _NOVEL}
        for lines in columns
    }
    ours = {run for runs in own.values() for of in runs.values() for run in of}
    seen: set[tuple[str, ...]] = set()
    for song in trained:
        for line in song.lines:
            for n in _NOVEL:
                seen.update(run for run in grams(words(line), n) if run in ours)
    for name, runs in own.items():
        novelty = {str(n): sum(run not in seen for run in of) / max(1, len(of)) for n, of in runs.items()}
        rows[name]["novelty"] = whole.rounded(novelty)


def _told(ours: Lines, theirs: Lines) -> classifier.Told | None:
    """How well two sets can be told apart; None for too few lines."""
    if min(len(ours.texts), len(theirs.texts)) < classifier.LEAST:
        return None
    return classifier.tell_apart(ours.texts, theirs.texts, ours.groups, theirs.groups)


def _halves(people: Lines) -> tuple[Lines, Lines]:
    """Every other context, and the rest: how well these can be told apart is the lower limit."""
    return Lines("odd", people.songs[1::2]), Lines("even", people.songs[::2])


def samples(found: Sequence[Context], columns: Sequence[Lines]) -> list[dict[str, object]]:
    """For every context, the lines before it, what was asked for, and all lines written, for others to measure."""
    return [
        {
            "song": context.title,
            "before": list(context.before),
            "asked": {
                "syllables": list(context.ask.syllables),
                "rhyme": context.ask.rhyme,
                "names": list(context.ask.names),
            },
            "lines": {lines.name: list(lines.songs[number].lines) for lines in columns},
        }
        for number, context in enumerate(found)
    ]


def songbook_held_out(songbook: Path) -> Source:
    """The songs of the songbook that no model is trained on. Raises CorpusError if it has none."""
    source = corpus.read_source(songbook)
    _, kept = corpus.split(source.songs)
    if not kept:
        raise CorpusError(f"{songbook}: wanted songs that are kept out of training, found none")
    return corpus.held_back(f"{source.name}, songs kept out", kept)

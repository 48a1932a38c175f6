"""Where a pair is made: songs teach a structure model how lines are built, a transformer brings the words."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from stagelyric.gates import novelty
from stagelyric.lm.checkpoint import Corpus, Meta, ModelError, check_craft, note_files
from stagelyric.lm.corpus import CorpusError, Song, Source, read_source, split, weighted
from stagelyric.lm.kinds.structure import tagging, tokens
from stagelyric.lm.kinds.structure.model import Song as Spelled
from stagelyric.lm.kinds.structure.model import StructureRecipe, train
from stagelyric.lm.kinds.structure.tagging import Tagged
from stagelyric.training.structure_release import read_vocabulary, release_pair, write_card
from stagelyric.types.lines import Ask
from stagelyric.words import classes, lexicon, near, tags
from stagelyric.words.names import find_names
from stagelyric.words.phonetics import line_syllables, pronounce
from stagelyric.words.rhyme import tail

CRAFT = (lexicon.FILE, near.FILE, classes.FILE, novelty.FILE)
"""What the craft knows of the vocabulary model's text; the structure model knows no words that it could quote."""

_SHOWN = Ask(syllables=(7, 9), rhyme="AABB", names=("Polly Magnet",), themes=("rain", "harbour"), seed=0)

Tell = Callable[[str, float], None]
"""What is being done, and the share done, 0 … 1, or bits per token."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text, tagged: the songs to learn from, and those held back."""

    source: Source
    songs: Tagged
    held: Tagged


def read(arguments: Sequence[str], tell: Tell, *, hold_back: bool = True) -> list[Read]:
    """Tags texts, each named by its path, perhaps with "=WEIGHT" behind it. Raises CorpusError and NoTaggerError."""
    tag = tagging.tagger()
    sources = [read_source(*weighted(argument)) for argument in arguments]
    names = find_names(line for source in sources for song in source.songs for line in song.text.split("\n"))
    total = sum(song.text.count("\n") for source in sources for song in source.songs)
    sound = lru_cache(maxsize=None)(_sound)
    done, made = 0, []
    for source in sources:

        def told(lines: int, before: int = done) -> None:
            tell("tagging", (before + lines) / max(1, total))

        def tagged(songs: Sequence[Song]) -> Tagged:
            return tagging.tag_songs((song.text for song in songs), names, tag, line_syllables, sound, told)

        kept, held = split(source.songs) if hold_back else (list(source.songs), [])
        made.append(Read(source, tagged(kept), tagged(held)))
        done += sum(song.text.count("\n") for song in source.songs)
    return made


def check(vocabulary: Path) -> lexicon.Lexicon:
    """The words of a vocabulary model. Raises ModelError, PairError, LexiconError for what is no whole transformer."""
    check_craft(vocabulary, read_vocabulary(vocabulary))
    if missing := next((name for name in CRAFT if not (vocabulary / name).is_file()), None):
        raise ModelError(f"{vocabulary / missing}: wanted what belongs to the vocabulary model, found no such file")
    return lexicon.load(vocabulary / lexicon.FILE)


def make(
    songs: Sequence[Read],
    words: Sequence[Read],
    vocabulary: Path,
    out: Path,
    recipe: StructureRecipe | None = None,
    licence: str = "",
    tell: Tell = lambda doing, done: None,
) -> Meta:
    """Trains the structure model on `songs` and writes the pair into `out`.

    `words`: more text to learn from what words are used for. Raises as `check` does.
    """
    recipe = recipe or StructureRecipe()
    known = check(vocabulary)
    uses = _merged([*(r.songs for r in songs), *(r.songs for r in words)])
    own = _own([r.songs for r in songs])
    symbols = tokens.symbols(own)
    rows = [spelled for r in songs for spelled in _spelled(r.songs, own)]
    held = [spelled for r in songs for spelled in _spelled(r.held, own)]
    weights = [r.source.weight for r in songs for _ in r.songs.songs]
    if not rows:
        raise CorpusError("wanted songs to learn structure from, found none with a line that can be read")

    went: list[tuple[float, float]] = []

    def told(done: float, bits: float) -> None:
        went.append((done, round(bits, 4)))
        tell(f"{bits:.3f} bits per token", done)

    model, measured = train(rows, weights, symbols, recipe, held, told)
    tensors = {name: value.numpy() for name, value in model.state_dict().items() if name != "head.weight"}
    corpora = _described(songs, "structure", licence) + _described(words, "words", licence)
    meta = release_pair(
        out, vocabulary, tensors, symbols, corpora, asdict(recipe), {k: round(v, 4) for k, v in measured.items()},
        recipe.seed, [(done * measured["tokens"], bits) for done, bits in went],
    )  # fmt: skip
    for name in CRAFT:
        shutil.copyfile(vocabulary / name, out / name)
    tags.save(out / tags.FILE, tags.build(uses, tokens.TAGS, own, known))
    write_card(out, meta, *_samples(out))
    return note_files(out, (*CRAFT, tags.FILE))


def _sound(word: str) -> object:
    return tail(pronounce(word)) or word


def _merged(tagged: Sequence[Tagged]) -> dict[str, Counter[str]]:
    uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in tagged:
        for word, count in one.uses.items():
            uses[word] += count
    return uses


def _own(tagged: Sequence[Tagged]) -> tuple[str, ...]:
    return Tagged(uses=defaultdict(Counter, _merged(tagged))).own()


def _spelled(tagged: Tagged, own: Sequence[str]) -> list[Spelled]:
    songs = zip(tagged.songs, tagging.rows(tagged, own), strict=True)
    return [
        [list(zip(lines, rows, strict=True)) for lines, rows in zip(song, spelled, strict=True)]
        for song, spelled in songs
    ]


def _described(texts: Sequence[Read], part: str, licence: str) -> tuple[Corpus, ...]:
    return tuple(
        Corpus(r.source.name, r.source.sha256, len(r.source.songs), r.source.weight, part, licence) for r in texts
    )


def _samples(folder: Path) -> tuple[list[str], list[str]]:
    """Eight templates, and eight lines, for the card."""
    from stagelyric.writing.drafters.templates import TemplateSource
    from stagelyric.writing.planning import as_name, rhyme_of
    from stagelyric.writing.tasks import Task
    from stagelyric.writing.writer import Writer

    writer = Writer.open(folder)
    assert writer.engine.templates is not None
    source, rules = TemplateSource(writer.engine.templates, writer.language), writer.rules(_SHOWN)
    jobs = [Task(7 + i % 3, 0, as_name("Polly Magnet", may_end=False) if i % 4 == 1 else None) for i in range(8)]
    rhymes = [rhyme_of("AABB", i % 4) for i in range(8)]
    rng = np.random.default_rng(0)
    made = source.with_templates(rules, [rules.free()], jobs, rhymes, [source.begin("")] * 8, rng)
    templates = [f"{t.syllables} syllables: {' '.join(t.template.tokens)}" for t in made if t.template]
    return templates, [line.text for line in writer.write(_SHOWN, 0, 8)]

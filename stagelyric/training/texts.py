"""Where a model is made: texts in, a trainer in the middle, a model's folder with all that belongs to it out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.gates.novelty import shares_words
from stagelyric.lm.checkpoint import (
    META,
    WEIGHTS,
    Corpus,
    Meta,
    ModelError,
    check_craft,
    note_files,
    read_meta,
    read_weights,
)
from stagelyric.lm.codes import CODED_ALPHABET, Coder
from stagelyric.lm.corpus import (
    Mixture,
    Song,
    Source,
    held_back,
    read_held_out,
    read_source,
    split,
    stream,
    weighted,
)
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.table import TRAINED
from stagelyric.lm.vocabulary import Vocabulary
from stagelyric.training.build import build, extend
from stagelyric.training.distributed import World
from stagelyric.training.recipe import Recipe
from stagelyric.training.release import HeldOut, release
from stagelyric.training.train import CHECKPOINT, Trainer, cold_bits, raw_lines
from stagelyric.training.tune_words import tune
from stagelyric.types import paths
from stagelyric.words import classes, lexicon, near
from stagelyric.words.lists import STOP
from stagelyric.words.names import find_names
from stagelyric.words.phonetics import line_syllables
from stagelyric.writing.drafters.backward import is_of_use

CRAFT = (lexicon.FILE, near.FILE, classes.FILE, novelty.FILE)
"""What the craft needs to know of a model's text."""

_STUDIED = 32 * 2**20  # characters of a corpus that words, names and figures beside the model's are taken from
_TUNING = 0.25  # of the usual learning rates: a trained model forgets less of what it knows
_PATIENCE = 5
_HELD_BACK, _LEAST_HELD_BACK = 0.1, 2  # of a band's own songs: the share, and how many at least
_FEWEST = 4  # songs of which some are held back: of three, one would be left to learn from
_LINES_TO_JUDGE = 256


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a training as the user names them: paths, each perhaps with "=WEIGHT" behind it."""

    corpora: Sequence[str]
    finish: Sequence[str] = ()
    valid: Sequence[Path] = ()
    emphasis: Sequence[tuple[str, float]] = ()
    licence: str = ""
    quotable: Sequence[str] = ()
    """Read as `corpora` are, but their lines may come up again as they are: text that is ours."""


Tell = Callable[[str, float], None]
"""What is being done, and the share of it done, 0 … 1."""


class Workshop:
    """Reads the texts, makes the trainer, and writes what came of it into `out`."""

    def __init__(
        self,
        texts: Texts,
        kind: str,
        out: Path,
        parent: Path | None = None,
        world: World | None = None,
        blend: float = 1.0,
        tell: Tell = lambda doing, done: None,
    ):
        """`parent`: the model to begin with, which also decides the kind. Raises CorpusError and ModelError.

        `blend`: the share of the weights that is new, the rest being the parent's; a little less than 1 costs the new
        text little and keeps much of what the parent knew (WiSE-FT, Wortsman et al. 2022). `tell` hears of what takes
        long besides the training.
        """
        self.blend, self._tell, self._seed = blend, tell, 0
        self.out, self.world, self.texts = out, world or World(), texts
        self.parent = _Parent.read(parent) if parent else None
        self.kind = self.parent.meta.kind if self.parent else kind
        self.vocabulary = self.parent.meta.vocabulary if self.parent else Vocabulary(CODED_ALPHABET)
        main = [self._source(text) for text in (*texts.corpora, *texts.quotable)]
        ours = {source.sha256 for source in main[len(texts.corpora) :]}
        last = [self._source(text) for text in texts.finish]
        self._held: Sequence[Song] = ()
        self.held_out = tuple(self._measured_on(read_held_out(path)) for path in texts.valid)
        if not texts.valid or self.parent:
            main, last, held = _held_back(main, last, _HELD_BACK if self.parent else None)
            self._held = held.songs if held else ()
            self.held_out += (self._measured_on(held),) if held else ()
        self.sources = (*main, *last)
        self._quotable = tuple(source for source in self.sources if source.sha256 in ours)
        self._guarded = tuple(source for source in self.sources if source.sha256 not in ours)
        self.dress = self._coder()
        self.main = Mixture(main, self.vocabulary, emphasis=texts.emphasis, dress=self.dress)
        self.finish = Mixture(last, self.vocabulary, emphasis=texts.emphasis, dress=self.dress) if last else None
        self.corpora = _described(main, "main", texts.licence) + _described(last, "finish", texts.licence)

    def trainer(self, *, rate: float | None = None, sizes: dict[str, Any] | None = None, **recipe: Any) -> Trainer:
        """The trainer at its beginning. `recipe` and `sizes` (of the config) say what is not to be as usual."""
        config = dict(self.parent.meta.config) if self.parent else {"vocabulary": len(self.vocabulary)}
        config |= {name: value for name, value in (sizes or {}).items() if value is not None}
        trained = TRAINED[self.kind]
        made = trained.config(**config)
        settings = {**trained.recipe(made), **{k: v for k, v in recipe.items() if v is not None}}
        if "minutes" in settings:
            settings["epochs"] = None
        usual = Recipe(**settings)
        self._seed = usual.seed
        change: dict[str, Any] = {}
        if self.parent:
            patience = _PATIENCE if recipe.get("patience") is None else recipe["patience"]
            change |= {"patience": patience if self.held_out else 0, "coded": (usual.coded[1],) * 2, "warmup": 20}
            change |= {"rate": usual.rate * _TUNING, "muon_rate": usual.muon_rate * _TUNING, "average": 0.99}
        if rate is not None:
            change |= {"rate": rate, "muon_rate": usual.muon_rate * rate / usual.rate}
        measure = self.held_out[-1].ids if self.held_out else None
        trainer = Trainer(made, replace(usual, **change), self.main, self.finish, measure, self.world)
        if self.parent:
            trainer.begin_with(read_weights(self.parent.folder, self.parent.meta))
        return trainer

    def release(self, trainer: Trainer, complete: bool) -> Meta:
        """Writes the model. One that was stopped is not measured, so that Ctrl-C is answered at once."""
        weights = self._blended(trainer)
        drafts = self._drafts(complete)
        training = {"characters": trainer.characters, "steps": trainer.step, "seconds": round(trainer.seconds)}
        recipe = {**asdict(trainer.recipe), "emphasis": dict(self.texts.emphasis), "processes": self.world.size}
        recipe |= {"blend": self.blend} if self.parent else {}
        meta = Meta(
            name=self.out.resolve().name,
            kind=self.kind,
            config=asdict(trainer.model.config),
            symbols=self.vocabulary.symbols,
            seed=trainer.recipe.seed,
            recipe=recipe,
            corpora=self.corpora,
            parent=self.parent.described() if self.parent else {},
            training={**training, "done": round(trainer.done, 4)},
            tuning={**self._tuning(trainer), **drafts} if self.parent and complete else {},
        )
        self._tell("measuring and writing the model", 0.0)
        studied = list(_studied(self.sources))
        text = stream(studied, self.vocabulary)
        checked = [(at, bits) for at, _, bits in trainer.curve if bits is not None]
        went = Curve([(at, bits) for at, bits, _ in trainer.curve], checked)
        written = release(self.out, meta, weights, self.held_out if complete else (), text, went)
        if not self._goes_on():
            self._tell("gathering the text's words", 0.0)
            guarded, quotable = ([song.text for song in _studied(kind)] for kind in (self._guarded, self._quotable))
            build(self.out, guarded, quotable=quotable)
        written = note_files(self.out, CRAFT)
        if complete:
            (self.out / CHECKPOINT).unlink()
            for packed in self.out.glob("shards-*"):
                shutil.rmtree(packed)
        return written

    def _goes_on(self) -> bool:
        """Whether the model takes its parent's words over."""
        return self.parent is not None and (self.parent.folder / lexicon.FILE).is_file()

    def _drafts(self, complete: bool) -> dict[str, float]:
        """Writes the parent's words and the band's own, and the model that drafts, taught them: what came of that."""
        if self.parent is None or not self._goes_on():
            return {}
        self._tell("gathering the text's words", 0.0)
        own = [song.text for song in _studied(self.sources[:1])]
        self.out.mkdir(parents=True, exist_ok=True)
        words = extend(self.out, self.parent.folder, [song.text for song in _studied(self._guarded)], own)
        file = paths.backward(self.parent.folder)
        if file is None or not complete or self.vocabulary.symbols != CODED_ALPHABET:
            return {}
        if not is_of_use(runtime.load(file), words.words):
            return {}
        tell = partial(self._tell, "teaching the model that drafts")
        held = [song.text for song in self._held]
        return tune(file, self.out / file.name, words, own, held, seed=self._seed, tell=tell)

    def _blended(self, trainer: Trainer) -> dict[str, NDArray[np.float32]]:
        """The weights to keep."""
        new = {name: value.cpu().numpy() for name, value in trainer.kept.items()}
        if self.parent is None or self.blend == 1:
            return new
        old = read_weights(self.parent.folder, self.parent.meta)
        return {name: np.asarray(old[name] + self.blend * (new[name] - old[name]), np.float32) for name in new}

    def _source(self, argument: str) -> Source:
        path, weight = weighted(argument)
        return read_source(path, weight, self.out, lambda done: self._tell(f"reading {path}", done))

    def _measured_on(self, source: Source) -> HeldOut:
        return HeldOut(source.name, source.sha256, stream(source.songs, self.vocabulary))

    def _coder(self) -> Coder | None:
        """What dresses songs in codes and slots, for a model whose alphabet has them."""
        if self.vocabulary.symbols != CODED_ALPHABET:
            return None
        names = find_names(line for song in _studied(self.sources) for line in song.text.split("\n"))
        return Coder(names, line_syllables, lambda word: len(word) > 2 and word not in STOP)

    def _tuning(self, trainer: Trainer) -> dict[str, float]:
        """What the fine-tuning changed, on songs held back if there are some, and what raw lines copy from the rest."""
        assert self.parent is not None
        model, bits = trainer.averaged(), {}
        for when, weights in (
            ("before", read_weights(self.parent.folder, self.parent.meta)),
            ("after", self._blended(trainer)),
        ):
            trainer.fill(model, weights)
            if self.held_out:
                bits[when] = round(cold_bits(model, self.held_out[-1].ids, 256), 4)
        rng = np.random.default_rng(trainer.recipe.seed)
        lines = raw_lines(model, self.vocabulary, rng, _LINES_TO_JUDGE)
        own = "\n".join(song.text for song in _studied(self._guarded))
        return {**bits, "copied": round(float(np.mean([shares_words(line, own) for line in lines])), 4)}


@dataclass(frozen=True, slots=True)
class _Parent:
    folder: Path
    meta: Meta

    @classmethod
    def read(cls, folder: Path) -> _Parent:
        meta = read_meta(folder)
        _check_parent(folder, meta)
        return cls(folder, meta)

    def described(self) -> dict[str, str]:
        read = ", ".join(f"{c.title} x {c.weight:g}" for c in self.meta.corpora)
        spent = self.meta.training
        minutes = spent.get("seconds", 0) / 60
        trained = f"trained on {spent.get('characters', 0):,} characters of {read} in {minutes:.0f} min"
        return {"name": self.meta.name, "sha256": self.meta.files[WEIGHTS], "trained": trained}


def _check_parent(folder: Path, meta: Meta) -> None:
    """Raises ModelError before hours are spent, where the shape, the vocabulary or the words are not in order."""
    check_craft(folder, meta)
    if meta.kind not in TRAINED:
        raise ModelError(f"{folder}: wanted a model that can be trained further, found one of kind {meta.kind}")
    try:
        config = TRAINED[meta.kind].config(**meta.config)
        sizes = [value for name, value in asdict(config).items() if name not in ("cell", "dropout")]
    except (TypeError, ValueError) as error:
        raise ModelError(f"{folder / META}: wanted the shape of a {meta.kind}, found another ({error})") from error
    if not all(isinstance(size, int) for size in sizes) or config.vocabulary != len(meta.vocabulary):
        found = f"{meta.config.get('vocabulary')} with {len(meta.vocabulary)} symbols"
        raise ModelError(f"{folder / META}: wanted whole sizes and a symbol for each character, found {found}")
    try:
        if (folder / lexicon.FILE).is_file():
            words = lexicon.load(folder / lexicon.FILE)
            near.load(folder / near.FILE, len(words.words))
            classes.load(folder / classes.FILE, len(words.words))
            novelty.Copies.load(folder / novelty.FILE)
    except (lexicon.LexiconError, near.NearError, classes.StructureError, novelty.NoveltyError) as error:
        raise ModelError(str(error)) from error
    except BadZipFile as error:
        raise ModelError(f"{folder}: wanted whole files of the model's words, found a damaged one") from error


def _studied(sources: Sequence[Source]) -> Iterator[Song]:
    """The songs, up to as many characters as are worth looking at; each of a source that comes twice once."""
    read, seen = 0, set()
    for source in sources:
        if source.sha256 in seen:
            continue
        seen.add(source.sha256)
        for song in source.songs:
            yield song
            read += len(song.text)
            if read > _STUDIED:
                return


def _held_back(
    main: list[Source], last: list[Source], share: float | None
) -> tuple[list[Source], list[Source], Source | None]:
    """Holds some whole songs of the main texts back; a corpus of a few songs is too small to spare any.

    With a `share`, which is for fine-tuning, of the first text only: a band's own songs, whatever else is read.
    """
    parts = (
        [split(source.songs) for source in main]
        if share is None
        else [split(main[0].songs, share, _LEAST_HELD_BACK, _FEWEST)]
    )
    parts += [(source.songs, []) for source in main[len(parts) :]]
    held = [song for _, songs in parts for song in songs]
    if not held:
        return main, last, None
    texts = {song.text for song in held}

    def kept(source: Source) -> Source:
        if not any(song.text in texts for song in source.songs):
            return source
        return replace(source, songs=tuple(song for song in source.songs if song.text not in texts))

    main = [kept(replace(source, songs=songs)) for source, (songs, _) in zip(main, parts, strict=True)]
    return main, [kept(source) for source in last], held_back("held-out songs", held)


def _described(sources: list[Source], part: str, licence: str) -> tuple[Corpus, ...]:
    return tuple(Corpus(s.name, s.sha256, len(s.songs), s.weight, part, licence) for s in sources)

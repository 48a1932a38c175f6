"""The frame of every training: reads texts, runs the trainer, and writes a complete model folder."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import META, WEIGHTS, Corpus, Meta, ModelError, check_craft, read_meta, read_weights
from stagelyric.lm.corpus import Source, held_back, read_held_out, read_source, split, weighted
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.config import Config
from stagelyric.lm.kinds.network import Network
from stagelyric.lm.kinds.table import TRAINED
from stagelyric.lm.mixture import Stream
from stagelyric.training.distributed import World
from stagelyric.training.recipe import Recipe
from stagelyric.training.train import CHECKPOINT, Trainer
from stagelyric.types.json import JsonObject

_TUNING = 0.25  # factor on the learning rates when fine-tuning, so that the model forgets less
_PATIENCE = 5
_HELD_BACK, _LEAST_HELD_BACK = 0.1, 2  # of a band's own songs: the share held out, and the least number
_FEWEST = 4  # with fewer songs none are held out, as too few would be left to learn from


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a training as given by the user: paths, each optionally with "=WEIGHT"."""

    corpora: Sequence[str]
    finish: Sequence[str] = ()
    valid: Sequence[Path] = ()
    emphasis: Sequence[tuple[str, float]] = ()
    licence: str = ""
    quotable: Sequence[str] = ()
    """Used like `corpora`, but their lines are our own and may be quoted."""
    words: Sequence[str] = ()
    """For the kind "structure": read only to learn the parts of speech of words."""


Tell = Callable[[str, float], None]
"""Called with what is being done, and the share of it done, 0 … 1."""


class Pipeline(ABC):
    """Reads the texts, creates the trainer, and writes the result into `out`.

    A subclass defines what the symbols of a model are, and so how texts are read and the folder is written.
    """

    unit = "character"
    """The word for a symbol."""

    part = "main"
    """The name of the main texts in the model card."""

    main: Stream
    finish: Stream | None = None
    measured_on: NDArray[np.integer] | None = None
    """The held-out text for checks during training, as ids."""

    def __init__(
        self,
        texts: Texts,
        kind: str,
        out: Path,
        parent: Parent | None = None,
        world: World | None = None,
        blend: float = 1.0,
        tell: Tell = lambda doing, done: None,
        vocabulary: Path | None = None,
    ):
        """`parent`: the model to fine-tune, which also determines the kind; `vocabulary`: the model whose words are
        used, for kinds that need one. Raises CorpusError and ModelError.

        `blend`: the share of the new weights in the result, the rest being the parent's. A little less than 1 hardly
        changes how well the new text is learned, and keeps much of what the parent knew (WiSE-FT, Wortsman et al.
        2022). `tell` reports other work that takes long.
        """
        self.blend, self._tell = blend, tell
        self.out, self.world, self.texts = out, world or World(), texts
        self.parent = parent
        self.kind = parent.meta.kind if parent else kind
        self._look_up(vocabulary)
        main = [self._source(text) for text in (*texts.corpora, *texts.quotable)]
        self._ours = {source.sha256 for source in main[len(texts.corpora) :]}
        last = [self._source(text) for text in texts.finish]
        self.held_back: Source | None = None
        self.held_out = tuple(read_held_out(path) for path in texts.valid)
        if not texts.valid or self.parent:
            main, last, self.held_back = _held_back(main, last, _HELD_BACK if self.parent else None)
            self.held_out += (self.held_back,) if self.held_back else ()
        self.sources = (*main, *last)
        self.corpora = described(main, self.part, texts.licence) + described(last, "finish", texts.licence)
        self._read(main, last)

    @abstractmethod
    def _look_up(self, vocabulary: Path | None) -> None:
        """Checks the vocabulary model before the texts are read, which takes long. Raises ModelError."""

    @abstractmethod
    def _read(self, main: Sequence[Source], last: Sequence[Source]) -> None:
        """Reads the texts; sets `main`, `finish` and `measured_on`."""

    @abstractmethod
    def shape(self) -> JsonObject:
        """The fields of a new model's config that are determined by the texts."""

    @abstractmethod
    def write(self, meta: Meta, weights: dict[str, NDArray[np.float32]], went: Curve, *, complete: bool) -> Meta:
        """Writes the model's folder without its checkpoint; returns the metadata as written. A stopped training isn't
        measured, so that Ctrl-C takes effect at once."""

    @abstractmethod
    def symbols(self) -> str:
        """The characters of the model's alphabet, or of the model that supplies the words."""

    def sample(self, network: Network, rng: np.random.Generator) -> str:
        """A sample line, shown with each check; "" if the model can't write lines by itself."""
        return ""

    def told(self, meta: Meta) -> list[str]:
        """The measurements as text, one line each."""
        return []

    def tuning(self, trainer: Trainer, *, complete: bool) -> dict[str, float]:
        """The effect of a fine-tuning: see `Meta`."""
        return {}

    def trainer(self, *, rate: float | None = None, sizes: JsonObject | None = None, **recipe: object) -> Trainer:
        """A new trainer. `recipe` and `sizes` (of the config) override defaults."""
        config = dict(self.parent.meta.config) if self.parent else self.shape()
        config |= {name: value for name, value in (sizes or {}).items() if value is not None}
        trained = TRAINED[self.kind]
        made: Config = trained.config(**config)
        settings = {**trained.recipe(made), **{k: v for k, v in recipe.items() if v is not None}}
        if "minutes" in settings:
            settings["epochs"] = None
        usual = Recipe(**settings)
        change: JsonObject = {}
        if self.parent:
            patience = _PATIENCE if recipe.get("patience") is None else recipe["patience"]
            change |= {"patience": patience if self.held_out else 0, "coded": (usual.coded[1],) * 2, "warmup": 20}
            change |= {"rate": usual.rate * _TUNING, "muon_rate": usual.muon_rate * _TUNING, "average": 0.99}
        if rate is not None:
            change |= {"rate": rate, "muon_rate": usual.muon_rate * rate / usual.rate}
        trainer = Trainer(made, replace(usual, **change), self.main, self.finish, self.measured_on, self.world)
        if self.parent:
            trainer.begin_with(self.parent_weights())
        return trainer

    def release(self, trainer: Trainer, complete: bool) -> Meta:
        """Writes the model's folder."""
        weights = self.blended(trainer)
        tuning = self.tuning(trainer, complete=complete) if self.parent else {}
        training = {f"{self.unit}s": trainer.characters, "steps": trainer.step, "seconds": round(trainer.seconds)}
        recipe = {**asdict(trainer.recipe), "emphasis": dict(self.texts.emphasis), "processes": self.world.size}
        recipe |= {"blend": self.blend} if self.parent else {}
        meta = Meta(
            name=self.out.resolve().name,
            kind=self.kind,
            config=asdict(trainer.model.config),
            symbols=self.symbols(),
            seed=trainer.recipe.seed,
            recipe=recipe,
            corpora=self.corpora,
            parent=self.parent.described() if self.parent else {},
            training={**training, "done": round(trainer.done, 4)},
            tuning=tuning,
        )
        self._tell("measuring and writing the model", 0.0)
        checked = [(at, bits) for at, _, bits in trainer.curve if bits is not None]
        went = Curve([(at, bits) for at, bits, _ in trainer.curve], checked, unit=self.unit)
        written = self.write(meta, weights, went, complete=complete)
        if complete:
            (self.out / CHECKPOINT).unlink()
            for packed in self.out.glob("shards-*"):
                shutil.rmtree(packed)
        return written

    def parent_weights(self) -> dict[str, NDArray[np.float32]]:
        """The weights of the model to be fine-tuned."""
        assert self.parent is not None
        return read_weights(self.parent.folder, self.parent.meta)

    def blended(self, trainer: Trainer) -> dict[str, NDArray[np.float32]]:
        """The weights to keep, blended with the parent's."""
        new = {name: value.cpu().numpy() for name, value in trainer.kept.items()}
        if self.parent is None or self.blend == 1:
            return new
        old = self.parent_weights()
        return {name: np.asarray(old[name] + self.blend * (new[name] - old[name]), np.float32) for name in new}

    def _source(self, argument: str) -> Source:
        path, weight = weighted(argument)
        return read_source(path, weight, self.out, lambda done: self._tell(f"reading {path}", done))


@dataclass(frozen=True, slots=True)
class Parent:
    """A model to be fine-tuned."""

    folder: Path
    meta: Meta

    @classmethod
    def read(cls, folder: Path) -> Parent:
        """Raises ModelError for an unsuitable kind or shape, now rather than after hours of training."""
        meta = read_meta(folder)
        check_craft(folder, meta)
        trained = TRAINED.get(meta.kind)
        if trained is None or not trained.tunable:
            raise ModelError(f"{folder}: wanted a model that can be trained further, found one of kind {meta.kind}")
        try:
            config = trained.config(**meta.config)
            sizes = [value for name, value in asdict(config).items() if name not in ("cell", "dropout")]
        except (TypeError, ValueError) as error:
            raise ModelError(f"{folder / META}: wanted the shape of a {meta.kind}, found another ({error})") from error
        if not all(isinstance(size, int) for size in sizes):
            raise ModelError(f"{folder / META}: wanted whole sizes, found {sizes}")
        return cls(folder, meta)

    def described(self) -> dict[str, str]:
        """The facts about it for the metadata of the fine-tuned model."""
        read = ", ".join(f"{c.title} x {c.weight:g}" for c in self.meta.corpora)
        spent = self.meta.training
        minutes = spent.get("seconds", 0) / 60
        unit = "words" if "words" in spent else "characters"
        trained = f"trained on {spent.get(unit, 0):,} {unit} of {read} in {minutes:.0f} min"
        return {"name": self.meta.name, "sha256": self.meta.files.get(WEIGHTS, ""), "trained": trained}


def _held_back(
    main: list[Source], last: list[Source], share: float | None
) -> tuple[list[Source], list[Source], Source | None]:
    """Holds out some whole songs of the main texts, unless there are too few.

    With a `share`, for fine-tuning, only songs of the first text are held out: these are the band's own.
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


def described(sources: Sequence[Source], part: str, licence: str) -> tuple[Corpus, ...]:
    """The description of texts for a model's metadata."""
    return tuple(Corpus(s.name, s.sha256, len(s.songs), s.weight, part, licence) for s in sources)

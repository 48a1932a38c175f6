"""Trains a model over characters, and builds the word data that belong to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.gates import novelty
from stagelyric.gates.novelty import shares_words
from stagelyric.lm.checkpoint import META, Meta, ModelError, note_files
from stagelyric.lm.codes import CODED_ALPHABET, Coder
from stagelyric.lm.corpus import Song, Source
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.network import Network
from stagelyric.lm.mixture import Mixture, stream
from stagelyric.lm.vocabulary import Vocabulary
from stagelyric.training.build import build, extend
from stagelyric.training.measuring import cold_bits, filled, raw_lines, sample_line
from stagelyric.training.release import HeldOut, release, tuned_from
from stagelyric.training.texts import Pipeline
from stagelyric.training.train import Trainer
from stagelyric.training.tune_words import tune
from stagelyric.types import paths
from stagelyric.types.json import JsonObject
from stagelyric.words import classes, lexicon, near
from stagelyric.words.lists import STOP
from stagelyric.words.names import find_names
from stagelyric.words.phonetics import line_syllables
from stagelyric.writing.drafters.backward import READ, is_of_use

CRAFT = (lexicon.FILE, near.FILE, classes.FILE, novelty.FILE)
"""The word data built from a model's texts."""

_STUDIED = 32 * 2**20  # characters of a corpus that are used for word data and statistics
_LINES_TO_JUDGE = 256


class Characters(Pipeline):
    """Reads every song as characters, some of them with codes before lines and slots for names."""

    def _look_up(self, vocabulary: Path | None) -> None:
        self.vocabulary = self.parent.meta.vocabulary if self.parent else Vocabulary(CODED_ALPHABET)
        if self.parent is None:
            return
        folder, meta = self.parent.folder, self.parent.meta
        if meta.config.get("vocabulary") != len(self.vocabulary):
            found = f"{meta.config.get('vocabulary')} with {len(self.vocabulary)} symbols"
            raise ModelError(f"{folder / META}: wanted whole sizes and a symbol for each character, found {found}")
        _check_words(folder)

    def _read(self, main: Sequence[Source], last: Sequence[Source]) -> None:
        self._measured = tuple(
            HeldOut(source.name, source.sha256, stream(source.songs, self.vocabulary)) for source in self.held_out
        )
        self.measured_on = self._measured[-1].ids if self._measured else None
        dress, emphasis = self._coder(), self.texts.emphasis
        self.main = Mixture(main, self.vocabulary, emphasis=emphasis, dress=dress)
        self.finish = Mixture(last, self.vocabulary, emphasis=emphasis, dress=dress) if last else None

    def shape(self) -> JsonObject:
        return {"vocabulary": len(self.vocabulary)}

    def symbols(self) -> str:
        return self.vocabulary.symbols

    def sample(self, network: Network, rng: np.random.Generator) -> str:
        return sample_line(network, self.vocabulary, rng)

    def write(self, meta: Meta, weights: dict[str, NDArray[np.float32]], went: Curve, *, complete: bool) -> Meta:
        guarded, ours = self._guarded(), [source for source in self.sources if source.sha256 in self._ours]
        text = stream(_studied(self.sources), self.vocabulary)
        release(self.out, meta, weights, self._measured if complete else (), text, went)
        if not self._takes_words_over():
            self._tell("gathering the text's words", 0.0)
            songs, quotable = ([song.text for song in _studied(sources)] for sources in (guarded, ours))
            build(self.out, songs, quotable=quotable)
        return note_files(self.out, CRAFT)

    def told(self, meta: Meta) -> list[str]:
        told = []
        if meta.tuning:
            told.append(tuned_from(meta.tuning))
        for title, row in meta.bits.items():
            told.append(f"{title}: {row['cold-256']:.3f} bits per character (int8 {row['int8 loss']:+.4f})")
        return told

    def tuning(self, trainer: Trainer, *, complete: bool) -> dict[str, float]:
        """The effect of fine-tuning on held-out songs, if any, and the share of raw lines copied from the others."""
        drafts = self._teach_drafts(trainer, complete=complete)
        if not complete:
            return {}
        model, bits = trainer.averaged(), {}
        for when, weights in (("before", self.parent_weights()), ("after", self.blended(trainer))):
            filled(model, weights)
            if self._measured:
                bits[when] = round(cold_bits(model, self._measured[-1].ids, 256), 4)
        rng = np.random.default_rng(trainer.recipe.seed)
        lines = raw_lines(model, self.vocabulary, rng, _LINES_TO_JUDGE)
        own = "\n".join(song.text for song in _studied(self._guarded()))
        copied = round(float(np.mean([shares_words(line, own) for line in lines])), 4)
        return {**bits, "copied": copied, **drafts}

    def _guarded(self) -> list[Source]:
        """The texts whose lines must not be quoted."""
        return [source for source in self.sources if source.sha256 not in self._ours]

    def _takes_words_over(self) -> bool:
        """Whether the model takes its parent's lexicon instead of one from its own texts."""
        return self.parent is not None and (self.parent.folder / lexicon.FILE).is_file()

    def _teach_drafts(self, trainer: Trainer, *, complete: bool) -> dict[str, float]:
        """Writes the parent's lexicon with the band's words, and tunes the word model to it; returns the
        perplexities."""
        if self.parent is None or not self._takes_words_over():
            return {}
        self._tell("gathering the text's words", 0.0)
        own = [song.text for song in _studied(self.sources[:1])]
        self.out.mkdir(parents=True, exist_ok=True)
        words = extend(self.out, self.parent.folder, [song.text for song in _studied(self._guarded())], own)
        file = paths.backward(self.parent.folder)
        if file is None or not complete or self.vocabulary.symbols != CODED_ALPHABET:
            return {}
        if not is_of_use(runtime.load(file), words.words):
            return {}
        if (read := file.with_name(READ)).is_file():  # what the parent must not quote, this model must not quote either
            shutil.copyfile(read, self.out / READ)
        tell = partial(self._tell, "teaching the model that drafts")
        held = [song.text for song in self.held_back.songs] if self.held_back else []
        return tune(file, self.out / file.name, words, own, held, seed=trainer.recipe.seed, tell=tell)

    def _coder(self) -> Coder | None:
        """The coder for codes and slots, if the model's alphabet has them."""
        if self.vocabulary.symbols != CODED_ALPHABET:
            return None
        names = find_names(line for song in _studied(self.sources) for line in song.text.split("\n"))
        return Coder(names, line_syllables, lambda word: len(word) > 2 and word not in STOP)


def _check_words(folder: Path) -> None:
    """Checks the word data of a model to be fine-tuned. Raises ModelError now rather than after hours of training."""
    if (folder / lexicon.FILE).is_file():
        words = lexicon.load(folder / lexicon.FILE)
        near.load(folder / near.FILE, len(words.words))
        classes.load(folder / classes.FILE, len(words.words))
        novelty.Copies.load(folder / novelty.FILE)


def _studied(sources: Sequence[Source]) -> Iterator[Song]:
    """The songs, each source once, up to the number of characters that is worth examining."""
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

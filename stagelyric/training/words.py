"""Trains a backward model: lines from last word to first, in the words that another model can spell."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import Meta, ModelError, read_meta, write_model
from stagelyric.lm.corpus import Source
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.backward import runtime, texts
from stagelyric.lm.kinds.backward.config import BackwardConfig
from stagelyric.lm.kinds.backward.model import Backward
from stagelyric.lm.kinds.table import KINDS
from stagelyric.training.measuring import cold_bits, filled
from stagelyric.training.release import corpora_table, picture
from stagelyric.training.texts import Pipeline
from stagelyric.types.json import JsonObject
from stagelyric.words import lexicon
from stagelyric.words.names import find_names


class Words(Pipeline):
    """Reads songs in the words of `vocabulary`, or of the model to be fine-tuned."""

    unit = "word"

    def _look_up(self, vocabulary: Path | None) -> None:
        if self.parent is not None:
            self._words = runtime.load(self.parent.folder / runtime.FILE).words
            self._symbols = self.parent.meta.symbols
        elif vocabulary is None:
            told = "wanted a trained model, whose words the lines will be made of, found no --vocabulary MODEL"
            raise ModelError(f"--kind {self.kind}: {told}")
        else:
            self._symbols = read_meta(vocabulary).symbols
            self._words = tuple(lexicon.load(vocabulary / lexicon.FILE).words)

    def _read(self, main: Sequence[Source], last: Sequence[Source]) -> None:
        names = find_names(line for source in self.sources for song in source.songs for line in song.text.split("\n"))
        index = {word: number for number, word in enumerate(self._words)}
        self.main = texts.Lines(main, index, names, self.texts.emphasis)
        self.finish = texts.Lines(last, index, names, self.texts.emphasis) if last else None
        self._measured = [(source, texts.Lines([source], index, names).part(0, 0, 1.0)) for source in self.held_out]
        self.measured_on = self._measured[-1][1] if self._measured else None
        self._begun = texts.Lines([*main, *last], index, names).begun()

    def shape(self) -> JsonObject:
        return {"vocabulary": texts.size_of(len(self._words))}

    def symbols(self) -> str:
        return self._symbols

    def parent_weights(self) -> dict[str, NDArray[np.float32]]:
        assert self.parent is not None
        return runtime.weights(self.parent.folder / runtime.FILE)

    def write(self, meta: Meta, weights: dict[str, NDArray[np.float32]], went: Curve, *, complete: bool) -> Meta:
        packed = io.BytesIO()
        kept = {"first": self._begun}
        if self.parent is not None:  # keep the correction that was measured on its finished lines (`backtune`)
            before = runtime.load(self.parent.folder / runtime.FILE)
            first = np.asarray((self._begun + before.first) / 2, dtype=np.float32)
            kept = {"first": first, "correction": before.correction}
        runtime.save(packed, self._words, weights | kept)
        files = {runtime.FILE: packed.getvalue()}
        files.update(went.files())
        if complete:
            network = filled(Backward(BackwardConfig(**meta.config)), weights)
            meta = meta.measured({
                source.name: {"bits per word": round(cold_bits(network, ids, 256), 4), "words": len(ids)}
                for source, ids in self._measured
            }, {source.name: source.sha256 for source, _ in self._measured})  # fmt: skip
        written = write_model(self.out, meta, files, "")
        return write_model(self.out, written, files, _card(written, went))

    def told(self, meta: Meta) -> list[str]:
        told = [
            f"{title}: {row['bits per word']:.3f} bits per word, a perplexity of {2 ** row['bits per word']:.1f}"
            for title, row in meta.bits.items()
        ]
        return [*told, f"it drafts the lines of the model beside which its {runtime.FILE} lies"]


def _card(meta: Meta, went: Curve) -> str:
    rows = [
        f"| {title} | {row['bits per word']:.3f} | {math.pow(2, row['bits per word']):.1f} |"
        for title, row in meta.bits.items()
    ]
    measured = "\n".join(["| text | bits per word | perplexity |", "|---|---|---|", *rows])
    training = ", ".join(f"{name} {value:,.10g}" for name, value in meta.training.items())
    recipe = ", ".join(f"{name} {value}" for name, value in meta.recipe.items() if value is not None)
    return f"""# {meta.name}

{KINDS[meta.kind].describe(meta)} It reads lyrics line by line, each from its last word to its first, and drafts the
lines of another model, which reads each draft forwards. It begins with the rhyme, so no line is bent to land on it.

## Trained on

{corpora_table(meta.corpora)}

Choruses were kept once a song and songs nearly all known from others were dropped. The text itself is not in this
folder.

## How

Seed {meta.seed}. {recipe}. Went: {training}. A step reads words where another kind's reads characters.

{picture(meta, went, "word")}## On held-out text

{measured if rows else "Not measured: there was no held-out text, or the training was stopped."}

Of words that the lexicon has and the ends of lines, given each line's length, in blocks of 256 read from a zero state,
before the weights were rounded to the eight bits that `{runtime.FILE}` keeps.

## What it must not be used for

It has no judgement. What it drafts may be nonsense, may offend and may quote what it was trained on: put a filter for
words and a check against the training text between it and a stage. Do not use it to pass off lines as a particular
author's.
"""

"""Writes a folder of the kind "structure": a structure model and a vocabulary model, measured and described.

The vocabulary model is a transformer, taken from its own folder; its int8 graph is copied unchanged. The weights of
both models are in one weights.safetensors, with the prefixes `vocabulary.` and `structure.`; `structure.onnx` is the
structure model's graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from stagelyric.lm import curve, evaluate
from stagelyric.lm.checkpoint import (
    STEP_FP32,
    STEP_INT8,
    STRUCTURE,
    WEIGHTS,
    Meta,
    ModelError,
    read_file,
    read_meta,
    read_weights,
    write_model,
)
from stagelyric.lm.graph import spans
from stagelyric.lm.kinds.structure import graph
from stagelyric.lm.kinds.transformer import graph as transformer
from stagelyric.lm.runtime import load

T = TypeVar("T")

CURVE = "structure-curve.svg"
"""The structure model's learning curve, as a picture."""

_UNDER_VOCABULARY, _UNDER_STRUCTURE = "vocabulary.", "structure."


def read_vocabulary(folder: Path) -> Meta:
    """The metadata of the transformer in `folder`. Raises ModelError if there is none, or another kind of model."""
    meta = read_meta(folder)
    if meta.kind != "transformer":
        raise ModelError(f"{folder}: wanted a transformer for the vocabulary, found a model of kind {meta.kind}")
    return meta


def release_both(
    folder: Path,
    vocabulary: Path,
    structure: Mapping[str, NDArray[np.float32]],
    symbols: Sequence[str],
    made: Meta,
    went: Sequence[curve.Point] = (),
) -> Meta:
    """Writes the pair's folder and card; the word data are written there by others.

    `structure`: the tensors of a `Structure`; `made`: facts about its training; `went`: its learning curve (tokens
    read, bits a token). Facts about the vocabulary model, including its curve, are copied from its folder.
    """
    known = read_vocabulary(vocabulary)
    weights = {_UNDER_VOCABULARY + name: value for name, value in read_weights(vocabulary, known).items()}
    weights |= {_UNDER_STRUCTURE + name: value for name, value in structure.items()}
    halves = {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in weights.items()}
    stored = save(halves)
    exact = {name: value.astype(np.float32) for name, value in halves.items()}
    outside = _under(_UNDER_VOCABULARY, spans(stored))
    spelling = _under(_UNDER_VOCABULARY, exact)
    files = {
        WEIGHTS: stored,
        STEP_FP32: transformer.step_graph(spelling, known.config, most=None, outside=outside),
        STEP_INT8: read_file(vocabulary, STEP_INT8, known),
        STRUCTURE: graph.structure_graph(_under(_UNDER_STRUCTURE, exact), _under(_UNDER_STRUCTURE, spans(stored))),
    }
    kept = curve.read(vocabulary, known)
    files.update(replace(kept, of=kept.of or known.name).files() if kept else {})
    if picture := curve.drawn(went, (), "token"):
        files[CURVE] = picture.encode()
    meta = replace(
        made,
        config={"vocabulary": dict(known.config), "tokens": list(symbols)},
        symbols=known.symbols,
        corpora=(*(replace(c, part=f"vocabulary, {c.part}") for c in known.corpora), *made.corpora),
        bits=known.bits,
        held_out=known.held_out,
        parent={"name": known.name, "sha256": known.files[WEIGHTS]},
    )
    return write_model(folder, meta, files, "")


def write_card(folder: Path, meta: Meta, templates: Sequence[str], lines: Sequence[str]) -> Meta:
    """Writes the model card with sample templates and lines; called once the word data are there."""
    files = {name: (folder / name).read_bytes() for name in meta.files}
    return write_model(folder, meta, files, _card(folder, meta, templates, lines))


def _under(prefix: str, named: Mapping[str, T]) -> dict[str, T]:
    return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}


def _texts(meta: Meta) -> str:
    """The texts of the vocabulary model, in order."""
    return ", then ".join(dict.fromkeys(c.title for c in meta.corpora if c.part.startswith("vocabulary")))


def _curves(meta: Meta, vocabulary: curve.Curve | None) -> str:
    own = "No curve of the structure model's training was kept.\n\n"
    if CURVE in meta.files:
        own = f"![Bits per token while the structure model was trained]({CURVE})\n\n"
    if vocabulary is None:
        return own + "No curve of the vocabulary model's training was kept.\n\n"
    return own + f"![Bits per character while the model {vocabulary.of} was trained]({curve.FILE})\n\n"


def _card(folder: Path, meta: Meta, templates: Sequence[str], lines: Sequence[str]) -> str:
    from stagelyric.training.release import bits_table, corpora_table

    speed = evaluate.speed(load(folder))
    trained = ", ".join(f"{name} {value:,.10g}" for name, value in meta.training.items())
    recipe = ", ".join(f"{name} {value}" for name, value in meta.recipe.items())
    shown = ["\n".join(f"    {line}" for line in some) for some in (templates, lines)]
    return f"""# {meta.name}

Two models that write together, after an idea of Castro and Attarian (2018, arXiv 1811.04651). The *structure* model, a
GRU of 128 cells over {len(meta.config["tokens"])} tokens, has learned on songs how lines are built: parts of speech,
the commonest words of grammar, slots for names, lengths, rhymes. The *vocabulary* model, a transformer over
{len(meta.vocabulary)} characters, has learned how words are spelled and what goes with what, on {_texts(meta)}; it is
the model "{meta.parent["name"]}" (weights `{meta.parent["sha256"]}`).

For each line a template is drawn from the first and spelled by the second, with words that can stand where they do. How
the two are joined is this project's own.

## Trained on

{corpora_table(meta.corpora)}

The parts named "vocabulary" were read by the vocabulary model alone, the part "structure" by the structure model, and
"words" only to learn what words are used for. The kinds of words were told by the tagger denckring-en-pos, which is not
needed to run the model. The text itself is not in this folder.

## How

Seed {meta.seed}. The structure model: {recipe}. Went: {trained}.

{_curves(meta, curve.read(folder, meta))}## Bits per character of the vocabulary model on held-out text

{bits_table(meta)}

Measured on the vocabulary model by itself, when it was trained.

## Speed

On the machine that wrote this card, one thread, int8, drawing included, without templates: a line of 40 characters in
{speed["p50"]:.1f} ms (p50; p99 {speed["p99"]:.1f}).

## Templates

Of a verse with the rhymes AABB, seed 0, none left out:

{shown[0]}

## Lines

As a show would ask, seed 0, none left out:

{shown[1]}

## What it must not be used for

It has no judgement. What it writes may be nonsense, may offend and may quote what it was trained on: put a filter for
words and a check against the training text between it and a stage. It knows no facts, and nothing it writes is a
statement of anyone named in it. Do not use it to pass off lines as a particular author's.
"""

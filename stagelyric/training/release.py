"""The end of a training: writes the model's folder, with graphs, measurements and model card."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from stagelyric.lm import curve, evaluate
from stagelyric.lm.checkpoint import STEP_FP32, STEP_INT8, WEIGHTS, Corpus, Meta, write_model
from stagelyric.lm.curve import Curve
from stagelyric.lm.engine import Engine
from stagelyric.lm.graph import spans
from stagelyric.lm.kinds.table import KINDS, TRAINED
from stagelyric.lm.runtime import load
from stagelyric.lm.sample import choose
from stagelyric.training import calibrate

_ALL = np.arange(90, dtype=np.uint8)
_CONTEXTS = ("", "The rain came down on Harbour Street\nAnd Polly held the light\n")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out text as ids (T,), and the file that it comes from."""

    title: str
    sha256: str
    ids: NDArray[np.uint8]


def release(
    folder: Path,
    meta: Meta,
    weights: Mapping[str, NDArray[np.float32]],
    held_out: tuple[HeldOut, ...] = (),
    training: NDArray[np.uint8] | None = None,
    went: Curve | None = None,
) -> Meta:
    """Writes the model's folder and card; returns the metadata with the files' sha256 and the measurements.

    `went`: the learning curve, which is drawn into the card.

    With held-out text both precisions are measured on it; if `training` ids (T,) are given too, a static 6-gram and (if
    pyppmd is installed) an adaptive PPMd-8 are measured for comparison.
    """
    # Weights are kept in half precision, which has no measurable cost and halves the size. The graphs are built from
    # the rounded weights, so that further training starts from exactly what runs.
    halves = {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in weights.items()}
    weights = {name: value.astype(np.float32) for name, value in halves.items()}
    stored = save(halves)
    most = calibrate.activations(meta.kind, weights, meta.config, _ALL if training is None else training)
    graph = TRAINED[meta.kind].graph
    assert graph is not None, "a kind over characters has a graph"
    files = {
        WEIGHTS: stored,
        STEP_FP32: graph(weights, meta.config, None, spans(stored)),
        STEP_INT8: graph(weights, meta.config, most, {}),
    }
    if went is not None:
        files.update(went.files())
    # measured before anything is written into the folder, which is thus never incomplete
    with tempfile.TemporaryDirectory() as scratch:
        written = write_model(Path(scratch), meta, files, "")
        quick, exact = load(Path(scratch)), load(Path(scratch), precision="fp32")
        bits = {text.title: _measured(quick, exact, text, training) for text in held_out}
        sources = {text.title: text.sha256 for text in held_out}
        written = replace(written, bits=bits, held_out=sources)
        card = _card(written, quick, went)
    return write_model(folder, written, files, card)


def _measured(quick: Engine, exact: Engine, text: HeldOut, training: NDArray[np.uint8] | None) -> dict[str, float]:
    measured: dict[str, float] = dict(evaluate.bits(exact, text.ids))
    measured |= {f"{name} int8": value for name, value in evaluate.bits(quick, text.ids).items()}
    measured["int8 loss"] = measured["cold-256 int8"] - measured["cold-256"]
    if training is not None:
        measured["6-gram, static"] = evaluate.ngram_bits(training, text.ids)
        try:
            alphabet = quick.vocabulary
            measured["PPMd-8, adaptive"] = evaluate.ppm_bits(alphabet.decode(training), alphabet.decode(text.ids))
        except ImportError:
            pass  # pyppmd isn't installed: leave its row out
    return {name: round(value, 4) for name, value in measured.items()} | {"characters": len(text.ids)}


def sample_lines(engine: Engine, context: str, count: int = 6, *, seed: int = 1, longest: int = 60) -> list[str]:
    """Raw lines after `context` (whole lines, or "" for the start of a song): temperature 0.8, min-p 0.05."""
    logits, state = engine.prime(context)
    rng = np.random.default_rng(seed)
    rows, row_logits = state.expand(count), np.repeat(logits, count, axis=0)
    drawn = []
    spoken = np.array([[c in "\n\x03" or c >= " " for c in engine.vocabulary.symbols]] * count)
    for _ in range(longest):
        ids = choose(row_logits, rng, temperature=0.8, min_p=0.05, mask=spoken)
        row_logits, rows = engine.step(ids, rows)
        drawn.append(ids)
    texts = [engine.vocabulary.decode(row).strip("\n\x03") for row in np.array(drawn).T]
    return [text.split("\n")[0] for text in texts]


def _card(meta: Meta, engine: Engine, went: Curve | None = None) -> str:
    one, sixteen = evaluate.speed(engine), evaluate.speed(engine, 16)
    samples = ["\n".join(f"    {line}" for line in sample_lines(engine, context)) for context in _CONTEXTS]
    training = ", ".join(f"{name} {value:,.10g}" for name, value in meta.training.items())
    recipe = ", ".join(f"{name} {value}" for name, value in meta.recipe.items() if value is not None)
    return f"""# {meta.name}

{KINDS[meta.kind].describe(meta)} It reads lyrics a character at a time and says what may come next.

## Trained on

{corpora_table(meta.corpora)}

Choruses were kept once a song and songs nearly all known from others were dropped. The text itself is not in this
folder.

## How

{_parent(meta)}Seed {meta.seed}. {recipe}. Went: {training}.

{picture(meta, went)}## Bits per character on held-out text

{bits_table(meta)}

Cold: blocks of 256 or 64 characters, each read from a zero state. Stateful: the whole text in one go. Line feeds and
song boundaries are counted.

## Speed

On the machine that wrote this card, one thread, int8, drawing included: a line of 40 characters in
{one["p50"]:.1f} ms (p50; p99 {one["p99"]:.1f}), 16 drafts of one in {sixteen["p50"]:.1f} ms (p99 {sixteen["p99"]:.1f}).

## Raw lines

Temperature 0.8, min-p 0.05, seed 1, none left out. First lines of a song:

{samples[0]}

After "{" / ".join(_CONTEXTS[1].strip().splitlines())}":

{samples[1]}

## What it must not be used for

It has no judgement. Its raw lines may be nonsense, may offend and may quote what it was trained on: put a filter for
words and a check against the training text between it and a stage. It knows no facts, and nothing it writes is a
statement of anyone named in it. Do not use it to pass off lines as a particular author's.
"""


def corpora_table(corpora: tuple[Corpus, ...]) -> str:
    rows = ["| text | part | weight | songs | licence | sha256 |", "|---|---|---|---|---|---|"]
    for c in corpora:
        rows.append(
            f"| {c.title} | {c.part} | {c.weight:g} | {c.songs:,} | {c.licence or 'not stated'} | `{c.sha256}` |"
        )
    return "\n".join(rows)


def bits_table(meta: Meta) -> str:
    if not meta.bits:
        return "Not measured: there was no held-out text, or the training was stopped."
    names = list(dict.fromkeys(name for row in meta.bits.values() for name in row))
    rows = ["| |" + "|".join(f" {title} " for title in meta.bits) + "|", "|---|" + "---|" * len(meta.bits)]
    rows += [f"| {name} |" + "|".join(f" {row.get(name, '')} " for row in meta.bits.values()) + "|" for name in names]
    return "\n".join(rows)


def picture(meta: Meta, went: Curve | None, unit: str = "character") -> str:
    """The card's reference to the learning curve, or a note that there is none."""
    if curve.FILE not in meta.files:
        return "No curve of its training was kept.\n\n"
    whose = f"the model {went.of}" if went is not None and went.of else "it"
    return f"![Bits per {unit} while {whose} was trained]({curve.FILE})\n\n"


def tuned_from(tuning: Mapping[str, float]) -> str:
    """The result of a fine-tuning, as a sentence without a full stop."""
    told = []
    if "after" in tuning:
        told.append(f"bits per character went from {tuning['before']:.3f} to {tuning['after']:.3f}")
    if "words after" in tuning:
        before, after = tuning["words before"], tuning["words after"]
        told.append(f"the perplexity of the words that drafts begin with from {before:.1f} to {after:.1f}")
    held = f"On songs held back, {', '.join(told)}" if told else "No song was held back to measure on"
    return f"{held}; {100 * tuning['copied']:.1f} % of raw lines share five words in a row with the songs trained on"


def _parent(meta: Meta) -> str:
    if not meta.parent:
        return ""
    tuned = ""
    if meta.tuning:
        tuned = f"{tuned_from(meta.tuning)}. "
    trained = f", {meta.parent['trained']}" if "trained" in meta.parent else ""
    return f"Began with the model {meta.parent['name']} (weights `{meta.parent['sha256']}`{trained}). {tuned}"

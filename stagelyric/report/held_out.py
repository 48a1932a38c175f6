"""A model's bits per character on held-out text, compared with a PPM and an n-gram model on the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stagelyric.lm import corpus, evaluate, mixture
from stagelyric.lm.checkpoint import Meta
from stagelyric.lm.corpus import Source
from stagelyric.lm.engine import Engine
from stagelyric.types.json import JsonObject

RECORDED = {"ppmd_8_adaptive": "PPMd-8, adaptive", "six_gram": "6-gram, static"}
"""Two rows that a training records, by their names in a report."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The measures by key, in bits per character (None: not measured), and the source of the PPM and n-gram rows."""

    bits: dict[str, float | None]
    source: str


def measure(engine: Engine, meta: Meta, held_out: Sequence[Source], training: Sequence[Path]) -> Rows:
    """All rows of one model on held-out songs.

    cold_256, cold_64: blocks of that many characters, each from the empty state; stateful: all in one go. PPMd of order
    8 (adaptive: it also learns from the held-out text) and a static 6-gram first read a training text: `training`, or
    else the figures recorded by the model's own training for the same text are used. Raises CorpusError.
    """
    ids = mixture.stream([song for source in held_out for song in source.songs], engine.vocabulary)
    found = evaluate.bits(engine, ids)
    bits: dict[str, float | None] = {key.replace("-", "_"): round(value, 4) for key, value in found.items()}
    bits |= dict.fromkeys(RECORDED)
    if training:
        read = [song for path in training for song in corpus.read_source(path).songs]
        learned = mixture.stream(read, engine.vocabulary)
        bits["six_gram"] = round(evaluate.ngram_bits(learned, ids), 4)
        try:
            texts = engine.vocabulary.decode(learned), engine.vocabulary.decode(ids)
            bits["ppmd_8_adaptive"] = round(evaluate.ppm_bits(*texts), 4)
        except ImportError:
            return Rows(bits, "measured; PPMd wants the package pyppmd")
        return Rows(bits, "measured")
    recorded = _recorded(meta, held_out, len(ids))
    bits |= {key: recorded.get(name) for key, name in RECORDED.items()}
    return Rows(bits, "as written down when the model was trained" if recorded else "not measured: name --train")


def _recorded(meta: Meta, held_out: Sequence[Source], characters: int) -> JsonObject:
    """The figures that the model's training recorded for this very text, if any.

    Older models recorded no hash of held-out songs; such a text is recognised by its length.
    """
    if len(held_out) != 1:
        return {}
    for title, digest in meta.held_out.items():
        row = dict(meta.bits.get(title, {}))
        if digest == held_out[0].sha256 if digest else row.get("characters") == characters:
            return row
    return {}

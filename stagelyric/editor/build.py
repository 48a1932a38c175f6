"""Builds an editor's folder from a GGUF file; needed once.

Every machine builds the same from the same file, except for the last bits of some weights.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor import usual
from stagelyric.editor.faults import WANTED_PACKAGES, EditorError
from stagelyric.editor.folder import GRAPH, META, VERSION, WEIGHTS, Alphabet, Meta, digest, read
from stagelyric.editor.llama import Llama
from stagelyric.editor.pieces import Kept, Pieces

MOST_PIECES = 20_000
"""How many tokens are kept: of SmolLM2's 49,152 these make up 96 to 99 % of the tokens in lyrics."""

_LEANING, _LEVEL = 0.6, -7.5


def build(source: Path, folder: Path, lexicon: Path | None = None, *, most: int = MOST_PIECES) -> Meta:
    """Builds `folder` from a GGUF file, atomically, and returns its metadata.

    `lexicon`: a model's lexicon.npz, whose word counts determine which tokens are kept and each one's usual frequency.
    Takes seconds and some hundred megabytes of memory for 135 M parameters. Raises EditorError.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            meta = _written(source, scratch, lexicon, most)
            _moved(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise EditorError(f"{error.filename or folder}: the editor can't be built: {error.strerror or error}") from None
    return meta


def _written(source: Path, folder: Path, lexicon: Path | None, most: int) -> Meta:
    try:
        from stagelyric.editor import graph, reach
    except ImportError:
        raise EditorError(WANTED_PACKAGES) from None
    model = Llama(source)
    alphabet = _alphabet(model)
    whole, words = alphabet.pieces(), usual.words(lexicon)
    kept = usual.chosen(whole, usual.counts(whole, words, range(len(alphabet.tokens))), most)
    pieces = Kept(whole, kept)
    start = _start(model, whole)
    texts = [[kept.index(start), *pieces.encode(text)] for text in reach.LINES.split("\n\n")]
    inside = reach.read(model, texts, kept)
    with (folder / WEIGHTS).open("wb") as weights:
        (folder / GRAPH).write_bytes(graph.write_graph(model, kept, weights, inside))
    meta = Meta(
        version=VERSION,
        name=str(model.fields.get("general.name", source.stem)),
        licence=str(model.fields.get("general.license", "")),
        source=digest(source),
        lexicon=digest(lexicon) if lexicon else "",
        parameters=model.parameters,
        alphabet=alphabet,
        start=start,
        kept=kept,
        usual=[round(float(nats), 4) for nats in _measure(usual.counts(pieces, words, kept))],
        first=[round(float(nats), 4) for nats in inside.log_p],
        files={name: digest(folder / name) for name in (GRAPH, WEIGHTS)},
    )
    (folder / META).write_bytes(meta.written())
    return meta


def _measure(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-probability with which a token is compared, (V,), from its share of the tokens in lyrics.

    Subtracting the whole of log(share) would reward every rare word: lines by people and by machines were separated
    best with a factor of 0.6 (area under the curve .69 to .73, against .65 to .75 at 1). The constant is that of an
    average token.
    """
    found: NDArray[np.float64] = _LEANING * np.log(shares) + (1 - _LEANING) * _LEVEL
    return found


def _start(model: Llama, whole: Pieces) -> int:
    """The token that every text begins with: the model's own start token, if it has one, else the line end."""
    learned = model.fields.get("tokenizer.ggml.add_bos_token", model.field("tokenizer.ggml.model") == "llama")
    own = model.fields.get("tokenizer.ggml.bos_token_id")
    return int(own) if learned and own is not None else whole.encode("\n")[0]


def _alphabet(model: Llama) -> Alphabet:
    kind = model.field("tokenizer.ggml.model")
    if kind not in ("gpt2", "llama"):
        raise EditorError(f"{model.path}: wanted pieces of the kind gpt2 or llama, found {kind}")
    return Alphabet(
        kind=kind,
        cut=str(model.fields.get("tokenizer.ggml.pre", "gpt-2")),
        tokens=model.field("tokenizer.ggml.tokens"),
        merges=model.field("tokenizer.ggml.merges") if kind == "gpt2" else [],
        scores=model.field("tokenizer.ggml.scores") if kind == "llama" else [],
    )


def _moved(scratch: Path, folder: Path) -> None:
    """Moves the finished folder to its place; if another process has just done so, theirs is kept."""
    try:
        os.replace(scratch, folder)
    except OSError:
        try:
            read(folder)
        except EditorError:
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
            else:
                folder.unlink()
            os.replace(scratch, folder)

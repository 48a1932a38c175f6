"""A model's folder: what is in it, and the check that it is whole before anything of it is used.

`weights.safetensors` (fp16, to train further), `step.onnx` and `step.int8.onnx` (one step, to run), `meta.json` and
`README.md`, the model card; a model of the kind "structure" has `structure.onnx` besides. `meta.json` names every
file with its sha256, those of the craft (`*.npz`) too; nothing here is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.vocabulary import Vocabulary
from stagelyric.words.npz import ModelError as ModelError

FORMAT = 1
META = "meta.json"
WEIGHTS = "weights.safetensors"
STEP_FP32 = "step.onnx"
STEP_INT8 = "step.int8.onnx"
STRUCTURE = "structure.onnx"
CARD = "README.md"
CRAFT = ".npz"
"""What the files end in that hold a model's words and what belongs to them."""

_LARGEST = 256 * 2**20  # bytes; a file beyond this is no model of ours, and is not read into memory


@dataclass(frozen=True, slots=True)
class Corpus:
    """A text the model was trained on: `part` is "main" or "finish", `weight` how often an epoch saw each song."""

    title: str
    sha256: str
    songs: int
    weight: float
    part: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """All that is known of a model.

    `bits` maps a held-out text to its measures in bits per character, and `held_out` to its sha256; `parent` names the
    model this one began with, if any, by "name" and "sha256" of its weights, and `tuning` says what came of it: bits
    per character "before" and "after" on songs held back, and the share of raw lines "copied" from those trained on;
    `files` maps each file to its sha256, and `alphabet` is that of the symbols.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    symbols: str
    seed: int
    recipe: Mapping[str, Any]
    corpora: tuple[Corpus, ...]
    training: Mapping[str, float] = field(default_factory=dict)
    bits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    held_out: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)
    tuning: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    alphabet: str = ""
    format: int = FORMAT

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters the model knows."""
        return Vocabulary(self.symbols)

    def measured(self, bits: Mapping[str, Mapping[str, float]], held_out: Mapping[str, str]) -> Meta:
        """The same with what was measured; `held_out`: each text's sha256."""
        return replace(self, bits=bits, held_out=held_out)


def read_meta(folder: Path) -> Meta:
    """The meta of the model in `folder`. Raises ModelError where it is missing, damaged or of another format."""
    file = folder / META
    if not folder.is_dir():
        raise ModelError(f"{folder}: wanted a model's folder, found {'a file' if folder.exists() else 'nothing'} there")
    if not file.is_file():
        raise ModelError(f"{file}: wanted a model's {META}, found nothing there")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data.get("format") != FORMAT:
            raise ModelError(f"{file}: wanted a model of format {FORMAT}, found format {data.get('format')!r}")
        known = {f.name for f in fields(Meta)}
        data["corpora"] = tuple(Corpus(**corpus) for corpus in data["corpora"])
        meta = Meta(**{key: value for key, value in data.items() if key in known})
        meta.vocabulary  # noqa: B018 - a vocabulary that cannot be is found here, not in the middle of a show
        _check(meta)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file}: wanted the description of a model, found a damaged file ({error})") from error
    if meta.alphabet and meta.alphabet != _sha256(meta.symbols.encode()):
        raise ModelError(f"{file}: wanted the vocabulary that the model was trained with, found another")
    return meta


def _check(meta: Meta) -> None:
    """Raises ValueError or AttributeError where a part of it is not what its readers will take it for."""
    _ = dict(meta.files), dict(meta.config), dict(meta.recipe), dict(meta.held_out), dict(meta.parent)
    figures = {
        "figures of the training": meta.training,
        "figures of the tuning": meta.tuning,
        **{f"bits on {t}": b for t, b in meta.bits.items()},
    }
    for name, measured in figures.items():
        if not all(isinstance(value, int | float) for value in measured.values()):
            raise ValueError(f"the {name} are no numbers")
    if not all(isinstance(c.songs, int) and isinstance(c.weight, int | float) for c in meta.corpora):
        raise ValueError("the songs of the texts are no numbers")
    if not all(isinstance(text, str) for c in meta.corpora for text in (c.title, c.sha256, c.part, c.licence)):
        raise ValueError("the names of the texts are none")


def read_file(folder: Path, name: str, meta: Meta) -> bytes:
    """The bytes of one of a model's files. Raises ModelError unless they are those `meta` names by their sha256."""
    file = folder / name
    wanted = meta.files.get(name)
    if wanted is None:
        raise ModelError(f"{folder / META}: wanted an entry for {name}, found none")
    if not file.is_file():
        raise ModelError(f"{file}: wanted a file of the model {meta.name}, found nothing there")
    if file.stat().st_size > _LARGEST:
        raise ModelError(f"{file}: wanted a file of the model {meta.name}, found {file.stat().st_size} bytes")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: wanted a readable file, found: {error}") from error
    found = _sha256(data)
    if found != wanted:
        raise ModelError(
            f"{file}: the file is damaged or of another model (wanted sha256 {wanted[:12]}…, found {found[:12]}…)"
        )
    return data


def read_weights(folder: Path, meta: Meta) -> dict[str, NDArray[np.float32]]:
    """The tensors by name, as fp32. Raises ModelError for anything but the safetensors file that `meta` names."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(read_file(folder, WEIGHTS, meta))
        return {name: value.astype(np.float32) for name, value in tensors.items()}
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"{folder / WEIGHTS}: wanted a safetensors file, found something else") from error


def write_model(folder: Path, meta: Meta, files: Mapping[str, bytes], card: str) -> Meta:
    """Writes a model's folder, each file in one piece and meta.json last, and gives the meta with the files' sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        _write(folder / name, data)
    _write(folder / CARD, card.encode())
    return _write_meta(folder, meta, {name: _sha256(data) for name, data in files.items()})


def note_files(folder: Path, names: Iterable[str]) -> Meta:
    """Enters files that were written beside the model's own into its meta, so that they are refused when damaged."""
    meta = read_meta(folder)
    return _write_meta(folder, meta, {**meta.files, **{name: _sha256((folder / name).read_bytes()) for name in names}})


def check_craft(folder: Path, meta: Meta) -> None:
    """Raises ModelError where a file of the craft is not the one that `meta` names; older models name none.

    One that is missing is left to its reader, who knows what it is for.
    """
    for name in meta.files:
        if name.endswith(CRAFT) and (folder / name).exists():
            read_file(folder, name, meta)


def _write_meta(folder: Path, meta: Meta, files: Mapping[str, str]) -> Meta:
    whole = {**asdict(meta), "files": dict(files), "alphabet": _sha256(meta.symbols.encode())}
    _write(folder / META, (json.dumps(whole, indent=1, ensure_ascii=True) + "\n").encode())
    return read_meta(folder)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(file: Path, data: bytes) -> None:
    partial = file.with_name(file.name + ".partial")
    partial.write_bytes(data)
    os.replace(partial, file)

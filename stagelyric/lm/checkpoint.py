"""A model's folder: its files, and the check that they are complete and undamaged before any is used.

`weights.safetensors` (fp16, for further training), `step.onnx` and `step.int8.onnx` (one step, for inference),
`meta.json` and `README.md`, the model card; a model of the kind "structure" also has `structure.onnx`. `meta.json` has
the sha256 of every file, including the word data (`*.npz`). Nothing here is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.vocabulary import Vocabulary
from stagelyric.types.json import JsonMapping
from stagelyric.words.npz import ModelError as ModelError

FORMAT = 1
META = "meta.json"
WEIGHTS = "weights.safetensors"
STEP_FP32 = "step.onnx"
STEP_INT8 = "step.int8.onnx"
STRUCTURE = "structure.onnx"
CARD = "README.md"
CRAFT = ".npz"
"""The file name ending of the model's word data (lexicon, vectors, …)."""

_LARGEST = 256 * 2**20  # bytes; a larger file isn't one of our models, and is not read into memory


@dataclass(frozen=True, slots=True)
class Corpus:
    """A text that the model was trained on. `part`: "main" or "finish"; `weight`: how often an epoch has each song."""

    title: str
    sha256: str
    songs: int
    weight: float
    part: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """All metadata of a model.

    `bits` maps each held-out text to its measures in bits per character, and `held_out` to its sha256. `parent`: "name"
    and weights' "sha256" of the model that this one was fine-tuned from, if any; `tuning`: the result of that, as bits
    per character "before" and "after" on held-out songs, and the share of raw lines "copied" from the training songs.
    `files` maps each file to its sha256; `alphabet` is that of the symbols.
    """

    name: str
    kind: str
    config: JsonMapping
    symbols: str
    seed: int
    recipe: JsonMapping
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
        """The characters that the model knows."""
        return Vocabulary(self.symbols)

    def measured(self, bits: Mapping[str, Mapping[str, float]], held_out: Mapping[str, str]) -> Meta:
        """A copy with these measurements; `held_out`: each text's sha256."""
        return replace(self, bits=bits, held_out=held_out)


def read_meta(folder: Path) -> Meta:
    """The metadata of the model in `folder`. Raises ModelError if it is missing, damaged or in another format."""
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
    """Raises ValueError or AttributeError if a field has the wrong type or value."""
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
    """The contents of one of a model's files. Raises ModelError if its sha256 isn't the one in `meta`."""
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
    """The tensors by name, as fp32. Raises ModelError if the safetensors file isn't the one in `meta`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(read_file(folder, WEIGHTS, meta))
        return {name: value.astype(np.float32) for name, value in tensors.items()}
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(f"{folder / WEIGHTS}: wanted a safetensors file, found something else") from error


def write_model(folder: Path, meta: Meta, files: Mapping[str, bytes], card: str) -> Meta:
    """Writes a model's folder, each file atomically and meta.json last; returns the metadata with the files' sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        _write(folder / name, data)
    _write(folder / CARD, card.encode())
    return _write_meta(folder, meta, {name: _sha256(data) for name, data in files.items()})


def note_files(folder: Path, names: Iterable[str]) -> Meta:
    """Adds files to the model's metadata that were written later, so that they are rejected when damaged."""
    meta = read_meta(folder)
    return _write_meta(folder, meta, {**meta.files, **{name: _sha256((folder / name).read_bytes()) for name in names}})


def check_craft(folder: Path, meta: Meta) -> None:
    """Raises ModelError if a word data file isn't the one in `meta`; older models list none.

    Missing files are reported later by their own readers, which know what each is for.
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

"""Reads a language model of the llama architecture from a GGUF file
(github.com/ggml-org/ggml/blob/master/docs/gguf.md).

This needs the package `gguf`, and only while a graph is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.faults import WANTED_PACKAGES, EditorError
from stagelyric.types.json import Json, JsonObject

_MAGIC = b"GGUF"
_WANTED = "a GGUF file of the llama architecture"
_ANY = -1
_LARGEST = 1 << 20  # a larger value for a size means that the file is damaged


@dataclass(frozen=True, slots=True)
class Shape:
    """The model's sizes. Each of `heads` query heads has `head_size` numbers and shares one of `kv_heads` key and value
    heads; `rates` (head_size / 2,): the rotation of each pair, in radians a position.
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    hidden: int
    epsilon: float
    rates: NDArray[np.float32]


class Llama:
    """An open file: sizes, metadata of the pieces, and tensors, read one at a time as fp32. Raises EditorError."""

    def __init__(self, path: Path):
        gguf = _package()
        self.path = path
        try:
            with path.open("rb") as opened:
                head = opened.read(len(_MAGIC))
            if head != _MAGIC:
                found = "another" if head else "an empty file"
                raise EditorError(f"{path}: wanted {_WANTED}, found {found}")
            self._reader = gguf.GGUFReader(path)
            self.fields: JsonObject = {name: field.contents() for name, field in self._reader.fields.items()}
        except OSError as error:
            raise EditorError(f"{path}: wanted {_WANTED}; {error.strerror or error}") from None
        except (ValueError, KeyError, IndexError, OverflowError, MemoryError):
            raise EditorError(f"{path}: wanted {_WANTED}, found one that is cut short or damaged") from None
        self._dequantize = gguf.quants.dequantize
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        self.shape = self._shape()
        self._check_tensors()

    def field(self, name: str) -> Json:
        """A metadata field. Raises EditorError if the file lacks it."""
        if name not in self.fields:
            raise EditorError(f"{self.path}: wanted {_WANTED}, found no {name} in it")
        return self.fields[name]

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor as fp32: a matrix (out, in), a vector (n,)."""
        stored = self._tensors[name]
        try:
            values = self._dequantize(stored.data, stored.tensor_type)
        except NotImplementedError:
            raise EditorError(f"{self.path}: can't read {name}, of the type {stored.tensor_type.name}") from None
        found: NDArray[np.float32] = np.asarray(values, np.float32).reshape(tuple(int(n) for n in stored.shape[::-1]))
        return found

    @property
    def parameters(self) -> int:
        return sum(int(np.prod(tensor.shape)) for tensor in self._tensors.values())

    def head(self) -> NDArray[np.float32]:
        """The output matrix (pieces, width): the embedding, if the model uses it for both."""
        return self.tensor("output.weight" if "output.weight" in self._tensors else "token_embd.weight")

    def turned_halves(self, name: str, heads: int) -> NDArray[np.float32]:
        """A query or key matrix whose rotated pairs are half a head apart; in the file they are adjacent."""
        matrix = self.tensor(name)
        pairs = matrix.reshape(heads, self.shape.head_size // 2, 2, -1)
        return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(matrix.shape)

    def _shape(self) -> Shape:
        found = self.field("general.architecture")
        if found != "llama":
            raise EditorError(f"{self.path}: wanted {_WANTED}, found the architecture {found}")
        width, heads = self._size("embedding_length"), self._size("attention.head_count")
        head_size = self.fields.get("llama.attention.key_length") or width // heads
        turned = self.fields.get("llama.rope.dimension_count", head_size)
        if turned != head_size or head_size % 2:
            raise EditorError(f"{self.path}: wanted heads turned as a whole, found {turned} of {head_size} numbers")
        return Shape(
            layers=self._size("block_count"),
            width=width,
            heads=heads,
            kv_heads=self.fields.get("llama.attention.head_count_kv", heads),
            head_size=head_size,
            hidden=self._size("feed_forward_length"),
            epsilon=float(self.field("llama.attention.layer_norm_rms_epsilon")),
            rates=self._rates(head_size),
        )

    def _size(self, name: str) -> int:
        found = self.field(f"llama.{name}")
        if not isinstance(found, int) or not 0 < found < _LARGEST:
            raise EditorError(f"{self.path}: wanted {_WANTED}, found {name} = {found}")
        return found

    def _rates(self, head_size: int) -> NDArray[np.float32]:
        base = float(self.fields.get("llama.rope.freq_base", 10_000.0))
        rates = base ** -(np.arange(0, head_size, 2) / head_size)
        if "rope_freqs.weight" in self._tensors:  # Llama 3's scaling of the low rotation rates
            rates = rates / self.tensor("rope_freqs.weight")
        return rates.astype(np.float32)

    def _check_tensors(self) -> None:
        wanted = self._wanted()
        for name, shape in wanted.items():
            found = tuple(int(n) for n in self._tensors[name].shape[::-1]) if name in self._tensors else ()
            if len(found) != len(shape) or any(w not in (f, _ANY) for w, f in zip(shape, found, strict=True)):
                told = f"its tensor {name} is {found or 'missing'}, not {shape}"
                raise EditorError(f"{self.path}: wanted {_WANTED}; {told}")
        unknown = set(self._tensors) - set(wanted) - {"output.weight", "rope_freqs.weight"}
        if unknown:
            raise EditorError(f"{self.path}: wanted {_WANTED} without extras, found the tensor {min(unknown)}")

    def _wanted(self) -> dict[str, tuple[int, ...]]:
        s = self.shape
        queries, values = s.heads * s.head_size, s.kv_heads * s.head_size
        layer: dict[str, tuple[int, ...]] = {
            "attn_norm": (s.width,),
            "attn_q": (queries, s.width),
            "attn_k": (values, s.width),
            "attn_v": (values, s.width),
            "attn_output": (s.width, queries),
            "ffn_norm": (s.width,),
            "ffn_gate": (s.hidden, s.width),
            "ffn_up": (s.hidden, s.width),
            "ffn_down": (s.width, s.hidden),
        }
        wanted = {f"blk.{n}.{name}.weight": shape for n in range(s.layers) for name, shape in layer.items()}
        return {"token_embd.weight": (_ANY, s.width), "output_norm.weight": (s.width,), **wanted}


def _package() -> ModuleType:
    try:
        import gguf
    except ImportError:
        raise EditorError(WANTED_PACKAGES) from None
    return gguf

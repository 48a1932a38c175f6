"""An editor's folder: the graph, its weights, and metadata.

editor.onnx  editor.weights  editor.json
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from stagelyric.editor.faults import EditorError
from stagelyric.editor.pieces import BytePairs, Kept, Pieces, Unigrams
from stagelyric.types.json import JsonObject

GRAPH, WEIGHTS, META = "editor.onnx", "editor.weights", "editor.json"

VERSION = 3
"""The format's version: a folder of another version is built again."""

LONGEST = 512
"""The most pieces that a context and a line have together, including the start piece."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Alphabet:
    """All pieces of a model, as stored in its file. `kind`: "gpt2" (byte pairs) or "llama" (SentencePiece)."""

    kind: str
    cut: str
    tokens: Sequence[str]
    merges: Sequence[str]
    scores: Sequence[float]

    def pieces(self) -> Pieces:
        """The encoder for these pieces. Raises EditorError if they can't spell a text."""
        if self.kind == "llama":
            return Unigrams(self.tokens, self.scores)
        return BytePairs(self.tokens, self.merges, self.cut)


@dataclass(frozen=True, slots=True)
class Meta:
    """What the folder was built from, and what it contains.

    `start`: the piece that every text begins with; `kept`: the pieces that are kept; both as numbers of the full model.
    `usual`: each kept piece's usual log-probability; `first`: its log p right after the start piece. In nats.
    """

    version: int
    name: str
    licence: str
    source: str
    """sha256 of the GGUF file"""
    lexicon: str
    """sha256 of the lexicon whose counts were used; "" for none"""
    parameters: int
    alphabet: Alphabet
    start: int
    kept: Sequence[int]
    usual: Sequence[float]
    first: Sequence[float]
    files: dict[str, str]
    """sha256 of each file"""

    @property
    def digest(self) -> str:
        """Identifies everything that is the same on all machines for a GGUF file and a lexicon."""
        return f"{self.source[:8]}{self.lexicon[:8]}-{self.version}"

    def pieces(self) -> Kept:
        return Kept(self.alphabet.pieces(), self.kept)

    def without_tables(self) -> Meta:
        """Without the tables that only the encoder and the comparison read, which keep their own: some megabytes."""
        return replace(self, alphabet=replace(self.alphabet, tokens=(), merges=(), scores=()), usual=(), first=())

    def written(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def read(folder: Path, *, whole: bool = True) -> Meta:
    """The metadata of a folder; with `whole`, the hashes of all files are checked.

    Raises EditorError if it is damaged or of another version.
    """
    try:
        told: JsonObject = json.loads((folder / META).read_bytes())
        if told["version"] != VERSION:
            raise EditorError(f"{folder}: wanted an editor of version {VERSION}, found {told['version']}")
        meta = Meta(**{**told, "alphabet": Alphabet(**told["alphabet"])})
        for name, wanted in meta.files.items() if whole else ():
            if digest(folder / name) != wanted:
                raise EditorError(f"{folder / name}: is damaged")
        if set(meta.files) != {GRAPH, WEIGHTS} or not len(meta.kept) == len(meta.usual) == len(meta.first):
            raise EditorError(f"{folder / META}: is damaged")
    except OSError as error:
        raise EditorError(f"{error.filename or folder}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EditorError(f"{folder / META}: is damaged") from None
    return meta


def digest(file: Path) -> str:
    """A file's sha256. Raises OSError."""
    sha = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_CHUNK):
            sha.update(block)
    return sha.hexdigest()

"""The editor: a pretrained language model that scores whether a line makes sense after the lines before it.

`sense` is the mean, over a line's tokens ("pieces"), of log p(piece | three lines before, the line so far) minus the
piece's usual log p anywhere in songs (SLOR, after Lau, Clark and Lappin 2017); each difference is limited to -3 … 4
nats. It doesn't measure truth, rhyme, metre or novelty: repeating the context scores well.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor import fetch, usual
from stagelyric.editor.faults import EditorError
from stagelyric.editor.folder import GRAPH, LONGEST, Meta, read
from stagelyric.editor.memory import Memory
from stagelyric.editor.running import Graph
from stagelyric.editor.tree import Tree

LEAST, MOST = -3.0, 4.0
"""The limits of one piece's difference, in nats."""

BEFORE = 3
"""How many earlier lines are read as context."""

PLACES = 384
"""How many places of the tree are read in one call: more don't make it faster, and take memory."""

_TEXTS = 1024  # texts in one tree, at most
_ENDS = ' .,;:!?-"'
_PLAIN = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-"})


class Heard(NamedTuple):
    """The score of a line: its sense, its mean log p in context (nats a piece), and its number of pieces."""

    sense: float
    log_p: float
    pieces: int


class Editor:
    """A model ready to score lines; about 150 MB in memory for 135 M parameters. Not thread-safe."""

    def __init__(self, folder: Path, meta: Meta, before: int = BEFORE, places: int = PLACES, lean: bool = False):
        """`lean`: saves memory at the price of a tenth of the speed, as a show wants. Raises EditorError."""
        self.meta, self.before, self.places = meta.without_tables() if lean else meta, before, places
        self.name = meta.name
        self.pieces = meta.pieces()
        self._usual, self._first = np.array(meta.usual), np.array(meta.first)
        self._graph = Graph(folder / GRAPH, lean)
        self._nothing = Memory(self._graph, 0)

    @classmethod
    def open(
        cls,
        source: Path,
        lexicon: Path | None = None,
        *,
        before: int = BEFORE,
        cache: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> Editor:
        """The editor of a GGUF file. It is built first if the cache has none, or a damaged one.

        `lexicon`: a model's lexicon.npz, whose word counts it is built with. `say`: called with one line of text before
        something slow. `before`: how many earlier lines are read. Raises EditorError.
        """
        folder = built(source, lexicon, cache=cache, say=say)
        return cls(folder, read(folder), before)

    @property
    def digest(self) -> str:
        """Identifies the editor: lines chosen by it are the same as long as it is the same."""
        return self.meta.digest

    def score(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[float]:
        """The sense of each line after the last lines of its `before` ([]: the line opens the song).

        `between` is called before every call of the graph.
        """
        return [heard.sense for heard in self.hear(lines, before, between)]

    def hear(
        self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None] = lambda: None
    ) -> list[Heard]:
        """As `score`, but returns all figures. An empty line has the sense 0."""
        found: list[Heard] = []
        for start in range(0, len(lines), _TEXTS):
            found += self._heard(lines[start : start + _TEXTS], before[start : start + _TEXTS], between)
        return found

    def memory(self, room: int) -> Memory:
        """A memory for up to `room` pieces, in which texts can be continued piece by piece."""
        return Memory(self._graph, room)

    def log_p(
        self, texts: Sequence[Sequence[int]], starts: Sequence[int], between: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float64]]:
        """For each text, log p of its pieces (given by number), from the first on."""
        tree = Tree()
        for text, start in zip(texts, starts, strict=True):
            tree.add(text, start)
        answers = np.array([self._first[piece] if place < 0 else 0.0 for place, piece in tree.asked])
        for call in tree.calls(self.places):
            if call.questions:
                between()
                answers[call.questions] = self._graph.run(["log_p"], {**call.inputs(), **self._nothing.past()})[0]
        return [answers[asks] for asks in tree.texts]

    def encode(self, line: str, before: Sequence[str]) -> tuple[list[int], int]:
        """The pieces of a line after those of the lines before it, and the index where the line's own begin."""
        said = [text for text in map(sung, before[-self.before :]) if text]
        context = self.pieces.encode("".join(f"{text}\n" for text in said))
        own = self.pieces.encode(sung(line))[: LONGEST - 2]
        context = context[-(LONGEST - 1 - len(own)) :]
        return context + own, len(context)

    def _heard(self, lines: Sequence[str], before: Sequence[Sequence[str]], between: Callable[[], None]) -> list[Heard]:
        coded = [self.encode(line, context) for line, context in zip(lines, before, strict=True)]
        log_p = self.log_p([text for text, _ in coded], [start for _, start in coded], between)
        return [self._one(text[start:], found) for (text, start), found in zip(coded, log_p, strict=True)]

    def _one(self, own: Sequence[int], log_p: NDArray[np.float64]) -> Heard:
        if not own:
            return Heard(0.0, 0.0, 0)
        sense = np.clip(log_p - self._usual[np.asarray(own)], LEAST, MOST).mean()
        return Heard(round(float(sense), 4), round(float(log_p.mean()), 4), len(own))


def built(
    source: Path,
    lexicon: Path | None = None,
    *,
    cache: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """The folder of a GGUF file's editor; built if there is none, or one that is damaged or of another version."""
    try:
        folder, counted = fetch.folder_of(source, cache), usual.stamp(lexicon)
    except OSError as error:
        raise EditorError(f"{error.filename}: {error.strerror or error}") from None
    if folder.is_dir():
        try:
            if read(folder).lexicon == counted:
                return folder
            say("the editor is built anew: the lexicon is another")
            shutil.rmtree(folder, ignore_errors=True)
        except EditorError as error:
            say(f"the editor is built anew: {error}")
    from stagelyric.editor.build import build

    say(f"the editor is built from {source.name}, once; this takes some seconds")
    build(source, folder, lexicon)
    return folder


def sung(line: str) -> str:
    """A line as the editor reads it: plain quotes and dashes, no final punctuation, first letter capitalised."""
    text = " ".join(line.translate(_PLAIN).split()).rstrip(_ENDS)
    return text[:1].upper() + text[1:]

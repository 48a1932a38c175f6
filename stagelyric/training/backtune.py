"""Corrects a backward model's habits: an adjustment for each word that our finished lines have too often or too rarely.

    python -m stagelyric.training.backtune MODEL --texts TEXT … --songs 50 --out FILE

Lines are written for places in the texts, as in a show, and their words are counted and compared with the texts' own.
Each word's correction is -STRENGTH ln(ours / people's), both per million and smoothed. As masks, rankings and bands
also change which words occur, finished lines are counted; the correction can be repeated on its result.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm import corpus
from stagelyric.lm.kinds.backward import runtime
from stagelyric.report import contexts
from stagelyric.report.lyrics import Song, Stanza, words
from stagelyric.types import paths
from stagelyric.words.lists import STOP
from stagelyric.writing.writer import Writer

STRENGTH = 0.7
_STOP_STRENGTH = 0.35  # for function words, which hold the sentence together
_SMOOTHING = 40.0  # uses in a million, added to both counts
_LEAST, _MOST = -1.5, 0.7  # limits of one correction, nats


def correction(ours: Iterable[str], people: Sequence[Iterable[str]], vocabulary: Sequence[str]) -> NDArray[np.float32]:
    """(W,) nats for each word. `ours` and each of `people` are lines; all texts count equally, however long."""
    mine = _per_million(ours, vocabulary)
    theirs = np.mean([_per_million(text, vocabulary) for text in people], axis=0)
    strength = np.where([word in STOP for word in vocabulary], _STOP_STRENGTH, STRENGTH)
    found = -strength * np.log((mine + _SMOOTHING) / (theirs + _SMOOTHING))
    return np.asarray(np.clip(found, _LEAST, _MOST), dtype=np.float32)


def _per_million(lines: Iterable[str], vocabulary: Sequence[str]) -> NDArray[np.float64]:
    count = Counter(word for line in lines for word in words(line))
    return np.array([count[word] for word in vocabulary], dtype=np.float64) * 1e6 / max(1, count.total())


def main() -> None:
    """Writes lines, counts their words and saves the result: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--texts", nargs="+", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=50, help="of each text")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    folder = paths.find_model(given.model)
    file = paths.backward(folder)
    assert file is not None, "there is no backward model to correct"
    writer, rng = Writer.open(folder), np.random.default_rng(given.seed)
    ours: list[str] = []
    people: list[list[str]] = []
    for path in given.texts:
        songs = corpus.read_source(path).songs
        songs = corpus.split(songs)[0] if path.is_dir() else songs
        people.append([line for song in songs for line in song.text.split("\n")])
        some = [_song(songs[int(i)]) for i in rng.permutation(len(songs))[: 4 * given.songs]]
        for context in contexts.choose(some, given.songs, seed=given.seed):
            for line in writer.write(context.ask, 0, contexts.LINES):
                text = line.text
                for name in context.ask.names:  # names were asked for, so they are no habit of the model
                    text = text.replace(name, "")
                ours.append(text)
    vocabulary = runtime.load(file).words
    runtime.corrected(file, correction(ours, people, vocabulary), given.out)


def _song(song: corpus.Song) -> Song:
    stanzas = [tuple(line for line in stanza.split("\n") if line.strip()) for stanza in song.text.split("\n\n")]
    return Song(song.title, tuple(Stanza(stanza) for stanza in stanzas if stanza))


if __name__ == "__main__":
    main()

"""Builds the word data (lexicon, vectors, structure, copies) from training texts and writes them beside the model.

    python -m stagelyric.training.build models/mine corpus.txt [more.txt …] [--also other.txt …]

Writes four files: lexicon.npz (the words that the model may spell), near.npz (word vectors), structure.npz (word
classes and their order) and copies.npz (what a line must not quote). The text can't be reconstructed from them.
"""

from __future__ import annotations

import gzip
import re
import shutil
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from stagelyric.gates import family, novelty
from stagelyric.words import classes, lexicon, near
from stagelyric.words.lexicon import LOWER, UPPER, Lexicon
from stagelyric.words.lists import ARCHAIC, CAPITALS, DIALECT, SMALL
from stagelyric.words.phonetics import look_up, pronounce
from stagelyric.words.survey import Survey, read_stanzas, survey, words_of

LEAST = 3
"""A word must occur this often in a large text to be known (repeated lines are counted once)."""

_MOST_SEEN = 2_000  # the most occurrences that a band's own word is given
_OLD_ENDING = re.compile(r".{2,}(?:[^aeiou]eth|'st|'d|'rt|'lt|'ring|'ning|'n)$")
_GOOD_D = frozenset({"i'd", "you'd", "he'd", "she'd", "we'd", "they'd", "who'd", "it'd", "that'd"})
_SECOND_PERSON = re.compile(
    r"(?:know|come?|go|see|love?|hear|make?|take?|give?|say|look|live|seem|think|feel|find|mean|bring|stand|tell|speak|"
    r"call|keep|sing|bear|seek|hold|dream)e?st$"
)


def build_lexicon(s: Survey, least: int = LEAST) -> Lexicon:
    """The words with at least `least` occurrences that have a pronunciation and aren't blocked, archaic or dialect."""
    rows: list[lexicon.Row] = []
    for word, total in sorted(s.total.items()):
        if total < least or not _sings(word):
            continue
        phones = look_up(word)
        if phones is None or not any(p[-1].isdigit() for p in phones):
            continue
        upper, lower = s.upper[word], s.lower[word]
        forms = UPPER if word in CAPITALS or (upper >= 2 and upper > 3 * lower) else LOWER
        if upper >= 5 and lower >= 5 and forms == LOWER and upper > lower // 2:
            forms = LOWER | UPPER
        thing = s.determined[word] / max(1, upper + lower)
        rows.append(lexicon.Row(word, forms, total, s.stanzas_with[word], s.last[word], thing, phones))
    return lexicon.make(rows, s.stanzas)


def _sings(word: str) -> bool:
    stem = word.removesuffix("'s")
    if len(stem) <= 2 and not {word, stem} & (SMALL | CAPITALS | {"he", "it"}):
        return False
    if stem in ARCHAIC or stem in DIALECT or family.is_blocked(word, mild=False):
        return False
    if "'" in word and word.endswith("'d") and word in _GOOD_D:
        return True
    return not _OLD_ENDING.match(word) and not _SECOND_PERSON.match(word)


def build(folder: Path, texts: Iterable[str], also: Iterable[str] = (), quotable: Iterable[str] = ()) -> dict[str, int]:
    """Writes the four files into `folder`; returns their sizes in bytes.

    The words come from `texts` and `quotable`. Lines of `texts` and of `also` (other text that the model was trained
    on) are never quoted; lines of `quotable` are our own and may come up again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    guarded, ours = list(texts), list(quotable)
    s = survey([*guarded, *ours])
    words = build_lexicon(s, least_for(s.total.total()))
    words.save(folder / lexicon.FILE)
    near.save(folder / near.FILE, near.build(s.stanza_words, words))
    classes.save(folder / classes.FILE, classes.build(map(words_of, s.lines), words))
    theirs = {line for stanza in read_stanzas([*guarded, *also]) for line in stanza}
    novelty.save(folder / novelty.FILE, novelty.build(theirs, words.words), novelty.build_worn(s.lines))
    return {name: (folder / name).stat().st_size for name in (lexicon.FILE, near.FILE, classes.FILE, novelty.FILE)}


def extend(folder: Path, parent: Path, texts: Iterable[str], own: Iterable[str] = ()) -> Lexicon:
    """Writes the four files of a model fine-tuned from `parent`: with its words, and with all lines, old and new,
    protected.

    A band's thirty songs are too few to build a lexicon from, so they are only protected against quotation. But words
    that only the band uses ("mam", "bairn") are added from its `own` songs. Returns the lexicon.
    """
    words = lexicon.load(parent / lexicon.FILE)
    if rows := own_words(list(own), words):
        words = _taught(folder, parent, words, rows)
    else:
        for name in (lexicon.FILE, near.FILE, classes.FILE):
            shutil.copyfile(parent / name, folder / name)
    lines = [line for stanza in read_stanzas(texts) for line in stanza]
    before = novelty.Copies.load(parent / novelty.FILE)
    before.and_of(novelty.build(lines, words.words)).save(folder / novelty.FILE)
    return words


def own_words(songs: Sequence[str], known: Lexicon) -> list[lexicon.Row]:
    """Words that a band uses more than once and that `known` lacks, with a count in proportion to their use by the
    band.

    Dialect words are included, as they are the band's own; names aren't, since slots stand for them.
    """
    s = survey(songs)
    sung = Counter(word for stanza in read_stanzas(songs) for line in stanza for word in words_of(line))
    share = int(known.count.sum()) / max(1, s.total.total())
    rows = []
    for word, total in sorted(s.total.items()):
        capital = s.upper[word] > s.lower[word]
        plain = word.isascii() and word.replace("'", "").replace("-", "").isalpha() and len(word) > 1
        if sung[word] < 2 or word in known.index or capital or not plain or not family.is_clean(word):
            continue
        phones = pronounce(word)
        if not any(phone[-1].isdigit() for phone in phones):
            continue
        thing = s.determined[word] / max(1, s.upper[word] + s.lower[word])
        seen, last = (min(_MOST_SEEN, round(count * share)) for count in (total, s.last[word]))
        stanzas = min(known.stanzas, max(1, round(s.stanzas_with[word] / max(1, s.stanzas) * known.stanzas)))
        rows.append(lexicon.Row(word, LOWER, max(LEAST, seen), min(stanzas, seen or 1), last, thing, phones))
    return rows


def _taught(folder: Path, parent: Path, known: Lexicon, rows: list[lexicon.Row]) -> Lexicon:
    """Writes and returns the lexicon with the new words. They get no vectors, as there is too little text for them."""
    words = known.extended(rows)
    words.save(folder / lexicon.FILE)
    before = near.load(parent / near.FILE, len(known.words))
    vectors = np.zeros((len(words.words), before.shape[1]), dtype=np.int8)
    vectors[[words.index[word] for word in known.words]] = np.round(before * 127).astype(np.int8)
    near.save(folder / near.FILE, vectors)
    known_classes = classes.load(parent / classes.FILE, len(known.words))
    classes.save(folder / classes.FILE, classes.extended(known_classes, known, words))
    return words


def least_for(tokens: int) -> int:
    """How often a word must occur in a text of `tokens` words to be known: less for a band's own few songs."""
    return 1 if tokens < 30_000 else 2 if tokens < 200_000 else LEAST


def _read(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")


def main() -> None:
    parser = ArgumentParser(prog="python -m stagelyric.training.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="the model's folder")
    parser.add_argument("corpora", type=Path, nargs="+", help="texts that give the words")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="texts that are not quoted either")
    arguments = parser.parse_args()
    sizes = build(arguments.folder, map(_read, arguments.corpora), map(_read, arguments.also))
    for name, size in sizes.items():
        print(f"{name}: {size:,} bytes")


if __name__ == "__main__":
    main()

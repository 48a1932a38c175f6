"""Builds what the craft needs to know of a training text, and writes it beside the model.

    python -m stagelyric.craft.build models/mine corpus.txt [more.txt …] [--also other.txt …]

Four files: lexicon.npz (the words the model may spell), near.npz (which words keep company), structure.npz (which
kinds of word follow which) and copies.npz (what a line must not quote). No run of words from the text can be read back
out of them.
"""

from __future__ import annotations

import gzip
import re
import shutil
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from stagelyric.craft import family, lexicon, near, novelty, structure
from stagelyric.craft.lexicon import LOWER, UPPER, Lexicon
from stagelyric.craft.phonetics import look_up
from stagelyric.craft.words import ARCHAIC, CAPITALS, DETERMINERS, DIALECT, SMALL

LEAST = 3
"""A word is known when it stands this often in a large text (lines that come again are counted once)."""

_TOKEN = re.compile(r"[A-Za-z]+(?:'[a-z]+)*|[.!?:]")
_OLD_ENDING = re.compile(r".{2,}(?:[^aeiou]eth|'st|'d|'rt|'lt|'ring|'ning|'n)$")
_GOOD_D = frozenset({"i'd", "you'd", "he'd", "she'd", "we'd", "they'd", "who'd", "it'd", "that'd"})
_SECOND_PERSON = re.compile(
    r"(?:know|come?|go|see|love?|hear|make?|take?|give?|say|look|live|seem|think|feel|find|mean|bring|stand|tell|speak|"
    r"call|keep|sing|bear|seek|hold|dream)e?st$"
)


@dataclass(slots=True)
class Survey:
    """What was counted: by word in lower case."""

    lower: Counter[str] = field(default_factory=Counter)
    upper: Counter[str] = field(default_factory=Counter)  # with a capital where none was due
    total: Counter[str] = field(default_factory=Counter)
    stanzas_with: Counter[str] = field(default_factory=Counter)
    determined: Counter[str] = field(default_factory=Counter)  # right after "the", "my", …
    last: Counter[str] = field(default_factory=Counter)  # at a line's end
    stanzas: int = 0
    lines: list[str] = field(default_factory=list)
    stanza_words: list[list[str]] = field(default_factory=list)


def read_stanzas(texts: Iterable[str]) -> Iterable[list[str]]:
    """Stanzas of lines; "=== " marker lines are left out."""
    for text in texts:
        stanza: list[str] = []
        for line in [*text.splitlines(), ""]:
            line = line.strip()
            if line and not line.startswith("=== "):
                stanza.append(line)
            elif stanza:
                yield stanza
                stanza = []


def survey(texts: Iterable[str]) -> Survey:
    """Counts words over stanzas; a line that was seen before counts no second time."""
    s = Survey()
    seen: set[str] = set()
    for stanza in read_stanzas(texts):
        words: list[str] = []
        for line in stanza:
            if line in seen:
                continue
            seen.add(line)
            s.lines.append(line)
            words += _count(line, s)
        if words:
            s.stanzas += 1
            s.stanzas_with.update(set(words))
            s.stanza_words.append(words)
    return s


def _count(line: str, s: Survey) -> list[str]:
    words: list[str] = []
    before = "."
    for token in _TOKEN.findall(line):
        if token in ".!?:":
            before = "."
            continue
        word = token.lower()
        words.append(word)
        s.total[word] += 1
        if before != ".":
            (s.upper if token[0].isupper() else s.lower)[word] += 1
            if before in DETERMINERS:
                s.determined[word] += 1
        before = word
    if words:
        s.last[words[-1]] += 1
    return words


def words_of(line: str) -> list[str]:
    """A line's words in lower case."""
    return [token.lower() for token in _TOKEN.findall(line) if token not in ".!?:"]


def build_lexicon(s: Survey, least: int = LEAST) -> Lexicon:
    """The words with at least `least` counts that have a pronunciation and are neither blocked, archaic nor dialect."""
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


def build(folder: Path, texts: Iterable[str], also: Iterable[str] = ()) -> dict[str, int]:
    """Writes the four files into `folder`; their sizes in bytes.

    `texts` give the words; what is in them or in `also` (text that the model has read besides) is never quoted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    s = survey(texts)
    words = build_lexicon(s, least_for(s.total.total()))
    words.save(folder / lexicon.FILE)
    near.save(folder / near.FILE, near.build(s.stanza_words, words))
    structure.save(folder / structure.FILE, structure.build(map(words_of, s.lines), words))
    others = [line for stanza in read_stanzas(also) for line in stanza]
    novelty.save(folder / novelty.FILE, novelty.build({*s.lines, *others}, words.words), novelty.build_worn(s.lines))
    return {name: (folder / name).stat().st_size for name in (lexicon.FILE, near.FILE, structure.FILE, novelty.FILE)}


def extend(folder: Path, parent: Path, texts: Iterable[str]) -> None:
    """Writes the four files of a model that goes on from `parent`: its words, and nobody's lines, old or new.

    A band's own thirty songs would be a poor dictionary; what they are is text that must not be quoted either.
    """
    for name in (lexicon.FILE, near.FILE, structure.FILE):
        shutil.copyfile(parent / name, folder / name)
    words = lexicon.load(folder / lexicon.FILE)
    lines = [line for stanza in read_stanzas(texts) for line in stanza]
    before = novelty.Copies.load(parent / novelty.FILE)
    before.and_of(novelty.build(lines, words.words)).save(folder / novelty.FILE)


def least_for(tokens: int) -> int:
    """How often a word must stand in a text of so many words to be known: a band's own songs are few."""
    return 1 if tokens < 30_000 else 2 if tokens < 200_000 else LEAST


def _read(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")


def main() -> None:
    parser = ArgumentParser(prog="python -m stagelyric.craft.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="the model's folder")
    parser.add_argument("corpora", type=Path, nargs="+", help="texts that give the words")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="texts that are not quoted either")
    arguments = parser.parse_args()
    sizes = build(arguments.folder, map(_read, arguments.corpora), map(_read, arguments.also))
    for name, size in sizes.items():
        print(f"{name}: {size:,} bytes")


if __name__ == "__main__":
    main()

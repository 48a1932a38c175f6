"""Finds names and themes in a song's lyrics: who and what it is about."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from stagelyric.words.formats import Sheet
from stagelyric.words.lists import DETERMINERS, NEVER_LAST, STOP
from stagelyric.words.names import Names, find_names

PEOPLE, PLACES, THEMES = 4, 2, 4
"""How many of each a song gets at most."""

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)*")
_CAPITALS = 0.5  # with this share of words in capitals, capitals don't indicate names
_ENOUGH = 12  # words needed to determine that share
_BACKED = 2  # different words that must indicate a theme that the song doesn't name itself
_OWN = 2  # themes that are nouns of the song rather than frames' themes, at most
_TITLE = 3.0  # weight of a word in the title
_GENERAL = """
    man men woman women boy girl day days night time times way ways thing things one other others same end first last
    world life people place part side lot bit kind sort name face hand hands head eye eyes back word words whole rest
    two three four five six seven eight nine ten little old new good bad big long next year years hour hours minute
    moment song songs line lines
"""
"""Words that follow "the" in any song, and so are no themes."""

_PLAIN = STOP | NEVER_LAST | frozenset(_GENERAL.split())


def names_of(sheets: Sequence[Sheet], everyday: Callable[[str], bool] | None = None) -> Names:
    """The names in all songs together, as a word in lower case in one song isn't a name in another. With `everyday`,
    which tells whether a word in lower case is one of everyday use, also those that only begin lines."""
    return find_names((line for sheet in sheets if not _in_capitals(sheet) for line in sheet.lines), everyday)


def everyday_words() -> frozenset[str] | None:
    """The words of everyday use, which are those that the default model knows in lower case; None without it."""
    from stagelyric.types import paths
    from stagelyric.words import lexicon
    from stagelyric.words.npz import ModelError

    try:
        return lexicon.in_lower_case(paths.find_model("transformer") / lexicon.FILE)
    except (FileNotFoundError, ModelError):
        return None


def _in_capitals(sheet: Sheet) -> bool:
    words = [word for line in sheet.lines for word in _WORD.findall(line)[1:]]
    return len(words) >= _ENOUGH and sum(word[0].isupper() for word in words) > _CAPITALS * len(words)


def names(sheet: Sheet, known: Names) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people and the places in a song, most frequent first."""
    counted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    if not _in_capitals(sheet):
        for line in sheet.lines:
            for start, end, place in known.runs(line):
                counted[place][line[start:end]] += 1
    people, places = (_merged(found) for found in counted)
    return tuple(people[:PEOPLE]), tuple(place for place in places if place not in people)[:PLACES]


def _merged(found: Counter[str]) -> list[str]:
    """The names by frequency; "Polly" is counted as "Polly Magnet"."""
    whole: Counter[str] = Counter()
    for name, times in sorted(found.items(), key=lambda item: -len(item[0])):
        longer = next((other for other in whole if name in other.split()), name)
        whole[longer] += times
    return [name for name, _ in sorted(whole.items(), key=lambda item: (-item[1], item[0]))]


def sizes(table: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    """How many words indicate each theme of a table."""
    return Counter(theme for themes in table.values() for theme in themes)


def themes(
    title: str,
    sheet: Sheet,
    people: Iterable[str],
    table: Mapping[str, Sequence[str]],
    size: Mapping[str, int] | None = None,
) -> list[tuple[str, list[str]]]:
    """What a song is about, likeliest first: each theme with the song's words that indicate it.

    `table`: the themes of words that have some; `size`: what `sizes` gives for it. A word counts less if it indicates
    many themes, and a theme indicated by many words needs more of them. Up to two nouns that the song repeats are added
    as themes.
    """
    named = {word for name in people for word in name.lower().split()}
    lines = [title, *sheet.lines]
    weight: dict[str, float] = defaultdict(float)
    for number, line in enumerate(lines):
        worth = _TITLE if number == 0 else 1.0
        for word in _words(line):
            weight[word] += worth
    size = sizes(table) if size is None else size
    score: dict[str, float] = defaultdict(float)
    backing: dict[str, list[str]] = defaultdict(list)
    breadth: dict[str, float] = {}
    for word, times in weight.items():
        if word in STOP or word in named:
            continue
        forms = _forms(word)
        for stem in forms:
            if stem in table:
                break
        else:
            continue
        found, root = table[stem], math.sqrt(times)
        for theme in found:
            if theme not in breadth:
                breadth[theme] = math.sqrt(1 + size[theme] / 10)
            score[theme] += (1.5 if theme in forms else 1.0) * root / len(found) / breadth[theme]
            backing[theme].append(word)
    likely = [
        (theme, backing[theme]) for theme in sorted(score, key=lambda theme: -score[theme])
        if len(backing[theme]) >= _BACKED or theme in backing[theme]
    ]  # fmt: skip
    own_words = [word for word in _nouns(sheet.lines, named) if all(word not in backed for _, backed in likely[:3])]
    return [*likely[: THEMES - min(_OWN, len(own_words))], *((word, [word]) for word in own_words[:_OWN])][:THEMES]


def _nouns(lines: Sequence[str], named: set[str]) -> list[str]:
    """Nouns that a song repeats: words that followed "the", "my" and the like more than once."""
    counted: Counter[str] = Counter()
    for line in dict.fromkeys(lines):
        words = _words(line)
        for before, word in pairwise(words):
            if before in DETERMINERS and len(word) > 2 and "'" not in word:
                counted[word] += 1
    return [word for word, times in counted.most_common() if times > 1 and word not in _PLAIN and word not in named]


def variety(lines: Sequence[str]) -> float:
    """The share of different content words among all content words, 0 to 1; repeated lines count once."""
    content = [word for line in dict.fromkeys(lines) for word in _words(line) if word not in STOP]
    return len(set(content)) / len(content) if content else 0.5


@lru_cache(maxsize=4096)
def _words(line: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(line.replace("\u2019", "'")))


@lru_cache(maxsize=32768)
def _forms(word: str) -> tuple[str, ...]:
    """A word and the words that it may be a form of."""
    found = [word, word.removesuffix("'s")]
    for ending in ("s", "es", "ed", "d", "ing"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            stem = word[: -len(ending)]
            found += [stem, stem + "e", *([stem[:-1]] if stem[-1] == stem[-2] else [])]
    return tuple(found)

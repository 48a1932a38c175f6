"""Finds the names of people and places in a text by how they are written, so that slots can replace them.

A word is a name if it is capitalised inside lines and hardly ever in lower case; a name is a place if it mostly follows
"in", "from", "through" and the like. As this needs no tagger and no list of names, it works for a band's own songs as
well as for old verse. It is right most of the time, not always.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stagelyric.words.phonetics import look_up

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)*|[^\w\s]|[\d_]")  # letters of any alphabet
_CAPITAL = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:'[a-z]+)*")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "miss",
        "ms",
        "dr",
        "doctor",
        "sir",
        "lady",
        "lord",
        "king",
        "queen",
        "prince",
        "princess",
        "captain",
        "saint",
        "st",
        "uncle",
        "aunt",
        "aunty",
        "auntie",
        "colonel",
        "general",
        "major",
        "sergeant",
        "corporal",
        "brother",
        "sister",
        "father",
        "mother",
        "granny",
        "old",
        "young",
        "little",
        "mister",
        "missus",
        "madame",
        "don",
        "judge",
        "professor",
        "cousin",
    ]
)
_PLACED = frozenset(
    [
        "in",
        "at",
        "from",
        "near",
        "through",
        "around",
        "round",
        "to",
        "toward",
        "towards",
        "over",
        "across",
        "outside",
        "past",
        "beyond",
    ]
)
_NEVER = frozenset(
    [
        "i",
        "o",
        "oh",
        "ah",
        "i'm",
        "i'll",
        "i've",
        "i'd",
        "god",
        "lord",
        "jesus",
        "christ",
        "heaven",
        "father",
        "son",
        "holy",
        "ghost",
        "spirit",
        "saviour",
        "redeemer",
        "almighty",
        "jehovah",
        "sabbath",
        "christmas",
        "easter",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "english",
        "irish",
        "scottish",
        "french",
        "german",
        "spanish",
        "dutch",
        "greek",
        "latin",
        "roman",
        "norman",
        "saxon",
        "hebrew",
        "jewish",
        "christian",
        "muslim",
        "turkish",
        "chinese",
        "indian",
        "american",
        "british",
        "european",
        "african",
        "asian",
    ]
)
_ADJECTIVE = re.compile(r".{3,}(?:ish|ese|ian|ean)$")
_BEGINS = frozenset('.!?:"\u201c\u201d\u2018(*-\u2014\u2013')
"""After these a capital means nothing, as a sentence, quotation or remark begins."""

_SMALL = 3  # a word seen this often in lower case isn't a name
_PLACE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Names:
    """Names in lower case: of people and of places."""

    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def runs(self, line: str) -> Iterator[tuple[int, int, bool]]:
        """The names in a line from left to right: start, end, and whether it is a place. "Polly Magnet" is one name."""
        capital = {word.removesuffix("'s").lower() for word in _CAPITAL.findall(line)}
        if capital.isdisjoint(self.people) and capital.isdisjoint(self.places):
            return
        run: list[tuple[int, int, str]] = []
        for match in _WORD.finditer(line):
            if match[0] == "." and run and run[-1][2] in _TITLES:  # "Mr. Harbour"
                continue
            word = match[0].removesuffix("'s")
            named = word[0].isupper() and self._may_be(word.lower())
            if run and not (named and line[run[-1][1] : match.start()] in (" ", ". ")):
                yield from self._closed(run)
                run = []
            if named:
                run.append((match.start(), match.start() + len(word), word.lower()))
        yield from self._closed(run)

    def _may_be(self, word: str) -> bool:
        return word in self.people or word in self.places or word in _TITLES

    def _closed(self, run: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, bool]]:
        if any(word in self.people or word in self.places for _, _, word in run):
            titled = any(word in _TITLES for _, _, word in run)
            yield run[0][0], run[-1][1], run[-1][2] in self.places and not titled


def find_names(lines: Iterable[str], everyday: Callable[[str], bool] | None = None) -> Names:
    """Finds the names of a text, from the whole text. With `everyday`, which tells whether a word in lower case is one
    of everyday use, also those that only begin lines."""
    if everyday is None:
        return _inside_lines(map(_WORD.findall, lines))
    split = [_WORD.findall(line) for line in lines]
    known = _inside_lines(split)
    return Names(known.people | (_at_starts(split, everyday) - known.places), known.places)


def _inside_lines(lines: Iterable[Sequence[str]]) -> Names:
    """The names inside lines, which are given as their words and signs."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    for line in lines:
        before = ""
        for token in line:
            word = token.removesuffix("'s")
            if word[0].islower():
                small[word] += 1
            elif before and before not in _BEGINS:
                capital[word.lower()] += 1
                placed[word.lower()] += before in _PLACED
            before = token.lower()
    names = {w for w, n in capital.items() if _is_name(w, n, small[w])}
    places = {w for w in names if placed[w] > _PLACE_SHARE * capital[w] and w not in _TITLES}
    return Names(frozenset(names - places), frozenset(places))


_DOES = re.compile(
    r".{2,}(?:[^s]s|ed)|is|was|has|had|said|and|ate|bought|brought|built|came|caught|chose|drank|drew|drove|fell|felt|flew"
    r"|forgot|fought|found|gave|got|grew|held|hid|kept|knew|laid|lay|led|left|lit|lost|made|met|paid|put|ran|rode|rose|sang"
    r"|sat|saw|sent|shook|shut|slept|sold|spent|spoke|stood|swore|taught|thought|threw|told|took|tore|went|wept|woke|won"
    r"|wore|wrote"
)
"""What stands after the name of somebody who does something."""

_COMMON = re.compile(r".{2,}(?:ions?|ings?|ity|ments?|ness|ers)")
_OFTEN = 2  # at so many beginnings of lines a word is taken for a name, whatever follows


def _at_starts(lines: Iterable[Sequence[str]], everyday: Callable[[str], bool]) -> frozenset[str]:
    """Names that are found only at the beginnings of lines, where every word has a capital: words that the text never
    has in lower case, that are not `everyday` words, and that do something ("Tamsin sold") or come more than once."""
    begin: Counter[str] = Counter()
    small: set[str] = set()
    doing: set[str] = set()
    for line in lines:
        first, *others = line or [""]
        small.update(word.removesuffix("'s") for word in others if word[0].islower())
        word = first.removesuffix("'s").lower()
        if first[:1].isupper():
            begin[word] += 1
            if others and _DOES.fullmatch(others[0]):
                doing.add(word)
    found = (word for word, times in begin.items() if word in doing or times >= _OFTEN)
    return frozenset(
        word for word in found
        if len(word) > 2 and word not in small and not _COMMON.fullmatch(word) and _is_name(word, 1, 0)
        and not any(everyday(form) for form in _stems(word))
        and not (word.endswith("s") and look_up(word[:-1]))  # "Cameras flash"
    )  # fmt: skip


_ENDINGS = (
    ("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""),
    ("er", "e"), ("est", ""), ("in", ""), ("able", ""), ("ly", ""),
)  # fmt: skip


def _stems(word: str) -> Iterator[str]:
    """A word, and what it may be a form of."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending) + instead
            yield stem
            if ending in ("ed", "ing", "er") and not instead and stem[-1:] == stem[-2:-1]:
                yield stem[:-1]
            yield from (stem.removeprefix(begin) for begin in ("un", "re", "out", "over") if stem.startswith(begin))


def _is_name(word: str, capital: int, small: int) -> bool:
    plain = word not in _NEVER and word not in _TITLES and len(word) > 1 and not _ADJECTIVE.match(word)
    return plain and "'" not in word and small < _SMALL and small * 4 <= capital

"""Call and response: the next lines answer the line that was just sung."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from stagelyric.gates import family
from stagelyric.types.lines import Ask, Line, normal
from stagelyric.words.lists import DETERMINERS, NEVER_LAST, STOP

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_TAKEN_UP = 3  # at most so many words of what was heard become the answers' topics
_REMEMBERED = 300  # characters of what was heard that are passed to the model as context
_ECHO = 3  # an answer that shares this many consecutive words with what was heard is an echo
_SHARED = 0.5  # so is one of whose content words more than this share were heard


@dataclass(frozen=True, slots=True)
class Answering:
    """A request for lines that answer what was heard. The lines written for it go to `Show.answered`.

    `asks`: pairs (ask, number of lines), in order; `times`: how many texts had been heard by then, which identifies the
    latest request.
    """

    asks: tuple[tuple[Ask, int], ...]
    heard: str
    times: int


def answering(heard: str, ask: Ask, times: int) -> Answering | None:
    """Returns the request for lines of `ask`'s section that answer the text heard, or None if it contains no words.

    In a rhyming section the first answer rhymes with what was heard and a couplet follows; with AAAA all three answers
    rhyme with it. The topics are first the nouns and names that were heard, then the section's own themes.
    """
    words = _WORD.findall(heard)
    if not words:
        return None
    about = [word for word in _about(words, heard) if _is_fit(word, ask)]
    names = [word for word in about if word[0].isupper()]
    themes = (*(word.lower() for word in about if word not in names), *ask.themes)
    seed = int.from_bytes(hashlib.sha256(f"{ask.seed}/{normal(heard)}/{times}".encode()).digest()[:7])
    common = replace(
        ask, prime=heard[-_REMEMBERED:], names=tuple(dict.fromkeys((*names, *ask.names))),
        themes=tuple(dict.fromkeys(themes)), seed=seed, word=None,
    )  # fmt: skip
    last = words[-1]
    if ask.rhyme == "free":
        return Answering(((common, 2),), heard, times)
    rhyming = replace(common, rhyme="AAAA", rhyme_with=last)
    if ask.rhyme == "AAAA":
        return Answering(((rhyming, 3),), heard, times)
    return Answering(((rhyming, 1), (replace(common, rhyme="AABB"), 2)), heard, times)


class Answers:
    """The lines that answer what was heard last. They are used only in the song and section where it was heard."""

    def __init__(self) -> None:
        self._times = 0  # how many texts have been heard
        self._lines: list[Line] = []
        self._place = ("", "")  # song and section

    def hear(self, text: str, ask: Ask) -> Answering | None:
        """Returns the request for answers, or None if the text contains no words. Drops the answers to earlier
        texts."""
        self._times += 1
        self._lines = []
        return answering(text, ask, self._times)

    def take(self, wanted: Answering, lines: Iterable[Line], place: tuple[str, str], used: Collection[str]) -> bool:
        """Stores answers that were written; returns False if they are no longer wanted because something else was heard
        since."""
        if wanted.times != self._times:
            return False
        self._place = place
        self._lines = [line for line in lines if normal(line.text) not in used and not is_echo(line, wanted.heard)]
        return True

    def next(self, place: tuple[str, str], used: Collection[str]) -> Line | None:
        """The next answer whose normal form is not in `used`."""
        if self._place != place:
            return None
        return next((line for line in self._lines if normal(line.text) not in used), None)

    def clear(self) -> None:
        """Drops the remaining answers."""
        self._lines = []


def is_echo(line: Line, heard: str) -> bool:
    """Whether an answer only repeats what was heard: it shares three consecutive words with it, or more than half of
    its own content words."""
    own, before = normal(line.text).split(), normal(heard).split()
    runs = {tuple(before[at : at + _ECHO]) for at in range(len(before) - _ECHO + 1)}
    if any(tuple(own[at : at + _ECHO]) in runs for at in range(len(own) - _ECHO + 1)):
        return True
    content = [word for word in own if word not in STOP]
    return bool(content) and sum(word in before for word in content) > _SHARED * len(content)


def _about(words: Sequence[str], heard: str) -> list[str]:
    """The most informative words heard: names first, then words after a determiner such as "the", then the longest."""
    shout = heard.isupper()
    worth: dict[str, tuple[int, int]] = {}
    for at, word in enumerate(words):
        plain = word.lower().replace("\u2019", "'")
        if plain in STOP or plain in NEVER_LAST or len(plain) < 3:
            continue
        named = word[0].isupper() and at > 0 and not shout
        behind = at > 0 and words[at - 1].lower() in DETERMINERS
        worth[word if named else plain] = (0 if named else 1 if behind else 2, -len(plain))
    return sorted(worth, key=lambda word: worth[word])[:_TAKEN_UP]


def _is_fit(word: str, ask: Ask) -> bool:
    if family.found(word, mild=ask.family_friendly) is not None:
        return False
    return all(f" {normal(word)} " not in f" {normal(phrase)} " for phrase in ask.avoid)

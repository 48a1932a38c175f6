"""The audience's words: anybody may offer them; they are limited in number, checked, and accepted by the operator
alone."""

import re
import time
import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import dataclass

LONGEST = 24  # maximum number of letters
ROOM = 40  # words that may wait
EVERY = 15.0  # seconds between two words from one page
WINDOW = 60.0
FROM_ONE_ADDRESS = 12  # words per window; a whole room may sit behind one router, and one phone may open many pages
REMEMBERED = 2000

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


@dataclass(slots=True)
class Waiting:
    """A word that waits for the operator. `times`: how often it was offered."""

    id: int
    word: str
    times: int = 1


class Words:
    """The words that wait. The box is closed until the operator opens it; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.open = False
        self.waiting: dict[int, Waiting] = {}
        self._clock = clock
        self._last: dict[Hashable, float] = {}
        self._given: dict[str, list[float]] = {}
        self._next = 1

    def refusal(self, page: Hashable, address: str, text: str) -> str | None:
        """Returns None if a word may be offered (which is then counted), else one plain sentence that says why not."""
        if not self.open:
            return "The word box is closed."
        if not is_word(text):
            return f"One word, please: 2 to {LONGEST} letters."
        now = self._clock()
        wait = EVERY - (now - self._last.get(page, float("-inf")))
        if wait > 0:
            return f"Thank you. The next one in {wait:.0f} s."
        given = [at for at in self._given.get(address, ()) if now - at < WINDOW]
        if len(given) >= FROM_ONE_ADDRESS or len(self.waiting) >= ROOM:
            return "The box is full for the moment."
        if len(self._last) >= REMEMBERED:
            self._last.clear()
            self._given.clear()
        self._last[page] = now
        self._given[address] = [*given, now]
        return None

    def put(self, text: str) -> Waiting:
        """Adds an accepted word. If it waits already, its count goes up."""
        word = plain(text)
        for waiting in self.waiting.values():
            if waiting.word.casefold() == word.casefold():
                waiting.times += 1
                return waiting
        waiting = self.waiting[self._next] = Waiting(self._next, word)
        self._next += 1
        return waiting

    def take(self, number: int) -> str | None:
        """Removes and returns the word with this number; None if it no longer waits."""
        waiting = self.waiting.pop(number, None)
        return waiting.word if waiting else None


def plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def is_word(text: str) -> bool:
    word = plain(text)
    return 2 <= len(word) <= LONGEST and _WORD.fullmatch(word) is not None


def is_clean(text: str) -> bool:
    """Whether the text is fit for a family audience. The first call reads the word lists, so it must not run on the
    show's thread."""
    from stagelyric.gates import family

    return family.is_clean(plain(text))

"""The gate for offensive words: what is never shown to a family audience, however it is spelled.

Some words are blocked as whole words, others (stems) also inside words; both in every disguise that `disguises` can
read: look-alikes (5h1t), asterisks (s**t), stretching (shiiit), gaps (s h i t, sh it). Clean words that contain a stem
by chance are allowed, and so are ambiguous words that are clean in their context ("the cock crows"). Two real words in
a row are never joined ("push it").
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from operator import ge
from typing import NamedTuple

from stagelyric.gates import disguises
from stagelyric.words.lists import SHORT

_CLEAN_SHAPES = re.compile(r"[a-z]+shita|[mh]?fuku[a-z]+|fukui?|fuke|snigger[a-z]*")
_INNOCENT = re.compile(
    r"(?i:\b(?:tit for tat|blow me down|cock-a-(?:doodle-doo|hoop|leekie)|cock (?:and bull|robin|up)"
    r"|cock of the (?:walk|north|roost|rock)|cock (?:it|an?|your|his|her|the) (?:ear|eye|hat|head|snook|gun)s?"
    r"|pins and nips|prick(?:s|ed)? up)\b)"
    r"|\b(?:Moby|Uncle|Mister|Mr\.?|Old|Young|Little|Cousin|Brother|Captain|Tom,|and|called|named|young|old) Dick\b"
    r"|\bDick(?:'s)? (?=[A-Z][a-z])|\bDick(?=, [A-Za-z])|\b(?:Hell's|Hells) Angels?\b"
)
_MAYBE = ("tit", "blow", "cock", "pins", "prick", "dick", "angel")
"""What a text has if it has something innocent."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|'[a-z]+")
_PLAIN, _SPLIT = re.compile("[a-z']+"), re.compile("[^a-z']+")
_NATURAL = re.compile(r"[,.;:!?)\"\u2026\u2013\u2014-]$")
_HELD = re.compile(r"([a-z])\1\1")
QUICK = 120  # characters; `is_quick` is False for longer texts,
ODD = 24  # and for texts with more characters than this outside plain words
_LONGEST = 18  # letters in what is spelled out over several tokens, at most
_ENDINGS = ("", "s", "ing", "in", "er", "ers", "ed", "y")


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    """The sections of data/blocked.txt. Entries are words; in "phrases" and "company" they are whole lines.

    A phrase stands for several where a word has alternatives ("by his|her"); it may have company as ambiguous words do.
    """
    from importlib import resources  # imported here, as it slows down a show's start

    text = resources.files("stagelyric.gates").joinpath("data", "blocked.txt").read_text("utf-8")
    sections = re.split(r"^\[(\w+)\]\n", text, flags=re.MULTILINE)[1:]
    named = {name: codecs.decode(body, "rot13") for name, body in zip(sections[::2], sections[1::2], strict=True)}
    by_line = {name: tuple(named.pop(name).splitlines()) for name in ("phrases", "company")}
    return {name: tuple(body.split()) for name, body in named.items()} | by_line


@cache
def _allowed() -> frozenset[str]:
    """Clean words that contain a stem by chance."""
    return frozenset(_lists()["allowed"])


@cache
def _company() -> dict[str, frozenset[str]]:
    """For each ambiguous word, the words that make it clean if they are in the same line."""
    company: dict[str, frozenset[str]] = {}
    for line in _lists()["company"]:
        words, _, friends = line.partition(": ")
        company |= dict.fromkeys(words.split(), frozenset(friends.split()))
    return company


@cache
def _set_phrases() -> dict[str, frozenset[str]]:
    """The blocked phrases, each with the words that make it clean if they are in the same line."""
    found: dict[str, frozenset[str]] = {}
    for line in _lists()["phrases"]:
        words, _, friends = line.partition(": ")
        for phrase in product(*(word.split("|") for word in words.split())):
            found[" ".join(phrase)] = frozenset(friends.split())
    return found


@cache
def _whole(mild: bool) -> frozenset[str]:
    """Words that are blocked as whole words, including their plurals."""
    lists = _lists()
    words = lists["whole"] + (lists["mild"] if mild else ())
    words += tuple(re.sub("['-]", "", word) for word in words if not word.isalpha())
    plurals = (word + ("es" if re.search(r"(?:[sxz]|[cs]h)$", word) else "s") for word in words)
    return frozenset((*words, *plurals)) - _allowed()


@cache
def _stems() -> tuple[str, ...]:
    """What is blocked inside words; stems that end in y also in their plural."""
    stems = _lists()["inside"]
    return (*stems, *(stem[:-1] + "ies" for stem in stems if stem.endswith("y")))


@cache
def _inside() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _stems())))


class _Held:
    """A set of words that are also recognised with stretched letters ("sooon").

    One regular expression for all of them would do the same, but takes a tenth of a second to compile, during which it
    blocks the other threads.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._runs: dict[str, set[tuple[int, ...]]] = {}
        for word in words:
            letters, lengths = disguises.runs(word)
            self._runs.setdefault(letters, set()).add(lengths)

    def has(self, text: str) -> bool:
        """Whether the whole text is one of the words, with letters repeated or not."""
        letters, held = disguises.runs(text)
        return any(all(map(ge, held, lengths)) for lengths in self._runs.get(letters, ()))


@cache
def _held_stems() -> re.Pattern[str]:
    return re.compile("|".join(map(disguises.stretchable, _stems())))


@cache
def _held(mild: bool) -> _Held:
    """The whole words, recognised with stretched letters."""
    return _Held(_whole(mild))


@cache
def _merged(mild: bool) -> _Held:
    """Stems and whole words in merged letters, for tokens with several digits: too many readings to try all."""
    stems = {stem + ending for stem in _stems() for ending in _ENDINGS}
    return _Held(map(disguises.merged, stems | _whole(mild)))


@cache
def _beginnings() -> frozenset[str]:
    """All prefixes of blocked words, in the letters of `disguises.merged`."""
    words = map(disguises.merged, (*_whole(True), *(stem + ending for stem in _stems() for ending in _ENDINGS)))
    return frozenset(word[:end] for word in words for end in range(1, len(word) + 1))


@cache
def _sounded() -> tuple[re.Pattern[str], frozenset[str], frozenset[str]]:
    """Stems and whole words by sound (`disguises.sounded`), without short stems, which would match almost anything."""
    stems = {sound for stem in _stems() if len(sound := disguises.sounded(stem)) > 3}
    strict, mild = (frozenset(map(disguises.sounded, _whole(mild))) for mild in (False, True))
    held = "|".join(map(disguises.stretchable, sorted(stems)))
    return re.compile(f"(?:{held})(?:{'|'.join(_ENDINGS)})"), strict, mild


@cache
def _in_haste() -> frozenset[str]:
    """The stems without their vowels, with any ending."""
    bones = {bone for stem in _stems() if len(bone := disguises.unvowelled(stem)) >= 3}
    return frozenset(bone + ending for bone in bones for ending in _ENDINGS)


def is_blocked(word: str, *, mild: bool = True) -> bool:
    """Whether a single word without disguise is blocked. `mild`: also oaths, nudity, killing and drink."""
    word = _base(word.lower())
    if word in _allowed() or not word or _CLEAN_SHAPES.fullmatch(word):
        return False
    return word in _whole(mild) or _inside().search(word) is not None


def mild_words() -> frozenset[str]:
    """Words that are blocked for a family audience only."""
    return _whole(True) - _whole(False)


def found(text: str, *, mild: bool = True) -> str | None:
    """The first offensive token in a line, as written there; None for a clean line.

    With `mild` False, only slurs and obscenities are looked for.
    """
    written = disguises.latin(text)
    small = written.lower()
    tokens = small.split()
    rest = _INNOCENT.sub(" ", written).lower().split() if any(map(small.__contains__, _MAYBE)) else tokens
    for token in rest:
        word = _hidden(token, mild)
        if word and not _is_in_company(word, token, tokens):
            return token
    return _phrase(tokens) or _spelled_out(tokens, mild)


def postpone() -> None:
    """From now on `is_quick` is False for every text, until `look_ahead` has been called."""
    global _unpacking
    _unpacking = True


def look_ahead() -> None:
    """Loads the lists and the dictionary that `found` needs. To be called in a thread, before anybody waits for it."""
    global _unpacking
    _unpacking = True
    found("a f!rst look")
    _unpacking = False


_unpacking = False


def is_quick(text: str) -> bool:
    """Whether `found` takes well under a millisecond: the text is short, and all but a few characters are in plain
    words. This check takes a tenth of that."""
    if _unpacking or len(text) > QUICK:
        return False
    odd = 0
    for token in text.lower().split():
        bare = disguises.bare(token)
        if not (token.isascii() and len(token) <= _LONGEST and (bare in SHORT or _is_plain(bare))):
            odd += sum(1 if "a" <= letter <= "z" else 4 for letter in token)  # a digit has several readings
            if odd > ODD:
                return False
    return True


def is_clean(text: str, *, mild: bool = True) -> bool:
    """Whether `found` finds nothing."""
    return found(text, mild=mild) is None


def _base(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word.removesuffix("'")


def _is_in_company(word: str, token: str, tokens: Sequence[str]) -> bool:
    friends = _company().get(word)
    if not friends or word not in token:  # a disguised word is never meant in its clean sense
        return False
    return any(friends.intersection(re.split("[^a-z]+", other)) for other in tokens)


@lru_cache(maxsize=16384)
def _hidden(token: str, mild: bool) -> str | None:
    """The blocked word that a lower-case token is or disguises."""
    bare = disguises.bare(token)
    if not bare:
        return None
    for part in (bare,) if _PLAIN.fullmatch(bare) else dict.fromkeys((bare, *_SPLIT.split(bare))):
        if is_blocked(part, mild=mild):
            return _base(part)
    if "|" not in token and (bare in SHORT or _is_plain(bare)):
        return None
    for reading in (_base(bare), *disguises.readings(token)):
        if reading and (word := _says(reading, mild)):
            return word
    if sum(map(disguises.has_figures, token)) > 1 and _merged(mild).has(disguises.merged(token.strip(".,;:?()"))):
        return bare
    return _starred(token, mild)


def _is_plain(bare: str) -> bool:
    """Whether a token is a real word, or words joined by hyphens which don't form another word together."""
    if bare.isalpha() and bare.isascii():
        return disguises.is_word(bare) and not _HELD.search(bare)
    if bare.endswith("'s"):
        return disguises.is_word(bare[:-2])
    return disguises.is_clipped(bare) or (_WORD.fullmatch(bare) is not None and disguises.is_word(bare))


def _says(letters: str, mild: bool) -> str | None:
    """The blocked word in letters that aren't a real word: as written, stretched, by sound, vowelless, reversed."""
    letters = "".join(c for c in letters if "a" <= c <= "z")
    if not letters or letters in _allowed() or _CLEAN_SHAPES.fullmatch(letters):
        return None
    if is_blocked(letters, mild=mild):
        return letters
    if disguises.is_word(letters) and not _HELD.search(letters):
        return None
    if _held_stems().search(letters) or _held(mild).has(letters):
        return letters
    sounded = disguises.sounded(letters)
    stems, *sounds = _sounded()
    if stems.fullmatch(sounded) or sounded in sounds[mild] or letters in _in_haste():
        return letters
    back = letters[::-1]
    stems_too = back in _stems() or back.removesuffix("s") in _stems()
    return letters if len(back) > 3 and (back in _whole(mild) or stems_too) else None


def _starred(token: str, mild: bool) -> str | None:
    pattern = disguises.starred(token)
    if pattern is None:
        return None
    words = (*_whole(mild), *(stem + ending for stem in _stems() for ending in _ENDINGS))
    return next((word for word in words if pattern.fullmatch(word)), None)


def _phrase(tokens: Sequence[str]) -> str | None:
    """A blocked phrase, each of whose words is clean by itself, and not in company that makes it clean."""
    words = [_plainest(token) for token in tokens]
    begun = {begin for word in words for begin in word.begins}
    if not begun:
        return None
    spoken = f" {' '.join(word.joined for word in words)} | {' '.join(word.apart for word in words)} "
    held = any(word.held for word in words)
    for begin in sorted(begun):
        for phrase in _first_words()[begin]:
            said = _stretched(phrase).search(spoken) if held else f" {phrase} " in spoken
            if said and not _is_phrase_in_company(phrase, tokens):
                return phrase
    return None


def _is_phrase_in_company(phrase: str, tokens: Sequence[str]) -> bool:
    friends = _set_phrases()[phrase]
    if not friends or f" {phrase} " not in f" {' '.join(map(_undisguised, tokens))} ":
        return False
    return any(friends.intersection(re.split("[^a-z]+", token)) for token in tokens)


def _undisguised(token: str) -> str:
    return disguises.bare(token).replace("'", "")


@cache
def _first_words() -> dict[str, list[str]]:
    """The blocked phrases by the word with which they begin, without repeated letters."""
    found: dict[str, list[str]] = {}
    for phrase in _set_phrases():
        found.setdefault(disguises.runs(phrase.partition(" ")[0])[0], []).append(phrase)
    return found


@cache
def _stretched(phrase: str) -> re.Pattern[str]:
    """A blocked phrase, allowing for stretched letters."""
    return re.compile(f" {disguises.stretchable(phrase)} ")


class _Plain(NamedTuple):
    """A token's words in their most likely reading, `joined` and `apart` (separated by spaces); whether a letter is
    `held` ("sooo"); the words with which a blocked phrase `begins`."""

    joined: str
    apart: str
    held: bool
    begins: tuple[str, ...]


@lru_cache(maxsize=16384)
def _plainest(token: str) -> _Plain:
    letters = token.replace("'", "")
    if letters.isalpha():
        words = [letters]
    else:
        words = [next(disguises.spelled(piece)) if disguises.has_figures(piece) else piece
                 for piece in disguises.pieces(letters)]  # fmt: skip
    joined = "".join(words)
    firsts = dict.fromkeys(disguises.runs(word)[0] for word in (joined, *words))
    begins = tuple(first for first in firsts if first in _first_words())
    return _Plain(joined, " ".join(words), _HELD.search(joined) is not None, begins)


def _spelled_out(tokens: Sequence[str], mild: bool) -> str | None:
    """A blocked word spread over adjacent tokens, at least one of which isn't a real word ("f u", "sh it")."""
    for token in tokens:
        if _pieces(token)[2]:
            break
    else:
        return None
    parts = list(_parts(tokens))
    line = "".join(part for part, _ in parts)
    stems = not line.isalpha() or _inside().search(line) is not None  # else only whole words can be spread over it
    for i in range(len(parts) - 1):
        if not parts[i][0]:
            continue
        joined, single, hides = "", True, False
        for j in range(i, len(parts)):
            part, pause = parts[j]
            single = single and len(part) == 1
            if not part or (j > i and pause and not single) or len(joined) + len(part) > _LONGEST:
                break
            joined += part
            if (single or not stems) and disguises.merged(joined) not in _beginnings():
                break
            hides = hides or not disguises.is_word(part)
            if j > i and (single or hides) and _is_across(joined, [part for part, _ in parts[i : j + 1]], mild):
                return " ".join(part for part, _ in parts[i : j + 1])
    return None


def _parts(tokens: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The tokens' letters in order, each with whether a pause (punctuation, then a space) precedes them."""
    pause = False
    for token in tokens:
        pieces, pauses, _ = _pieces(token)
        for i, piece in enumerate(pieces):
            yield piece, pause and not i
        pause = pauses


@lru_cache(maxsize=16384)
def _pieces(token: str) -> tuple[Sequence[str], bool, bool]:
    """A token's letters, with "" where an apostrophe prevents joining; whether a pause follows the token; whether a
    piece isn't a real word."""
    bare = disguises.bare(token).removesuffix("'s")
    pieces = [""] if disguises.is_clipped(bare) else disguises.pieces(bare)
    odd = not all(disguises.is_word(piece) for piece in pieces if piece)
    return pieces, _NATURAL.search(token) is not None, odd


def _is_across(joined: str, parts: Sequence[str], mild: bool) -> bool:
    """Whether the joined letters are a blocked word over all the parts, or have a stem that starts in the first part
    and ends in the last."""
    if not joined.isalpha() and disguises.has_figures(joined):
        return not joined.isdecimal() and _merged(mild).has(disguises.merged(joined))
    if joined not in _whole(mild):
        first, last = len(parts[0]), len(joined) - len(parts[-1])
        if not any(match.start() < first and match.end() > last for match in _inside().finditer(joined)):
            return False
    return joined not in _allowed() and not _CLEAN_SHAPES.fullmatch(joined)

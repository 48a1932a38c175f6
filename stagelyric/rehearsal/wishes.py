"""What a band can wish for in rehearsal, turned into asks for the writer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from stagelyric.rehearsal import draft
from stagelyric.show import answers
from stagelyric.types.lines import Ask, normal
from stagelyric.types.texts import SAYING, cleaned

Kind = Literal["rhyme", "answer", "stanza", "line"]
"""Lines that rhyme with `text`; lines that answer it; a whole stanza; lines for the gap at index `at` of `lines`."""

KINDS: tuple[Kind, ...] = get_args(Kind)
OPTIONS, STANZA = 4, 4
"""Number of lines to choose from; number of lines of a stanza."""

_RESEMBLING = 2  # lines of a stanza that are like known ones, from which the whole stanza counts as known
_BEFORE = 4  # earlier lines that a line for a gap continues


@dataclass(frozen=True, slots=True)
class Wish:
    """`times`: how often the wish was made before, so that each time gives other lines."""

    kind: Kind
    text: str = ""
    lines: tuple[str, ...] = ()
    at: int = 0
    times: int = 0


def asked(wish: Wish, ask: Ask) -> Ask | None:
    """The ask that fulfils a wish in the section of `ask`; None if it can't be fulfilled, as there is nothing to rhyme
    with or to answer, or no such line."""
    text = cleaned(wish.text, SAYING)
    seed = _seed(ask, wish)
    match wish.kind:
        case "rhyme":
            word = _last(text)
            return replace(ask, rhyme="AAAA", rhyme_with=word, seed=seed) if word else None
        case "answer":
            found = answers.answering(text, replace(ask, rhyme="AAAA" if ask.rhyme != "free" else "free"), wish.times)
            return replace(found.asks[0][0], seed=seed) if found else None
        case "stanza":
            return replace(ask, seed=seed)
        case "line":
            return _for_gap(wish, ask, seed) if 0 <= wish.at < len(wish.lines) else None


def shorter(ask: Ask) -> Ask:
    """The same ask, but lines may be half as long: a line that the band can extend is better than none."""
    low, high = ask.syllables
    return replace(ask, syllables=(max(1, low // 2), high))


def _for_gap(wish: Wish, ask: Ask, seed: int) -> Ask:
    start, _ = draft.stanza_of(wish.lines, wish.at)
    before = [line for line in wish.lines[start : wish.at] if line != draft.GAP][-_BEFORE:]
    prime = "\n".join(before) if before else ask.prime
    mate = draft.mate(wish.lines, wish.at, ask.rhyme)
    word = _last(mate) if mate else ""
    if word:
        return replace(ask, prime=prime, rhyme="AAAA", rhyme_with=word, seed=seed)
    return replace(ask, prime=prime, rhyme="free", seed=seed)


def fresh(options: Sequence[str], wish: Wish, kept: Sequence[str]) -> list[str]:
    """Those lines written for a wish that are new: not in the draft, and no repetition of the line that they answer."""
    known = {normal(line) for line in (*kept, *wish.lines, wish.text)}
    found: list[str] = []
    for text in options:
        if normal(text) not in known:
            known.add(normal(text))
            found.append(text)
    return found


def resembles(stanza: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a stanza is a known one in other words: two of its lines share most of their words with known lines."""
    earlier = [set(normal(line).split()) for line in known]
    lines = [set(normal(line).split()) for line in stanza]
    return sum(any(2 * len(line & old) > len(line | old) for old in earlier) for line in lines) >= _RESEMBLING


def _seed(ask: Ask, wish: Wish) -> int:
    written = f"{ask.seed}/{wish.kind}/{wish.text}/{wish.at}/{'|'.join(wish.lines)}/{wish.times}"
    return int.from_bytes(hashlib.sha256(written.encode()).digest()[:6])


def _last(text: str) -> str:
    words = normal(text).split()
    return words[-1] if words else ""

"""All checks of one frame: exhaustive over its forms where possible, else on a sample."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from stagelyric.gates import cliches, family
from stagelyric.phrasebook import ends, reach, unfolding
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.frame import Frame, Line, Open, Slot, Text, pieces
from stagelyric.phrasebook.grammar import Finding
from stagelyric.phrasebook.sounds import is_known
from stagelyric.phrasebook.tags import words

LONGEST = 46
"""Characters of a line, at most."""
WIDEST = 4
"""Greatest difference in syllables between the shortest and longest line of any form of a frame."""
FEWEST_FORMS = {2: 50, 4: 200}
_SLOTS, _ALTERNATIVES = 2.2, 2.1
_SHOWN = 4
_SAMPLES = 24
_GENDERED = re.compile(r"\b(he|she|him|her|his|hers|himself|herself|he'[sdl]+|she'[sdl]+)\b", re.IGNORECASE)
_MACHINE = re.compile(
    r"\b(neon|whisper\w*|echo\w*|shadow\w*|tapestr\w+|shimmer\w*|velvet|ember\w*|hum of|ache\w*|aching|ghost of|static|"
    r"constellation\w*|the weight of|somewhere between|learn(?:ed|t) to|testament|kaleidoscope|whirlwind|liminal|"
    r"unspoken|a symphony of|dance of|heartbeat of|soul)\b",
    re.IGNORECASE,
)
_ARCHAIC = re.compile(r"(?:^|\s)(?:'tis|'twas|thee|thou|thy|o'er|e'er|ne'er|ere|oft|yon|doth|hath)\b", re.IGNORECASE)
_MAY_DOUBLE = frozenset(words("had that knock tick bye no so very go come on la na ha row hey oh"))
_ARTICLES = frozenset({"a", "an", "the", "my", "your", "our", "their"})
_PLAIN = frozenset({"in the rain", "pouring rain", "through the rain", "after the rain", "by the hand"})
_NEVER_LAST = frozenset(words("a an the of and my your"))

Check = Callable[[Frame], Iterator[Finding]]


def findings(frame: Frame, classes: Classes) -> list[Finding]:
    """All findings about one frame by itself, in the order of its lines."""
    if frame.tags.own:
        return _sung(frame, classes)
    checks: tuple[Check, ...] = (_tags, _open_slots, _slots, _few, _metre, _rhymes, _words, _seams, _count)
    found = [finding for check in checks for finding in check(frame)]
    found += _taste(frame, classes)
    return sorted(found, key=lambda finding: finding.row)


def _sung(frame: Frame, classes: Classes) -> list[Finding]:
    """Findings about a frame made from a band's song. Style is not checked, as it is theirs."""
    wrong: tuple[Check, ...] = (_open_slots, _slots, _rhymes)
    odd = [*_words(frame), *_seams(frame), *_taste(frame, classes)]
    found = [finding for check in wrong for finding in check(frame)]
    found += [replace(finding, error=False) for finding in odd]
    return sorted(found, key=lambda finding: finding.row)


def findings_begun(frame: Frame, classes: Classes) -> list[Finding]:
    """Findings about a beginning. Its lines break off, so their ends and the number of forms don't count; nor is style
    an error, as half of each line is another's."""
    checks: tuple[Check, ...] = (_open_slots, _slots, _seams)
    found = [finding for check in checks for finding in check(frame)]
    return sorted([*found, *_taste(frame, classes, strict=False)], key=lambda finding: finding.row)


def _say(frame: Frame, line: int | None, text: str, *, error: bool = True) -> Finding:
    row = frame.row if line is None else frame.rows[line]
    return Finding(frame.file, row, text, error=error)


def _tags(frame: Frame) -> Iterator[Finding]:
    tags = frame.tags
    for name, value in (("themes", tags.themes), ("mood", tags.mood), ("hand", tags.hand), ("at", tags.at)):
        if not value:
            yield _say(frame, None, f"wanted the tag {name}, found none", error=name in ("themes", "mood"))


def _open_slots(frame: Frame) -> Iterator[Finding]:
    opened = [piece for piece in frame.pieces() if isinstance(piece, Open)]
    people = {piece.number for piece in opened if piece.kind == "person"}
    for number, line in enumerate(frame.lines):
        for piece in pieces(line):
            if isinstance(piece, Open) and piece.kind in ("he", "him", "his", "hers", "himself"):
                if piece.number not in people:
                    yield _say(frame, number, f"wanted a *person for {piece.marker}, found none in this frame")
            elif isinstance(piece, Text) and people and (found := _GENDERED.search(piece.text)):
                told = f'"{found[0]}" beside *person: if it means *person, write *he *him *his *hers *himself'
                yield _say(frame, number, told, error=False)
                break


def _slots(frame: Frame) -> Iterator[Finding]:
    used: dict[str, int] = {}
    for number, line in enumerate(frame.lines):
        for piece in pieces(line):
            if not isinstance(piece, Slot):
                continue
            if piece.label:
                used[piece.label] = used.get(piece.label, 0) + 1
            if len(piece.choices) == 1:
                yield _say(frame, number, "a slot with one alternative", error=False)
            elif len(set(piece.choices)) < len(piece.choices) and not piece.label:
                yield _say(frame, number, "a slot with the same alternative twice", error=False)
    for label, count in used.items():
        if count == 1:
            yield _say(frame, None, f'label "{label}" stands once, so it links nothing', error=False)


def _few(frame: Frame) -> Iterator[Finding]:
    """Too few slots, or too few alternatives in them, to make a frame useful."""
    widths = [width for line in frame.widths for width in line]
    opened = sum(isinstance(piece, Open) for piece in frame.pieces())
    per_line = (len(widths) + opened) / len(frame.lines)
    if per_line < _SLOTS:
        yield _say(frame, None, f"{per_line:.1f} slots a line, wanted about 3", error=False)
    if widths and sum(widths) / len(widths) < _ALTERNATIVES:
        yield _say(frame, None, f"{sum(widths) / len(widths):.1f} alternatives a slot, wanted about 4", error=False)


def _metre(frame: Frame) -> Iterator[Finding]:
    spans = [reach.syllable_span(line) for line in frame.lines]
    low, high = min(a for a, _ in spans), max(b for _, b in spans)
    if high - low > WIDEST:
        told = ", ".join(f"{a}-{b}" for a, b in spans)
        yield _say(frame, None, f"lines of {low} to {high} syllables ({told}), wanted at most {WIDEST} between")
    for number, line in enumerate(frame.lines):
        shortest, longest = reach.character_span(line)
        if longest > LONGEST:
            much = shortest > LONGEST or longest > LONGEST + 6
            yield _say(frame, number, f"up to {longest} characters, wanted at most {LONGEST}", error=much)


def _rhymes(frame: Frame) -> Iterator[Finding]:
    for group in frame.groups:
        for a, b in combinations(group, 2):
            yield from _pair(frame, a, b)


def _pair(frame: Frame, a: int, b: int) -> Iterator[Finding]:
    """Checks the rhyme of two lines that the scheme ties, in every combination of ends that the labels allow."""
    first, second = (reach.last_words(frame.lines[line], 2) for line in (a, b))
    if any("*" in end.words[-1] for end in (*first, *second) if end.words):
        yield _say(frame, b, f"line {a + 1} and {b + 1} rhyme on an open slot: few members will", error=False)
    by_label: dict[reach.Choice, list[tuple[str, str, str]]] = {}
    for one in first:
        for other in second:
            if reach.joined(one.labels, other.labels) is None or not one.words or not other.words:
                continue
            if "*" in one.words[-1] or "*" in other.words[-1]:
                continue
            x, y = ends.bare(one.words[-1]), ends.bare(other.words[-1])
            kind = "self" if one.words[-2:] == other.words[-2:] and x == y else str(ends.kind(one.words, other.words))
            by_label.setdefault(_shared(one.labels, other.labels), []).append((x, y, kind))
    able = ("perfect", "slant") if frame.tags.slant else ("perfect",)
    pairs = list(dict.fromkeys(pair for found in by_label.values() for pair in found))
    for found in by_label.values():
        if not any(kind in able for *_, kind in found):
            yield _say(frame, b, f"rhyme with line {a + 1}: {_told(found)}")
    good = sum(kind in able for *_, kind in pairs)
    bad = list(dict.fromkeys(pair for pair in pairs if pair[2] not in able))
    if pairs and good and good < len(pairs) / 2:
        yield _say(
            frame, b, f"{good} of {len(pairs)} ends rhyme with line {a + 1}, the others are never used: {_told(bad)}",
            error=False,
        )  # fmt: skip
    yield from _dead(frame, b, a, pairs, able)


def _dead(
    frame: Frame, b: int, a: int, pairs: Sequence[tuple[str, str, str]], able: Sequence[str]
) -> Iterator[Finding]:
    """Line ends that rhyme with none of the other line's ends, so that they can never be drawn."""
    living = {(side, pair[side]) for pair in pairs if pair[2] in able for side in (0, 1)}
    if not living:
        return
    for side, at, other in ((0, a, b), (1, b, a)):
        dead = sorted({pair[side] for pair in pairs} - {word for place, word in living if place == side})
        if dead:
            told = ", ".join(dead[:_SHOWN])
            yield _say(frame, at, f"never used, rhymes with no end of line {other + 1}: {told}", error=False)


def _shared(a: reach.Choice, b: reach.Choice) -> reach.Choice:
    labels = {label for label, _ in a} & {label for label, _ in b}
    return frozenset(pair for pair in a if pair[0] in labels)


_WHY = {"same": "sound the same", "self": "the word itself", "assonance": "vowel only", "None": "no rhyme"}


def _told(pairs: Sequence[tuple[str, str, str]]) -> str:
    told = [f"{x}/{y} ({_WHY.get(kind, kind)})" for x, y, kind in dict.fromkeys(pairs)]
    return ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")


def _words(frame: Frame) -> Iterator[Finding]:
    for number, line in enumerate(frame.lines):
        texts = [piece.text for piece in pieces(line) if isinstance(piece, Text)]
        unknown = [word for text in texts for word in text.split() if not _is_known(word)]
        if unknown:
            told = ", ".join(dict.fromkeys(unknown))
            yield _say(frame, number, f"not in the dictionary: {told}", error=False)
        for text in texts:
            if found := _ARCHAIC.search(text):
                yield _say(frame, number, f'no word of today: "{found[0].strip()}"')
            if re.search(r"\d", text):
                yield _say(frame, number, f'wanted numbers in words, found "{text}"', error=False)
        for end in reach.last_words(line, 1):
            if end.words and end.words[0].lower() in _NEVER_LAST:
                yield _say(frame, number, f'the line may end on "{end.words[0]}"', error=False)


def _is_known(word: str) -> bool:
    parts = [part for part in re.split(r"-", word.strip(".,;:!?()")) if part.strip("'")]
    return all(is_known(part) or is_known(part.strip("'")) or not re.search("[A-Za-z]", part) for part in parts)


def _seams(frame: Frame) -> Iterator[Finding]:
    for number, line in enumerate(frame.lines):
        doubled = {b for a, b in reach.seams(line) if a.lower() == b.lower() and a.lower() not in _MAY_DOUBLE}
        if doubled and not _is_said_twice(line, doubled):
            yield _say(frame, number, f"may come twice in a row: {', '.join(sorted(doubled))}")
        if any(a in _ARTICLES and b in (*_ARTICLES, "her", "his") for a, b in reach.seams(line)):
            yield _say(frame, number, "two articles in a row")


def _is_said_twice(line: Line, doubled: set[str]) -> bool:
    """Whether the repeated words stand in plain text, so that the repetition is intended."""
    plain = " ".join(piece.text for piece in pieces(line) if isinstance(piece, Text)).lower()
    return all(f"{word} {word}".lower() in plain for word in doubled)


def _count(frame: Frame) -> Iterator[Finding]:
    count, least = reach.forms(frame), FEWEST_FORMS[len(frame.lines)]
    if count < least:
        yield _say(frame, None, f"{count} forms, wanted {least} at least")


def _taste(frame: Frame, classes: Classes, *, strict: bool = True) -> Iterator[Finding]:
    """Checks for clichés and offensive words, on forms that together contain every alternative.

    `strict`: what machines write is an error, else a warning.
    """
    rng = random.Random("".join(frame.source))
    choose = unfolding.in_turn(rng)
    seen: set[tuple[int, str]] = set()
    for _ in range(_SAMPLES):
        cast = unfolding.Cast(classes, rng)
        for number, line in enumerate(unfolding.filled(frame, cast, choose)):
            for told, error in _line_faults(line, strict):
                if (number, told) not in seen:
                    seen.add((number, told))
                    yield _say(frame, number, told, error=error)


def _line_faults(line: str, strict: bool) -> Iterator[tuple[str, bool]]:
    if (word := family.found(line)) is not None:
        yield f'not for a family: "{word}"', True
    for phrase in cliches.stock_phrases(line)[:1]:
        if len(phrase.split()) > 2 and phrase not in _PLAIN:
            yield f'a stock phrase: "{phrase}"', False
    if found := _MACHINE.search(line):
        yield f'what machines write: "{found[0]}"', strict

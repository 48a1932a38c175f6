"""Composes stanzas and single lines for one song from frames: finds, fills, scores, chooses. Repeatable with a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from stagelyric.phrasebook import draw, ends, search
from stagelyric.phrasebook.book import Book
from stagelyric.phrasebook.casting import Cast, Filling, first_name
from stagelyric.phrasebook.classes import Member
from stagelyric.phrasebook.forms import (
    Drawing,
    Form,
    Wanted,
    ends_of,
    introduces,
    is_as_written,
    pick,
    routes_to_open,
    routes_to_word,
)
from stagelyric.phrasebook.frame import SEXES
from stagelyric.phrasebook.heard import Heard
from stagelyric.phrasebook.search import Query, Stanza
from stagelyric.words import beats
from stagelyric.words.rhyme import Kind

Admits = Callable[[Sequence[str]], bool]
"""Whether these lines may be shown, one after another."""


@dataclass(frozen=True, slots=True)
class Due:
    """Whom a stanza must name. `kind`: "person", "place", "" for nobody, "any" if it doesn't matter; `lead`: the index
    among the song's own people or places."""

    kind: str
    lead: int = 0


Dues = Callable[[int], Due | None]
"""Whom a stanza of the shelf must name; None if the stanza isn't made from a frame."""

Choose = Callable[[Sequence[Sequence[str]]], int]
"""The index of the best of some stanzas."""

_AGAINST, _FILLINGS = 2, 3
"""If there is a `choose`: how many frames compete, and how many fillings of each."""
_PLENTY = 8  # frames compete only if there are at least this many suitable stanzas for each one of the shelf so far

FORMS = 64
"""Forms of a quatrain that are scored for one stanza."""
_FEW = 16  # with fewer suitable stanzas than this, those with lines a syllable too long or short are added
_REPEAT = 6.0  # nats that a form loses for each pair of words that is probably a repetition
_UNSTEADY = 6.0  # nats that a form loses for each unit of `beats.stanza`
_FLOOR = 8.0  # nats; forms whose mark is further below the best one's are left out, however new their words are
# the share of stanzas with first names only: until the first person was named in full, and from then on
_SHORT, _SHORT_AGAIN = 0.3, 0.95
_HEAT = 0.7  # nats; the temperature of the draw among scored forms
_SPARE = 12  # stanzas that are tried in turn until one may be shown
_KINDS = {
    "person": {"person": 3.6, "place": 0.6}, "place": {"place": 5.5, "person": 1.4}, "": {"": 2.0, "place": 0.3},
    "any": {},
}  # fmt: skip
"""Added to a stanza's score, by whom it should name and whom it names: less than for the theme, more than the rest."""
_STRAY = 2.0  # subtracted for a place in a song that has none: listeners wonder why it is Duluth
# A shelf begins with one of the best 24 stanzas, drawn among those that score within 3.5 of the best one, or among the
# best 8 within 6.5.
_FEWEST, _MOST, _CLOSE, _FAR = 8, 24, 3.5, 6.5
_AS_MUCH, _FEW_FIRST = (0.85, 0.7, 0.5), 7
"""Of what any stanza is about the song's themes, each of them must be at least so much; the next where fewer than
_FEW_FIRST are."""
_BEGINNINGS = ("", "opening", "middle")
_FURTHER = 0.5  # added for each further line that names the person or place
_WORD_FRAMES, _WORD_FORMS = 24, 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a form. `frame`: its digest; `named`: it has a name; `own`: it is from a band's own frame."""

    text: str
    frame: str
    syllables: int
    score: float
    named: bool
    own: bool
    where: str


@dataclass(frozen=True, slots=True)
class Found:
    """A line of a frame, and what it must have: a word or an open slot ("*animal"), and what fills the slot."""

    frame: int
    line: int
    word: str = ""
    member: Member | None = None


class Composer:
    """Composes lines from frames for one place in a song."""

    def __init__(self, book: Book, query: Query, cast: Cast, closeness: search.Closeness | None = None):
        self.book, self.query, self.cast, self.closeness = book, query, cast, closeness
        self._assigned: list[Stanza | None] = []
        self._used: set[tuple[int, ...]] = set()
        self._said = Heard(book.common)

    @cached_property
    def stanzas(self) -> list[Stanza]:
        """All suitable stanzas, best first."""
        found = search.stanzas(self.book, self.query, self.closeness)
        if len(found) < _FEW and not self.query.loose:
            taken = {number for stanza in found for number in stanza.frames}
            more = search.stanzas(self.book, replace(self.query, loose=1), self.closeness)
            found += [stanza for stanza in more if taken.isdisjoint(stanza.frames)]
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Stanza]]:
        """The stanzas in three groups: naming a person, naming a place only, naming nobody."""
        groups: dict[str, list[Stanza]] = {"person": [], "place": [], "": []}
        for stanza in self.stanzas:
            groups[_group(stanza)].append(stanza)
        return groups

    def stanza(
        self, number: int, due: Dues, admits: Admits, choose: Choose | None = None, said: Sequence[str] = ()
    ) -> list[Phrase] | None:
        """Four lines for a shelf's stanza `number`; None if no frame gives lines that pass `admits`.

        `choose`: picks one of several frames, each filled in several ways; None: take the first. `said`: the shelf's
        lines so far.
        """
        self._said = Heard(self.book.common, said)
        wanted = due(number) or Due("")
        against = 1 if choose is None or len(self.stanzas) < _PLENTY * (number + 1) else _AGAINST
        options: list[list[Phrase]] = []
        for attempt in range(_SPARE):
            stanza = self._assigned_to(number, due) if attempt == 0 else self._spare(number, wanted, attempt)
            if stanza is None:
                break
            rng = draw.seeded(self.query.seed, "stanza", number, attempt)
            for _ in range(1 if choose is None else _FILLINGS):
                if (lines := self._filled(stanza, wanted, admits, rng)) is not None and lines not in options:
                    options.append(lines)
            if options and attempt + 1 >= against:
                break
        if choose is None or len(options) < 2:
            return options[0] if options else None
        return options[choose([[line.text for line in lines] for lines in options])]

    def _assigned_to(self, number: int, due: Dues) -> Stanza | None:
        """The stanza of frames for a shelf's stanza, assigned in order; none is used twice as long as others fit."""
        while len(self._assigned) <= number:
            wanted = due(len(self._assigned))
            self._assigned.append(None if wanted is None else self._next(wanted))
        return self._assigned[number] or self._spare(number, due(number) or Due(""), 0)

    def _next(self, wanted: Due) -> Stanza | None:
        """The best unused stanza that has forms. When all have been used, they may be used again."""
        for _ in range(2):
            able = [
                (one.score + _gain(one, wanted.kind) + _often(one, wanted) - self._stray(one), one)
                for one in self.stanzas if one.frames not in self._used
            ]  # fmt: skip
            able.sort(key=lambda item: -item[0])
            if not self._assigned and not self._used and able:
                able = self._from_first(able, wanted)
            for _, stanza in able:
                if self._has_forms(stanza, wanted):
                    self._used.add(stanza.frames)
                    return stanza
            self._used.clear()
        return None

    def _stray(self, stanza: Stanza) -> float:
        """Score subtracted from a stanza whose place would have to be made up."""
        return _STRAY if stanza.named in ("place", "both") and not self.cast.places else 0.0

    def _from_first(self, able: list[tuple[float, Stanza]], wanted: Due) -> list[tuple[float, Stanza]]:
        """The stanzas, one of the best drawn to the front: most seeds would begin with the same, most suitable one.

        It names who is due, as the best one does, and is of the band's own frames if that is; where it may be a song's
        beginning, it reads as one.
        """
        most = max(stanza.about for _, stanza in able)
        close: list[tuple[float, Stanza]] = []
        for share in _AS_MUCH:
            if len(close) < _FEW_FIRST:
                close = self._close(able, wanted, share * most)
        first = draw.one(draw.seeded(self.query.seed, "first"), close or able[:1])
        return [first, *(item for item in able if item is not first)]

    def _close(self, able: Sequence[tuple[float, Stanza]], wanted: Due, about: float) -> list[tuple[float, Stanza]]:
        """The best stanzas that may begin a shelf and are about its themes at least so much."""
        begins = self.query.at in _BEGINNINGS
        found: list[tuple[float, Stanza]] = []
        for score, stanza in able:
            best, gain = (found[0][0], _gain(found[0][1], wanted.kind)) if found else (score, 0.0)
            if len(found) == _MOST or score <= best - (_FAR if len(found) < _FEWEST else _CLOSE):
                break
            is_fit = _gain(stanza, wanted.kind) >= gain and (self._is_own(stanza) or not self._is_own(able[0][1]))
            if is_fit and stanza.about >= about and (not begins or self._opens(stanza)):
                found.append((score, stanza))
        return found

    def _is_own(self, stanza: Stanza) -> bool:
        return all(self.book.is_own(frame) for frame in stanza.frames)

    def _opens(self, stanza: Stanza) -> bool:
        """Whether a stanza reads as a song's beginning: it is marked so, or its first line refers to nothing before."""
        entry = self.book.entries[stanza.frames[0]]
        marked = "opening" in entry.at and all(sex in self.query.sexes for sex in entry.sexes)
        return marked or introduces(self.book.body(entry.number).lines[0])

    def _has_forms(self, stanza: Stanza, wanted: Due) -> bool:
        """Whether a stanza has forms of the wanted length with the names that are due."""
        rng = draw.seeded(self.query.seed, "forms", stanza.frames)
        entries = (self.book.body(frame) for frame in stanza.frames)
        loose = Wanted(self.query.syllables, loose=max(1, self.query.loose))
        return all(
            Drawing(body, rng).forms(lambda: Filling(self.cast, rng, wanted.lead), loose, 1) for body in entries
        )  # fmt: skip

    def _spare(self, number: int, wanted: Due, attempt: int) -> Stanza | None:
        """A replacement for a stanza that can't be shown, from the end of the order, where none is due soon."""
        group = self._by_name.get(wanted.kind) or self.stanzas
        able = [one for one in reversed(group) if one.frames not in self._used] or group
        return able[(3 * number + attempt) % len(able)] if able else None

    def _filled(self, stanza: Stanza, wanted: Due, admits: Admits, rng: random.Random) -> list[Phrase] | None:
        lines: list[Phrase] = []
        for frame in stanza.frames:
            form = self._form(frame, wanted.lead, [line.text for line in lines], admits, rng)
            if form is None:
                return None
            lines += self._phrases(frame, form)
        return lines

    def _form(self, frame: int, lead: int, said: Sequence[str], admits: Admits, rng: random.Random) -> Form | None:
        """A form that may follow the stanza's lines `said`; of the wanted length if possible, else a syllable off."""
        taken = {ends.bare(text.split()[-1]) for text in said}
        for loose in (self.query.loose,) if self.query.loose else (0, 1):
            for form in self._heard(frame, lead, rng, Wanted(self.query.syllables, loose=loose)):
                if taken.isdisjoint(form.ends) and admits([*said, *form.lines]):
                    return form
        return None

    def _heard(self, frame: int, lead: int, rng: random.Random, wanted: Wanted) -> Iterator[Form]:
        """Forms of a frame in the order in which to try them: drawn at random, those with better marks more often."""
        entry, body = self.book.entries[frame], self.book.body(frame)
        marks = self.book.ear.of(entry.digest, body.alternatives)
        drawing = Drawing(body, rng, marks.weigh)
        # Decided once for all forms: else those names would win that are easier to sing.
        short = float(rng.random() < self._short(lead))
        found = drawing.forms(lambda: Filling(self.cast, rng, lead, short), wanted, FORMS)
        found = found or drawing.forms(lambda: Filling(self.cast, rng, lead, 1 - short), wanted, FORMS)
        if self.book.is_own(frame):  # not exactly the line that the band sings already, unless there is no other form
            found = [form for form in found if not is_as_written(body, form)] or found
        marked = [(marks.of(form.taken), form) for form in found]
        floor = max((mark for mark, _ in marked), default=0.0) - _FLOOR
        worth = ((mark - self._faults(form), form) for mark, form in marked if mark >= floor)
        scored = sorted(worth, key=lambda item: (-item[0], item[1].lines))
        while scored:
            yield scored.pop(pick(rng, [score for score, _ in scored], _HEAT))[1]

    def _faults(self, form: Form) -> float:
        """Nats that a form loses for what the show heard before, and for an uneven beat."""
        return _REPEAT * self._said.repeats(form.lines) + _UNSTEADY * beats.stanza(form.signs)

    def _short(self, lead: int) -> float:
        """The share of forms that call people by first names: nearly all, once the first person was named in full."""
        people = self.cast.people
        known = bool(people) and self._said.has(people[lead % len(people)].text)
        return _SHORT_AGAIN if known else _SHORT

    def _phrases(self, frame: int, form: Form, score: float = 0.0) -> list[Phrase]:
        entry = self.book.entries[frame]
        names = {first_name(member.text) for member in self.cast.people} | {m.text for m in self.cast.places}
        return [
            Phrase(
                text, entry.digest, syllables, score, any(name in text for name in names), self.book.is_own(frame),
                entry.where,
            )
            for text, syllables in zip(form.lines, form.syllables, strict=True)
        ]  # fmt: skip

    def word(self, word: str, rhyme_with: str | None, number: int, admits: Admits) -> Phrase | None:
        """One line with a word, or a form of it; None if no frame can have it."""
        rng = draw.seeded(self.query.seed, "word", word, rhyme_with)
        asked = word.lower()
        lines = [Found(frame, line, asked) for frame, line in self.book.with_word(asked)]
        for kind, member, plural in self._members(asked):
            marker = f"*{kind}{'.s' if plural else ''}"
            lines += [Found(frame, line, marker, member) for frame, line in self.book.with_word(marker)]
        return self._single(lines, rhyme_with, number, rng, admits)

    def name(self, name: Member, kind: str, rhyme_with: str | None, number: int, admits: Admits) -> Phrase | None:
        """One line that names a person (`kind` "person") or a place ("place")."""
        rng = draw.seeded(self.query.seed, "name", name.text, rhyme_with)
        cast = replace(self.cast, people=(name,)) if kind == "person" else replace(self.cast, places=(name,))
        other = Composer(self.book, self.query, cast, self.closeness)
        kinds = [kind, *(one for one, sex in SEXES.items() if kind == "person" and name.sort in (sex, ""))]
        lines = [Found(frame, line, f"*{one}") for one in kinds for frame, line in self.book.with_word(f"*{one}")]
        return other._single(lines, rhyme_with, number, rng, admits)

    def rhyming(
        self, word: str, number: int, admits: Admits, how: Kind = "perfect", used: Collection[str] = ()
    ) -> Phrase | None:
        """One line that ends on a perfect or slant rhyme with a word, from none of the frames `used`; None if no frame
        has one."""
        rng = draw.seeded(self.query.seed, "rhyme", word)
        ending = dict.fromkeys(self._ending(word, how))
        lines = [Found(frame, line) for frame, line in ending if self.book.entries[frame].digest not in used]
        return self._single(lines, word, number, rng, admits, how)

    def _ending(self, word: str, how: Kind = "perfect") -> Iterator[tuple[int, int]]:
        with_rhyme = self.book.with_rhyme if how == "perfect" else self.book.with_slant_rhyme
        for key in sorted(ends.keys_asked(word)):
            yield from with_rhyme(key)

    def _members(self, word: str) -> Iterator[tuple[str, Member, bool]]:
        """The members of open classes with this text: class, member, and whether the word is the plural."""
        for kind, members in self.book.classes.by_kind.items():
            if kind in ("person", "surname", "place"):
                continue
            for member in members:
                if word in (member.text.lower(), member.plural.lower()):
                    yield kind, member, word != member.text.lower()

    def _single(
        self,
        lines: Sequence[Found],
        rhyme_with: str | None,
        number: int,
        rng: random.Random,
        admits: Admits,
        how: Kind = "perfect",
    ) -> Phrase | None:
        """One form among lines of frames: of the best line for number 0, the next for 1 …; None after the last."""
        low, high = self.query.syllables
        rhymes = set(self._ending(rhyme_with, how)) if rhyme_with else None
        scored = search.Scored(self.book, self.query, self.closeness)
        able = []
        for found in lines:
            entry, line = self.book.entries[found.frame], found.line
            least, most = entry.spans[line]
            if least > high + 1 or most < low - 1 or (rhymes is not None and (found.frame, line) not in rhymes):
                continue
            # On its own, a stanza's first line is clearest, and a line of a couplet clearer than an inner line of a
            # quatrain.
            score = scored.of(entry) + (0.8 if line == 0 else 0.3 if len(entry.spans) == 2 else 0.0) + rng.random()
            able.append((score, found))
        able.sort(key=lambda item: (-item[0], item[1].frame, item[1].line))
        best: dict[int, tuple[float, Found]] = {}
        for item in able:
            best.setdefault(item[1].frame, item)
        others = [item for item in able if best[item[1].frame] is not item]
        for score, found in [*best.values(), *others][number : number + _WORD_FRAMES]:
            for form in self._line_forms(found, rhyme_with, rng, how):
                if admits(form.lines):
                    return self._phrases(found.frame, form, score)[0]
        return None

    def _line_forms(
        self, wanted: Found, rhyme_with: str | None, rng: random.Random, how: Kind = "perfect"
    ) -> list[Form]:
        """Some forms of one line that have what is wanted, best first."""
        entry, whole = self.book.entries[wanted.frame], self.book.body(wanted.frame)
        pieces, word = whole.lines[wanted.line], wanted.word
        marks = self.book.ear.of(entry.digest, whole.alternatives)
        kind = word[1:].removesuffix(".s")
        members = {(kind, 1): wanted.member} if wanted.member is not None else {}
        if word.startswith("*"):
            routes = routes_to_open(pieces, kind, plural=word.endswith(".s"))
        else:
            routes = routes_to_word(pieces, word) if word else [{}]
        endings: list[dict[int, int]] = [{}]
        if rhyme_with:
            endings = [route for end, route in ends_of(pieces) if ends.answers([end], rhyme_with, how)]
        drawing = Drawing(replace(whole, lines=[pieces], refused={}), rng, marks.weigh)
        both = [{**a, **b} for a in routes for b in endings if drawing.agree(a, b)]
        found: list[Form] = []
        for attempt in range(_WORD_FORMS if both else 0):
            wished = Wanted(self.query.syllables, routes=draw.one(rng, both), loose=int(attempt > 1))
            found += drawing.forms(lambda: Filling(self.cast, rng, wanted=members), wished, 2)
        return sorted(found, key=lambda form: (-marks.of(form.taken), form.lines))


def _often(stanza: Stanza, wanted: Due) -> float:
    """Score added to a stanza that has the name due in more than one line."""
    return _FURTHER * min(2, max(0, stanza.lines - 1)) if wanted.kind else 0.0


def _gain(stanza: Stanza, kind: str) -> float:
    """Score added to a stanza for whom it names."""
    named = ("person", "place") if stanza.named == "both" else (stanza.named,)
    return max(_KINDS[kind].get(one, 0.0) for one in named)


def _group(stanza: Stanza) -> str:
    """ "person", "place" or "" (nobody); "person" if it names both."""
    return "person" if stanza.named in ("person", "both") else stanza.named

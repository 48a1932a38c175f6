"""Drafts from the phrasebook's frames: whole stanzas, or one line with a word or a rhyme, in milliseconds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stagelyric.phrasebook import book, casting, draw, hands
from stagelyric.phrasebook.book import Book
from stagelyric.phrasebook.casting import Cast
from stagelyric.phrasebook.classes import Member
from stagelyric.phrasebook.compiled import Entry
from stagelyric.phrasebook.compose import Admits, Choose, Composer, Due, Phrase
from stagelyric.phrasebook.search import Closeness, Query, Scored
from stagelyric.phrasebook.tags import HANDS
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.words.lists import STOP
from stagelyric.words.phonetics import plain
from stagelyric.words.rhyme import Kind
from stagelyric.writing import planning
from stagelyric.writing.rules import Language

NAME: Final = "frames"
TAME, LEAN = 0.5, 2.2
"""The share of stanzas that are frames: 1 up to a wildness of TAME, then less by LEAN times what exceeds it: .56 at
0.7, 0 above 0.95."""

# share of the stanzas with no name due that get one: a frame's stanza has a name once, a model's twice
_ALSO_NAMED = 0.9
_LEAD = 0.6  # in this share of them it is the song's first name
_NEAR = (0.25, 0.65)
"""Cosines with the theme at which a frame's words begin to count as close to it, and count fully."""


def _due(cast: Cast, name: str) -> Due:
    """The place of a name in the cast; `Due("")`, which also forbids invented names, if it is not there."""
    for kind, members in (("person", cast.people), ("place", cast.places)):
        for at, member in enumerate(members):
            if member.text == name:
                return Due(kind, at)
    return Due("")


def share(ask: Ask) -> float:
    """The share of an ask's stanzas that are frames, 0 to 1."""
    if ask.drafters:
        if NAME not in ask.drafters:
            return 0.0
        if len(ask.drafters) == 1:
            return 1.0
    return min(1.0, max(0.0, 1.0 - LEAN * (ask.wildness - TAME)))


def is_turn(ask: Ask, stanza: int) -> bool:
    """Whether a stanza of a shelf comes from a frame. Such stanzas are spread evenly, beginning with the first."""
    part = share(ask)
    start = max(0.5, 1.0 - part) + 1e-9
    return bool(part) and int((stanza + 1) * part + start) > int(stanza * part + start)


class Framer:
    """Writes lines from frames, for any ask."""

    def __init__(self, frames: Book, language: Language):
        self.book, self.language = frames, language
        self._composer = lru_cache(maxsize=32)(self._made)
        self._hand = lru_cache(maxsize=64)(self._cast_hand)

    @classmethod
    def open(cls, language: Language, own: Sequence[Path] = ()) -> Framer | None:
        """Opens the shipped frames and those in a band's `own` files; None if there are none. Raises BookError."""
        folder = paths.frames()
        if folder is None:
            return None
        found = book.open_book(folder, own, paths.compiled_frames())
        return cls(found, language) if len(found) else None

    @property
    def digest(self) -> str:
        """Identifies the frames: asks give the same lines as long as it is the same."""
        return self.book.stamp

    def about(self, digest: str) -> dict[str, object]:
        """Facts about a frame for people: its writer (`hand`), `themes`, `mood`, file (`where`); {} if unknown."""
        entry = self._by_digest.get(digest)
        if entry is None:
            return {}
        return {"hand": entry.hand, "themes": list(entry.themes), "mood": list(entry.mood), "where": entry.where}

    @cached_property
    def _by_digest(self) -> dict[str, Entry]:
        return {entry.digest: entry for entry in self.book.entries}

    def stanza(
        self, ask: Ask, number: int, admits: Admits, choose: Choose | None = None, said: Sequence[str] = ()
    ) -> list[Phrase] | None:
        """The four lines of a shelf's stanza `number`; None if no frame suits. `choose` picks one of several; `said`:
        the shelf's lines so far."""
        composer = self._composer(ask)
        names = [name.strip() for name in ask.names if planning.spelled(name)]

        def due(stanza: int) -> Due | None:
            if not is_turn(ask, stanza):
                return None
            name = next(iter(planning.named_in(ask, stanza, names).values()), "")
            if not name and names and draw.hashed(f"{ask.seed} {stanza} named") < _ALSO_NAMED:
                # The first name most often, else the others in turn: a place's name would otherwise never come again.
                lead = len(names) == 1 or draw.hashed(f"{ask.seed} {stanza} lead") < _LEAD
                name = names[0] if lead else names[1 + stanza % (len(names) - 1)]
            return _due(composer.cast, name)

        return composer.stanza(number, due, admits, choose, said)

    def word(self, ask: Ask, number: int, admits: Admits) -> Phrase | None:
        """Line `number` of those with the ask's word, rhyming as asked; None if no frame can take the word."""
        composer, word = self._composer(ask), " ".join((ask.word or "").split())
        if member := self._name(composer.cast, word, ask):
            kind = "place" if planning.is_place(word) else "person"
            return composer.name(member, kind, ask.rhyme_with, number, admits)
        return composer.word(plain(word), ask.rhyme_with, number, admits)

    def rhyming(
        self, ask: Ask, number: int, admits: Admits, how: Kind = "perfect", used: Collection[str] = ()
    ) -> Phrase | None:
        """Line `number` of a shelf whose lines all rhyme (`how`) with one word, from none of the frames `used`."""
        words = plain(ask.rhyme_with or "").split()
        return self._composer(ask).rhyming(words[-1].lower(), number, admits, how, used) if words else None

    def kinds(self, ask: Ask) -> tuple[Kind, ...]:
        """The kinds of rhyme that may answer the ask's word, the first preferred: slant rhymes only if the ask wants
        loose ones or no word in common use rhymes perfectly."""
        words = plain(ask.rhyme_with or "").split()
        loose = bool(ask.rhyme_kind) or not words
        may_slant = loose or not planning.has_living_rhyme(self.language.lexicon, words[-1].lower())
        return ("perfect", "slant") if may_slant and ask.rhyme_kind != "perfect" else ("perfect",)

    def _name(self, cast: Cast, word: str, ask: Ask) -> Member | None:
        """The person or place that a wanted word names: one of the song's, or a word written like a known name."""
        own = next((m for m in (*cast.people, *cast.places) if m.text.lower() == word.lower()), None)
        if own is not None:
            return own
        if not word[:1].isupper():
            return None
        if planning.is_place(word):
            return Member(word, sort=casting.preposition(word))
        gender = casting.gender(word, self.book.classes)
        return Member(word, sort=gender) if gender else None

    def _made(self, ask: Ask) -> Composer:
        names = [name.strip() for name in ask.names if planning.spelled(name)]
        people = [name for name in names if not planning.is_place(name)]
        places = [name for name in names if planning.is_place(name)]
        cast = casting.cast(self.book.classes, people, places, ask.seed)
        query = Query(
            ask.rhyme,
            planning.metre(ask),
            ask.themes,
            ask.mood,
            ask.temper,
            ask.hand or self._hand((*ask.names, *ask.themes), ask.themes, ask.mood, ask.temper),
            ask.at,
            perfect=ask.rhyme_kind == "perfect",
            sexes="".join(sex for sex in "fm" if any(member.sort in (sex, "") for member in cast.people)),
            seed=ask.seed,
        )
        return Composer(self.book, query, cast, self._closeness(ask.themes))

    def _cast_hand(self, song: tuple[str, ...], themes: tuple[str, ...], mood: float | None, temper: str) -> str:
        """The hand whose frames are used if the setlist names none: one that has written about the song's themes.

        `song`: what all sections of the song have in common, so that the whole song is in one hand.
        """
        scored = Scored(self.book, Query(themes=themes), self._closeness(themes))
        about = dict.fromkeys(HANDS, 0.0)
        for entry in self.book.entries:
            if entry.hand in about and (not temper or temper in entry.mood):
                about[entry.hand] += scored.about(entry) ** 2
        if not any(about.values()):
            return hands.hand_for(" ".join(song), 0, mood, temper)
        return HANDS[draw.weighted(draw.seeded("hand", song), [about[hand] ** 2 for hand in HANDS])]

    def _closeness(self, themes: Sequence[str]) -> Closeness | None:
        """How close each frame's words are to the themes, by the model's vectors; None if no theme has a vector."""
        index, vectors = self.language.lexicon.index, self.language.vectors
        words = [word for theme in themes for word in plain(theme).lower().split()]
        numbers = [number for word in words if (number := index.get(word)) is not None]
        wanted = vectors[numbers]
        wanted = wanted[np.abs(wanted).sum(axis=1) > 0]
        if not len(wanted):
            return None
        low, high = _NEAR
        near = np.clip((self._vectors @ wanted.T - low) / (high - low), 0.0, 1.0).max(axis=1).tolist()

        def close(entry: Entry) -> float:
            return float(near[entry.number])

        return close

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """(F, D): for each frame the mean of its words' vectors, of length 1; zeros if none of its words is known."""
        index, vectors = self.language.lexicon.index, self.language.vectors
        frames, numbers = [], []
        before = 0
        for volume in self.book.volumes:
            for word, lines in volume.compiled.words.items():
                number = index.get(word)
                if number is not None and word not in STOP:
                    for frame in {line // 4 for line in lines}:
                        frames.append(before + frame)
                        numbers.append(number)
            before += len(volume.compiled.entries)
        total = np.zeros((len(self.book), vectors.shape[1]), dtype=np.float32)
        np.add.at(total, np.array(frames, dtype=np.int64), vectors[np.array(numbers, dtype=np.int64)])
        length = np.linalg.norm(total, axis=1, keepdims=True)
        return np.asarray(total / np.maximum(length, 1e-6), dtype=np.float32)

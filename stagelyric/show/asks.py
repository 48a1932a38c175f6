"""Builds the requests (`Ask`) that the show sends to the writer for a section of the set."""

import hashlib
from dataclasses import replace

from stagelyric.phrasebook import hands
from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.types.lines import Ask
from stagelyric.words import name_bank


def ask_for(
    setlist: Setlist,
    song: Song,
    section: Section,
    *,
    seed: int = 0,
    lyrics: str = "",
    wildness: float | None = None,
    never_quote: str = "",
    frames: str = "",
) -> Ask:
    """The request for lines of a section. The wildness is rounded to tenths, so that a knob selects among eleven
    shelves only."""
    mood, temper = hands.mood_of(song.mood if section.mood is None else section.mood)
    place = f"{seed}/{song.title}/{section.name}"
    return Ask(
        prime=lyrics,
        syllables=section.syllables,
        rhyme=section.rhyme,
        names=song.names if "names" in song.model_fields_set else name_bank.cast(song.title, seed),
        themes=song.themes,
        elisions=section.elisions,
        wildness=round(song.wildness if wildness is None else wildness, 1),
        avoid=setlist.avoid,
        family_friendly=setlist.family_friendly,
        seed=int.from_bytes(hashlib.sha256(place.encode()).digest()[:7]),
        never_quote=never_quote,
        hand=song.hand or "",
        mood=mood,
        temper=temper,
        at=hands.at_for(section.name),
        drafters=setlist.drafters,
        rhyme_kind=section.rhyme_kind or "",
        frames=frames,
    )


def word_ask(ask: Ask, word: str, times: int) -> Ask:
    """The request for a line with a given word in a section. `times`: how often that word was asked for tonight."""
    seed = int.from_bytes(hashlib.sha256(f"{ask.seed}/{word}/{times}".encode()).digest()[:7])
    return replace(ask, word=word, rhyme="free", seed=seed)

"""Words that an audience may call out: a baked show has a line for each of them in each section."""

from collections.abc import Sequence

from stagelyric.gates import family
from stagelyric.setlist.setlist import Setlist, Song
from stagelyric.types.lines import normal

_USUAL = """
    love night rain heart road home river moon sun fire water summer winter snow dance dream city street train car
    window door mother father sister brother friend money letter song radio dog cat bird horse whiskey wine beer
    coffee bread kitchen garden flower rose tree apple sea ocean boat ship harbour island mountain valley storm
    thunder wind star sky cloud morning midnight monday saturday sunday christmas birthday wedding war soldier king
    queen angel devil ghost gold silver diamond ring shoes dress hat hands eyes kiss smile tears bed house roof wall
    bridge station airport highway bus bicycle football school teacher doctor moonlight shadow mirror clock guitar
    piano drum
"""
USUAL = tuple(_USUAL.split())


def wanted(setlist: Setlist, song: Song, others: Sequence[str]) -> list[str]:
    """The words for a song, each once: its people, places and themes, and `others`; no offensive or avoided ones."""
    own = [*song.names, *song.themes]
    every = {word.casefold(): word for word in [*others, *own] if word.strip()}
    avoided = [f" {normal(phrase)} " for phrase in setlist.avoid]
    return [
        word
        for word in every.values()
        if family.found(word, mild=setlist.family_friendly) is None
        and not any(phrase in f" {normal(word)} " for phrase in avoided)
    ]

"""Baked shows to test with: lines that no model wrote."""

from stagelyric.baked.bake import Bake, Baked, Part, Spoken, numbered
from stagelyric.setlist.setlist import loads
from stagelyric.show.position import Position
from stagelyric.types.lines import Line
from stagelyric.words.syllables import syllabify

SET = """
title = "Baked night"
seed = 1967
avoid = ["tonight"]
[[songs]]
title = "Harbour Lights"
names = ["Polly Magnet"]
themes = ["rain"]
[[songs.sections]]
name = "verse"
syllables = [5, 8]
rhyme = "AABB"
safety = ["Hold the light on the water"]
[[songs.sections]]
name = "chorus"
syllables = [4, 7]
rhyme = "ABAB"
[[songs]]
title = "Second Song"
"""
STANZAS = (
    ("The kettle sings upon the stove", "And Polly counts the bread she wove", "The window has a coat of rain",
     "A gull comes knocking at the pane"),
    ("We left the ladder by the wall", "The tide took that, it takes it all", "I keep your letter in my shoe",
     "It walks to work with me for you"),
)  # fmt: skip


def part(song: str, section: str, digest: str, mark: str = "") -> Part:
    texts = [f"{text}{mark}" for stanza in STANZAS for text in stanza]
    why = {"hand": "plain", "themes": ["rain"], "mood": ["calm"], "where": "plain/rain.frames:1"}
    lines = [Line(text, "frame", 0.5, syllabify(text), at, f"frame{at // 4}") for at, text in enumerate(texts)]
    word = Line(f"There is rain on the {section} road{mark}", "word", 1.0, ("There",), 0)
    return Part(song, section, digest, tuple(Baked(0, line, why) for line in lines), {"rain": word})


def baked(written: str = SET, spoken: Spoken | None = None, by: str = "0.1") -> Bake:
    """Two stanzas for each section, the same but for a number."""
    setlist = loads(written, "set.toml")
    asks = Position(setlist, setlist.seed or 0, {}, "", "", fixed=True).every_ask()
    places = [(song.title, section.name) for song in setlist.songs for section in song.sections]
    parts = [
        part(*place, ask.digest, f" {n}" if n else "") for n, (place, ask) in enumerate(zip(places, asks, strict=True))
    ]
    return Bake(written, setlist, setlist.seed or 0, 8, "dice", "edition", by, numbered(parts), spoken=spoken)

"""ChordPro: one song sheet per song, with its sections in the order in which they came."""

import re

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night

_SECTIONS = {"verse": "verse", "chorus": "chorus", "bridge": "bridge"}
_BRACKETS = str.maketrans("[]{}<>", "()()‹›")


def write(night: Night) -> str:
    return "{new_song}\n".join(_song(own) for _, own in night.apart())


def _song(night: Night) -> str:
    lines = [f"{{title: {_plain(night.songs[0])}}}", f"{{subtitle: {_plain(night.title)}}}"]
    tempo = _tempo(night)
    if tempo is not None:
        lines.append(f"{{tempo: {tempo}}}")
    for _, section, sung in night.stanzas():
        name = _plain(section)
        kind = next((kind for kind in _SECTIONS if re.match(kind, name, re.IGNORECASE)), "verse")
        lines += ["", f"{{comment: {name}}}", f"{{start_of_{kind}}}", *(_plain(line.text) for line in sung)]
        lines.append(f"{{end_of_{kind}}}")
    return "\n".join(lines) + "\n"


def _tempo(night: Night) -> int | None:
    """The song's usual tempo, rounded."""
    tempi = sorted(line.tempo for line in night.lines)
    return round(tempi[len(tempi) // 2]) if tempi else None


def _plain(text: str) -> str:
    """The text without characters that a reader would take for chords, directives or a comment."""
    words = " ".join(text.split()).translate(_BRACKETS)
    return f"\u200b{words}" if words.startswith("#") else words


EXPORTS = (Export("chordpro", "cho", "song sheets", write),)

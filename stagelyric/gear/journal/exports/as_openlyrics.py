"""OpenLyrics 0.9, the XML format of worship software; one file holds one song."""

import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night

NAMESPACE = "http://openlyrics.info/namespace/2009/song"
_LETTERS = {
    "verse": "v",
    "chorus": "c",
    "pre-chorus": "p",
    "prechorus": "p",
    "bridge": "b",
    "outro": "e",
    "ending": "e",
}
NO_TITLE = "Untitled"  # the format wants a title of at least one letter, and at least one verse
_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")


def write(night: Night) -> str:
    title = _text(night.songs[0] if night.songs else night.title) or NO_TITLE
    comment = _text(night.title)
    written = datetime.fromtimestamp(night.started, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    counts: dict[str, int] = {}
    verses, order = [], []
    for _, section, sung in night.stanzas() or [("", "", [])]:
        letter = next((letter for kind, letter in _LETTERS.items() if section.lower().startswith(kind)), "o")
        counts[letter] = counts.get(letter, 0) + 1
        name = f"{letter}{counts[letter]}"
        order.append(name)
        words = "<br/>".join(_text(line.text) for line in sung)
        verses.append(f"    <verse name={quoteattr(name)}>\n      <lines>{words}</lines>\n    </verse>")
    tempo = sorted(line.tempo for line in night.lines)[len(night.lines) // 2] if night.lines else 0
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<song xmlns="{NAMESPACE}" version="0.9" createdIn="stagelyric" modifiedIn="stagelyric"'
            f' modifiedDate="{written}">',
            "  <properties>",
            f"    <titles>\n      <title>{title}</title>\n    </titles>",
            f"    <verseOrder>{' '.join(order)}</verseOrder>",
            *([f'    <tempo type="bpm">{round(min(max(tempo, 30), 250))}</tempo>'] if tempo else []),
            *([f"    <comments>\n      <comment>{comment}</comment>\n    </comments>"] if comment else []),
            "  </properties>",
            "  <lyrics>",
            *verses,
            "  </lyrics>",
            "</song>\n",
        )
    )


def _text(text: str) -> str:
    return escape(_CONTROLS.sub("", text)).strip()


EXPORTS = (Export("openlyrics", "xml", "one song for worship software", write, one_song=True),)

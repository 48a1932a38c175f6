"""Plain text: the lines as they were shown, with a heading for each song and section."""

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night


def write(night: Night) -> str:
    parts = [
        f"{song} · {section}\n\n" + "\n".join(line.text for line in lines) for song, section, lines in night.stanzas()
    ]
    return "\n\n".join(parts) + "\n"


EXPORTS = (Export("text", "txt", "the lines as they went up", write),)

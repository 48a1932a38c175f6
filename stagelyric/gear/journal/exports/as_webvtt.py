"""WebVTT, the web's subtitle format: each line is shown from its cue until it goes."""

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night

_SHORTEST = 0.001  # seconds; a subtitle must end after it begins


def write(night: Night) -> str:
    begin = night.lines[0].at if night.lines else 0.0
    cues = [
        f"{number}\n{_clock(line.at - begin)} --> {_clock(max(line.until, line.at + _SHORTEST) - begin)}\n"
        + _escaped(line.text)
        for number, line in enumerate(night.lines, 1)
    ]
    return "\n\n".join([f"WEBVTT\n\nNOTE {_escaped(night.title)}", *cues]) + "\n"


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


EXPORTS = (Export("webvtt", "vtt", "subtitles", write),)

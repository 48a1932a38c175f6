"""Subtitles: each line is shown from its cue until it goes. WebVTT is for web pages, SRT for video editors."""

from collections.abc import Callable, Iterator

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night

_SHORTEST = 0.001  # seconds; a subtitle must end after it begins
_ANGLES = str.maketrans(
    "<>", "‹›"
)  # SRT players take <…> for a tag, and the format has no way to write the sign itself


def write_webvtt(night: Night) -> str:
    return "\n\n".join([f"WEBVTT\n\nNOTE {_escaped(night.title)}", *_cues(night, ".", _escaped)]) + "\n"


def write_srt(night: Night) -> str:
    return "".join(f"{cue}\n\n" for cue in _cues(night, ",", lambda text: text.translate(_ANGLES)))


def _cues(night: Night, point: str, words: Callable[[str], str]) -> Iterator[str]:
    """The numbered lines with their times, counted from the first line; `point` stands before the milliseconds."""
    begin = night.lines[0].at if night.lines else 0.0
    for number, line in enumerate(night.lines, 1):
        at = max(0.0, line.at - begin)
        times = f"{_clock(at, point)} --> {_clock(max(line.until - begin, at + _SHORTEST), point)}"
        yield f"{number}\n{times}\n{words(' '.join(line.text.split()))}"


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}{point}{whole % 1000:03d}"


EXPORTS = (
    Export("webvtt", "vtt", "subtitles for web pages", write_webvtt),
    Export("srt", "srt", "subtitles for video editors", write_srt),
)

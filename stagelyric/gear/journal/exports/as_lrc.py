"""LRC, for players that show a song's words: a time before each line, and (enhanced LRC) before each syllable.

Times count from the first line. A time without words marks the end of a line that is not followed at once by another.
"""

from collections.abc import Callable

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night, Sung

_BRACKETS = str.maketrans("[]", "()")  # some players take any text in brackets for a tag
_SOON = 0.05  # seconds; a line that ends this shortly before the next needs no end mark of its own


def write(night: Night) -> str:
    return _written(night, lambda line, begin: line.text.translate(_BRACKETS))


def write_enhanced(night: Night) -> str:
    return _written(night, _timed)


def _written(night: Night, words: Callable[[Sung, float], str]) -> str:
    title = night.songs[0] if len(night.songs) == 1 else night.title
    lines = [f"[ti:{title}]", f"[al:{night.title}]", "[re:stagelyric]", ""]
    begin = night.lines[0].at if night.lines else 0.0
    for place, line in enumerate(night.lines):
        lines.append(f"[{_clock(line.at - begin)}]{words(line, begin)}")
        following = night.lines[place + 1].at if place + 1 < len(night.lines) else None
        if following is None or following - line.until > _SOON:
            lines.append(f"[{_clock(line.until - begin)}]")
    return "\n".join(lines) + "\n"


def _timed(line: Sung, begin: float) -> str:
    """The line with a time before each syllable; a word's syllables stand together, whole words are separated by
    spaces."""
    rest, out = line.text, ""
    for at, piece in line.sung_at():
        told = piece if rest.startswith(piece) else piece.removesuffix("-")
        place = rest.find(told)
        if place < 0:  # the text does not contain its syllables as split: use the whole line
            return f"<{_clock(line.at - begin)}>{line.text}"
        out += f"{rest[:place]}<{_clock(at - begin)}>{told}"
        rest = rest[place + len(told) :]
    return (out + rest).translate(_BRACKETS)


def _clock(seconds: float) -> str:
    hundredths = round(max(seconds, 0.0) * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


EXPORTS = (
    Export("lrc", "lrc", "a time before each line", write),
    Export("lrc-enhanced", "lrc", "a time before each syllable too, by the beat", write_enhanced),
)

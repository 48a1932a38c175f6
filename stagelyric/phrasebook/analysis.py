"""Statistics of a folder of frames: how many of each kind, how many forms, and every mistake in them.

Of beginnings only their number and their mistakes count.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stagelyric.phrasebook import checks, folder, grammar, reach
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.frame import Frame, Open
from stagelyric.phrasebook.grammar import Finding
from stagelyric.types.json import JsonObject

SHARES = ("hand", "scheme", "mood", "who", "tense", "at")


@dataclass(frozen=True, slots=True)
class Read:
    """Frames and beginnings, and the findings about both, in the order of files and rows."""

    frames: list[Frame]
    findings: list[Finding]
    begun: list[Frame]

    @property
    def errors(self) -> list[Finding]:
        """The findings that are errors."""
        return [finding for finding in self.findings if finding.error]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files of frames and beginnings among some paths, and in the folders among them."""
    found: list[Path] = []
    for path in paths:
        found += sorted(f for f in path.rglob("*") if f.suffix in grammar.ENDINGS) if path.is_dir() else [path]
    return found


def read(files: Sequence[Path], known: Classes) -> Read:
    """Reads some files of frames or beginnings; checks every frame in all its forms and against the others. Raises
    FrameFileError."""
    frames: list[Frame] = []
    begun: list[Frame] = []
    findings: list[Finding] = []
    for file in files:
        begins = file.suffix == grammar.BEGINNINGS
        hand = file.resolve().parent.name
        parsed = grammar.parse(grammar.read(file), str(file), hand, proposed=True, begun=begins)
        (begun if begins else frames).extend(parsed.frames)
        findings += parsed.findings
    for frame in begun:
        findings += checks.findings_begun(frame, known)
    for frame in frames:
        findings += checks.findings(frame, known)
    findings += folder.shared(frames, [])
    order = {str(file): place for place, file in enumerate(files)}
    return Read(frames, sorted(findings, key=lambda finding: (order[finding.file], finding.row)), begun)


def summary(found: Read) -> JsonObject:
    """The figures: counts by tag, forms, slots, beginnings, names and findings."""
    frames = found.frames
    lines = [line for frame in frames for line in frame.lines]
    widths = [width for frame in frames for line in frame.widths for width in line]
    forms = [reach.forms(frame) for frame in frames]
    return {
        "frames": len(frames),
        "begun": len(found.begun),
        "quatrains": sum(len(frame.lines) == 4 for frame in frames),
        "couplets": sum(len(frame.lines) == 2 for frame in frames),
        "forms": {
            "all": sum(forms),
            "median": round(statistics.median(forms)) if forms else 0,
            "log10_mean": round(sum(map(math.log10, forms)) / max(1, len(forms)), 2),
        },
        "slots_a_line": round((len(widths) + _opened(frames)) / max(1, len(lines)), 2),
        "alternatives_a_slot": round(sum(widths) / max(1, len(widths)), 2),
        "syllables": dict(sorted(Counter(round(sum(reach.syllable_span(line)) / 2) for line in lines).items())),
        "shares": {name: _shares(frames, name) for name in SHARES},
        "themes": dict(Counter(theme for frame in frames for theme in frame.tags.themes).most_common()),
        "first_word_the": _share(frames, lambda first: first == "the"),
        "first_word_i_or_you": _share(frames, lambda first: first.partition("'")[0] in ("i", "you")),
        "with_person": _with(frames, "person"),
        "with_place": _with(frames, "place"),
        "slant": round(sum(frame.tags.slant for frame in frames) / max(1, len(frames)), 3),
        "errors": len(found.errors),
        "warnings": len(found.findings) - len(found.errors),
        "findings": [str(finding) for finding in found.findings],
    }


def _opened(frames: Iterable[Frame]) -> int:
    return sum(isinstance(piece, Open) for frame in frames for piece in frame.pieces())


def _shares(frames: Sequence[Frame], name: str) -> dict[str, float]:
    counted: Counter[str] = Counter()
    for frame in frames:
        value = getattr(frame.tags, name)
        counted.update([value or "none"] if isinstance(value, str) else value or ["none"])
    return {key: round(count / len(frames), 3) for key, count in counted.most_common()}


def _share(frames: Sequence[Frame], test: Callable[[str], bool]) -> float:
    """The share of lines whose first word passes `test`, with the first alternative taken in every slot."""
    firsts = [reach.first_words(line, 1)[0].words for frame in frames for line in frame.lines]
    return round(sum(bool(words) and test(words[0].lower()) for words in firsts) / max(1, len(firsts)), 3)


def _with(frames: Sequence[Frame], kind: str) -> float:
    having = sum(any(isinstance(p, Open) and p.kind == kind for p in frame.pieces()) for frame in frames)
    return round(having / max(1, len(frames)), 3)

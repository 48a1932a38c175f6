"""Statistics of the band's verdicts: how many lines were shown, kept and vetoed, by section and by origin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stagelyric.gear.journal.night import Night, Row


@dataclass(slots=True)
class Tally:
    """The number of lines shown, and how many of them have "keep" or "veto" as their latest verdict."""

    shown: int = 0
    kept: int = 0
    vetoed: int = 0


def tallies(nights: Iterable[Night], by: Callable[[str, str, str], str]) -> dict[str, Tally]:
    """Counts lines; `by(song, section, origin)` names the tally that a line belongs to. A line that was vetoed before
    it was shown counts as vetoed but not as shown."""
    found: dict[str, Tally] = {}
    for night in nights:
        seen: dict[tuple[str, str, str], None] = {}
        for line in night.lines:
            tally = found.setdefault(by(line.song, line.section, line.origin), Tally())
            tally.shown += 1
            if (key := (line.song, line.section, line.text)) not in seen:
                seen[key] = None
                tally.kept += line.verdict == "keep"
                tally.vetoed += line.verdict == "veto"
        for row in night.rows:
            if row["kind"] == "veto" and _place(row) not in seen:
                seen[_place(row)] = None
                found.setdefault(by(row["song"], row["section"], "not shown"), Tally()).vetoed += 1
    return found


def by_section(nights: Iterable[Night]) -> dict[str, Tally]:
    return tallies(nights, lambda song, section, origin: f"{song} · {section}")


def by_origin(nights: Iterable[Night]) -> dict[str, Tally]:
    return tallies(nights, lambda song, section, origin: origin)


def _place(row: Row) -> tuple[str, str, str]:
    return row["song"], row["section"], row["text"]

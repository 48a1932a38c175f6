"""The report in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from stagelyric.report.measures.whole import BANDS
from stagelyric.types.json import JsonMapping

_WIDTH = 24  # characters of a gauge
_BEYOND = 0.6  # how far a gauge extends beyond its band, in widths of the band

LISTS = (
    ("Four words in a row", "four_grams", "songs"),
    ("First three words", "openings", "lines"),
    ("Rhymes", "rhyme_pairs", "songs"),
    ("Moulds (… is any word of substance)", "frames", "songs"),
    ("Stock phrases", "stock_phrases", "songs"),
    ("Words that machines overuse", "machine_words", "songs"),
    ("Names", "names", "lines"),
)
"""What is listed of a report: the title, the key, and by what its entries are counted."""


def console() -> Console:
    """Standard output, in colour if it is a terminal."""
    return Console(highlight=False, soft_wrap=False)


def measures(columns: Mapping[str, JsonMapping]) -> Table:
    """One row a measure: its value in each column, then people's band. With a single column there is also a gauge."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column("by people", justify="right", no_wrap=True)
    if len(columns) == 1:
        table.add_column("", no_wrap=True)
    for key, band in BANDS.items():
        values = [single(report.get(key)) for report in columns.values()]
        if all(value is None for value in values):
            continue
        first = values[0]
        style = "" if first is None else "green" if band.holds(first) else "yellow"
        cells = [Text(shown(key, value), style=style if i == 0 else "") for i, value in enumerate(values)]
        people = Text(f"{shown(key, band.low)} - {shown(key, band.high)}", style="dim")
        gauges = [Text(gauge(first, band.low, band.high), style=style)] if len(columns) == 1 else []
        table.add_row(Text(band.name, no_wrap=True), *cells, people, *gauges)
    return table


def single(value: float | Mapping[str, float] | None) -> float | None:
    """A measure as one number: of one with several values, the mean."""
    if isinstance(value, Mapping):
        value = value.get("mean")
    return None if value is None else float(value)


def shown(key: str, value: float | None) -> str:
    """A measure as text: a rate as a percentage."""
    if value is None:
        return "-"
    if key in BANDS and BANDS[key].rate:
        return f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"
    return f"{value:.2f}"


def gauge(value: float | None, low: float, high: float) -> str:
    """A gauge of a value: the band between bars, a mark for the value, "<" or ">" if it is off the scale."""
    if value is None:
        return ""
    width = high - low
    start, end = low - _BEYOND * width, high + _BEYOND * width
    cells = ["·"] * _WIDTH

    def place(x: float) -> int:
        return min(_WIDTH - 1, max(0, round((x - start) / (end - start) * (_WIDTH - 1))))

    cells[place(low)] = cells[place(high)] = "|"
    cells[place(value)] = "<" if value < start else ">" if value > end else "●"
    return "".join(cells)


def listed(title: str, found: Sequence[JsonMapping], most: int = 8, *, by: str = "songs") -> Group | None:
    """The first entries of a list of habits, each with an example line; None if the list is empty."""
    if not found:
        return None
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for habit in found[:most]:
        example = next(iter(habit["for_example"]), "")
        cells = Text(f"{habit[by]}", style="bold"), Text(habit["text"]), Text(example, style="dim", no_wrap=True)
        table.add_row(*cells)
    return Group(Text(f"\n{title}, in how many {by}", style="bold"), table)


def genres(found: Mapping[str, JsonMapping]) -> Table:
    """The songs by genre."""
    heads = {
        "songs": "songs", "you_i_line_rate": "you, I", "name_line_rate": "names", "hook_rate": "things",
        "nidf_median": "rare", "distinct_2": "pairs", "rhyme_rate": "rhymed", "syllable_match_rate": "in metre",
    }  # fmt: skip
    table = Table(box=None, pad_edge=False, header_style="bold", title="\nBy genre", title_justify="left")
    table.add_column("")
    for head in heads.values():
        table.add_column(head, justify="right")
    for genre, told in found.items():
        table.add_row(genre, *(_cell(key, told[key]) for key in heads))
    return table


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if key == "songs" else f"{value:.2f}" if key == "nidf_median" else f"{100 * value:.0f} %"


def faults(found: Sequence[JsonMapping]) -> Group:
    """Every pair of lines that doesn't fit its song's scheme or metre."""
    parts = [Text(f"\n{len(found)} pairs that do not rhyme, or differ by two syllables or more", style="bold")]
    for fault in found:
        (a, b), (m, n) = fault["lines"], fault["syllables"]
        parts.append(Text(f"{fault['song']}, {fault['section'] or 'verse'}: {fault['rhyme'] or 'no rhyme'}", "dim"))
        parts.append(Text(f"  {m:2} {a}\n  {n:2} {b}"))
    return Group(*parts)


def kept(columns: Mapping[str, JsonMapping]) -> Table:
    """How far lines are what was asked for, with a column for each writer."""
    table = Table(box=None, pad_edge=False, header_style="bold", title="\nAs asked for", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for key, told in ASKED.items():
        values = [of.get(key) for of in columns.values()]
        table.add_row(told, *("-" if value is None else f"{100 * value:.1f} %" for value in values))
    return table


ASKED = {
    "syllables_within_one": "syllables, within one",
    "rhymed_where_asked": "rhymes, perfect or slant",
    "same_word_rhymes": "… the same word again",
    "lines_with_a_name_asked_for": "lines with a name that was given",
    "names_that_come_back": "names that come back",
}
"""The labels for how far lines are what was asked for, by key."""


def bits(columns: Mapping[str, Mapping[str, float | None]]) -> Table:
    """Bits per character, with a column for each model."""
    table = Table(box=None, pad_edge=False, header_style="bold", title="\nBits per character", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for key in next(iter(columns.values())):
        values = [of.get(key) for of in columns.values()]
        table.add_row(key.replace("_", " "), *("-" if value is None else f"{value:.3f}" for value in values))
    return table


def sample(song: str, before: Sequence[str], lines: Mapping[str, Sequence[str]]) -> Group:
    """One place in a song, continued by each writer."""
    parts = [Text(f"\n{song}", style="bold"), *(Text(f"  {line}", style="dim") for line in before)]
    for name, own in lines.items():
        parts.append(Text(f"  {name}", style="cyan"))
        parts += [Text(f"    {line}") for line in own]
    return Group(*parts)

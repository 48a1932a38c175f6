"""The report as pictures: where each measure lies among people's, what comes again, and curves of a training."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stagelyric.report.bands import BANDS
from stagelyric.report.language import MissingExtraError
from stagelyric.report.page import shown, single

Report = Mapping[str, Any]

PICTURES = (".svg", ".png", ".pdf")
_BEYOND = 1.2  # how far the picture reaches beyond a band, in widths of the band
_COLOURS = ("#d1495b", "#30638e", "#edae49", "#00798c", "#6b4e71")
_BAND = "#cfe8d5"


def write(file: Path, reports: Mapping[str, Report]) -> None:
    """Writes the pictures of one or several reports, by name: .svg, .png, .pdf, or .html with the tables besides.

    Raises ValueError for another ending, MissingExtraError without matplotlib, OSError where the file can't be written.
    """
    if file.suffix.lower() == ".html":
        from stagelyric.report import html

        file.write_text(html.page(reports), encoding="utf-8")
        return
    if file.suffix.lower() not in PICTURES:
        raise ValueError(f"{file}: wanted a file that ends in .html, {', '.join(PICTURES)}, found {file.suffix!r}")
    figure = _figure(reports)
    figure.savefig(file, dpi=160)


def svg(reports: Mapping[str, Report]) -> str:
    """The pictures as one SVG element."""
    import io

    out = io.StringIO()
    _figure(reports).savefig(out, format="svg")
    return out.getvalue()[out.getvalue().index("<svg") :]


def figure(width: float, height: float) -> Any:
    """An empty matplotlib figure, in inches. Raises MissingExtraError without matplotlib."""
    try:
        matplotlib = importlib.import_module("matplotlib")
        module = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise MissingExtraError("matplotlib", "draws the pictures") from None
    # Fixed ids and no date: the same report is the same file.
    matplotlib.rcParams.update({"svg.hashsalt": "stagelyric", "svg.fonttype": "path", "font.size": 9})
    return module.Figure(figsize=(width, height), layout="constrained")


def _figure(reports: Mapping[str, Report]) -> Any:
    first = next(iter(reports.values()))
    lists = [(title, first[key], by) for title, key, by in _LISTS if first.get(key)]
    rows = 2 if lists else 1
    made = figure(11, 6 if rows == 1 else 9.5)
    grid = made.add_gridspec(rows, max(1, len(lists)), height_ratios=[3, 2][:rows])
    _bands(made.add_subplot(grid[0, :]), reports)
    for column, (title, found, by) in enumerate(lists):
        _bars(made.add_subplot(grid[1, column]), title, found, by)
    if average := first.get("average_line"):
        made.suptitle(f"The average line: “{average}”", fontsize=13)
    return made


_LISTS = (
    ("Four words in a row (songs)", "four_grams", "songs"),
    ("First three words (lines)", "openings", "lines"),
    ("Rhymes (songs)", "rhyme_pairs", "songs"),
)


def _bands(axes: Any, reports: Mapping[str, Report]) -> None:
    """Every measure on a scale of its own, on which the band of people's lines is 0 to 1."""
    keys = [key for key in BANDS if any(single(r.get(key)) is not None for r in reports.values())]
    axes.axvspan(0, 1, color=_BAND, label="lines by people")
    for depth, ((name, report), colour) in enumerate(zip(reports.items(), _COLOURS, strict=False)):
        places, rows = [], []
        for row, key in enumerate(keys):
            value, band = single(report.get(key)), BANDS[key]
            if value is not None:
                place = (value - band.low) / (band.high - band.low)
                places.append(min(1 + _BEYOND, max(-_BEYOND, place)))
                rows.append(row)
        axes.scatter(places, rows, color=colour, s=42, zorder=9 - depth, label=name)
    first = next(iter(reports.values()))
    for row, key in enumerate(keys):
        axes.text(1 + _BEYOND + 0.08, row, shown(key, single(first.get(key))), va="center", fontsize=8)
    axes.set_yticks(range(len(keys)), [BANDS[key].words for key in keys])
    axes.set_xlim(-_BEYOND - 0.05, 1 + _BEYOND + 0.05)
    axes.set_xticks([0, 1], ["low", "high"])
    axes.invert_yaxis()
    axes.grid(axis="y", alpha=0.25)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.04), frameon=False, ncols=1 + len(reports))


def _bars(axes: Any, title: str, found: Sequence[Report], by: str) -> None:
    shown_first = list(found[:8])
    axes.barh([habit["text"] for habit in shown_first], [habit[by] for habit in shown_first], color=_COLOURS[1])
    axes.invert_yaxis()
    axes.set_title(title, fontsize=10)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)


def curve(file: Path, name: str, points: Sequence[tuple[float, float]], unit: str = "characters read") -> None:
    """Writes a training's loss in bits per character over what it has read. Raises MissingExtraError, OSError."""
    made = figure(7, 3.6)
    axes = made.add_subplot()
    axes.plot([x for x, _ in points], [y for _, y in points], color=_COLOURS[1])
    axes.set_xlabel(unit)
    axes.set_ylabel("bits per character")
    axes.set_title(name)
    axes.grid(alpha=0.25)
    made.savefig(file, dpi=160)

"""A picture of how many lines were kept and vetoed."""

from collections.abc import Mapping
from pathlib import Path

from stagelyric.report.render import plot
from stagelyric.report.render.file import PICTURES

_MOST = 30  # bars in one picture, at most
_COLOURS = {"kept": "#00798c", "left": "#d9d9d9", "vetoed": "#d1495b"}

Counts = Mapping[str, Mapping[str, int]]
"""For each name, the numbers of lines shown, kept and vetoed."""


def write(file: Path, tables: Mapping[str, Counts]) -> None:
    """A bar for each name, divided into kept, not judged, and vetoed: .svg, .png or .pdf.

    Raises ValueError for another ending, MissingExtraError without matplotlib, OSError where the file can't be written.
    """
    if file.suffix.lower() not in PICTURES:
        raise ValueError(f"{file}: wanted a file that ends in {', '.join(PICTURES)}, found {file.suffix!r}")
    shown = {title: list(table.items())[:_MOST] for title, table in tables.items()}
    heights = [len(rows) + 2 for rows in shown.values()]
    made = plot.empty(9, max(2.5, 0.28 * sum(heights)))
    grid = made.add_gridspec(len(shown), 1, height_ratios=heights)
    for place, (title, rows) in enumerate(shown.items()):
        axes = made.add_subplot(grid[place, 0])
        names = [name for name, _ in rows][::-1]
        left = [0] * len(rows)
        for what, colour in _COLOURS.items():
            counts = [_count(row, what) for _, row in rows][::-1]
            axes.barh(names, counts, left=left, color=colour, label=what if what != "left" else "neither")
            left = [before + count for before, count in zip(left, counts, strict=True)]
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlabel("lines")
        axes.spines[["top", "right"]].set_visible(False)
        if place == 0:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, borderaxespad=0.2)
    plot.write(made, file)


def _count(row: Mapping[str, int], what: str) -> int:
    return max(row["shown"] - row["kept"] - row["vetoed"], 0) if what == "left" else row[what]

"""Writes the report as a file, of the kind given by its name's ending."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stagelyric.report.render import html, plot

PICTURES = (".svg", ".png", ".pdf")


def check(file: Path) -> None:
    """Raises ValueError for a name with another ending."""
    if file.suffix.lower() not in (".html", *PICTURES):
        raise ValueError(f"{file}: wanted a file that ends in .html, {', '.join(PICTURES)}, found {file.suffix!r}")


def write(file: Path, reports: Mapping[str, plot.Report], curves: plot.Curves | None = None) -> None:
    """Writes the pictures of one or several reports, by name: .svg, .png or .pdf.

    `curves`: the learning curve of each model; None if it wasn't kept.

    Raises ValueError for another ending, MissingExtraError without matplotlib, OSError where the file can't be written.
    """
    check(file)
    if file.suffix.lower() == ".html":
        file.write_text(html.page(reports, curves), encoding="utf-8")
    else:
        plot.save(file, reports, curves)

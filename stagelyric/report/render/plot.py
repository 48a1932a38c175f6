"""The report as pictures: measures compared with people's, repetitions, bits per character, learning curves."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from stagelyric.lm.curve import Curve
from stagelyric.report.language import MissingExtraError
from stagelyric.report.measures.whole import BANDS
from stagelyric.report.render.page import shown, single
from stagelyric.types.json import JsonMapping

Plot: TypeAlias = Any  # an object of matplotlib, which may not be installed

Report = JsonMapping

Curves = Mapping[str, Curve | None]

_BEYOND = 1.2  # how far the picture extends beyond a band, in widths of the band
_COLOURS = ("#d1495b", "#30638e", "#edae49", "#00798c", "#6b4e71")
_BAND = "#cfe8d5"
# Without this, matplotlib writes the present time, and equal reports give files that differ.
_UNDATED: Mapping[str, Mapping[str, None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def save(file: Path, reports: Mapping[str, Report], curves: Curves | None = None) -> None:
    """Writes the pictures of one or several reports, by name: .svg, .png or .pdf."""
    write(_figure(reports, curves), file)


def svg(reports: Mapping[str, Report], curves: Curves | None = None) -> str:
    """The pictures as one SVG element."""
    import io

    out = io.StringIO()
    _figure(reports, curves).savefig(out, format="svg", metadata=_UNDATED[".svg"])
    return out.getvalue()[out.getvalue().index("<svg") :]


def write(figure: Plot, file: Path) -> None:
    """Writes a matplotlib figure as a file without a date: .svg, .png or .pdf."""
    figure.savefig(file, dpi=160, metadata=_UNDATED.get(file.suffix.lower()))


def empty(width: float, height: float) -> Plot:
    """An empty matplotlib figure, in inches. Raises MissingExtraError without matplotlib."""
    try:
        matplotlib = importlib.import_module("matplotlib")
        module = importlib.import_module("matplotlib.figure")
    except ImportError:
        raise MissingExtraError("matplotlib", "draws the pictures") from None
    # Fixed ids, so that equal reports give equal files.
    matplotlib.rcParams.update({"svg.hashsalt": "stagelyric", "svg.fonttype": "path", "font.size": 9})
    return module.Figure(figsize=(width, height), layout="constrained")


def _figure(reports: Mapping[str, Report], curves: Curves | None = None) -> Plot:
    first = next(iter(reports.values()))
    lists = [(title, first[key], by) for title, key, by in _LISTS if first.get(key)]
    bits = any(report.get("bits_per_character") for report in reports.values())
    rows = 2 if lists or bits else 1
    made = empty(11, 6 if rows == 1 else 9.5)
    grid = made.add_gridspec(rows, max(1, len(lists), 2 if curves else 1), height_ratios=[3, 2][:rows])
    _bands(made.add_subplot(grid[0, :]), reports)
    if bits:
        _bits(made.add_subplot(grid[1, 0 if curves else slice(None)]), reports)
    if curves:
        _learning(made.add_subplot(grid[1, 1:]), curves, list(reports))
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


def _bands(axes: Plot, reports: Mapping[str, Report]) -> None:
    """Every measure on its own scale, where people's band is 0 to 1."""
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


def _bars(axes: Plot, title: str, found: Sequence[Report], by: str) -> None:
    shown_first = list(found[:8])
    axes.barh([habit["text"] for habit in shown_first], [habit[by] for habit in shown_first], color=_COLOURS[1])
    axes.invert_yaxis()
    axes.set_title(title, fontsize=10)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)


def _bits(axes: Plot, reports: Mapping[str, Report]) -> None:
    """Bits per character as bars: the models, and a PPM and a 6-gram on the same text."""
    measured = {name: bits for name, report in reports.items() if (bits := report.get("bits_per_character"))}
    width = 0.8 / len(measured)
    keys = list(next(iter(measured.values())))
    for place, (name, bits) in enumerate(measured.items()):
        # the same colour as in the picture above, which has the legend
        colour = _COLOURS[list(reports).index(name) % len(_COLOURS)]
        values = [bits[key] or 0.0 for key in keys]
        spots = [row + (place - (len(measured) - 1) / 2) * width for row in range(len(keys))]
        axes.barh(spots, values, height=width, color=colour)
        for spot, value in zip(spots, values, strict=True):
            axes.text(value, spot, f" {value:.3f}" if value else " not measured", va="center", fontsize=8)
    axes.set_yticks(range(len(keys)), [key.replace("_", " ") for key in keys])
    axes.invert_yaxis()
    axes.set_title("Bits per character", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _learning(axes: Plot, curves: Curves, names: Sequence[str]) -> None:
    """Bits per character over the characters read: a line for training, dots for held-out text."""
    axes.set_title("Bits per character while they learned", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    seen: list[float] = []
    for name, curve in curves.items():
        colour = _COLOURS[names.index(name) % len(_COLOURS)]
        if curve is None:
            axes.plot([], [], color=colour, label=f"{name}: none was kept")
            continue
        label = f"{name}, when it was {curve.of}" if curve.of else name
        axes.plot(*zip(*((x / 1e6, y) for x, y in curve.trained), strict=True), color=colour, lw=1.3, label=label)
        if curve.checked:
            dots = zip(*((x / 1e6, y) for x, y in curve.checked), strict=True)
            axes.scatter(*dots, color=colour, s=22, zorder=3, edgecolors="white", linewidths=0.6)
        seen += [y for _, y in (*curve.trained, *curve.checked)]
    if seen:
        # the high values of the first steps would flatten the rest
        axes.set_ylim(min(seen) - 0.05, min(max(seen), min(seen) + 1.5))
        axes.set_xlim(left=0)
        axes.grid(alpha=0.25)
        axes.set_xlabel("million characters read; dots: text held out", fontsize=8)
    else:
        axes.set_xticks([])
        axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, loc="upper right")

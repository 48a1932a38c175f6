"""The report as one self-contained HTML page with pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from stagelyric.report.measures.whole import BANDS
from stagelyric.report.render import plot
from stagelyric.report.render.page import LISTS, shown, single
from stagelyric.types.json import JsonMapping

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
svg { width: 100%; height: auto; background: #fff; border-radius: .5rem }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
td.n { text-align: right; font-variant-numeric: tabular-nums } .out { color: #b35c00 } .dim { opacity: .65 }
blockquote { font-size: 1.5rem; margin: 1rem 0; font-style: italic }
"""


def page(reports: Mapping[str, JsonMapping], curves: plot.Curves | None = None) -> str:
    """The page as text. It shows the lists of the first report only, and the measures of all."""
    name, first = next(iter(reports.items()))
    parts = [f"<h1>{escape(name)}</h1>"]
    if average := first.get("average"):
        parts.append(f"<p>The average line:</p><blockquote>{escape(average['text'])}</blockquote>")
        parts.append(f'<p class="dim">{escape(average["how"])}. Nearest sung: “{escape(average["nearest"])}”</p>')
    parts += [plot.svg(reports, curves), _measures(reports)]
    for title, key, by in LISTS:
        if found := first.get(key):
            parts.append(_table(title, by, ((h[by], h["text"], next(iter(h["for_example"]), "")) for h in found[:20])))
    if said := first.get("favourites"):
        rows = ((f["count"], f["word"], f"{f['times']:.0f} times as often as English has it") for f in said)
        parts.append(_table("Words said more than English says them", "times", rows))
    body = "\n".join(parts)
    head = f'<meta charset="utf-8"><title>{escape(name)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _measures(reports: Mapping[str, JsonMapping]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in reports)
    rows = []
    for key, band in BANDS.items():
        values = [single(report.get(key)) for report in reports.values()]
        if all(value is None for value in values):
            continue
        cells = "".join(
            f'<td class="n{"" if value is None or band.holds(value) else " out"}">{shown(key, value)}</td>'
            for value in values
        )
        people = f"{shown(key, band.low)} - {shown(key, band.high)}"
        rows.append(f'<tr><td>{escape(band.words)}</td>{cells}<td class="n dim">{people}</td></tr>')
    return f"<table><tr><th></th>{head}<th>people</th></tr>{''.join(rows)}</table>"


def _table(title: str, by: str, rows: Iterable[tuple[int, str, str]]) -> str:
    cells = "".join(
        f'<tr><td class="n">{count}</td><td>{escape(text)}</td><td class="dim">{escape(example)}</td></tr>'
        for count, text, example in rows
    )
    return f"<h2>{escape(title)}</h2><table><tr><th>{escape(by)}</th></tr>{cells}</table>"

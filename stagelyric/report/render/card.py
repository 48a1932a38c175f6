"""The report in a model card: its lines compared with people's, and the time to write one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from stagelyric.lm import evaluate, runtime
from stagelyric.lm.checkpoint import CARD
from stagelyric.report.measures.whole import BANDS
from stagelyric.report.render.page import ASKED, shown, single
from stagelyric.types.json import JsonMapping

REPORT, SPEED = "Report on its lines", "Speed"
_LAST = "What it must not be used for"
_TRIES = 3  # speed measurements, of which the fastest counts, as other processes may be busy


def write(folder: Path, result: JsonMapping) -> None:
    """Writes the result of `evaluation.evaluate`, and the speed on this machine, into the card of the model in
    `folder`.

    Sections with these titles are replaced, others stay. Raises OSError if there is no card.
    """
    file = folder / CARD
    text = file.read_text(encoding="utf-8")
    for title, body in ((SPEED, speed(folder)), (REPORT, report(result))):
        text = with_section(text, title, body)
    file.write_text(text, encoding="utf-8")


def with_section(card: str, title: str, body: str) -> str:
    """The card with a section of that title replaced, or inserted before the last section."""
    section = f"## {title}\n\n{body.strip()}\n\n"
    found = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", card, re.MULTILINE | re.DOTALL)
    if found:
        return card[: found.start()] + section + card[found.end() :]
    before, last, rest = card.partition(f"## {_LAST}\n")
    return before.rstrip() + "\n\n" + section + last + rest if last else f"{card.rstrip()}\n\n{section}"


def speed(folder: Path) -> str:
    """Milliseconds for a line of 40 characters and for 16 drafts of one, as text."""
    engine = runtime.load(folder)
    one, sixteen = (
        min((evaluate.speed(engine, rows) for _ in range(_TRIES)), key=lambda took: took["p50"]) for rows in (1, 16)
    )
    without = ", without templates" if engine.templates else ""
    return (
        f"On the machine that wrote this, one thread, int8, drawing included{without}: a line of 40 characters in\n"
        f"{one['p50']:.1f} ms (p50; p99 {one['p99']:.1f}), 16 drafts of one in {sixteen['p50']:.1f} ms "
        f"(p99 {sixteen['p99']:.1f})."
    )


def report(result: JsonMapping) -> str:
    """The measures as a table: the model's lines, people's for the same places, plain sampling, and the bands."""
    name, rows = result["model"], result["rows"]
    columns: Sequence[str] = [name, *(other for other in rows if other != name)]
    table = ["| |" + "".join(f" {column} |" for column in columns) + " lines by people |"]
    table.append("|---|" + "---|" * (len(columns) + 1))
    for key, band in BANDS.items():
        values = [single(rows[column].get(key)) for column in columns]
        if any(value is not None for value in values):
            cells = " | ".join(shown(key, value) if value is not None else "-" for value in values)
            table.append(f"| {band.words} | {cells} | {shown(key, band.low)} to {shown(key, band.high)} |")
    kept, show = result["kept_to"][name], result["show"]
    asked = [f"| {told} | {100 * kept[key]:.1f} % |" for key, told in ASKED.items() if kept.get(key) is not None]
    return (
        f"16 lines from each of {result['contexts']} places in songs that it did not read "
        f"({', '.join(result['held_out'])}), as the craft chose\nthem; beside them people's own from there, and plain "
        "sampling. The last column is the middle half of people's lines.\n"
        "What sense says is a language model's guess.\n\n"
        + "\n".join(table)
        + "\n\n| as asked for | |\n|---|---|\n"
        + "\n".join([*asked, f"| a wanted word | {100 * result['wanted_words']['rate']:.1f} % |"])
        + f"\n\nOf {show['presses']} presses of one show {100 * show['repeated_rate']:.1f} % give a line again. "
        f"The average line: “{result['average_line']}”.\n"
    )

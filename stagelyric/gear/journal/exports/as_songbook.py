"""A book to print: one song per page, with the band's draft first, then each section's lines."""

from datetime import datetime
from html import escape

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 44rem; padding: 2rem 1.5rem; background: #fff; color: #1a1a1a;
  font: 12pt/1.5 Georgia, "Times New Roman", serif; }
header { border-bottom: 2px solid #1a1a1a; margin-bottom: 2rem; padding-bottom: .75rem; }
h1 { font-size: 2rem; line-height: 1.15; margin: 0; }
header p, footer { color: #555; font-size: .85rem; margin: .35rem 0 0; }
nav ol { columns: 2; margin: 0 0 2rem; padding-left: 1.4rem; }
nav a { color: inherit; text-decoration: none; }
nav a:hover, nav a:focus-visible { text-decoration: underline; }
article { margin-bottom: 3rem; }
h2 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 1rem; break-after: avoid; }
section { break-inside: avoid; margin-bottom: 1.4rem; }
h3 { font: 600 .8rem/1.4 system-ui, sans-serif; letter-spacing: .06em; text-transform: uppercase; color: #555;
  margin: 0 0 .3rem; break-after: avoid; }
p.lines { margin: 0; }
p.lines span { display: block; padding-left: 2em; text-indent: -2em; break-inside: avoid; }
p.lines .gap { color: #767676; }
@page { size: A4; margin: 20mm 18mm; }
@media print {
  body { max-width: none; padding: 0; }
  article { break-before: page; margin: 0; }
  nav a { text-decoration: none; }
}
"""


def write(night: Night) -> str:
    """The book as HTML. It has only the lines that were kept, or all if none was."""
    kept = [line for line in night.lines if line.kept] or list(night.lines)
    songs = list(dict.fromkeys([*(draft.song for draft in night.drafts), *(line.song for line in kept)]))
    contents = "".join(f'<li><a href="#song-{place}">{escape(song)}</a></li>' for place, song in enumerate(songs, 1))
    began = datetime.fromtimestamp(night.started)
    day = f"{began.day} {_MONTHS[began.month - 1]} {began.year}"
    articles = []
    for place, song in enumerate(songs, 1):
        parts = [
            _section("Draft" if number == 0 else "", list(stanza))
            for draft in night.drafts
            if draft.song == song
            for number, stanza in enumerate(draft.stanzas)
        ]
        sections: dict[str, dict[str, None]] = {}
        for line in kept:
            if line.song == song:
                sections.setdefault(line.section, {})[line.text] = None
        parts += [_section(name, list(texts)) for name, texts in sections.items()]
        articles.append(f'<article id="song-{place}"><h2>{escape(song)}</h2>\n' + "\n".join(parts) + "</article>")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n<title>{escape(night.title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style></head>\n<body>\n"
        f"<header><h1>{escape(night.title)}</h1><p>{day} · {_counted(len(songs), 'song')}</p></header>\n"
        f'<nav aria-label="Songs"><ol>{contents}</ol></nav>\n<main>\n'
        + "\n".join(articles)
        + "\n</main></body></html>\n"
    )


def _section(name: str, texts: list[str]) -> str:
    lines = "".join(
        f"<span>{escape(text)}</span>" if text else '<span class="gap">(a line to come)</span>' for text in texts
    )
    heading = f"<h3>{escape(name)}</h3>" if name else ""
    return f'<section>{heading}<p class="lines">{lines}</p></section>'


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


EXPORTS = (Export("songbook", "html", "pages to print, a song on each", write),)

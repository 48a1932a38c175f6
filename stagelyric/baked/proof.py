"""The proof of a baked show: an HTML page with every line to be read, its number and the reason for its choice."""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from stagelyric.baked.bake import STANZA, Bake, Baked
from stagelyric.baked.editing import Entry, every_entry, faults
from stagelyric.types.json import JsonMapping, JsonObject

STATIC = Path(__file__).with_name("static")
_MARKS = 3  # how many marks of a model's line are named, best first
_FROM = {
    "frame": "a frame",
    "own": "our frames",
    "model": "a model",
    "editor": "the editor",
    "written": "the band",
    "kept": "kept",
    "safety": "safety",
    "word": "",
}


def page(bake: Bake, name: str, *, edits: bool = False) -> str:
    """The page for printing or, with `edits`, for changing lines, which needs `proof.js` beside it."""
    style = _font() + (STATIC / "proof.css").read_text(encoding="utf-8")
    script = '<script src="/proof.js" defer></script>' if edits else ""
    title = escape(f"{bake.setlist.title}: proof of {name}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style>{script}</head>\n<body{' class=edits' if edits else ''}><main>\n"
        f"{_head(bake, name, edits)}\n{''.join(_songs(bake, edits))}</main></body></html>\n"
    )


@cache
def _font() -> str:
    """The type of our other pages, inside the page: it is one file, to be read anywhere."""
    font = b64encode((STATIC.parents[1] / "web" / "static" / "bricolage-text.woff2").read_bytes()).decode("ascii")
    return (
        '@font-face { font-family: "Bricolage Text"; font-weight: 200 800; '
        f'src: url("data:font/woff2;base64,{font}") format("woff2"); }}\n'
    )


def counted(bake: Bake) -> str:
    """The number of lines, of struck lines and of changed lines, as text."""
    struck, changed = bake.touched
    lines = sum(len(part.lines) for part in bake.parts)
    return f"{lines:,} lines, {struck} struck, {changed} changed"


def as_told(bake: Bake, entry: Entry) -> JsonObject:
    """The data of a line for the editing page."""
    baked = entry.baked
    return {
        "number": baked.number, "text": baked.line.text, "struck": baked.struck, "was": baked.was,
        "syllables": len(baked.line.syllables), "faults": faults(bake, entry) if baked.was and not baked.struck else [],
    }  # fmt: skip


def _head(bake: Bake, name: str, edits: bool) -> str:
    how = (
        "Strike a line by its button, or write another in its place. All of it is saved as you go."
        if edits
        else "Strike and change lines by number: "
        f'<code>stagelyric bake edit {escape(name)} --strike 12 --change 31 "…"</code>'
    )
    return (
        f"<header><h1>{escape(bake.setlist.title)}</h1>"
        f'<p class="told"><span id="counted">{counted(bake)}</span> · seed {bake.seed} · {escape(bake.model)}</p>'
        f'<p class="told">{how}</p>{"<p id=said role=status></p>" if edits else ""}</header>'
    )


def _songs(bake: Bake, edits: bool) -> Iterator[str]:
    song, section, at, before = "", "", 0, ""
    for entry in every_entry(bake):
        part = entry.part
        if part.song != song:
            yield f"{'</ol></section>' if song else ''}<section><h2>{escape(part.song)}</h2>"
            song, section = part.song, ""
        if part.section != section:
            low, high = entry.section.syllables
            asked = f"{low} to {high} syllables, {entry.section.rhyme}"
            yield f"{'</ol>' if section else ''}<h3>{escape(part.section)} <small>{asked}</small></h3><ol>"
            section, at = part.section, 0
        why = chosen_for(entry.baked)
        yield _row(bake, entry, at, "" if at % STANZA and why == before else why, edits)
        at, before = at + 1, why
    if song:
        yield "</ol></section>\n"


def _row(bake: Bake, entry: Entry, at: int, why: str, edits: bool) -> str:
    """`why`: the reason for the line's choice; "" if it is the same as that of the line before."""
    baked = entry.baked
    kinds = [
        *(["stanza"] if at and baked.line.index % STANZA == 0 else []),
        *(["struck"] if baked.struck else []),
        *(["changed"] if baked.was else []),
    ]
    scheme = "" if entry.section.rhyme == "free" else entry.section.rhyme.lower()
    letter = scheme[baked.line.index % STANZA] if scheme else ""
    told = as_told(bake, entry)["faults"]
    text = escape(baked.line.text, quote=True)
    was = f'<span class="was">was: {escape(baked.was)}</span>' if baked.was else ""
    shown = (
        f'<textarea class="text" rows="1" aria-label="Line {baked.number}" maxlength="200">{text}</textarea>'
        if edits
        else f'<span class="text">{text}{was}</span>'
    )
    act = "restore" if kinds and ("struck" in kinds or "changed" in kinds) else "strike"
    button = f'<button aria-label="{act.capitalize()} line {baked.number}">{act}</button>' if edits else ""
    return (
        f'<li id="line-{baked.number}" data-number="{baked.number}" class="{" ".join(kinds)}">'
        f'<span class="n">{baked.number}</span>{shown}<span class="s">{len(baked.line.syllables)}</span>'
        f'<span class="r">{letter}</span><span class="why">{escape(why)}</span>{button}'
        f'<p class="faults">{escape(" · ".join(told))}</p></li>\n'
    )


def chosen_for(baked: Baked) -> str:
    """The reason for a line's choice in a few words."""
    why: JsonMapping = baked.why
    if baked.was:
        return "the band's own"
    if "hand" in why:
        about = [", ".join(why.get("themes", [])), " ".join(why.get("mood", []))]
        return " · ".join(filter(None, [f"frame, {why['hand']}", *about]))
    marks = why.get("marks", {})
    best = sorted((name for name in marks if marks[name] > 0), key=lambda name: -marks[name])[:_MARKS]
    return " · ".join(filter(None, [_FROM.get(baked.line.origin, ""), ", ".join(best)]))

"""The pages' files, read into memory once, so that a failing disk can't take the teleprompter away."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from stagelyric.types.actions import TABLE

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Page(NamedTuple):
    """`name`: of its script and its own style sheet; `body`: of its HTML; `cut`: of the font; `styles`: the sheets that
    it shares with others besides base.css, in their order."""

    name: str
    title: str
    body: str
    cut: str = "text"
    styles: tuple[str, ...] = ()


PAGES = {
    "/": Page("teleprompter", "Teleprompter", "stage"),
    "/operator": Page("operator", "Operator", "operator", styles=("controls", "rehearsal")),
    "/together": Page("together", "Side by side", "together"),
    "/rehearse": Page("rehearse", "Rehearsal", "rehearse", styles=("controls", "room", "rehearsal")),
    "/setup": Page("setup", "Setup", "setup", styles=("controls", "room")),
    "/audience": Page("audience", "Audience", "stage", cut="display"),
}
REPLAY = {"/replay": Page("replay", "A night again", "replay", styles=("controls", "together"))}  # with a replay only
THUMB = Page("thumb", "Frames", "thumb/thumb", styles=("controls",))
# What the page of frames has in common with the others.
SHARED = ("base.css", "controls.css", "old.js", "type.js", "icon.svg", "stagelyric.webmanifest")
STYLE = '    <link rel="stylesheet" href="/static/{}.css">'
# A script's imports are named in the page, or a browser would ask for each only after it has read the one before.
MODULE = '    <link rel="modulepreload" href="/static/{}.js">'
_IMPORTED = re.compile(r'^(?:import|export) .* from "\./(\w+)\.js";$', re.MULTILINE)
PADS = "/static/pads.js"  # a table is inserted into this file
WORKER = "/worker.js"  # at the root, since a service worker handles only addresses below its own


@dataclass(frozen=True, slots=True)
class File:
    """`kind`: its media type; `tag`: its HTTP entity tag, with quotes."""

    kind: str
    body: bytes
    tag: str

    @property
    def charset(self) -> str | None:
        """The charset for text, None for other types."""
        return None if self.kind.startswith("font/") else "utf-8"


def read(replay: bool = False) -> dict[str, File]:
    """All files by address; `replay`: also the page that moves a replay."""
    found = {f"/static/{path.name}": _file(path.suffix, path.read_bytes()) for path in _static()}
    found[PADS] = _file(".js", _with_actions(found[PADS].body))
    found[WORKER] = found.pop("/static/worker.js")
    for address, page in {**PAGES, **(REPLAY if replay else {})}.items():
        found[address] = _page(page)
    found["/static/shell.json"] = _file(".json", json.dumps(sorted(set(found) - {WORKER})).encode())
    return found


def read_thumb() -> dict[str, File]:
    """The files of the page for keeping or striking frames: its own, and those it shares with the other pages."""
    own = FOLDER / "thumb"
    shared = [FOLDER / name for name in SHARED]
    paths = [path for path in (*own.iterdir(), *shared, *FOLDER.glob("bricolage-*")) if path.suffix in TYPES]
    found = {f"/static/{path.name}": _file(path.suffix, path.read_bytes()) for path in paths}
    found["/"] = _page(THUMB, own)
    return found


def _page(page: Page, folder: Path = FOLDER) -> File:
    parts = {
        "styles": "\n".join(STYLE.format(name) for name in ("base", *page.styles, page.name)),
        "modules": "\n".join(MODULE.format(name) for name in _imported_by(folder, page.name)),
        "body": (FOLDER / f"{page.body}.html").read_text("utf-8").rstrip(),
        "name": page.name,
        "cut": page.cut,
        "title": page.title,
    }
    whole = (FOLDER / "frame.html").read_text("utf-8")
    for part, text in parts.items():
        whole = whole.replace(f"{{{part}}}", text) if text else whole.replace(f"{{{part}}}\n", "")
    return _file(".html", whole.encode())


def _imported_by(folder: Path, script: str) -> list[str]:
    """The scripts that a script imports, and those that these import, in the order in which they are first named."""
    found: dict[str, None] = {}
    left = [script]
    while left:
        name = f"{left.pop(0)}.js"
        own = folder / name
        names = _IMPORTED.findall((own if own.exists() else FOLDER / name).read_text("utf-8"))
        left += [name for name in names if name not in found]
        found |= dict.fromkeys(names)
    return list(found)


def _with_actions(script: bytes) -> bytes:
    """The script with the table of actions for pads inserted: name, label, and the type of value that each takes."""
    rows = [[row.name, row.pad, None if row.takes == "nothing" else "text"] for row in TABLE if row.pad]
    return script.replace(b"ACTIONS = [];", f"ACTIONS = {json.dumps(rows)};".encode(), 1)


def _static() -> list[Path]:
    return [path for path in FOLDER.iterdir() if path.suffix in TYPES]


def _file(suffix: str, body: bytes) -> File:
    return File(TYPES.get(suffix, "text/html"), body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')

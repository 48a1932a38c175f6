"""The pages' files, read into memory once, so that a failing disk can't take the teleprompter away."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

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
# Address: (name of its script and style, title, name of its body, the font's cut).
PAGES = {
    "/": ("teleprompter", "Teleprompter", "stage", "text"),
    "/operator": ("operator", "Operator", "operator", "text"),
    "/together": ("together", "Side by side", "together", "text"),
    "/rehearse": ("rehearse", "Rehearsal", "rehearse", "text"),
    "/setup": ("setup", "Setup", "setup", "text"),
    "/audience": ("audience", "Audience", "stage", "display"),
}
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


def read() -> dict[str, File]:
    """All files by address."""
    found = {f"/static/{path.name}": _file(path.suffix, path.read_bytes()) for path in _static()}
    found[PADS] = _file(".js", _with_actions(found[PADS].body))
    found[WORKER] = found.pop("/static/worker.js")
    for address, (name, title, body, cut) in PAGES.items():
        found[address] = _page(name, title, FOLDER / f"{body}.html", cut)
    found["/static/shell.json"] = _file(".json", json.dumps(sorted(set(found) - {WORKER})).encode())
    return found


def read_thumb() -> dict[str, File]:
    """The files of the page for keeping or striking frames: its own, and those it shares with the other pages."""
    own = FOLDER / "thumb"
    shared = [FOLDER / name for name in ("base.css", "old.js", "icon.svg", "stagelyric.webmanifest")]
    paths = [path for path in (*own.iterdir(), *shared, *FOLDER.glob("bricolage-*")) if path.suffix in TYPES]
    found = {f"/static/{path.name}": _file(path.suffix, path.read_bytes()) for path in paths}
    found["/"] = _page("thumb", "Frames", own / "thumb.html", "text")
    return found


def _page(name: str, title: str, body: Path, cut: str) -> File:
    frame = (FOLDER / "frame.html").read_text("utf-8").replace("{name}", name).replace("{cut}", cut)
    page = frame.replace("{body}", body.read_text("utf-8").rstrip()).replace("{title}", title)
    return _file(".html", page.encode())


def _with_actions(script: bytes) -> bytes:
    """The script with the table of actions for pads inserted: name, label, and the type of value that each takes."""
    rows = [[row.name, row.pad, None if row.takes == "nothing" else "text"] for row in TABLE if row.pad]
    return script.replace(b"ACTIONS = [];", f"ACTIONS = {json.dumps(rows)};".encode(), 1)


def _static() -> list[Path]:
    return [path for path in FOLDER.iterdir() if path.suffix in TYPES]


def _file(suffix: str, body: bytes) -> File:
    return File(TYPES.get(suffix, "text/html"), body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')

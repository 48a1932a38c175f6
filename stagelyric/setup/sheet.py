"""A setlist's file as the page sees it: read, checked while one types, and saved with its comments."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path

from stagelyric.setlist import editing
from stagelyric.setlist.faults import FileError, keys_of, parsed
from stagelyric.setlist.setlist import Setlist
from stagelyric.setup import checking
from stagelyric.setup.form import form
from stagelyric.types import whole
from stagelyric.types.json import JsonMapping, JsonObject

Answer = tuple[int, JsonObject]
"""An HTTP status and the JSON object of the answer."""

_ROWS = 400  # lines of a diff that are shown
_COMPARED = 20_000  # lines of a file above which no diff is made
_BASES = 4  # earlier texts that are kept, for pages that were opened with them
_STALE = "{} was changed by somebody else meanwhile: nothing was saved"


class Sheet:
    """One setlist's file. It is read again for each request; a page edits the text that it was given, identified by its
    `revision`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._bases: dict[str, str] = {}
        self._editor = "", editing.Editor("\n")  # the last editor, with its text

    def told(self, *, checked: bool = True) -> Answer:
        """The file as it is, and the form for editing it; with its errors too, or unchecked: a first check opens the
        model, which takes a second, and the page need not wait for that."""
        about: JsonObject = {"file": self.file.name, "revision": "", "set": None, "form": form()}
        if not self.file.exists():
            return 200, about | {"new": True, "faults": [], "warnings": [], "told": []}
        try:
            text, revision = self._read()
            data = editing.as_data(_lines(text))
        except FileError as error:
            return 200, about | {"faults": [self._placed(fault, {}) for fault in error.faults], "warnings": []}
        return 200, about | {"revision": revision, "set": data} | (self._checked(text) if checked else {})

    def check(self, asked: JsonMapping) -> Answer:
        """What `stagelyric check` would report about the edited set, and what would change in the file."""
        base = self._base(asked)
        text, data = self._edited(base, asked)
        return 200, self._checked(text, data) | {
            "changes": _changes(base, text),
            "stale": self._now() != asked["revision"],
        }

    def save(self, asked: JsonMapping) -> Answer:
        """Writes the edited set to the file, unless it has errors or the file has changed since the page read it."""
        base = self._base(asked)
        text, data = self._edited(base, asked)
        if self._now() != asked["revision"]:
            return 409, {"error": _STALE.format(self.file.name), "changes": self._against(text)}
        found = self._checked(text, data)
        if found["faults"]:
            return 422, {"error": f"not saved: {self.file.name} would have a fault"} | found
        if text != base:
            try:
                whole.replace(self.file, text)
            except OSError as error:
                return 500, {"error": f"{self.file.name}: could not be written: {error.strerror}"}
        return self.told()

    def make(self, asked: JsonMapping) -> Answer:
        """Creates a setlist of one song, from a title and a few words, if there is no file yet."""
        from stagelyric.songs import document

        title, words = asked.get("title"), asked.get("words")
        if not isinstance(title, str) or not title.strip():
            raise ValueError("title: wanted a text, found none")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError("words: wanted a few words")
        if self.file.exists():
            return 409, {"error": f"{self.file.name} is there by now: nothing was written"}
        wishes = document.Wishes(title.strip(), ("keys", "footswitch"), words=tuple(filter(str.strip, words)))
        if not wishes.words:
            raise ValueError("words: wanted a few words that the song is about, found none")
        text = document.head(wishes, "from a title and a few words") + document.without_songs(wishes)
        try:
            whole.replace(self.file, text)
        except OSError as error:
            return 500, {"error": f"{self.file.name}: could not be written: {error.strerror}"}
        return self.told()

    def _read(self) -> tuple[str, str]:
        """The text and its revision; the byte-order mark and the kind of line ends are remembered. Raises FileError."""
        try:
            data = self.file.read_bytes()
        except OSError as error:
            raise FileError([f"{self.file}: could not be read: {error.strerror}"]) from None
        text = checking.text_of(self.file)
        if data.startswith(b"\xef\xbb\xbf"):
            text = "\ufeff" + text
        parsed(text.removeprefix("\ufeff"), self.file)
        revision = hashlib.sha256(text.encode()).hexdigest()
        self._bases[revision] = text
        while len(self._bases) > _BASES:
            del self._bases[next(iter(self._bases))]
        return text, revision

    def _now(self) -> str:
        """The present file's revision; "" if it can't be read."""
        try:
            return hashlib.sha256(self.file.read_bytes()).hexdigest()
        except OSError:
            return ""

    def _base(self, asked: JsonMapping) -> str:
        revision = asked.get("revision")
        if not isinstance(revision, str):
            raise ValueError("revision: wanted that of the file as it was told")
        if revision not in self._bases:
            self.told()  # the page may have its text from another process
        if revision not in self._bases:
            raise LookupError(_STALE.format(self.file.name))
        return self._bases[revision]

    def _edited(self, base: str, asked: JsonMapping) -> tuple[str, JsonObject]:
        """The whole text of the file after the edit, with its byte-order mark and line ends as before, and its data."""
        wanted = asked.get("set")
        if not isinstance(wanted, dict):
            raise ValueError("set: wanted a table")
        before = _lines(base)
        if self._editor[0] != before:
            self._editor = before, editing.Editor(before)
        after, data = self._editor[1].edited(wanted)
        if after == before:
            return base, data
        mark = "\ufeff" if base.startswith("\ufeff") else ""
        return mark + (after.replace("\n", "\r\n") if "\r\n" in base else after), data

    def _checked(self, text: str, data: JsonObject | None = None) -> JsonObject:
        """Checks a text; `data`: its data, if it is known."""
        found = checking.Found()
        try:
            data = parsed(text.removeprefix("\ufeff"), self.file) if data is None else data
            checking.look_at(self.file, found, data)
        except FileError as error:
            found.faults += error.faults
        return {
            "faults": [self._placed(fault, data or {}) for fault in found.faults],
            "warnings": [self._placed(warning, data or {}) for warning in found.warnings],
            "told": [line.removeprefix(f"{self.file}: ") for line in found.told],
        }

    def _placed(self, sentence: str, data: JsonObject) -> JsonObject:
        """A sentence of `check` without the file's name, split into its keys and what it says about them."""
        text = sentence.removeprefix(f"{self.file}: ")
        keys, short = keys_of(text, data, Setlist.model_fields)
        return {"text": text, "keys": keys, "short": short}

    def _against(self, text: str) -> list[str]:
        """What saving would change in the file as somebody else left it."""
        try:
            return _changes(checking.text_of(self.file), text)
        except FileError:
            return []


def _lines(text: str) -> str:
    """The text in the form for editing: without a byte-order mark, with "\n" as line ends, including the last line."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n") + "\n"


def _changes(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    if before == after or len(old) + len(new) > 2 * _COMPARED:
        return []
    shared = min(len(old), len(new))
    first = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), shared)
    most = shared - first
    last = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    rows = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
    return [row for row in rows if not row.startswith("@@")][:_ROWS]

"""The form of the page: all keys of a set, a song, a section and a trigger, made from their models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from stagelyric.setlist.reference import meaning
from stagelyric.setlist.setlist import Section, Setlist, Song
from stagelyric.setlist.triggers import On, Trigger
from stagelyric.types.actions import TABLE
from stagelyric.types.events import EVENT_KINDS, Text, Whole
from stagelyric.types.json import JsonMapping, JsonObject

_MODELS: Mapping[str, type[BaseModel]] = {
    "set": Setlist, "song": Song, "section": Section, "trigger": Trigger, "on": On,
}  # fmt: skip
_TABLES = ("songs", "sections", "triggers", "on", "do")  # these have their own places on the page
_TEXTS = ("never_quote", "frames")  # a list, but a single text may be given too


def form() -> JsonObject:
    """The fields by table: `key`, `kind` (text, number, whole, bool, choice, texts, choices, span), `means`, and where
    they exist `options`, `least`, `most`, `default`, `needed`; the kinds of `on`, and the actions of `do`."""
    fields = {name: list(_fields(model)) for name, model in _MODELS.items()}
    kinds = [
        {
            "name": kind.name, "means": kind.does, "text": isinstance(kind.wanted, Text),
            "whole": isinstance(kind.wanted, Whole) and kind.wanted.read is None,
        }
        for kind in EVENT_KINDS
    ]  # fmt: skip
    actions = [{"name": row.name, "label": row.label, "means": row.does, "takes": row.takes} for row in TABLE]
    return fields | {"kinds": kinds, "actions": actions}


def _fields(model: type[BaseModel]) -> Iterator[JsonObject]:
    defined = model.model_json_schema()
    needed = defined.get("required", [])
    for key, written in defined["properties"].items():
        if key in _TABLES:
            continue
        told = {"key": key, "means": meaning(model, key), "needed": key in needed}
        told |= {"kind": "texts"} if key in _TEXTS else _kind(written)
        if written.get("default") not in (None, []):
            told["default"] = written["default"]
        yield told


def _kind(written: JsonMapping) -> JsonObject:
    """A key's type, range and choices."""
    kinds = [one for one in written.get("anyOf", [written]) if one.get("type") != "null"]
    first = kinds[0]
    if len(kinds) > 1 or "anyOf" in first:
        options = next((one["enum"] for one in kinds if "enum" in one), None)
        return {"kind": "mixed"} | ({"options": options} if options else {})
    if "enum" in first:
        return {"kind": "choice", "options": first["enum"]}
    if "prefixItems" in first:
        return {"kind": "span"} | _bounds(first["prefixItems"][0])
    match first.get("type"):
        case "array":
            inside = first.get("items", {})
            return {"kind": "choices", "options": inside["enum"]} if "enum" in inside else {"kind": "texts"}
        case "boolean":
            return {"kind": "bool"}
        case "integer":
            return {"kind": "whole"} | _bounds(first)
        case "number":
            return {"kind": "number"} | _bounds(first)
    return {"kind": "text"}


def _bounds(written: JsonMapping) -> JsonObject:
    named = {"least": written.get("minimum"), "most": written.get("maximum")}
    return {key: value for key, value in named.items() if value is not None and abs(value) < 1 << 50}

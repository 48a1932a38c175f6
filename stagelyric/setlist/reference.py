"""Generates docs/setlist.md from the models of a setlist and a rig: `python stagelyric/setlist/reference.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel

from stagelyric.setlist import rig, setlist, triggers
from stagelyric.types.actions import TABLE
from stagelyric.types.json import JsonMapping

MEANINGS: Mapping[type[BaseModel], Mapping[str, str]] = {
    setlist.Setlist: {
        "title": "what the set is called",
        "model": "who drafts what frames do not: a model by name, a folder, or a server "
        '(`"http://127.0.0.1:11434/v1#llama3.2"`)',
        "seed": "the same seed and the same presses give the same lines; without one each night is another",
        "family_friendly": "nothing goes up that is not for a family",
        "avoid": "words and phrases that are never shown, in any song",
        "never_quote": "files of lyrics of which no five words and no 24 characters in a row are ever shown",
        "drafters": "who may draft lines; all but `editor` where it is left out",
        "frames": "files of the band's own frames (see [lines](lines.md))",
        "kept": "whether lines that were kept in rehearsal come first, or where nothing else is ready",
        "min_gap_ms": "a press sooner than this after the last line is disregarded, and said so",
        "triggers": "what fires, in every song",
        "songs": "the songs in their order; one may come more than once",
    },
    setlist.Song: {
        "title": "what it is called",
        "tempo": "beats a minute",
        "time_signature": "beats in a bar, and which note is one",
        "key": "for the desk's list",
        "names": "the song's people and places, the first leads; left out, it is lent some; `[]` for none",
        "themes": "what its lines are about",
        "wildness": "0 sober (frames alone) to 1 wild (the models' own dreams)",
        "lyrics": "a file beside the setlist with the song's own words: lines go on from them, and stand in if need be",
        "hand": "whose frames are preferred; one is cast by title and mood where it is left out",
        "mood": 'a number from 0 dark to 1 bright, or words: `"dark calm"`',
        "kept": "the set's where it is left out",
        "sections": "its parts in their order; one may come more than once, and `goto` leads to the next of its name",
        "triggers": "what fires in this song, before the set's",
    },
    setlist.Section: {
        "name": "what it is called: verse, chorus, bridge …",
        "syllables": "the fewest and the most of a line",
        "rhyme": "the scheme that its lines follow, four by four",
        "elisions": "syllables are counted as singers elide them: *heaven* 1, *memory* 2",
        "mood": "the song's where it is left out",
        "rhyme_kind": "perfect rhymes first where it is left out",
        "safety": "lines that are shown if nothing else is ready",
        "triggers": "what fires in this section, before the song's and the set's",
    },
    triggers.Trigger: {
        "on": "what fires",
        "do": "what is done",
        "quantize": "when: at once, on the next beat or bar, or on the next so many beats",
    },
    triggers.On: {
        "channel": "this MIDI channel only",
        "bank": "this bank only, with `program`",
        "port": "only ports with this in their name",
        "press": "whether pressing fires, releasing, or both",
        "threshold": "a control is down from this value on (64); a note only where it is written",
        "hysteresis": "how far below the threshold a pedal must come before it is pressed again (16)",
        "debounce_ms": "a contact that closes again within this time has bounced",
    },
    rig.Rig: {
        "midi": "MIDI ports",
        "osc": "OSC",
        "web": "the pages",
        "speech": "who speaks, and where it is heard",
        "clock": "where the beat comes from",
        "writer": "servers that may draft lines",
        "live": "Ableton Live with AbletonOSC; listened to only where it is written",
    },
    rig.MidiRig: {
        "inputs": "parts of port names; none: every input there is",
        "outputs": "parts of port names: lights for a line that is up, a pool that is low, an error",
    },
    rig.OscRig: {
        "listen": "where messages come in",
        "reply_to": "who is told of every cue, as `host:port`",
        "allow": "addresses or networks that may send; none: all",
        "advertise": "announced on the network (zeroconf) where others can reach it",
    },
    rig.WebRig: {
        "host": "where the pages are served; `0.0.0.0` for tablets",
        "port": "on which port",
        "pin": "what other machines must enter before they may change the show; six digits or more",
        "names": "further names that this machine is reached by",
        "https": "also on the next port, with a certificate of this machine's own",
        "also": "a second machine that runs in step",
    },
    rig.SpeechRig: {
        "voice": "part of a voice's name, its language, or a Piper voice's .onnx file",
        "rate": "words a minute",
        "device": "part of an audio output's name",
        "channel": "which of its channels, from 1; none: the first two",
        "latency": 'seconds, or `"low"` or `"high"`',
        "overlap": "what a new line does to one that still sounds",
        "gain": "decibels",
        "duck": "decibels by which older lines step back where they sound on",
        "fallback": "whether the usual output may stand in while the device is not there",
        "whisper": "the next line in a singer's ear",
        "cache_mb": "megabytes of sounds that are kept",
    },
    rig.WhisperRig: {
        "channel": "which channels, from 1; none: no whisper",
        "beats": "how long before the line is expected",
        "gain": "decibels",
    },
    rig.ClockRig: {"source": "who beats"},
    rig.WriterRig: {"hosts": "machines beyond this one whose servers a setlist's `model` may name"},
    rig.LiveRig: {
        "host": "Live's machine",
        "port": "where AbletonOSC listens",
        "answers": "where AbletonOSC sends to",
        "track": "only clips on tracks with this in their name count",
    },
}
"""What each key means that has no description of its own; a test compares the keys with the models'."""

_HEADINGS: Mapping[type[BaseModel], str] = {
    setlist.Setlist: "The set", setlist.Song: "`[[songs]]`", setlist.Section: "`[[songs.sections]]`",
    triggers.Trigger: "`[[triggers]]`", triggers.On: "`on`", rig.Rig: "The rig",
}  # fmt: skip

_HEAD = """# Setlist and rig

Every key of a setlist and of a rig, what it may be and what it is where it is left out. This page is made from the
models in `stagelyric/setlist/` (`python stagelyric/setlist/reference.py > docs/setlist.md`); `stagelyric check
--schema` prints the same as JSON Schema. An unknown key is a fault that names the nearest known one.
"""

_TAKES = {
    "nothing": "`do = \"{name}\"`", "text": '`do = {{ {name} = "…" }}`', "place": '`do = {{ {name} = "TITLE" }}`',
    "share": '`do = {{ {name} = 0.7 }}` or `"value"`, the event\'s own',
}  # fmt: skip


def meaning(model: type[BaseModel], key: str) -> str:
    """What a key means: its row in MEANINGS, else the field's own description."""
    return MEANINGS.get(model, {}).get(key) or model.model_fields[key].description or ""


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """The page's headings and their models; those of the rig's tables are found in it, so that a new one is too."""
    yield from ((heading, model) for model, heading in _HEADINGS.items())
    yield from _inside(rig.Rig, "")


def _inside(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for key, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield f"`[{path}{key}]`", kind
                yield from _inside(kind, f"{path}{key}.")


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *_tables(), *_actions()]) + "\n"


def _tables() -> Iterator[str]:
    for heading, model in tables():
        defined = model.model_json_schema()
        yield f"## {heading}\n\n| key | is | default | means |\n|---|---|---|---|"
        needed = defined.get("required", [])
        for key, kind in defined["properties"].items():
            default = "*needed*" if key in needed else _default(kind.get("default"))
            yield f"| `{key}` | {_kind(kind, defined.get('$defs', {}))} | {default} | {meaning(model, key)} |"
        yield ""


def _default(value: object) -> str:
    if value is None or value == []:
        return "none"
    return "see there" if isinstance(value, dict) or _is_of_tables(value) else f"`{json.dumps(value)}`"


def _is_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _kind(written: JsonMapping, known: JsonMapping) -> str:
    """The values that a key may have, in words."""
    if "$ref" in written:
        return "a table"
    if "anyOf" in written:
        kinds = [_kind(one, known) for one in written["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds)) + _bounds(written)
    if "enum" in written:
        return ", ".join(f"`{value}`" for value in written["enum"]).replace("|", "\\|")
    if "prefixItems" in written:
        return "two numbers, " + _bounds(written["prefixItems"][0]).strip(" ,")
    match written.get("type"):
        case "array":
            inside = _kind(written.get("items", {}), known)
            return "tables" if inside == "a table" else f"a list of {inside.removeprefix('a ')}"
        case "string":
            return "a text" + (" of its own form" if "pattern" in written else "")
        case "boolean":
            return "true or false"
        case "integer":
            return "a whole number" + _bounds(written)
        case "number":
            return "a number" + _bounds(written)
    return "a table"


def _bounds(written: JsonMapping) -> str:
    low = written.get("minimum", written.get("ge", written.get("exclusiveMinimum")))
    high = written.get("maximum", written.get("le"))
    if low is not None and high is not None and abs(high) < 1 << 50:
        return f", {low:g} to {high:g}"
    return f", from {low:g}" if low is not None and abs(low) < 1 << 50 else ""


def _actions() -> Iterator[str]:
    yield "## What `do` may be\n\n| | does |\n|---|---|"
    for row in TABLE:
        yield f"| {_TAKES[row.takes].format(name=row.name)} | {row.does} |"


if __name__ == "__main__":
    print(reference(), end="")

"""Writes a trigger to a setlist's file; comments, order and spacing are preserved (tomlkit)."""

from collections.abc import MutableMapping, MutableSequence, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import tomli
import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import AoT, InlineTable, Table

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.setlist import Setlist, checked, find_name, load
from stagelyric.setlist.triggers import On, write_do
from stagelyric.types import whole
from stagelyric.types.actions import Do
from stagelyric.types.json import JsonMapping, JsonObject
from stagelyric.words.alike import numbered

# `Any`: tomlkit's items, each of a type of its own.
TomlTable: TypeAlias = MutableMapping[str, Any]


def write_trigger(
    path: Path,
    on: JsonMapping,
    do: Do,
    quantize: str | float = "now",
    *,
    song: str | None = None,
    section: str | None = None,
) -> tuple[Setlist, bool]:
    """Adds the trigger, or updates the one with the same contact. The file is replaced in one step.

    `song` and `section`: where it goes; the whole set if they are None. Returns the new setlist, and whether a trigger
    for the contact existed before. Raises FileError; the file is then as it was.
    """
    load(path)
    given = path.read_bytes().decode("utf-8")
    mark = "\ufeff" if given.startswith("\ufeff") else ""
    given = given.removeprefix(mark)
    ends = "\r\n" if "\r\n" in given else "\n"
    text = given.replace("\r\n", "\n").removesuffix("\n") + "\n"
    document = tomlkit.parse(text)
    table = _place(document, path, song, section)
    written = _table(on, do, quantize)
    replaced = _put(table, written)
    after = tomlkit.dumps(document)
    _check(path, tomli.loads(text), tomli.loads(after))
    Setlist.model_validate(tomli.loads(after))
    _replace(path, mark + after.replace("\n", ends))
    return load(path), replaced


def content_of(path: Path) -> tuple[str, JsonObject]:
    """The text of a setlist's file, which may have errors, and its data. Raises FileError if it is not valid TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        data = tomli.loads(text)
    except OSError as error:
        raise FileError([f"{path}: could not be read: {error.strerror}"]) from None
    except (UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise FileError([f"{path}: wanted a setlist, found what is no TOML ({error})"]) from None
    return text.removesuffix("\n") + "\n", data


def titles(data: JsonMapping) -> list[str]:
    """The titles of the songs in a setlist's data, which may have errors."""
    songs = data.get("songs", [])
    return [str(song.get("title", "")) for song in songs if isinstance(song, dict)]


def write_whole(path: Path, text: str, old: JsonMapping | None, *, changed: bool = True) -> Setlist:
    """Replaces a setlist's whole text in one step, after checking that it is valid and differs from `old`, the data
    that it has had, only in songs added at its end. `changed`: False if it is the text that `old` was read from.

    Raises FileError; the file is then as it was.
    """
    try:
        after = tomli.loads(text) if changed or old is None else old
    except tomli.TOMLDecodeError as error:
        raise FileError([f"{path}: songs can't be added at its end ({error}); write them in by hand"]) from None
    kept = {key: value for key, value in after.items() if key != "songs"}
    if old is not None and (
        kept != {key: value for key, value in old.items() if key != "songs"}
        or after.get("songs", [])[: len(old.get("songs", []))] != old.get("songs", [])
    ):
        raise FileError([f"{path}: songs can't be added without changing more; write them in by hand"])
    _replace(path, text)
    return checked(after, path)


def _table(on: JsonMapping, do: Do, quantize: str | float) -> JsonObject:
    written = write_do(do)
    done = _inline(written) if isinstance(written, dict) else written
    return {"on": _inline(on), "do": done} | ({} if quantize == "now" else {"quantize": quantize})


def _inline(values: JsonMapping) -> InlineTable:
    """An inline table with a space inside its braces, which tomlkit leaves out."""
    pairs = ", ".join(f"{key} = {tomlkit.item(value).as_string()}" for key, value in values.items())
    table: InlineTable = tomlkit.parse(f"it = {{ {pairs} }}\n")["it"]
    return table


def _place(document: TOMLDocument, path: Path, song: str | None, section: str | None) -> TomlTable:
    if song is None:
        if section is not None:
            raise FileError([f'{path}: wanted a song for the section "{section}", found none'])
        whole: TomlTable = document
        return whole
    place = _named(document.get("songs", []), "title", song, f"{path}: songs")
    return place if section is None else _named(place.get("sections", []), "name", section, f"{path}: sections")


def _named(tables: Sequence[TomlTable], key: str, wanted: str, where: str) -> TomlTable:
    mark = "{} ({})" if key == "title" else "{} {}"
    names = numbered([str(table.get(key, "")) for table in tables], mark)  # numbers repeated names as the setlist does
    place = find_name(wanted, names)
    if place is None:
        raise FileError([f'{where}: found no "{wanted}"; there is: {", ".join(names) or "none"}'])
    found: TomlTable = tables[place]
    return found


def _put(table: TomlTable, written: JsonMapping) -> bool:
    """Puts a trigger into the table's triggers, in the form in which those are written; returns whether one was
    replaced."""
    triggers = table.get("triggers")
    contact = On.model_validate(written["on"].unwrap())
    for trigger in triggers or ():
        if On.model_validate(tomlkit.item(trigger["on"]).unwrap()).same_contact(contact):
            for key in [key for key in trigger if key not in written]:
                del trigger[key]
            trigger.update(written)
            return True
    if triggers is None and isinstance(table, InlineTable):
        table["triggers"] = [written]
    elif triggers is None:
        made = tomlkit.aot()
        made.append(_block(written))
        table["triggers"] = made
    elif isinstance(triggers, AoT):
        triggers.append(_block(written))
    else:
        array: MutableSequence[object] = triggers
        array.append(_inline(written))
    return False


def _block(written: JsonMapping) -> Table:
    block = tomlkit.table()
    block.update(written)
    return block


def _check(path: Path, before: JsonObject, after: JsonObject) -> None:
    """Checks that nothing but triggers has changed, so that a library's bug can't damage the file."""
    if _without_triggers(before) != _without_triggers(after):
        raise FileError([f"{path}: the trigger can't be added without changing more; write it in by hand"])


def _without_triggers(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_triggers(inner) for key, inner in value.items() if key != "triggers"}
    return [_without_triggers(inner) for inner in value] if isinstance(value, list) else value


def _replace(path: Path, text: str) -> None:
    try:
        whole.replace(path, text)
    except OSError as error:
        raise FileError([f"{path}: could not be written: {error.strerror}"]) from None

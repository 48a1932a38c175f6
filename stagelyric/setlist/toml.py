"""Reads TOML as `tomllib` does, which is written in Python: a set of 1,000 songs takes it a third of a second.

A setlist has few forms of statement. One regular expression finds those in a fifth of the time. Any other value is
given to `tomllib` alone; and if a statement isn't understood or is an error, so is the whole text.
"""

from __future__ import annotations

import re
import tomllib

from stagelyric.types.json import JsonObject

_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # not allowed anywhere in a text, whose line ends are "\n"
_TEXT, _SPACE = r'"[^"\\\n]*"', r"[ \t\n]*"
_STATEMENT = re.compile(
    rf"""
    [\ \t]* (?:
        ([A-Za-z0-9_-]+) [\ \t]* = [\ \t]* (?:                                # 1: a key. Its value:
            (?: "([^"\\\n]*)"                                                 # 2: a text
              | (\[ {_SPACE} {_TEXT} {_SPACE} (?: , {_SPACE} {_TEXT} {_SPACE} )* (?: , {_SPACE} )? \])  # 3: texts
              | \[ ([0-9]|[1-9][0-9]) , \ ? ([0-9]|[1-9][0-9]) \]             # 4, 5: two numbers
              | ((?: 0 | [1-9][0-9]{{0,14}} ) (?: \.[0-9]{{1,15}} )? )        # 6: a number
            ) (?= [\ \t]* [\#\n] )
          | ([^\n]+)                                                          # 7: anything else in the line
        )
      | \[\[ ([A-Za-z0-9_-]+ (?: \. [A-Za-z0-9_-]+ )* ) \]\]                  # 8: the header of a list's table
      | (?= [\#\n] )                                                          # a comment, or nothing
    ) [\ \t]* (?: \# [^\n]* )? \n
    """,
    re.VERBOSE,
)
_TEXTS = re.compile(r'"([^"\\\n]*)"')
_DEEPEST = 3  # parts of a header, as in `[[songs.sections.triggers]]`

Table = JsonObject


def loads(text: str) -> Table:
    """The data of a TOML text. Raises what `tomllib.loads` raises."""
    found = plain(text)
    return tomllib.loads(text) if found is None else found


def plain(text: str) -> Table | None:
    """The data of a text with the usual statements only; None for other texts, and for those with errors."""
    text = text.replace("\r\n", "\n")
    if _ODD.search(text):
        return None
    text = text if text.endswith("\n") else text + "\n"
    root = table = Table()
    lists: dict[int, list[Table]] = {}
    at, end = 0, len(text)
    while at < end:
        found = _STATEMENT.match(text, at)
        if found is None:
            return None
        at = found.end()
        if (header := found[8]) is not None:
            below = _opened(root, header.split("."), lists)
            if below is None:
                return None
            table = below
        elif (key := found[1]) is not None:
            if key in table:
                return None
            try:
                table[key] = _value(found)
            except (ValueError, RecursionError):  # an error, or a value that goes on in the next line
                return None
    return root


def _value(found: re.Match[str]) -> object:
    """The value of a key. Raises ValueError or RecursionError if its line isn't a whole one."""
    match found.lastindex:
        case 2:
            return found[2]
        case 3:
            return _TEXTS.findall(found[3])
        case 5:
            return [int(found[4]), int(found[5])]
        case 6:
            return float(found[6]) if "." in found[6] else int(found[6])
    return tomllib.loads(f"value = {found[7]}")["value"]


def _opened(root: Table, path: list[str], lists: dict[int, list[Table]]) -> Table | None:
    """A new table in the list at a path; None if something else is there. `lists`: those that headers made, by `id`."""
    if len(path) > _DEEPEST:
        return None
    table = root
    for key in path[:-1]:
        above = lists.get(id(table.get(key)))
        if above is None:
            return None
        table = above[-1]
    *_, last = path
    if last not in table:
        made: list[Table] = []
        table[last] = lists[id(made)] = made
    tables = lists.get(id(table[last]))
    if tables is None:
        return None
    tables.append({})
    return tables[-1]

"""Reads and checks a file that a musician wrote; reports all errors at once, each as one plain sentence."""

import contextlib
import difflib
import re
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, TypeVar, Union, get_args, get_origin

import tomli
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stagelyric.words import text as texts
from stagelyric.words.reading import SETLIST, read_bytes

DEEPEST = 32  # maximum number of parts of a dotted key
_PART = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""  # of a dotted key
_DEEP = re.compile(rf"^[ \t\[]*(?:{_PART}[ \t]*\.[ \t]*){{{DEEPEST}}}", re.MULTILINE)


class FileError(Exception):
    """A file can't be used. `faults` are plain sentences, one per mistake, each naming file and key."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


M = TypeVar("M", bound=BaseModel)


CrossCheck = Callable[[Mapping[str, object], Path], Iterator[str]]


def load(path: Path, kind: type[M], cross_check: CrossCheck = lambda data, folder: iter(())) -> M:
    """The content of a TOML file as a model. Raises FileError with all errors: those of single keys and those from
    `cross_check`."""
    try:
        text = read_toml(path)
    except FileNotFoundError:
        raise FileError([f"{path}: wanted a {kind.__name__.lower()} file, found none"]) from None
    except OSError as error:
        raise FileError([f"{path}: could not be read: {error.strerror}"]) from None
    return loads(text, path, kind, cross_check)


def loads(text: str, path: Path, kind: type[M], cross_check: CrossCheck = lambda data, folder: iter(())) -> M:
    """The content of a TOML text as a model; errors name the file as `path`. Raises FileError like `load`."""
    return checked(parsed(text, path), path, kind, cross_check)


def checked(
    data: Mapping[str, object], path: Path, kind: type[M], cross_check: CrossCheck = lambda data, folder: iter(())
) -> M:
    """The result of `parsed` as a model. Raises FileError like `load`."""
    faults = list[str]()
    try:
        written = kind.model_validate(data)
    except ValidationError as error:
        faults += _faults(error, kind, data)
    faults += cross_check(data, path.parent)
    if faults:
        raise FileError([f"{path}: {fault}" for fault in faults])
    return written


def parsed(text: str, path: Path) -> dict[str, object]:
    """The data of a TOML text. Raises FileError, which names `path`."""
    if deep := _DEEP.search(text):  # the parser's time grows with the square of their number
        line = text.count("\n", 0, deep.start()) + 1
        raise FileError([f"{path}: not valid TOML: a key of more than {DEEPEST} parts (at line {line})"])
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FileError([f"{path}: not valid TOML: {_explained(text, error)}"]) from None
    except RecursionError:
        raise FileError([f"{path}: not valid TOML: its lists or tables are nested too deep"]) from None
    except ValueError as error:  # a number with thousands of digits
        raise FileError([f"{path}: not valid TOML: {str(error).partition(';')[0]}"]) from None


def read_toml(path: Path) -> str:
    """The text of a TOML file in UTF-8, with or without a byte-order mark; line ends are unchanged.

    Raises FileError for another encoding, and OSError.
    """
    data = read_bytes(path, SETLIST)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x}"
    with contextlib.suppress(texts.TextError):
        found = f"{found}: it is {texts.decode(data).encoding}"
    raise FileError([f"{path}: wanted UTF-8 text, found {found}; save it as UTF-8"])


_CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\uff02]")
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


# What the parser says, by how it begins, and what it means to somebody who writes a setlist.
_MEANT = (
    ("Illegal character '\\n'", "a text on this line has no closing quote"),
    ("Illegal character '\\r'", "a text on this line has no closing quote"),
    ("Unterminated string", "a text has no closing quote"),
    ("Expected '=' after a key", 'wanted "=" after the key'),
    ("Invalid value", 'wanted a value: "a text" in quotes, a number, true, false, or a [list] with its end'),
    ("Cannot overwrite a value", "a key stands there twice"),
    ("Cannot declare", "the same heading stands there twice; each of several begins with two brackets, as [[songs]]"),
    ("Expected newline or end of document", 'wanted nothing more on this line; a quote inside a text is written \\"'),
    ("Unescaped '\\'", "a backslash in a text is written twice"),
    ("Invalid statement", "wanted key = value, or a heading in brackets"),
    ("Unclosed", "what was opened with { or [ is not closed"),
    ("Invalid initial character for a key", "wanted a key here"),
)


def _meant(error: tomli.TOMLDecodeError) -> str:
    """The parser's words in plain ones, and where."""
    told = str(error)
    plain = next((words for begin, words in _MEANT if told.startswith(begin)), None)
    return told if plain is None else plain + told[max(0, told.rfind(" (at ")) :]


def _explained(text: str, error: tomli.TOMLDecodeError) -> str:
    """The parser's message, with a note if typographic quotes or hidden characters are the cause."""
    found = _LINE.search(str(error))
    lines = text.split("\n")
    line = lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else ""
    bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", line)
    if curly := _CURLY.search(bare):
        return f'{_meant(error)}: found curly quotes ({curly[0]}), wanted straight ones (")'
    if "\0" in text:
        return f"{_meant(error)}: it holds bytes that are no text; save it as UTF-8"
    odd = next((c for c in bare if c in "\u00a0\u200b\u2028\u2029\ufeff\u2003"), "")
    return f"{_meant(error)}: found a character that can't be seen (U+{ord(odd):04X})" if odd else _meant(error)


def _faults(error: ValidationError, kind: type[BaseModel], data: Mapping[str, object]) -> list[str]:
    """One plain sentence per mistake: the key, what was wanted, what was found, the nearest known key."""
    sentences: dict[str, str] = {}  # by place: each member of a union reports the same mistake
    for fault in error.errors():
        model, keys = _walk(kind, fault["loc"])
        place = _place(keys, data)
        if fault["type"] == "extra_forbidden":
            known = sorted(model.model_fields)
            hint = nearest(str(keys[-1]), known) or f"known here: {', '.join(known)}"
            sentence = f"unknown key; {hint}"
        elif fault["type"] == "missing":
            sentence = "wanted, and missing"
        elif fault["type"] == "value_error":
            sentence = str(fault["ctx"]["error"])
        else:
            sentence = f"{_wanted(fault)}, found {shown(fault.get('input'))}"
        first = sentences.get(place)
        if first is not None and ", found " in first and sentence.startswith("wanted "):
            wanted, found = first.rsplit(", found ", 1)
            other = sentence.removeprefix("wanted ").rsplit(", found ", 1)[0]
            sentence = first if other in wanted else f"{wanted} or {other}, found {found}"
        sentences[place] = sentence
    return [f"{place}: {sentence}".removeprefix(": ") for place, sentence in sentences.items()]


_WORDS = {
    "string_type": "wanted a text",
    "int_type": "wanted a whole number",
    "int_parsing": "wanted a whole number",
    "int_from_float": "wanted a whole number",
    "float_type": "wanted a number",
    "float_parsing": "wanted a number",
    "bool_type": "wanted true or false",
    "bool_parsing": "wanted true or false",
    "tuple_type": "wanted a list",
    "string_too_short": "wanted a text that is not empty",
}


def _wanted(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    match kind:
        case "literal_error":
            return f"wanted {context['expected']}".replace("'", '"')
        case "greater_than_equal":
            return f"wanted {context['ge']:g} or more"
        case "greater_than":
            return f"wanted more than {context['gt']:g}"
        case "less_than_equal":
            if fault["loc"][-1] == "control":
                return "wanted 119 or less (120 to 127 are channel mode messages and never fire)"
            return f"wanted {context['le']:g} or less"
        case "string_pattern_mismatch":
            osc = context["pattern"] == "^/"
            return "wanted " + ('an OSC address, which begins with "/"' if osc else 'a time signature like "4/4"')
        case "model_type" | "model_attributes_type":
            return "wanted a table"
    message: str = fault["msg"]
    return _WORDS.get(kind) or message[0].lower() + message[1:]


def shown(found: object) -> str:
    """What was found, as a sentence tells it: a text in quotes, at most 60 characters."""
    text = f'"{found}"' if isinstance(found, str) else str(found).lower() if isinstance(found, bool) else repr(found)
    return text if len(text) <= 60 else text[:57] + "…"


def _walk(kind: type[BaseModel], location: tuple[int | str, ...]) -> tuple[type[BaseModel], list[int | str]]:
    """The model that has the last key of a location, and the location without pydantic's own entries."""
    model, keys = kind, list[int | str]()
    for key in location:
        field = model.model_fields.get(str(key)) if isinstance(key, str) else None
        inner = next(_models(field.annotation), None) if field is not None else None
        # pydantic's locations contain union members ("constrained-int", "literal[…]"), which are no keys of the file.
        mark = isinstance(key, str) and (
            key.startswith(("literal[", "function-", "constrained-"))
            or (field is None and keys and key in ("int", "float", "str", "bool", "json-or-python"))
        )
        if not mark:
            keys.append(key)
        if inner is not None:
            model = inner
    return model, keys


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, types.UnionType, Annotated):
        for part in get_args(annotation):
            yield from _models(part)


def _place(keys: list[int | str], data: object) -> str:
    """The place in the file, by number and name: `songs[1] "Harbour Lights", sections[2] "verse", rhyme`."""
    parts: list[str] = []
    here = data
    for key in keys:
        if isinstance(key, int):
            here = here[key] if isinstance(here, list) and key < len(here) else None
            name = here.get("title") or here.get("name") if isinstance(here, dict) else None
            parts[-1] += f"[{key + 1}]" + (f' "{name}"' if isinstance(name, str) else "")
        else:
            here = here.get(key) if isinstance(here, dict) else None
            parts.append(key)
    return ", ".join(parts)


_KEY = re.compile(r"([\w-]+)(?:\[(\d+)\])?")
_NAME = re.compile(r' "[^"]*"')


def keys_of(sentence: str, data: Mapping[str, object], known: Collection[str]) -> tuple[list[str | int], str]:
    """Splits a sentence (`songs[1] "Harbour Lights", tempo: wanted …`) into the place that it begins with, as keys and
    indices from 0, and the rest. `data`: the table that it is about; `known`: the keys that the last table may have."""
    keys: list[str | int] = []
    at, here = 0, data if isinstance(data, dict) else {}
    while (found := _KEY.match(sentence, at)) is not None:
        if not keys and found[1] not in known and found[1] not in data:
            break
        keys.append(found[1])
        inner: object = here.get(found[1])
        at = found.end()
        if found[2]:
            number = int(found[2]) - 1
            keys.append(number)
            inner = inner[number] if isinstance(inner, list) and 0 <= number < len(inner) else None
            at = _after_name(sentence, at, inner)
        here = inner if isinstance(inner, dict) else {}
        if not sentence.startswith(", ", at):
            break
        at += 2
    return keys, sentence[at:].removeprefix(":").lstrip() if keys else sentence


def _after_name(sentence: str, at: int, table: object) -> int:
    """The position after a table's title or name in a sentence, if it is there."""
    name = (table.get("title") or table.get("name")) if isinstance(table, dict) else None
    if isinstance(name, str) and sentence.startswith(f' "{name}"', at):
        return at + len(name) + 3
    other = _NAME.match(sentence, at)  # a repeated title has a number
    return at if other is None else other.end()


def nearest(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else ""

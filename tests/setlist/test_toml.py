"""TOML is read as the standard library reads it: equal values, or a refusal by both, ours with the line."""

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stagelyric.setlist.faults import FileError, parsed, read_toml

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\r")
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.one_of(
    st.dates(), st.times(), st.datetimes(), st.datetimes(timezones=zones), st.datetimes(timezones=st.just(UTC))
).map(lambda moment: moment.replace(fold=0) if isinstance(moment, datetime | time) else moment)
scalars = st.one_of(
    st.text(letters, max_size=12), st.integers(-(1 << 63), (1 << 63) - 1), st.floats(), st.booleans(), moments
)
keys = st.text(letters, max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
tables = st.dictionaries(keys, values, max_size=4)


def quoted(text: str) -> str:
    """A text as TOML has it, with each character that may not stand there bare written by its number."""
    return '"' + re.sub(r'["\\\x00-\x1f\x7f]', lambda found: f"\\u{ord(found[0]):04x}", text) + '"'


def key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else quoted(name)


def value(found: object) -> str:
    match found:
        case bool():
            return str(found).lower()
        case str():
            return quoted(found)
        case list():
            return "[" + ", ".join(map(value, found)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key(name)} = {value(each)}" for name, each in found.items()) + " }"
        case date() | time() | datetime():
            return found.isoformat()
    return repr(found)


def document(table: dict[str, object], place: tuple[str, ...] = ()) -> list[str]:
    """A table's lines: tables below it as headings of their own, and lists of tables likewise."""
    below = {
        name: each for name, each in table.items()
        if isinstance(each, dict) or (isinstance(each, list) and each and all(isinstance(one, dict) for one in each))
    }  # fmt: skip
    lines = [f"{key(name)} = {value(each)}" for name, each in table.items() if name not in below]
    for name, each in below.items():
        where = ".".join(map(key, (*place, name)))
        for one in each if isinstance(each, list) else [each]:
            lines += [f"[[{where}]]" if isinstance(each, list) else f"[{where}]", *document(one, (*place, name))]
    return lines


@given(tables, st.sampled_from(("\n", "\r\n")), st.booleans())
def test_what_is_written_is_read_as_the_standard_library_reads_it(
    table: dict[str, object], end: str, ended: bool
) -> None:
    text = end.join([*document(table), ""] if ended else document(table))
    theirs = tomllib.loads(text)
    assert repr(parsed(text, Path("set.toml"))) == repr(theirs)  # by their repr, since nan is not itself
    assert plain(theirs) == plain(table)


def plain(found: object) -> object:
    """What is the same of equal values: nan is itself, and the order of keys doesn't count."""
    if isinstance(found, dict):
        return {name: plain(each) for name, each in found.items()}
    if isinstance(found, list):
        return [plain(each) for each in found]
    return found.isoformat() if isinstance(found, date | time) else repr(found)


def ours_and_theirs(text: str) -> tuple[str, str | None]:
    """What comes of a text here, and what of the library; a refusal is None there, and here the sentence."""
    try:
        theirs = repr(tomllib.loads(text))
    except (ValueError, RecursionError):
        theirs = None
    try:
        return repr(parsed(text, Path("set.toml"))), theirs
    except FileError as error:
        (sentence,) = error.faults
        return sentence, theirs


PIECES = (
    "[[songs]]", "[songs]", "[a.b]", "[[a.b]]", "a.b = 1", "a = ", "= 1", '"open', "'bare'", '"""', '"two\nrows"',
    "[7, 9", "{ x = 1", "# said", "1967-05-26", "1967-13-45", "07:30:00", "25:00:00", "1e400", "-nan", "+inf", "0x1f",
    "007", "1_0", "True", "\x00", "\ufeff", "a = 1 b = 2", "\u201cA\u201d", "a = '\x07'", "\\q", '"\\ud800"', "\r",
    "\t", "]", "}}",
)  # fmt: skip


@settings(max_examples=80)
@given(tables, st.lists(st.tuples(st.integers(0, 200), st.sampled_from(PIECES)), min_size=1, max_size=3),
       st.sampled_from(("\n", "\r\n")))  # fmt: skip
def test_what_is_broken_is_refused_by_both_with_its_line(
    table: dict[str, object], broken: list[tuple[int, str]], end: str
) -> None:
    text = end.join(["title = 'Friday'", *document(table), ""])
    for at, piece in broken:
        place = at % (len(text) + 1)
        text = text[:place] + piece + text[place:]
    ours, theirs = ours_and_theirs(text)
    if theirs is not None:
        assert ours == theirs
        return
    assume(not ours.startswith("{"))  # TOML 1.1, of which we read what an older library does not
    said = re.match(r"set\.toml: not valid TOML: .+", ours, re.DOTALL)
    assert said is not None, ours
    line = re.search(r"\(at line (\d+)|at end of document", ours)
    assert line is not None, ours
    assert line[1] is None or 1 <= int(line[1]) <= text.count("\n") + 1


@pytest.mark.parametrize("file", sorted((Path(__file__).parents[2] / "setlists").rglob("*.toml")), ids=lambda f: f.name)
def test_a_setlist_that_is_shipped_is_read_alike(file: Path) -> None:
    text = read_toml(file)
    assert parsed(text, file) == tomllib.loads(text)

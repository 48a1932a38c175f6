"""TOML is read as `tomllib` reads it: the same data, in the same order, or the same complaint."""

import json
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist import toml

_KEYS = ("title", "songs", "sections", "name", "a-b", "0", '"quoted"', "do.goto", "ünder", "")
_VALUES = (
    '"Harbour Lights"', '""', '"""', '"""two"""', '"a \\"quote\\""', '"a # sign"', "'bare'", '"open', '"x" "y"',
    "[]", '["a"]', '["a", "b",]', '[ "a" ,"b" ]', '["a"', '["a",\n  "b"]', '["a",\n\n"b"\n]', '["a", # said\n"b"]',
    '["a" "b"]', '[""]', '["""]', '["a", 1]', "[7, 9]", "[7,9]", "[07, 9]", "[7, 9, 11]", "[[7, 9]]", "[7.5, 9]",
    "0", "7", "07", "120.5", "1.", ".5", "-3", "+3", "1_000", "1e3", "99999999999999999999", "0x1f", "inf", "true",
    "True", "1967-05-26", "07:30:00", '{ key = "Space" }', "{ }", '{ key = "Space"', '{ a = 1, a = 2 }', "", "#", "x",
    '"tab\tin it"', '"bell\x07"', '"del\x7f"', '"\u2028 line"', '"\u00a0"', '"\U0001f3b5"',
)  # fmt: skip
_HEADERS = (
    "[[songs]]", "[[songs]]", "[[songs.sections]]", "[[songs.sections]]", "[[triggers]]", "[[songs.triggers]]",
    "[[songs.sections.triggers]]", "[[a.b]]", "[[title]]", "[[do]]", "[songs]", "[songs.sections]", "[a.b.c.d]",
    "[[a.b.c.d]]", '[["songs"]]', "[[ songs ]]", "[[songs.]]", "[[songs]", "[ [songs] ]", "[[songs. sections]]",
)  # fmt: skip
_ENDS = ("", "", "", " ", "\t", "# a guess", " # a guess", "  # \u2028", "#\x01", " x", "\r", "\x0c")
_BETWEEN = ("", "# a comment", "   ", "\t# tab", "]", "\x00", "= 1")

_statements = st.one_of(
    st.builds(
        lambda lead, key, equals, value, end: f"{lead}{key}{equals}{value}{end}",
        st.sampled_from(("", "", " ", "\t")),
        st.sampled_from(_KEYS) | st.integers(0, 9).map(lambda number: f"key{number}"),
        st.sampled_from((" = ", " = ", "=", " =\t", " ")),
        st.sampled_from(_VALUES) | st.text(max_size=12).map(json.dumps) | st.integers(-5, 99).map(str),
        st.sampled_from(_ENDS),
    ),
    st.builds(lambda header, end: header + end, st.sampled_from(_HEADERS), st.sampled_from(_ENDS)),
    st.sampled_from(_BETWEEN),
)
# What a setlist is made of; most of these are good ones.
_usual = st.one_of(
    st.sampled_from(_HEADERS[:7]),
    st.builds(
        lambda key, value: f"{key} = {value}",
        st.integers(0, 30).map(lambda number: f"key{number}"),
        st.sampled_from(('"a"', '["a", "b"]', '["a",\n"b"]', "[7, 9]", "7", "0.5", '{ key = "a" }', "true", '"\\n"')),
    ),
)


def _read(reader: object, text: str) -> str:
    """What comes of a text, with the order and the types of all that is in it."""
    try:
        return repr(reader.loads(text))  # type: ignore[attr-defined]
    except (ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"


@settings(max_examples=400)
@given(
    st.lists(_statements, max_size=6) | st.lists(_usual, max_size=14), st.sampled_from(("\n", "\n", "\r\n")),
    st.booleans(),
)  # fmt: skip
def test_any_text_is_read_as_tomllib_reads_it(statements: list[str], between: str, ended: bool) -> None:
    text = between.join([*statements, ""] if ended else statements)
    assert _read(toml, text) == _read(tomllib, text)


@pytest.mark.parametrize("end", dict.fromkeys(_ENDS))
def test_each_value_is_read_as_tomllib_reads_it(end: str) -> None:
    for value in _VALUES:
        text = f"[[songs]]\nkey = {value}{end}\nnext = 1\n"
        assert _read(toml, text) == _read(tomllib, text), value


@pytest.mark.parametrize("file", sorted((Path(__file__).parents[2] / "setlists").rglob("*.toml")), ids=lambda f: f.name)
def test_the_setlists_that_are_shipped_are_read_in_the_quick_way(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert toml.plain(text) == tomllib.loads(text)


def test_equal_lists_are_lists_of_their_own() -> None:
    read = toml.loads('[[songs]]\nnames = ["a"]\n[[songs]]\nnames = ["a"]\n')
    first, second = read["songs"]
    first["names"].append("b")
    assert second["names"] == ["a"]


@pytest.mark.parametrize(
    "text",
    [" " * 200_000 + "]", "a" * 200_000, "a =" + " " * 200_000, 'a = ["x"' + ', "x"' * 50_000, "[[a" + ".a" * 50_000,
     "a = " + "[" * 100_000, 'a = "' + "x" * 200_000],
    ids=["spaces", "a key", "no value", "an open list", "a deep header", "deep lists", "an open text"],
)  # fmt: skip
def test_what_never_ends_takes_no_longer_than_it_is_long(text: str) -> None:
    """With time that grows by the square of the length, each would take minutes."""
    began = time.process_time()
    assert toml.plain(text) is None
    assert time.process_time() - began < 5

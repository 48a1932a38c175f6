"""Where each key, value and table of a TOML text stands, compared with what tomllib reads at that place."""

import tomllib
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.spans import Block, Pair, Value, blocks

PLAIN = [
    "1_000", "0x1F", "-3.5e2", "true", "+inf", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5", "07:32:00",
    '"a # b"', '"quoted \\" ]"', '""', '"back \\\\"', '"é ☃"', "'it, # is \\'", "''",
    '"""two\nlines " # and "" more"""', '"""ends on a quote""""', '"""\\"\\"" """', "'''raw \\ ]\n}'''", "''''in'''",
]  # fmt: skip
KEYS = ["a", "b-c", "_3", "7", '"d e"', "'f.g'", '"h \\"#"', '""']
GAPS = ["", " ", "\n", "  # so, it is [1\n", "\n\n  # }\n\t"]


@st.composite
def arrays(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    out = "["
    for item in draw(st.lists(items, max_size=3)):
        out += draw(st.sampled_from(GAPS)) + item + draw(st.sampled_from(GAPS)) + ","
    return (out if draw(st.booleans()) else out.removesuffix(",")) + draw(st.sampled_from(GAPS)) + "]"


@st.composite
def inline(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True))
    pairs = [f"{key}{draw(st.sampled_from(['', ' . x']))} = {draw(items)}" for key in keys]
    return "{ " + " , ".join(pairs) + " }"


values = st.recursive(st.sampled_from(PLAIN), lambda inner: arrays(inner) | inline(inner), max_leaves=6)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of some tables and lists of tables, with comments and blank lines anywhere."""

    def pairs() -> str:
        out = ""
        for key in draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True)):
            out += draw(st.sampled_from(["", "\n", "# above\n", "  "]))
            out += f"{key}{draw(st.sampled_from(['', '.x']))} ={draw(st.sampled_from(['', '  ']))}{draw(values)}"
            out += draw(st.sampled_from(["", "  ", " # behind"])) + "\n"
        return out

    out = pairs()
    for number in range(draw(st.integers(0, 3))):
        out += draw(st.sampled_from(["", "\n", "# of the next\n", "\n# alone\n\n# one\n# two\n"]))
        name = draw(st.sampled_from(["[[list]]", f"[table{number}]", f'[ "own {number}" . in ]', "[[ list ]]"]))
        out += f"{name}{draw(st.sampled_from(['', ' # head']))}\n{pairs()}"
    return out


def check_value(text: str, value: Value, data: Any) -> None:
    """The value's text means what the whole text has there, and so does the text of each value in it."""
    own = text[value.start : value.end]
    assert own == own.strip()
    assert repr(tomllib.loads(f"x = {own}")["x"]) == repr(data)
    assert (value.items is not None) == isinstance(data, list)
    assert (value.pairs is not None) == isinstance(data, dict)
    for item, inner in zip(value.items or (), data if value.items is not None else (), strict=True):
        assert value.start < item.start < item.end < value.end
        check_value(text, item, inner)
    for pair in value.pairs or ():
        check_pair(text, pair, data)


def check_pair(text: str, pair: Pair, table: Any) -> None:
    for part in pair.path:
        table = table[part]
    assert pair.start < pair.value.start < pair.end == pair.value.end
    assert text[pair.start : pair.value.start].rstrip().endswith("=")
    check_value(text, pair.value, table)


@settings(max_examples=60)
@given(texts())
def test_every_value_stands_where_it_is_said_to_stand(text: str) -> None:
    whole = tomllib.loads(text)
    counts: Counter[tuple[str, ...]] = Counter()
    for block in blocks(text):
        table: Any = whole
        for part in block.path:
            table = table[part]
        if block.many:
            table = table[counts[block.path]]
            counts[block.path] += 1
        for pair in block.pairs:
            check_pair(text, pair, table)
        assert {pair.path[0] for pair in block.pairs} == {
            key for key in table if block.path or key in {pair.path[0] for pair in block.pairs}
        }


@settings(max_examples=60)
@given(texts())
def test_blocks_follow_one_another_without_a_gap_and_each_is_in_order(text: str) -> None:
    found = blocks(text)
    assert found[0].lead == 0
    assert found[-1].end == len(text)
    assert [block.end for block in found[:-1]] == [block.lead for block in found[1:]]
    for block in found:
        assert block.lead <= block.body <= block.last <= block.end
        ends = [place for pair in block.pairs for place in (pair.start, pair.end, pair.after)]
        assert ends == sorted(ends)
        assert all(block.body <= place <= block.last for place in ends)
        assert all(text[pair.after - 1] == "\n" for pair in block.pairs)
    # Every key of a line of its own is found: nothing is taken for a comment or for part of a text.
    assert sum(len(block.pairs) for block in found) == _leaves(text)


def _leaves(text: str) -> int:
    """The number of keys that stand on lines of their own: tomllib's keys of each table there is a heading for."""
    whole = tomllib.loads(text)
    headed = list(whole.pop("list", []))
    headed += [whole.pop(name) for name in list(whole) if name.startswith("table")]
    headed += [whole.pop(name)["in"] for name in list(whole) if name.startswith("own ")]
    return sum(map(len, [whole, *headed]))


def test_comments_right_above_a_heading_belong_to_it_and_others_do_not() -> None:
    text = "a = 1 # behind\n# below a\n\n# alone\n\n  # one\n# two\n[t]\nb = 2\n# of u\n[[u]]\n"
    first, second, third = blocks(text)
    assert text[second.lead : second.body] == "  # one\n# two\n[t]\n"
    assert text[third.lead : third.body] == "# of u\n[[u]]\n"
    assert text[first.last : first.end] == "# below a\n\n# alone\n\n"
    assert (second.many, third.many, second.path, third.path) == (False, True, ("t",), ("u",))


def test_the_comment_behind_a_key_is_not_the_next_heading_s() -> None:
    first, second = blocks("a = 1 # behind\n[t]\n")
    assert second.lead == first.last == len("a = 1 # behind\n")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "  \n\t\n# one\n# two"])
def test_a_text_of_nothing_is_one_block_of_nothing(text: str) -> None:
    assert blocks(text) == [Block((), False, 0, 0, [], 0, len(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a = 1 2 = 3\nb\n", "wanted ="),
        ("= 1\n", "wanted a key"),
        ("a =\n", "wanted a value"),
        ("a = [1 2\n", "wanted a comma or ]"),
        ("a = [1,\n", "wanted a value"),
        ('a = "b" c\n', "wanted the end of a line"),
        ("[a] b = 1\n", "wanted the end of a line"),
        ("a = {b = 1\n", "wanted a comma or }"),
        ("a.. = 1\n", "wanted a key"),
    ],
)
def test_what_is_no_toml_is_noticed_with_its_place(text: str, wanted: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    with pytest.raises(ValueError, match=rf"{wanted} ?.* at \d+"):
        blocks(text)

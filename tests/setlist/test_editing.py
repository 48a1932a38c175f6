"""A setlist edited as data: what is wanted is there, and all else stands as it was written."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stagelyric.setlist.editing import TABLES, as_data, edited
from stagelyric.setlist.rendering import MARK, SAME, literal, same

DEMO = Path("setlists/demo.toml").read_text("utf-8")

words = st.sampled_from(["verse", "night # bus", 'a "b"', "]]", "é\t=", "[x]", "'", ""])
scalars = st.one_of(words, st.integers(-5, 500), st.booleans(), st.floats(0, 1, allow_nan=False))
values = st.one_of(
    scalars, st.lists(words, max_size=4), st.dictionaries(st.sampled_from(["control", "osc", "a b"]), scalars)
)
KEYS = ["title", "tempo", "names", "safety", "on", "do", "my key"]


class Written:
    """A set drawn as text: comments of its own everywhere, each once, and the marks of those whose table they are."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.owners: dict[str, tuple[str, str]] = {}

    def comment(self, mark: str, key: str = "") -> str:
        name = f"# note {len(self.owners)}."
        self.owners[name] = mark, key
        return name

    def maybe(self, text: str) -> str:
        return text if self.draw(st.booleans()) else ""

    def pairs(self, mark: str) -> str:
        out = ""
        for key in self.draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
            value = self.draw(values)
            if self.draw(st.booleans()):
                out += f"{self.comment(mark)}\n"
            name = f'"{key}"' if " " in key else key
            if isinstance(value, dict) and value and self.draw(st.booleans()):
                out += "".join(f'{name}."{inner}" = {literal(one)}\n' for inner, one in value.items())
            elif isinstance(value, list) and self.draw(st.booleans()):
                items = "".join(f"  {literal(item)},{self.maybe(' # inside')}\n" for item in value)
                out += f"{name} = [\n{items}]\n"
            else:
                out += f"{name}  =  {literal(value)}{self.maybe('  ' + self.comment(mark, key))}\n"
        return out

    def tables(self, path: tuple[str, ...], prefix: str) -> str:
        out = ""
        for key in TABLES.get(path, ()):
            count = self.draw(st.integers(0, 3 if len(path) < 2 else 1))
            for number in range(count):
                mark = f"{prefix}{key}/{number}"
                if self.draw(st.booleans()):
                    out += f"\n{self.comment(mark)}\n"
                out += f"[[{'.'.join((*path, key))}]]\n{self.pairs(mark)}{self.maybe(chr(10))}"
                out += self.tables((*path, key), f"{mark}/")
        return out


@st.composite
def sets(draw: st.DrawFn) -> tuple[str, dict[str, tuple[str, str]]]:
    written = Written(draw)
    text = "# the head\n\n" + written.pairs("") + written.maybe("\n")
    return text + written.tables((), ""), written.owners


@st.composite
def changed(draw: st.DrawFn, table: dict[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
    """A table after some edits, and those of its lists."""
    out = dict(table)
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=2)):
        if draw(st.booleans()):
            out[key] = draw(values)
        else:
            out.pop(key, None)
    for key in TABLES.get(path, ()):
        tables: list[dict[str, Any]] = []
        for one in table.get(key, []):
            as_it_was: bool = draw(st.booleans())
            tables.append(one if as_it_was else draw(changed(one, (*path, key))))
        if draw(st.booleans()):
            tables = list(draw(st.permutations(tables)))
        for _ in range(draw(st.integers(0, 1))):
            tables = [*tables, {"title": "new", "sections": [{"name": "x"}]} if key == "songs" else {"name": "n"}]
        if draw(st.booleans()) and tables:
            tables = [tables[-1], *tables] if draw(st.booleans()) else tables[1:]
        if tables or key in out:
            out[key] = tables
    return out


def bare(value: Any) -> Any:
    """Without marks, and without lists of no tables."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    lists = {key for keys in TABLES.values() for key in keys}
    kept = {key: bare(inner) for key, inner in value.items() if key != MARK}
    return {key: inner for key, inner in kept.items() if not (key in lists and inner == [])}


def marks(table: Any) -> dict[str, Any]:
    if isinstance(table, list):
        return {mark: one for each in table for mark, one in marks(each).items()}
    if not isinstance(table, dict):
        return {}
    below = {mark: one for value in table.values() for mark, one in marks(value).items()}
    return below | ({table[MARK]: table} if MARK in table else {})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), sets())
def test_what_is_wanted_is_there_and_comments_stay(data: st.DataObject, given: tuple[str, dict[str, Any]]) -> None:
    text, owners = given
    told = as_data(text)
    assert edited(text, told) == text
    wanted = data.draw(changed(told))
    after = edited(text, wanted)
    assert same(bare(tomllib.loads(after)), bare(wanted))
    assert "# the head" in after
    there = marks(wanted) | {"": wanted}
    for comment, (mark, key) in owners.items():
        # A comment behind a key's value stays as long as the key does; one of a table, as long as the table does.
        if comment in text and mark in there and (not key or key in there[mark]):
            assert comment in after, (comment, mark, key)
    again = as_data(after)
    assert edited(after, again) == after


def test_only_the_lines_that_were_changed_are_changed() -> None:
    told = as_data(DEMO)
    told["songs"][0]["wildness"] = 0.4
    told["songs"][1]["sections"][0]["safety"].append("Snow on the upper deck")
    del told["triggers"][3]
    before, after = DEMO.splitlines(), edited(DEMO, told).splitlines()
    gone, new = [line for line in before if line not in after], [line for line in after if line not in before]
    assert new == [
        "wildness = 0.4                    # 0 sober to 1 wild",
        'safety = ["Agnes has the window seat", "Snow on the upper deck"]',
    ]
    assert 'on = { key = "b" }' in gone
    assert len(before) - len(after) == 3


def test_a_song_moves_with_all_that_belongs_to_it() -> None:
    told = as_data(DEMO)
    told["songs"] = [{SAME: "songs/1"}, {SAME: "songs/0"}, {SAME: "songs/2"}, {MARK: "songs/0", "title": "Again"}]
    after = edited(DEMO, told)
    assert sorted(set(after.splitlines())) == sorted({*DEMO.splitlines(), 'title = "Again"'})
    assert [song["title"] for song in tomllib.loads(after)["songs"]] == [
        "The Night Bus to Leith", "Harbour Lights", "The Trouble with Frank", "Again",
    ]  # fmt: skip


INLINE = """title = "x"
songs = [
  { title = "a", sections = [{ name = "s" }] }, # the first
  # the second, above it
  { title = "b" }
]
triggers = [{ on = { key = "x" }, do = "hold" }, { do = "clear", on.osc = "/x" }]
"""


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_tables_within_values_take_any_edit(data: st.DataObject) -> None:
    wanted = data.draw(changed(as_data(INLINE)))
    assert same(bare(tomllib.loads(edited(INLINE, wanted))), bare(wanted))


def test_tables_within_values_are_edited_too() -> None:
    told = as_data(INLINE)
    told["songs"] = [told["songs"][1], told["songs"][0] | {"tempo": 90}, {"title": "c"}]
    told["triggers"][1]["on"] = {"osc": "/y"}
    told["triggers"].pop(0)
    after = edited(INLINE, told)
    assert same(bare(tomllib.loads(after)), bare(told))
    assert after == (
        'title = "x"\nsongs = [\n  # the second, above it\n  { title = "b" },\n'
        '  { title = "a", sections = [{ name = "s" }], tempo = 90 }, # the first\n  { title = "c" },\n]\n'
        'triggers = [{ do = "clear", on = { osc = "/y" } }]\n'
    )


def test_a_comment_by_itself_outlives_the_song_above_it() -> None:
    text = 'title = "x"\n[[songs]]\ntitle = "a"\n\n# ---- after the break ----\n\n[[songs]]\ntitle = "b"\n'
    told = as_data(text)
    del told["songs"][0]
    assert "# ---- after the break ----" in edited(text, told)


@pytest.mark.parametrize(
    "wanted",
    [
        {"songs": [{SAME: "songs/9"}]},
        {"songs": [{MARK: 3}]},
        {"songs": [3]},
        {"songs": "none"},
        {"songs": [{MARK: "songs/0", "sections": {"name": 1}}]},
        {"title": "\ud800"},
        {"": {"x": [None]}},
    ],
)
def test_what_can_t_be_written_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"wanted|can't be changed"):
        edited(DEMO, wanted)

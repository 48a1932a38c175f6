import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.journal.bookmark import AGAIN, Bookmark
from stagelyric.types import standing
from stagelyric.types.lines import Line
from stagelyric.types.standing import Standing, as_record, merged

WHOLE = as_record(Standing("Song", "verse", 1, Line("One", "model"), places={"a": 1}, shown=["one"]))
CHANGE = {"number": 2, "places": {"a": 2, "b": 1}, "shown": ["two"]}


def marked(folder: Path, *, anew: bool = False, clock: Callable[[], float] = time.monotonic) -> Bookmark:
    bookmark = Bookmark(folder / "journal.sqlite3", "Friday: at 8/9", clock)
    bookmark.begin(lambda: dict(WHOLE), anew=anew)
    return bookmark


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    bookmark = marked(tmp_path)
    bookmark.change(dict(CHANGE))
    bookmark.close()  # no more than the end of the process does
    last = Bookmark(tmp_path / "journal.sqlite3", "Friday: at 8/9").last
    assert last is not None
    found = standing.read(last)
    assert (found.number, found.up, found.places, list(found.shown)) == (
        2,
        Line("One", "model"),
        {"a": 2, "b": 1},
        ["one", "two"],
    )
    assert Bookmark(tmp_path / "journal.sqlite3", "Saturday").last is None


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_record_that_was_cut_off_costs_itself_alone(tmp_path: Path, cut: int) -> None:
    bookmark = marked(tmp_path)
    bookmark.change(dict(CHANGE))
    bookmark.change({"number": 3})
    bookmark.close()
    file = tmp_path / "journal.sqlite3-show-friday--at-8-9"
    whole = file.read_bytes().split(b"\0")[0]
    file.write_bytes(whole[:-cut])
    last = Bookmark(tmp_path / "journal.sqlite3", "Friday: at 8/9").last
    assert last is not None
    assert last["number"] == (3 if cut == 1 else 2)


@given(st.binary(max_size=200))
def test_a_file_of_anything_is_no_show(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "journal.sqlite3-show-friday").write_bytes(content)
        bookmark = Bookmark(Path(folder) / "journal.sqlite3", "friday")
        bookmark.close()
        if bookmark.last is not None:
            with pytest.raises(ValueError, match="wanted"):
                standing.read(bookmark.last)


def test_a_file_that_is_gone_is_said_once_and_written_anew(tmp_path: Path) -> None:
    said: list[str | None] = []
    now = 0.0
    bookmark = marked(tmp_path, clock=lambda: now)
    bookmark.on_trouble = said.append
    file = tmp_path / "journal.sqlite3-show-friday--at-8-9"
    for _ in range(2):
        file.unlink()
        bookmark.change({"number": 2})
        error = bookmark.look()
        assert error is not None
        bookmark.lose(error)
        bookmark.change({"number": 3})
        assert not file.exists()  # not with every press
        now += AGAIN
        bookmark.change({"number": 4})
        assert file.exists()
    assert [text is None for text in said] == [False, True, False, True]


def test_the_show_before_is_put_by_when_another_begins(tmp_path: Path) -> None:
    marked(tmp_path).close()
    anew = marked(tmp_path, anew=True)
    anew.close()
    again = Bookmark(tmp_path / "journal.sqlite3", "Friday: at 8/9")
    assert again.before is not None
    assert again.before["number"] == 1


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), _JSON))
def test_a_record_of_any_kind_is_a_standing_or_a_sentence(record: dict[str, Any]) -> None:
    try:
        found = standing.read(WHOLE | record)
    except ValueError:
        return
    assert standing.read(as_record(found)) == found


@pytest.mark.parametrize("score", ["0.5", None, True, float("nan"), float("inf")])
def test_a_line_whose_score_is_no_number_is_not_taken_up(score: Any) -> None:
    line = ["Row me home", "model", score, ["Row", "me", "home"], 3]
    with pytest.raises(ValueError, match="wanted a number"):
        standing.read(WHOLE | {"up": line})
    assert standing.read(WHOLE | {"up": [*line[:2], -1, *line[3:]]}).up is not None


def test_records_add_up() -> None:
    assert merged([WHOLE, CHANGE, {"shown": ["three"], "number": 3}])["shown"] == ["one", "two", "three"]


def test_a_file_that_is_cut_short_is_begun_anew_with_the_change_in_it(tmp_path: Path) -> None:
    now, said = 0.0, list[str | None]()
    bookmark = marked(tmp_path, clock=lambda: now)
    bookmark.on_trouble = said.append
    file = tmp_path / "journal.sqlite3-show-friday--at-8-9"
    os.truncate(file, 0)
    now += AGAIN
    WHOLE["number"] = 7
    bookmark.change({"number": 7})
    WHOLE["number"] = 1
    bookmark.close()
    last = Bookmark(tmp_path / "journal.sqlite3", "Friday: at 8/9").last
    assert last is not None
    assert last["number"] == 7
    assert said == []


@pytest.mark.parametrize("content", [b"\xff" * 100, b"[]\n[]", b"\0" * 50])
def test_what_can_t_be_read_is_put_aside(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "journal.sqlite3-show-friday--at-8-9"
    file.write_bytes(content)
    bookmark = marked(tmp_path, anew=True)
    bookmark.close()
    (aside,) = tmp_path.glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert aside.name in (bookmark.damaged or "")

"""The report as it is shown: in the terminal, as a page, in a model card, as pictures."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from stagelyric.report.measures.whole import BANDS
from stagelyric.report.render import card, file, html, judged, page, plot

KEYS = sorted(BANDS)
finite = st.floats(-50, 50, allow_nan=False)
reports = st.dictionaries(st.sampled_from(KEYS), st.one_of(st.none(), st.floats(0, 9)), max_size=6)


def printed(what: RenderableType | None, width: int = 160) -> str:
    assert what is not None
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(what)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


# A number, and a gauge


def test_a_measure_of_several_values_is_its_mean() -> None:
    assert page.single({"mean": 7.5, "p10": 5.0}) == 7.5
    assert page.single({"p10": 5.0}) is None
    assert page.single(None) is None
    assert page.single(3) == 3.0


@settings(max_examples=40)
@given(st.sampled_from(KEYS), st.floats(0, 1))
def test_a_rate_is_shown_as_the_percentage_that_it_is(key: str, value: float) -> None:
    text = page.shown(key, value)
    if BANDS[key].rate:
        number, sign = text.split(" ")
        assert sign == "%"
        assert float(number) / 100 == pytest.approx(value, abs=0.00051 if value < 0.1 else 0.0051)
    else:
        assert float(text) == pytest.approx(value, abs=0.0051)


def test_what_was_not_measured_is_a_dash_and_a_measure_without_a_band_a_number() -> None:
    assert page.shown(KEYS[0], None) == "-"
    assert page.shown("nobody measures this", 0.5) == "0.50"


@settings(max_examples=40)
@given(finite, finite, st.floats(0.01, 20))
def test_a_gauge_has_a_mark_where_the_value_lies(value: float, low: float, width: float) -> None:
    high = low + width
    text = page.gauge(value, low, high)
    (mark,) = [place for place, sign in enumerate(text) if sign in "<>●"]
    bars = [place for place, sign in enumerate(text) if sign == "|"]
    assert len(text) == len(page.gauge(low, low, high))
    if text[mark] == "<":
        assert (mark, value < low) == (0, True)
    elif text[mark] == ">":
        assert (mark, value > high) == (len(text) - 1, True)
    for bar in bars:  # a bar is gone only where the mark stands on it
        is_low = bar < len(text) / 2
        assert (mark > bar) == (value > (low if is_low else high)) or abs(mark - bar) <= 1


@settings(max_examples=40)
@given(st.lists(finite, min_size=2, max_size=9).map(sorted), finite, st.floats(0.01, 20))
def test_a_greater_value_is_never_further_left(values: list[float], low: float, width: float) -> None:
    marks = [re.search("[<>●]", page.gauge(value, low, low + width)) for value in values]
    places = [mark.start() for mark in marks if mark is not None]
    assert places == sorted(places)
    assert len(places) == len(values)


def test_no_value_has_no_gauge() -> None:
    assert page.gauge(None, 0, 1) == ""


# In the terminal


@settings(max_examples=30)
@given(reports, reports)
def test_a_row_is_there_for_each_measure_that_a_column_has(one: dict[str, Any], two: dict[str, Any]) -> None:
    both = page.measures({"one": one, "two": two})
    known = [key for key in BANDS if one.get(key) is not None or two.get(key) is not None]
    assert both.row_count == len(known)
    assert len(both.columns) == 4
    text = printed(both)
    assert all(BANDS[key].name in text for key in known)
    alone = page.measures({"one": one})
    assert len(alone.columns) == 4  # the gauge has the place of the second
    assert alone.row_count == sum(one.get(key) is not None for key in BANDS)


def test_what_lies_outside_the_band_is_coloured() -> None:
    key = "nidf"
    band = BANDS[key]
    for value, colour in ((band.usual, "green"), (band.low, "green"), (band.high + 0.01, "yellow")):
        (cell,) = page.measures({"": {key: value}}).columns[1].cells
        assert str(getattr(cell, "style", "")) == colour


def test_a_list_has_its_first_entries_each_with_an_example() -> None:
    found = [
        {"songs": n, "lines": 2 * n, "text": f"[b]phrase {n}", "for_example": [f"line {n} (Song)"]} for n in range(9)
    ]
    text = printed(page.listed("Phrases", found, 3, by="lines"))
    assert "Phrases, in how many lines" in text
    assert re.findall(r"(\d+) +\[b\]phrase (\d) +line \2", text) == [("0", "0"), ("2", "1"), ("4", "2")]
    assert page.listed("Phrases", []) is None
    assert "none of it" in printed(page.listed("", [{"songs": 1, "text": "none of it", "for_example": []}]))


def test_a_genre_has_a_row_and_what_it_lacks_a_dash() -> None:
    keys = ("you_i_line_rate", "name_line_rate", "hook_rate", "distinct_2", "syllable_match_rate")
    told: dict[str, float | None] = dict.fromkeys(keys, 0.25)
    told |= {"songs": 12, "nidf_median": 0.4, "rhyme_rate": None}
    (row,) = [line for line in printed(page.genres({"sea shanty": told})).split("\n") if "shanty" in line]
    assert row.split("shanty")[1].split() == ["12", "25", "%", "25", "%", "25", "%", "0.40", "25", "%", "-", "25", "%"]


def test_a_fault_names_its_song_and_both_lines_with_their_syllables() -> None:
    pair = {"song": "[Kettle]", "section": "", "rhyme": None, "lines": ["a hat", "the harbour"], "syllables": [2, 13]}
    text = printed(page.faults([pair, pair | {"section": "chorus", "rhyme": "same"}]))
    assert "2 pairs that do not rhyme" in text
    assert "[Kettle], verse: no rhyme\n   2 a hat\n  13 the harbour" in text
    assert "[Kettle], chorus: same" in text


def test_how_far_it_was_kept_to_is_shown_for_each_writer() -> None:
    text = printed(page.kept({"ours": {"syllables_within_one": 0.875}, "plain": {"same_word_rhymes": 0.5}}))
    rows = {line.strip().rpartition("  ")[0]: line for line in text.split("\n")}
    assert len(page.kept({"ours": {}}).rows) == len(page.ASKED)
    (within,) = [line for line in rows.values() if page.ASKED["syllables_within_one"] in line]
    assert within.split()[-3:] == ["87.5", "%", "-"]


def test_bits_have_a_column_for_each_model_and_a_sample_a_part_for_each_writer() -> None:
    text = printed(page.bits({"a": {"cold_256": 1.23456, "six_gram": None}, "b": {"cold_256": 2.0}}))
    assert re.search(r"cold 256 +1\.235 +2\.000", text)
    assert re.search(r"six gram +- +-", text)
    shown = printed(page.sample("A [song]", ["before"], {"people": ["theirs"], "model": ["ours", "[red]more"]}))
    assert [line.strip() for line in shown.strip().split("\n")] == [
        "A [song]", "before", "people", "theirs", "model", "ours", "[red]more",
    ]  # fmt: skip


# As a page


class Read(HTMLParser):
    """The text of a page, and its tags; fails where they are not closed in order."""

    def __init__(self, text: str):
        super().__init__()
        self.opened: list[str] = []
        self.seen: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@settings(max_examples=40)
@given(st.text(st.sampled_from("<>&\"'ab é/"), min_size=1, max_size=12), st.sampled_from(KEYS), st.floats(0, 9))
def test_whatever_a_song_says_stays_text_on_the_page(said: str, key: str, value: float) -> None:
    report = {
        key: value,
        "average": {"text": said, "how": said, "nearest": said},
        "four_grams": [{"songs": 2, "lines": 3, "text": said, "for_example": [said]}],
        "names": [{"songs": 2, "lines": 3, "text": said, "for_example": []}],
        "favourites": [{"count": 4, "word": said, "times": 12.6}],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plot, "svg", lambda *_: "<svg></svg>")
        read = Read(html.page({said: report, "other": {}}))
    assert set(read.seen) <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "blockquote", "svg", "table", "tr", "th",
        "td",
    }  # fmt: skip
    assert "".join(read.text).count(said) >= 8
    assert "13 times as often as English has it" in "".join(read.text)
    assert page.shown(key, value) in read.text


def test_a_page_marks_what_lies_outside_and_leaves_out_what_nobody_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "svg", lambda *_: "<svg></svg>")
    band = BANDS["nidf"]
    text = html.page({"a": {"nidf": band.usual}, "b": {"nidf": band.high + 1}, "c": {}})
    (row,) = re.findall(r"<tr><td>.*?</tr>", text)
    assert re.findall(r'class="(n[^"]*)"', row) == ["n", "n out", "n", "n dim"]
    assert "The average line" not in text


# As files


@pytest.mark.parametrize("name", ["report.txt", "report", "report.htm", "svg"])
def test_another_ending_is_refused_before_anything_is_drawn(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"wanted a file that ends in \.html, \.svg, \.png, \.pdf, found"):
        file.write(tmp_path / name, {"a": {}})
    with pytest.raises(ValueError, match=r"wanted a file that ends in \.svg, \.png, \.pdf, found"):
        judged.write(tmp_path / name, {"songs": {}})
    assert list(tmp_path.iterdir()) == []


def test_the_ending_says_what_is_written_in_either_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Path] = []
    monkeypatch.setattr(plot, "svg", lambda *_: "<svg></svg>")
    monkeypatch.setattr(plot, "save", lambda at, *_: drawn.append(at))
    file.write(tmp_path / "a.HTML", {"a": {}})
    assert (tmp_path / "a.HTML").read_text("utf-8").startswith("<!doctype html>")
    file.write(tmp_path / "b.SVG", {"a": {}})
    assert drawn == [tmp_path / "b.SVG"]


@pytest.mark.needs("package:matplotlib")
def test_equal_reports_give_equal_files(tmp_path: Path) -> None:
    """Whenever they are written: no date, and no id of chance, stands in them."""
    habit = {"songs": 2, "lines": 3, "text": "a man with <a", "for_example": []}
    report = {"nidf": 0.4, "syllables": {"mean": 8.0}, "four_grams": [habit], "average_line": "I love you & me"}
    one, two = (plot.svg({"ours": report, "theirs": {"nidf": 0.5}}) for _ in range(2))
    assert one == two
    assert ElementTree.fromstring(one).tag.endswith("svg")
    counts = {"songs": {"Kettle": {"shown": 3, "kept": 1, "vetoed": 1}}}
    for ending in ("svg", "pdf", "png"):
        made = [tmp_path / f"{number}.{ending}" for number in range(2)]
        for at in made:
            judged.write(at, counts)
        assert made[0].read_bytes() == made[1].read_bytes(), ending
        assert b"CreationDate" not in made[0].read_bytes()
    assert "dc:date" not in one + (tmp_path / "0.svg").read_text("utf-8")


@settings(max_examples=40)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_lines_that_nobody_judged_are_what_is_left(shown: int, kept: int, vetoed: int) -> None:
    row = {"shown": shown, "kept": kept, "vetoed": vetoed}
    left = judged._count(row, "left")
    assert (judged._count(row, "kept"), judged._count(row, "vetoed")) == (kept, vetoed)
    assert left >= 0
    assert left + kept + vetoed == max(shown, kept + vetoed)


# In a model card


RESULT = {
    "model": "ours", "contexts": 60, "held_out": ["songs.txt", "more.txt"], "average_line": "I love you",
    "rows": {"people": {"nidf": 0.4}, "ours": {"nidf": 0.5, "self_bleu": None}, "plain": {"self_bleu": 0.2}},
    "kept_to": {"ours": {"syllables_within_one": 0.5, "same_word_rhymes": None}},
    "wanted_words": {"rate": 0.75}, "show": {"presses": 200, "repeated_rate": 0.005},
}  # fmt: skip


def test_the_models_own_column_comes_first_and_every_row_has_as_many_cells() -> None:
    text = card.report(RESULT)
    table = text.split("\n\n")[1].split("\n")
    assert [cell.strip() for cell in table[0].strip("|").split("|")] == [
        "",
        "ours",
        "people",
        "plain",
        "lines by people",
    ]
    assert {line.count("|") for line in table} == {6}
    (row,) = [line for line in table if BANDS["nidf"].words in line]
    assert row.split(" | ")[1:4] == ["0.50", "0.40", "-"]
    assert "| a wanted word | 75.0 % |" in text
    assert "Of 200 presses of one show 0.5 % give a line again." in text
    assert page.ASKED["same_word_rhymes"] not in text
    assert "60 places in songs that it did not read (songs.txt, more.txt)" in text


_HEADINGS = st.lists(st.sampled_from(["One (a+b)", "Speed", "Two", r"Back\1slash"]), unique=True, max_size=4)
_BODY = st.text(st.sampled_from("ab \\1#g<>\n."), min_size=1, max_size=20).filter(
    lambda text: text.strip() and "\n#" not in f"\n{text.strip()}"
)


@settings(max_examples=60)
@given(_HEADINGS, st.sampled_from(["Speed", r"Back\1slash", "One (a+b)"]), _BODY, _BODY)
def test_a_section_is_there_once_whatever_was_there_and_the_others_stay(
    headings: list[str], title: str, first: str, second: str
) -> None:
    start = "# ours\n\nIt reads.\n\n" + "".join(f"## {heading}\n\nSays {heading}.\n\n" for heading in headings)
    once = card.with_section(start, title, first)
    assert card.with_section(once, title, first) == once
    twice = card.with_section(once, title, second)
    assert twice == card.with_section(start, title, second)
    assert twice.count(f"## {title}\n\n{second.strip()}\n") == 1
    for heading in set(headings) - {title}:
        assert f"## {heading}\n\nSays {heading}.\n" in twice

"""Prose, sentences and words made ready: what is kept, what is left out, and what is counted."""

import gzip
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training needs torch")

from stagelyric.training import backtune, build, mix
from stagelyric.words.lexicon import LOWER, UPPER
from stagelyric.words.lists import STOP
from stagelyric.words.survey import read_stanzas, survey

short = st.lists(st.sampled_from(["rain", "the", "bus", "never", "home", "late"]), min_size=1, max_size=14).map(
    " ".join
)
prose = st.lists(
    st.lists(short, min_size=1, max_size=70).map(lambda some: "".join(f"{s}.\n" for s in some)), max_size=4
)


@settings(max_examples=40)
@given(st.lists(prose, max_size=3))
def test_every_sentence_that_is_fit_is_in_one_piece_in_its_order(texts: list[list[str]]) -> None:
    told = [(f"Tale {n}", "\n".join(stanzas)) for n, stanzas in enumerate(texts)]
    pieces = list(mix.blocks("".join(f"=== {title}\n{body}\n\n" for title, body in told)))
    for title, body in told:
        wanted = [line for sentence in body.split("\n") if (line := mix.verse(sentence))]
        found = [line for name, piece in pieces if name == title for stanza in piece for line in stanza]
        # A last line by itself is no song.
        assert found == wanted or (found == wanted[:-1] and len(found) % 32 == 0) or len(wanted) < 2
    for _, piece in pieces:
        assert 1 <= sum(map(len, piece)) <= 32


@pytest.mark.parametrize(
    ("line", "verse"),
    [
        ("He came in.", "He came in"), ("  He came in.  ", "He came in"), ("He came in...", "He came in..."),
        ("Oh.", ""), ("", ""), ("so " * 11, "so " * 10 + "so"), ("so " * 12, ""),
        ("x" * 28 + " " + "y" * 27, "x" * 28 + " " + "y" * 27),
        ("x" * 28 + " " + "y" * 28, ""), ("Who came?", "Who came?"), ("He said so..", "He said so.."),
    ],
)  # fmt: skip
def test_a_sentence_of_2_to_11_words_is_a_line(line: str, verse: str) -> None:
    assert mix.verse(line) == verse


@pytest.mark.parametrize(
    ("stanzas", "pieces"),
    [
        ([20, 20, 5], [[20], [20, 5]]), ([32, 32], [[32], [32]]), ([70], [[32], [32], [6]]),
        ([16, 16, 1, 1], [[16, 16], [1, 1]]), ([1], []), ([31, 1, 1], [[31, 1]]),
    ],
)  # fmt: skip
def test_a_piece_is_of_whole_stanzas_and_32_lines_at_most(stanzas: list[int], pieces: list[list[int]]) -> None:
    body = "\n\n".join("\n".join(["The rain again."] * count) for count in stanzas)
    assert [[len(stanza) for stanza in piece] for _, piece in mix.blocks(f"=== A\n{body}\n")] == pieces


def test_a_text_is_held_back_by_its_title_alone_and_about_three_in_a_hundred_are() -> None:
    titles = [f"Tale {number} — Somebody" for number in range(4000)]
    held = {title for title in titles if mix.is_held_back(title)}
    assert 80 < len(held) < 160
    assert held == {title for title in reversed(titles) if mix.is_held_back(title)}


def test_a_piece_is_thinned_by_its_lines_and_the_least_share_that_its_title_has() -> None:
    pieces = [("Old tales, 2", [[f"line {number}", "and one more"]]) for number in range(2000)]
    for thin, least, most in (
        ([], 2000, 2000), ([("New", 0.1)], 2000, 2000), ([("Old", 0.25)], 430, 570), ([("Old", 0.0)], 0, 0),
        ([("Old", 0.9), ("tales", 0.25)], 430, 570), ([("old", 0.0)], 2000, 2000),
    ):  # fmt: skip
        assert least <= sum(not mix.is_thinned(piece, thin) for piece in pieces) <= most, thin
    fewer, more = ({n for n, piece in enumerate(pieces) if not mix.is_thinned(piece, [("Old", s)])} for s in (0.2, 0.4))
    assert fewer < more


@settings(max_examples=40)
@given(st.lists(short, max_size=30), st.integers(0, 12), st.integers(0, 3))
def test_sentences_are_drawn_without_one_twice_and_the_same_in_any_order(
    lines: list[str], most: int, seed: int
) -> None:
    found = mix.sentences(lines, most, seed)
    told = [line for title, stanzas in found for stanza in stanzas for line in stanza]
    able = {line for line in map(mix.verse, lines) if len(line.split()) > 3}
    assert all(title == "" for title, _ in found)
    assert len(told) == len(set(told)) == min(most, len(able))
    assert set(told) <= able
    assert mix.sentences(lines[::-1], most, seed) == found


def test_some_lines_of_a_file_are_read_counted_from_one(tmp_path: Path) -> None:
    text = "one\ntwo\nthree é\nfour\n"
    plain, packed, odd = tmp_path / "a.txt", tmp_path / "a.gz", tmp_path / "b:1-2"
    plain.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode()))
    odd.write_text("kept whole")
    for file in (plain, packed):
        assert mix._read(str(file)) == text
        assert mix._read(f"{file}:2-3") == "two\nthree é"
        assert mix._read(f"{file}:3-99") == "three é\nfour\n"
    assert mix._read(f"{odd}:1-1") == "kept whole"


# -- the habits of finished lines


VOCABULARY = ("rain", "river", "the", "harbour")


def test_a_word_that_ours_have_too_often_is_lowered_and_one_too_rare_is_raised() -> None:
    people = ["the rain the river the harbour"] * 10
    ours = ["the rain the rain the rain"] * 10
    found = backtune.correction(ours, [people], VOCABULARY)
    assert found.shape == (4,)
    assert found.dtype == np.float32
    assert found[0] < 0 < found[1] == found[3]
    assert found[2] == 0
    mine, theirs = 3 / 6 * 1e6, 1 / 6 * 1e6
    assert found[0] == pytest.approx(-0.7 * math.log((mine + 40) / (theirs + 40)))


def test_a_correction_is_none_where_ours_is_as_people_s_and_never_beyond_its_limits() -> None:
    lines = ["the rain on the river", "rain in the harbour"]
    assert not backtune.correction(lines, [lines, lines], VOCABULARY).any()
    far = backtune.correction(["rain"], [["river"]], VOCABULARY)
    assert far[:2].tolist() == pytest.approx([-1.5, 0.7])
    assert not backtune.correction([], [[]], VOCABULARY).any()


def test_all_texts_count_alike_however_long_and_words_of_grammar_half() -> None:
    assert "the" in STOP
    assert "rain" not in STOP
    one, other = ["the rain"], ["the river"]
    balanced = backtune.correction(["rain"], [one, other], VOCABULARY)
    assert backtune.correction(["rain"], [one, other * 50], VOCABULARY).tolist() == balanced.tolist()
    ours, people = ["rain rain rain river the the the"], [["rain river river river the"]]
    found = backtune.correction(ours, people, VOCABULARY)
    mine = {word: 1e6 * share for word, share in (("rain", 3 / 7), ("the", 3 / 7))}
    theirs = {word: 1e6 * share for word, share in (("rain", 1 / 5), ("the", 1 / 5))}
    for word, strength in (("rain", 0.7), ("the", 0.35)):
        ratio = (mine[word] + 40) / (theirs[word] + 40)
        assert found[VOCABULARY.index(word)] == pytest.approx(-strength * math.log(ratio))


# -- the words of a text


def words_of(*lines: str, least: int = 1) -> dict[str, int]:
    """The words of a lexicon that is built of these lines, each with how it may be written."""
    found = build.build_lexicon(survey(["\n".join(lines)]), least)
    return {word: int(form) for word, form in zip(found.words, found.forms, strict=True)}


def test_a_word_is_known_if_it_is_sung_often_enough_and_can_be_said() -> None:
    lines = ["we saw rain tonight", "we saw rain again", "we saw a harbour", "we saw the qzxv", "we saw that qzxv"]
    assert {"rain", "harbour"} <= set(words_of(*lines))
    assert "harbour" not in words_of(*lines, least=2)
    assert "rain" in words_of(*lines, least=2)
    assert "rain" not in words_of(*lines, least=3)
    assert "qzxv" not in words_of(*lines)
    assert words_of() == {}


@pytest.mark.parametrize("word", ["singeth", "lov'd", "turn'd", "knowest", "comest", "thee", "sh", "fuck"])
def test_an_old_a_blocked_and_a_broken_word_is_none(word: str) -> None:
    assert not build._sings(word)
    assert word not in words_of(f"we saw {word} rain", f"and {word} again")


@pytest.mark.parametrize(
    "word", ["rain", "i'd", "we'd", "he", "it", "best", "guest", "harvest", "rest", "i", "o'clock"]
)
def test_a_word_of_today_is_sung_though_it_looks_like_an_old_one(word: str) -> None:
    assert build._sings(word)


def test_a_word_that_is_mostly_a_name_is_written_as_one() -> None:
    found = words_of(
        *(f"we saw Leeds on day {day}" for day in "abc"), *(f"in some rain {day}" for day in "abc"),
        *(f"with May in {day}" for day in "abcdef"), *(f"it may be {day}" for day in "abcdef"),
        *(f"with Rose in {day}" for day in "abcd"), *(f"a rose by {day}" for day in "ab"),
    )  # fmt: skip
    assert found["rain"] == LOWER
    assert found["may"] == LOWER | UPPER
    assert found["rose"] == LOWER  # twice as often a name is not often enough
    assert found.get("leeds") == UPPER


def test_a_band_s_own_word_has_a_count_in_proportion_and_one_known_has_none() -> None:
    lines = [
        f"the rain is {by} the harbour and {other}" for by in ("on", "in", "by") for other in ("sea", "bay", "sun")
    ]
    known = build.build_lexicon(survey(["\n".join(lines)]), 1)
    songs = ["the ginnel in rain\nmy ginnel again\nZorbo the ginnel\n", "Oh Zorbo, my Zorbo\nonce only a dottle"]
    rows = {row.word: row for row in build.own_words(songs, known)}
    assert "ginnel" in rows
    assert not {"rain", "the", "zorbo", "dottle", "harbour"} & set(rows)
    assert list(rows) == sorted(rows)
    ginnel, total = rows["ginnel"], survey(songs).total
    share = int(known.count.sum()) / total.total()
    assert share > 2
    assert ginnel.seen == round(3 * share) > build.LEAST
    assert (ginnel.forms, ginnel.thing) == (LOWER, 1.0)
    assert 1 <= ginnel.stanzas <= known.stanzas
    assert any(phone[-1].isdigit() for phone in ginnel.phones)


@settings(max_examples=40)
@given(st.lists(st.lists(short, min_size=1, max_size=4).map("\n".join), max_size=5))
def test_a_survey_counts_each_line_once(stanzas: list[str]) -> None:
    text = "\n\n".join(stanzas)
    found = survey([text])
    lines = list(dict.fromkeys(line for stanza in stanzas for line in stanza.split("\n")))
    assert found.lines == lines
    assert found.total == Counter(word for line in lines for word in line.split())
    assert found.last == Counter(line.split()[-1] for line in lines)
    assert found.total.total() == sum(map(len, found.stanza_words))
    assert found.stanzas == len(found.stanza_words) <= len(stanzas)
    assert [len(stanza) for stanza in read_stanzas([text])] == [len(stanza.split("\n")) for stanza in stanzas]
    assert all(count <= found.stanzas for count in found.stanzas_with.values())


def test_a_word_needs_fewer_uses_in_a_smaller_text() -> None:
    told = [build.least_for(tokens) for tokens in (0, 29_999, 30_000, 199_999, 200_000, 10**9)]
    assert told == [1, 1, 2, 2, 3, 3]

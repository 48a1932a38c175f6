"""Weak ends, rhymes from far, lines without a verb; quatrains for readers who don't know whose they are."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.commands.evaluate import evaluate
from stagelyric.report import blind
from stagelyric.report.contexts import Context
from stagelyric.report.lyrics import Song, Stanza
from stagelyric.report.measures import endings
from stagelyric.report.measures.wording import Word, Wording
from stagelyric.report.trial import Lines
from stagelyric.types.lines import Ask


def test_a_line_that_ends_where_more_has_to_follow_is_weak() -> None:
    assert endings.weak_ending_rate(["I went to the", "I went to the sea", "She was", "She sang"]) == 0.5
    assert math.isnan(endings.weak_ending_rate([]))


def test_a_rhyme_that_hardly_a_song_has_is_far_fetched() -> None:
    near = Stanza(("I saw you in the night", "And you put out the light"))
    far = Stanza(("I saw you in the night", "You sold me graphite"))
    plain = Stanza(("I saw you in the night", "And walked away"))
    assert endings.forced_ending_rate([near]) == 0
    assert endings.forced_ending_rate([near, far]) == 0.5
    assert math.isnan(endings.forced_ending_rate([plain]))


def test_lines_without_a_verb_are_fragments_and_short_ones_are_not_counted() -> None:
    def line(*tags: str) -> tuple[Word, ...]:
        return tuple(Word("x", "x", "x", tag) for tag in tags)

    read = Wording((line("DET", "NOUN", "ADP"), line("PRON", "VERB", "NOUN"), line("NOUN")), frozenset())
    assert endings.fragment_rate(read) == 0.5


def _lines(name: str, songs: int) -> tuple[list[Context], Lines]:
    made = [
        Song(f"Song {n}", tuple(Stanza(tuple(f"{name} {w} line number {n} {q}" for w in "abcd")) for q in range(3)))
        for n in range(songs)
    ]
    contexts = [Context(song.title, (), song.stanzas, Ask(), "sea") for song in made]
    return contexts, Lines(name, tuple(made))


def test_a_sheet_has_as_many_quatrains_of_each_and_the_key_says_whose() -> None:
    contexts, people = _lines("people", 5)
    _, ours = _lines("model", 5)
    sheet, key = blind.quatrains(contexts, people, ours, 6, seed=1)
    assert len(sheet) == len(key) == 12
    assert sum(one["by"] == "model" for one in key) == 6
    for shown, own in zip(sheet, key, strict=True):
        assert shown["lines"][0].lower().startswith(own["by"])
        assert "by" not in shown
    assert [one["by"] for one in key] != sorted(one["by"] for one in key)
    assert (sheet, key) == blind.quatrains(contexts, people, ours, 6, seed=1)


@given(st.lists(st.tuples(st.sampled_from(["people", "model"]), st.integers(1, 5), st.booleans()), min_size=1))
def test_ratings_are_their_means(rows: list[tuple[str, int, bool]]) -> None:
    key = [{"quatrain": n, "by": who} for n, (who, _, _) in enumerate(rows, 1)]
    ratings = {str(n): {"sense": sense, "feeling": sense, "sing": sing} for n, (_, sense, sing) in enumerate(rows, 1)}
    found = blind.scored(key, ratings)
    for who, own in found.items():
        mine = [(sense, sing) for by, sense, sing in rows if by == who]
        assert own["sense"] == own["feeling"] == pytest.approx(sum(sense for sense, _ in mine) / len(mine), abs=0.001)
        assert own["sing"] == pytest.approx(sum(sing for _, sing in mine) / len(mine), abs=0.001)


@pytest.mark.parametrize(
    "ratings",
    [{}, {"1": {"sense": 6, "feeling": 1, "sing": True}}, {"1": {"sense": 3, "feeling": 1}}, {"1": 3}, [], "no JSON"],
)
def test_ratings_that_are_none_are_said_in_a_sentence(ratings: object, tmp_path: Path) -> None:
    key, mine = tmp_path / "key.json", tmp_path / "mine.json"
    key.write_text(json.dumps({"key": [{"quatrain": 1, "by": "people"}]}))
    mine.write_text(ratings if isinstance(ratings, str) else json.dumps(ratings))
    result = CliRunner().invoke(evaluate, ["char-rnn", "--rated", str(mine), "--key", str(key)])
    assert result.exit_code == 2
    assert "wanted" in result.output


def test_ratings_are_printed_by_reader(tmp_path: Path) -> None:
    key, mine = tmp_path / "key.json", tmp_path / "anna.json"
    key.write_text(json.dumps({"key": [{"quatrain": 1, "by": "people"}, {"quatrain": 2, "by": "model"}]}))
    mine.write_text(json.dumps({str(n): {"sense": 5 - n, "feeling": 2, "sing": n == 1} for n in (1, 2)}))
    result = CliRunner().invoke(evaluate, ["char-rnn", "--rated", str(mine), "--key", str(key)])
    assert result.exit_code == 0, result.output
    assert "anna         people   sense 4.00  feeling 2.00  would sing 1 of 1" in result.output

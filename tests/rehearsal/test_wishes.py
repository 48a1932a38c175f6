"""What a band can wish for, what is new to it, and where a draft's lines belong."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.rehearsal import draft, wishes
from stagelyric.rehearsal.draft import BREAK, GAP, MOST, Draft
from stagelyric.rehearsal.files import Drafts, folder_of
from stagelyric.rehearsal.wishes import Wish
from stagelyric.types.lines import Ask, Scheme, normal

VERSE = Ask(rhyme="AABB", syllables=(5, 8), prime="Our own words\n", seed=7, names=("Polly",))
WISHES = (
    Wish("rhyme", "Out on the ferry home"), Wish("answer", "Who left the coat in Leith?"), Wish("stanza"),
    Wish("line", lines=("Out on the ferry home", GAP), at=1),
)  # fmt: skip
written = st.sampled_from(["Row on", "row, ON!", "Home again", "The tide's out", "the tides out", "Là-bas", "…", "!"])
drafts = st.lists(st.sampled_from(["rain", "on the door", "cold stone", GAP, BREAK]), max_size=14)
schemes = st.sampled_from(get_args(Scheme))


def granted(wish: Wish, ask: Ask = VERSE) -> Ask:
    found = wishes.asked(wish, ask)
    assert found is not None
    return found


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.kind)
def test_the_same_wish_asks_for_the_same_and_another_time_for_others(wish: Wish) -> None:
    times = [granted(replace(wish, times=times)) for times in range(6)]
    assert times == [granted(replace(wish, times=times)) for times in range(6)]
    assert len({ask.seed for ask in times}) == 6
    assert len({ask.digest for ask in times}) == 6
    assert granted(wish).seed != granted(wish, replace(VERSE, seed=8)).seed
    assert all(0 <= ask.seed < 1 << 48 for ask in times)  # a page's numbers hold it exactly


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.kind)
def test_a_wish_keeps_what_the_section_is_about(wish: Wish) -> None:
    ask = replace(VERSE, avoid=("tonight",), family_friendly=False, wildness=0.9, hand="comic")
    found = granted(wish, ask)
    for name in ("syllables", "avoid", "family_friendly", "wildness", "hand"):
        assert getattr(found, name) == getattr(ask, name)
    assert set(ask.names) <= set(found.names)


@given(st.lists(st.sampled_from(["rain", "Home", "it's", "Là-bas", "…", "-", "2"]), max_size=5).map(" ".join))
@settings(max_examples=40)
def test_a_rhyme_is_asked_for_with_the_last_word_that_is_heard(text: str) -> None:
    found = wishes.asked(Wish("rhyme", text), VERSE)
    heard = normal(text).split()
    assert (found is None) is (not heard)
    if found is not None:
        assert (found.rhyme, found.rhyme_with) == ("AAAA", heard[-1])


@given(st.lists(written, max_size=8), st.lists(written, max_size=3), written)
@settings(max_examples=50)
def test_what_is_fresh_is_in_its_order_and_was_never_heard(options: list[str], kept: list[str], text: str) -> None:
    wish = Wish("line", text, lines=("Home again",))
    found = wishes.fresh(options, wish, kept)
    forms = [normal(line) for line in found]
    assert len(set(forms)) == len(forms)
    assert not set(forms) & {normal(line) for line in (*kept, text, "Home again")}
    places = [options.index(line) for line in found]
    assert places == sorted(places)
    assert wishes.fresh(found, wish, kept) == found
    missed = {normal(line) for line in options} - set(forms)
    assert missed <= {normal(line) for line in (*kept, text, "Home again")}


@given(st.integers(1, 40), st.integers(0, 20))
@settings(max_examples=40)
def test_shorter_lines_are_half_as_long_at_least_and_no_longer(low: int, more: int) -> None:
    ask = replace(VERSE, syllables=(low, low + more))
    least, most = wishes.shorter(ask).syllables
    assert most == low + more
    assert 1 <= least <= low
    assert least == 1 or low // 2 == least
    assert replace(wishes.shorter(ask), syllables=ask.syllables) == ask


def test_a_stanza_in_other_words_is_known_and_one_line_of_it_is_not_enough() -> None:
    known = ["Rule one: no grown-ups here", "Rule five: you share the beer", "What Barnaby says is so"]
    assert wishes.resembles(["Rule two: no grown-ups here", "Rule six: you share the beer"], known)
    assert not wishes.resembles(["Rule two: no grown-ups here", "Put the child by the sink"], known)
    assert not wishes.resembles(known, [])
    assert not wishes.resembles(["...", "!"], ["…", "-"])  # without a word nothing is like anything


@given(st.lists(written, max_size=4), st.lists(written, max_size=4))
@settings(max_examples=40)
def test_what_is_known_stays_known_whatever_else_is(stanza: list[str], known: list[str]) -> None:
    if wishes.resembles(stanza, known):
        assert wishes.resembles(stanza, [*known, "One more line"])
        assert wishes.resembles([*stanza, "One more line"], known[::-1])


def test_a_gap_goes_on_from_four_lines_of_its_own_stanza_and_no_gap() -> None:
    lines = ("far away", BREAK, "one", "two", GAP, "three", "four", "five", GAP)
    assert granted(Wish("line", lines=lines, at=8)).prime == "two\nthree\nfour\nfive"
    assert granted(Wish("line", lines=lines, at=2)).prime == VERSE.prime
    with_break = granted(Wish("line", lines=("one", BREAK, GAP), at=2))
    assert (with_break.prime, with_break.rhyme, with_break.rhyme_with) == (VERSE.prime, "free", None)


@pytest.mark.parametrize("at", [-1, 2, 99])
def test_a_line_that_is_not_there_is_not_asked_for(at: int) -> None:
    assert wishes.asked(Wish("line", lines=("a", GAP), at=at), VERSE) is None


# -- the draft


@given(drafts, st.integers(0, 13))
@settings(max_examples=60)
def test_a_stanza_is_what_stands_between_two_blank_lines(lines: list[str], at: int) -> None:
    if at >= len(lines) or lines[at] == BREAK:
        return
    start, end = draft.stanza_of(lines, at)
    assert start <= at < end
    assert BREAK not in lines[start:end]
    assert start == 0 or lines[start - 1] == BREAK
    assert end == len(lines) or lines[end] == BREAK


@given(drafts, st.integers(0, 13), schemes)
@settings(max_examples=60)
def test_a_line_s_mate_is_a_written_one_of_its_own_four(lines: list[str], at: int, scheme: Scheme) -> None:
    if at >= len(lines) or lines[at] == BREAK:
        return
    numbered = [line if line in (GAP, BREAK) else f"{line} {place}" for place, line in enumerate(lines)]
    found = draft.mate(numbered, at, scheme)
    start, end = draft.stanza_of(lines, at)
    four = (at - start) // 4
    letters = "" if scheme == "free" else scheme
    mates = [
        place for place in range(start, end)
        if letters and (place - start) // 4 == four and place != at and numbered[place] != GAP
        and letters[(place - start) % 4] == letters[(at - start) % 4]
    ]  # fmt: skip
    if found is None:
        assert mates == []
    else:
        place = numbered.index(found)
        assert place in mates
        assert abs(place - at) == min(abs(mate - at) for mate in mates)


@pytest.mark.parametrize(("at", "mate"), [(0, None), (4, "wall"), (5, "tall"), (6, None), (2, "rain")])
def test_rhymes_begin_anew_after_four_lines_of_a_long_stanza(at: int, mate: str | None) -> None:
    assert draft.mate(("door", GAP, "train", "rain", "tall", "wall", "sea"), at, "AABB") == mate


@given(st.lists(st.text(max_size=12) | st.sampled_from(["...", "_", "?", " … "]), max_size=20))
@settings(max_examples=50)
def test_lines_that_were_cleaned_stay_as_they_are(lines: list[str]) -> None:
    once = Draft("Ferry").with_lines(lines)
    again = once.with_lines(once.lines)
    assert again == replace(once, revision=2)
    assert not any(one == other == BREAK for one, other in pairwise(once.lines))
    assert not set(once.lines) & {"...", "_", "?"}
    assert all("\n" not in line for line in once.lines)


def test_a_draft_has_no_more_lines_than_a_page_can_show() -> None:
    full = Draft("Ferry").with_lines([f"line {number}" for number in range(MOST + 50)])
    assert len(full.lines) == MOST
    assert full.with_line("one more") is full
    assert full.with_line("line 3") is full


def test_a_title_in_the_file_wins_over_the_name_that_was_asked_for() -> None:
    assert draft.read("# Ferry Road\nRow on\n", "ferry-road").song == "Ferry Road"
    assert draft.read("#\nRow on", "Ferry").lines == ("#", "Row on")
    assert draft.read("#  \n# Row on\n", "Ferry") == Draft("Ferry", ("# Row on",))
    assert draft.read("", "Ferry") == Draft("Ferry")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Don't Go", "DON\u2019T  GO", True), ("Là-bas", "La\u0300-bas", True), ("A B", "A-B", False),
        ("Cafe", "Café", False), ("x" * 80 + "a", "x" * 80 + "b", False), ("\U0001f4bf", "\U0001f3b8", False),
        ("", " ", True),
    ],
)  # fmt: skip
def test_songs_share_a_draft_where_their_titles_look_the_same(one: str, other: str, same: bool, tmp_path: Path) -> None:
    kept = Drafts(tmp_path)
    assert (kept.file(one) == kept.file(other)) is same
    assert (folder_of(tmp_path, one) == folder_of(tmp_path, other)) is same
    for title in (one, other):
        assert kept.file(title).parent == folder_of(tmp_path, title).parent == tmp_path
        assert len(kept.file(title).name.encode()) < 255

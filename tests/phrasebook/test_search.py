"""Frames for a place in a song, ranked; and the forms that are drawn of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import casting, draw, ends, forms
from stagelyric.phrasebook.book import Book
from stagelyric.phrasebook.casting import Filling
from stagelyric.phrasebook.compiled import Choice, Piece
from stagelyric.phrasebook.forms import Drawing, Wanted
from stagelyric.phrasebook.search import SERVES, Query, Scored, stanzas
from stagelyric.phrasebook.tags import HANDS, PLACES

OWN = """
@ scheme AABB; themes rain; mood calm; slant; hand plain
{We|They} {had|met} a {long|good} time
And {drew|cut} a {small|red} line
{We|They} {saw|met} {her|him} {by|in} the {door|shore}
And {never|hardly} {came|went} {back|out} {for more|ashore}
"""


@pytest.fixture(scope="module")
def book() -> Book:
    return frames.book(frames.TEXT, OWN)


queries = st.builds(
    Query,
    st.sampled_from(sorted(SERVES)),
    st.tuples(st.integers(1, 9), st.integers(0, 6)).map(lambda of: (of[0], of[0] + of[1])),
    st.lists(st.sampled_from(["rain", "harbour", "money", "umbrella", "nothing"]), max_size=2).map(tuple),
    st.one_of(st.none(), st.floats(0, 1)),
    st.sampled_from(["", "calm", "fierce"]),
    st.sampled_from(["", *HANDS]),
    st.sampled_from(["", *PLACES]),
    st.booleans(),
    st.sampled_from(["", "f", "m", "fm"]),
    st.integers(0, 2),
    st.integers(0, 99),
)

# Which frames, and in what order


@settings(max_examples=60)
@given(queries)
def test_stanzas_fit_come_sorted_and_use_a_frame_once(book: Book, query: Query) -> None:
    found = stanzas(book, query)
    assert [stanza.score for stanza in found] == sorted((stanza.score for stanza in found), reverse=True)
    used = [number for stanza in found for number in stanza.frames]
    assert len(set(used)) == len(used)
    low, high = query.syllables[0] - query.loose, query.syllables[1] + query.loose
    for stanza in found:
        entries = [book.entries[number] for number in stanza.frames]
        assert sum(len(entry.spans) for entry in entries) == 4
        for entry in entries:
            assert all(least <= high and most >= low for least, most in entry.spans)
            assert not (query.perfect and entry.slant)
        if len(entries) == 1:
            assert entries[0].scheme in SERVES[query.scheme]
        else:
            assert query.scheme in ("AABB", "free")
            assert set(entries[0].themes) & set(entries[1].themes)
    fit = [
        entry.number
        for entry in book.entries
        if len(entry.spans) == 4 and entry.scheme in SERVES[query.scheme] and Scored(book, query).fits(entry)
    ]
    assert {number for stanza in found if len(stanza.frames) == 1 for number in stanza.frames} == set(fit)
    assert stanzas(book, query) == found


@settings(max_examples=40)
@given(queries, st.floats(0, 1))
def test_a_frame_is_about_a_theme_as_far_as_its_tags_and_its_words_say(book: Book, query: Query, near: float) -> None:
    plain, heard = Scored(book, query), Scored(book, query, lambda entry: near)
    for entry in book.entries:
        assert 0 <= plain.about(entry) <= heard.about(entry) + 1e-9 <= 1.3 + 2e-9
        if not plain.wanted:
            assert plain.about(entry) == 0
        elif entry.themes and plain.wanted.get(entry.themes[0]) == 1:
            assert plain.about(entry) >= 1


@pytest.mark.parametrize(
    ("wish", "number"),
    [
        ({"themes": ("harbour",)}, 1),
        ({"themes": ("money",)}, 2),
        ({"mood": 1.0, "temper": "fierce", "hand": "ranter"}, 2),
    ],
)
def test_what_is_wished_for_comes_first(book: Book, wish: dict[str, object], number: int) -> None:
    """Whatever the seed draws: what a song is about counts more."""
    for seed in range(20):
        (best, *_) = stanzas(book, Query(syllables=(1, 24), seed=seed, **wish))  # type: ignore[arg-type]
        assert best.frames == (number,)


def test_slant_rhymes_are_left_out_where_perfect_ones_are_wanted(book: Book) -> None:
    for perfect in (False, True):
        found = stanzas(book, Query("AABB", (1, 24), perfect=perfect))
        assert any(stanza.frames == (len(book) - 1,) for stanza in found) is not perfect


def test_a_seed_varies_what_suits_alike(book: Book) -> None:
    firsts = {stanzas(book, Query(syllables=(1, 24), seed=seed))[0].frames for seed in range(40)}
    assert len(firsts) > 2


def test_a_person_of_a_sex_that_the_song_lacks_is_not_named() -> None:
    couplet = (
        "@ scheme AA; mood dark; themes rain\n{} {{saw|met}} a {{boat|goat}}\nAnd {{wore|had}} a {{coat|note}}\n\n"
    )
    made = frames.book(couplet.format("*woman") + couplet.format("I"))
    for sexes, named in (("fm", "person"), ("m", "")):
        (stanza,) = stanzas(made, Query("AABB", (1, 24), sexes=sexes))
        assert (stanza.named, stanza.lines) == (named, 1)


# Which forms


def filling(seed: int) -> Filling:
    return Filling(casting.cast(frames.KNOWN, ["Nora Pike"], ["Leith"], 7), draw.seeded(seed))


def choices(line: list[Piece]) -> dict[int, Choice]:
    """All slots of a line, by their number."""
    found: dict[int, Choice] = {}
    for piece in line:
        if isinstance(piece, Choice):
            found[piece.number] = piece
            for choice in piece.choices:
                found |= choices(choice)
    return found


@settings(max_examples=40)
@given(st.integers(0, 5), st.integers(0, 3), st.integers(0, 99))
def test_an_end_is_reached_by_the_way_that_is_told_for_it(book: Book, number: int, line: int, seed: int) -> None:
    body = book.body(number)
    pieces = body.lines[line % len(body.lines)]
    free = Drawing(replace(body, refused={}), draw.seeded(seed))
    told = forms.ends_of(pieces)
    for word, route in told[:6]:
        (made,) = free.forms(lambda: filling(seed), Wanted(routes=route), 1)
        labels = [slot.label for slot in choices(pieces).values() if slot.number in route and slot.label]
        if not labels:
            assert made.ends[line % len(body.lines)] == word
    drawn = {form.ends[line % len(body.lines)] for form in free.forms(lambda: filling(seed), Wanted(), 30)}
    assert drawn - {"leith"} <= {word for word, _ in told}, "who fills an open slot is told nowhere"


@settings(max_examples=40)
@given(st.integers(0, 5), st.integers(0, 99))
def test_a_form_says_what_it_took_and_only_wanted_ends(book: Book, number: int, seed: int) -> None:
    body = book.body(number)
    plain = Drawing(body, draw.seeded(seed)).forms(lambda: filling(seed), Wanted(), 6)
    assert len({form.lines for form in plain}) == len(plain)
    last = len(body.lines) - 1
    wanted = frozenset({plain[0].ends[last]})
    for form in Drawing(body, draw.seeded(seed)).forms(lambda: filling(seed), Wanted(ends={last: wanted}), 6):
        assert form.ends[last] in wanted
        for at, line in enumerate(form.lines):
            assert ends.bare(line.split()[-1]) == form.ends[at]
            assert casting.syllables(line) == form.signs[at]
            taken = {slot.number: slot for slot in choices(body.lines[at]).values()}
            assert (
                sum(any(t in range(s.first, s.first + len(s.choices)) for t in form.taken) for s in taken.values()) > 0
            )
    assert Drawing(body, draw.seeded(seed)).forms(lambda: filling(seed), Wanted((30, 40)), 6) == []
    assert Drawing(body, draw.seeded(seed)).forms(lambda: filling(seed), Wanted(ends={0: frozenset()}), 6) == []


def first_of(first: int, count: int) -> list[float]:
    """All weight on a slot's first alternative."""
    return [1.0] + [0.0] * (count - 1)


def test_alternatives_of_no_weight_are_never_taken(book: Book) -> None:
    body = replace(book.body(1), refused={})
    made = casting.cast(frames.KNOWN, ["Bob"], ["Leith"], 1)
    drawing = Drawing(body, draw.seeded(1), first_of)
    (only,) = drawing.forms(lambda: Filling(made, draw.seeded(1)), Wanted(), 9)
    assert only.lines[0] == "Bob tied the boat up in Leith"
    assert only.open == {"person", "place", "he", "animal"}
    assert not forms.is_as_written(body, only), "an open slot is filled by somebody"


def test_a_form_of_first_alternatives_is_as_written(book: Book) -> None:
    body = replace(book.body(2), refused={})
    (first,) = Drawing(body, draw.seeded(1), first_of).forms(lambda: filling(1), Wanted(), 1)
    assert first.lines[0] == "We count the coins and pay"
    assert forms.is_as_written(body, first)
    others = Drawing(body, draw.seeded(1)).forms(lambda: filling(1), Wanted(), 20)
    assert sum(forms.is_as_written(body, form) for form in others) <= 1


@settings(max_examples=40)
@given(st.sampled_from(["window", "rain", "and", "ferry", "owl", "soup"]), st.integers(0, 4), st.integers(0, 50))
def test_a_line_has_the_word_that_a_way_leads_to(book: Book, word: str, number: int, seed: int) -> None:
    body = book.body(number)
    for at, line in enumerate(body.lines):
        for route in forms.routes_to_word(line, word):
            free = Drawing(replace(body, refused={}), draw.seeded(seed))
            for form in free.forms(lambda: filling(seed), Wanted(routes=route), 3):
                assert word in map(ends.bare, form.lines[at].split())


def test_ways_to_an_open_slot_are_told_in_one_and_in_many(book: Book) -> None:
    line = book.body(1).lines[2]
    (route,) = forms.routes_to_open(line, "animal", plural=False)
    assert list(route.values()) == [0]
    assert forms.routes_to_open(line, "animal", plural=True) == forms.routes_to_open(line, "food", plural=False) == []


def test_what_introduces_somebody_names_them_before_it_says_he(book: Book) -> None:
    first, _, third, _ = book.body(1).lines
    assert forms.introduces(first)
    assert not forms.introduces(third)
    made = frames.book("@ scheme free; mood dark\n{We|They} sang\n{Then|And} *person said he'd gone\n").body(0)
    assert [forms.introduces(line) for line in made.lines] == [False, True]


@settings(max_examples=40)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.floats(0, 3), st.integers(0, 99))
def test_a_pick_is_a_place_among_the_scores_and_without_heat_the_best(
    scores: list[float], heat: float, seed: int
) -> None:
    ranked = sorted(scores, reverse=True)
    at = forms.pick(draw.seeded(seed), ranked, heat)
    assert 0 <= at < len(ranked)
    assert forms.pick(draw.seeded(seed), ranked, 0) == 0
    assert ranked[forms.pick(draw.seeded(seed), ranked, 0.001)] == pytest.approx(ranked[0], abs=0.1)


def test_better_ones_are_picked_more_often() -> None:
    rng = draw.seeded(1)
    found = [forms.pick(rng, [2.0, 1.0, 0.0], 1.0) for _ in range(2000)]
    assert found.count(0) / found.count(1) == pytest.approx(2.718, rel=0.2)
    assert found.count(1) / found.count(2) == pytest.approx(2.718, rel=0.3)

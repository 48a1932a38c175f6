"""The parts of sampling by pieces: what may stand where in a line, and what is drawn and kept of it."""

from collections.abc import Mapping

import numpy as np
import pytest
from editor import tiny_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.editor.pieces import BytePairs, Kept
from stagelyric.writing.automata.pieces import MIN_P, Alphabet, NextLine, Sampler, _hangs, _likeliest, _Row, words_of

TOKENS, MERGES = tiny_gguf.byte_pairs()
PIECES = Kept(BytePairs(TOKENS, MERGES, "smollm"), range(len(TOKENS)))
ALPHABET = Alphabet(PIECES)
AT = {text: number for number, text in enumerate(ALPHABET.texts)}
SYLLABLES: Mapping[str, int] = {"the": 1, "rain": 1, "boat": 1, "it": 1, "my": 1, "polly": 2, "sea": 1}
NO_MASK = np.zeros(len(PIECES), np.float32)


def place(**changes: object) -> NextLine:
    given_things: dict[str, object] = {"at": 0, "log_p": NO_MASK, "low": 2, "high": 4, "ends": {"rain": 1, "sea": 1}}
    return NextLine(**{"rhymed": False, **given_things, **changes})  # type: ignore[arg-type]


def sampler(seed: int = 0, temperature: float = 1.0) -> Sampler:
    rng = np.random.default_rng(seed)
    return Sampler(None, ALPHABET, SYLLABLES.get, rng, temperature, lambda: None)  # type: ignore[arg-type]


def may_come(text: str, wanted: NextLine | None = None, **row: object) -> set[str]:
    """What may come after a text, as texts of pieces."""
    mask = sampler()._mask(wanted or place(), _Row(0, 0, text=text, **row))  # type: ignore[arg-type]
    return {ALPHABET.texts[number] for number in np.flatnonzero(mask)}


@pytest.mark.parametrize(
    ("line", "words"),
    [("The rain, it's on my BOAT", ["the", "rain", "it's", "on", "my", "boat"]), ("", []), ("'tis 99!", ["tis"])],
)
def test_words_are_letters_and_what_follows_an_apostrophe(line: str, words: list[str]) -> None:
    assert words_of(line) == words


def test_pieces_are_sorted_by_what_they_may_do() -> None:
    texts = np.array(ALPHABET.texts, dtype=object)
    assert all(text[0].isalpha() or text[0] == "'" for text in texts[ALPHABET.goes_on])
    assert all(text[0].isupper() for text in texts[ALPHABET.first])
    assert all(text == " I" or (text[0] == " " and text[1:2].islower()) for text in texts[ALPHABET.begins])
    assert set(texts[ALPHABET.closing]) >= {".", ",", "\n", "?", "!"}
    assert not (ALPHABET.goes_on & ALPHABET.begins).any()
    assert ALPHABET.texts[ALPHABET.newline] == "\n"
    assert ALPHABET.texts[ALPHABET.comma] == ","


def test_a_line_begins_with_a_capital_and_with_no_word_said_before() -> None:
    first = may_come("")
    assert first == {ALPHABET.texts[number] for number in np.flatnonzero(ALPHABET.first)}
    assert may_come("", place(said=frozenset({"sea"}))) == first - {"S"}


def test_plain_talk_is_disfavoured_at_a_start_alone() -> None:
    starts = ALPHABET.plain_starts
    assert starts[AT["I"]] < 0
    assert starts[AT["T"]] == 0
    assert (starts <= 0).all()


@pytest.mark.parametrize(
    ("text", "ends", "commas", "begins"),
    [
        ("The rain", True, True, True),  # a last word, and long enough
        ("The boat", False, True, True),  # no last word
        ("Rain", False, True, True),  # too short
        ("The rai", False, False, False),  # no whole word
        ("The rain,", False, False, True),
        ("The boat, my rain", True, False, True),  # one comma is enough
        ("The sea, the rain my", False, False, False),  # too long to go on
    ],
)
def test_a_line_ends_where_it_may(text: str, ends: bool, commas: bool, begins: bool) -> None:
    found = may_come(text)
    assert ("\n" in found) == ends
    assert ("," in found) == commas
    assert any(piece.startswith(" ") for piece in found) == begins


def test_a_word_is_not_said_twice_but_for_function_words() -> None:
    assert ALPHABET.whole("rain") == (AT["rain"],)
    assert "rain" in may_come("The ")
    assert "rain" not in may_come("The rain on my ", place(high=9))
    assert "rain" not in may_come("The ", place(said=frozenset({"rain"})))
    assert "the" in may_come("The ", place(high=9))


def test_a_name_is_said_before_the_line_may_end() -> None:
    named = place(name="Polly", counts={"polly": 2})
    assert "\n" not in may_come("The rain", named)
    assert "\n" in may_come("The rain", named, named=True)
    assert may_come("The ", named, forced=(AT["P"], AT["o"])) == {"P"}


def test_a_name_comes_when_its_time_has_come_and_after_no_article() -> None:
    own, named = sampler(), place(name="Polly")
    log_p = np.log(np.full(len(PIECES), 1 / len(PIECES), np.float32))
    start = own._with_name(named, _Row(0, 0), log_p)
    assert start.named
    assert "".join(ALPHABET.texts[number] for number in start.forced) == "Polly"
    later = own._with_name(named, _Row(0, 0, after=2, text="My boat"), log_p)
    assert "".join(ALPHABET.texts[number] for number in later.forced) == " Polly"
    assert later.count == 1, "the chance of any name counts"
    for text, after in (("My", 2), ("My sea,", 0), ("It is", 1), ("My the", 1)):
        waiting = _Row(0, 0, after=after, text=text)
        assert own._with_name(named, waiting, log_p) == waiting, text
    assert own._with_name(place(), _Row(0, 0), log_p) == _Row(0, 0)
    assert own._with_name(named, start, log_p) == start


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0.3, 1.5))
def test_only_what_is_allowed_and_likely_enough_is_drawn(seed: int, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    log_p = rng.normal(0, 3, (5, len(PIECES))).astype(np.float32)
    masks = rng.random(log_p.shape) < 0.1
    masks[:, 7] = True
    for row, piece in enumerate(sampler(seed, temperature)._drawn(log_p, masks)):
        assert masks[row, piece]
        likeliest = log_p[row, masks[row]].max()
        assert (log_p[row, piece] - likeliest) / temperature >= np.log(MIN_P) - 1e-4


def test_draws_follow_the_chances() -> None:
    log_p = np.full((4000, len(PIECES)), -50, np.float32)
    log_p[:, [3, 9]] = np.log([0.75, 0.25])
    drawn = sampler()._drawn(log_p, np.ones(log_p.shape, np.bool_))
    assert set(drawn.tolist()) == {3, 9}
    assert (drawn == 3).mean() == pytest.approx(0.75, abs=0.03)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text("ab ", min_size=1, max_size=3), st.none() | st.floats(-9, 0)), max_size=8))
def test_a_row_knows_its_mean_its_sum_and_its_unlikeliest_piece(
    steps: list[tuple[str, float | None]],
) -> None:
    row = _Row(0, 0)
    for text, gained in steps:
        row = row.grown(text, gained)
    counted = [gained for _, gained in steps if gained is not None]
    sampled = row.sampled
    assert sampled.text == "".join(text for text, _ in steps).strip()
    assert sampled.mean == pytest.approx(sum(counted) / max(1, len(counted)))
    assert sampled.total == pytest.approx(sum(counted))
    later = [gained for _, gained in steps[1:] if gained is not None]
    assert sampled.least == min([0.0, *later])


def test_of_lines_with_one_last_word_a_few_are_tried_the_likeliest_first() -> None:
    ahead = {
        f"{word} {n}": (_Row(0, 0, text=f"{word} {n}", total=-float(n), count=1), (word,))
        for word in range(9)
        for n in range(9)
    }
    rows = [(row.sampled.mean, spelled) for row, spelled in _likeliest(ahead, 20)]
    assert len(rows) == 20
    assert [mean for mean, _ in rows] == sorted((mean for mean, _ in rows), reverse=True)
    assert all(sum(own == spelled for _, own in rows) <= 4 for _, spelled in rows)


@pytest.mark.parametrize(
    ("line", "hangs"),
    [
        ("with a sword of black", True), ("it shone on the moonlit", True), ("we lost my other", True),
        ("her coat was black", False), ("painted it black", False), ("black", False), ("all of the rain", False),
    ],
)  # fmt: skip
def test_no_line_ends_on_a_word_that_describes_what_is_not_there(line: str, hangs: bool) -> None:
    words = line.split()
    assert _hangs(words) == hangs
    ends = {words[-1]: 1}
    own = place(low=1, high=9, ends=ends, counts=dict.fromkeys(words, 1))
    assert ("\n" in may_come(line, own)) == (not hangs)
    ahead = sampler()
    ahead._ahead = [{}]
    row = _Row(0, 0, text=" ".join(words[:-1]) or "the rain")
    ahead._look_ahead(own, row, NO_MASK, {AT["\n"]: [(words[-1], 1, (AT["\n"],))]})
    assert bool(ahead._ahead[0]) == (not hangs)


def test_words_that_rhyme_are_found_by_their_first_piece() -> None:
    own = sampler()
    found = own._by_first(place(rhymed=True, ends={"rain": 1, "sea": 1}))
    assert {word for words in found.values() for word, _, _ in words} == {"rain", "sea"}
    for first, words in found.items():
        assert all(spelled == ALPHABET.spelled(word) and spelled[0] == first for word, _, spelled in words)
    assert own._by_first(place(rhymed=False)) == {}


def test_syllables_are_known_where_every_word_is() -> None:
    own = sampler()
    assert own._syllables(place(), "The zq") is None
    assert own._syllables(place(), "The rain, ") == 2
    assert own._syllables(place(name="Zq", counts={"zq": 3}), "The Zq") == 4

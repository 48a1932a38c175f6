import pytest
from report.songs import quatrain, song

from stagelyric.report.measures import form


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("under the yellow hat", "with a trout and a cat,", "perfect"),
        ("all of the time", "down the line", "slant"),
        ("the long way home", "over the road", "assonance"),
        ("out to sea", "what I see", "same"),
        ("a lump of coal", "in the garden", None),
        ("nobody told it", "try to hold it", "perfect"),
        ("I sat by it", "you stood on it", "same"),
        ("set it on fire", "sing in the choir", "perfect"),
        ("hard of hearing", "puffing and steering", "perfect"),
        ("", "anything", None),
    ],
)
def test_how_ends_rhyme(a: str, b: str, kind: str | None) -> None:
    assert form.rhyme(a, b) == kind
    assert form.rhyme(b, a) == kind


def test_a_rhyme_reaches_three_lines_back_and_no_further() -> None:
    near = quatrain("one cat", "two birds", "three houses", "four hats")
    assert form.end_rhymes([quatrain("a cat", "two birds", "three houses", "a hat")])["perfect"] == 1
    assert form.end_rhymes([near])["perfect"] == 0
    far = quatrain("a cat", "two birds", "three houses", "some coal", "a hat")
    assert form.end_rhymes([far])["perfect"] == 0
    assert form.end_rhyme_rate([quatrain("a cat", "a hat"), quatrain("a coal", "a tree")]) == 0.25


def test_lines_match_one_of_the_two_before() -> None:
    even = quatrain("the rain came down", "and no one stayed", "the boats went out", "without a maid")
    assert form.syllable_match_rate([even]) == 1.0
    ragged = quatrain("one", "the rain came down on Harbour Street")
    assert form.syllable_match_rate([ragged]) == 0.0


def test_pairs_are_those_the_scheme_wants() -> None:
    written = song(
        "T", quatrain("a copper kettle", "a yellow hat", "a street", "one more cat", kind="verse"), scheme="verse=ABCB"
    )
    (pair,) = form.pairs([written])
    assert (pair.earlier, pair.later, pair.rhyme, pair.off) == ("a yellow hat", "one more cat", "perfect", -1)
    assert pair.ends == ("cat", "hat")
    assert form.rhymed_where_asked([pair]) == form.matched_where_paired([pair]) == 1.0


def test_no_scheme_asks_for_nothing() -> None:
    assert list(form.pairs([song("T", quatrain("a hat", "a cat"))])) == []

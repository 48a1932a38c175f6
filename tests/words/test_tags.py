from collections import Counter
from dataclasses import replace
from pathlib import Path

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words import tags
from stagelyric.words.npz import ModelError

LEXICON = fakes.language().lexicon
USES = {
    "rain": Counter({"NOUN": 19, "VERB|Inf": 1}),
    "light": Counter({"NOUN": 6, "ADJ": 3, "VERB|Inf": 1}),
    "the": Counter({"DET": 90}),
}
MADE = tags.build(USES, ("ADJ", "DET", "NOUN", "VERB|Inf"), ("the",), LEXICON)


def words(token: str) -> set[str]:
    everything = np.arange(len(LEXICON.words))
    return {LEXICON.words[n] for n in MADE.standing_for(token, LEXICON, everything)}


def test_a_word_may_stand_for_what_a_tenth_of_its_uses_were() -> None:
    assert "rain" in words("NOUN")
    assert "rain" not in words("VERB|Inf")
    assert words("ADJ") == {"light"}
    assert words("VERB|Inf") == {"light"}
    assert words("the") == {"the"}
    assert MADE.may_be("light", "ADJ", LEXICON)
    assert not MADE.may_be("rain", "ADJ", LEXICON)
    assert not MADE.may_be("rain", "LINE", LEXICON)


def test_a_word_is_what_it_most_often_was() -> None:
    assert MADE.token("light", LEXICON) == "NOUN"
    assert MADE.token("the", LEXICON) == "the"


def test_what_nobody_saw_is_a_thing() -> None:
    assert MADE.token("window", LEXICON) == "NOUN"
    assert MADE.token("xylophone", LEXICON) == "NOUN"
    assert MADE.may_be("xylophone", "NOUN", LEXICON)
    assert not MADE.may_be("xylophone", "ADJ", LEXICON)


def test_a_taught_word_is_a_thing_and_the_others_stay_what_they_were() -> None:
    language = replace(fakes.language(), tags=MADE).taught(("aardwolf",))
    assert language.tags is not None
    assert language.tags.token("aardwolf", language.lexicon) == "NOUN"
    assert language.tags.may_be("light", "ADJ", language.lexicon)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    tags.save(tmp_path / tags.FILE, MADE)
    again = tags.load(tmp_path / tags.FILE, len(LEXICON.words))
    assert (again.names, again.own) == (MADE.names, MADE.own)
    np.testing.assert_array_equal(again.shares, MADE.shares)


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / tags.FILE
    with pytest.raises(ModelError, match="found no such file"):
        tags.load(file, 3)
    tags.save(file, MADE)
    with pytest.raises(ModelError, match="wanted the tags of 3 words"):
        tags.load(file, 3)
    file.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="found a file that is none"):
        tags.load(file, 3)


ALL_TAGS = (*(f"TAG{number}" for number in range(tags.MOST - 1)), "NOUN")


@pytest.mark.parametrize("names", [("NOUN",), ("ADJ", "NOUN"), ALL_TAGS], ids=["one", "two", "as many as go"])
def test_both_ways_of_asking_agree_for_every_word(names: tuple[str, ...]) -> None:
    """Whether a word may stand for a token, one at a time and many at a time; also for tags that nobody has learned."""
    uses = {word: Counter({names[n % len(names)]: 3, names[-1]: 1}) for n, word in enumerate(LEXICON.words)}
    made = tags.build(uses, names, ("the",), LEXICON)
    everything = np.arange(len(LEXICON.words))
    for token in (*names, "the", "rain", "LINE", "montague"):
        many = made.standing_for(token, LEXICON, everything).tolist()
        assert many == [n for n, word in enumerate(LEXICON.words) if made.may_be(word, token, LEXICON)], token


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3))
@settings(max_examples=40)
def test_a_tenth_of_the_uses_is_enough(uses: list[int]) -> None:
    names = ("ADJ", "NOUN", "VERB|Inf")
    counts = Counter({name: n for name, n in zip(names, uses, strict=True) if n})
    made = tags.build({"rain": counts}, names, (), LEXICON)
    seen = counts or Counter({"NOUN": 1})
    for name in names:
        share = round(100 * seen[name] / seen.total())
        assert made.may_be("rain", name, LEXICON) == (share >= 10)
    main = made.token("rain", LEXICON)
    assert round(100 * seen[main] / seen.total()) == max(round(100 * n / seen.total()) for n in seen.values())


def test_a_file_of_too_many_tags_is_refused(tmp_path: Path) -> None:
    names = tuple(f"TAG{number}" for number in range(tags.MOST + 1))
    file = tmp_path / tags.FILE
    tags.save(file, tags.Tags(names, np.zeros((3, len(names)), np.uint8), frozenset()))
    with pytest.raises(ModelError, match="wanted the tags of 3 words"):
        tags.load(file, 3)

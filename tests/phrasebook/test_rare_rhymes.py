"""Words that few others rhyme with: a whole line all the same, perfect where one is, slant where none is."""

import pytest
from phrasebook import frames

from stagelyric.phrasebook import book as books
from stagelyric.phrasebook import casting, ends
from stagelyric.phrasebook.compose import Composer
from stagelyric.phrasebook.search import Query
from stagelyric.types import paths
from stagelyric.words import lexicon
from stagelyric.words.lexicon import Lexicon
from stagelyric.writing import planning


@pytest.fixture(scope="module")
def words() -> Lexicon:
    return lexicon.load(paths.find_model("transformer") / lexicon.FILE)


@pytest.fixture(scope="module")
def composer() -> Composer:
    book = books.open_book(frames.FRAMES)
    return Composer(book, Query(seed=3), casting.cast(book.classes, (), (), 3))


@pytest.mark.parametrize("word", ["money", "water", "city", "people", "candle", "thunder", "shoulder", "harbour"])
def test_they_are_answered_perfectly(composer: Composer, word: str) -> None:
    line = composer.rhyming(word, 0, lambda lines: True)
    assert line is not None
    assert ends.kind(line.text.split()[-2:], [word]) == "perfect"


def test_a_slant_rhyme_is_no_form_of_the_word(composer: Composer) -> None:
    for word in ("month", "scarf", "rain", "boat", "time"):
        for number in range(6):
            line = composer.rhyming(word, number, lambda lines: True, "slant")
            if line is not None:
                assert ends.kind(line.text.split()[-1:], [word]) == "slant"
                assert not line.text.split()[-1].lower().startswith(word)
    assert not ends.answers(["windows"], "window", "slant")
    assert ends.answers(["time"], "line", "slant")


def test_living_rhymes_are_known(words: Lexicon) -> None:
    assert planning.has_living_rhyme(words, "rain")
    assert not planning.has_living_rhyme(words, "month")
    assert not planning.has_living_rhyme(words, "orange")

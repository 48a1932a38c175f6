import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, OWN, SIGNS
from stagelyric.lm.sample import choose
from stagelyric.words.lists import NEVER_LAST
from stagelyric.words.phonetics import pronounce
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.writing import planning, rules
from stagelyric.writing.automata.words import BackwardDrafts, vocabulary
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Must, Task

PLAIN = rules.make(fakes.language())
FREE = PLAIN.ending(np.flatnonzero(PLAIN.last_words))


class Numbers:
    """A model's numbers without a model: the words of a lexicon, and one that it lacks."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = (*words, "zephyrine")
        self.index = {word: number for number, word in enumerate(self.words)}
        self.first = np.full(len(self.words), 0.1, dtype=np.float32)
        self.correction = np.zeros(len(self.words), dtype=np.float32)
        self.size = len(self.words) + len(SIGNS) + LONGEST + 1

    def sign(self, number: int) -> int:
        return len(self.words) + number

    def slot(self, character: str) -> int:
        return self.sign(SIGNS.index(character))


NUMBERS = Numbers(PLAIN.lexicon.words)


def written(made: Rules, endings: list[Ending], tasks: list[Task], seed: int, lift: float = 0.0) -> dict[int, str]:
    """What comes out where the model has no opinion at all."""
    signs = NUMBERS.sign(LINE), NUMBERS.sign(COMMA), NUMBERS.sign(OWN)
    drafts = BackwardDrafts(vocabulary(NUMBERS, made), made, endings, tasks, signs, np.full(len(tasks), lift))
    drafts.keep(drafts.can_begin())
    rng, texts = np.random.default_rng(seed), dict[int, str]()
    for _ in range(60):
        if not len(drafts):
            return texts
        mask, bias = drafts.allowed()
        forced = drafts.forced()
        for i in forced:
            mask[i, 0] = True
        assert mask.any(axis=1).all(), "a dead end"
        assert np.isfinite(bias[mask]).all()
        ids = choose(bias, rng, mask=mask)
        done = drafts.take(ids, forced)
        for row in drafts.rows[done].tolist():
            texts[row] = drafts.text(row)
        drafts.keep(~done)
    raise AssertionError("a draft that does not end")


def sung(made: Rules, words: list[str]) -> int:
    return sum(int(made.lexicon.syllables[made.lexicon.index[word.lower()]]) for word in words)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(2, 14), min_size=1, max_size=8), st.integers(0, 1000))
def test_every_draft_is_of_known_words_as_long_as_asked_and_may_end_where_it_ends(
    lengths: list[int], seed: int
) -> None:
    texts = written(PLAIN, [FREE], [Task(length, 0) for length in lengths], seed)
    assert len(texts) == len(lengths)
    for row, text in texts.items():
        words = text.replace(",", "").split()
        assert sung(PLAIN, words) == lengths[row]
        assert PLAIN.last_words[PLAIN.lexicon.index[words[-1].lower()]]
        assert "zephyrine" not in words
        assert not text.startswith(",")
        assert not text.endswith(",")


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(["light", "town", "chair", "sea", "song"]), st.integers(3, 10), st.integers(0, 1000))
def test_a_line_begins_at_its_rhyme(word: str, length: int, seed: int) -> None:
    sound = pronounce(word)
    ending = PLAIN.ending(planning.rhymes(PLAIN, sound, {word}))
    for text in written(PLAIN, [ending], [Task(length, 0)] * 4, seed).values():
        assert kind_of_sounds(pronounce(text.split()[-1]), sound) in ("perfect", "slant", "assonance")


@settings(deadline=None, max_examples=40)
@given(st.integers(6, 12), st.integers(0, 12), st.booleans(), st.integers(0, 1000))
def test_what_must_be_said_is_said_once(length: int, after: int, slotted: bool, seed: int) -> None:
    must = Must("Polly Magnet", 4, own=True, slot=PERSON if slotted else "")
    expected = PERSON if slotted else "Polly Magnet"
    for text in written(PLAIN, [FREE], [Task(length, 0, must, min(after, length - 5))] * 4, seed).values():
        assert text.count(expected) == 1
        rest = text.replace(expected + "'s", "").replace(expected, "").replace(",", "").split()
        assert sung(PLAIN, rest) == length - 4


def test_a_name_may_end_a_line_only_where_it_is_let() -> None:
    for may_end in (True, False):
        must = Must("Leith", 1, own=True, may_end=may_end, slot=PLACE, place=True)
        texts = [
            text for seed in range(60) for text in written(PLAIN, [FREE], [Task(5, 0, must, 5)] * 2, seed).values()
        ]
        ends = [text for text in texts if text.endswith(PLACE)]
        assert bool(ends) is may_end


def test_no_article_stands_before_a_name() -> None:
    must = Must("Polly", 2, own=True, slot=PERSON)
    made = written(PLAIN, [FREE], [Task(8, 0, must, after) for after in (0, 1, 2, 3, 4) * 60], 5)
    before = [text.partition(PERSON)[0].split()[-1:] for text in made.values() if PERSON in text]
    assert len(before) > 200
    assert not [word for word in before if word in (["a"], ["an"], ["the"])]
    assert any(text.split()[i - 1 : i] == ["the"] for text in made.values() for i in range(9))


def test_a_draft_with_no_word_to_end_on_does_not_begin() -> None:
    never = PLAIN.ending([])
    assert written(PLAIN, [FREE, never], [Task(6, 0), Task(6, 1)], 1).keys() == {0}


def test_a_lift_brings_rarer_words() -> None:
    def rarity(lift: float) -> float:
        lexicon = PLAIN.lexicon
        found = [
            float(lexicon.rarity[lexicon.index[word.lower()]])
            for seed in range(30)
            for text in written(PLAIN, [FREE], [Task(8, 0)] * 4, seed, lift).values()
            for word in text.replace(",", "").split()
        ]
        return float(np.mean(found))

    assert rarity(0.0) + 0.05 < rarity(6.0)


def test_no_word_with_a_meaning_comes_twice_in_a_line_and_none_that_is_avoided() -> None:
    made = rules.make(fakes.language(), avoid=["river", "golden"])
    for seed in range(20):
        for text in written(made, [made.ending(np.flatnonzero(made.last_words))], [Task(14, 0)] * 4, seed).values():
            words = text.replace(",", "").split()
            content = [word for word in words if word.lower() not in NEVER_LAST and len(word) > 4]
            assert not {"river", "golden"} & {word.lower() for word in words}
            assert len(content) == len(set(content)) or {w for w in content if content.count(w) > 1} <= {"there"}


@pytest.mark.parametrize("word", ["lamp", "tower", "zebra"])
def test_a_wanted_word_is_said_once_and_one_that_the_model_lacks_where_its_place_has_come(word: str) -> None:
    must = planning.as_word(word, PLAIN, may_end=False)
    for after in (0, 2, 4):
        for text in written(PLAIN, [FREE], [Task(8, 0, must, after)] * 4, after).values():
            words = text.replace(",", "").split()
            assert words.count(must.text) == 1
            before = words[: words.index(must.text)]
            assert sung(PLAIN, [w for w in words if w != must.text]) == 8 - must.syllables
            if word == "zebra":
                assert sung(PLAIN, before) <= after

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.sample import choose
from stagelyric.lm.vocabulary import ALPHABET
from stagelyric.types.lines import Scheme
from stagelyric.words.phonetics import pronounce
from stagelyric.words.rhyme import kind_of_sounds
from stagelyric.writing import planning, rules
from stagelyric.writing.automata.letters import Alphabet, Drafts
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Must, Task

PLAIN = rules.make(fakes.language())
FREE = PLAIN.ending(np.flatnonzero(PLAIN.last_words))


def written(made: Rules, endings: list[Ending], tasks: list[Task], seed: int) -> list[str]:
    """What comes out where the model has no opinion at all."""
    drafts, rng = Drafts(made, Alphabet(ALPHABET), endings, tasks), np.random.default_rng(seed)
    texts = [""] * len(tasks)
    for _ in range(400):
        mask, bias = drafts.allowed()
        assert mask.any(axis=1).all(), "a dead end"
        assert np.isfinite(bias[mask]).all()
        ids = choose(0.3 * bias, rng, mask=mask)
        for row, i in zip(drafts.rows, ids, strict=True):
            texts[row] += ALPHABET[i]
        done = drafts.take(ids)
        drafts.keep(~done)
        if not len(drafts):
            return texts
    raise AssertionError("a draft that does not end")


def sung(made: Rules, text: str) -> int:
    words = text.replace(",", "").split()
    return sum(int(made.lexicon.syllables[made.lexicon.index[word.lower()]]) for word in words)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 14), min_size=1, max_size=8), st.integers(0, 1000))
def test_every_draft_is_of_real_words_and_lands_on_its_last_syllable(lengths: list[int], seed: int) -> None:
    texts = written(PLAIN, [FREE], [Task(length, 0) for length in lengths], seed)
    for text, length in zip(texts, lengths, strict=True):
        assert text.endswith("\n")
        assert text[0].isupper()
        assert sung(PLAIN, text) == length
        assert PLAIN.last_words[PLAIN.lexicon.index[text.split()[-1].lower()]]
        for word in text.replace(",", "").split()[1:]:
            form = int(PLAIN.lexicon.forms[PLAIN.lexicon.index[word.lower()]])
            assert form & (2 if word[0].isupper() else 1)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(["light", "town", "chair", "sea", "song"]), st.integers(3, 10), st.integers(0, 1000))
def test_a_rhyme_is_landed_on(word: str, length: int, seed: int) -> None:
    numbers = planning.rhymes(PLAIN, pronounce(word), {word})
    ending = PLAIN.ending(numbers)
    for text in written(PLAIN, [ending], [Task(length, 0)] * 4, seed):
        last = text.split()[-1].lower()
        assert last != word
        assert kind_of_sounds(pronounce(last), pronounce(word)) not in (None, "same")
        assert sung(PLAIN, text) == length


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(4, 10), st.booleans(), st.integers(0, 1000))
def test_what_must_be_said_is_said(after: int, length: int, may_end: bool, seed: int) -> None:
    must = Must("Polly Magnet", 4, own=True, may_end=may_end)
    length = max(length, 4 + (0 if may_end else FREE.least))
    for text in written(PLAIN, [FREE], [Task(length, 0, must, after)] * 3, seed):
        assert text.count("Polly Magnet") == 1
        rest = text.replace("Polly Magnet's", "").replace("Polly Magnet", "")
        assert sung(PLAIN, rest) == length - 4
        assert may_end or not text.rstrip().endswith("Magnet")


def test_a_word_at_the_beginning_has_a_capital() -> None:
    (text,) = written(PLAIN, [FREE], [Task(7, 0, Must("river of gold", 4), 0)], 0)
    assert text.startswith("River of gold ")


def test_words_to_avoid_are_in_no_draft() -> None:
    made = rules.make(fakes.language(), avoid=("rain", "river", "silver spoon"))
    ending = made.ending(np.flatnonzero(made.last_words))
    for text in written(made, [ending], [Task(9, 0)] * 60, 1):
        assert not {"rain", "river"} & set(text.lower().replace(",", "").split())


def test_a_theme_the_lexicon_lacks_can_be_taught() -> None:
    language = fakes.language().taught(rules.unknown(("neon harbour",), fakes.language().lexicon))
    made = rules.make(language, themes=("neon harbour",))
    assert [made.lexicon.words[n] for n in made.themes] == ["neon", "harbour"]
    ending = made.ending(np.flatnonzero(made.last_words))
    texts = written(made, [ending], [Task(9, 0)] * 80, 1)
    assert any("neon" in text.lower() for text in texts)


def test_nothing_may_end_on_a_word_that_leads_on() -> None:
    for word in ("the", "and", "of", "my"):
        assert not PLAIN.last_words[PLAIN.lexicon.index[word]]


def test_few_words_and_many_are_laid_out_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.flatnonzero(PLAIN.last_words)[::3]
    few = PLAIN.ending(numbers)
    monkeypatch.setattr(rules, "_MANY", 0)
    np.testing.assert_array_equal(PLAIN.ending(numbers).reach, few.reach)


def test_an_ending_knows_its_shortest_word() -> None:
    index = PLAIN.lexicon.index
    assert PLAIN.ending([index["light"], index["yellow"]]).least == 1
    assert PLAIN.ending([index["yellow"]]).least == 2
    assert PLAIN.ending([index["the"]]).least > 20


@pytest.mark.parametrize("scheme", planning.MATES)
def test_lines_that_rhyme_are_of_one_length(scheme: str) -> None:
    from stagelyric.types.lines import Ask

    ask = Ask(rhyme=scheme, syllables=(5, 12), names=("Polly Magnet",))  # type: ignore[arg-type]
    for seed in range(20):
        plans = planning.stanza(ask, np.random.default_rng(seed), seed, ("neon",), ask.names)
        assert len(plans) == 4
        for plan in plans:
            assert 5 <= plan.syllables <= 12
            if plan.mate is not None:
                assert plans[plan.mate].syllables == plan.syllables
                assert plans[plan.mate].to_be_rhymed
        if seed == 0:
            assert any(plan.must and plan.must.own for plan in plans)


def test_names_are_drafted_in_plain_letters() -> None:
    assert planning.as_name("Montréal", may_end=True).text == "Montreal"
    assert planning.as_name("Mr. O'Brien-Smith", may_end=True).text == "Mr O'Brien-Smith"
    assert planning.spelled("東京") == ""


@pytest.mark.parametrize(
    ("scheme", "letters"), [("AABB", "0011"), ("ABAB", "0101"), ("ABCB", "0121"), ("AAAA", "0000")]
)
def test_a_place_has_its_stanza_s_rhyme(scheme: Scheme, letters: str) -> None:
    assert "".join(str(planning.rhyme_of(scheme, place)) for place in range(4)) == letters

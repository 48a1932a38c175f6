"""Which words drafts may use where: rows of a table that several places share, each looked up by its own number."""

from dataclasses import replace

import fakes
import numpy as np

from stagelyric.writing import rules
from stagelyric.writing.layout import Layout
from stagelyric.writing.rules import Ending
from stagelyric.writing.tasks import MUST, OWN, Must, Task, Template

RULES = rules.make(replace(fakes.language(), tags=fakes.tags()))
FREE = RULES.free()
LIGHT = RULES.ending([RULES.lexicon.index[word] for word in ("light", "night", "rain")])
LONG = Template(("the", "ADJ", "NOUN", "VERB|Fin", "NOUN"), (0b11111100, 0b111100, 0b11100, 0b1110, 0b110, 1))
SHORT = Template((MUST + OWN, "NOUN"), (0b1110, 0b110, 1))
POLLY = Must("Polly", 2, own=True)
TASKS = [
    Task(7, 0), Task(7, 0, template=LONG), Task(5, 1, POLLY, template=SHORT), Task(6, 1, template=LONG), Task(4, 1),
]  # fmt: skip
LAYOUT = Layout(RULES, [FREE, LIGHT], TASKS)


def same(reach: object, ends: object, ending: Ending) -> bool:
    return bool(np.array_equal(np.asarray(reach), ending.reach) and np.array_equal(np.asarray(ends), ending.ends))


def test_tables_are_of_one_shape_whatever_the_templates() -> None:
    nodes = len(RULES.lexicon.trie.parent)
    assert LAYOUT.kinds.shape == LAYOUT.suits.shape == (len(TASKS), 6)
    assert LAYOUT.rest.shape == (len(TASKS), 7)
    assert LAYOUT.reach.shape == LAYOUT.ends.shape == (len(LAYOUT.reach), 3, nodes)
    assert LAYOUT.words.shape == LAYOUT.word_ends.shape == (len(LAYOUT.words), 3, nodes)
    assert LAYOUT.suited.shape[1:] == (2, nodes)
    for numbers, table in ((LAYOUT.final, LAYOUT.reach), (LAYOUT.kinds, LAYOUT.words), (LAYOUT.suits, LAYOUT.suited)):
        assert numbers.min() >= 0
        assert numbers.max() < len(table)


def test_a_draft_without_a_template_may_use_all_words_and_ends_as_it_is_asked() -> None:
    for row, ending in ((0, FREE), (4, LIGHT)):
        assert not LAYOUT.kinds[row].any()
        assert not LAYOUT.suits[row].any()
        assert LAYOUT.length[row] == 0
        assert same(LAYOUT.reach[LAYOUT.final[row]], LAYOUT.ends[LAYOUT.final[row]], ending)
    assert same(LAYOUT.words[0], LAYOUT.word_ends[0], RULES.anywhere)
    assert not LAYOUT.suited[0].any()


def test_each_place_of_a_template_has_the_words_of_its_token() -> None:
    for row in (1, 3):
        for place, token in enumerate(LONG.tokens[:-1]):
            number = LAYOUT.kinds[row, place]
            assert same(LAYOUT.words[number], LAYOUT.word_ends[number], RULES.tagged(token))
        assert LAYOUT.kinds[row, 4] == 0, "the last word is one of the ending's"
        assert LAYOUT.rest[row].tolist() == [*LONG.rest, 0]
        assert LAYOUT.length[row] == len(LONG.tokens)


def test_a_last_word_is_of_its_token_and_of_its_own_ending() -> None:
    for row, ending in ((1, FREE), (2, LIGHT), (3, LIGHT)):
        final = LAYOUT.final[row]
        assert same(LAYOUT.reach[final], LAYOUT.ends[final], RULES.tagged("NOUN", ending))
    assert LAYOUT.final[2] == LAYOUT.final[3], "what is alike is laid out once"
    assert LAYOUT.final[1] != LAYOUT.final[3]


def test_what_must_be_said_is_no_word_of_the_lexicon() -> None:
    assert LAYOUT.kinds[2, 0] == 0
    assert LAYOUT.suits[2, 0] == 0
    assert LAYOUT.rest[2].tolist()[:3] == list(SHORT.rest)


def test_parts_of_speech_suit_by_share_and_words_of_their_own_do_not() -> None:
    assert LAYOUT.suits[1, 0] == 0, "the word itself is the token"
    for place, token in enumerate(LONG.tokens[1:], 1):
        np.testing.assert_array_equal(LAYOUT.suited[LAYOUT.suits[1, place]], RULES.suited(token))
    assert LAYOUT.suits[1, 2] == LAYOUT.suits[1, 4]


def test_a_template_that_ends_on_what_must_be_said_ends_as_it_is_asked() -> None:
    ends = Template(("the", MUST), (0b1000, 0b100, 1))
    layout = Layout(RULES, [FREE, LIGHT], [Task(4, 1, replace(POLLY, may_end=True), template=ends)])
    assert same(layout.reach[layout.final[0]], layout.ends[layout.final[0]], LIGHT)


def test_without_templates_there_is_one_place() -> None:
    layout = Layout(RULES, [FREE], [Task(7, 0)])
    assert layout.kinds.shape == (1, 1)
    assert layout.rest.shape == (1, 2)
    assert len(layout.words) == len(layout.suited) == len(layout.reach) == 1

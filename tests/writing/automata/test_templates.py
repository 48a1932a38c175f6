from dataclasses import replace

import fakes
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.sample import choose
from stagelyric.lm.vocabulary import ALPHABET
from stagelyric.words.phonetics import pronounce
from stagelyric.writing import planning, rules
from stagelyric.writing.automata.letters import Alphabet, Drafts
from stagelyric.writing.automata.templates import Sketches, Slots
from stagelyric.writing.rules import Ending
from stagelyric.writing.tasks import MUST, OWN, Must, Task, Template

RULES = rules.make(replace(fakes.language(), tags=fakes.tags()))
FREE = RULES.ending(np.flatnonzero(RULES.last_words))
SYMBOLS = tokens.symbols(tuple(sorted(fakes.tags().own)))
SLOTS = Slots(tokens.LINE, (tokens.PERSON, tokens.PLACE), OWN)
POLLY = planning.as_name("Polly Magnet", may_end=False)
DOVER = replace(planning.as_name("Dover", may_end=True), place=True)


def sketched(endings: list[Ending], tasks: list[Task], seed: int) -> list[Template | None]:
    """Templates, where the structure model has no opinion at all."""
    made, rng = Sketches(RULES, SYMBOLS, SLOTS, endings, tasks), np.random.default_rng(seed)
    for _ in range(20):
        mask = made.allowed()
        made.keep(np.any(mask, axis=1))
        if not len(made):
            break
        mask = mask[mask.any(axis=1)]
        made.keep(~made.take(choose(np.zeros(mask.shape, np.float32), rng, mask=mask)))
    return made.templates


def drafted(endings: list[Ending], tasks: list[Task], seed: int) -> list[str]:
    drafts, rng = Drafts(RULES, Alphabet(ALPHABET), endings, tasks), np.random.default_rng(seed)
    texts = [""] * len(tasks)
    for _ in range(400):
        mask, bias = drafts.allowed()
        assert mask.any(axis=1).all(), "a dead end"
        ids = choose(0.3 * bias, rng, mask=mask)
        for row, i in zip(drafts.rows, ids, strict=True):
            texts[row] += ALPHABET[i]
        drafts.keep(~drafts.take(ids))
        if not len(drafts):
            return texts
    raise AssertionError("a draft that does not end")


def sung(text: str) -> int:
    return sum(int(RULES.lexicon.syllables[RULES.lexicon.index[w.lower()]]) for w in text.replace(",", "").split())


def keeps_to(text: str, template: Template) -> bool:
    words = text.replace(",", "").split()
    tags = RULES.language.tags
    assert tags is not None
    return len(words) == len(template.tokens) and all(
        tags.may_be(word.lower(), token, RULES.lexicon) for word, token in zip(words, template.tokens, strict=True)
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(2, 13), min_size=1, max_size=6), st.integers(0, 1000))
def test_a_draft_keeps_to_its_template_and_its_metre(lengths: list[int], seed: int) -> None:
    tasks = [Task(length, 0) for length in lengths]
    templates = sketched([FREE], tasks, seed)
    tasks = [replace(t, template=template) for t, template in zip(tasks, templates, strict=True)]
    for task, text in zip(tasks, drafted([FREE], tasks, seed), strict=True):
        assert sung(text) == task.syllables
        assert text.endswith("\n")
        if task.template is not None:
            assert keeps_to(text, task.template), (text, task.template.tokens)


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(["light", "town", "sea", "song"]), st.integers(4, 10), st.integers(0, 1000))
def test_the_last_word_is_one_of_the_ending(word: str, length: int, seed: int) -> None:
    ending = RULES.ending(planning.rhymes(RULES, pronounce(word), {word}))
    tasks = [Task(length, 0), Task(length, 1)]
    templates = sketched([FREE, ending], tasks, seed)
    tasks = [replace(t, template=template) for t, template in zip(tasks, templates, strict=True)]
    text = drafted([FREE, ending], tasks, seed)[1]
    assert RULES.lexicon.index[text.split()[-1].lower()] in ending.numbers
    assert sung(text) == length


@settings(deadline=None, max_examples=15)
@given(st.sampled_from([POLLY, DOVER]), st.integers(7, 11), st.integers(0, 1000))
def test_a_name_has_its_slot_and_is_said_there(must: Must, length: int, seed: int) -> None:
    task = Task(length, 0, must)
    (template,) = sketched([FREE], [task], seed)
    if template is None:
        return
    said = [token for token in template.tokens if token.startswith(MUST)]
    assert len(said) == 1
    assert not any(token.startswith(tokens.SLOTS) for token in template.tokens)
    assert must.may_end or not template.tokens[-1].startswith(MUST)
    (text,) = drafted([FREE], [replace(task, template=template)], seed)
    assert text.count(must.text) == 1
    assert (f"{must.text}'s" in text) == (said[0] == MUST + OWN)
    before = text[: text.index(must.text)].replace(",", "").split()
    assert len(before) == template.tokens.index(said[0])


def test_a_wanted_word_stands_where_it_may() -> None:
    rain = Must("rain", 1, may_end=True)
    found = 0
    for seed in range(12):
        task = Task(8, 0, rain, after=seed % 5)
        (template,) = sketched([FREE], [task], seed)
        if template is not None:
            found += 1
            (text,) = drafted([FREE], [replace(task, template=template)], seed)
            assert text.lower().replace(",", "").split()[template.tokens.index(MUST)] == "rain"
    assert found


def test_a_template_that_leads_nowhere_is_dropped() -> None:
    wrong = Template(("the", "CCONJ", "NOUN"), (1 << 3, 1 << 2, 1 << 1, 1))
    (text,) = drafted([FREE], [Task(7, 0, template=wrong)], 0)
    assert sung(text) == 7


def test_what_is_to_be_said_is_said_though_the_template_leads_nowhere() -> None:
    wrong = Template(("CCONJ", MUST), (1 << 5, 1 << 4, 1))
    (text,) = drafted([FREE], [Task(8, 0, POLLY, template=wrong)], 0)
    assert "Polly Magnet" in text
    assert sung(text.replace("Polly Magnet's", "").replace("Polly Magnet", "")) == 4


def test_no_line_is_too_short_for_what_must_be_said() -> None:
    assert sketched([FREE], [Task(4, 0, POLLY)], 0) == [None]


def test_most_lines_have_a_template() -> None:
    found = sketched([FREE], [Task(5 + i % 6, 0, POLLY if i % 3 == 0 else None) for i in range(60)], 3)
    assert sum(template is not None for template in found) > 40

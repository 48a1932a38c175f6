"""What a letter model makes of finished lines is what it makes of them letter by letter, however they are read."""

import fakes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.vocabulary import ALPHABET
from stagelyric.writing import hearing
from stagelyric.writing.automata.letters import Alphabet
from stagelyric.writing.hearing import Heard, hear, log_chances

ENGINE, LETTERS = fakes.NGramEngine(), Alphabet(ALPHABET)
CONTEXT = "The rain came down on the harbour wall\n"
LINES = [
    "And the gulls flew over the town",
    "I heard the rain",
    "Sea",
    "",
    "Zzyzx 4 Qs!",
    "a",
    "the night was cold and the",
]


def heard(texts: list[str], context: str = CONTEXT) -> list[Heard]:
    logits, state = ENGINE.prime(context)
    rows = state.take(np.zeros(len(texts), dtype=np.int64))
    return hear(ENGINE, LETTERS, texts, np.repeat(logits, len(texts), axis=0), rows)


def plainly(text: str, context: str = CONTEXT) -> tuple[float, float, str]:
    """Flow, landing and closing mark, one letter after another."""
    logits, state = ENGINE.prime(context)
    gained = []
    for number in ENGINE.vocabulary.spell(text[:1].upper() + text[1:]):
        gained.append(float(logits[0, number] - np.logaddexp.reduce(logits[0].astype(np.float64))))
        logits, state = ENGINE.step(np.array([number]), state)
    marks = {mark: float(np.exp(logits[0, ALPHABET.index(mark)])) for mark in "\n,;.!?:-"}
    gained.append(float(np.log(sum(marks.values()) / np.exp(logits[0].astype(np.float64)).sum())))
    last = len(text.split(" ")[-1]) + 1
    return float(np.mean(gained)), float(np.mean(gained[-last:])), max(marks, key=lambda mark: marks[mark])


@pytest.mark.parametrize("together", [1, 7, 20, 128])
def test_lines_are_heard_as_letter_by_letter(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "TOGETHER", together)
    for text, found in zip(LINES, heard(LINES), strict=True):
        flow, landing, closing = plainly(text)
        assert found.flow == pytest.approx(flow, abs=1e-4)
        assert found.landing == pytest.approx(landing, abs=1e-4)
        assert found.closing == closing


@pytest.mark.parametrize("together", [3, 128])
def test_the_state_is_that_at_the_lines_end(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "TOGETHER", together)
    for text, found in zip(LINES, heard(LINES), strict=True):
        if not text:
            continue
        _, wanted = ENGINE.prime(CONTEXT + text[:1].upper() + text[1:])
        own = found.state.take(np.array([found.row]))
        newline = np.array([ALPHABET.index("\n")])
        np.testing.assert_allclose(ENGINE.step(newline, own)[0], ENGINE.step(newline, wanted)[0], rtol=1e-5)


@settings(max_examples=30)
@given(st.lists(st.text("abe T',", max_size=30), min_size=1, max_size=6))
def test_the_others_in_a_batch_make_no_difference(texts: list[str]) -> None:
    together = heard(texts)
    back = heard(texts[::-1])[::-1]
    for text, one, other in zip(texts, together, back, strict=True):
        (alone,) = heard([text])
        assert (one.flow, one.landing) == pytest.approx((alone.flow, alone.landing), abs=1e-5)
        assert (other.flow, other.landing) == pytest.approx((alone.flow, alone.landing), abs=1e-5)
        assert one.closing == other.closing == alone.closing
        assert one.flow < 0


def test_between_is_called_before_every_call_of_the_model() -> None:
    calls = 0

    def between() -> None:
        nonlocal calls
        calls += 1

    logits, state = ENGINE.prime(CONTEXT)
    hear(ENGINE, LETTERS, ["x" * (hearing.TOGETHER * 2 + 1)], logits, state, between)
    assert calls == 3
    assert hear(ENGINE, LETTERS, [], logits, state.take(np.zeros(0, dtype=np.int64)), between) == []
    assert calls == 3


def test_what_people_would_sing_is_heard_as_likelier_than_the_same_letters_shuffled() -> None:
    line = "I heard the rain on the window fall"
    shuffled = "".join(np.random.default_rng(0).permutation(list(line)).tolist())
    good, bad = heard([line, shuffled])
    assert good.flow > bad.flow + 1


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(-80, 80, width=32), min_size=4, max_size=4), min_size=1, max_size=4))
def test_chances_add_up_and_do_not_depend_on_a_shift(rows: list[list[float]]) -> None:
    logits = np.array(rows, np.float32)
    logs = log_chances(logits)
    assert np.exp(logs).sum(axis=-1) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(log_chances(logits + np.float32(5)), logs, atol=1e-3)
    order = logits.argsort(axis=-1)
    assert (np.diff(np.take_along_axis(logs, order, axis=-1), axis=-1) >= 0).all()

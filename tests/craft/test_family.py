import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.craft.family import found, is_blocked, is_clean, mild_words

# Turned by thirteen, as in the list itself.
WORST, ALSO, SPLIT = (codecs.decode(word, "rot13") for word in ("fuvg", "shpx", "phag"))

CLEAN = [
    "Wash it down and pass it on",
    "The pen is on the table",
    "Push it harder, push it through",
    "A peacock and a cocktail on the grass",
    "The class of Scunthorpe sings a classic bass",
    "As sure as I am standing here",
    "The cock crows at dawn",
    "He'll go, and she'll remain",
    "Shells upon the Essex shore",
    "Raccoons are sleeping in the document room",
    "Grapes, drapes and landscapes",
    "Tit for tat",
    "In the basement of the assassin",
    "Polly Magnet, Mr Harbour and Montréal",
    "We will analyse it in the therapist's chair",
]


@pytest.mark.parametrize("line", CLEAN)
def test_clean_lines_pass(line: str) -> None:
    assert found(line) is None


@pytest.mark.parametrize(
    "spelled",
    [
        lambda w: w,
        lambda w: w.upper(),
        lambda w: f"({w})!",
        lambda w: w.replace("i", "1").replace("u", "*"),
        lambda w: w[0] + "*" * (len(w) - 2) + w[-1],
        lambda w: " ".join(w),
        lambda w: ".".join(w),
        lambda w: w[:2] + " " + w[2:],
        lambda w: w[0] + w[1] + w[2] * 4 + w[3:],
        lambda w: w + "ing",
        lambda w: "mother-" + w + "er",
        lambda w: w[:1] + "-" + w[1:],
    ],
)
@pytest.mark.parametrize("word", [WORST, ALSO])
def test_the_worst_is_caught_however_it_is_spelled(word: str, spelled) -> None:  # type: ignore[no-untyped-def]
    assert found(f"And now {spelled(word)} it all") is not None


def test_look_alikes_are_read() -> None:
    assert not is_clean("this " + WORST.replace("s", "5").replace("i", "!"))
    assert not is_clean("a " + codecs.decode("nffubyr", "rot13").replace("s", "$"))


def test_mild_words_are_for_a_family_only() -> None:
    for word in ("damn", "hell"):
        assert word in mild_words()
        assert is_blocked(word)
        assert not is_blocked(word, mild=False)
    assert found("Go to the hell of it", mild=False) is None
    assert found("What the " + SPLIT, mild=False) is not None


def test_phrases_of_clean_words_are_caught() -> None:
    assert found("Oh kill yourself, she said") is not None


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    found(text)


@given(st.sampled_from(CLEAN), st.sampled_from([WORST, ALSO]), st.sampled_from(CLEAN))
def test_clean_company_hides_nothing(before: str, word: str, after: str) -> None:
    assert not is_clean(f"{before} {word} {after}")

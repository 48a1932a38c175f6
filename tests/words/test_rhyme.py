import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words.phonetics import look_up
from stagelyric.words.rhyme import assonance, kind, slant, tail

WORDS = ["light", "night", "time", "line", "home", "road", "water", "daughter", "love", "above", "fire", "rain", "gone"]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("light", "flight", "perfect"),
        ("love", "above", "perfect"),
        ("water", "daughter", "perfect"),
        ("down by the harbour light", "into the night", "perfect"),
        ("sometimes", "crimes", "perfect"),
        ("write", "right", "same"),
        ("light", "Light", "same"),
        ("time", "line", "slant"),
        ("home", "stones", "slant"),
        ("home", "road", "assonance"),
        ("sea", "memory", None),
        ("fire", "choir", "perfect"),
        ("fire", "spire", "perfect"),
        ("spire", "lyre", "perfect"),
        ("hour", "sour", "perfect"),
        ("higher", "hire", "same"),
        ("again", "rain", "perfect"),
        ("again", "ten", "perfect"),
        ("been", "seen", "perfect"),
        ("", "light", None),
    ],
)
def test_kinds(a: str, b: str, expected: str | None) -> None:
    assert kind(a, b) == expected


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_rhyme_is_mutual(a: str, b: str) -> None:
    assert kind(a, b) == kind(b, a)
    assert kind(a, a) == "same"


def test_keys_grow_looser() -> None:
    phones = look_up("stones")
    assert phones is not None
    assert tail(phones) == ("OW", "N", "Z")
    assert slant(tail(phones)) == ("OW", "m")
    assert assonance(tail(phones)) == ("OW",)

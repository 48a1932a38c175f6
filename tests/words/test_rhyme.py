import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stagelyric.words.phonetics import look_up, pronounce, readings
from stagelyric.words.rhyme import assonance, kind, kind_of_sounds, slant, tail

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


SOUNDS = st.sampled_from(
    [
        *WORDS, "again", "wind", "tear", "close", "hours", "choir", "memory", "sea", "time's", "sometimes", "flowers",
        "write", "right", "stones", "lives", "blorptang", "MTV", "99", "o'clock", "beautiful", "the", "singin'",
    ]
)  # fmt: skip
CLOSENESS = {"same": 0, "perfect": 1, "slant": 2, "assonance": 3, None: 4}


@given(SOUNDS, SOUNDS)
def test_of_all_pronunciations_the_closest_rhyme_counts(a: str, b: str) -> None:
    """For words that are said as they are written."""
    assume("MTV" not in (a, b) and "99" not in (a, b))
    every = [kind_of_sounds(one, other) for one in readings(a) for other in readings(b)]
    assert kind(a, b) == min(every, key=CLOSENESS.__getitem__)
    assert kind(a, b) == kind(b, a)


@given(SOUNDS, SOUNDS)
def test_only_the_last_word_of_a_line_rhymes(a: str, b: str) -> None:
    found = kind(a, b)
    assert kind(f"row me over, {a}!", b.upper() if b != "99" else b) == found or a == "MTV"
    assert kind(f"{b} {a} …", f"the-{b} —") == found


@given(SOUNDS, SOUNDS)
def test_each_kind_is_what_two_tails_share(a: str, b: str) -> None:
    one, other = pronounce(a), pronounce(b)
    found = kind_of_sounds(one, other)
    tails = tail(one), tail(other)
    if not one or not other:
        assert found is None
        return
    assert (found in ("same", "perfect")) == (tails[0] == tails[1])
    if found in ("same", "perfect", "slant"):
        assert slant(tails[0]) == slant(tails[1])
    assert (found is not None) == (assonance(tails[0]) == assonance(tails[1]))
    assert kind_of_sounds(one, one) == "same"


@given(SOUNDS)
def test_a_tail_is_the_end_of_a_word_from_its_last_stress_on(word: str) -> None:
    phones = pronounce(word)
    assume(phones)
    found = tail(phones)
    rest = phones[len(phones) - len(found) :]
    bare = tuple(phone.rstrip("012") for phone in rest)
    merged = {("ER", "R"), ("AH", "IH")}  # sounds that the dictionary writes in two ways
    assert all(a == b or (a, b) in merged for a, b in zip(found, bare, strict=True))
    last = rest[-1] if len(rest) > 1 else ""
    assert not any(phone[-1] in "12" for phone in rest[1:] if phone is not last or phone not in ("IY2", "OW2", "AA2"))
    assert rest[0][-1].isdigit()
    assert tail(rest) == found


@pytest.mark.parametrize("nothing", ["", "…", " - ", "!"])
def test_nothing_rhymes_with_nothing(nothing: str) -> None:
    assert kind(nothing, nothing) is None
    assert kind(nothing, "light") is None
    assert kind_of_sounds((), ()) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sorrow", "tomorrow"), ("borrow", "sorrow"), ("pony", "bony"), ("heavy", "Chevy"), ("potato", "tomato"),
        ("splendid", "ended"), ("palace", "malice"), ("women", "swimmin'"), ("rainbow", "snow"), ("honeybee", "tree"),
        ("sometime", "time"), ("singing", "ringing"), ("posy", "rosy"), ("forbidden", "hidden"), ("sorry", "lorry"),
    ],
)  # fmt: skip
def test_words_that_are_sung_alike_rhyme_however_the_dictionary_marks_their_endings(one: str, other: str) -> None:
    assert kind(one, other) == kind(other, one) == "perfect"


@pytest.mark.parametrize(("one", "other"), [("shadow", "snow"), ("pony", "tree"), ("tomorrow", "go"), ("nobody", "me")])
def test_a_weak_ending_carries_no_rhyme(one: str, other: str) -> None:
    assert kind(one, other) is None

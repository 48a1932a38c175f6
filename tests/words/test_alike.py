"""Names are compared as people see them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.words.alike import alike, find, numbered

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café Noir", "Cafe\u0301 Noir"), ("Außentür", "AUSSENTÜR"), ("Don’t", "don't"), ("Don`t", "Don´t"),
        ("Rain – Again", "rain - again"), ("Rain—Again", "Rain-Again"), ("“Home”", '"home"'),
        ("Two\u00a0Words", "two words"),
        ("İstanbul", "i\u0307stanbul"), ("ﬁre", "FIRE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Å", "\u212b"),
    ],
)  # fmt: skip
def test_these_look_the_same(one: str, other: str) -> None:
    assert alike(one) == alike(other)
    assert find(other, ["Else", one]) == 1


@pytest.mark.parametrize(("one", "other"), [("Cafe", "Café"), ("Rain", "Rains"), ("Its", "It's"), ("A B", "AB")])
def test_these_do_not(one: str, other: str) -> None:
    assert alike(one) != alike(other)


@given(NAMES)
def test_every_unicode_form_and_case_is_one_name(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert alike(unicodedata.normalize(form, name)) == alike(alike(name)) or "`" in name or "´" in name
    assert alike(name.replace("'", "’").replace("-", "–")) == alike(name)


@given(st.lists(st.sampled_from(["verse", "Verse", "chorus", "chorus 2", "verse 3", "bridge"]), max_size=9))
def test_what_comes_again_is_numbered_and_stays_apart(names: list[str]) -> None:
    labels = numbered(names)
    assert len({alike(label) for label in labels}) == len(names)
    for place, (name, label) in enumerate(zip(names, labels, strict=True)):
        assert label.startswith(name)
        if alike(name) not in [alike(before) for before in names[:place]]:
            assert label == name or name in ("chorus 2", "verse 3")


def test_a_songs_form() -> None:
    assert numbered(["verse", "chorus", "verse", "chorus"]) == ["verse", "chorus", "verse 2", "chorus 2"]
    assert numbered(["chorus", "chorus", "chorus 2"]) == ["chorus", "chorus 3", "chorus 2"]

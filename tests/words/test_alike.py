"""Names are compared as people see them."""

import re
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


@given(st.lists(st.sampled_from(["Verse", "verse", "Chorus", "chorus", "Café"]), max_size=6), st.data())
def test_of_equal_names_the_next_one_is_found_and_then_the_first_again(names: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.sampled_from(["VERSE", "chorus", "Cafe\u0301", "bridge"]))
    after = data.draw(st.none() | st.integers(-1, len(names)))
    places = [place for place, name in enumerate(names) if alike(name) == alike(wanted)]
    found = find(wanted, names, after)
    if not places:
        assert found is None
    elif after is None or after >= places[-1]:
        assert found == places[0]
    else:
        assert found == min(place for place in places if place > after)


def test_going_on_from_each_place_comes_by_all_equal_names() -> None:
    names, place, seen = ["verse", "chorus", "Verse", "verse "], None, []
    for _ in range(4):
        place = find("verse", names, place)
        seen.append(place)
    assert seen == [0, 2, 3, 0]


@given(st.lists(st.sampled_from(["a", "A", "a (2)", "a (3)", "b"]), max_size=9))
def test_numbers_may_be_written_in_another_way(names: list[str]) -> None:
    labels = numbered(names, "{} ({})")
    assert len({alike(label) for label in labels}) == len(labels)
    for name, label in zip(names, labels, strict=True):
        assert label == name or re.fullmatch(re.escape(name) + r" \(\d+\)", label)
    assert numbered(labels, "{} ({})") == labels


def test_many_equal_names_are_numbered_one_after_the_other() -> None:
    assert numbered(["verse"] * 300) == ["verse", *(f"verse {number}" for number in range(2, 301))]
    assert numbered([]) == []


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\ufeff", "\u2060", "\ufe0f"])
def test_what_can_not_be_seen_makes_no_other_name(unseen: str) -> None:
    assert alike(f"Ferry{unseen} Road{unseen}") == alike("Ferry Road")
    assert alike("  Ferry\t\u00a0 Road ") == "ferry road"

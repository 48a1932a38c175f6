"""Who and what fills a song's open slots; the members of the classes, and how their file is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasebook import frames

from stagelyric.phrasebook import casting, classes, draw
from stagelyric.phrasebook.casting import Cast, Filling
from stagelyric.phrasebook.classes import Classes, ClassesError, Member
from stagelyric.phrasebook.frame import NOUNS, PRONOUNS, SAID, Open

KNOWN = frames.KNOWN
people = st.lists(st.sampled_from(["Nora Pike", "Mister Avocet", "Joe", "Zorblax", "Old Tom Barrow"]), unique=True)
places = st.lists(st.sampled_from(["Leith", "Mulberry Road", "the Corner House"]), unique=True, max_size=3)
seeds = st.integers(0, 200)


# The file of classes


def text(**listed: str) -> str:
    """A file with a member or more of every class."""
    heads = {"person.f": "Ann", "person.m": "Bob", "surname": "Pike", "place.in": "Leith"}
    heads |= {kind: f"{kind}y, ox / oxen" for kind in NOUNS}
    heads |= {key.replace("_", "."): of for key, of in listed.items()}
    return "# members\n" + "\n".join(f"[{head}]\n{of}\n" for head, of in heads.items() if of)


def test_members_are_read_with_their_plural_and_sort() -> None:
    known = classes.parse(text(animal="fox, wild  pony,\n sheep / sheep ,\n# not a cat\n,", person_f="Ann Lee"))
    assert known.members("animal") == (
        Member("fox", "foxes"),
        Member("wild pony", "wild ponies"),
        Member("sheep", "sheep"),
    )
    assert known.members("place") == (Member("Leith", "Leiths", "in"),)
    assert known.genders == {"ann lee": "f", "bob": "m"}
    assert "known" not in known.by_kind


def test_names_that_are_known_are_never_drawn() -> None:
    both = {sort: {m.text for m in KNOWN.by_kind["known"] if m.sort == sort} for sort in "fm"}
    drawn = {m.text for m in KNOWN.members("person")}
    assert min(map(len, both.values())) > 400
    assert both["f"].isdisjoint(both["m"])
    assert drawn.isdisjoint(both["f"] | both["m"])
    assert all(KNOWN.genders[name.lower()] == sort for sort, names in both.items() for name in names)


def test_a_class_may_be_listed_in_parts() -> None:
    known = classes.parse(text() + "[animal]\ncat\n")
    assert [member.text for member in known.members("animal")] == ["animaly", "ox", "cat"]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ('f: wanted a class in brackets first, found "dog,"', "dog, cat\n" + text()),
        (r'f: wanted a class \(person.f, .*\), found "\[dragon\]"', text() + "[dragon]\nSmaug\n"),
        (r'found "\[person\]"', text() + "[person]\nKim\n"),
        (r'found "\[place.under\]"', text() + "[place.under]\nHill\n"),
        (r'found "\[animal.f\]"', text() + "[animal.f]\ncow\n"),
        ("f: wanted members of every class, found none of surname, tool", text(surname="", tool=" , ")),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(told: str, wrong: str) -> None:
    with pytest.raises(ClassesError, match=told):
        classes.parse(wrong, "f")


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ClassesError, match="wanted the members of the open classes, found: No such file"):
        classes.load(tmp_path / "none.words")


@pytest.mark.parametrize(
    ("one", "many"),
    [("boat", "boats"), ("box", "boxes"), ("ferry", "ferries"), ("day", "days"), ("church", "churches"),
     ("bus", "buses"), ("dish", "dishes"), ("waltz", "waltzes"), ("fire engine", "fire engines"), ("key", "keys")],
)  # fmt: skip
def test_plurals_are_regular(one: str, many: str) -> None:
    assert classes.plural(one) == many


# Names


@pytest.mark.parametrize(
    ("name", "sex", "first"),
    [
        ("Mister Avocet", "m", "Mister Avocet"), ("Mrs. Kettle", "f", "Mrs. Kettle"), ("Nora Pike", "f", "Nora"),
        ("Captain Nora", "f", "Captain Nora"), ("Captain Rooster", "m", "Captain Rooster"), ("Zorblax", "", "Zorblax"),
        ("Doctor Zorblax", "", "Doctor Zorblax"), ("", "", ""), ("Aunt Zorblax", "f", "Aunt Zorblax"),
        ("Otto", "m", "Otto"), ("Gus Pike", "m", "Gus"), ("Ingrid", "f", "Ingrid"), ("Robin", "", "Robin"),
    ],
)  # fmt: skip
def test_a_name_tells_a_sex_by_its_title_or_first_name(name: str, sex: str, first: str) -> None:
    assert casting.gender(name, KNOWN) == sex
    assert casting.first_name(name) == first
    assert casting.first_name(first) == first


@pytest.mark.parametrize(
    ("place", "preposition"),
    [("Leith", "in"), ("Mulberry Road", "on"), ("the Corner House", "at"), ("The Moor", "at"), ("Grand HOTEL", "at"),
     ("", "in"), ("the High Street", "on"), ("Road Town", "in")],
)  # fmt: skip
def test_one_is_in_on_or_at_a_place(place: str, preposition: str) -> None:
    assert casting.preposition(place) == preposition


# The cast of a song


@settings(max_examples=50)
@given(people, places, seeds, st.integers(0, 4))
def test_a_songs_own_come_first_each_once_and_then_others(own: list[str], at: list[str], seed: int, lead: int) -> None:
    made = casting.cast(KNOWN, own, at, seed)
    lead = lead % max(1, len(own))
    for names, of in ((own, made.person), (at, made.place)):
        start = lead if names else 0
        found = [of(number, start).text for number in range(1, len(names) + 3)]
        assert sorted(found[: len(names)]) == sorted(names)
        assert found[: len(names)] == [names[(start + n) % len(names)] for n in range(len(names))]
        firsts = [name.split()[0] for name in found]
        others = firsts[len(names) :]
        assert len(set(others)) == 2, "two others, not one twice"
        assert not set(others) & set(firsts[: len(names)])
        assert found == [of(number, start).text for number in range(1, len(names) + 3)], "the same all song long"


@settings(max_examples=50)
@given(people, seeds, st.sampled_from("fm"), st.integers(0, 4))
def test_somebody_of_a_sex_is_of_it_or_may_be(own: list[str], seed: int, sex: str, lead: int) -> None:
    made = casting.cast(KNOWN, own, [], seed)
    lead = lead % max(1, len(own))
    able = [name for name in own if casting.gender(name, KNOWN) in (sex, "")]
    found = [made.of_sex(sex, number, lead) for number in range(1, len(own) + 2)]
    told = [member.text for member in found if member is not None]
    assert sorted(told) == sorted(able)
    assert found[len(able) :] == [None] * (len(found) - len(able))
    sure = [casting.gender(name, KNOWN) == sex for name in told]
    assert sure == sorted(sure, reverse=True), "who may be either comes last"
    for number, name in enumerate(told, 1):
        assert made.of_sex(sex, number, lead, short=True) == Member(casting.first_name(name), sort=sex)


@given(st.integers(0, 999), st.integers(1, 4))
def test_a_place_that_we_make_up_is_a_town(seed: int, number: int) -> None:
    assert casting.cast(frames.KNOWN, [], [], seed).supporting("place", number).sort == "in"


@settings(max_examples=40)
@given(seeds)
def test_another_seed_draws_others_and_the_same_the_same(seed: int) -> None:
    def drawn(of: int) -> list[str]:
        made = casting.cast(KNOWN, [], [], of)
        return [made.supporting(kind, number).text for kind in ("person", "place") for number in range(1, 4)]

    assert drawn(seed) == drawn(seed)
    assert drawn(seed) != drawn(seed + 1000)


# What fills a form


@settings(max_examples=50)
@given(people, seeds, st.sampled_from(PRONOUNS))
def test_a_pronoun_agrees_with_its_person(own: list[str], seed: int, pronoun: str) -> None:
    made = Filling(casting.cast(KNOWN, own, [], seed), draw.seeded(seed))
    for number in (1, 2):
        name, _ = made.said(Open("person", number))
        said, preposition = made.said(Open(pronoun, number))
        sex = made.member("person", number).sort
        assert said == SAID["m" if sex == "m" else "f"][pronoun]
        assert preposition == ""
        assert made.said(Open("person", number)) == (name, "")


@settings(max_examples=40)
@given(seeds, st.sampled_from(NOUNS))
def test_two_slots_of_a_kind_are_filled_by_two_and_what_is_avoided_by_none(seed: int, kind: str) -> None:
    made = casting.cast(KNOWN, [], [], seed)
    filling = Filling(made, draw.seeded(seed))
    first, second = (filling.said(Open(kind, number))[0] for number in (1, 2))
    assert first in {member.text for member in KNOWN.members(kind)}
    assert len(KNOWN.members(kind)) < 20 or first != second
    plural = filling.said(Open(kind, 1, plural=True))[0]
    assert plural == filling.member(kind, 1).plural
    other = Filling(made, draw.seeded(seed), avoid={first})
    assert len(KNOWN.members(kind)) < 20 or other.said(Open(kind))[0] != first
    asked = Filling(made, draw.seeded(seed), wanted={(kind, 1): Member("kettle", "kettles")})
    assert asked.said(Open(kind)) == ("kettle", "")


def test_a_song_without_a_woman_says_she() -> None:
    made = Filling(casting.cast(KNOWN, ["Mister Avocet"], [], 1), draw.seeded(1))
    assert made.said(Open("woman"))[0] == "she"
    assert made.said(Open("man"))[0] == "Mister Avocet"
    assert made.said(Open("man", 2))[0] == "he"


@settings(max_examples=40)
@given(seeds)
def test_people_go_by_the_first_name_in_all_of_a_form_or_in_none(seed: int) -> None:
    made: Cast = casting.cast(KNOWN, ["Nora Pike", "Bob Dory"], [], seed)
    found = {
        tuple(Filling(made, draw.seeded(seed), short=share).said(Open("person", number))[0] for number in (1, 2))
        for share in (0.0, 1.0)
    }
    assert found == {("Nora Pike", "Bob Dory"), ("Nora", "Bob")}
    drawn = Filling(made, draw.seeded(seed))
    both = tuple(drawn.said(Open("person", number))[0] for number in (1, 2))
    assert both in found


def test_a_class_of_one_still_fills_its_slots() -> None:
    known: Classes = classes.parse(text(animal="cat"))
    filling = Filling(casting.cast(known, [], [], 1), draw.seeded(1), avoid={"cat"})
    assert [filling.said(Open("animal", number))[0] for number in (1, 2)] == ["cat", "cat"]

"""Stanzas and lines for a song: fitting, not twice, the same for the same seed."""

import pytest
from phrasebook import frames

from stagelyric.phrasebook import book as books
from stagelyric.phrasebook import casting, ends, hands, near_themes, spoken, tags
from stagelyric.phrasebook.compose import Composer, Due, Dues
from stagelyric.phrasebook.forms import introduces
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.heard import SPAN, Heard
from stagelyric.phrasebook.search import Query
from stagelyric.stage.feeding import REMEMBERED
from stagelyric.writing.writer import BLOCK


def composer(query: Query | None = None, people: tuple[str, ...] = ("Nora Pike",)) -> Composer:
    query = query or Query(seed=3)
    return Composer(frames.book(), query, casting.cast(frames.KNOWN, people, ["Leith"], query.seed))


def anything(lines: object) -> bool:
    return True


def whoever(number: int) -> Due:
    return Due("any")


def dues(kinds: list[str | None]) -> Dues:
    def due(number: int) -> Due | None:
        kind = kinds[number]
        return None if kind is None else Due(kind)

    return due


def test_a_frame_is_in_one_stanza_at_most() -> None:
    taken = [number for stanza in composer().stanzas for number in stanza.frames]
    assert sorted(taken) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("scheme", ["AABB", "ABAB", "ABCB", "AAAA"])
def test_stanzas_rhyme_as_is_asked(scheme: str) -> None:
    found = composer(Query(scheme, seed=2))
    assert found.stanzas
    for number in range(len(found.stanzas)):
        lines = found.stanza(number, whoever, anything)
        assert lines is not None
        words = [line.text.split()[-2:] for line in lines]
        for a, b in {"AABB": [(0, 1), (2, 3)], "ABAB": [(0, 2), (1, 3)], "ABCB": [(1, 3)], "AAAA": [(0, 3)]}[scheme]:
            assert ends.kind(words[a], words[b]) == "perfect"


def test_what_a_song_is_about_comes_first() -> None:
    assert composer(Query(themes=("boats",), seed=1)).stanzas[0].frames == (1,)
    assert composer(Query(themes=("coins",), seed=1)).stanzas[0].frames in ((2,), (4, 5))


def test_mood_hand_and_place_in_the_song_are_heeded() -> None:
    assert composer(Query(mood=1.0, temper="fierce", seed=1)).stanzas[0].frames == (2,)
    assert composer(Query(hand="ballad", seed=1)).stanzas[0].frames == (1,)


def test_somebody_who_is_due_is_named_and_nobody_else() -> None:
    lines = composer().stanza(0, lambda number: Due("person"), anything)
    assert lines is not None
    assert any("Nora" in line.text for line in lines)
    assert any(line.named for line in lines)
    for number in range(3):
        lines = composer().stanza(number, lambda number: Due(""), anything)
        assert lines is not None
        assert not any(line.named for line in lines)


@pytest.mark.parametrize("kinds", [["person"] * 9, ["", "place", "any"] * 3, [None, "", "person"] * 4])
def test_no_frame_comes_twice_while_there_are_others(kinds: list[str | None]) -> None:
    found = composer()
    came = []
    for number, kind in enumerate(kinds):
        lines = found.stanza(number, dues(kinds), anything)
        assert lines is not None
        came += [{line.frame for line in lines}] if kind is not None else []
    rounds = [came[at : at + len(found.stanzas)] for at in range(0, len(came), len(found.stanzas))]
    for one in rounds:
        assert len(set.union(*one)) == sum(map(len, one))


def test_a_shelf_can_be_gone_on_with_anywhere() -> None:
    kinds = ["", "person", None, "place", "", ""]
    found = composer()
    whole = [found.stanza(number, dues(kinds), anything) for number in range(6)]
    assert composer().stanza(4, dues(kinds), anything) == whole[4]


def test_what_is_not_admitted_does_not_come() -> None:
    found = composer().stanza(0, whoever, lambda lines: not any("rain" in line for line in lines))
    assert found is not None
    assert not any("rain" in line.text for line in found)
    assert composer().stanza(0, whoever, lambda lines: False) is None


def test_the_same_seed_gives_the_same_lines() -> None:
    one, two, other = (composer(Query(seed=seed)).stanza(1, whoever, anything) for seed in (5, 5, 6))
    assert one == two != other


def test_a_wanted_word_comes_or_none() -> None:
    made = composer().word("Ferry", None, 0, anything)
    assert made is not None
    assert "ferry" in made.text
    made = composer().word("otters", None, 0, anything)
    assert made is None  # no frame has animals in the plural
    made = composer().word("otter", None, 0, anything)
    assert made is not None
    assert "an otter" in made.text
    assert composer().word("submarine", None, 0, anything) is None


LINKED = """
@ scheme AA; who we; tense past
{k: We dug|We planed|We carved} the {k: ditch|{oak|pine} coffin|stone} in {May|{j: March|snow}}
And {carried|drove} {k: away|the planks|the tools} {by day|away} {j: today|every day}
"""


@pytest.mark.parametrize(
    "word", ["dug", "planed", "carved", "ditch", "oak", "pine", "coffin", "stone", "planks", "tools", "march", "snow"]
)
def test_a_wanted_word_comes_from_a_slot_that_is_linked_to_others_of_its_line(word: str) -> None:
    for seed in range(12):
        query = Query(syllables=(4, 14), seed=seed)
        own = Composer(frames.book(LINKED), query, casting.cast(frames.KNOWN, (), (), seed))
        made = own.word(word, None, 0, anything)
        assert made is not None
        assert word in made.text.lower().split()
        made = own.word(word, "gray", 0, anything)
        assert made is None or word in made.text.lower().split()


def test_a_line_ends_on_a_rhyme_with_a_word() -> None:
    made = composer().rhyming("pain", 0, anything)
    assert made is not None
    assert ends.kind(made.text.split()[-2:], ["pain"]) == "perfect"
    made = composer().rhyming("rain", 0, anything)
    assert made is not None
    assert not made.text.endswith("rain")
    assert composer().rhyming("orange", 0, anything) is None


def test_somebody_is_called_by_name() -> None:
    from stagelyric.phrasebook.classes import Member

    made = composer().name(Member("Otis", sort="m"), "person", None, 0, anything)
    assert made is not None
    assert "Otis" in made.text


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("Nora Pike", "f"),
        ("Otis", "m"),
        ("Lady Marble", "f"),
        ("Mister Tulip", "m"),
        ("Captain Amber", "m"),
        ("Zyx", ""),
    ],
)
def test_he_or_she_is_told_by_the_name(name: str, sort: str) -> None:
    assert casting.gender(name, frames.KNOWN) == sort


@pytest.mark.parametrize(
    ("name", "called"), [("Nora Pike", "Nora"), ("Otis", "Otis"), ("Mister Tulip", "Mister Tulip"), ("", "")]
)
def test_somebody_is_called_by_the_first_name(name: str, called: str) -> None:
    assert casting.first_name(name) == called


@pytest.mark.parametrize(
    ("place", "preposition"),
    [("Leith", "in"), ("Mulberry Road", "on"), ("the Corner House", "at"), ("Paradise Row", "on")],
)
def test_one_is_in_a_town_on_a_street_at_a_house(place: str, preposition: str) -> None:
    assert casting.preposition(place) == preposition


def test_two_people_of_a_frame_are_two() -> None:
    cast = casting.cast(frames.KNOWN, ["Nora Pike"], [], 1)
    assert cast.person(1).text == "Nora Pike"
    assert cast.person(2) == cast.person(2)
    assert cast.person(2).text.split()[0] != "Nora"
    others = [casting.cast(frames.KNOWN, [], [], seed).person(1).text for seed in range(60)]
    assert 10 < sum(" " in name for name in others) < 40


def test_themes_are_found_by_words_close_to_them() -> None:
    worth = near_themes.wanted(["laundrette", "coins"], frames.TABLE)
    assert worth.keys() == {"clothes", "machines", "money"}
    assert worth["clothes"] < 1
    assert near_themes.wanted(["rain"], frames.TABLE)["rain"] == 1.0
    assert near_themes.wanted(["xyz"], frames.TABLE) == {}


def test_a_song_is_cast_with_one_hand() -> None:
    assert hands.hand_for("Ash", 1, None, "") == hands.hand_for("Ash", 1, None, "")
    assert {hands.hand_for(str(i), 1, None, "") for i in range(99)} == set(tags.HANDS)
    assert hands.hand_for("Ash", 1, 0.0, "fierce") in ("ranter", "chant", "ballad")


@pytest.mark.parametrize(
    ("name", "at"), [("Chorus 2", "chorus"), ("verse 1", "opening"), ("Bridge", "turn"), ("zzz", "")]
)
def test_a_section_tells_where_it_stands(name: str, at: str) -> None:
    assert hands.at_for(name) == at


WOMAN = """
@ scheme ABCB; themes rain; mood dark calm; who she; tense past; at opening; hand ballad
*woman {locked|shut} the {door|gate} and {hid|kept} the {key|lamp}
And {walked|went} {out|down} in the rain
{She|And she} {never|hardly} {spoke|said much} of the {house|farm}
And {never|nobody} {came|went} {back|there} again
"""


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (["Nora Pike"], {"Nora", "Nora Pike"}),
        (["Mr Tallow", "Nora Pike"], {"Nora", "Nora Pike"}),
        (["Zq"], {"Zq"}),
        (["Mr Tallow"], {"She"}),
        ([], {"She"}),
    ],
)
def test_a_woman_is_the_song_s_own_or_she(people: list[str], said: set[str]) -> None:
    book = frames.book(WOMAN)
    cast = casting.cast(frames.KNOWN, people, [], 1)
    sexes = "".join(sex for sex in "fm" if any(member.sort in (sex, "") for member in cast.people))
    found = Composer(book, Query("ABCB", (4, 12), sexes=sexes, seed=1), cast)
    assert found.stanzas[0].named == ("person" if said != {"She"} else "")
    for number in range(8):
        lines = found.stanza(number, whoever, anything)
        assert lines is not None
        assert any(lines[0].text.startswith(f"{name} {verb}") for name in said for verb in ("locked", "shut"))


def test_a_man_of_the_song_is_no_woman_in_a_line_that_is_to_name_him() -> None:
    book = frames.book(WOMAN)
    cast = casting.cast(frames.KNOWN, ["Nora", "Mr Tallow"], [], 1)
    found = Composer(book, Query("ABCB", (3, 14), seed=1), cast)
    nora, tallow = cast.people
    line = found.name(nora, "person", None, 0, anything)
    assert line is not None
    assert line.text.startswith("Nora ")
    assert found.name(tallow, "person", None, 0, anything) is None


def test_what_it_is_about_counts_more_than_whom_it_names() -> None:
    """A song about money with somebody in it begins with money, though only another frame can name them."""
    found = composer(Query("free", themes=("money",), seed=1))
    lines = found.stanza(0, lambda number: Due("person"), anything)
    assert lines is not None
    assert {line.frame for line in lines} <= {found.book.entries[number].digest for number in (2, 4, 5)}


def test_who_asks_for_a_rhyme_may_mean_either_word_that_is_spelled_so() -> None:
    assert ends.answers(["kind"], "wind")
    assert ends.answers(["pinned"], "Wind,")
    assert not ends.answers(["wind"], "wind")
    assert not ends.answers(["bend"], "wind")
    assert ends.keys("wind") < ends.keys_asked("wind")
    assert ends.keys("water") == ends.keys_asked("water")


def test_pairs_that_many_frames_say_are_counted_and_said_less() -> None:
    frame = parse("@ scheme AA\n{Joe|*person} {sat|lay} {in|} {the|a} {hall|shed}\nOf it {all|said}").frames[0]
    assert spoken.pairs(frame) == {
        ("joe", "sat"): 0.25, ("joe", "lay"): 0.25, ("sat", "in"): 0.25, ("lay", "in"): 0.25, ("sat", "the"): 0.125,
        ("sat", "a"): 0.125, ("lay", "the"): 0.125, ("lay", "a"): 0.125, ("in", "the"): 0.25, ("in", "a"): 0.25,
        ("the", "hall"): 0.25, ("the", "shed"): 0.25, ("a", "hall"): 0.25, ("a", "shed"): 0.25, ("of", "it"): 1.0,
        ("it", "all"): 0.5, ("it", "said"): 0.5,
    }  # fmt: skip
    worn = "\n\n".join(
        f"@ scheme AA; themes {theme}\n{theme} {{on|under}} the bed\nAnd {{he|she}} said" for theme in WORN
    )
    book = frames.book(worn)
    half = len(WORN) / 2
    assert book.common == {
        "on the": half, "under the": half, "the bed": 2 * half, "and he": half, "and she": half, "he said": half,
        "she said": half,
    }  # fmt: skip
    mixed = frames.book(worn + "\n\n@ scheme AA; themes rain\nThick {fog|mist} {hid|shut} Hull\nWith {one|no} gull\n")
    assert min(mixed.entries, key=lambda entry: entry.repeated).number == len(WORN)


def test_pairs_heard_on_the_shelf_cost_most_and_of_others_the_commonest() -> None:
    heard = Heard({"on the": 9.0, "by the": 90.0}, ["Joe sat on a bed", "Kate lay on a bed"])
    costs = [heard.repeats([text]) for text in ("Under this", "On the", "By the", "Joe sat", "On a")]
    assert costs[0] == 0
    assert costs == sorted(set(costs))
    assert costs[3] == 1
    assert heard.repeats(["Rain falls", "Rain falls"]) == 1
    assert Heard({}, ["Joe sat", *["Oh"] * SPAN]).repeats(["Joe sat"]) == 0


def test_what_a_line_depends_on_does_not_depend_on_where_a_request_for_lines_began() -> None:
    assert SPAN <= REMEMBERED - BLOCK


def test_forms_with_words_that_the_shelf_has_not_heard_are_preferred() -> None:
    book = frames.book(
        "@ scheme free; themes rain\nThe {rain|hail} fell {all day|since noon}\nSo we {stood|stayed} {there|here}\n"
        "And {ate|had} {our|one} lunch\nOn {old|wet} chairs"
    )
    new = 0
    for seed in range(40):
        found = Composer(book, Query("free", (2, 9), seed=seed), casting.cast(frames.KNOWN, [], [], seed))
        told = ["The rain fell hard", "It fell all night", "So we stood"]
        lines = found.stanza(0, whoever, anything, said=told)
        again = found.stanza(0, whoever, anything, said=told)
        assert lines == again
        new += lines is not None and "hail" in lines[0].text
    assert new >= 30


def test_people_are_called_by_their_first_names_once_they_were_named_in_full() -> None:
    def full(said: list[str]) -> int:
        made = [
            composer(Query(seed=seed)).stanza(0, lambda n: Due("person"), anything, said=said) for seed in range(40)
        ]
        return sum(any("Nora Pike" in line.text for line in lines or ()) for lines in made)

    assert full(["Nora sat by the sea"]) >= 20
    assert full(["Nora Pike sat by the sea"]) <= 6


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("*person {ties|moors} *his boat", True),
        ("{Two men|A girl} {came|went} up the path", True),
        ("*he ties {the|a} boat, says *person", False),
        ("*woman {ties|moors} the boat", False),
        ("{The rain|It} {fell|came} down", False),
        ("I {told|gave} {Joe|her} the news", False),
    ],
)
def test_a_song_does_not_begin_with_who_has_not_been_named(line: str, opens: bool) -> None:
    body = frames.book(f"@ scheme free; themes rain\n{line}\nAnd *person {{sat|lay}} there").body(0)
    assert introduces(body.lines[0]) == opens


WORN = ("rain", "snow", "sea", "river", "garden")


def test_songs_of_many_seeds_do_not_begin_with_one_stanza() -> None:
    book, cast = books.open_book(frames.FRAMES), casting.cast(frames.KNOWN, ["Nora Pike"], [], 1)
    firsts = set()
    for seed in range(12):
        found = Composer(book, Query("ABAB", (6, 9), ("kitchen", "bread"), seed=seed), cast)
        lines = found.stanza(0, whoever, anything)
        assert lines is not None
        firsts.add(lines[0].frame)
    assert len(firsts) >= 5

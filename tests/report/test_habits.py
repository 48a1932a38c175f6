import pytest
from report.songs import quatrain, song

from stagelyric.report.lyrics import Song
from stagelyric.report.measures import average, habits

LEFT = song(
    "Left",
    quatrain("A man with a map in the hall", "looked for the door", "A man with a map fell down", "on the floor"),
)
RIGHT = song(
    "Right", quatrain("I met a man with a map", "out by the store", "shadows and embers, all neon", "nothing more")
)
SONGS: list[Song] = [LEFT, RIGHT]


def test_four_words_in_a_row_are_counted_by_songs() -> None:
    (first, *_) = habits.four_grams(SONGS)
    assert (first.what, len(first.songs), first.lines) == ("a man with a", 2, 3)
    assert "man with a map" in [habit.what for habit in habits.four_grams(SONGS)]
    assert first.examples[1] == "I met a man with a map (Right)"


def test_openings_are_counted_by_lines() -> None:
    (opening,) = habits.openings(SONGS)
    assert (opening.what, opening.lines) == ("a man with", 2)


def test_rhymes_are_pairs_in_any_order() -> None:
    found = {habit.what: len(habit.songs) for habit in habits.rhyme_pairs(SONGS, least=1)}
    assert found == {"door / floor": 1, "more / store": 1}
    again = song("Again", quatrain("on the floor", "by the door"))
    assert habits.rhyme_pairs([*SONGS, again])[0].what == "door / floor"


def test_only_what_the_scheme_pairs_is_a_rhyme_where_there_is_one() -> None:
    lines = quatrain("by the door", "a cat", "on the floor", "a hat")
    found = habits.rhyme_pairs([song("T", lines, scheme="XAXA")], least=1)
    assert [habit.what for habit in found] == ["cat / hat"]


def test_words_that_machines_overuse_are_found_whole() -> None:
    assert {habit.what for habit in habits.machine_words(SONGS)} == {"shadows", "embers", "neon"}
    assert habits.machine_words([song("T", quatrain("an echoing neonate"))])[0].what == "echoing"


def test_moulds_leave_the_words_of_substance_open() -> None:
    songs = [
        song(str(n), quatrain(line))
        for n, line in enumerate(
            ("into the heat of the harbour", "into the salt of the sea", "into the dark of the wood")
        )
    ]
    assert habits.frames(songs)[0].what == "into the … of the …"


def test_stock_phrases_and_worn_words_in_a_row() -> None:
    assert habits.stock([song("T", quatrain("I'll hold you tight all night long"))])[0].what == "all night long"
    assert habits.cliche_rate(["by the light of the harbour", "a trout in a copper kettle"]) == 0.5
    assert habits.cliche_rate(["Bessie sold the copper kettle"]) == 0.0


def test_six_words_that_two_songs_share() -> None:
    other = song("Other", quatrain("and then a man with a map in the hall"))
    (shared,) = habits.shared_between([LEFT, other])
    assert (shared.song, shared.other) == ("Other", "Left")
    assert habits.shared_between([LEFT]) == []
    (quoted,) = habits.shared_with([LEFT], [other])
    assert quoted.line == "A man with a map in the hall"
    assert habits.shared_with([RIGHT], [other]) == []


@pytest.mark.needs("package:wordfreq")
def test_favourites_are_what_is_said_more_than_others_say_it() -> None:
    songs = [song(str(n), quatrain("the kettle is on", "the kettle is hot", "the time is now")) for n in range(3)]
    (first, *_) = habits.favourites(songs)
    assert (first.word, first.count, first.songs) == ("kettle", 6, 3)
    assert first.times > 100


def test_the_average_line_is_what_most_songs_say() -> None:
    common = ["I love you in the morning", "I love you in the rain", "I love you in the evening"]
    odd = ["Walter sold a copper kettle", "Mavis took the boat to Leith", "Nine dogs slept on one sofa"]
    songs = [song(str(n), quatrain(*common, odd[n % 3] + " " + "x" * n)) for n in range(8)]
    found = average.find(songs)
    assert found is not None
    assert found.text.startswith("I love you in the")
    assert found.length == 6
    assert found.nearest in common
    assert "6 words" in found.how


def test_no_average_of_one_line() -> None:
    assert average.find([song("T", quatrain("one line", "one line"))]) is None


def test_a_chance_is_a_chance() -> None:
    model = average.Triples([[("a", "b"), ("a", "c")], [("a", "b")]])
    likely = [*model.likely(("<", "a")), "never seen"]
    assert sum(model.chance(word, ("<", "a")) for word in likely) <= 1.0 + 1e-9
    assert model.chance("b", ("<", "a")) > model.chance("c", ("<", "a")) > model.chance("never seen", ("<", "a")) > 0

"""A writer's lines for many places in songs: how far they are what was asked for, and what they are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report.songs import quatrain, song

from stagelyric.report import blind, contexts, trial
from stagelyric.report.contexts import Context
from stagelyric.report.lyrics import Song, Stanza, mates, words
from stagelyric.report.measures.form import syllables
from stagelyric.report.trial import Lines
from stagelyric.types.lines import Ask, Line, Scheme
from stagelyric.writing.drafters.contract import temperature

ENDS = ("hand", "land", "rain", "train", "window", "river")
BEFORE = ("Polly carries every", "Nobody remembers the", "Over at the", "Somebody is singing to the")

lines = st.builds("{} {}".format, st.sampled_from(BEFORE), st.sampled_from(ENDS))
verses = st.lists(lines, min_size=1, max_size=6).map(lambda found: Stanza(tuple(found)))
songs = st.lists(
    st.builds(Song, st.sampled_from(["Kettle", "Ferry", "Rain"]), st.lists(verses, max_size=6).map(tuple)), max_size=5
)


@dataclass
class Said:
    """A writer that gives the same lines over and over, and remembers what it was asked."""

    texts: tuple[str, ...]
    asked: list[tuple[Ask, int, int]] = field(default_factory=list)

    def write(self, ask: Ask, start: int = 0, count: int = 1) -> list[Line]:
        self.asked.append((ask, start, count))
        return [Line(self.texts[place % len(self.texts)], "model") for place in range(start, start + count)]

    def raw(self, ask: Ask, count: int) -> list[Line]:
        return self.write(ask, 0, count)


def place(ask: Ask, *after: Stanza, word: str = "river") -> Context:
    return Context("Kettle", ("Before it all",), after, ask, word)


# The places


def _breaks(found: Song) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for at in range(1, len(found.stanzas)):
        yield (
            tuple(line for stanza in found.stanzas[:at] for line in stanza.lines),
            tuple(line for stanza in found.stanzas[at:] for line in stanza.lines),
        )


@given(songs, st.integers(0, 40), st.integers(0, 99))
def test_a_place_lies_between_two_stanzas_and_asks_for_lines_like_those_before(
    found: list[Song], count: int, seed: int
) -> None:
    chosen = contexts.choose(found, count, seed=seed)
    assert chosen == contexts.choose(found, count, seed=seed)
    fit = [
        (one.title, before, after)
        for one in found
        for before, after in _breaks(one)
        if min(len(before), len(after)) > 3
    ]
    assert len(chosen) == min(count, len(fit))
    for number, one in enumerate(chosen):
        after = tuple(line for stanza in one.after for line in stanza.lines)
        assert (one.title, one.before, after) in [
            (title, before[-8:], after[: contexts.LINES]) for title, before, after in fit
        ]
        low, high = one.ask.syllables
        assert 5 <= low < high <= 12
        assert one.ask.prime.split("\n") == list(one.before)
        assert one.ask.seed == number
        assert one.word in {word for line in one.after[0].lines for word in words(line)}


def test_no_song_is_used_twice_before_every_other_was_used_once() -> None:
    verse = quatrain("Polly carries every hand", "Over at the land", "Nobody remembers the rain", "Over at the train")
    found = [Song(str(number), (verse,) * 4) for number in range(5)]
    chosen = contexts.choose(found, 15)
    assert [sorted(one.title for one in chosen[at : at + 5]) for at in (0, 5, 10)] == [list("01234")] * 3
    assert len(contexts.choose(found, 99)) == 15


# A writer's lines for them


def test_a_shelf_is_read_in_quatrains_with_the_scheme_that_was_asked_for() -> None:
    writer = Said(tuple(f"Line {number}" for number in range(10)))
    asks = [Ask(rhyme="ABAB"), Ask(rhyme="AABB", seed=1)]
    made = trial.by_writer("ours", writer, [place(ask) for ask in asks], 10)
    assert writer.asked == [(ask, 0, 10) for ask in asks]
    assert [len(stanza.lines) for stanza in made.songs[0].stanzas] == [4, 4, 2]
    assert [one.scheme(one.stanzas[0]) for one in made.songs] == ["ABAB", "AABB"]
    assert made.texts == [*writer.texts, *writer.texts]
    assert made.groups == [0] * 10 + [1] * 10


def test_plain_sampling_has_the_temperature_that_it_says() -> None:
    writer = Said(("Polly",))
    trial.by_sampling("plain", writer, [place(Ask(wildness=0.1))], 4)
    ((asked, _, count),) = writer.asked
    assert temperature(asked) == pytest.approx(trial.PLAIN_TEMPERATURE)
    assert count == 4


def test_people_are_read_as_they_wrote() -> None:
    verse, chorus = quatrain("One", "Two"), quatrain("Three")
    made = trial.by_people([place(Ask(), verse, chorus)])
    assert (made.name, made.texts, made.groups) == ("people", ["One", "Two", "Three"], [0, 0, 0])


@given(
    st.lists(st.tuples(st.lists(lines, min_size=1, max_size=8), st.sampled_from(["AABB", "ABAB", "free"])), min_size=1,
             max_size=4),
    st.tuples(st.integers(1, 9), st.integers(0, 4)),
)  # fmt: skip
@settings(max_examples=50)
def test_what_was_kept_to_is_counted(given_: list[tuple[list[str], Scheme]], syllables_: tuple[int, int]) -> None:
    low, high = syllables_[0], sum(syllables_)
    asks = [Ask(syllables=(low, high), rhyme=scheme, names=("Polly", "Somebody")) for _, scheme in given_]
    found = [place(ask) for ask in asks]
    made = Lines(
        "ours",
        tuple(
            Song("", tuple(Stanza(tuple(told[i : i + 4])) for i in range(0, len(told), 4)), {"scheme": scheme})
            for told, scheme in given_
        ),
    )
    kept = trial.kept_to(found, made)
    texts = [line for told, _ in given_ for line in told]
    within = sum(low - 1 <= syllables(line) <= high + 1 for line in texts)
    assert kept["syllables_within_one"] == pytest.approx(within / len(texts), abs=0.001)
    named = sum(line.startswith(("Polly", "Somebody")) for line in texts)
    assert kept["lines_with_a_name_asked_for"] == pytest.approx(named / len(texts), abs=0.001)
    asked = sum(len(mates(one.scheme(stanza), len(stanza.lines))) for one in made.songs for stanza in one.stanzas)
    assert sum(kept["rhymes"].values()) == asked
    assert (kept["rhymed_where_asked"] is None) == (asked == 0)
    uses = [sum(line.startswith(name) for line in told) for told, _ in given_ for name in ("Polly", "Somebody")]
    back = sum(count > 1 for count in uses) / sum(map(bool, uses)) if any(uses) else None
    assert kept["names_that_come_back"] == (None if back is None else pytest.approx(back, abs=0.001))


def test_a_name_counts_as_a_word_of_its_own_in_any_case() -> None:
    found = [place(Ask(names=("Al",)))]
    for line, share in (("AL is here", 1.0), ("All is here", 0.0), ("The real one", 0.0), ("It's Al's", 1.0)):
        kept = trial.kept_to(found, Lines("", (song("", quatrain(line)),)))
        assert kept["lines_with_a_name_asked_for"] == share, line


def test_a_line_that_lacks_the_word_that_was_asked_for_is_named() -> None:
    found = [place(Ask(), word=word) for word in ("river", "candle", "sing")]
    writer = Said(("The rivers sing",))
    assert trial.wanted_words(writer, found) == {
        "rate": 0.6667, "missed": [{"word": "candle", "line": "The rivers sing"}],
    }  # fmt: skip
    assert [ask.word for ask, *_ in writer.asked] == ["river", "candle", "sing"]


@given(st.lists(lines, min_size=1, max_size=30))
def test_lines_that_come_again_in_a_show_are_counted(texts: list[str]) -> None:
    told = trial.one_show(Said(tuple(texts)), Ask(), len(texts))
    assert told["presses"] == len(texts)
    assert told["repeated_rate"] == pytest.approx(1 - len(set(texts)) / len(texts))
    fives = [[" ".join(line.split()[at : at + 5]) for at in range(len(line.split()) - 4)] for line in texts]
    nearly = sum(any(five in "; ".join(texts[:place]) for five in fives[place]) for place in range(len(texts)))
    assert told["nearly_repeated_rate"] == pytest.approx(nearly / len(texts))


def test_five_words_in_a_row_nearly_repeat_a_line() -> None:
    near = ("Nobody ever sings along with Polly", "And nobody ever sings along with me", "Nobody sings along with me")
    told = trial.one_show(Said(near), Ask(), 3)
    assert (told["repeated_rate"], told["nearly_repeated_rate"]) == (0, pytest.approx(1 / 3))


# What a reader is shown


@given(
    st.lists(st.tuples(st.lists(lines, max_size=6), st.lists(lines, max_size=6)), max_size=4),
    st.integers(0, 12),
    st.integers(0, 9),
)
def test_a_sheet_of_pairs_hides_who_wrote_what_and_its_key_tells(
    songs: list[tuple[list[str], list[str]]], count: int, seed: int
) -> None:
    found = [Context(f"Song {number}", (), (), Ask(), "") for number in range(len(songs))]
    people = Lines("people", tuple(song("", quatrain(*(f"{line}," for line in theirs))) for theirs, _ in songs))
    ours = Lines("model", tuple(song("", quatrain(*(f"Now {line.lower()}." for line in own))) for _, own in songs))
    sheet, key = blind.pairs(found, people, ours, count, seed=seed)
    assert (sheet, key) == blind.pairs(found, people, ours, count, seed=seed)
    assert [one["pair"] for one in sheet] == [one["pair"] for one in key] == list(range(1, len(sheet) + 1))
    shown = [one[side] for one in sheet for side in ("a", "b")]
    assert len(set(shown)) == len(shown)
    for one, told in zip(sheet, key, strict=True):
        number = int(told["song"].removeprefix("Song "))
        side, other = told["people"], "b" if told["people"] == "a" else "a"
        both = [(a, b.capitalize()) for a, b in zip(*songs[number], strict=False)]
        assert (one[side], one[other].removeprefix("Now ").capitalize()) in both
    places = {(a, b) for theirs, own in songs for a, b in zip(theirs, own, strict=False)}
    assert bool(sheet) == bool(places and count)
    assert len(sheet) <= min(count, len(places))


def test_lines_of_a_word_or_two_are_on_no_sheet() -> None:
    found = [Context("Song", (), (), Ask(), "")]
    people = Lines("people", (song("", quatrain("Oh no", "All of the river", "And then the rain")),))
    ours = Lines("model", (song("", quatrain("Polly sings along", "Rain", "Nobody is there")),))
    sheet, key = blind.pairs(found, people, ours, 9)
    assert len(sheet) == 1
    assert {sheet[0]["a"], sheet[0]["b"]} == {"And then the rain", "Nobody is there"}
    assert sheet[0][key[0]["people"]] == "And then the rain"

"""A baked show in memory: numbers, what may be spoken, the words it has lines for, and what is said of each line."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from baked.shows import SET, baked
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.baked import words
from stagelyric.baked.bake import STANZA, Bake, Baked, Part, numbered
from stagelyric.baked.editing import edited, every_entry, rhyming
from stagelyric.baked.file import sound_name
from stagelyric.baked.proof import as_told, chosen_for, counted
from stagelyric.setlist.setlist import loads
from stagelyric.types.lines import Line, Origin, Scheme, normal

numbers = st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=4)


@given(numbers)
@settings(max_examples=60)
def test_lines_without_a_number_get_the_next_ones_and_numbers_never_move(given: list[list[int]]) -> None:
    used: set[int] = set()
    parts = []
    for at, of in enumerate(given):
        own = [0 if number in used else number for number in of if not (number and number in used) or not number]
        own = list(dict.fromkeys(number for number in own if number)) + [0] * own.count(0)
        used.update(own)
        parts.append(Part("Song", f"{at}", "digest", tuple(Baked(n, Line(f"{n}", "frame")) for n in own)))
    made = numbered(parts)
    found = [one.number for part in made for one in part.lines]
    assert len(set(found)) == len(found)
    assert all(found)
    new = [now.number for was, now in _pairs(parts, made) if not was.number]
    assert new == list(range(max(used, default=0) + 1, max(used, default=0) + 1 + len(new)))
    assert all(was.number in (0, now.number) and was.line is now.line for was, now in _pairs(parts, made))
    assert numbered(made) == made


def _pairs(parts: Any, made: Any) -> list[tuple[Baked, Baked]]:
    return [pair for part, other in zip(parts, made, strict=True) for pair in zip(part.lines, other.lines, strict=True)]


def test_a_show_is_whole_once_every_section_has_what_was_asked_for() -> None:
    made = baked()
    assert made.whole
    assert not replace(made, asked=made.asked + 1).whole
    short = replace(made.parts[1], lines=made.parts[1].lines[:-1])
    assert not replace(made, parts=(made.parts[0], short, made.parts[2])).whole
    assert edited(made, strike=[1, 2, 3])[0].whole  # what the band strikes was written


@given(st.sets(st.integers(1, 24)), st.sets(st.integers(1, 24)))
@settings(max_examples=30)
def test_what_the_band_did_is_counted(struck: set[int], changed: set[int]) -> None:
    made, _ = edited(baked(), struck - changed, (), [(number, f"A line by hand, {number}") for number in changed])
    assert made.touched == (len(struck - changed), len(changed))
    assert counted(made) == f"24 lines, {len(struck - changed)} struck, {len(changed)} changed"
    assert [len(part.played) for part in made.parts] == [
        8 - sum(8 * at < number <= 8 * at + 8 for number in struck - changed) for at in range(3)
    ]


SAYS = SET.replace(
    '[[songs]]\ntitle = "Harbour Lights"',
    '[[triggers]]\non = { key = "t" }\ndo = { say = "  Thank   you " }\n[[triggers]]\non = { key = "n" }\n'
    'do = "next_line"\n[[songs]]\ntitle = "Harbour Lights"',
)


def test_what_may_be_spoken_is_each_text_once_and_none_that_was_struck() -> None:
    made, _ = edited(baked(SAYS), strike=[1], change=[(2, "Hold the light on the water")])
    made = replace(made, kept={("Harbour Lights", "verse"): ["Row me home", made.parts[0].lines[4].line.text]})
    found = made.texts()
    assert len(set(found)) == len(found)
    assert "Thank you" in found
    assert found.count("Hold the light on the water") == 1  # changed to what is a safety line too
    assert made.parts[0].lines[0].line.text not in found
    assert made.parts[0].lines[1].was not in found
    assert {line.text for part in made.parts for line in part.played} <= set(found)
    assert "Row me home" in found


@given(st.lists(st.sampled_from(["rain", "on", "the", "sea"]), min_size=1, max_size=5))
@settings(max_examples=30)
def test_a_text_has_one_sound_however_it_is_spaced(spoken: list[str]) -> None:
    name = sound_name(" ".join(spoken))
    assert name == sound_name("\n " + " \t".join(spoken) + "  ")
    assert name != sound_name(" ".join(spoken).upper())
    assert len(name) == len("speech/.flac") + 32


# -- words that an audience calls out


def test_words_are_the_song_s_own_and_the_usual_ones_each_once() -> None:
    setlist = loads(SET, "set.toml")
    song = setlist.songs[0]
    assert words.wanted(setlist, song, ["RAIN", "love", "Love", " ", ""]) == ["rain", "Love", "Polly Magnet"]
    assert words.wanted(setlist, setlist.songs[1], []) == []


@given(st.lists(st.sampled_from([*words.USUAL[:9], "tonight", "Tonight!", "fuck", "not tonight dear", "Polly"])))
@settings(max_examples=40)
def test_no_word_is_wanted_that_the_set_avoids_or_a_family_may_not_hear(others: list[str]) -> None:
    setlist = loads(SET, "set.toml")
    found = words.wanted(setlist, setlist.songs[0], others)
    assert not any("tonight" in normal(word).split() or word == "fuck" for word in found)
    assert {word for word in others if word in words.USUAL} <= set(found)
    assert len({word.casefold() for word in found}) == len(found)
    assert {"rain", "Polly Magnet"} <= set(found)


def test_the_usual_words_are_all_fit_and_different() -> None:
    setlist = loads('title = "Any"\n[[songs]]\ntitle = "Song"\n', "set.toml")
    assert words.wanted(setlist, setlist.songs[0], words.USUAL) == list(words.USUAL)


def test_each_part_has_its_song_s_words() -> None:
    made = replace(baked(), wanted=("sea",))
    assert made.words == [["sea", "Polly Magnet", "rain"]] * 2 + [["sea"]]


# -- rhymes within a stanza


@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_rhyming_goes_both_ways_and_never_leaves_the_stanza(scheme: Scheme) -> None:
    made = baked(SET.replace('rhyme = "AABB"', f'rhyme = "{scheme}"'))
    entries = [entry for entry in every_entry(made) if entry.part is made.parts[0]]
    mates = {entry.baked.number: {one.number for one in rhyming(entry, made)} for entry in entries}
    for one in mates:
        for other in mates:
            is_near = (one - 1) // STANZA == (other - 1) // STANZA and one != other and scheme != "free"
            letters = (scheme * 2)[one - 1], (scheme * 2)[other - 1]
            assert (other in mates[one]) is (is_near and letters[0] == letters[1]), (one, other)


def test_where_four_lines_rhyme_three_still_do_after_one_was_struck() -> None:
    made, told = edited(baked(SET.replace('rhyme = "AABB"', 'rhyme = "AAAA"')), strike=[1])
    assert len(told) == 1
    _, told = edited(made, strike=[2, 3])
    alone = f'  4 "{made.parts[0].lines[3].line.text}" has no line left that it rhymes with'
    assert {line for line in told if "no line left" in line} == {alone}
    _, told = edited(made, change=[(2, "The boat is tied up by the wall")])
    assert any("rhyme: does not rhyme with 3" in line for line in told)


# -- what is said of a line


@pytest.mark.parametrize(
    ("origin", "why", "said"),
    [
        ("frame", {"hand": "plain", "themes": ["rain", "sea"], "mood": ["calm"]}, "frame, plain · rain, sea · calm"),
        ("frame", {"hand": "comic"}, "frame, comic"), ("frame", {}, "a frame"), ("own", {}, "our frames"),
        ("model", {"marks": {"rhyme": 2.0, "sound": 3.0, "sense": 0.5, "fresh": 1.0}}, "a model · sound, rhyme, fresh"),
        ("editor", {"marks": {"rhyme": -1.0, "sound": 0.0}}, "the editor"), ("word", {}, ""),
    ],
)  # fmt: skip
def test_why_a_line_was_chosen_is_said_in_a_few_words(origin: Origin, why: dict[str, object], said: str) -> None:
    assert chosen_for(Baked(1, Line("Row on", origin), why)) == said
    assert chosen_for(Baked(1, Line("Row on", origin), why, first=Line("Row", "model"))) == "the band's own"


@pytest.mark.parametrize("origin", get_args(Origin))
def test_every_line_s_origin_can_be_told(origin: Origin) -> None:
    said = chosen_for(Baked(1, Line("Row on", origin), {"marks": {"rhyme": 1.0}}))
    assert said.endswith("rhyme")
    assert origin == "word" or said != "rhyme"


def test_a_struck_line_s_faults_are_nobody_s_concern() -> None:
    made, _ = edited(baked(), change=[(4, "A gull comes knokking at the door")])
    assert len(told(made, 4)["faults"]) == 2
    assert told(made, 3)["faults"] == []
    struck, _ = edited(made, strike=[4])
    assert told(struck, 4) == told(made, 4) | {"struck": True, "faults": []}


def told(bake: Bake, number: int) -> dict[str, Any]:
    return as_told(bake, next(entry for entry in every_entry(bake) if entry.baked.number == number))

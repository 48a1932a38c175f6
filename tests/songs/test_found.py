"""What is found in songs hangs on their words, and not on how or in which order they are written down."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.songs import form, reading, subject
from stagelyric.songs.subject import PEOPLE, PLACES, THEMES
from stagelyric.types.lines import Scheme
from stagelyric.words.formats import ENDINGS, Sheet
from stagelyric.words.names import Names
from stagelyric.words.syllables import count

WORDS = ("rain", "door", "water", "harbour", "light", "floor", "train", "the", "my", "and", "umbrella")
lines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
stanzas = st.lists(st.lists(lines, min_size=1, max_size=6), min_size=1, max_size=4)
TABLE = {
    "rain": ("weather", "sorrow"), "umbrella": ("weather",), "water": ("weather", "sea"), "harbour": ("sea",),
    "light": ("hope",), "train": ("leaving",), "door": ("leaving", "home"), "floor": ("home",),
}  # fmt: skip


def sheet(*stanzas: list[str]) -> Sheet:
    return Sheet(tuple(("", tuple(stanza)) for stanza in stanzas))


# -- form


@given(stanzas)
@settings(max_examples=40)
def test_a_form_hangs_on_neither_the_order_of_stanzas_nor_on_capitals(stanzas: list[list[str]]) -> None:
    shouted = [[line.upper() for line in stanza] for stanza in stanzas]
    assert form.syllables(stanzas) == form.syllables(stanzas[::-1]) == form.syllables(shouted)
    assert form.scheme(stanzas) == form.scheme(stanzas[::-1]) == form.scheme(shouted)


@given(stanzas)
@settings(max_examples=40)
def test_lines_are_as_long_as_a_section_asks_for_but_for_a_few(stanzas: list[list[str]]) -> None:
    low, high = form.syllables(stanzas)
    counts = [count(line) for stanza in stanzas for line in stanza]
    outside = sum(not low <= number <= high for number in counts)
    assert outside <= 2 * (len(counts) // 10)
    assert low >= min(counts)
    assert high <= max(max(counts), low + 1)


@pytest.mark.parametrize("scheme", ["AABB", "ABAB", "ABCB", "AAAA"])
def test_eight_lines_in_one_stanza_are_two_of_four(scheme: Scheme) -> None:
    ends = {"A": ("rain", "train", "plane", "chain"), "B": ("door", "floor"), "C": ("milk",)}
    used = dict.fromkeys("ABC", 0)
    four = []
    for letter in scheme:
        four.append(f"we went along the {ends[letter][used[letter]]}")
        used[letter] += 1
    assert form.scheme([[*four, *four]]) == form.scheme([four]) == scheme


def test_sections_of_one_kind_share_a_form_and_keep_their_words_and_order() -> None:
    parts = form.parts(Sheet((
        ("verse", ("rain", "the harbour light")), ("chorus", ("la",)), ("verse", ("an umbrella on the floor",)),
        ("bridge", ("water",)),
    )))  # fmt: skip
    assert [part.name for part in parts] == ["verse", "chorus", "verse", "bridge"]
    assert parts[0].syllables == parts[2].syllables
    assert parts[0].syllables[0] <= 1
    assert parts[2].syllables[1] >= count("an umbrella on the floor")
    assert [line for part in parts for line in part.lines] == [
        "rain", "the harbour light", "la", "an umbrella on the floor", "water",
    ]  # fmt: skip


@given(stanzas)
@settings(max_examples=40)
def test_no_line_of_a_song_without_headings_is_lost(stanzas: list[list[str]]) -> None:
    parts = form.parts(sheet(*stanzas))
    assert [part.lines for part in parts] == [tuple(stanza) for stanza in stanzas]
    assert {part.name for part in parts} <= {"verse", "chorus"}
    same = {part.lines: part.name for part in parts}
    assert all(same[part.lines] == part.name for part in parts)  # words that come again are of one kind


# -- what a song is about


@given(stanzas, st.sets(st.sampled_from(["Rain", "Harbour"])))
@settings(max_examples=40)
def test_a_theme_is_backed_by_words_of_the_song(stanzas: list[list[str]], people: set[str]) -> None:
    song = sheet(*stanzas)
    found = subject.themes("Light", song, people, TABLE)
    heard = {word for line in ["light", *song.lines] for word in line.split()}
    themes = [theme for theme, _ in found]
    assert len(found) <= THEMES
    assert len(set(themes)) == len(themes)
    for theme, words in found:
        assert words
        assert set(words) <= heard
        assert not set(words) & {name.lower() for name in people}
        assert words == [theme] or all(theme in TABLE[word] for word in words)
    assert found == subject.themes("Light", song, people, TABLE, subject.sizes(TABLE))


def test_a_theme_that_few_words_speak_for_needs_fewer_of_them() -> None:
    wide = {f"word{number}": ("everything",) for number in range(500)}
    table = {"oar": ("rowing",), "boat": ("rowing",), "tea": ("everything",), "cup": ("everything",)} | wide
    song = sheet(["an oar and a boat", "tea in a cup"])
    assert [theme for theme, _ in subject.themes("", song, (), table)] == ["rowing", "everything"]


def test_nouns_that_come_again_are_themes_beside_the_two_likeliest() -> None:
    pairs = {"oar": "rowing", "boat": "rowing", "tea": "supper", "cup": "supper", "coat": "winter", "hat": "winter"}
    table = {word: (theme,) for word, theme in pairs.items()}
    song = sheet(["oar boat tea cup coat hat", "my giraffe is here", "the kettle sings", "my giraffe", "the kettle"])
    found = [theme for theme, _ in subject.themes("", song, (), table)]
    assert found == [*found[:2], "giraffe", "kettle"]
    assert set(found[:2]) < {"rowing", "supper", "winter"}


def test_the_title_weighs_more_than_a_line_and_forms_of_a_word_are_the_word() -> None:
    table = {"boat": ("rowing",), "row": ("rowing",), "cry": ("grief",), "tear": ("grief",)}
    song = sheet(["boats went by, we cried", "somebody rowed with tears"])
    assert subject.themes("Rowing", song, (), table)[0][0] == "rowing"
    assert dict(subject.themes("", sheet(["boats went by", "rowing, rowed, rows"]), (), table)) == {
        "rowing": ["boats", "rowing", "rowed", "rows"]
    }


@given(stanzas)
@settings(max_examples=40)
def test_variety_is_a_share_and_knows_no_order_or_repetition(stanzas: list[list[str]]) -> None:
    sung = [line for stanza in stanzas for line in stanza]
    found = subject.variety(sung)
    assert 0 < found <= 1
    assert subject.variety(sung * 3) == subject.variety(sung[::-1]) == found


NAMED = ("Polly", "Polly Magnet", "Tom", "Ingrid Ray", "Ingrid", "Leith", "Oslo", "Ayr")


@given(st.lists(st.sampled_from(NAMED), max_size=9))
@settings(max_examples=40)
def test_names_are_the_most_frequent_and_a_first_name_counts_for_the_whole(named: list[str]) -> None:
    known = Names(frozenset({"polly", "magnet", "tom", "ingrid", "ray"}), frozenset({"leith", "oslo", "ayr"}))
    people, places = subject.names(sheet([f"we saw {name} there" for name in named] or ["nobody"]), known)
    assert len(people) <= PEOPLE
    assert len(places) <= PLACES
    assert not set(people) & set(places)
    assert {*people, *places} <= set(named)
    assert not {"Polly", "Polly Magnet"} <= set(people)
    assert not {"Ingrid", "Ingrid Ray"} <= set(people)
    times = [sum(name in (whole, whole.split()[0]) for name in named) for whole in people]
    assert times == sorted(times, reverse=True)


# -- files


@given(st.lists(st.tuples(st.integers(0, 120), st.sampled_from(["Rain", "rain", "b"])), min_size=1, max_size=8))
@settings(max_examples=40)
def test_numbers_in_names_count_as_numbers_wherever_they_stand(named: list[tuple[int, str]]) -> None:
    before = sorted((f"{number} {word}" for number, word in named), key=reading._natural)
    behind = sorted((f"song {number}" for number, _ in named), key=reading._natural)
    assert [int(name.split()[0]) for name in before] == sorted(number for number, _ in named)
    assert [int(name.split()[1]) for name in behind] == sorted(number for number, _ in named)


def test_only_lyrics_are_taken_from_a_folder_and_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    names = [f"{number} song{ending}" for number, ending in enumerate(sorted(ENDINGS), 1)]
    for name in (*names, "cover.jpg", "notes.md5", "deep/song.txt", "LOUD.TXT"):
        (tmp_path / name).write_bytes(b"a line of words\nand another one\n")
    found = list(reading.files([tmp_path]))
    assert {file.name for file in found} >= {*names, "LOUD.TXT", "song.txt"}
    assert not {file.name for file in found} & {"cover.jpg", "notes.md5"}
    assert [file.name for file in found if file.name in names] == names
    both = reading.read([tmp_path / "LOUD.TXT", tmp_path / "LOUD.TXT"])
    assert len(both.songs) == 1
    assert reading.size([tmp_path / "LOUD.TXT", tmp_path / "none.txt"]) == 32


@given(st.text("abz -_019.'", min_size=1, max_size=20))
@settings(max_examples=60)
def test_a_title_has_no_underscores_and_is_never_empty(stem: str) -> None:
    title = reading.title_of(stem)
    assert title
    if re.search("[a-z]", stem):
        assert "_" not in title
        assert title == " ".join(title.split())
        assert not re.search("(?:^| )[a-z]", title)

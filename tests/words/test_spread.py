"""One song whose stanzas stand far apart is one; a collection of songs in one file is as many as it has."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.songs.reading import read
from stagelyric.words.formats import parse

WORDS = ("rain", "harbour", "kettle", "window", "letter", "ladder", "copper", "winter", "pepper", "carpet", "river")
line = st.lists(st.sampled_from(WORDS), min_size=3, max_size=6).map(
    lambda words: f"{words[0].title()} {' '.join(words[1:])}"
)


def stanza(fewest: int = 2, most: int = 8) -> st.SearchStrategy[str]:
    return st.lists(line, min_size=fewest, max_size=most).map("\n".join)


gap = st.integers(2, 4).map(lambda blank: "\n" * (blank + 1))
titles = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(lambda words: " ".join(words).title()),
    min_size=2, max_size=6, unique=True,
)  # fmt: skip


def songs(text: str, name: str = "words.txt") -> list[list[str]]:
    return [["\n".join(lines) for _, lines in sheet.stanzas] for sheet in parse(name, text)[0]]


@given(st.lists(stanza(), min_size=3, max_size=12), gap)
def test_a_song_is_one_however_far_apart_its_stanzas_stand(stanzas: list[str], between: str) -> None:
    assert songs(between.join(stanzas)) == [stanzas]


@given(titles, st.lists(stanza(), min_size=3, max_size=8), gap, st.sampled_from(["\n", "\n\n", "\n\n\n", "\n\n\n\n"]))
def test_and_so_it_is_with_its_title_above_near_or_far(
    names: list[str], stanzas: list[str], between: str, below: str
) -> None:
    text = names[0] + below + between.join(stanzas)
    assert len(songs(text)) == 1
    if below != "\n":
        (sheet,), _ = parse("words.txt", text)
        assert sheet.tags["title"] == names[0]


@given(st.lists(stanza(), min_size=2, max_size=5, unique=True), st.sampled_from(WORDS), gap)
def test_a_refrain_of_one_line_is_no_title(verses: list[str], word: str, between: str) -> None:
    refrain = f"{word.title()}, oh {word}"
    text = between.join(part for verse in verses for part in (verse, refrain))
    assert len(songs(text)) == 1


@given(titles, st.data(), gap)
def test_a_collection_with_titles_is_as_many_songs_as_it_has(
    names: list[str], data: st.DataObject, between: str
) -> None:
    near = data.draw(st.sampled_from(["\n\n", between]))
    bodies = [data.draw(stanza()) for _ in names]
    text = between.join(name + near + body for name, body in zip(names, bodies, strict=True))
    (*found,) = parse("words.txt", text)[0]
    assert [sheet.tags["title"] for sheet in found] == names
    assert [["\n".join(lines) for _, lines in sheet.stanzas] for sheet in found] == [[body] for body in bodies]


@given(titles, st.data(), gap, st.sampled_from([str, str.upper, lambda name: f"1. {name}", lambda name: f"# {name}"]))
def test_a_title_that_is_the_first_line_of_each_is_one(
    names: list[str], data: st.DataObject, between: str, style: Callable[[str], str]
) -> None:
    text = between.join(style(name) + "\n" + data.draw(stanza()) for name in names)
    assert len(songs(text)) == len(names)


@given(st.lists(st.lists(stanza(), min_size=2, max_size=4), min_size=2, max_size=5), gap)
def test_songs_whose_stanzas_stand_nearer_are_songs(several: list[list[str]], between: str) -> None:
    assert songs(between.join("\n\n".join(stanzas) for stanzas in several)) == several


@given(st.lists(stanza(14, 24), min_size=2, max_size=5), gap)
def test_what_is_as_long_as_a_song_is_one(several: list[str], between: str) -> None:
    assert len(songs(between.join(several))) == len(several)


@pytest.mark.parametrize("text", ["", "\n\n\n\n", "One line\n\n\n", "One\nTwo\n\n\n\nThree"])
def test_of_little_nothing_is_made(text: str) -> None:
    assert len([song for song in songs(text) if song]) == bool(text.strip()) + ("Three" in text)


@pytest.mark.parametrize("count", [41, 60])
def test_more_than_a_song_has_are_songs(count: int) -> None:
    assert len(songs("\n\n\n".join(f"The rain comes down\nAnd number {n} goes by" for n in range(count)))) == count


def test_a_band_s_file_of_one_song_gives_one(tmp_path: Path) -> None:
    verse, chorus = "I pay the man in copper\nHe counts it out in rain", "Row, row the kettle\nRow it home again"
    file = tmp_path / "07 ferry road.txt"
    file.write_text("\n\n\n".join([verse, chorus, verse.replace("copper", "silver"), chorus]), encoding="utf-8")
    (song,) = read([file]).songs
    assert (song.title, len(song.sheet.stanzas)) == ("Ferry Road", 4)

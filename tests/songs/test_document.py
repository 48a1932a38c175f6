"""The setlist that is drawn up of a band's songs: whatever these hold, `play` reads it, and it has what they have."""

import tomllib
from pathlib import Path, PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.setlist import Setlist
from stagelyric.songs import document, subject
from stagelyric.songs.document import TRIGGERS, Wishes
from stagelyric.songs.reading import Written
from stagelyric.words.formats import Sheet

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(lambda text: " ".join(text.split()))
some = texts.filter(bool)
sung = st.lists(
    st.sampled_from(["hand", "Polly Magnet", "rain", "Row me over", "damn", "to Montréal", '"quoted"', "-", "…"])
    | some,
    min_size=1,
    max_size=6,
).map(" ".join)
stanzas = st.tuples(
    st.sampled_from(["", "verse", "chorus", "bridge", "outro"]), st.lists(sung, min_size=1, max_size=5).map(tuple)
)
tags = st.fixed_dictionaries(
    {},
    optional={
        "tempo": st.sampled_from(["96", "96,5 bpm", "allegro", "9", "1000", ""]),
        "time": st.sampled_from(["3/4", "6 / 8", "0/4", "4/5", "often"]),
        "key": st.sampled_from(["Em", "C# minor", "a very long key that nobody has"]),
    },
)
sheets = st.builds(Sheet, st.lists(stanzas, min_size=1, max_size=5).map(tuple), tags)
THEMES = {"rain": ("weather",), "hand": ("love", "work"), "row": ("harbour",)}


def drawn_up(title: str, sheet: Sheet, wishes: Wishes) -> tuple[str, document.Guessed]:
    written = Written(title, Path("songs") / "a.txt", sheet)
    guessed = document.guess(written, subject.names_of([sheet]), THEMES)
    return document.head(wishes, "of a test") + document.song(guessed, wishes, "songs/a.txt"), guessed


@given(some, some, sheets, st.sets(st.sampled_from(sorted(TRIGGERS))), st.lists(some, max_size=3))
@settings(max_examples=40)
def test_what_is_drawn_up_is_a_setlist_with_what_the_song_has(
    night: str, title: str, sheet: Sheet, triggers: set[str], avoid: list[str]
) -> None:
    wishes = Wishes(night, tuple(sorted(triggers)), avoid=tuple(avoid))
    text, guessed = drawn_up(title, sheet, wishes)
    data = tomllib.loads(text)
    made = Setlist.model_validate(data)
    (song,) = made.songs
    assert (made.title, song.title) == (night, title)
    assert len(made.triggers) == sum(len(TRIGGERS[name][1]) for name in triggers)
    assert [(one["name"], tuple(one["syllables"]), one["rhyme"]) for one in data["songs"][0]["sections"]] == [
        (part.name, part.syllables, part.rhyme) for part in guessed.parts
    ]
    assert len(song.sections) == len(guessed.parts)
    assert set(song.names) == {*guessed.people, *guessed.places}
    known = guessed.written
    assert song.tempo == (known.tempo or 120)
    assert "# guess: its file says none" in text or known.tempo is not None
    assert song.time_signature == (known.time or "4/4")


@given(some, sheets)
@settings(max_examples=40)
def test_a_safety_line_is_one_of_the_songs_that_can_stand_alone(title: str, sheet: Sheet) -> None:
    text, _ = drawn_up(title, sheet, Wishes("Night"))
    sections = tomllib.loads(text)["songs"][0]["sections"]
    own = {(line[:1].upper() + line[1:].rstrip(" .,;:-\u2013\u2014")).casefold() for line in sheet.lines}
    seen: dict[str, str] = {}
    for section in sections:
        safety = section.get("safety", [])
        assert len(safety) <= 2
        for line in safety:
            assert line.casefold() in own
            assert 8 <= len(line) <= 46
            assert not set(line) & set('"()[]\u201c\u201d')
            assert "damn" not in line.casefold().split()
            assert seen.setdefault(line, section["name"]) == section["name"]  # in no section of another name


def test_a_line_with_a_name_comes_before_one_that_begins_a_sentence_before_any_other() -> None:
    lines = ("The door stands open.", "and nobody came home", "we saw Polly on the bridge,", "Row the boat ashore.")
    sheet = Sheet((("verse", lines),))
    written = Written("Ferry", Path("a.txt"), sheet)
    guessed = document.Guessed(written, (), ("Polly",), (), (), 0.5)
    chosen = document._safety(lines, guessed, set(), clean=True)
    assert chosen == ["We saw Polly on the bridge", "The door stands open"]
    assert document._safety(lines, guessed, set(chosen), clean=True) == ["And nobody came home", "Row the boat ashore"]


@given(some, st.lists(some, min_size=1, max_size=4), st.none() | st.floats(0, 1))
def test_a_song_without_words_has_its_title_and_subject(title: str, words: list[str], wildness: float | None) -> None:
    wishes = Wishes(title, ("keys",), wildness, words=tuple(words))
    made = Setlist.model_validate(tomllib.loads(document.head(wishes, "") + document.without_songs(wishes)))
    (song,) = made.songs
    assert (song.title, list(song.themes)) == (title, words)
    assert [section.name for section in song.sections] == ["verse", "chorus", "bridge"]
    assert song.wildness == (0.5 if wildness is None else wildness)
    assert len(song.names) == 2


@pytest.mark.parametrize(
    ("file", "named"),
    [("songs/a.txt", "songs/a.txt"), ("a.txt", "a.txt"), ("../other/b.txt", "../other/b.txt")],
)
def test_a_file_is_named_from_the_setlists_folder(tmp_path: Path, file: str, named: str) -> None:
    (tmp_path / "band" / "songs").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    name = document.naming(tmp_path / "band" / "set.toml")
    assert name(tmp_path / "band" / file) == named
    assert PurePath(name(tmp_path / "band" / file)).as_posix() == named


@pytest.mark.needs("links")
def test_links_lead_to_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "a.txt").write_text("words")
    (tmp_path / "band").mkdir()
    (tmp_path / "band" / "link.txt").symlink_to(tmp_path / "songs" / "a.txt")
    (tmp_path / "linked").symlink_to(tmp_path / "band", target_is_directory=True)
    name = document.naming(tmp_path / "linked" / "set.toml")
    assert name(tmp_path / "linked" / "link.txt") == "../songs/a.txt"
    assert name(tmp_path / "linked" / "b.txt") == "b.txt"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"tempo": "96.5 BPM"}, {"tempo": 96.5}), ({"tempo": "about 120"}, {"tempo": 120.0}), ({"tempo": "19"}, {}),
        ({"tempo": "401"}, {}), ({"time": "12/8"}, {"time": "12/8"}), ({"time": "0/8"}, {}), ({"time": "4/3"}, {}),
        ({"key": " G "}, {"key": "G"}), ({"key": "x" * 50}, {"key": "x" * 20}), ({"key": " "}, {}),
    ],
)  # fmt: skip
def test_what_a_file_says_is_taken_where_it_can_be(said: dict[str, str], found: dict[str, Any]) -> None:
    written = Written("Ferry", Path("a.txt"), Sheet((), said))
    told = {"tempo": written.tempo, "time": written.time, "key": written.key}
    assert told == {"tempo": None, "time": None, "key": None} | found

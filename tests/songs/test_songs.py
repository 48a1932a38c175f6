"""What is found in a band's songs: order, titles, sections, syllables, rhymes, names, themes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.phrasebook import near_themes
from stagelyric.songs import form, reading, subject
from stagelyric.types import paths
from stagelyric.types.lines import Scheme
from stagelyric.words import formats

SONGBOOK = Path(__file__).parents[2] / "models" / "songbook"
ENDS = {
    "A": ("rain", "train", "plane", "chain"),
    "B": ("door", "floor", "shore", "four"),
    "C": ("hat",),
    "D": ("milk",),
}


@pytest.fixture(scope="module")
def songbook() -> reading.Reading:
    return reading.read([SONGBOOK])


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("03-harbour_lights", "Harbour Lights"),
        ("12 Night Bus", "Night Bus"),
        ("1. snow", "Snow"),
        ("99 red things", "Red Things"),
        ("1967", "1967"),
        ("McGraw and I", "McGraw and I"),
        ("don't-go", "Don't Go"),
    ],
)
def test_a_title_comes_from_a_files_name(stem: str, title: str) -> None:
    assert reading.title_of(stem) == title


def test_files_come_in_the_order_of_their_numbers_and_what_is_no_song_is_said(tmp_path: Path) -> None:
    for name in ("10 last.txt", "2 middle.txt", "1 first.txt"):
        (tmp_path / name).write_text("a line of words\nand another one\n")
    (tmp_path / "3 empty.txt").write_text("\n")
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8")
    found = reading.read([tmp_path])
    assert [song.title for song in found.songs] == ["First", "Middle", "Last"]
    assert [file.name for file in found.refused] == ["3 empty.txt"]


def test_what_a_file_says_of_its_song_is_taken_if_it_can_be(tmp_path: Path) -> None:
    song = "{title: Ferry}\n{tempo: 96 bpm}\n{time: 3/4}\n{key: Em}\n\nwords here\nand there\n"
    (tmp_path / "a.cho").write_text(song)
    (tmp_path / "b.cho").write_text("{title: Fast}\n{tempo: allegro}\n{time: often}\n\nwords here\nand there\n")
    ferry, fast = reading.read([tmp_path]).songs
    assert (ferry.title, ferry.tempo, ferry.time, ferry.key, ferry.titled) == ("Ferry", 96.0, "3/4", "Em", True)
    assert (fast.tempo, fast.time, fast.key) == (None, None, None)


def test_sections_are_as_the_sheet_has_them() -> None:
    sheet = formats.guessed(
        "[Verse 1]\nrain on the door\nfour on the floor\n\n[Chorus]\nlet it rain\non the train\n\n"
        "[Verse 2]\nhats and milk\nsilk\n\n[Chorus]\n\n[Solo]\n\n[Bridge]\na hat\n"
    )
    parts = form.parts(sheet)
    assert [part.name for part in parts] == ["verse", "chorus", "verse", "chorus", "bridge"]
    assert all(part.sure for part in parts)
    assert parts[3].lines == ()  # named only
    assert (parts[3].rhyme, parts[3].syllables) == (parts[1].rhyme, parts[1].syllables)


def test_without_headings_what_comes_again_is_the_chorus() -> None:
    parts = form.parts(
        formats.guessed("one two\nthree four\n\nla la la\nla li\n\nfive six\nseven\n\nLa, la la\nla li!\n")
    )
    assert [part.name for part in parts] == ["verse", "chorus", "verse", "chorus"]
    assert not any(part.sure for part in parts)


@given(st.sampled_from(["AABB", "ABAB", "ABCB", "AAAA"]), st.integers(1, 3), st.integers(0, 1000))
def test_a_scheme_that_is_there_is_found(scheme: Scheme, stanzas: int, seed: int) -> None:
    lines = []
    for number in range(stanzas):
        used = {"A": seed + number, "B": seed // 7 + number, "C": 0}
        stanza = []
        for letter in scheme:
            stanza.append(f"we went along the {ENDS[letter][used[letter] % len(ENDS[letter])]}")
            used[letter] += 1
        lines.append(stanza)
    assert form.scheme(lines) == scheme


def test_lines_that_rhyme_with_none_are_free() -> None:
    assert form.scheme([["the hat", "the milk", "a window", "the orange"]]) == "free"
    assert form.scheme([["alone"]]) == "free"


@given(st.lists(st.lists(st.text(max_size=60), min_size=1, max_size=9), max_size=4))
def test_any_lines_have_a_form_that_a_section_may_ask_for(stanzas: list[list[str]]) -> None:
    low, high = form.syllables(stanzas)
    assert 1 <= low < high <= 40
    assert form.scheme(stanzas) in ("AABB", "ABAB", "ABCB", "AAAA", "free")


def test_the_songbooks_schemes_are_measured_right(songbook: reading.Reading) -> None:
    """Against what the songs' writers say in their tags."""
    right = wrong = 0
    for song in songbook.songs:
        said = dict(re.findall(r"(\w+)=(\w+)", song.sheet.tags.get("scheme", "")))
        for name, scheme in {part.name: part.rhyme for part in form.parts(song.sheet)}.items():
            if name in said:
                right += said[name].removeprefix("none") in (scheme, scheme.upper())
                wrong += said[name] not in (scheme, scheme.upper())
    assert right > 1000
    assert right / (right + wrong) >= 0.95


def test_every_song_of_the_songbook_has_title_tempo_and_sections(songbook: reading.Reading) -> None:
    assert len(songbook.songs) > 500
    assert not songbook.refused
    assert all(song.titled and song.tempo and form.parts(song.sheet) for song in songbook.songs)


def test_names_are_people_and_places_and_not_what_begins_a_quotation() -> None:
    sheet = formats.guessed(
        'I saw Polly Magnet at the bar in Leith\nand "Guess," said Polly, "who came back to Leith?"\n'
        "we laughed with Polly till the walls came down\nand then I took the train from Leith to town\n"
    )
    assert subject.names(sheet, subject.names_of([sheet])) == (("Polly Magnet",), ("Leith",))


def test_words_all_in_capitals_name_nobody() -> None:
    sheet = formats.guessed(
        "I Went Down To The River Today\nAnd I Saw The Water Go Away\nThe Stones Were Cold And Grey\n"
    )
    assert subject.names(sheet, subject.names_of([sheet])) == ((), ())


def test_themes_are_what_words_speak_for_and_nouns_that_come_again() -> None:
    folder = paths.frames()
    assert folder is not None
    table = near_themes.load(folder / near_themes.FILE)
    sheet = formats.guessed(
        "umbrellas in the puddles\nthe gutter and the drain\nmy giraffe is getting soaked\nmy giraffe is in the rain\n"
    )
    found = subject.themes("Wet", sheet, [], table)
    assert found[0][0] == "rain"
    assert len(found[0][1]) >= 2
    assert "giraffe" in [theme for theme, _ in found]


def test_variety_counts_a_line_that_comes_again_once() -> None:
    assert subject.variety(["harbour rain", "harbour rain"]) == 1.0
    assert subject.variety(["harbour harbour", "harbour again, harbour"]) < 0.5

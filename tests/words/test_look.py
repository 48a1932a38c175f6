"""What a person is told of how a lyrics file was read, and what is warned of."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import LyricsError
from stagelyric.words.look import FEW, Look, look

SONG = "[Verse 1]\nThe kettle sings for nobody\nAnd the rain came down\n\n[Chorus]\nRow me over\n"


def looked(folder: Path, text: str | bytes, name: str = "song.txt") -> Look:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return look(file)


def test_a_song_is_counted(tmp_path: Path) -> None:
    found = looked(tmp_path, SONG)
    assert (found.file, found.songs, found.lines, found.words) == (str(tmp_path / "song.txt"), 1, 3, 13)
    assert found.real == 1
    assert found.warnings == ()
    assert found.found == "UTF-8 plain text: 1 song, 3 lines, 100 % real words"


def test_the_format_and_the_encoding_are_named(tmp_path: Path) -> None:
    lrc = "[00:01.00]The kettle sings\n".encode("utf-16")
    assert looked(tmp_path, lrc, "a.lrc").found == "UTF-16 LRC: 1 song, 1 line, 100 % real words"
    cho = "{title: It}\n{sov}\n[G]The kettle sings\n{eov}\n"
    assert looked(tmp_path, cho, "a.cho").found == "UTF-8 ChordPro: 1 song, 1 line, 100 % real words"


def test_only_songs_with_words_are_counted(tmp_path: Path) -> None:
    found = looked(tmp_path, "=== Night Bus\nI caught it\n=== Not written yet\n=== Ferry Road\nNobody owes\n")
    assert (found.songs, found.lines) == (2, 2)


def test_without_a_sung_line_it_says_what_a_file_should_hold(tmp_path: Path) -> None:
    found = looked(tmp_path, "[Verse]\n\n[Chorus]\n")
    assert (found.songs, found.lines, found.words, found.real) == (0, 0, 0, None)
    assert found.warnings == ("no sung line was found in it; it should hold a song's words, a line a line",)
    assert found.found == "UTF-8 plain text: 0 songs, 0 lines"


def test_lines_without_words_are_shown(tmp_path: Path) -> None:
    found = looked(tmp_path, "99 100 1967\n1968 2001 88\n")
    assert found.real is None
    assert found.warnings == ('no words were found in it, only lines like "99 100 1967"',)


def test_a_script_that_is_not_learned_is_told(tmp_path: Path) -> None:
    found = looked(tmp_path, "Дождь идёт\nИдёт дождь\n")
    assert found.real == 0
    assert found.warnings == ("no line is in Latin letters, and others are neither learned nor compared",)
    mixed = looked(tmp_path, "Дождь идёт\nThe rain came down\n")
    assert mixed.warnings == ()


def test_another_language_is_told_with_its_first_words(tmp_path: Path) -> None:
    found = looked(
        tmp_path, "Schnurrbart überhaupt kühlschrank\nweltschmerz zwischendurch\nabendbrot gemütlich schnurrbart\n"
    )
    (warning,) = found.warnings
    assert warning.startswith("only 0 % of its words are English ones (not Schnurrbart, überhaupt, kühlschrank, ")
    assert warning.count("Schnurrbart") == 1
    assert "save it as UTF-8" in warning


@pytest.mark.parametrize(("odd", "plain", "warned"), [(7, 0, False), (8, 0, True), (2, 6, False), (3, 5, True)])
def test_a_few_words_prove_nothing(tmp_path: Path, odd: int, plain: int, warned: bool) -> None:
    """Eight words are enough; of these three quarters are to be English ones."""
    found = looked(tmp_path, " ".join(["zzxqv"] * odd + ["river"] * plain))
    assert found.words == odd + plain
    assert found.real == plain / (odd + plain)
    assert bool(found.warnings) == warned == (found.real < FEW and found.words >= 8)


def test_paragraphs_are_told_from_lines(tmp_path: Path) -> None:
    prose = " ".join(["the rain came down on the harbour wall"] * 4)
    found = looked(tmp_path, f"{prose}\n{prose} and on\nA line\n")
    (warning,) = found.warnings
    assert warning == (f'its lines are as long as paragraphs ("{prose[:39]}…"); it should have a line a line')
    assert looked(tmp_path, f"{prose}\nA line\n").warnings == (), "half of the lines may be long"


def test_a_guess_about_the_encoding_is_passed_on(tmp_path: Path) -> None:
    found = looked(tmp_path, "Café noir\n".encode() + "She’s gone\n".encode("cp1252"))
    assert found.warnings == ("some lines are Windows-1252, the others UTF-8",)


def test_what_can_not_be_read_is_an_error_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(LyricsError, match=r"nothing\.txt: wanted a readable text file, found: nothing of that name"):
        look(tmp_path / "nothing.txt")
    with pytest.raises(LyricsError, match=r"song\.txt: wanted a text file, found a PDF"):
        looked(tmp_path, b"%PDF-1.4")
    with pytest.raises(LyricsError, match=r"song\.xml: wanted an OpenLyrics song, found nothing"):
        looked(tmp_path, "", "song.xml")


def test_of_a_long_file_only_the_first_words_are_looked_up(tmp_path: Path) -> None:
    """The share is that of the words looked up, not of all: a large songbook is no poorer English than a small one."""
    line = " ".join(["river"] * 20)
    found = looked(tmp_path, f"{line}\n" * 250)
    assert found.words == 5000
    assert found.real == 1


@given(st.integers(0, 3), st.integers(0, 12), st.none() | st.floats(0, 1))
@settings(max_examples=30)
def test_its_summary_has_its_numbers_in_good_english(songs: int, lines: int, real: float | None) -> None:
    said = Look("a.txt", "LRC", "UTF-8", songs, lines, 5, real).found
    assert said.startswith(f"UTF-8 LRC: {songs} song{'s' * (songs != 1)}, {lines} line{'s' * (lines != 1)}")
    assert ("%" in said) == (real is not None)
    assert "%" not in said or " %" in said

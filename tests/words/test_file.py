"""A lyrics file is read by what is in it; its name says what its title and, failing all else, its format are."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.formats import ENDINGS, MARKER, LyricsError, guessed, is_text, parse, read, read_sheet

TEXT = "[Verse 1]\nThe kettle sings\n\n[Chorus]\nRow me over\n"


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_read_packed_or_not(ending: str, tmp_path: Path) -> None:
    words = {
        ".cho": "{t: It}\n{sov}\nThe kettle sings\n{eov}\n", ".lrc": "[00:01.00]The kettle sings\n",
        ".xml": "<song><title>It</title><lyrics>[V1]\n The kettle sings\n</lyrics></song>",
    }  # fmt: skip
    plain = ending.removesuffix(".gz")
    kind = (
        ".lrc" if plain == ".lrc" else ".txt" if is_text(f"it{ending}") else ".cho" if "o" not in plain[3:] else ".xml"
    )
    text = words.get(".xml" if plain in (".xml", ".openlyrics", ".opensong") else kind, TEXT)
    file = tmp_path / f"It{ending}"
    data = text.encode()
    file.write_bytes(gzip.compress(data) if ending.endswith(".gz") else data)
    found = read(file)
    assert found.lines[0] == "The kettle sings"
    assert found == read(file, file.read_bytes())
    assert found.encoding == "UTF-8"


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.txt", True), ("a.TXT.gz", True), ("a.srt", True), ("a", True), ("a.md", True), ("a.cho", False),
     ("a.PRO", False), ("a.lrc.gz", False), ("A.OpenLyrics", False), ("a.xml.txt", True)],
)  # fmt: skip
def test_only_a_plain_text_may_have_any_number_of_songs(name: str, plain: bool) -> None:
    assert is_text(name) == plain


def test_what_can_not_be_read_is_said_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(LyricsError, match=r"^.*no\.txt: wanted a readable text file, found: nothing of that name$"):
        read(tmp_path / "no.txt")
    with pytest.raises(LyricsError, match=r"^it\.xml: wanted an OpenLyrics song, found text that is no XML$"):
        read(Path("it.xml"), b"Row me over")
    with pytest.raises(
        LyricsError, match=r"^it\.xml: wanted an OpenLyrics song, found a web page \(HTML\); copy its words"
    ):
        read(Path("it.xml"), b"<html><body>Row</body></html>")
    with pytest.raises(
        LyricsError, match=r"wanted an OpenLyrics song or an OpenSong one, found a MusicXML score; export"
    ):
        read(Path("it.xml"), b"<score-partwise><part/></score-partwise>")
    with pytest.raises(LyricsError, match=r"wanted an OpenLyrics song or an OpenSong one, found <recipe>$"):
        read(Path("it.xml"), b"<?xml version='1.0'?><recipe/>")
    with pytest.raises(LyricsError, match=r"^it\.txt: wanted a text file, found a MIDI file"):
        read(Path("it.txt"), b"MThd\0\0")


SONG = st.lists(st.sampled_from(["Row me over", "and home", "Nobody owes us"]), min_size=2, max_size=4)
TITLE = st.sampled_from(["Ferry Road", "Night Bus", "Été", "99"])


@given(st.lists(st.tuples(TITLE, SONG), min_size=1, max_size=4), st.booleans())
@settings(max_examples=40)
def test_what_stands_above_the_first_marker_is_a_song_without_a_title(
    book: list[tuple[str, list[str]]], headed: bool
) -> None:
    text = "".join(f"{MARKER}{title}\n" + "\n".join(lines) + "\n\n\n" for title, lines in book)
    head = ["Before it all", "we sang"] if headed else []
    found, _ = parse("book.txt", "\n".join([*head, text]))
    titles = [sheet.tags.get("title", "") for sheet in found]
    assert titles == [""] * headed + [title for title, _ in book]
    assert [sheet.lines for sheet in found] == [head] * headed + [lines for _, lines in book]


def test_a_marked_text_is_plain_whatever_it_looks_like() -> None:
    found, format_ = parse("it.txt", f"{MARKER}It\n[00:01.00]The kettle sings\n{{title: It}}\n")
    assert format_ == "plain text"
    assert len(found) == 1


def test_the_first_of_several_songs_is_asked_for() -> None:
    text = f"{MARKER}One\nRow me over\n{MARKER}Two\nand home\n"
    assert read_sheet("a.txt", text).tags == {"title": "One"}
    assert guessed(text) == read_sheet("", text)


def test_a_file_counts_its_songs_lines_and_stanzas_together() -> None:
    found = read(Path("book.txt"), f"{MARKER}One\nRow\n\nme\n{MARKER}Two\nover\n".encode())
    assert [sheet.tags["title"] for sheet in found.songs] == ["One", "Two"]
    assert found.lines == ["Row", "me", "over"]
    assert found.stanzas == [("", ("Row",)), ("", ("me",)), ("", ("over",))]
    assert found.stanzas == [stanza for sheet in found.songs for stanza in sheet.stanzas]


def test_a_song_that_has_only_a_title_yet_is_one_of_the_file() -> None:
    found, _ = parse("book.txt", f"{MARKER}Not written yet\n\n{MARKER}\n\n{MARKER}Ferry Road\nNobody owes\nus\n")
    assert [(sheet.tags.get("title"), sheet.lines) for sheet in found] == [
        ("Not written yet", []), ("Ferry Road", ["Nobody owes", "us"]),
    ]  # fmt: skip

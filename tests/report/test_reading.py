from pathlib import Path

import pytest
from report.songs import KETTLE, write_chordpro

from stagelyric.lm.corpus import CorpusError
from stagelyric.report.lyrics import mates, spelled, words
from stagelyric.report.reading import read, sung
from stagelyric.words.formats import chordpro


def test_a_chordpro_sheet_gives_sections_and_tags_and_no_chords() -> None:
    song = sung(chordpro(KETTLE))
    assert song.title == "The Kettle on Marrow Street"
    assert [(s.kind, len(s.lines)) for s in song.stanzas] == [("verse", 4), ("chorus", 4), ("verse", 4)]
    assert song.lines[0] == "Bessie sold the copper kettle"
    assert "e|" not in "".join(song.lines)
    assert song.tags["genre"] == "folk"
    assert song.tags["tempo"] == "92"
    assert song.schemes == {"verse": "ABCB", "chorus": "AABB"}
    assert [song.scheme(stanza) for stanza in song.stanzas] == ["ABCB", "AABB", "ABCB"]


def test_a_chorus_that_is_written_out_again_counts_once() -> None:
    chorus = "{soc}\nOver the water\nand into the town\nwith nobody's daughter\nin nobody's gown\n{eoc}\n"
    again = chorus.replace("gown", "crown")
    song = sung(chordpro(f"{{title: T}}\n{chorus}\nA verse of my own\n\n{again}"))
    assert [line for line in song.lines if "water" in line] == ["Over the water"]


def test_text_files_and_sheets_in_one_folder(tmp_path: Path) -> None:
    write_chordpro(tmp_path / "songs", 2)
    (tmp_path / "songs" / "plain.txt").write_text("One line\nAnother line\n\nA second verse\nthat goes on\n")
    (tmp_path / "songs" / "empty.txt").write_text("\n")
    songs = read([tmp_path / "songs"])
    assert [song.title for song in songs] == ["The Kettle on Marrow Street", "The Kettle on Marrow Street x", "plain"]
    assert len(songs[2].stanzas) == 2


def test_timed_lyrics_and_open_lyrics_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.lrc").write_text("[ti:Timed]\n[00:01.00]One line\n[00:03.00]Another\n")
    verse = "<verse name='v1'><lines>A line<br/>and one more</lines></verse>"
    title = "<properties><titles><title>Open</title></titles></properties>"
    (tmp_path / "b.xml").write_text(f"<song>{title}<lyrics>{verse}</lyrics></song>")
    assert [(song.title, len(song.lines)) for song in read([tmp_path])] == [("Timed", 2), ("Open", 2)]
    (tmp_path / "b.xml").write_text("<html/>")
    with pytest.raises(CorpusError, match=r"b\.xml: wanted an OpenLyrics song"):
        read([tmp_path])


def test_markers_name_the_songs_of_one_file(tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text("=== First\nOne line\nAnother\n\n=== Second\nMore lines\nand more\n")
    assert [song.title for song in read([file])] == ["First", "Second"]


@pytest.mark.parametrize(("name", "text"), [("a.txt", ""), ("a.txt", "one line only\n"), ("a.cho", "{title: Empty}\n")])
def test_a_corpus_without_lines_is_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CorpusError, match="two lyric lines"):
        read([tmp_path / name])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing there"):
        read([tmp_path / "missing"])
    with pytest.raises(CorpusError, match="none in it"):
        read([tmp_path])


def test_words_are_without_accents_and_marks() -> None:
    assert words("Montréal's rain-wet quay, 'cause I'm singin' it!") == (
        "montreal's", "rain", "wet", "quay", "cause", "i'm", "singin'", "it",
    )  # fmt: skip
    assert spelled("\u201cDon\u2019t!\u201d said Zoë") == ["Don't", "said", "Zoe"]


@pytest.mark.parametrize(
    ("scheme", "lines", "found"),
    [
        ("ABCB", 4, [(1, 3)]),
        ("AABB", 4, [(0, 1), (2, 3)]),
        ("ABAB", 8, [(0, 2), (1, 3), (4, 6), (5, 7)]),
        ("AAAA", 4, [(0, 1), (1, 2), (2, 3)]),
        ("XAXA", 4, [(1, 3)]),
        ("AABB", 3, [(0, 1)]),
        ("", 4, []),
    ],
)
def test_a_scheme_pairs_lines(scheme: str, lines: int, found: list[tuple[int, int]]) -> None:
    assert mates(scheme, lines) == found

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
from lm.tiny import lyrics

from stagelyric.lm.corpus import CorpusError, Song, read_held_out, read_source, split
from stagelyric.lm.mixture import Mixture, stream
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary

VOCABULARY = Vocabulary()
STANZA = "The harbour lights are going down\nAnd no one saw the ferry leave\n"
CHORUS = "Oh carry me over\nOh carry me on\n"


def write(folder: Path, text: str, name: str = "song.txt") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_markers_name_the_songs_and_are_not_in_them(tmp_path: Path) -> None:
    file = write(tmp_path, f"=== Ferry — A Book (1900)\n{STANZA}\n\n=== Over\n  {CHORUS}")
    source = read_source(file)
    assert source.songs == (Song("Ferry — A Book (1900)", STANZA), Song("Over", CHORUS))
    assert "===" not in VOCABULARY.decode(stream(source.songs, VOCABULARY))


def test_without_markers_two_blank_lines_part_songs(tmp_path: Path) -> None:
    songs = read_source(write(tmp_path, f"{STANZA}\n{CHORUS}\n \n\nA third\nand last song\n")).songs
    assert [song.text for song in songs] == [f"{STANZA}\n{CHORUS}", "A third\nand last song\n"]


def test_a_chorus_is_kept_once_a_song_and_again_in_the_next(tmp_path: Path) -> None:
    again = CHORUS.replace("me on", "me on!").upper()
    other = "Something else was sung\nBy someone else that night\n"
    text = f"=== A\n{STANZA}\n{CHORUS}\n{other}\n{again}\n=== B\nOne more song\nIs what it is\nIt says\n\n{CHORUS}"
    first, second = read_source(write(tmp_path, text)).songs
    assert first.text == f"{STANZA}\n{CHORUS}\n{other}"
    assert second.text.endswith(CHORUS)


def test_another_edition_of_a_song_is_dropped_but_kept_to_measure_on(tmp_path: Path) -> None:
    body = lyrics(1)
    file = write(tmp_path, body + body.replace("Song 0", "The same").replace(" ", "  ").lower())
    assert len(read_source(file).songs) == 1
    assert len(read_held_out(file).songs) == 2


def test_gzip_folders_and_latin_1_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(STANZA.encode()))
    (tmp_path / "deep" / "a.txt").write_bytes("Café, café\nau lait d'été\n".encode("latin-1"))
    (tmp_path / "notes.md").write_text("not lyrics\nat all\n")
    source = read_source(tmp_path)
    assert [song.text for song in source.songs] == [STANZA, "Cafe, cafe\nau lait d'ete\n"]
    assert len(source.sha256) == 64


@pytest.mark.parametrize("ending", ["(Oh, sing it again.", "I sing.", "(no more\nI sang.", "carry me\non."])
def test_lyrics_that_begin_and_end_as_a_pickle_does_are_read(tmp_path: Path, ending: str) -> None:
    assert read_source(write(tmp_path, f"{ending}\nand one more\n{ending}")).songs
    assert read_source(write(tmp_path, f"{ending[:-1]}\n{ending}")).songs


def test_utf_16_is_read(tmp_path: Path) -> None:
    file = tmp_path / "song.txt"
    file.write_bytes("Montréal\r\nby night\r\n".encode("utf-16"))
    assert read_source(file).songs == (Song("", "Montreal\nby night\n"),)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no lyric lines"),
        (b"=== Only a title\n\n\n", "no lyric lines"),
        (b"one line alone\n", "one lyric line"),
        ("\u6b4c\n\u8a5e\n".encode(), "no lyric lines"),
        (b"\x00\x01\x02\x03", "binary data"),
        (pickle.dumps(["Hold the light", "and sing"]), "a pickle; it was not opened"),
        (pickle.dumps(["Hold the light", "and sing"], protocol=0), "a pickle; it was not opened"),
        ("\ufeffHold the light\nand sing\n".encode("utf-16-le")[:-1], "UTF-16 that breaks off"),
        (b"\x1f\x8b\x08 broken", "damaged"),
        (gzip.compress(b"a line\nand more\n" * 99, mtime=0)[:-20], "damaged"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_a_sentence(tmp_path: Path, data: bytes, complaint: str) -> None:
    file = tmp_path / "bad.txt"
    file.write_bytes(data)
    with pytest.raises(CorpusError, match=complaint) as caught:
        read_source(file)
    assert str(caught.value).startswith(str(file))


def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing there"):
        read_source(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match="found none in it"):
        read_source(tmp_path)


def test_split_takes_whole_songs_and_moves_none_when_the_corpus_grows(tmp_path: Path) -> None:
    songs = read_source(write(tmp_path, lyrics(300))).songs
    train, held = split(songs)
    assert sorted(s.title for s in (*train, *held)) == sorted(s.title for s in songs)
    assert 5 <= len(held) <= 30
    assert not {line for s in train for line in s.text.split("\n") if line} & {
        line for s in held for line in s.text.split("\n") if line
    }
    assert set(split(songs[:200])[1]) == {song for song in held if song in songs[:200]}
    assert split(songs[:5]) == (list(songs[:5]), [])


def test_a_stream_begins_and_parts_songs_with_the_boundary() -> None:
    ids = stream([Song("", "a\n"), Song("", "b\n")], VOCABULARY)
    assert ids.dtype == np.uint8
    assert VOCABULARY.decode(ids) == f"{BOUNDARY}a\n{BOUNDARY}b\n{BOUNDARY}"


def test_an_epoch_holds_every_song_once_in_an_order_of_the_seed(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, lyrics(30)))
    mixture = Mixture([source], VOCABULARY)
    first = mixture.part(7, 0)
    np.testing.assert_array_equal(first, Mixture([source], VOCABULARY).part(7, 0))
    assert not np.array_equal(first, mixture.part(7, 1))
    assert not np.array_equal(first, mixture.part(8, 0))
    assert first.size == len(mixture) + 1
    assert sorted(VOCABULARY.decode(first).strip(BOUNDARY).split(BOUNDARY)) == sorted(s.text for s in source.songs)


def test_weights_and_emphasis_say_how_often_a_song_is_seen(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, lyrics(30)), 2.0)
    mixture = Mixture([source], VOCABULARY, emphasis=[("book 1", 0.25), ("Book 2", 0.0)])
    seen = [VOCABULARY.decode(mixture.part(0, epoch)).split(BOUNDARY) for epoch in range(40)]

    def often(book: int) -> float:
        texts = [song.text for song in source.songs if f"Book {book}" in song.title]
        return sum(epoch.count(text) for epoch in seen for text in texts) / len(seen) / len(texts)

    assert often(0) == 2
    assert 0.4 < often(1) < 0.6
    assert often(2) == 0


def test_weights_that_leave_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nothing to train on"):
        Mixture([read_source(write(tmp_path, lyrics(3)))], VOCABULARY, emphasis=[("Song", 0.0)])


def test_mixtures_are_named_by_songs_and_weights(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, lyrics(3)))
    same = Mixture([source], VOCABULARY).sha256
    assert Mixture([source], VOCABULARY).sha256 == same
    assert Mixture([source], VOCABULARY, emphasis=[("Song 1", 2.0)]).sha256 != same
    assert Mixture([read_source(write(tmp_path, lyrics(4)))], VOCABULARY).sha256 != same

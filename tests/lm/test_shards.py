import gzip
from pathlib import Path

import numpy as np
import pytest
from lm.tiny import lyrics

from stagelyric.lm import corpus, mixture
from stagelyric.lm.corpus import CorpusError, read_source, split
from stagelyric.lm.mixture import Mixture
from stagelyric.lm.shards import Known, Shards
from stagelyric.lm.vocabulary import Vocabulary


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "LARGE", 1000)
    monkeypatch.setattr(mixture, "_PART", 2000)


def test_songs_packed_are_songs_read(tmp_path: Path) -> None:
    songs = [(f"Söng {n}", "la\n" * n) for n in range(9)]
    shards = Shards.write(tmp_path, iter(songs), most=20)
    assert list(shards) == songs
    assert shards[2:4] == songs[2:4]
    assert len(list(tmp_path.glob("shard-*.txt"))) > 2
    assert list(Shards(tmp_path)) == songs


def test_what_was_seen_is_known_and_what_was_not_hardly_ever() -> None:
    known, rng = Known(bits=16), np.random.default_rng(0)
    keys = [str(key) for key in rng.integers(0, 2**63, 2000)]
    wrongly = sum(known.seen(key) for key in keys)
    assert wrongly < 20
    assert all(known.seen(key) for key in keys)


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_corpus_is_streamed_and_says_the_same(tmp_path: Path, small_memory: None, packed: bool) -> None:
    text = lyrics(60)
    file = tmp_path / ("songs.txt.gz" if packed else "songs.txt")
    file.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    streamed = read_source(file, scratch=tmp_path / "out")
    corpus.LARGE = 1 << 30  # put back by the fixture
    whole = read_source(file)
    assert list(streamed.songs) == list(whole.songs)
    assert streamed.songs[-1] == whole.songs[-1]
    assert list((tmp_path / "out").rglob("shard-*.txt"))


def test_an_epoch_of_a_large_corpus_comes_in_parts(tmp_path: Path, small_memory: None) -> None:
    (tmp_path / "songs.txt").write_text(lyrics(60))
    vocabulary = Vocabulary()
    mixture = Mixture([read_source(tmp_path / "songs.txt", scratch=tmp_path / "out")], vocabulary)
    parts = -(-len(mixture) // 2000)
    read = [vocabulary.decode(mixture.part(1, number)) for number in range(2 * parts)]
    assert all(len(part) < 4000 for part in read)
    for epoch in (read[:parts], read[parts:]):
        songs = [song for part in epoch for song in part.split("\x03") if song]
        assert sorted(songs) == sorted(
            song.text for song in read_source(tmp_path / "songs.txt", scratch=tmp_path).songs
        )
    assert read[:parts] != read[parts:]


def test_of_a_large_corpus_the_last_songs_are_held_out(tmp_path: Path, small_memory: None) -> None:
    (tmp_path / "songs.txt").write_text(lyrics(60))
    songs = read_source(tmp_path / "songs.txt", scratch=tmp_path / "out").songs
    kept, held = split(songs)
    assert [*kept, *held] == list(songs)
    assert len(held) == 3


@pytest.mark.parametrize(
    ("data", "found"), [(b"a" * 20_000, "one of more than 10000 bytes"), (b"la\n" * 500 + b"\0\n", "binary data")]
)
def test_a_large_file_that_is_no_lyrics_is_refused(tmp_path: Path, small_memory: None, data: bytes, found: str) -> None:
    (tmp_path / "dump.txt").write_bytes(data)
    with pytest.raises(CorpusError, match=rf"dump\.txt: .*{found}"):
        read_source(tmp_path / "dump.txt", scratch=tmp_path / "out")

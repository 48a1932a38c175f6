"""What becomes of songs on their way to a model: chosen, held out, weighted, mixed, and dressed in codes."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lm.tiny import WORDS, lyrics

from stagelyric.lm import mixture
from stagelyric.lm.codes import LAST, LINE, NAMED, PERSON, PLACE, SEED, SYLLABLES, CodedLine, Coder, coded, prefix
from stagelyric.lm.corpus import (
    CorpusError,
    Song,
    Source,
    Sung,
    _key,
    _without_copies,
    held_back,
    read_held_out,
    read_source,
    split,
    weighted,
    with_number,
)
from stagelyric.lm.mixture import Mixture, factor, stream
from stagelyric.lm.shards import Known, Shards
from stagelyric.lm.vocabulary import ALPHABET, BOUNDARY, Vocabulary, fold
from stagelyric.words.names import find_names

VOCABULARY = Vocabulary()
words = st.sampled_from(WORDS)
lines = st.lists(words, min_size=3, max_size=5).map(lambda some: " ".join(some).capitalize())
songs = st.lists(
    st.builds(
        lambda title, some: Song(title, "".join(f"{line}\n" for line in some)), words, st.lists(lines, min_size=1)
    ),
    max_size=24,
)


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("rain=1.5", ("rain", 1.5)), ("a=b=2", ("a=b", 2.0)), ("rain", None), ("rain=", None), ("=2", None),
        ("rain=x", None), ("=", None), ("", None), ("rain = 3", ("rain ", 3.0)), ("rain=-1", ("rain", -1.0)),
    ],
)  # fmt: skip
def test_a_text_may_have_a_number(argument: str, found: tuple[str, float] | None) -> None:
    assert with_number(argument) == found


def test_a_path_may_have_a_weight_unless_a_file_has_the_whole_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert weighted("songs.txt=2.5") == (Path("songs.txt"), 2.5)
    assert weighted("songs.txt") == (Path("songs.txt"), 1.0)
    Path("songs=2").write_text("x")
    assert weighted("songs=2") == (Path("songs=2"), 1.0)
    for wrong in ("0", "-1", "100.5", "nan", "inf"):
        with pytest.raises(CorpusError, match=rf"^songs={wrong}: wanted a weight above 0 and up to 100, found"):
            weighted(f"songs={wrong}")


@settings(max_examples=40)
@given(songs, st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.integers(0, 3), st.sampled_from([1, 4, 20]))
def test_every_song_is_either_trained_on_or_held_out(given: list[Song], share: float, least: int, fewest: int) -> None:
    train, held = split(given, share, least, fewest)
    assert Counter(train) + Counter(held) == Counter(given)
    order = {id(song): number for number, song in enumerate(given)}
    for part in (train, held):
        places = [order[id(song)] for song in part]
        assert places == sorted(places)
    if len(given) < fewest:
        assert held == []
    else:
        assert len(held) >= min(least, len(given))
        assert share < 1.0 or train == []


@settings(max_examples=30)
@given(songs, songs)
def test_a_song_that_is_held_out_for_its_hash_stays_so_whatever_is_added(given: list[Song], more: list[Song]) -> None:
    _, held = split(given, 0.5, 0, 0)
    _, later = split([*given, *more], 0.5, 0, 0)
    assert {song.text for song in held} <= {song.text for song in later}
    assert {song.text for song in later} & {song.text for song in given} == {song.text for song in held}


def test_no_more_than_400_songs_are_held_out() -> None:
    many = [Song("", f"{number}\n") for number in range(1000)]
    assert len(split(many, 1.0)[1]) == 400


def test_songs_held_back_are_known_by_their_texts_in_their_order() -> None:
    one, other = Song("a", "rain\n"), Song("b", "river\n")
    found = held_back("ours", [one, other])
    assert (found.name, found.songs, found.weight, len(found.sha256)) == ("ours", (one, other), 1.0, 64)
    assert held_back("theirs", [Song("c", "rain\n"), other]).sha256 == found.sha256
    assert held_back("ours", [other, one]).sha256 != found.sha256
    assert held_back("ours", [Song("", "rain\nriver\n")]).sha256 != found.sha256


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), max_size=8))
def test_a_stanza_is_a_chorus_if_three_fifths_of_it_were_sung(stanzas: list[list[str]]) -> None:
    sung, before = Sung(), set[str]()
    for stanza in stanzas:
        assert sung.again([f"{line.upper()}, oh {line}!" for line in stanza]) == (
            5 * sum(line in before for line in stanza) >= 3 * len(stanza)
        )
        before.update(stanza)


@settings(max_examples=40)
@given(songs)
def test_a_song_is_left_out_if_nearly_all_its_lines_are_known(given: list[Song]) -> None:
    """One whose lines are mostly new stays; a line that comes twice in it counts once."""
    before, wanted = set[str](), list[Song]()
    for song in given:
        keys = {re.sub(r"[^a-z0-9]", "", line.lower()) for line in song.text.split("\n")} - {""}
        if 100 * len(keys & before) < 85 * len(keys):
            wanted.append(song)
        before |= keys
    assert list(_without_copies(given)) == wanted
    assert list(_without_copies(given, Known(20).seen)) == wanted


@settings(max_examples=60)
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_line_is_compared_by_its_letters_and_figures(one: str, other: str) -> None:
    key = _key(one + " 3!" + other)
    assert re.fullmatch("[a-z0-9]*", key)
    assert key == _key(key) == _key(f"  {one.lower()} -3 {other.lower()}.")


def test_what_was_read_and_is_written_out_is_read_again(tmp_path: Path) -> None:
    file, again = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text(lyrics(20), encoding="utf-8")
    source = read_source(file, 0.5)
    again.write_text("\n".join(f"=== {song.title}\n{song.text}" for song in source.songs), encoding="utf-8")
    assert read_source(again).songs == source.songs
    assert read_held_out(again).songs == source.songs
    assert (source.name, source.weight) == ("a.txt", 0.5)
    assert source.sha256 != read_source(again).sha256


def test_a_text_of_one_line_is_none_and_more_than_is_read_at_once_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Only one line\n")
    for read in (read_source, read_held_out):
        with pytest.raises(CorpusError, match="wanted a corpus of at least two lyric lines, found one lyric line"):
            read(file)
    monkeypatch.setattr("stagelyric.lm.corpus.LARGE", 4)
    for read in (read_source, read_held_out):
        with pytest.raises(CorpusError, match="MB to read at once, found"):
            read(file)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text("ab é☃", max_size=5), st.text("ab \n☃", max_size=20)), max_size=12), st.integers(1, 30)
)
def test_packed_songs_are_a_sequence_like_any_other(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[str, str]], most: int
) -> None:
    packed = Shards.write(tmp_path_factory.mktemp("shards"), given, most)
    assert len(packed) == len(given)
    assert list(packed) == given
    assert packed[1:7:2] == given[1:7:2]
    assert packed[::-1] == given[::-1]
    for place in range(-len(given), len(given)):
        assert packed[place] == given[place]
    with pytest.raises(IndexError):
        packed[len(given)]


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.integers(1, 30))
def test_a_file_of_packed_songs_is_full_before_the_next_is_begun(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    Shards.write(folder, [("t", "x" * size) for size in sizes], most)
    found = [len(file.read_bytes()) for file in sorted(folder.glob("shard-*"))]
    assert sum(found) == sum(2 + size for size in sizes)
    assert all(most <= size < most + 11 for size in found[:-1])
    assert 1 <= found[-1] < most + 11


@settings(max_examples=40)
@given(st.lists(st.text(max_size=6), max_size=60))
def test_what_was_told_is_always_known(texts: list[str]) -> None:
    known = Known(10)
    for text in texts:
        known.seen(text)
    assert all(known.seen(text) for text in texts)


def sources(weights: list[float]) -> list[Source]:
    """A song of one word, its own, for each weight."""
    return [Source("s", "", (Song(f"Song {n}", f"{chr(97 + n)}\n"),), weight) for n, weight in enumerate(weights)]


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([0.5, 1.0, 1.25, 2.0, 3.5]), min_size=2, max_size=8), st.integers(0, 5), st.integers(0, 9)
)
def test_a_song_comes_as_often_as_its_weight_says_up_or_down_by_less_than_one(
    weights: list[float], seed: int, number: int
) -> None:
    mixed = Mixture(sources(weights), VOCABULARY)
    text = VOCABULARY.decode(mixed.part(seed, number))
    assert text.startswith(BOUNDARY)
    assert text.endswith(BOUNDARY)
    counts = Counter(text.replace("\n", "").replace(BOUNDARY, ""))
    assert all(abs(counts[chr(97 + n)] - weight) < 1 for n, weight in enumerate(weights))
    assert text == VOCABULARY.decode(mixed.part(seed, number))
    assert len(mixed) == int(sum(weights) * len("a\n" + BOUNDARY))


def test_fractions_of_a_weight_are_met_over_many_epochs() -> None:
    mixed = Mixture(sources([0.25, 1.5]), VOCABULARY)
    text = "".join(VOCABULARY.decode(mixed.part(3, number)) for number in range(400))
    assert 70 < text.count("a") < 130
    assert 560 < text.count("b") < 640


def test_the_parts_of_an_epoch_are_the_whole_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = Mixture(sources([1.0, 2.0, 3.0, 4.0]), VOCABULARY)
    whole = VOCABULARY.decode(mixed.part(5, 0))
    monkeypatch.setattr(mixture, "_PART", 8)
    parts = -(-len(mixed) // 8)
    pieces = [VOCABULARY.decode(mixed.part(5, number)) for number in range(parts)]
    assert BOUNDARY + "".join(piece.removeprefix(BOUNDARY) for piece in pieces) == whole
    assert max(map(len, pieces)) <= 8 + len("a\n" + BOUNDARY)
    assert (
        VOCABULARY.decode(mixed.part(5, parts)) != pieces[0] or VOCABULARY.decode(mixed.part(5, parts + 1)) != pieces[1]
    )


@settings(max_examples=40)
@given(songs)
def test_a_stream_holds_its_songs_between_boundaries(given: list[Song]) -> None:
    ids = stream(given, VOCABULARY)
    assert ids.dtype == np.uint8
    first, *rest = VOCABULARY.decode(ids).split(BOUNDARY)
    assert first == ""
    assert rest == [*(song.text for song in given), ""]


def test_emphasis_is_of_titles_in_any_case_and_multiplies() -> None:
    assert factor("Harbour Rain", []) == 1.0
    assert factor("Harbour Rain", [("rain", 3.0), ("HARB", 0.5), ("snow", 9.0)]) == 1.5
    assert factor("", [("", 2.0)]) == 2.0


def test_the_share_of_songs_that_is_dressed_is_the_one_asked_for() -> None:
    mixed = Mixture(sources([100.0]), VOCABULARY, dress=lambda text, rng: text.upper())
    told = {share: VOCABULARY.decode(mixed.part(1, 0, share)).count("A") for share in (0.0, 0.4, 1.0)}
    assert (told[0.0], told[1.0]) == (0, 100)
    assert 25 < told[0.4] < 55
    bare = Mixture(sources([100.0]), VOCABULARY)
    assert VOCABULARY.decode(bare.part(1, 0, 1.0)) == VOCABULARY.decode(mixed.part(1, 0, 0.0))


NAMES = find_names(["We saw Polly there", "The bus to Leeds with Polly", "They came from Leeds"])
READ = re.compile(f"(?:{SYLLABLES}(.))?(?:{LAST}([^{NAMED}{SEED}{LINE}]+))?({NAMED})?(?:{SEED}([^{LINE}]+))?{LINE}")
sung = st.lists(words | st.sampled_from(["Polly", "Leeds", "Polly's"]), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=60)
@given(st.none() | st.integers(1, 60), st.none() | words, st.booleans(), st.none() | words)
def test_each_code_is_read_out_of_a_prefix_again(
    syllables: int | None, last: str | None, named: bool, seed: str | None
) -> None:
    found = prefix(syllables=syllables, last=last, named=named, seed=seed)
    if not (syllables or last or named or seed):
        assert found == ""
        return
    read = READ.fullmatch(found)
    assert read is not None
    assert (read[2], bool(read[3]), read[4]) == (last, named, seed)
    assert (read[1] and ord(read[1]) - ord("0")) == (min(syllables, 40) if syllables else None)


@settings(max_examples=60)
@given(sung, st.integers(0, 2**32))
def test_whatever_is_said_of_a_line_is_true_of_it(text: str, seed: int) -> None:
    line = coded(text, NAMES, lambda sung: len(sung.split()), lambda word: word != "the")
    dressed = line.dressed(np.random.default_rng(seed))
    assert dressed.endswith(line.text)
    plain = line.text.lower().replace("'s", "").split()
    assert line.named == any(word in (PERSON, PLACE) for word in plain)
    assert "Polly" not in line.text
    assert "Leeds" not in line.text
    read = READ.match(dressed)
    if read is None:
        assert dressed == line.text
        return
    assert read[1] in (None, chr(ord("0") + len(text.split())))
    assert read[2] in (None, plain[-1])
    assert read[4] in (None, *plain[:-1])
    assert read[4] != "the"
    assert line.named or not read[3]


def test_a_line_of_no_words_has_no_last_and_no_seed() -> None:
    line = coded("… - 3!", NAMES, lambda sung: 0, lambda word: True)
    assert (line.last, line.seeds, line.named) == ("", (), False)
    assert {line.dressed(np.random.default_rng(seed)) for seed in range(20)} == {"… - 3!"}
    assert CodedLine("rain", 1, "rain", ()).dressed(np.random.default_rng(1)).endswith("rain")


def test_a_coder_leaves_the_form_of_a_song_as_it_is() -> None:
    text = f"We saw Polly\n\n{BOUNDARY}\nThe rain"
    told = Coder(NAMES, lambda line: 3, lambda word: True)(text, np.random.default_rng(4)).split("\n")
    assert [line.rpartition(LINE)[2] for line in told] == [f"We saw {PERSON}", "", BOUNDARY, "The rain"]


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_what_is_spelled_as_it_is_is_spelled_so_again(text: str) -> None:
    plain = fold(text)
    assert VOCABULARY.decode(VOCABULARY.spell(plain)) == plain
    assert VOCABULARY.spell(plain).tolist() == VOCABULARY.encode(text).tolist()


@pytest.mark.parametrize("text", ["é", "\t", "\x10", "a\r\n", "\x7f"])
def test_what_the_vocabulary_lacks_is_not_spelled(text: str) -> None:
    assert set(text) - set(ALPHABET)
    with pytest.raises(ValueError, match=r"not in the vocabulary|can't encode"):
        VOCABULARY.spell(text)

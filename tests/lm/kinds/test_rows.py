"""Songs as numbers, for the models of words and of structure; and those models' files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.lm.corpus import CorpusError, Song, Source
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.backward import texts as backward
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, OWN, SIGNS, STANZA, UNKNOWN, BackwardWords
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.kinds.structure.tagging import Tagged, TaggedLine, rows, tag_songs
from stagelyric.lm.kinds.structure.texts import Rows, spelled
from stagelyric.lm.kinds.structure.texts import Song as Spelled
from stagelyric.words.names import Names
from stagelyric.words.npz import ModelError
from stagelyric.words.phonetics import line_syllables

WORDS = ("a", "boat", "blue", "night", "o'clock", "rain", "the", "well-known")
INDEX = {word: number for number, word in enumerate(WORDS)}
SIZE = len(WORDS)
NAMES = Names(frozenset({"mary"}), frozenset({"leeds"}))
told = st.lists(
    st.sampled_from([*WORDS, "Mary", "Mary's", "Leeds", "quagga", "rain,", "blue-boat"]), min_size=1, max_size=7
)
lines = told.map(" ".join)
songs = st.lists(st.lists(lines, min_size=1, max_size=3).map("\n".join), min_size=1, max_size=3).map("\n\n".join)


def words_back(song: np.ndarray) -> list[list[list[str]]]:
    """Stanzas of lines of words and signs, from first to last, without the lengths."""
    stanzas: list[list[list[str]]] = []
    line: list[str] = []
    for number in song.tolist():
        if number == SIZE + STANZA:
            stanzas.append([])
        elif number == SIZE + LINE:
            stanzas[-1].append(line[::-1])
            line = []
        elif number >= 0:
            line.append((*WORDS, *SIGNS)[number])
    assert line == []
    return [stanza for stanza in stanzas if stanza]


@settings(max_examples=60)
@given(songs)
def test_a_song_is_told_whole_by_its_numbers(song: str) -> None:
    signs = {
        "mary": [PERSON],
        "mary's": [PERSON, "'s"],
        "leeds": [PLACE],
        "quagga": ["?"],
        "blue-boat": ["blue", "boat"],
    }

    def wanted(line: str) -> list[str]:
        found: list[str] = []
        for word in line.split():
            bare = word.rstrip(",").lower()
            found += signs.get(bare, [bare]) + ([","] if word.endswith(",") else [])
        while found and found[-1] == ",":  # a line's end says so
            found.pop()
        return found

    numbers = backward.read(song, INDEX, NAMES)
    found = [[_bare(line) for line in stanza] for stanza in words_back(numbers)]
    assert found == [[_bare(wanted(line)) for line in stanza.split("\n")] for stanza in song.split("\n\n")]
    lengths = [-1 - number - SIZE - len(SIGNS) for number in numbers.tolist() if number < 0]
    assert lengths == [min(LONGEST, line_syllables(line)) for line in song.split("\n") if line]


def _bare(line: list[str]) -> list[str]:
    """Without slots and genitives: names next to one another are one, which `Names` decides."""
    return [word for word in line if word not in (PERSON, PLACE, "'s")]


@settings(max_examples=40)
@given(songs, st.integers(0, 9))
def test_a_part_has_all_lengths_or_none_as_is_asked(song: str, seed: int) -> None:
    stream = backward.Lines([Source("s", "", (Song("Rain", song),))], INDEX, NAMES)
    whole, bare = stream.part(seed, 0, 1.0), stream.part(seed, 0, 0.0)
    assert len(whole) == len(stream) + 1  # the first sign of all is STANZA
    assert whole[0] == bare[0] == SIZE + STANZA
    assert (bare < SIZE + len(SIGNS)).all()
    assert bare.tolist() == [number for number in whole.tolist() if number < SIZE + len(SIGNS)]
    assert whole.max() < backward.size_of(SIZE)
    assert whole.min() >= 0


def test_the_share_of_a_word_s_uses_that_begin_a_line() -> None:
    text = "the rain\nthe boat\na night, the rain\n"
    begun = backward.Lines([Source("s", "", (Song("", text),))], INDEX, NAMES).begun()
    assert begun.shape == (SIZE,)
    assert begun[INDEX["the"]] == pytest.approx(2 / 4)
    assert begun[INDEX["a"]] == pytest.approx(1 / 2)
    assert begun[INDEX["rain"]] == begun[INDEX["blue"]] == 0


@pytest.mark.parametrize("weight", [0.0, 0.0001])
def test_weights_that_leave_no_word_are_refused(weight: float) -> None:
    with pytest.raises(CorpusError, match="leave nothing to train on"):
        backward.Lines([Source("s", "", (Song("", "the rain\n"),), weight)], INDEX, NAMES)


def network(seed: int = 0, width: int = 12, hidden: int = 9) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    size = backward.size_of(SIZE)
    shapes = {
        "embedding": (size, width), "bias": (size,), "gain": (width,), "first": (SIZE,),
        **{f"blocks.0.{name}": shape for name, shape in {
            "taps": (3, width), "gate.weight": (hidden, width), "gate.bias": (hidden,),
            "candidate.weight": (hidden, width), "out.weight": (width, hidden), "up.weight": (2 * width, width),
            "down.weight": (width, 2 * width),
        }.items()},
    }  # fmt: skip
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("words") / runtime.FILE
    runtime.save(file, WORDS, network())
    return file


def test_what_is_saved_is_loaded_within_half_a_step_of_eight_bits(saved: Path) -> None:
    before, after = network(), runtime.weights(saved)
    assert set(after) == set(before) - {"first"}
    for name, array in after.items():
        exact = before[name]
        if array.ndim == 2 and min(array.shape) > 8:
            step = np.abs(exact).max(axis=1, keepdims=True) / 127
            assert (np.abs(array - exact) <= 0.51 * step).all()
            assert not np.array_equal(array, exact)
        else:
            np.testing.assert_array_equal(array, exact)
    loaded = runtime.load(saved)
    assert loaded.words == WORDS
    assert (loaded.size, loaded.sign(COMMA), loaded.slot(PLACE)) == (backward.size_of(SIZE), SIZE + 3, SIZE + 6)
    np.testing.assert_array_equal(loaded.first, before["first"])
    assert loaded.correction.tolist() == [0.0] * SIZE


def test_a_correction_is_added_to_the_one_before_and_changes_nothing_else(saved: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.npz", tmp_path / "twice.npz"
    change = np.linspace(-1, 1, SIZE, dtype=np.float32)
    runtime.corrected(saved, change, once)
    runtime.corrected(once, change, twice)
    assert runtime.load(once).correction == pytest.approx(change, abs=0.006)
    assert runtime.load(twice).correction == pytest.approx(2 * change, abs=0.012)
    for name, array in runtime.weights(saved).items():
        np.testing.assert_array_equal(array, runtime.weights(twice)[name])
    assert len({runtime.load(file).digest for file in (saved, once, twice)}) == 3


def test_a_file_that_is_not_there_or_of_another_format_is_refused(tmp_path: Path, saved: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.npz"):
        runtime.load(tmp_path / "none.npz")
    with np.load(saved) as data:
        arrays = {name: data[name] for name in data}
    np.savez(tmp_path / "other.npz", **{**arrays, "format": np.array(2)})
    with pytest.raises(ModelError, match="wanted a backward model of format 1, found 2"):
        runtime.load(tmp_path / "other.npz")


@settings(max_examples=40)
@given(st.lists(st.integers(0, backward.size_of(SIZE) - 1), min_size=1, max_size=9), st.data())
def test_to_read_in_one_call_is_to_read_step_by_step(saved: Path, ids: list[int], data: st.DataObject) -> None:
    model = runtime.load(saved)
    cut = data.draw(st.integers(0, len(ids) - 1))
    state = model.start()
    for number in ids[:-1]:
        _, state = model.step(state, np.array([number]))
    wanted, after = model.step(state, np.array(ids[-1:]))
    quick = model.read(model.read(model.start(), ids[:cut]), ids[cut:-1])
    found, end = model.step(quick, np.array(ids[-1:]))
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    np.testing.assert_allclose(end.h, after.h, atol=1e-4)
    assert found.shape == (1, model.size)


def test_to_read_nothing_changes_nothing_and_lengths_are_those_there_are() -> None:
    model = BackwardWords(WORDS, network())
    state = model.start()
    assert model.read(state, []) is state
    first = SIZE + len(SIGNS)
    assert model.length(np.array([-3, 0, 1, 16, 99])).tolist() == [first + n for n in (1, 1, 1, 16, 16)]


@settings(max_examples=60)
@given(lines)
def test_a_line_has_the_same_numbers_in_a_song_and_alone(line: str) -> None:
    model = BackwardWords(WORDS, network())
    line = line.replace("Mary", PERSON).replace("Leeds", PLACE)
    numbers = backward.read(line, INDEX, Names())
    assert [SIZE + STANZA, *model.numbers(line)] == [number for number in numbers.tolist() if number >= 0]


def test_a_compound_that_is_no_word_is_its_parts() -> None:
    def of(token: str) -> list[int]:
        return runtime.numbers_of(token, INDEX)

    assert of("Well-known") == [INDEX["well-known"]]
    assert of("blue-quagga-RAIN") == [INDEX["blue"], SIZE + UNKNOWN, INDEX["rain"]]
    assert of(f"{PERSON}'s") == [SIZE + SIGNS.index(PERSON), SIZE + OWN]
    assert of(";") == of(" - ") == [SIZE + COMMA]
    assert runtime.tokens(f"O'clock, {PLACE}'s well-known - rain!") == [
        "O'clock", ",", f"{PLACE}'s", "well-known", " - ", "rain",
    ]  # fmt: skip


# -- structure


SYMBOLS = tokens.symbols(("the", "a"))
NUMBER = {symbol: number for number, symbol in enumerate(SYMBOLS)}
rows_of = st.lists(st.sampled_from(["the", "a", "NOUN", "ADJ", *tokens.SLOTS]), min_size=1, max_size=4)


@st.composite
def spelled_songs(draw: st.DrawFn) -> Spelled:
    def line(words: list[str]) -> tuple[TaggedLine, list[str]]:
        pairs = tuple((word, word) for word in words)
        return TaggedLine(pairs, draw(st.integers(0, 30)), draw(st.integers(0, 12))), words

    stanzas = st.lists(rows_of.map(line), min_size=1, max_size=3)
    return draw(st.lists(stanzas, min_size=1, max_size=3))


FACTS = ("SYLLABLES", "RHYME", "NAMED", "PLAIN")


@settings(max_examples=60)
@given(spelled_songs(), st.integers(0, 99), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_facts_about_a_line_are_true_and_as_many_as_asked_for(song: Spelled, seed: int, kept: float) -> None:
    found = [SYMBOLS[number] for number in spelled(song, NUMBER, kept, np.random.default_rng(seed))]
    assert found[0] == tokens.SONG
    assert found.count(tokens.STANZA) == len(song)
    lines = [line for stanza in song for line in stanza]
    parts = (
        " ".join(found[1:]).replace(f" {tokens.STANZA}", "").removesuffix(f" {tokens.LINE}").split(f" {tokens.LINE} ")
    )
    assert len(parts) == len(lines)
    for part, (line, words) in zip(parts, lines, strict=True):
        assert part.endswith(" ".join(words))
        said = part.removesuffix(" ".join(words)).split()
        whole = [
            *f"SYLLABLES {min(16, max(1, line.syllables))} RHYME {'ABCDEFGH'[min(7, line.rhyme)]}".split(),
            "NAMED" if set(words) & set(tokens.SLOTS) else "PLAIN",
        ]
        assert said == ([] if kept == 0 else whole if kept == 1 else [word for word in whole if word in said])


@settings(max_examples=40)
@given(st.lists(st.tuples(spelled_songs(), st.sampled_from([1.0, 2.0])), min_size=1, max_size=4), st.integers(0, 9))
def test_a_part_has_each_song_as_often_as_it_weighs(given: list[tuple[Spelled, float]], seed: int) -> None:
    stream = Rows([song for song, _ in given], [weight for _, weight in given], NUMBER)
    whole, bare = stream.part(seed, 0, 1.0), stream.part(seed, 0, 0.0)
    assert len(whole) == len(stream)
    assert (whole == NUMBER[tokens.SONG]).sum() == sum(weight for _, weight in given)
    facts = [number for number, symbol in enumerate(SYMBOLS) if symbol.startswith(FACTS)]
    assert bare.tolist() == whole[~np.isin(whole, facts)].tolist()
    assert Rows([song for song, _ in given], [weight + 1 for _, weight in given], NUMBER).sha256 != stream.sha256


def test_no_song_is_nothing_to_learn_from() -> None:
    with pytest.raises(CorpusError, match="wanted songs to learn structure from, found none"):
        Rows([], [], NUMBER)


@settings(max_examples=60)
@given(st.text(max_size=9), st.sampled_from([*tokens.TAGS, "NOUN|-", "VERB|Fin", "ADP|-", "SYM|-", "", "VERB|Imp"]))
def test_every_word_of_any_tag_is_a_token(word: str, tag: str) -> None:
    found = tokens.refined(word, tag)
    assert found in tokens.TAGS
    assert tokens.refined(word.upper(), tag) == tokens.refined(word.lower(), tag)
    if tag in tokens.TAGS:
        assert found.startswith(tag)


def test_a_song_is_tagged_by_what_the_tagger_was_given() -> None:
    heard: list[list[str]] = []

    def tag(words: list[str]) -> list[str]:
        heard.append(words)
        return ["DET|-" if word in ("the", "The") else "AUX|Fin" if word == "do" else "NOUN|-" for word in words]

    done: list[int] = []
    song = "The dogs don't bark\nMary's dogs, the rain\n\n" + "la " * 25 + "\n"
    tagged = tag_songs([song, "\n"], NAMES, tag, lambda line: 7, lambda word: word[-1], done.append)
    assert heard[0] == ["the", "dogs", "do", "n't", "bark"]
    assert heard[1] == ["Mary", "'s", "dogs", ",", "the", "rain"]
    (stanza,) = tagged.songs[0]
    assert len(tagged.songs) == 1  # a line of 25 words is none, and so is a stanza of no other
    assert [word for word, _ in stanza[0].words] == ["the", "dogs", "don't", "bark"]
    assert stanza[1].words[0] == (tokens.PERSON + tokens.OWN,) * 2
    assert [(line.named, line.rhyme, line.syllables) for line in stanza] == [(False, 0, 7), (True, 1, 7)]
    assert tagged.uses["the"] == {"DET": 2}
    assert tagged.uses["dogs"] == {"NOUN|s": 2}
    assert tagged.own() == ("the", "don't")
    assert rows(tagged, tagged.own())[0][0] == [
        ["the", "NOUN|s", "don't", "NOUN"], ["PERSON'S", "NOUN|s", "the", "NOUN"],
    ]  # fmt: skip
    assert done == [3, 4]


def test_the_commonest_words_of_grammar_are_their_own_and_no_more_than_72() -> None:
    tagged = Tagged()
    for number in range(100):
        tagged.uses[f"w{number:03}"].update({"ADP": number + 1})
    tagged.uses["rain"].update({"NOUN": 900, "ADP": 900})  # no more than half
    tagged.uses["to"].update({"PART": 500, "VERB|Fin": 499})
    assert tagged.own() == ("to", *(f"w{number:03}" for number in range(99, 28, -1)))

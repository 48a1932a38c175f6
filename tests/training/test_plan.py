"""A training without a step of it: rates, the order of reading, what is held out, and what a card says of it."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch", reason="training needs torch")

from stagelyric.lm.checkpoint import WEIGHTS, Corpus, Meta, ModelError, write_model
from stagelyric.lm.corpus import Song, Source
from stagelyric.lm.curve import Curve
from stagelyric.lm.kinds.char_rnn.config import CharRnnConfig
from stagelyric.lm.kinds.network import Network
from stagelyric.lm.vocabulary import ALPHABET, BOUNDARY, Vocabulary
from stagelyric.training.distributed import World
from stagelyric.training.measuring import cold_bits, raw_lines, sample_line
from stagelyric.training.recipe import Recipe, TrainingError
from stagelyric.training.release import bits_table, corpora_table, picture, tuned_from
from stagelyric.training.structure_release import _texts, _under, read_vocabulary
from stagelyric.training.texts import Parent, _held_back, described
from stagelyric.training.train import Trainer
from stagelyric.training.tune_words import _grown, _shape

VOCABULARY = Vocabulary()
CONFIG = CharRnnConfig(embedding=4, hidden=4)
SMALL = Recipe(epochs=2.0, streams=4, segment=8, warmup=10, cooldown=0.5, last_rate=0.1, threads=1, precision="fp32")


class Counting:
    """A text of 0, 1, 2 … up to 96 and again; each part begins where the one before ended."""

    sha256 = "0" * 64

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[tuple[int, int, float]] = []

    def __len__(self) -> int:
        return self.size

    def part(self, seed: int, number: int, dressed: float = 0.0) -> np.ndarray:
        self.asked.append((seed, number, dressed))
        return (np.arange(self.size) + number * self.size) % 97


def at_step(trainer: Trainer, step: int) -> Trainer:
    trainer.step = step
    return trainer


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer(CONFIG, SMALL, Counting(4800))


@settings(max_examples=60)
@given(st.integers(0, 400))
def test_the_rate_warms_up_stays_and_falls_in_a_straight_line_to_its_last(trainer: Trainer, step: int) -> None:
    """Two epochs of 4,800 characters are 300 steps of 4 rows of 8."""
    at_step(trainer, step)
    done = min(1.0, step * 32 / 9600)
    assert trainer.characters == step * 32
    assert trainer.done == pytest.approx(done)
    if step < 9:
        wanted = (step + 1) / 10
    elif done <= 0.5:
        wanted = 1.0
    else:
        wanted = 0.1 + 0.9 * (1 - done) / 0.5
    assert trainer.rate == pytest.approx(wanted)


def test_a_rate_without_a_cooldown_stays_and_minutes_are_counted_in_seconds() -> None:
    steady = at_step(Trainer(CONFIG, replace(SMALL, cooldown=0.0), Counting(4800)), 290)
    assert steady.rate == 1.0
    timed = Trainer(CONFIG, replace(SMALL, epochs=None, minutes=2.0), Counting(4800))
    for seconds, done in ((0, 0.0), (30, 0.25), (120, 1.0), (500, 1.0)):
        timed.seconds = seconds
        assert timed.done == done


def test_patience_that_is_at_its_end_ends_the_training_whatever_is_left() -> None:
    patient = at_step(Trainer(CONFIG, replace(SMALL, patience=3), Counting(4800)), 1)
    assert patient.done < 0.01
    assert patient.kept is patient.average
    patient.best_bits, patient.stale = 2.0, 2
    assert patient.done < 0.01
    assert patient.kept is patient.best
    patient.stale = 3
    assert patient.done == 1.0


def test_of_each_row_is_read_what_follows_and_of_each_character_the_next_is_foretold() -> None:
    text = Counting(403)
    trainer = Trainer(CONFIG, SMALL, text)
    before: list[int] | None = None
    width, read = 403 // trainer._streams, 0
    for _ in range(100):
        parts = len(text.asked)
        x, y = (part.numpy() for part in trainer._next_segment())
        assert x.shape == y.shape == (trainer._streams, trainer._segment)
        assert ((x + 1) % 97 == y).all()
        if len(text.asked) > parts:
            assert parts == 0 or width - read <= trainer._segment  # nearly all of a part was read before the next
            read, before = 0, None
        assert before is None or x[:, 0].tolist() == before
        before, read = y[:, -1].tolist(), read + trainer._segment
        starts = (x[:, 0] - x[0, 0]) % 97
        assert starts.tolist() == [row * width % 97 for row in range(trainer._streams)]
    assert [number for _, number, _ in text.asked] == list(range(len(text.asked)))
    assert {seed for seed, _, _ in text.asked} == {SMALL.seed}


def test_the_last_share_is_read_from_the_finishing_text_with_more_codes() -> None:
    main, last = Counting(1000), Counting(500)
    trainer = Trainer(CONFIG, replace(SMALL, finish_share=0.25, coded=(0.1, 0.6)), main, last)
    steps = math.ceil(2.0 * 1000 / (trainer._streams * trainer._segment))
    for step in range(steps):
        before = len(last.asked)
        at_step(trainer, step)._next_segment()
        assert (len(last.asked) > 0) == (trainer.done >= 0.75), step
        assert before == 0 or trainer.phase == 1
    assert {dressed for _, _, dressed in main.asked} == {0.1}
    assert {dressed for _, _, dressed in last.asked} == {0.6}


@pytest.mark.parametrize(("size", "streams", "segment"), [(9600, 4, 8), (768, 2, 8), (40, 1, 8), (20, 1, 5), (3, 1, 1)])
def test_a_small_text_is_read_in_fewer_and_shorter_rows(size: int, streams: int, segment: int) -> None:
    trainer = Trainer(CONFIG, SMALL, Counting(size))
    assert (trainer._streams, trainer._segment) == (streams, segment)
    x, _ = trainer._next_segment()
    assert x.shape == (streams, segment)


@pytest.mark.parametrize(("size", "accumulate"), [(2, 1), (2, 2), (4, 1)])
def test_the_processes_share_all_rows_and_none_twice(size: int, accumulate: int) -> None:
    mine: list[int] = []
    for rank in range(size):
        trainer = Trainer(CONFIG, replace(SMALL, accumulate=accumulate), Counting(9600), world=_Alone(rank, size))
        rows = list(range(trainer._streams))[trainer._mine]
        assert len(rows) % accumulate == 0
        assert trainer._next_segment()[0].shape[0] == trainer._streams  # all read the same, each its own part of it
        mine += rows
    assert mine == list(range(trainer._streams))


class _Alone(World):
    """Talks to no other process."""

    def share(self, model: torch.nn.Module) -> torch.nn.Module:
        return model


def test_a_process_by_itself_leads_and_has_everything() -> None:
    world, tensor = World(), torch.ones(2)
    assert world.leads
    assert not World(1, 2).leads
    assert world.sum([1, 2.5]) == [1, 2.5]
    assert world.gathered(tensor) == [tensor]
    model = torch.nn.Linear(1, 1)
    assert world.share(model) is model
    with world.quietly(model, last=False):
        world.leave()


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"minutes": 1.0, "epochs": 1.0}, "either minutes or epochs"), ({"minutes": None, "epochs": None}, "either"),
        ({"epochs": 0.0}, "more than 0"), ({"epochs": -1.0}, "more than 0"),
        ({"epochs": None, "minutes": 0.0}, "more than 0"), ({"epochs": math.nan}, "more than 0"),
    ],
)  # fmt: skip
def test_a_recipe_without_one_budget_above_0_is_refused(budget: dict[str, Any], told: str) -> None:
    with pytest.raises(TrainingError, match=told):
        Recipe(**budget)


# -- measuring


class Table(Network):
    """The logits of the next symbol hang on the last one alone: a table of them."""

    def __init__(self, table: np.ndarray) -> None:
        super().__init__()
        self.config, self.carries = CONFIG, False
        self.table = torch.from_numpy(table.astype(np.float32))
        self.rows: list[int] = []

    def start(self, rows: int = 1) -> None:
        return None

    def matrices(self) -> list[torch.Tensor]:
        return []

    def forward(self, ids: torch.Tensor, state: None = None) -> tuple[torch.Tensor, None]:
        self.rows.append(len(ids))
        return self.table[ids], None


class Deaf(Table):
    """Does not measure the symbol 0."""

    def counts(self, targets: torch.Tensor) -> torch.Tensor:
        return targets != 0


TABLE = np.random.default_rng(0).standard_normal((97, 97))


@pytest.mark.parametrize(("length", "block"), [(2, 64), (65, 64), (300, 64), (300, 1), (300, 299), (40, 64)])
@pytest.mark.parametrize("rows", [1, 3, 64])
def test_bits_are_the_mean_surprise_however_many_rows_are_read_at_once(length: int, block: int, rows: int) -> None:
    ids = np.random.default_rng(1).integers(0, 5, length)
    size = min(block, length - 1)
    read = (length - 1) // size * size
    exact = np.log2(np.exp(TABLE).sum(axis=1, keepdims=True)) - TABLE / np.log(2)
    surprises = exact[ids[:read], ids[1 : read + 1]]
    model = Table(TABLE)
    assert cold_bits(model, ids, block, rows) == pytest.approx(surprises.mean(), rel=1e-5)
    assert max(model.rows) <= rows
    heard = ids[1 : read + 1] != 0
    wanted = surprises[heard].mean() if heard.any() else 0.0
    assert cold_bits(Deaf(TABLE), ids, block, rows) == pytest.approx(wanted, rel=1e-5)


def chain(text: str) -> np.ndarray:
    """A table by which each character of the text is followed by the next one in it, from the boundary on."""
    table = np.full((97, 97), -50.0)
    for one, other in zip(BOUNDARY + text, text, strict=False):
        table[VOCABULARY.spell(one)[0], VOCABULARY.spell(other)[0]] = 50.0
    return table


def test_a_line_is_told_from_a_song_s_start_to_its_end_or_as_long_as_it_may_be() -> None:
    rng = np.random.default_rng(0)
    model = Table(chain("\nHarbo lits\n"))
    assert raw_lines(model, VOCABULARY, rng, 3) == ["Harbo lits"] * 3
    assert sample_line(model, VOCABULARY, rng, longest=5) == "Harb"  # the line feed before it counts
    assert raw_lines(Table(chain("abcb")), VOCABULARY, rng, 1, 10) == ["abcbcbcbcb"]


def test_the_end_of_a_song_is_never_told() -> None:
    table = np.zeros((97, 97))
    table[:, VOCABULARY.boundary] = 90.0
    assert BOUNDARY not in "".join(raw_lines(Table(table), VOCABULARY, np.random.default_rng(0), 20))


# -- what is held out


def source(name: str, count: int, weight: float = 1.0, start: int = 0) -> Source:
    songs = tuple(Song(f"{n}", f"{name} line {n}\nand one more {n}\n") for n in range(start, start + count))
    return Source(name, name * 8, songs, weight)


def test_songs_are_held_out_of_each_large_enough_text_and_of_none_that_is_read_last() -> None:
    main = [source("a", 100), source("b", 5), source("c", 40, 0.5)]
    kept, last, held = _held_back(main, [source("d", 50)], None)
    assert held is not None
    for before, after in zip(main, kept, strict=True):
        gone = [song for song in before.songs if song not in after.songs]
        assert (after.weight, after.name) == (before.weight, before.name)
        assert set(gone) == set(held.songs) & set(before.songs)
        assert bool(gone) == (len(before.songs) >= 20)
    assert last == [source("d", 50)]


def test_a_song_that_is_held_out_is_nowhere_else_either() -> None:
    main = [source("a", 100), source("a", 100, 2.0)]
    kept, last, held = _held_back(main, [source("a", 30)], None)
    assert held is not None
    for part in (*kept, *last):
        assert not {song.text for song in part.songs} & {song.text for song in held.songs}
    assert sum(len(part.songs) for part in last) < 30 or not set(source("a", 30).songs) & set(held.songs)


def test_for_a_band_only_its_own_songs_are_held_out_and_of_few_none() -> None:
    main = [source("a", 12), source("b", 200)]
    kept, _, held = _held_back(main, [], 0.1)
    assert held is not None
    assert len(held.songs) >= 2
    assert set(held.songs) <= set(main[0].songs)
    assert kept[1].songs == main[1].songs
    few = [source("a", 3), source("b", 200)]
    assert _held_back(few, [], 0.1) == (few, [], None)


def test_texts_are_described_as_they_were_read() -> None:
    found = described([source("a", 3, 0.5), source("b", 1)], "finish", "CC0")
    assert found == (Corpus("a", "a" * 8, 3, 0.5, "finish", "CC0"), Corpus("b", "b" * 8, 1, 1.0, "finish", "CC0"))
    assert described([], "main", "") == ()


def written(folder: Path, **changes: Any) -> Meta:
    config = {"vocabulary": 97, "embedding": 8, "hidden": 4, "dropout": 0.0}
    meta = replace(Meta("dice", "char-rnn", config, ALPHABET, 0, {}, (Corpus("a", "0", 3, 0.5, "main"),)), **changes)
    return write_model(folder, meta, {WEIGHTS: b"1"}, "")


def test_a_parent_is_described_by_what_it_read(tmp_path: Path) -> None:
    meta = written(tmp_path, training={"characters": 1234567, "seconds": 150})
    parent = Parent.read(tmp_path)
    assert parent.described() == {
        "name": "dice", "sha256": meta.files[WEIGHTS], "trained": "trained on 1,234,567 characters of a x 0.5 in 2 min",
    }  # fmt: skip
    written(tmp_path, training={"words": 10, "characters": 5})
    assert "trained on 10 words of" in Parent.read(tmp_path).described()["trained"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "oracle"}, "wanted a model that can be trained further, found one of kind oracle"),
        ({"kind": "structure"}, "wanted a model that can be trained further, found one of kind structure"),
        ({"config": {"vocabulary": 97, "rooms": 3}}, "wanted the shape of a char-rnn, found another"),
        ({"config": {"vocabulary": 97, "embedding": 8.5, "hidden": 4}}, "wanted whole sizes, found"),
        ({"config": {"vocabulary": "many", "embedding": 8, "hidden": 4}}, "wanted whole sizes, found"),
    ],
)
def test_a_parent_that_cannot_be_is_refused_at_once(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    written(tmp_path, **changes)
    with pytest.raises(ModelError, match=told):
        Parent.read(tmp_path)
    with pytest.raises(ModelError, match="wanted a transformer for the vocabulary, found a model of kind"):
        read_vocabulary(tmp_path)


# -- cards


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_table_has_as_many_cells_in_each_row_and_a_row_for_each_text(tmp_path: Path) -> None:
    corpora = (Corpus("a", "0" * 64, 12345, 0.5, "main", "CC0"), Corpus("b", "1" * 64, 1, 2.0, "finish"))
    rows = [cells(row) for row in corpora_table(corpora).split("\n")]
    assert len({len(row) for row in rows}) == 1
    assert rows[2] == ["a", "main", "0.5", "12,345", "CC0", f"`{'0' * 64}`"]
    assert rows[3][2:5] == ["2", "1", "not stated"]
    assert len(corpora_table(()).split("\n")) == 2
    bits = {"one": {"cold-256": 2.5, "stateful": 2.25}, "other": {"cold-256": 3.5, "6-gram, static": 4.0}}
    rows = [cells(row) for row in bits_table(written(tmp_path, bits=bits)).split("\n")]
    assert rows[0] == ["", "one", "other"]
    assert {row[0]: row[1:] for row in rows[2:]} == {
        "cold-256": ["2.5", "3.5"], "stateful": ["2.25", ""], "6-gram, static": ["", "4.0"],
    }  # fmt: skip
    assert "Not measured" in bits_table(written(tmp_path))


def test_a_card_shows_a_curve_only_where_there_is_one(tmp_path: Path) -> None:
    bare = written(tmp_path)
    went = Curve([(0, 3.0), (1, 2.0)])
    drawn = replace(bare, files={**bare.files, **dict.fromkeys(went.files(), "")})
    assert "No curve" in picture(bare, went)
    assert picture(drawn, went, "word") == "![Bits per word while it was trained](curve.svg)\n\n"
    assert "while the model base was trained" in picture(drawn, replace(went, of="base"))


@settings(max_examples=30)
@given(st.booleans(), st.booleans(), st.floats(0, 1))
def test_what_a_tuning_came_to_names_what_was_measured_and_no_more(letters: bool, words: bool, copied: float) -> None:
    tuning = {"copied": copied}
    tuning |= {"before": 2.5, "after": 2.25} if letters else {}
    tuning |= {"words before": 300.0, "words after": 250.04} if words else {}
    told = tuned_from(tuning)
    assert ("bits per character went from 2.500 to 2.250" in told) == letters
    assert ("from 300.0 to 250.0" in told) == words
    assert ("No song was held back" in told) == (not letters and not words)
    assert f"{100 * copied:.1f} % of raw lines" in told
    assert not told.endswith(".")


def test_the_texts_of_a_pair_s_words_are_named_once_and_in_order(tmp_path: Path) -> None:
    parts = [("b", "vocabulary, main"), ("x", "structure"), ("a", "vocabulary, finish"), ("b", "vocabulary, finish")]
    meta = written(tmp_path, corpora=tuple(Corpus(title, "0", 1, 1.0, part) for title, part in parts))
    assert _texts(meta) == "b, then a"
    assert _under("a.", {"a.b": 1, "a.a.c": 2, "b.a.": 3, "a": 4}) == {"b": 1, "a.c": 2}


# -- a model that gets more words


def test_new_words_stand_between_the_old_ones_and_the_signs() -> None:
    rng = np.random.default_rng(0)
    arrays = {"embedding": rng.standard_normal((9, 4)), "bias": np.arange(9.0), "gain": rng.standard_normal(4)}
    old = {name: array.astype(np.float32) for name, array in arrays.items()}
    new = _grown(old, 6, 8)
    assert new["embedding"].shape == (11, 4)
    for name in ("embedding", "bias"):
        np.testing.assert_array_equal(np.delete(new[name], [6, 7], axis=0), old[name])
    np.testing.assert_allclose(new["embedding"][6:8], [old["embedding"][:6].mean(axis=0)] * 2, rtol=1e-6)
    assert new["bias"][6:8] == pytest.approx([0.5, 0.5])  # rarer than nine words in ten
    np.testing.assert_array_equal(new["gain"], old["gain"])
    same = _grown(old, 6, 6)
    for name, array in old.items():
        np.testing.assert_array_equal(same[name], array)


@pytest.mark.parametrize("layers", [1, 3])
def test_a_shape_is_read_off_the_weights(layers: int) -> None:
    weights: dict[str, np.ndarray] = {"embedding": np.zeros((50, 12), np.float32)}
    for layer in range(layers):
        weights |= {f"blocks.{layer}.taps": np.zeros((3, 12), np.float32)}
        weights |= {f"blocks.{layer}.gate.bias": np.zeros(7, np.float32)}
    found = _shape(weights)
    assert (found.vocabulary, found.width, found.hidden, found.layers) == (50, 12, 7, layers)

"""The model of words that begins with the rhyme: reading, learning, the same without torch."""

import subprocess
import sys
from pathlib import Path

import fakes
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from lm.tiny import lyrics

from stagelyric.commands.train import train
from stagelyric.lm.checkpoint import ModelError, note_files, read_meta
from stagelyric.lm.codes import PERSON
from stagelyric.lm.corpus import Song, Source
from stagelyric.lm.kinds.backward import runtime, texts
from stagelyric.lm.kinds.backward.config import BackwardConfig
from stagelyric.lm.kinds.backward.model import Backward
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, OWN, SIGNS, STANZA, UNKNOWN
from stagelyric.lm.runtime import load
from stagelyric.training.texts import Texts
from stagelyric.training.words import Words
from stagelyric.words.names import Names

LEXICON = fakes.language().lexicon
WORDS = LEXICON.words
SIZE = len(WORDS) + len(SIGNS) + LONGEST + 1


def named(numbers: list[int]) -> list[str | int]:
    return [WORDS[n] if n < len(WORDS) else (*SIGNS, *range(LONGEST + 1))[n - len(WORDS)] for n in numbers]


def test_a_song_is_read_line_by_line_from_the_last_word_to_the_first() -> None:
    song = "The rain came down, on Mary's wall\nA quagga sings\n\nThe night\n"
    numbers = texts.read(song, LEXICON.index, Names(frozenset({"mary"}))).tolist()
    lengths = [i for i, n in enumerate(numbers) if n < 0]
    assert named([-n - 1 for n in numbers if n < 0]) == [8, 4, 2]
    told = named([n if n >= 0 else -n - 1 for n in numbers])
    assert told[: lengths[1]] == [
        "\n\n", 8, "wall", "'s", PERSON, "on", ",", "down", "came", "rain", "the", "\n",
    ]  # fmt: skip
    assert told[lengths[1] + 1 :] == ["sings", "?", "a", "\n", "\n\n", 2, "night", "the", "\n", "\n\n"]


def source(text: str, weight: float = 1.0) -> Source:
    return Source("songs", "0" * 64, (Song("Rain", text),), weight)


def test_lengths_are_left_out_at_random() -> None:
    lines = texts.Lines([source("The rain\nThe night\n" * 200)], LEXICON.index, Names())
    part = lines.part(0, 0, 0.7)
    said = (part >= len(WORDS) + len(SIGNS)).sum()
    assert 0.6 * 400 < said < 0.8 * 400
    assert (part >= 0).all()
    np.testing.assert_array_equal(part, lines.part(0, 0, 0.7))
    assert (lines.part(0, 0, 1.0) >= len(WORDS) + len(SIGNS)).sum() == 400


def test_weights_are_how_often_a_song_comes_and_emphasis_is_more_of_it() -> None:
    once = len(texts.Lines([source("The rain\n")], LEXICON.index, Names()))
    twice = texts.Lines([source("The rain\n", 2.0)], LEXICON.index, Names(), [("rain", 1.5)])
    assert len(twice) == 3 * once
    assert twice.sha256 != texts.Lines([source("The rain\n", 2.0)], LEXICON.index, Names()).sha256


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(train, ["--kind", "backward", *map(str, arguments)])
    return result.exit_code, result.output


def test_it_is_trained_as_every_kind_is_and_is_read_without_torch(vocabulary: Path, tmp_path: Path) -> None:
    songs, out = tmp_path / "songs.txt", tmp_path / "ours"
    songs.write_text(lyrics(40, seed=5), encoding="utf-8")
    short = ["--epochs", "8", "--layers", "1", "--hidden", "64"]
    code, output = run(songs, "--vocabulary", vocabulary, "--out", out, *short, "--licence", "CC0")
    assert code == 0, output
    meta = read_meta(out)
    assert meta.kind == "backward"
    (measured,) = meta.bits.values()
    assert measured["bits per word"] < 0.9 * np.log2(meta.config["vocabulary"])
    assert "perplexity" in (out / "README.md").read_text("utf-8")
    model = runtime.load(out / runtime.FILE)
    assert model.size == meta.config["vocabulary"]
    state = model.start()
    for number in model.numbers("The old river sings"):
        logits, state = model.step(state, np.array([number]))
    assert logits.shape == (1, model.size)
    with pytest.raises(ModelError, match="writes lines by itself, found one of kind backward"):
        load(out)
    corrected = model.correction + 0.25
    runtime.corrected(out / runtime.FILE, np.full(len(model.words), 0.25, np.float32), out / runtime.FILE)
    note_files(out, [runtime.FILE])
    further = run(songs, "--from", out, "--out", tmp_path / "tuned", "--epochs", "0.2")
    assert further[0] == 0, further[1]
    assert read_meta(tmp_path / "tuned").parent["name"] == "ours"
    tuned = runtime.load(tmp_path / "tuned" / runtime.FILE)
    assert tuned.words == model.words
    np.testing.assert_allclose(tuned.correction, corrected)


def test_it_goes_on_from_where_it_was_stopped(vocabulary: Path, tmp_path: Path) -> None:
    songs = tmp_path / "songs.txt"
    songs.write_text(lyrics(40, seed=5), encoding="utf-8")

    def trained(folder: str, *stops: int | None) -> dict[str, np.ndarray]:
        pipeline = Words(Texts([str(songs)]), "backward", tmp_path / folder, vocabulary=vocabulary)
        for number, stop in enumerate(stops):
            trainer = pipeline.trainer(epochs=0.3)
            if number:
                trainer.restore(tmp_path / folder)
            trainer.run(tmp_path / folder, stop_after=stop)
        return {name: value.numpy() for name, value in trainer.average.items()}

    whole, broken = trained("whole", None), trained("broken", 6, None)
    for name, value in whole.items():
        np.testing.assert_array_equal(broken[name], value, name)


def test_it_needs_words(tmp_path: Path) -> None:
    songs = tmp_path / "songs.txt"
    songs.write_text(lyrics(40, seed=5), encoding="utf-8")
    code, output = run(songs, "--out", tmp_path / "out")
    assert code == 2
    assert "found no --vocabulary MODEL" in output


def test_the_fast_way_is_the_slow_way(tmp_path: Path) -> None:
    torch.manual_seed(3)
    slow = Backward(BackwardConfig(SIZE)).eval()
    with torch.no_grad():
        for parameter in slow.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    first = np.full(len(WORDS), 0.1, dtype=np.float32)
    weights = {name: value.detach().numpy() for name, value in slow.state_dict().items()}
    fast = runtime.BackwardWords(WORDS, weights | {"first": first})
    ids = np.random.default_rng(0).integers(0, SIZE, (3, 12))
    with torch.no_grad():
        logits_of_all, _ = slow(torch.from_numpy(ids), slow.start(3))
        expected = logits_of_all.transpose(0, 1).numpy()  # (T, B, V)
    state = fast.start().expand(3)
    for t in range(12):
        logits, state = fast.step(state, ids[:, t])
        np.testing.assert_allclose(logits, expected[t], rtol=1e-3, atol=1e-3)
    logits, _ = fast.step(fast.read(fast.start(), ids[1, :11].tolist()), ids[1, 11:])
    np.testing.assert_allclose(logits[0], expected[11, 1], rtol=1e-3, atol=1e-3)
    runtime.save(tmp_path / "small.npz", WORDS, weights | {"first": first})
    small = runtime.load(tmp_path / "small.npz")
    state, exact = small.start(), fast.start()
    for number in ids[0]:
        eight, state = small.step(state, np.array([number]))
        whole, exact = fast.step(exact, np.array([number]))
    assert np.abs(eight - whole).mean() < 0.1 * whole.std()


def test_what_is_none_or_was_changed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "backward.npz"
    with pytest.raises(ModelError, match="found no such file"):
        runtime.load(file)
    file.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ModelError, match="found a file that is none"):
        runtime.load(file)
    weights = {name: value.numpy() for name, value in Backward(BackwardConfig(SIZE)).state_dict().items()}
    runtime.save(file, WORDS, weights | {"first": np.zeros(len(WORDS), np.float32)})
    with np.load(file) as data:
        arrays = dict(data)
    arrays["bias"] = arrays["bias"] + 1
    np.savez(file, **arrays)
    with pytest.raises(ModelError, match="changed since"):
        runtime.load(file)
    np.savez(file, **(arrays | {"format": np.array(9)}))
    with pytest.raises(ModelError, match="format 1, found 9"):
        runtime.load(file)


def test_the_signs_have_numbers_of_their_own() -> None:
    assert [SIGNS[n] for n in (LINE, STANZA, UNKNOWN, COMMA, OWN)] == ["\n", "\n\n", "?", ",", "'s"]


def test_a_damaged_one_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "models" / "backward").mkdir(parents=True)
    (tmp_path / "models" / "backward" / "backward.npz").write_bytes(b"junk")
    model = Path(__file__).parents[3] / "models" / "transformer"
    command = [sys.executable, "-m", "stagelyric", "write", "-n", "1", "--model", str(model)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "backward.npz: wanted a backward model, found a file that is none" in done.stderr

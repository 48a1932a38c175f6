"""The model of words that begins with the rhyme: reading, learning, the same without torch."""

import subprocess
import sys
from pathlib import Path

import fakes
import numpy as np
import pytest
import torch

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.lm.kinds.backward import model as backward
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, OWN, SIGNS, STANZA, UNKNOWN, BackwardError
from stagelyric.words.names import Names

LEXICON = fakes.language().lexicon
WORDS = LEXICON.words
SIZE = len(WORDS) + len(SIGNS) + LONGEST + 1


def named(numbers: list[int]) -> list[str | int]:
    return [WORDS[n] if n < len(WORDS) else (*SIGNS, *range(LONGEST + 1))[n - len(WORDS)] for n in numbers]


def test_a_song_is_read_line_by_line_from_the_last_word_to_the_first() -> None:
    song = "The rain came down, on Mary's wall\nA quagga sings\n\nThe night\n"
    numbers = backward.read(song, LEXICON, Names(frozenset({"mary"}))).tolist()
    lengths = [i for i, n in enumerate(numbers) if n < 0]
    assert named([-n - 1 for n in numbers if n < 0]) == [8, 4, 2]
    told = named([n if n >= 0 else -n - 1 for n in numbers])
    assert told[: lengths[1]] == [
        "\n\n", 8, "wall", "'s", PERSON, "on", ",", "down", "came", "rain", "the", "\n",
    ]  # fmt: skip
    assert told[lengths[1] + 1 :] == ["sings", "?", "a", "\n", "\n\n", 2, "night", "the", "\n", "\n\n"]


def test_lengths_are_left_out_at_random() -> None:
    song = backward.read("The rain\nThe night\n" * 200, LEXICON, Names())
    reading = backward.Reading((song,), 1.0)
    (dressed,) = reading.part(np.random.default_rng(0))
    said = (dressed >= len(WORDS) + len(SIGNS)).sum()
    assert 0.6 * 400 < said < 0.8 * 400
    assert (dressed >= 0).all()


def trained(tmp_path: Path, minutes: float) -> tuple[Path, float]:
    readings = [backward.Reading((backward.read(fakes.VERSES, LEXICON, Names(frozenset({"mary"}))),) * 40, 1.0)]
    held_out = np.concatenate(readings[0].part(np.random.default_rng(1))[:4]).astype(np.int64)
    file = tmp_path / "backward.npz"
    backward.train(readings, readings, held_out, WORDS, minutes, file)
    model = backward.Backward(SIZE)
    return file, backward.perplexity(model.eval(), held_out)


def test_it_learns_and_is_read_without_torch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, fresh = trained(tmp_path, 0.08)
    learned = float(capsys.readouterr().out.rstrip().split()[-1])
    assert learned < 0.8 * fresh
    model = runtime.load(file)
    assert model.words == WORDS
    assert model.first[model.index["the"]] > model.first[model.index["wall"]]
    lines = ["The rain came down on the harbour wall", f"{PERSON}'s coat, in {PLACE}"]
    assert named(model.numbers(lines[1])) == [PLACE, "in", ",", "coat", "'s", PERSON, "\n"]
    state = model.start()
    for number in model.numbers(lines[0]):
        logits, state = model.step(state, np.array([number]))
    assert logits.shape == (1, model.size)


def test_a_model_goes_on_from_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, fresh = trained(tmp_path, 0.04)
    before = runtime.load(file)
    runtime.corrected(file, np.full(len(WORDS), 0.25, np.float32), file)
    numbers = backward.read(fakes.VERSES, LEXICON, Names(frozenset({"mary"})))
    held_out = np.concatenate(backward.Reading((numbers,) * 4, 1.0).part(np.random.default_rng(1))).astype(np.int64)
    capsys.readouterr()
    out = tmp_path / "more.npz"
    backward.train([backward.Reading((numbers,) * 40, 1.0)], [], held_out, WORDS, 0.002, out, parent=file, rate=0.1)
    after = float(capsys.readouterr().out.rstrip().split()[-1])
    assert after < 0.9 * fresh
    assert np.allclose(runtime.load(out).correction, 0.25)
    assert runtime.load(out).digest != before.digest


def test_the_fast_way_is_the_slow_way(tmp_path: Path) -> None:
    torch.manual_seed(3)
    slow = backward.Backward(SIZE).eval()
    with torch.no_grad():
        for parameter in slow.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    first = np.full(len(WORDS), 0.1, dtype=np.float32)
    weights = {name: value.detach().numpy() for name, value in slow.state_dict().items()}
    fast = runtime.BackwardWords(WORDS, weights | {"first": first})
    ids = np.random.default_rng(0).integers(0, SIZE, (3, 12))
    with torch.no_grad():
        hidden, _ = slow(torch.from_numpy(ids), slow.start(3))
        expected = (hidden @ slow.embedding.t() + slow.bias).numpy()  # (T, B, V)
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
    with pytest.raises(BackwardError, match="found no such file"):
        runtime.load(file)
    file.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(BackwardError, match="found a file that is none"):
        runtime.load(file)
    weights = {name: value.numpy() for name, value in backward.Backward(SIZE).state_dict().items()}
    runtime.save(file, WORDS, weights | {"first": np.zeros(len(WORDS), np.float32)})
    with np.load(file) as data:
        arrays = dict(data)
    arrays["bias"] = arrays["bias"] + 1
    np.savez(file, **arrays)
    with pytest.raises(BackwardError, match="changed since"):
        runtime.load(file)
    np.savez(file, **(arrays | {"format": np.array(9)}))
    with pytest.raises(BackwardError, match="format 1, found 9"):
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

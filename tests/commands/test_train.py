import gzip
import hashlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lm.tiny import lyrics
from programs import require

from stagelyric.commands.train import train
from stagelyric.lm.checkpoint import read_meta
from stagelyric.lm.codes import CODED_ALPHABET
from stagelyric.lm.runtime import load
from stagelyric.lm.vocabulary import ALPHABET
from stagelyric.types.extras import how_to_get

QUICK = ["--kind", "char-rnn", "--epochs", "2", "--hidden", "16"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(train, [str(argument) for argument in arguments])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    require("package:torch")
    return tmp_path / "ours"


def test_lyrics_go_in_and_a_measured_model_comes_out(corpus: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "valid.txt").write_text(lyrics(5, seed=9), encoding="utf-8")
    weighed = [f"{corpus}=2", "--finish", f"{corpus}=0.5", "--emphasis", "book 1=0.5", "--licence", "CC0"]
    result = run(*weighed, "--out", out, "--valid", tmp_path / "valid.txt", "--seed", "7", "--json", *QUICK)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["complete"] is True
    assert told["name"] == "ours"
    meta = read_meta(out)
    assert [(c.title, c.part, c.weight, c.licence) for c in meta.corpora] == [
        ("songs.txt", "main", 2.0, "CC0"),
        ("songs.txt", "finish", 0.5, "CC0"),
    ]
    assert meta.seed == 7
    assert meta.recipe["emphasis"] == {"book 1": 0.5}
    row = told["bits_per_character"]["valid.txt"]
    assert 0 < row["cold-256"] < 7
    assert abs(row["int8 loss"]) < 0.1
    assert sorted(f.name for f in out.iterdir()) == [
        "README.md", "copies.npz", "curve.json", "curve.svg", "lexicon.npz", "meta.json", "near.npz", "step.int8.onnx",
        "step.onnx", "structure.npz", "weights.safetensors",
    ]  # fmt: skip
    card = (out / "README.md").read_text()
    assert meta.corpora[0].sha256 in card
    assert str(tmp_path) not in card
    assert load(out).prime("")[0].shape == (1, 104)


def test_what_was_trained_can_write_and_quotes_neither_its_parent_s_text_nor_its_own(
    corpus: Path, out: Path, tmp_path: Path
) -> None:
    from stagelyric.gates.novelty import FILE, Copies
    from stagelyric.types.lines import Ask
    from stagelyric.writing.writer import Writer

    assert run(corpus, "--out", out, *QUICK).exit_code == 0
    songs = tmp_path / "songs of the band.txt"
    songs.write_text(lyrics(12, seed=3), encoding="utf-8")
    tuned = tmp_path / "tuned"
    result = run(songs, "--from", out, "--out", tuned, "--epochs", "1")
    assert result.exit_code == 0, result.output
    lines = Writer.open(tuned).write(Ask(syllables=(3, 12), seed=1), 0, 4)
    assert len({line.text for line in lines}) == 4
    copies = Copies.load(tuned / FILE)
    for text in (corpus, songs):
        long = max(text.read_text(encoding="utf-8").splitlines(), key=len)
        assert copies.quotes(long), long


def test_a_char_rnn_may_have_minimal_cells(corpus: Path, out: Path) -> None:
    sizes = ["--cell", "mingru", "--layers", "2", "--hidden", "16", "--epochs", "0.2"]
    result = run(corpus, "--kind", "char-rnn", *sizes, "--out", out)
    assert result.exit_code == 0, result.output
    config = read_meta(out).config
    assert (config["cell"], config["layers"], config["hidden"], config["embedding"]) == ("mingru", 2, 16, 192)
    assert read_meta(out).recipe["segment"] == 128
    assert load(out).prime("")[0].shape == (1, 104)


def test_songs_are_held_back_where_no_text_is_given_to_measure_on(out: Path, tmp_path: Path) -> None:
    file = tmp_path / "many.txt"
    file.write_text(lyrics(100), encoding="utf-8")
    result = run(file, "--out", out, *QUICK[:2], "--epochs", "0.05", "--hidden", "8", "--json")
    assert result.exit_code == 0, result.output
    meta = read_meta(out)
    assert meta.bits["held-out songs"]["characters"] > 500
    assert 90 <= meta.corpora[0].songs < 100


def test_a_model_begins_with_another(corpus: Path, out: Path, tmp_path: Path) -> None:
    assert run(corpus, "--out", out, *QUICK).exit_code == 0
    result = run(corpus, "--out", tmp_path / "tuned", "--from", out, "--epochs", "1", "--json")
    assert result.exit_code == 0, result.output
    parent, tuned = read_meta(out), read_meta(tmp_path / "tuned")
    assert tuned.parent.items() >= {"name": "ours", "sha256": parent.files["weights.safetensors"]}.items()
    assert tuned.config == parent.config
    assert tuned.recipe["rate"] < parent.recipe["rate"]
    assert "Began with the model ours" in (tmp_path / "tuned" / "README.md").read_text()


@pytest.mark.slow
def test_ctrl_c_leaves_a_model_and_resume_completes_it(corpus: Path, out: Path) -> None:
    arguments = [str(corpus), "--out", str(out), "--epochs", "400", "--hidden", "16"]
    code = "from stagelyric.commands.train import train; train()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert "step 1," in process.stderr.readline()
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "--resume goes on with it" in stdout
    assert "Traceback" not in stderr
    assert load(out).name == "ours"
    done = read_meta(out).training["done"]
    assert 0 < done < 1

    again = run(corpus, "--out", out, "--epochs", "400", "--hidden", "16")
    assert again.exit_code == 2
    assert "--resume" in again.output
    steps = read_meta(out).training["steps"]
    result = run(
        corpus, "--out", out, "--resume", "--epochs", str(max(1, round(400 * done)) + 1), "--hidden", "16", "--json"
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["complete"] is True
    assert read_meta(out).training["steps"] > steps


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{nowhere}"], "nowhere: wanted a text file or a folder"),
        (["{corpus}=-1"], "wanted a weight"),
        (["{corpus}=x"], "songs.txt=x: wanted a text file"),
        (["{corpus}", "--epochs", "1", "--minutes", "1"], "found both"),
        (["{corpus}", "--cell", "mingru"], "wanted with --kind char-rnn"),
        (["{corpus}", "--resume"], "checkpoint of a training to resume"),
        (["{corpus}", "--from", "{nowhere}"], "wanted a model's folder"),
        (["{corpus}", "--valid", "{nowhere}"], "wanted a text file"),
        (["{corpus}", "--emphasis", "hymn"], "wanted TEXT=FACTOR"),
        (["{corpus}", "--emphasis", "song=0"], "nothing to train on"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    corpus: Path, out: Path, arguments: list[str], complaint: str
) -> None:
    filled = [text.format(corpus=corpus, nowhere=corpus.parent / "nowhere") for text in arguments]
    result = run(*filled, "--out", out)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no lyric lines"),
        (b"Hold the light on the water\n", "one lyric line"),
        (pickle.dumps({"a": 1}), "a pickle; it was not opened"),
        (gzip.compress(b"Hold the light\nand sing\n" * 99, mtime=0)[:-9], "a damaged one"),
        (b"\x00" * 99, "binary data"),
    ],
)
@pytest.mark.parametrize("role", ["CORPUS", "--valid", "--finish"])
def test_a_text_that_is_none_is_refused_in_one_sentence(
    corpus: Path, out: Path, tmp_path: Path, data: bytes, complaint: str, role: str
) -> None:
    (bad := tmp_path / "bad.txt").write_bytes(data)
    result = run(*([bad] if role == "CORPUS" else [corpus, role, bad]), "--out", out, *QUICK)
    assert result.exit_code == 2, result.output
    assert f"{bad}: wanted" in result.stderr
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not out.exists()


def test_latin_1_is_trained_on(out: Path, tmp_path: Path) -> None:
    (song := tmp_path / "song.txt").write_bytes(lyrics(9).replace("cold", "caf\xe9").encode("latin-1", "replace"))
    assert run(song, "--out", out, *QUICK).exit_code == 0


def test_a_large_text_is_told_of_while_it_is_read(
    corpus: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stagelyric.commands import train as command
    from stagelyric.lm import corpus as texts

    (large := tmp_path / "large.txt").write_text(lyrics(500) * 10, encoding="utf-8")  # each song is kept once
    with monkeypatch.context() as limits:
        limits.setattr(texts, "LARGE", 1 << 20)
        limits.setattr(command, "_DOING_EVERY", 0.0)
        result = run(large, "--out", out, *QUICK[:2], "--epochs", "0.001", "--hidden", "8")
        refused = run(corpus, "--valid", large, "--out", tmp_path / "more", *QUICK)
    assert result.exit_code == 0, result.output
    assert f"reading {large}: " in result.stderr
    assert not list(out.glob("shards-*"))
    assert read_meta(out).corpora[0].songs > 400
    assert refused.exit_code == 2
    assert "wanted at most 1 MB to read at once" in refused.stderr


def test_a_finished_model_and_a_file_are_not_overwritten(corpus: Path, out: Path) -> None:
    assert run(corpus, "--out", out, *QUICK).exit_code == 0
    before = (out / "meta.json").read_bytes()
    again = run(corpus, "--out", out, *QUICK)
    assert again.exit_code == 2
    assert "finished model" in again.stderr
    assert (out / "meta.json").read_bytes() == before
    onto = run(corpus, "--out", corpus, *QUICK)
    assert onto.exit_code == 2
    assert "found a file" in onto.stderr


def test_a_damaged_parent_is_refused(corpus: Path, out: Path, tmp_path: Path) -> None:
    assert run(corpus, "--out", out, *QUICK).exit_code == 0
    (out / "weights.safetensors").write_bytes(b"\x80\x04.")
    result = run(corpus, "--out", tmp_path / "tuned", "--from", out)
    assert result.exit_code == 2
    assert "damaged or of another model" in result.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"symbols": ALPHABET}, "the vocabulary that the model was trained with"),
        ({"symbols": ALPHABET, "alphabet": ""}, "a symbol for each character"),
        ({"kind": "transformer"}, "wanted the shape of a transformer"),
        ({"kind": "structure"}, "can be trained further"),
        ({"config": {"vocabulary": 104, "hidden": "wide"}}, "wanted whole sizes"),
    ],
)
def test_a_parent_that_is_not_in_order_is_refused_before_the_training(
    corpus: Path, random_model: Path, out: Path, changes: dict[str, object], complaint: str
) -> None:
    parent = Path(shutil.copytree(random_model, corpus.parent / "parent"))
    meta = json.loads((parent / "meta.json").read_text()) | {"symbols": CODED_ALPHABET, "alphabet": ""}
    meta["config"]["vocabulary"] = len(CODED_ALPHABET)
    if "alphabet" not in changes:
        meta["alphabet"] = hashlib.sha256(CODED_ALPHABET.encode()).hexdigest()
    (parent / "meta.json").write_text(json.dumps(meta | changes))
    result = run(corpus, "--from", parent, "--out", out)
    assert result.exit_code == 2, result.output
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_parent_whose_words_are_damaged_is_refused_before_the_training(
    corpus: Path, out: Path, tmp_path: Path
) -> None:
    assert run(corpus, "--out", out, *QUICK).exit_code == 0
    data = (out / "copies.npz").read_bytes()
    (out / "copies.npz").write_bytes(data[: len(data) // 2])
    result = run(corpus, "--from", out, "--out", tmp_path / "tuned")
    assert result.exit_code == 2
    assert "copies.npz: the file is damaged or of another model" in result.stderr
    (out / "copies.npz").unlink()
    result = run(corpus, "--from", out, "--out", tmp_path / "tuned")
    assert result.exit_code == 2
    assert "copies.npz: wanted the runs of the model's training text, found no such file" in result.stderr


def test_without_torch_it_says_what_to_install(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run(corpus, "--out", tmp_path / "ours")
    assert result.exit_code == 2
    assert how_to_get("train") in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1

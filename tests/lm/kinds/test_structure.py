import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from lm.tiny import lyrics
from programs import require

from stagelyric.commands.train import train
from stagelyric.lm.checkpoint import STRUCTURE, ModelError, read_meta, read_weights
from stagelyric.lm.kinds.structure import tagging, tokens
from stagelyric.lm.kinds.structure.runtime import TemplateModel
from stagelyric.lm.kinds.structure.tagging import TaggedLine
from stagelyric.lm.runtime import load
from stagelyric.types.lines import Ask
from stagelyric.words.names import Names
from stagelyric.words.phonetics import line_syllables
from stagelyric.writing.drafters.templates import TemplateSource
from stagelyric.writing.tasks import Task
from stagelyric.writing.writer import Writer

SONG = """The dogs are barking at the broken gate
And Polly's waiting for the morning light

They walked to Dover in the early rain
And sold the lanterns for a silver plate
"""
NAMES = Names(frozenset({"polly"}), frozenset({"dover"}))


@pytest.fixture
def tagged() -> tagging.Tagged:
    require("package:denckring-en-pos")
    return tagging.tag_songs([SONG], NAMES, tagging.tagger(), line_syllables, lambda word: word[-2:])


@pytest.fixture(scope="module")
def pair(vocabulary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("package:denckring-en-pos")
    out = tmp_path_factory.mktemp("pairs") / "ours"
    songs = out.parent / "songs.txt"
    songs.write_text(lyrics(40, seed=5), encoding="utf-8")
    result = run(songs, "--vocabulary", vocabulary, "--out", out, "--epochs", "2", "--licence", "CC0", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["kind"] == "structure"
    return out


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(train, ["--kind", "structure", *map(str, arguments)])


def test_words_are_taken_out_of_songs_and_their_use_is_left_in(tagged: tagging.Tagged) -> None:
    (song,) = tagging.rows(tagged, ("the", "and", "at", "for", "to", "in", "a", "are"))
    assert song[0][0] == ["the", "NOUN|s", "are", "VERB|Part|ing", "at", "the", "ADJ", "NOUN"]
    assert song[0][1][:2] == ["and", "PERSON'S"]
    assert song[1][0][3] == "PLACE"
    first = tagged.songs[0][1]
    assert [line.named for line in first] == [True, False]
    assert [line.rhyme for line in first] == [0, 1]
    assert tagged.uses["rain"]["NOUN"] == 1
    assert "the" in tagged.own()
    assert "rain" not in tagged.own()


@pytest.mark.parametrize(
    ("word", "tag", "token"),
    [
        ("rivers", "NOUN|-", "NOUN|s"),
        ("glass", "NOUN|-", "NOUN"),
        ("walks", "VERB|Fin", "VERB|Fin|s"),
        ("walked", "VERB|Fin", "VERB|Fin|ed"),
        ("went", "VERB|Fin", "VERB|Fin"),
        ("singing", "VERB|Ger", "VERB|Ger|ing"),
        ("%", "SYM|-", "X"),
    ],
)
def test_a_tag_is_parted_by_the_word_s_ending(word: str, tag: str, token: str) -> None:
    assert tokens.refined(word, tag) == token
    assert token in tokens.symbols(())


def test_no_token_has_two_meanings() -> None:
    symbols = tokens.symbols(("the", "and"))
    assert len(set(symbols)) == len(symbols)
    assert tokens.syllables(99) in symbols
    assert tokens.rhyme(99) in symbols


@pytest.mark.needs("package:torch")
def test_it_learns_what_follows_what_and_reads_what_is_asked(tmp_path: Path) -> None:
    import torch

    from stagelyric.lm.kinds.structure.config import StructureConfig
    from stagelyric.lm.kinds.structure.model import token_bits
    from stagelyric.lm.kinds.structure.texts import Rows
    from stagelyric.lm.kinds.table import TRAINED
    from stagelyric.training.recipe import Recipe
    from stagelyric.training.train import Trainer

    short = (TaggedLine((("rain", "NOUN"),), 3, 0), ["NOUN"])
    long = (TaggedLine((("rain", "NOUN"),) * 3, 9, 0), ["the", "ADJ", "NOUN"])
    songs = [[[short, long, short, long]], [[long, short, long]], [[long, long, short, short]]] * 12
    symbols = tokens.symbols(("the",))
    place = {symbol: i for i, symbol in enumerate(symbols)}
    config = StructureConfig(len(symbols))
    recipe = {**TRAINED["structure"].recipe(config), "epochs": 12.0}
    trainer = Trainer(config, Recipe(**recipe), Rows(songs, [1.0] * len(songs), place))
    assert trainer.run(tmp_path)
    model = trainer.averaged()
    assert token_bits(model, songs[:3], place) < 1.0
    for count, first in ((3, "NOUN"), (9, "the")):
        asked = [tokens.SONG, tokens.syllables(count), tokens.rhyme(0), tokens.PLAIN]
        logits, _ = model(torch.tensor([[place[token] for token in asked]]))
        assert symbols[int(logits[0, -1].argmax())] == first


@pytest.mark.needs("package:torch")
def test_the_graph_reckons_what_the_model_does(pair: Path) -> None:
    import torch

    from stagelyric.lm.kinds.structure.config import StructureConfig
    from stagelyric.lm.kinds.structure.model import Structure

    engine = load(pair)
    assert isinstance(engine.templates, TemplateModel)
    symbols = engine.templates.symbols
    model = Structure(StructureConfig(len(symbols))).eval()
    weights = {k.removeprefix("structure."): v for k, v in read_weights(pair, read_meta(pair)).items()}
    kept = {name: torch.from_numpy(weights[name]) for name in model.state_dict() if name in weights}
    model.load_state_dict(kept)
    ids = np.random.default_rng(0).integers(len(symbols), size=(3, 11))
    with torch.no_grad():
        slow, _ = model(torch.from_numpy(ids))
    state = np.zeros((1, 3, engine.templates.hidden), dtype=np.float32)
    for place in range(11):
        quick, state = engine.templates.step(ids[:, place], state)
        np.testing.assert_allclose(quick, slow[:, place].numpy(), atol=2e-4)
    alone = engine.templates.read([symbols[i] for i in ids[0]], np.zeros((1, 1, engine.templates.hidden), np.float32))
    np.testing.assert_allclose(alone[0, 0], state[0, 0], atol=1e-5)


def test_the_vocabulary_model_is_the_one_it_was(pair: Path, vocabulary: Path) -> None:
    for precision in ("int8", "fp32"):
        ours, theirs = load(pair, precision=precision), load(vocabulary, precision=precision)
        ids = np.random.default_rng(1).integers(97, size=(2, 30))
        np.testing.assert_array_equal(ours.logits(ids), theirs.logits(ids))
        assert ours.digest != theirs.digest
    meta = read_meta(pair)
    assert meta.parent["sha256"] == read_meta(vocabulary).files["weights.safetensors"]
    assert [c.part for c in meta.corpora] == ["structure"]
    assert meta.corpora[0].licence == "CC0"


def test_the_pair_writes_lines_of_words_that_stand_where_they_may(pair: Path) -> None:
    writer = Writer.open(pair)
    assert writer.engine.templates is not None
    ask = Ask(syllables=(5, 9), rhyme="AABB", seed=1, prime="The old river sings\nA cold morning")
    lines = writer.write(ask, 0, 8)
    assert len({line.text for line in lines}) == 8
    assert all(5 <= len(line.syllables) <= 9 for line in lines)
    assert [line.text for line in writer.write(ask, 4, 2, [line.text for line in lines[:4]])] == [
        line.text for line in Writer.open(pair).write(ask, 4, 2, [line.text for line in lines[:4]])
    ]


def test_a_card_shows_templates_and_says_whose_words_they_are(pair: Path, tmp_path: Path) -> None:
    card = (pair / "README.md").read_text(encoding="utf-8")
    assert "syllables: " in card
    assert "coin" in card
    assert read_meta(pair).corpora[0].sha256 in card
    assert str(pair.parent) not in card


def test_a_structure_graph_that_was_tampered_with_is_refused(pair: Path, tmp_path: Path) -> None:
    shutil.copytree(pair, tmp_path / "harmed")
    with (tmp_path / "harmed" / STRUCTURE).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"structure\.onnx: the file is damaged"):
        load(tmp_path / "harmed")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], "found no --vocabulary MODEL"),
        (["--vocabulary", "RNN"], "wanted a transformer for the vocabulary, found a model of kind char-rnn"),
        (["--vocabulary", "BARE"], "lexicon.npz: wanted what belongs to the vocabulary model"),
        (
            ["--vocabulary", "COIN", "--cell", "lstm"],
            "--cell lstm: wanted with --kind char-rnn, found --kind structure",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    more: list[str], sentence: str, corpus: Path, random_model: Path, random_attention: Path, vocabulary: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    folders = {"RNN": random_model, "BARE": random_attention, "COIN": vocabulary}
    result = run(corpus, *(folders.get(text, text) for text in more), "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert sentence in result.output


def test_words_of_another_model_are_for_a_structure_only(corpus: Path, vocabulary: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(train, [str(corpus), "--vocabulary", str(vocabulary), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert ": wanted with --kind structure or backward, found --kind transformer" in result.output


def test_a_missing_file_of_tags_is_named(pair: Path, tmp_path: Path) -> None:
    from stagelyric.commands.write import write

    shutil.copytree(pair, tmp_path / "bare")
    (tmp_path / "bare" / "tags.npz").unlink()
    result = CliRunner().invoke(write, ["--model", str(tmp_path / "bare"), "-n", "1"])
    assert result.exit_code == 2
    assert "tags.npz: wanted what the model's words are used for, found no such file" in result.output


def templates_of(writer: Writer) -> TemplateSource:
    assert writer.engine.templates is not None
    return TemplateSource(writer.engine.templates, writer.language)


def test_the_shipped_pair_writes_from_templates() -> None:
    folder = Path(__file__).parents[3] / "models" / "structure"
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 12_000_000
    writer = Writer.open(folder)
    source = templates_of(writer)
    ask = Ask(syllables=(7, 9), rhyme="AABB", names=("Polly Magnet",), seed=2)
    lines = writer.write(ask, 0, 16)
    assert any("Polly Magnet" in line.text for line in lines)
    assert all(6 <= len(line.syllables) <= 10 for line in lines)
    rules = writer.rules(Ask())
    state = source.begin("The bus was late\nAnd the street was wet\n")
    tasks = [Task(8, 0) for _ in range(24)]
    made = source.with_templates(rules, [rules.free()], tasks, [0] * 24, [state] * 24, np.random.default_rng(0))
    assert sum(task.template is not None for task in made) >= 20
    assert len({task.template.tokens for task in made if task.template}) >= 15


def test_what_was_sung_changes_what_comes_next(pair: Path) -> None:
    source = templates_of(Writer.open(pair))
    before = source.begin("")
    after = source.after(before, "Polly's walking under the cold morning", ("Polly",), 0)
    assert before.shape == after.shape
    assert np.abs(before - after).max() > 0.01
    np.testing.assert_array_equal(before, source.begin(""))

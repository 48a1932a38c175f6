import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from programs import require

from stagelyric.commands.evaluate import evaluate
from stagelyric.lm import curve
from stagelyric.lm.checkpoint import note_files, read_meta
from stagelyric.lm.corpus import Song, Source
from stagelyric.lm.curve import Curve
from stagelyric.lm.mixture import stream
from stagelyric.lm.runtime import load
from stagelyric.report import contexts, held_out, lyrics, reading, trial
from stagelyric.report.measures.whole import KEYS
from stagelyric.report.render.page import shown
from stagelyric.types import paths

require("package:wordfreq", "package:denckring-en-pos", "package:scikit-learn")  # not imported: it takes seconds

MODEL = Path(__file__).parents[2] / "models" / "char-rnn"
PLACES = ("Harbour", "Marrow", "Kettle", "Barrow", "Linden", "Quarry")


def songs() -> str:
    """Six songs of three quatrains."""
    text = ""
    for number, place in enumerate(PLACES):
        text += f"=== Song {number}\n"
        for verse in ("copper", "yellow", "wooden"):
            text += f"Bessie came up {place} Street with a {verse} pan\nand traded it in for a cat,\n"
            text += f"the {verse} moon hung over the {place} wall\nlike somebody's Saturday hat.\n\n"
    return text


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "held-out.txt"
    file.write_text(songs(), encoding="utf-8")
    return file


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A show of a dozen presses; `test_the_whole_report` stands one of 64."""
    monkeypatch.setattr(trial, "one_show", partial(trial.one_show, presses=12))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(evaluate, [str(argument) for argument in arguments])


def test_the_whole_report(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "one_show", partial(trial.one_show, presses=64))
    training = tmp_path / "training.txt"
    training.write_text(songs().replace("Bessie", "Walter"), encoding="utf-8")
    picture = tmp_path / "report.svg"
    done = run(MODEL, corpus, "--contexts", "4", "--train", training, "--plot", picture, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert set(KEYS) <= set(found)
    bits = found["bits_per_character"]
    assert set(bits) == {"cold_256", "cold_64", "stateful", "ppmd_8_adaptive", "six_gram"}
    assert all(0 < value < 8 for value in bits.values())
    assert bits["ppmd_8_adaptive"] < bits["cold_256"]  # its training text is nearly the same
    assert found["lines"] == 4 * 16
    assert found["real_word_rate"] == 1.0
    assert found["repeated_rate"] == 0.0
    assert found["copied_rate"] == 0.0
    assert 0 <= found["classifier_auc"] <= 1
    assert found["wanted_words"]["rate"] == 1.0
    assert found["kept_to"]["char-rnn"]["syllables_within_one"] == 1.0
    assert set(found["rows"]) == {"char-rnn", "people", "char-rnn, T 0.7"}
    assert found["rows"]["people"]["copied_rate"] > 0.5  # they are in the training text but for one word
    assert found["human_bands"]["content_zipf"]["low"] == 4.02
    assert list(found["samples"][0]["lines"]) == ["char-rnn", "people", "char-rnn, T 0.7"]
    assert len(found["samples"]) == 4
    assert len(found["samples"][0]["lines"]["char-rnn"]) == 16
    novel = found["rows"]["people"]["novelty"]
    assert novel["2"] <= novel["5"] < 0.3  # they are in the training text but for a word
    assert found["novelty"]["5"] > 0.8
    assert picture.stat().st_size > 5000


@pytest.mark.usefixtures("brief")
def test_two_models_side_by_side_as_a_page(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "twin"
    shutil.copytree(MODEL, other)
    done = run(MODEL, corpus, "--contexts", "2", "--compare", other)
    assert done.exit_code == 0, done.output
    for wanted in ("by people", "As asked for", "Bits per character", "twin", "Song"):
        assert wanted in done.stdout


@pytest.mark.needs("package:matplotlib")
@pytest.mark.slow
@pytest.mark.usefixtures("brief")
def test_the_report_goes_into_the_card_and_the_learning_into_the_picture(corpus: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL, tmp_path / "taught"))
    for name, data in Curve([(n * 1e5, 3.0 - n / 100) for n in range(100)], [(5e6, 2.4)]).files().items():
        (folder / name).write_bytes(data)
    note_files(folder, [curve.FILE, curve.DATA])
    card = (folder / "README.md").read_text(encoding="utf-8")
    picture = tmp_path / "page.html"
    arguments: list[str | Path] = [
        folder,
        corpus,
        "--contexts",
        "2",
        "--compare",
        MODEL,
        "--plot",
        picture,
        "--card",
        "--json",
    ]
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    drawn = picture.read_text(encoding="utf-8")
    for wanted in ("Bits per character while they learned", "<!-- taught -->", "<!-- char-rnn: none was kept -->"):
        assert wanted in drawn
    told = (folder / "README.md").read_text(encoding="utf-8")
    assert told.count("## Speed") == told.count("## Report on its lines") == 1
    assert f"“{found['average_line']}”" in told
    assert f"| pronouns among its words | {shown('pronoun_rate', found['pronoun_rate'])} |" in told
    for section in ("## Trained on", "## Bits per character on held-out text", "## What it must not be used for"):
        assert card.partition(section)[2].partition("\n## ")[0] in told


@pytest.mark.parametrize(
    ("digest", "characters", "found"),
    [("same", 1, 2.5), ("other", 32, None), ("", 32, 2.5), ("", 31, None)],
)
def test_what_a_training_wrote_down_counts_for_the_very_same_text(
    digest: str, characters: int, found: float | None
) -> None:
    engine, meta = load(MODEL), read_meta(MODEL)
    row = {"PPMd-8, adaptive": 2.5, "6-gram, static": 3.0, "characters": characters}
    meta = replace(meta, bits={"held-out songs": row}, held_out={"held-out songs": digest})
    source = Source("songs kept out", "same", (Song("", "Hold the light\nand sing again\n"),))
    assert len(stream(source.songs, engine.vocabulary)) == 32
    assert held_out.measure(engine, meta, [source], ()).bits["ppmd_8_adaptive"] == found


def test_a_blind_table_has_its_key_apart(corpus: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    arguments = (MODEL, corpus, "--contexts", "3", "--blind", "7", "--key", key, "--json")
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    sheet = json.loads(done.stdout)["pairs"]
    answers = json.loads(key.read_text())["key"]
    assert len(sheet) == len(answers) == 7
    by_people = [pair[answer["people"]] for pair, answer in zip(sheet, answers, strict=True)]
    written = {line.strip(".,") for line in songs().splitlines()}
    written |= {line[:1].upper() + line[1:] for line in written}
    assert set(by_people) <= written
    assert {answer["people"] for answer in answers} == {"a", "b"}
    assert "people" not in sheet[0]
    assert json.loads(run(*arguments).stdout)["pairs"] == sheet


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no-such-model", "songs.txt"], 'found no "no-such-model"'),
        ([str(MODEL), "missing.txt"], "missing.txt"),
        ([str(MODEL), "short.txt"], "two stanzas"),
        (["broken", "songs.txt"], "broken"),
        ([str(MODEL), "songs.txt", "--compare", "no-such-model"], "no-such-model"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("songs.txt").write_text(songs())
    Path("short.txt").write_text("one line of a song\nand another line\n")
    Path("broken").mkdir()
    Path("broken/meta.json").write_text("{}")
    done = run(*arguments, "--contexts", "2")
    assert done.exit_code == 2, done.output
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_without_songs_it_asks_for_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "model_folders", lambda: [tmp_path])
    done = run(MODEL)
    assert done.exit_code == 2
    assert "songs that the model did not read" in done.output


def test_contexts_go_on_where_a_stanza_ends(corpus: Path) -> None:
    read = reading.read([corpus])
    found = contexts.choose(read, 8)
    assert len(found) == 8
    assert len({context.title for context in found}) == 6  # each song once before any comes twice
    assert found == contexts.choose(read, 8)
    assert found != contexts.choose(read, 8, seed=1)
    for context in found:
        song = next(song for song in read if song.title == context.title)
        at = len(song.lines) - sum(len(stanza.lines) for stanza in context.after)
        assert context.before == song.lines[max(0, at - 8) : at]
        low, high = context.ask.syllables
        assert 5 <= low < high <= 12
        assert context.word in " ".join(context.after[0].lines).lower()


def test_what_was_asked_for_is_measured_on_the_lines() -> None:
    lines = ("Polly Magnet sat", "in a yellow hat", "Dogs", "Cats and dogs and everyone from town to town to town")
    before = ("A cat sat upon the wall",) * 4
    (made,) = contexts.choose([lyrics.Song("T", (lyrics.Stanza(before), lyrics.Stanza(lines)))], 1)
    kept = trial.kept_to([made], trial.Lines("x", (lyrics.Song("T", (lyrics.Stanza(lines),), {"scheme": "AABB"}),)))
    assert kept["rhymed_where_asked"] == 0.5
    assert kept["lines_with_a_name_asked_for"] == 0.25
    assert kept["syllables_within_one"] < 1

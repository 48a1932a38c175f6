import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from editor import tiny_gguf

from stagelyric.commands import models_editor
from stagelyric.commands.models import models
from stagelyric.editor import fetch, usual
from stagelyric.editor.editor import Editor, built
from stagelyric.editor.folder import META
from stagelyric.types import paths
from stagelyric.writing.drafters.editor import EditorDrafter

MODEL = Path(__file__).parents[2] / "models" / "char-rnn"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(models, [str(argument) for argument in arguments])


@pytest.fixture
def twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole model and a damaged one, and nothing else to be found."""
    for name in ("whole", "bad"):
        shutil.copytree(MODEL, tmp_path / name)
    with (tmp_path / "bad" / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(paths, "model_folders", lambda: [tmp_path])
    return tmp_path


def test_models_are_compared_and_a_damaged_one_is_named(twins: Path) -> None:
    done = run("--json")
    assert done.exit_code == 0, done.output
    found = {model["name"]: model for model in json.loads(done.stdout)}
    whole, bad = found["whole"], found["bad"]
    assert whole["kind"] == "char-rnn"
    assert whole["parameters"] > 1_000_000
    assert whole["bytes"] < 12_500_000
    assert whole["speed_ms"]["p50"] > 0
    assert whole["problem"] is None
    bits = whole["bits_per_character"]["valid_songs.txt"]
    assert 1.5 < bits["cold_256"] < 2.5
    assert bits["ppmd_8_adaptive"] < bits["six_gram"]
    assert "weights.safetensors" in bad["problem"]
    assert bad["speed_ms"] is None


def test_the_table(twins: Path) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    assert "whole" in done.stdout
    assert "bad can't be used" in done.stdout
    assert "bits a character" in done.stdout


def test_a_damaged_one_that_was_asked_for_is_a_fault(twins: Path) -> None:
    for more in ([], ["--json"]):
        done = run("bad", *more)
        assert done.exit_code == 2
        assert "bad can't be used" in done.stderr
        assert "weights.safetensors: the file is damaged" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_some_of_them_by_name_or_folder(twins: Path) -> None:
    assert [model["name"] for model in json.loads(run("whole", "--json").stdout)] == ["whole"]
    done = run("nobody")
    assert done.exit_code == 2
    assert 'found no "nobody"' in done.output


@pytest.mark.parametrize("meta", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "corpora": []}'])
def test_a_meta_that_is_none_is_a_problem_and_no_crash(twins: Path, meta: str) -> None:
    (twins / "bad" / "meta.json").write_text(meta)
    done = run("--json")
    assert done.exit_code == 0, done.output
    assert "meta.json" in {model["name"]: model for model in json.loads(done.stdout)}["bad"]["problem"]


def test_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "model_folders", lambda: [tmp_path])
    assert "train one" in run().stdout
    assert json.loads(run("--json").stdout) == []


def test_the_editor_stands_among_them(twins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no editor here" in run().stdout
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setenv(fetch.CHOSEN, str(source))
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")

    def told() -> dict[str, Any]:
        return next(model for model in json.loads(run("--json").stdout) if model["kind"] == "editor")

    assert "isn't built yet" in told()["problem"]
    built(source, usual.lexicon())
    editor = told()
    assert editor["problem"] is None
    assert "drafters" not in editor
    assert editor["name"] == "tiny"
    assert editor["bytes"] > source.stat().st_size
    assert editor["speed_ms"]["p50"] > 0
    assert "tiny" in run().stdout
    meta = json.loads((folder := fetch.folder_of(source)).joinpath(META).read_bytes())
    (folder / META).write_text(json.dumps({**meta, "version": 1}))
    assert f"models fetch {source}" in told()["problem"]


QUATRAIN = (
    "The kettle sings upon the stove",
    "And nobody is in",
    "She left her apron in the grove",
    "And took the violin",
)


@pytest.mark.parametrize("lines", [QUATRAIN, ()])
def test_how_fast_the_editor_drafts(lines: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    monkeypatch.setattr(EditorDrafter, "stanza", lambda *_: lines)
    judge = Editor.open(source, usual.lexicon())
    assert set(models_editor.drafting_speeds(judge)) == ({"editor"} if lines else set())


def test_each_way_of_drafting_has_its_speed() -> None:
    result = CliRunner().invoke(models, ["char-rnn", "--drafters", "--json"])
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.output)
    assert set(told["drafters"]) == {"frames", "letters"}
    assert all(0 < took < 10_000 for took in told["drafters"].values())

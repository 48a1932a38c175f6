import json
import shutil
from pathlib import Path

import fakes
import numpy as np
import pytest
from click.testing import CliRunner, Result
from editor import tiny_gguf
from numpy.typing import NDArray

from stagelyric.commands.write import write
from stagelyric.editor import fetch
from stagelyric.editor.editor import built
from stagelyric.editor.folder import WEIGHTS
from stagelyric.gates.quoting import quoting
from stagelyric.types import paths
from stagelyric.words.rhyme import kind
from stagelyric.writing.writer import Writer

SETLIST = """
title = "Friday"
model = "small"
seed = 1967
avoid = ["river"]
[[songs]]
title = "Harbour Lights"
names = ["Polly Magnet"]
themes = ["rain"]
[[songs.sections]]
name = "verse"
syllables = [6, 8]
rhyme = "AABB"
[[songs.sections]]
name = "chorus"
syllables = [9, 10]
"""


@pytest.fixture(autouse=True)
def _small_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model is the small one, wherever it lies."""
    (tmp_path / "models" / "small").mkdir(parents=True)
    (tmp_path / "models" / "small" / "meta.json").write_text("{}")
    (tmp_path / "friday.toml").write_text(SETLIST)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Writer, "open", small)


def small(folder: Path, never: NDArray[np.uint32] | None = None, **_: object) -> Writer:
    copies = fakes.copies() if never is None else fakes.copies().and_of(never)
    return Writer(fakes.NGramEngine(), fakes.language(), copies)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(write, ["--model", "small", *arguments])


def lines(*arguments: str) -> list[str]:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_lines_go_to_standard_output_and_nothing_else() -> None:
    found = lines("-n", "5", "--seed", "1")
    assert len(found) == 5
    assert all(found)
    assert not any("\x1b" in line for line in found)


def test_ten_by_default() -> None:
    assert len(lines("--seed", "1")) == 10


def test_a_seed_repeats_itself_and_none_does_not() -> None:
    assert lines("--seed", "3") == lines("--seed", "3")
    assert lines("-n", "8") != lines("-n", "8")


def test_a_scheme_gives_whole_stanzas() -> None:
    found = lines("-n", "6", "--scheme", "aabb", "--seed", "1")
    assert len(found) == 9
    assert found[4] == ""
    assert kind(found[0], found[1]) is not None


def test_what_stands_in_a_never_quote_file_is_not_written(tmp_path: Path) -> None:
    options = ("--seed", "1", "-n", "8", "--syllables", "8-9")
    free = lines(*options)
    (tmp_path / "others.txt").write_text("\n".join(free))
    bound = lines(*options, "--never-quote", "others.txt")
    assert len(bound) == 8
    assert quoting(bound, [tmp_path / "others.txt"]) == set()
    (tmp_path / "friday.toml").write_text('never_quote = "others.txt"\n' + SETLIST)
    assert quoting(lines("--setlist", "friday.toml", "-n", "16"), [tmp_path / "others.txt"]) == set()
    missing = run("--never-quote", "none.txt")
    assert missing.exit_code == 2
    assert "none.txt" in missing.output


def test_what_is_asked_for_is_in_the_lines() -> None:
    assert all("harbour" in line.lower() for line in lines("-n", "3", "--word", "harbour"))
    assert all(kind(line, "chair") for line in lines("-n", "3", "--rhyme", "chair"))
    found = json.loads(run("--json", "--syllables", "7", "--seed", "2").stdout)
    assert found["seed"] == 2
    assert {len(line["syllables"]) for line in found["lines"]} == {7}
    assert [line["index"] for line in found["lines"]] == list(range(10))


def test_names_and_themes_are_parted_by_commas() -> None:
    found = lines("-n", "32", "--names", "Polly Magnet, Montréal", "--seed", "1")
    assert any("Polly Magnet" in line for line in found)
    apart = lines("--themes", "rain", "--themes", "harbour", "--seed", "1")
    assert lines("--themes", "rain,harbour", "--seed", "1") == apart


def test_a_line_before_changes_what_follows() -> None:
    assert lines("--after", "Hold the light on the water", "--seed", "1") != lines("--seed", "1")


def test_it_asks_as_the_show_would() -> None:
    found = json.loads(run("--setlist", "friday.toml", "-n", "16", "--json").stdout)["lines"]
    assert sum(6 <= len(line["syllables"]) <= 8 for line in found) >= 14  # the small model has few rhymes
    assert not any("river" in line["text"].lower() for line in found)
    chorus = json.loads(run("--setlist", "friday.toml", "--section", "CHORUS", "-n", "4", "--json").stdout)["lines"]
    assert all(9 <= len(line["syllables"]) <= 10 for line in chorus)
    assert run("--setlist", "friday.toml").stdout == run("--setlist", "friday.toml").stdout


def test_explain_says_what_counted() -> None:
    found = run("-n", "2", "--explain", "--seed", "1").stdout
    assert "flow" in found
    assert "syllables" in found
    marks = json.loads(run("-n", "1", "--explain", "--json").stdout)["lines"][0]["marks"]
    assert "flow" in marks


def test_raw_is_the_bare_model() -> None:
    assert len(lines("--raw", "-n", "4", "--seed", "1")) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--syllables", "9-6"], 'found "9-6"'),
        (["--syllables", "many"], 'found "many"'),
        (["--wildness", "2"], "2"),
        (["--scheme", "XYZ"], "XYZ"),
        (["-n", "0"], "0"),
        (["--word", "12"], 'found "12"'),
        (["--rhyme", "?"], 'found "?"'),
        (["--song", "Harbour Lights"], "--setlist"),
        (["--setlist", "none.toml"], "none.toml"),
        (["--setlist", "friday.toml", "--song", "Nope"], "Harbour Lights"),
        (["--setlist", "friday.toml", "--section", "bridge"], "verse, chorus"),
        (["--model", "nope"], "nope"),
    ],
)
def test_faults_are_one_sentence_and_exit_with_two(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("drafter", ["editor", "server", "frames", "backward"])
def test_who_cannot_draft_here_is_named(drafter: str) -> None:
    """The small model has letters only, and there is no editor."""
    done = run("--drafter", drafter)
    assert done.exit_code == 2
    assert f'"{drafter}" can\'t draft here' in done.stderr
    assert done.stdout == ""
    done = run("--drafter", drafter, "--drafter", "letters", "--seed", "4")
    assert done.exit_code == 0
    assert f'"{drafter}" can\'t draft here' in done.stderr
    assert done.stdout.splitlines()


def test_where_a_set_names_only_who_cannot_draft_others_do(tmp_path: Path) -> None:
    (tmp_path / "friday.toml").write_text('drafters = ["editor"]\n' + SETLIST)
    done = run("--setlist", "friday.toml", "--seed", "4")
    assert done.exit_code == 0
    assert '"editor" can\'t draft here' in done.stderr
    assert done.stdout.splitlines()
    assert run("--raw", "--setlist", "friday.toml").stderr == ""


def test_without_an_editor_that_could_be_used_lines_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that isn't built, whose folder is damaged or a file, that is gone."""
    wanted = run("--seed", "4").stdout
    source = tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.setattr(paths, "built_editors", lambda: tmp_path / "built")
    monkeypatch.setenv(fetch.CHOSEN, str(source))
    for what in ("not built", "damaged", "a file", "gone"):
        if what == "damaged":
            (built(source) / WEIGHTS).write_bytes(b"")
        elif what == "a file":
            shutil.rmtree(fetch.folder_of(source))
            fetch.folder_of(source).write_text("no folder")
        elif what == "gone":
            source.unlink()
        done = run("--seed", "4")
        assert (done.exit_code, done.stdout) == (0, wanted), what
        assert "lines are chosen without it" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        done = run("--drafter", "editor", "--drafter", "letters", "--seed", "4")
        assert (done.exit_code, len(done.stdout.splitlines())) == (0, 10), what
        assert len(done.stderr.splitlines()) == 2
        done = run("--drafter", "editor")
        assert (done.exit_code, done.stdout) == (2, ""), what
        assert len(done.stderr.splitlines()) == 1


def test_a_model_without_words_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from stagelyric.words import lexicon

    monkeypatch.setattr(Writer, "open", lambda folder, **_: lexicon.load(folder / lexicon.FILE))
    done = run()
    assert done.exit_code == 2
    assert "lexicon.npz: wanted the model's lexicon, found no such file" in done.stderr

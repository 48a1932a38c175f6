import json
import sqlite3
from pathlib import Path
from typing import Any

import fakes
import pytest
from click.testing import CliRunner, Result

from stagelyric.commands import learn_taste as module
from stagelyric.commands.learn_taste import learn_taste
from stagelyric.commands.write import write
from stagelyric.gear.journal.database import COLUMNS, connect
from stagelyric.types import paths
from stagelyric.types.lines import Ask
from stagelyric.writing import taste
from stagelyric.writing.ranking import WEIGHTS
from stagelyric.writing.writer import Writer

DROPPED = ("rain", "river")


@pytest.fixture(autouse=True)
def _small_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models" / "small").mkdir(parents=True)
    (tmp_path / "models" / "small" / "meta.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Writer, "open", lambda folder, weights=WEIGHTS, **others: small(weights=weights))
    monkeypatch.setenv("STAGELYRIC_TASTE", str(tmp_path / "config" / "taste.toml"))


def small(**weights: Any) -> Writer:
    return Writer(fakes.NGramEngine(), fakes.language(), fakes.copies(), **weights)


def records(path: Path, rows: list[tuple[str, str, str | None]], show: str = "aaaaaaaaaaaa") -> Path:
    """A journal of one show with (kind, text, origin) rows."""
    database = connect(path)
    with database:
        database.execute(
            "INSERT INTO shows VALUES (?, ?, ?, ?, ?, ?)", (show, "Friday", float(len(show)), 1, "small", "0")
        )
        for seq, (kind, text, origin) in enumerate(rows, 1):
            values = dict.fromkeys(COLUMNS) | {
                "show": show, "seq": seq, "kind": kind, "wall": float(seq), "song": "S", "section": "verse",
                "text": text, "origin": origin,
            }  # fmt: skip
            marks = ", ".join("?" * len(COLUMNS))
            database.execute(f"INSERT INTO records VALUES ({marks})", tuple(values.values()))
    database.close()
    return path


def played(path: Path, judged: int) -> Path:
    """A show of which every line but the last of four was judged: a line with rain or river in it is vetoed."""
    rows: list[tuple[str, str, str | None]] = []
    count = 0
    for line in small().write(Ask(rhyme="free", seed=7), 0, 64):
        rows.append(("cue", line.text, "model"))
        if line.index % 4 != 3 and count < judged:
            count += 1
            kind = "veto" if any(word in line.text.lower() for word in DROPPED) else "keep"
            rows.append((kind, line.text, None))
    return records(path, rows)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(learn_taste, [*map(str, arguments), "--model", "small"])


def test_a_journal_becomes_a_taste_that_write_goes_by(tmp_path: Path) -> None:
    done = run(played(tmp_path / "j.sqlite3", 40), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["kept"] + told["vetoed"] == 40
    file = paths.taste()
    assert told["file"] == str(file)
    assert taste.load(file) == told["weights"] != WEIGHTS
    opened: list[object] = []
    asked = CliRunner().invoke(write, ["--model", "small", "-n", "1", "--seed", "1"])
    assert asked.exit_code == 0, asked.output
    opened.append(asked.stdout)
    assert small(weights=taste.load(file)).digest != small().digest


def test_it_says_what_it_learned_and_can_leave_it_at_that(tmp_path: Path) -> None:
    done = run(played(tmp_path / "j.sqlite3", 30), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Learned from" in done.stdout
    assert "→" in done.stdout
    assert not paths.taste().exists()


def test_kept_lines_become_a_text_to_train_on(tmp_path: Path) -> None:
    done = run(played(tmp_path / "j.sqlite3", 40), "--kept", tmp_path / "kept.txt")
    assert done.exit_code == 0, done.output
    kept = (tmp_path / "kept.txt").read_text().splitlines()
    assert kept
    assert not any(word in line.lower() for line in kept for word in DROPPED)


def test_the_model_is_that_of_the_latest_show(tmp_path: Path) -> None:
    assert module.played_with([played(tmp_path / "j.sqlite3", 1)]) == "small"


def test_too_few_judgements_are_said(tmp_path: Path) -> None:
    done = run(played(tmp_path / "j.sqlite3", 12))
    assert done.exit_code == 2
    assert "wanted 20" in done.output
    assert "found 12" in done.output
    assert not paths.taste().exists()


def test_a_journal_that_is_none_is_said(tmp_path: Path) -> None:
    assert "wanted a journal" in run(tmp_path / "missing").output
    (tmp_path / "text").write_text("no database, but longer than a header of one: " * 20)
    done = run(tmp_path / "text")
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_the_later_word_counts_and_the_band_s_own_lines_are_no_choice_of_ours(tmp_path: Path) -> None:
    path = records(
        tmp_path / "j.sqlite3",
        [
            ("cue", "one", "model"), ("cue", "two", "model"), ("veto", "two", None), ("keep", "two", None),
            ("cue", "ours", "safety"), ("keep", "ours", None), ("cue", "three", "word"), ("veto", "three", None),
        ],
    )  # fmt: skip
    found = {verdict.text: verdict for verdict in module.latest(module.read(path))}
    assert {text: verdict.kind for text, verdict in found.items()} == {"one": "pass", "two": "keep", "three": "veto"}
    assert found["three"].before == ("one", "two", "ours")


def test_several_journals_and_shows_count_together(tmp_path: Path) -> None:
    first, second = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    records(first, [("cue", "one", "model"), ("keep", "one", None)])
    records(first, [("cue", "one", "model"), ("veto", "one", None)], show="bbbbbbbbbbbbb")
    records(second, [("cue", "two", "model")])
    with sqlite3.connect(second) as database:
        assert database.execute("SELECT COUNT(*) FROM records").fetchone() == (1,)
    found = module.latest(verdict for path in (first, second) for verdict in module.read(path))
    assert {verdict.text: verdict.kind for verdict in found} == {"one": "veto", "two": "pass"}


def test_a_damaged_taste_stops_write_and_not_a_show(tmp_path: Path) -> None:
    from stagelyric.writing.process import _taste

    paths.taste().parent.mkdir(parents=True)
    paths.taste().write_text("[weights]\nglitter = 1.0\n")
    done = CliRunner().invoke(write, ["--model", "small", "-n", "1"])
    assert done.exit_code == 2
    assert "glitter" in done.output
    assert _taste() == WEIGHTS


def test_another_taste_is_another_pool(tmp_path: Path) -> None:
    model = tmp_path / "models" / "small"
    before = paths.edition(model)
    paths.taste().parent.mkdir(parents=True)
    paths.taste().write_text("[weights]\nflow = 2.0\n")
    assert paths.edition(model) != before


def test_marks_of_a_finished_line() -> None:
    writer = small()
    line = writer.write(Ask(seed=1), 0, 1)[0].text
    marks = writer.judge(line)
    assert marks["rhyme"] == 1.0
    assert set(marks) <= set(WEIGHTS)
    assert writer.judge("xq zzk vvq").get("flow", 0.0) < marks.get("flow", 0.0)
    assert "said before" in writer.judge(line, [line])

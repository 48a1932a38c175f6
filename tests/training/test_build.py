import gzip
import subprocess
import sys
from pathlib import Path

import fakes

from stagelyric.gates import novelty
from stagelyric.training import build
from stagelyric.words import classes, lexicon, near, survey


def test_four_files_are_written_and_read(tmp_path: Path) -> None:
    sizes = build.build(tmp_path, [fakes.VERSES], ["An other song that is not to be quoted"])
    words = lexicon.load(tmp_path / lexicon.FILE)
    assert set(sizes) == {lexicon.FILE, near.FILE, classes.FILE, novelty.FILE}
    assert "harbour" in words.index
    assert near.load(tmp_path / near.FILE, len(words.words)).shape[0] == len(words.words)
    assert classes.load(tmp_path / classes.FILE, len(words.words)).classes.shape == (len(words.words),)
    assert novelty.Copies.load(tmp_path / novelty.FILE).quotes("And the train went slowly along the sea")


def test_text_of_ours_gives_words_and_may_be_quoted(tmp_path: Path) -> None:
    ours = "The lanterns swing along the zeppelin wall\n" * 3
    build.build(tmp_path, [fakes.VERSES], quotable=[ours])
    copies = novelty.Copies.load(tmp_path / novelty.FILE)
    assert "zeppelin" in lexicon.load(tmp_path / lexicon.FILE).index
    assert not copies.quotes("The lanterns swing along the zeppelin wall")
    assert copies.quotes("And the train went slowly along the sea")


def test_it_runs_from_the_shell(tmp_path: Path) -> None:
    (tmp_path / "verses.txt.gz").write_bytes(gzip.compress(("=== A Title — Somebody (1900)\n" + fakes.VERSES).encode()))
    command = [sys.executable, "-m", "stagelyric.training.build", str(tmp_path), str(tmp_path / "verses.txt.gz")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "lexicon.npz" in done.stdout
    assert "somebody" not in lexicon.load(tmp_path / lexicon.FILE).index


def test_markers_and_repeated_lines_are_not_counted() -> None:
    found = survey.survey(["=== Rain — Rain (1900)\nThe rain\nThe rain\n\nThe rain\nA train"])
    assert found.total["rain"] == 1
    assert found.stanzas == 2
    assert found.lines == ["The rain", "A train"]


def test_a_small_text_gives_all_its_words() -> None:
    assert build.least_for(500) == 1
    assert build.least_for(100_000) == 2
    assert build.least_for(1_500_000) == build.LEAST

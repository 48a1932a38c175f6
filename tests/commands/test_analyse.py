import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from report.songs import write_chordpro

from stagelyric.commands.analyse import analyse
from stagelyric.report import language
from stagelyric.report.measures.whole import KEYS
from stagelyric.types.extras import how_to_get


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(analyse, [str(argument) for argument in arguments])


def told(*arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def songbook(tmp_path: Path) -> Path:
    return write_chordpro(tmp_path / "songbook")


@pytest.mark.needs("package:wordfreq")
def test_every_key_of_the_report_is_there(songbook: Path) -> None:
    found = told(songbook)
    assert set(KEYS) <= set(found)
    for key in set(KEYS) - {"bits_per_character", "copied_rate", "classifier_auc", "sense"}:
        assert found[key] is not None, key
    assert found["songs"] == 4
    assert found["lines"] == 48
    assert found["most_songs_with_a_four_gram"] == 4  # the four are nearly one song, and it says so
    assert found["scheme"]["pairs"] == 4 * 4
    assert found["scheme"]["rhyme_rate"] == 1.0
    assert found["repeated_rate"] == 0.5
    assert found["syllables"]["p10"] <= found["syllables"]["mean"] <= found["syllables"]["p90"]
    assert found["human_bands"]["nidf"]["low"] == 0.36
    assert len(found["shared"]) > 10
    assert {"Walter", "Bessie"} <= {name["text"] for name in found["names"]}
    assert found["genres"]["folk"]["songs"] == 4


def test_the_page_shows_the_average_line_and_the_bands(songbook: Path) -> None:
    done = run(songbook, "--faults")
    assert done.exit_code == 0, done.output
    for wanted in ("The average line:", "by people", "rhymed 100.0 %", "Four words in a row", "that do not rhyme"):
        assert wanted in done.stdout


def test_what_stands_elsewhere_is_named(songbook: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("He lost it, and carried it down to Marrow Street\nand home again\n")
    found = told(songbook, "--against", other)
    assert {shared["other"] for shared in found["quoted"]} == {"other"}
    assert 0 < found["copied_rate"] < 0.2
    assert told(songbook)["copied_rate"] is None


def test_a_pair_that_breaks_its_scheme_is_a_fault(tmp_path: Path) -> None:
    sheet = tmp_path / "t.cho"
    sheet.write_text(
        "{title: T}\n{meta: scheme AABB}\nA cat sat\non the garden wall\nout of the blue\nand coming through\n"
    )
    (fault,) = told(sheet)["scheme"]["faults"]
    assert fault["lines"] == ["A cat sat", "on the garden wall"]
    assert fault["rhyme"] is None
    assert fault["syllables"] == [3, 5]
    assert "A cat sat" in run(sheet, "--faults").stdout


def test_without_the_extra_it_says_what_is_not_measured(songbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "has_report", lambda: False)
    monkeypatch.setattr(language, "zipf", None)
    monkeypatch.setattr(language, "tags", None)
    found = told(songbook)
    assert found["content_zipf"] is None
    assert found["nidf"] > 0
    assert how_to_get("report") in found["notes"][0]
    assert how_to_get("report") in run(songbook).stdout


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "html"])
@pytest.mark.needs("package:matplotlib")
def test_pictures(songbook: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"report.{ending}"
    done = run(songbook, "--plot", file)
    assert done.exit_code == 0, done.output
    data = file.read_bytes()
    assert len(data) > 5000
    if ending == "svg":
        assert ElementTree.fromstring(data).tag.endswith("svg")
    if ending == "html":
        text = data.decode()
        assert "<svg" in text
        assert "The average line" in text
        assert "src=" not in text  # nothing is fetched from anywhere


@pytest.mark.needs("package:matplotlib")
def test_a_line_can_not_break_the_page(tmp_path: Path) -> None:
    sheet = tmp_path / "<b>.txt"
    sheet.write_text("<script>alert one two</script>\n<script>alert one two</script> again\n" * 2)
    file = tmp_path / "page.html"
    assert run(sheet, "--plot", file).exit_code == 0
    assert "<script>" not in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing"], "found nothing there"),
        (["empty.txt"], "two lyric lines"),
        (["songs.txt", "--plot", "x.bmp"], "wanted a file that ends in .html"),
        (["songs.txt", "--plot", "nowhere/x.svg"], "nowhere/x.svg"),
        (["songs.txt", "--against", "missing"], "missing"),
        (["binary.txt"], "binary"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("")
    Path("songs.txt").write_text("a line to read\nand one more line\n")
    Path("binary.txt").write_bytes(b"\x00\x01\x02")
    done = run(*arguments)
    assert done.exit_code == 2
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_latin_1_and_other_letters_are_read(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("Café on the corner\nMontréal in the rain\n".encode("latin-1"))
    assert told(file)["lines"] == 2
    other = tmp_path / "other.txt"
    other.write_text("夜の雨が降る\nまだ降る\n" * 2, encoding="utf-8")
    done = run(other)
    assert done.exit_code in (0, 2)
    assert "Traceback" not in done.output

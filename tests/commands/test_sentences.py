"""What somebody typed wrongly is said as a person would say it."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from stagelyric.cli import cli
from stagelyric.commands import usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "--port", "80x"], '--port: wanted a whole number from 0 to 65535, found "80x"'),
        (["play", "--port", "99999"], '--port: wanted a whole number from 0 to 65535, found "99999"'),
        (["play", "--seed", "x"], '--seed: wanted a whole number, found "x"'),
        (["write", "-n", "0"], '-n: wanted a whole number from 1 to 10000, found "0"'),
        (["write", "--wildness", "hot"], '--wildness: wanted a number from 0 to 1, found "hot"'),
        (["write", "--wildness", "it's"], '--wildness: wanted a number from 0 to 1, found "it\'s"'),
    ],
)
def test_a_number_that_is_none(arguments: list[str], said: str) -> None:
    done = subprocess.run([sys.executable, "-m", "stagelyric", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"stagelyric: {said}\n")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["paly"], 'no command "paly"; did you mean "play"?'),
        (["write", "--scheme", "ABCD"], '--scheme: wanted AABB, ABAB, ABCB, AAAA or free, found "ABCD"'),
        (["write", "--syllables", "9-7"], '--syllables: wanted syllables as 6-9 or 8, within 1 to 24, found "9-7"'),
        (["play", "--seed", "x"], '--seed: wanted a whole number, found "x"'),
        (["write", "-n", "0"], '-n: wanted a whole number from 1 to 10000, found "0"'),
        (["write", "--after"], "--after: wanted something after it, found nothing"),
        (["bake"], "wanted SETLIST, found none (more: stagelyric bake --help)"),
        (["analyse"], "wanted CORPUS (one or more), found none (more: stagelyric analyse --help)"),
        (["new"], "wanted -o / --output SET, found none (more: stagelyric new --help)"),
        (["play", "a.toml", "b.toml"], 'one word too many: "b.toml" (more: stagelyric play --help)'),
        (["play", "--prot", "1"], 'no option "--prot"; did you mean "--port"? (more: stagelyric play --help)'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_with_a_command_is_said_in_a_sentence(typed: list[str], sentence: str) -> None:
    with pytest.raises(click.ClickException) as caught:
        cli(typed, prog_name="stagelyric", standalone_mode=False)
    assert usage.said(caught.value) == sentence


def test_a_command_without_its_words_gives_its_help() -> None:
    with pytest.raises(click.ClickException) as caught:
        cli(["journal"], prog_name="stagelyric", standalone_mode=False)
    assert usage.said(caught.value).startswith("Usage: stagelyric journal")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["soak", "-o", "no/folder/x.svg"], "no/folder/x.svg: could not be written: "),
        (["evaluate", "char-rnn", "--plot", "no/folder/x.svg"], "no/folder/x.svg: could not be written: "),
        (["evaluate", "char-rnn", "--blind", "2", "--key", "no/x"], "no/x: could not be written: "),
        (
            ["evaluate", "char-rnn", "--plot", "x.jpg"],
            "x.jpg: wanted a file that ends in .html, .svg, .png, .pdf, found",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_place_that_can_t_be_written_is_refused_before_minutes_of_work(
    typed: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.ClickException) as caught:
        cli(typed, prog_name="stagelyric", standalone_mode=False)
    assert caught.value.format_message().replace("\\", "/").startswith(sentence)
    assert list(tmp_path.iterdir()) == []

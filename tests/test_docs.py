"""What the documentation says is there: its links, its commands, their options."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from stagelyric.cli import COMMANDS, cli

ROOT = Path(__file__).parents[1]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TABLE = "| command | does |"


def anchors(text: str) -> set[str]:
    """Of its headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    lost = []
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", file.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = (file.parent / path) if path else file
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            lost.append(link)
    assert lost == []


def test_one_table_has_every_command_and_no_other() -> None:
    tables = [text.split(TABLE)[1].split("\n\n")[0] for file in TEXTS if TABLE in (text := file.read_text("utf-8"))]
    assert len(tables) == 1
    rows = re.findall(r"^\| `([a-z-]+)[^|]*\|", tables[0], re.MULTILINE)
    assert sorted(rows) == sorted(COMMANDS)
    told = CliRunner().invoke(cli, ["--help"]).output
    assert [name for name in rows if not re.search(rf"^  {name}\s", told, re.MULTILINE)] == []


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_what_is_shown_of_options_there_is(file: Path) -> None:
    written = re.sub(r"\\\n", " ", file.read_text("utf-8"))
    shown = re.findall(r"`stagelyric ([a-z-]+)([^`\n]*)`", written)
    shown += re.findall(r"^(?:\$ )?stagelyric ([a-z-]+)([^#|\n]*)", written, re.MULTILINE)
    told: dict[str, str] = {}
    for command, options in shown:
        if command in COMMANDS:
            if command not in told:
                told[command] = CliRunner().invoke(cli, [command, "--help"]).output
            missing = [option for option in re.findall(r"--[a-z][a-z-]+", options) if option not in told[command]]
            assert missing == [], command

"""The manual: what is made of the code is current, links lead somewhere, and every command is one that there is."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import programs
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, ValidationError

from stagelyric.cli import COMMANDS, cli
from stagelyric.setlist import reference, rig, setlist, triggers

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OTHERS = ("*.md", "models/*/*.md", "patches/*/*.md")
PAGES = [*sorted(DOCS.rglob("*.md")), *(page for where in OTHERS for page in sorted(ROOT.glob(where)))]
PAGES = [page for page in PAGES if "_site" not in page.parts]
RUN = {"new", "check", "frames", "devices", "models", "service", "patches", "analyse"}
"""Commands that a test can run as the manual has them: they want no gear, no person and no hour."""

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")  # and pictures
_FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize(
    ("page", "by"), [("setlist.md", "stagelyric/setlist/reference.py"), ("commands.md", "tools/commands_page.py")]
)
def test_pages_that_are_made_of_the_code_are_current(page: str, by: str) -> None:
    # In a process of its own: what other tests have done to the commands must not show.
    done = subprocess.run([sys.executable, ROOT / by], capture_output=True, encoding="utf-8", check=True)
    assert (DOCS / page).read_text("utf-8") == done.stdout, f"python {by} > docs/{page}"


def test_the_reference_has_every_key_of_every_table() -> None:
    written = [
        model
        for module in (setlist, triggers, rig)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.model_fields and model.__name__[0] != "_"
    ]
    assert set(written) == {model for _, model in reference.tables()}
    for model in written:
        meanings = reference.MEANINGS.get(model, {})
        described = {name for name, field in model.model_fields.items() if field.description}
        assert set(model.model_fields) - described == set(meanings), model.__name__


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


def _commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for kind, text in _FENCE.findall(page.read_text("utf-8")):
            for line in text.splitlines() if kind == "sh" else ():
                words = shlex.split(line, comments=True)
                if words and words[0].endswith("stagelyric") and len(words) > 1:
                    yield page.name, words[1:]


@pytest.fixture
def band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A band's folder, with what the manual speaks of."""
    programs.require("links")
    for name in ("songs", "my-songs"):
        (tmp_path / name).mkdir()
        song = "{title: Ferry}\n\nPolly ties the boat by feel\nand puts her hand upon the wheel\n"
        (tmp_path / name / "ferry.txt").write_text(song)
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "setlists").symlink_to(ROOT / "setlists")
    (tmp_path / "rig.toml").write_text('[clock]\nsource = "internal"\n')
    (tmp_path / "set.toml").write_text('title = "Friday"\n[[songs]]\ntitle = "Ferry"\n')
    (tmp_path / "ours.frames").write_text(
        "@@ hand plain; themes rain\n\n@ scheme AA; mood dark calm; who I; tense past; at opening\n"
        "I {held|kept} the {boat|line} till the {dark|end} of the day\n"
        "And {heard|saw} the {rain|wind} go {down|off} on the bay\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def _parsed(words: list[str]) -> None:
    """Raises UsageError for an option that there is not, or a value that it does not take."""
    command: click.Command = cli
    context = click.Context(cli, info_name="stagelyric", **cli.context_settings)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=command.name, parent=context)
    command.make_context(command.name or "", list(words), parent=context)


@pytest.mark.parametrize(("page", "words"), [pytest.param(*one, id=" ".join(one[1])[:60]) for one in _commands()])
def test_every_command_of_the_manual_is_one_that_there_is(page: str, words: list[str], band: Path) -> None:
    assert words[0] in COMMANDS
    _parsed(words)
    if words[0] in RUN and "--say" not in words and "--page" not in words and "last" not in words:
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_of_options_there_is(page: Path) -> None:
    for command, options in re.findall(r"`stagelyric ([a-z-]+)([^`]*)`", page.read_text("utf-8")):
        if command in COMMANDS:
            told = CliRunner().invoke(cli, [command, "--help"]).output
            missing = [option for option in re.findall(r"--[a-z][a-z-]+", options) if option not in told]
            assert missing == [], command


@pytest.mark.needs("package:sphinx")
def test_the_manual_becomes_a_site(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(DOCS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Your first show" in (tmp_path / "manual" / "first-show.html").read_text("utf-8")


_TOML = [(page, block) for page in PAGES for kind, block in _FENCE.findall(page.read_text("utf-8")) if kind == "toml"]


def _tables(value: object) -> Iterator[dict[str, object]]:
    """Every table in a TOML file, however deep it lies."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _tables(inner)


def test_every_trigger_that_a_page_shows_is_one_that_there_is() -> None:
    shown = 0
    for page, block in _TOML:
        for table in _tables(tomllib.loads(block)):
            if "on" in table:
                shown += 1
                try:
                    triggers.Trigger.model_validate({"do": "next_line", **table})
                except ValidationError as error:
                    pytest.fail(f"{page.relative_to(ROOT)}: {error}")
    assert shown >= 6


def test_keys_of_on_that_a_page_lists_are_keys_that_there_are() -> None:
    lists = [found for _, block in _TOML for found in re.findall(r"on = .*# or (.*) …", block)]
    assert len(lists) >= 2  # README and the pedals' page
    for found in lists:
        assert set(found.split(", ")) <= set(triggers.KINDS), found

"""The commands as a person calls them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from stagelyric.cli import COMMANDS, cli


def stagelyric(*arguments: str, **given: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "error", "-m", "stagelyric", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **given)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["journal", "list"], ["journal", "export"]])
def test_help_is_there_and_fits_the_page(command: list[str]) -> None:
    done = CliRunner().invoke(cli, [*command, "--help"], prog_name="stagelyric")
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: stagelyric")
    assert max(map(len, done.stdout.splitlines())) <= 80
    if not command:
        assert all(name in done.stdout for name in COMMANDS)


def test_a_process_of_its_own_has_help_too() -> None:
    done = stagelyric("journal", "export", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: stagelyric journal export")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pley"], 'no command "pley"; did you mean "play"?'),
        (["check", "nowhere.toml"], "nowhere.toml: wanted a setlist file, found none"),
        (["check"], "wanted a setlist, a rig, lyrics or a file of frames, found no file"),
        (["journal", "list", "--journal", "nowhere.sqlite3"], "nowhere.sqlite3: wanted a journal, found none"),
        (["bench", "--model", "nothing"], 'found no "nothing"; there is: char-rnn'),
        (["write", "--nonsense"], "--nonsense"),
    ],
)
def test_a_usage_error_is_one_plain_sentence_and_exit_status_2(arguments: list[str], says: str) -> None:
    done = stagelyric(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_check_says_every_fault_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    file.write_text('titel = "T"\nmodel = "char-rn"\n[[songs]]\ntitle = "S"\ntempo = "fast"\n')
    done = stagelyric("check", str(file))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3
    assert 'titel: unknown key; did you mean "title"?' in done.stderr
    found = stagelyric("check", str(file), "--json")
    assert found.returncode == 2
    assert len(json.loads(found.stdout)["faults"]) == 3
    file.write_text('title = "T"\nmodel = "char-rn"\n[[songs]]\ntitle = "S"\n')
    assert 'did you mean "char-rnn"?' in stagelyric("check", str(file)).stderr


def test_the_demo_set_and_a_rig_are_good(tmp_path: Path) -> None:
    demo = Path(__file__).parents[2] / "setlists" / "demo.toml"
    assert stagelyric("check", str(demo)).returncode == 0
    (tmp_path / "rig.toml").write_text('[web]\nport = 8080\n[clock]\nsource = "midi"\n')
    done = stagelyric("check", str(tmp_path / "rig.toml"))
    assert (done.returncode, "a good rig" in done.stdout) == (0, True)


def test_the_schemas_are_printed() -> None:
    schemas = json.loads(stagelyric("check", "--schema").stdout)
    assert schemas["setlist"]["title"] == "Setlist"
    assert schemas["rig"]["title"] == "Rig"


def test_the_server_s_process_imports_nothing_heavy() -> None:
    heavy = ["torch", "numpy", "onnxruntime", "onnx", "pandas", "matplotlib"]
    code = (
        "import sys; import stagelyric.cli, stagelyric.commands.play, stagelyric.stage.assemble;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("option", [("--port", "7000"), ("--no-open",), ("--host", "127.0.0.1")], ids=" ".join)
@pytest.mark.parametrize(
    "command",
    [("journal", "replay"), ("new", "songs", "-o", "set.toml"), ("bake", "edit", "show.bake"), ("frames", "a.txt")],
    ids=" ".join,
)
def test_where_a_page_is_to_be_is_asked_of_no_command_that_opens_none(
    command: tuple[str, ...], option: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, [*command, *option])
    assert (done.exit_code, done.stdout) == (2, "")
    if option[0] != "--host" or command[0] == "journal":  # the other pages are of this machine alone
        assert f"{option[0]}: wanted --page with it, found none" in done.stderr
    assert not list(tmp_path.iterdir())

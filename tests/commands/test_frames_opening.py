"""`stagelyric frames`: from the band's songs to their frames, on to what is decided on the page, and onto the stage."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from phrasebook import frames as shipped

from stagelyric.cli import cli
from stagelyric.commands.frames_page import Sheet
from stagelyric.phrasebook import proposals
from stagelyric.phrasebook.proposals import ProposalError

SONG = """\
{title: Harbour Lights}
{start_of_verse}
[Am]Polly ties the boat by feel
She burns the bread on the wheel
Her mother walked down to the shore
And Polly's coat hangs on the door
{end_of_verse}

{start_of_chorus}
We walked to Leith in the rain
And drank in the bar by the train
{end_of_chorus}
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("band")
    (folder / "songs").mkdir()
    (folder / "songs" / "harbour.cho").write_text(SONG)
    (folder / "songs" / "second.txt").write_text(
        "Second Song\n\nNobody knew that the barber sang\nUntil the telephone rang\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STAGELYRIC_EDITOR", "none")
        result = run("frames", folder / "songs", "-o", folder / "ours.frames")
    assert result.exit_code == 0, result.output
    assert "3 frames of 8 of" in result.output
    return folder / "ours.frames"


def test_what_comes_of_songs_passes_the_check(opened: Path) -> None:
    told = json.loads(run("check", opened, "--json").stdout)
    assert told["ok"]
    assert (told["quatrains"], told["couplets"]) == (1, 2)
    assert told["waiting"] == proposals.waiting(opened.read_text()) > 6
    assert "not sung yet" in run("check", opened).output
    assert "*person ties" in opened.read_text().replace("{ties", "ties")


def test_a_file_that_is_there_is_added_to(opened: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.frames"
    file.write_text("# by hand\n" + opened.read_text().replace("{ties", "{holds|ties", 1))
    before = file.read_text()
    (tmp_path / "third.txt").write_text("I sold the piano for the rent\nAnd nobody knows where it went\n")
    result = run("frames", opened.parent / "songs", tmp_path / "third.txt", "-o", file, "--json")
    told = json.loads(result.stdout)
    assert (told["frames"], told["known"]) == (1, 3)
    assert file.read_text().startswith(before)
    assert "the piano" in file.read_text().removeprefix(before)


def test_what_is_kept_is_sung_and_tagged(opened: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.frames"
    file.write_text(opened.read_text())
    setlist = tmp_path / "night.toml"
    setlist.write_text(
        'title = "N"\nseed = 1\nframes = "ours.frames"\n[[songs]]\ntitle = "A"\nthemes = ["sea", "harbour", "boat"]\n'
        '[[songs.sections]]\nname = "v"\nrhyme = "AABB"\nsyllables = [6, 9]\n'
    )
    sheet = Sheet(file, shipped.KNOWN)
    kept = 0
    while waiting := sheet.frame(0)["proposals"]:
        one = waiting[0]
        sheet.decide(0, one["row"], one["at"], one["text"], keep=kept < 4)
        kept += 1
    lines = json.loads(run("write", "--setlist", setlist, "-n", 16, "--drafter", "frames", "--json").stdout)["lines"]
    own = [line["text"] for line in lines if line["origin"] == "own"]
    assert len(own) == 4
    assert own != SONG.split("\n")[2:6]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["songs"], "-o: wanted a file that ends in .frames, found none"),
        (["songs", "-o", "ours.txt"], "found ours.txt"),
        (["ours.frames"], "wanted songs and -o FILE.frames, or one FILE.frames and --page"),
        (["none.frames", "--page"], "No such file"),
        (["empty", "-o", "ours.frames"], "wanted lyrics"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songs").mkdir()
    (tmp_path / "empty").mkdir()
    result = run("frames", *arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_the_page_decides_in_the_file(opened: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.frames"
    file.write_bytes(opened.read_bytes().replace(b"\n", b"\r\n"))
    sheet = Sheet(file, shipped.KNOWN)
    assert sheet.overview()["frames"][0]["title"].startswith("Harbour Lights, verse: Polly ties the boat")
    told = sheet.frame(0)
    assert told["lines"][0] == "Polly ties the boat by feel"
    one, other = told["proposals"][:2]
    left = sheet.decide(0, one["row"], one["at"], one["text"], keep=True)["waiting"]
    assert left == told["waiting"] - 1
    assert file.read_bytes() == opened.read_bytes().replace(b"\n", b"\r\n").replace(
        f"?{one['text']}".encode(), one["text"].encode(), 1
    )
    with pytest.raises(ProposalError, match="changed"):
        sheet.decide(0, one["row"], one["at"], one["text"], keep=False)
    assert sheet.undo()["waiting"] == told["waiting"]
    assert not sheet.frame(0)["undo"]
    file.write_text("@@ own\n\na b\nc d\n")
    with pytest.raises(ProposalError, match="changed"):
        sheet.decide(0, other["row"], other["at"], other["text"], keep=False)
    with pytest.raises(ProposalError, match="changed"):
        sheet.frame(3)

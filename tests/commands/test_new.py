"""`stagelyric new`: from songs to a setlist that plays."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stagelyric.cli import cli
from stagelyric.setlist import setlist
from stagelyric.songs import document, reading, subject
from stagelyric.songs.document import Wishes

SONGBOOK = Path(__file__).parents[2] / "models" / "songbook"
FERRY = (
    "{title: Night Ferry}\n{tempo: 84}\n\n{sov}\nPolly waits for Joe in Leith\nwith the rain and Joe and Keith\n{eov}\n"
)


def run(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["new", *map(str, arguments)], input=text)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "our songs"
    folder.mkdir()
    (folder / "1 ferry.cho").write_text(FERRY)
    (folder / "2-quiet_street.txt").write_text(
        "[Chorus]\nnobody walks in the quiet street\nI hear the sound of my own feet\n"
    )
    return folder


def test_songs_become_a_setlist_that_is_good(songs: Path, tmp_path: Path) -> None:
    out = tmp_path / "set.toml"
    result = run(songs, "-o", out)
    assert result.exit_code == 0, result.output
    found = setlist.load(out)
    ferry, street = found.songs
    assert (found.title, ferry.title, street.title) == ("Our Songs", "Night Ferry", "Quiet Street")
    assert (ferry.tempo, ferry.lyrics) == (84.0, "our songs/1 ferry.cho")
    assert "Joe" in ferry.names
    assert ferry.sections[0].name == "verse"
    assert ferry.sections[0].rhyme == "AABB"
    assert ferry.sections[0].safety
    text = out.read_text()
    assert "tempo = 84\n" in text  # said by the file
    assert "tempo = 120  # guess" in text
    assert "check" in result.output


def test_what_is_there_is_kept_to_the_letter_and_songs_are_added_once(songs: Path, tmp_path: Path) -> None:
    out = tmp_path / "set.toml"
    mine = '# mine\ntitle = "Gig"  # the Crown\nfamily_friendly = false\n[[songs]]\ntitle = "Night Ferry"\ntempo = 61\n'
    out.write_text(mine)
    assert run(songs, "-o", out).exit_code == 0
    assert out.read_text().startswith(mine)
    assert [song.title for song in setlist.load(out).songs] == ["Night Ferry", "Quiet Street"]
    before = out.read_text()
    assert run(songs, "-o", out).exit_code == 0
    assert out.read_text() == before


def test_a_title_above_the_words_names_the_song_and_is_no_line_of_it(tmp_path: Path) -> None:
    (tmp_path / "song 1.txt").write_text(
        "Ferry Road\n\nThe gulls have had the bread\nAnd Ruth is late again\n\nFerry Road\nNobody owes what he owed\n"
    )
    out = tmp_path / "set.toml"
    assert run(tmp_path / "song 1.txt", "-o", out).exit_code == 0
    (song,) = setlist.load(out).songs
    assert song.title == "Ferry Road"
    assert len(song.sections) == 2
    assert song.sections[1].safety == ("Nobody owes what he owed",)
    assert setlist.read_lyrics(tmp_path / "song 1.txt").startswith("The gulls")


@pytest.mark.parametrize("there", ["not toml [", 'title = "x"\nsongs = [{ title = "A" }]\n'])
def test_a_file_that_songs_cannot_be_added_to_is_left_alone(songs: Path, tmp_path: Path, there: str) -> None:
    out = tmp_path / "set.toml"
    out.write_text(there)
    result = run(songs, "-o", out)
    assert result.exit_code == 2
    assert str(out) in result.output
    assert out.read_text() == there


def test_flags_answer_the_questions(songs: Path, tmp_path: Path) -> None:
    out = tmp_path / "set.toml"
    result = run(
        songs,
        "-o",
        out,
        "--title",
        "Friday",
        "--order",
        "2",
        "--trigger",
        "pad",
        "--wildness",
        "0.9",
        "--avoid",
        "sea, fog",
    )
    assert result.exit_code == 0, result.output
    found = setlist.load(out)
    assert (found.title, found.avoid, len(found.triggers)) == ("Friday", ("sea", "fog"), 2)
    assert [song.title for song in found.songs] == ["Quiet Street", "Night Ferry"]
    assert {song.wildness for song in found.songs} == {0.9}


def test_five_questions_do_the_same(songs: Path, tmp_path: Path) -> None:
    out = tmp_path / "set.toml"
    result = run(songs, "-o", out, "--ask", text="Friday\n2\npad, live\n0.2\nsea\n")
    assert result.exit_code == 0, result.output
    found = setlist.load(out)
    assert (found.title, found.avoid, len(found.triggers)) == ("Friday", ("sea",), 4)
    assert found.songs[0].title == "Quiet Street"
    assert found.songs[0].wildness == 0.2


def test_a_title_and_three_words_are_enough(tmp_path: Path) -> None:
    out = tmp_path / "set.toml"
    assert run("-o", out, "--title", "Ferry", "--words", "rain, harbour, goodbye").exit_code == 0
    found = setlist.load(out)
    assert found.songs[0].themes == ("rain", "harbour", "goodbye")
    assert len(found.songs[0].names) == 2
    assert run("-o", out, "--title", "Ferry", "--words", "snow").exit_code == 2  # it would be lost


def test_several_songs_in_a_file_have_their_words_apart(tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text(
        "=== One\nrain in the street\ncold on our feet\n\n=== Two/2\nsnow on the hill\nstanding still\n"
    )
    out = tmp_path / "set.toml"
    assert run(tmp_path / "all.txt", "-o", out).exit_code == 0
    one, two = setlist.load(out).songs
    assert (one.title, two.title) == ("One", "Two/2")
    assert (tmp_path / str(one.lyrics)).read_text() == "rain in the street\ncold on our feet\n"
    assert (tmp_path / str(two.lyrics)).read_text() == "snow on the hill\nstanding still\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["empty", "-o", "x.toml"], "lyrics"),
        (["nowhere", "-o", "x.toml"], "nowhere"),
        (["-o", "x.toml"], "--words"),
        (["songs", "-o", "x.toml", "--order", "1,x"], '"x"'),
        (["songs", "-o", "nofolder/x.toml"], "nofolder"),
    ],
)
def test_what_cannot_be_is_said(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "a.txt").write_text("words\nmore words\n")
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "x.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "there"),
    [((), False), (("--title", "Night Ferry", "--words", "rain, harbour"), True), (("songs",), True)],
)
def test_a_page_goes_on_with_what_there_is(
    arguments: tuple[str, ...], there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stagelyric.commands import new_page

    served: list[tuple[Path, bool]] = []
    monkeypatch.setattr(new_page, "serve", lambda file, port, *, opened: served.append((file, file.exists())))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "a.txt").write_text("The rain is on the harbour wall\nThe boats are out again\n")
    for _ in range(2 if not arguments else 1):
        result = run(*arguments, "-o", "x.toml", "--page", "--no-open")
        assert result.exit_code == 0, result.output
    assert served[-1] == (Path("x.toml"), there)


def test_a_page_wants_a_folder_that_is_there(tmp_path: Path) -> None:
    result = run("-o", str(tmp_path / "none" / "x.toml"), "--page", "--no-open")
    assert result.exit_code == 2
    assert "wanted a folder that is there" in result.output


def test_every_song_of_the_songbook_gives_a_good_setlist(tmp_path: Path) -> None:
    found = reading.read([SONGBOOK])
    known = subject.names_of([song.sheet for song in found.songs])
    wishes = Wishes("Set")
    head = tomllib.loads(document.head(wishes, "from files"))
    for written in found.songs:
        table: dict[str, list[str]] = {}
        text = document.song(document.guess(written, known, table), wishes, str(written.file))
        data: dict[str, Any] = head | tomllib.loads(text)
        song = setlist.Setlist.model_validate(data).songs[0]
        assert (song.title, song.tempo) == (written.title, written.tempo)
        assert all(len(line) <= 46 for section in song.sections for line in section.safety)


def test_helpers_change_nothing_but_the_time_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    for file in sorted(file for file in SONGBOOK.rglob("*") if file.name.lower().endswith(".cho"))[:60]:
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "empty.txt").write_text("")
    made = []
    for name, large in (("alone.toml", 1 << 40), ("helped.toml", 0)):
        monkeypatch.setattr("stagelyric.commands.new._LARGE", large)
        result = run(folder, "-o", tmp_path / name, "--title", "Set")
        assert result.exit_code == 0, result.output
        made.append((result.output.replace(name, ""), (tmp_path / name).read_text()))
    assert made[0] == made[1]
    assert made[0][1].count("[[songs]]") == 60

"""`check` says of every file of lyrics how it was read, and what looks wrong: a sentence each."""

import gzip
import json
import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stagelyric.commands.check import check as command

SET = 'title = "Set"\nmodel = "char-rnn"\n'
SUNG = "The kettle sings by the harbour wall\nAnd nobody knew the barber\n"
BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing.txt": (b"", "no sung line"),
    "chords.txt": (b"[Verse 1]\nG   C   Am7\nD7  G\n", "no sung line"),
    "tab.cho": (b"{title: T}\n{sot}\ne|--0--|\n{eot}\n", "no sung line"),
    "times.lrc": (b"[00:01.00]\n[00:02.00]\n", "no sung line"),
    "cut.txt": (b"Ev ery bo dy ro wd th su mm rn gh tt\nqu xz wv bl kj pq\n", "of its words are English ones"),
    "other.txt": ("Łódka płynie na wschód\nA księżyc świeci źle dziś wieczorem\n".encode(), "another language"),
    "other.xml": (b"<opml/>", "found <opml>"),
    "half.xml": (b"<song><lyrics>", "does not parse"),
    "page.xml": (b"<!DOCTYPE html><html><p>It</p></html>", "a web page"),
    "score.xml": (b"<?xml version='1.0'?><score-partwise/>", "a MusicXML score"),
    "print.txt": (b"%PDF-1.7\n", "a PDF"),
    "letter.txt": (b"{\\rtf1\\ansi It is}", "a rich text"),
    "word.txt": (b"PK\x03\x04\x14\0", "a zip archive"),
    "oldword.txt": (b"\xd0\xcf\x11\xe0\xa1", "an old Word file"),
    "pickled.txt": (pickle.dumps(["Hold the light"]), "a pickle"),
    "packed.txt.gz": (gzip.compress(SUNG.encode() * 99)[:-20], "damaged"),
    "torn.txt": (b"\xff\xfeH\0i", "breaks off"),
    "mixed.txt": (SUNG.encode() + "Café\n".encode() + "Zoë’s gone\n".encode("cp1252"), "some lines are Windows-1252"),
    "twice.txt": (("She doesnâ€™t wait for me\n" + SUNG).encode(), "encoded twice"),
    "prose.txt": (b"He went down to the harbour and he stood there for a while and the rain came in from the sea and"
                  b" he thought of nobody in particular until the lamps were lit.\n", "as long as paragraphs"),
}  # fmt: skip


def check(path: Path, *options: str) -> Result:
    return CliRunner().invoke(command, [str(path), *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, (data, _) in BROKEN.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_folder_of_twenty_broken_files_gets_a_sentence_for_each(folder: Path) -> None:
    assert len(BROKEN) == 20
    result = check(folder)
    assert result.exit_code == 2
    lines = [line.removeprefix("warning: ") for line in result.stderr.splitlines()]
    for name, (_, said) in BROKEN.items():
        about = [line for line in lines if line.startswith(str(folder / name))]
        assert len(about) == 1, (name, about)
        assert said in about[0]


def test_good_lyrics_are_counted(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_text(SUNG, "utf-16")
    result = check(tmp_path / "it.txt")
    assert result.exit_code == 0
    assert result.output.endswith("it.txt: UTF-16 plain text: 1 song, 2 lines, 100 % real words\n")
    told = json.loads(check(tmp_path / "it.txt", "--json").output)
    assert (told["ok"], told["lyrics"][0]["lines"], told["lyrics"][0]["real"]) == (True, 2, 1.0)


def test_what_guards_nothing_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    file.write_text(SET + 'never_quote = ["it.txt", "no.txt"]\n[[songs]]\ntitle = "One"\nlyrics = "no.txt"\n', "utf-8")
    (tmp_path / "it.txt").write_text(SUNG, "utf-8")
    (tmp_path / "no.txt").write_text("[Verse 1]\nG  C\n", "utf-8")
    result = check(file)
    assert result.exit_code == 2
    assert "never_quote no.txt: no sung line" in result.stderr
    assert "warning: " + f'{file}: songs[1] "One", lyrics no.txt: no sung line' in result.stderr
    assert "never_quote it.txt: UTF-8 plain text: 1 song, 2 lines" in result.stdout


def test_lyrics_that_can_not_be_read_are_a_fault_of_the_set(tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    file.write_text(SET + '[[songs]]\ntitle = "One"\nlyrics = "it.pdf"\n', "utf-8")
    (tmp_path / "it.pdf").write_bytes(b"%PDF-1.7")
    result = check(file)
    assert result.exit_code == 2
    assert 'songs[1] "One", lyrics it.pdf: wanted a text file, found a PDF' in result.stderr
